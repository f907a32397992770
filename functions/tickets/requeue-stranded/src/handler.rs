//! Finds tickets whose AI work may not be queued, and queues it.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use copilot_aws::queue::{Queue, Reason};
use copilot_aws::store::{Store, StrandedTicket};
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, now};
use copilot_service::telemetry::{Gauge, measure};
use futures_util::future::join_all;
use futures_util::stream::{StreamExt, iter};
use serde::Serialize;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// Where AI work is queued.
    pub queue: Queue,
    /// How old a ticket is before it counts as stranded: longer than a create and the AI work take.
    pub stranded_after: TimeDelta,
}

/// What one run has done.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Tickets whose AI work was queued again.
    requeued: usize,
    /// Tickets of which that is not known; the next run tries them again.
    refused: usize,
    /// For how long the oldest of them had waited, in seconds; 0 when none was found, nothing
    /// when a shard could not be read.
    oldest_seconds: Option<u64>,
    /// Whether the run ended at one of its limits.
    has_more: bool,
}

/// How far the run has come in one shard.
struct Shard {
    number: u32,
    position: Option<String>,
    is_done: bool,
}

impl Handler {
    /// Queues the AI work of stranded tickets, the oldest of each shard first, until none is left,
    /// [`copilot_service::limits::REQUEUED_TICKETS`] are done or [`copilot_service::limits::REQUEUE_TIME`] is over. Two runs at once
    /// send a message twice at worst, which its consumer must take without harm anyway.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when a list could not be read or a ticket not be
    /// queued; all others are done then.
    pub async fn handle(&self) -> Result<Outcome, Error> {
        let started = Instant::now();
        let before = now() - self.stranded_after;
        let mut outcome = Outcome::default();
        let mut shards: Vec<Shard> = self
            .store
            .shards()
            .numbers()
            .map(|number| Shard { number, position: None, is_done: false })
            .collect();
        let mut failure = None;
        let mut is_first_round = true;
        while !outcome.has_more && shards.iter().any(|shard| !shard.is_done) {
            let (mut tickets, error) = self.next_tickets(&mut shards, before).await;
            failure = failure.or(error);
            if is_first_round {
                // Of a shard that could not be read it is not known, and a 0 would end an alarm.
                let is_known = failure.is_none();
                outcome.oldest_seconds =
                    is_known.then(|| tickets.first().map_or(0, age_in_seconds));
                is_first_round = false;
            }
            let room =
                copilot_service::limits::REQUEUED_TICKETS - outcome.requeued - outcome.refused;
            if tickets.len() > room {
                tickets.truncate(room);
                outcome.has_more = true;
            }
            for group in tickets.chunks(
                copilot_aws::limits::BATCH_MESSAGES
                    * copilot_service::limits::REQUEUED_BATCHES_AT_ONCE,
            ) {
                if started.elapsed() >= copilot_service::limits::REQUEUE_TIME {
                    outcome.has_more = true;
                    break;
                }
                let (requeued, error) = self.requeue_group(group).await;
                failure = failure.or(error);
                outcome.requeued += requeued;
                outcome.refused += group.len() - requeued;
                if requeued == 0 {
                    // A service that takes nothing at all is left in peace until the next run.
                    outcome.has_more = true;
                    break;
                }
            }
        }
        report(&outcome);
        failure.map_or(Ok(outcome), Err)
    }

    /// One more page of each shard, oldest ticket first. A shard that cannot be read is left to the
    /// next run.
    async fn next_tickets(
        &self,
        shards: &mut [Shard],
        before: DateTime<Utc>,
    ) -> (Vec<StrandedTicket>, Option<Error>) {
        let pages = shards.iter_mut().filter(|shard| !shard.is_done).map(async |shard| {
            let limit = copilot_service::limits::STRANDED_PAGE_TICKETS;
            let position = shard.position.as_deref();
            let page = self.store.stranded(shard.number, before, limit, position).await;
            shard.position = page.as_ref().ok().and_then(|page| page.next.clone());
            shard.is_done = shard.position.is_none();
            page
        });
        let mut tickets = Vec::new();
        let mut failure = None;
        let mut pages = iter(pages).buffer_unordered(copilot_aws::limits::SHARDS_READ_AT_ONCE);
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => tickets.extend(page.tickets),
                Err(error) => failure = Some(error),
            }
        }
        tickets.sort_by_key(|ticket| ticket.created_at);
        (tickets, failure)
    }

    async fn requeue_group(&self, group: &[StrandedTicket]) -> (usize, Option<Error>) {
        let batches =
            group.chunks(copilot_aws::limits::BATCH_MESSAGES).map(|batch| self.requeue(batch));
        let outcomes = join_all(batches).await;
        let requeued = outcomes.iter().map(|(requeued, _)| requeued).sum();
        (requeued, outcomes.into_iter().find_map(|(_, error)| error))
    }

    /// Says how many of the batch are known to be queued now, and what went wrong with the others.
    async fn requeue(&self, batch: &[StrandedTicket]) -> (usize, Option<Error>) {
        let ids: Vec<TicketId> = batch.iter().map(|ticket| ticket.ticket_id).collect();
        let sent = match self.queue.send_batch(&ids, Reason::Requeued, now()).await {
            Ok(sent) => sent,
            Err(error) => return (0, Some(error)),
        };
        // Only now is it known to be delivered. A crash before this sends it once more.
        let marks = sent.iter().map(|ticket_id| self.store.ai_work_delivered(*ticket_id));
        let outcomes = join_all(marks).await;
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        (done, outcomes.into_iter().find_map(Result::err))
    }
}

fn age_in_seconds(ticket: &StrandedTicket) -> u64 {
    u64::try_from((now() - ticket.created_at).num_seconds()).unwrap_or(0)
}

fn report(outcome: &Outcome) {
    let requeued = u64::try_from(outcome.requeued).unwrap_or(u64::MAX);
    let oldest = outcome.oldest_seconds.map(|seconds| (Gauge::OldestStrandedSeconds, seconds));
    let gauges: Vec<_> = oldest.into_iter().chain([(Gauge::Requeued, requeued)]).collect();
    measure(&gauges);
    tracing::info!(
        requeued = outcome.requeued,
        refused = outcome.refused,
        oldest_seconds = outcome.oldest_seconds,
        has_more = outcome.has_more,
        "stranded tickets requeued"
    );
}
