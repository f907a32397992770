//! Finds tickets that have been resolved long enough, and closes them.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use copilot_aws::store::Store;
use copilot_core::error::Error;
use copilot_core::ticket::{Status, Ticket, now};
use copilot_service::limits;
use copilot_service::telemetry::{Gauge, measure};
use futures_util::stream::{StreamExt, iter};
use serde::Serialize;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// For how long a ticket has been resolved when it is closed.
    pub closed_after: TimeDelta,
}

/// What one run has done.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Tickets that were closed.
    closed: usize,
    /// Tickets that were due but have been changed meanwhile, so they were left alone.
    conflicts: usize,
    /// Resolved tickets that were read, the due ones among them.
    read: usize,
    /// Whether the run ended at one of its limits.
    has_more: bool,
}

impl Handler {
    /// Closes what is due, shard by shard, until none is left, [`limits::CLOSED_TICKETS`] are closed,
    /// [`limits::READ_RESOLVED_TICKETS`] are read or [`limits::CLOSE_TIME`] is over. Each hour begins
    /// with another shard, so that each has its turn even when runs end at their limits. Two runs at
    /// once are harmless: each ticket is closed by one conditional write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when something could not be read or closed; all
    /// else is done then.
    pub async fn handle(&self) -> Result<Outcome, Error> {
        let mut run = Run { started: Instant::now(), now: now(), outcome: Outcome::default() };
        let mut failure = None;
        // Counted from the epoch, not within a day: so each of more shards than hours has its turn.
        let hours = u32::try_from(run.now.timestamp() / 3600).unwrap_or_default();
        for shard in self.store.shards().numbers_from(hours) {
            if let Err(error) = self.close_shard(shard, &mut run).await {
                failure = Some(error);
            }
            if run.outcome.has_more {
                break;
            }
        }
        report(&run.outcome);
        failure.map_or(Ok(run.outcome), Err)
    }

    async fn close_shard(&self, shard: u32, run: &mut Run) -> Result<(), Error> {
        let before = run.now - self.closed_after;
        let mut position: Option<String> = None;
        let mut failure = None;
        loop {
            if run.is_over() {
                run.outcome.has_more = true;
                break;
            }
            let page = self.store.resolved(shard, before, position.as_deref()).await?;
            run.outcome.read += page.tickets.len();
            let mut due = page.tickets;
            due.retain(|ticket| is_due(ticket, before));
            let room = limits::CLOSED_TICKETS - run.outcome.closed;
            if due.len() > room {
                due.truncate(room);
                run.outcome.has_more = true;
            }
            let (is_stuck, error) = self.close_all(&due, run).await;
            failure = failure.or(page.failure).or(error);
            position = page.next;
            // A service that takes nothing at all is left in peace until the next run.
            if position.is_none() || run.outcome.has_more || is_stuck {
                break;
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Says whether none of the tickets could be closed, and what went wrong.
    async fn close_all(&self, due: &[Ticket], run: &mut Run) -> (bool, Option<Error>) {
        let now = run.now;
        let closes = iter(due).map(|ticket| self.close(ticket, now));
        let outcomes: Vec<_> = closes.buffer_unordered(limits::CLOSED_AT_ONCE).collect().await;
        let is_stuck = !outcomes.is_empty() && outcomes.iter().all(Result::is_err);
        let mut failure = None;
        for outcome in outcomes {
            match outcome {
                Ok(true) => run.outcome.closed += 1,
                Ok(false) => run.outcome.conflicts += 1,
                Err(error) => failure = Some(error),
            }
        }
        (is_stuck, failure)
    }

    async fn close(&self, ticket: &Ticket, now: DateTime<Utc>) -> Result<bool, Error> {
        let days = (now - resolved_at(ticket)).num_days();
        let unit = if days == 1 { "day" } else { "days" };
        self.store.close_as_seen(ticket, &format!("resolved {days} {unit} ago"), now).await
    }
}

/// One run, so far.
struct Run {
    started: Instant,
    now: DateTime<Utc>,
    outcome: Outcome,
}

impl Run {
    fn is_over(&self) -> bool {
        self.outcome.closed >= limits::CLOSED_TICKETS
            || self.outcome.read >= limits::READ_RESOLVED_TICKETS
            || self.started.elapsed() >= limits::CLOSE_TIME
    }
}

fn is_due(ticket: &Ticket, before: DateTime<Utc>) -> bool {
    ticket.status == Status::Resolved && resolved_at(ticket) <= before
}

/// A ticket that was resolved before that time was kept has not been resolved after its last change.
fn resolved_at(ticket: &Ticket) -> DateTime<Utc> {
    ticket.resolved_at.unwrap_or(ticket.updated_at)
}

fn report(outcome: &Outcome) {
    measure(&[(Gauge::Closed, u64::try_from(outcome.closed).unwrap_or(u64::MAX))]);
    tracing::info!(
        closed = outcome.closed,
        conflicts = outcome.conflicts,
        read = outcome.read,
        has_more = outcome.has_more,
        "resolved tickets closed"
    );
}
