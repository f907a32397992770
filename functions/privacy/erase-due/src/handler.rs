//! Finds what is to be erased without anybody asking for it now.

use chrono::{DateTime, TimeDelta, Utc};
use copilot_aws::store::{Erasure, Store};
use copilot_core::error::Error;
use copilot_core::ticket::{CustomerId, Status, Ticket, now};
use copilot_service::limits;
use copilot_service::telemetry::{Gauge, measure};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// For how long a ticket has been closed when it is erased; nothing for ever.
    pub kept_for: Option<TimeDelta>,
}

/// What one run has done.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Tickets that are gone because they were closed long ago.
    erased: usize,
    /// Tickets whose erasure had ended in the middle, and that are gone now.
    left_over: usize,
    /// Customers whose erasure was gone on with and is finished now.
    customers: usize,
    /// Closed tickets that were read, the due ones among them.
    read: usize,
    /// Whether the run ended at one of its limits.
    has_more: bool,
}

/// One run, so far.
struct Run {
    until: Instant,
    now: DateTime<Utc>,
    outcome: Outcome,
}

/// What a run answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// A run of the schedule.
    Run(Outcome),
    /// The erasure of the customer whom the event names, as it stands.
    Erasure(Erasure),
}

impl Handler {
    /// Erases the customer whom `event` names with `{"erase": "CUST-…"}`; else what is due.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a customer that is none; [`Error::Unavailable`] or [`Error::Internal`]
    /// when something could not be read or erased; all else is done then.
    pub async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        let Some(customer_id) = event.get("erase") else {
            return self.erase_due().await.map(Answer::Run);
        };
        let customer_id: Option<CustomerId> = customer_id.as_str().and_then(|id| id.parse().ok());
        let customer_id = customer_id
            .ok_or_else(|| Error::Malformed("`erase` must be the id of a customer".into()))?;
        let until = Instant::now() + limits::ERASE_DUE_TIME;
        self.store.erase_customer(&customer_id, until, now()).await.map(Answer::Erasure)
    }

    async fn erase_due(&self) -> Result<Outcome, Error> {
        let until = Instant::now() + limits::ERASE_DUE_TIME;
        let mut run = Run { until, now: now(), outcome: Outcome::default() };
        let left_over = self.left_over(&mut run).await;
        let customers = self.customers(&mut run).await;
        let due = self.due(&mut run).await;
        run.outcome.has_more |= Instant::now() >= run.until;
        report(&run.outcome);
        left_over.and(customers).and(due).map(|()| run.outcome)
    }

    async fn left_over(&self, run: &mut Run) -> Result<(), Error> {
        for shard in self.store.shards().numbers() {
            let erased = self.store.erase_left_over(shard, run.until, run.now).await?;
            run.outcome.left_over += erased;
        }
        Ok(())
    }

    async fn customers(&self, run: &mut Run) -> Result<(), Error> {
        for customer_id in self.store.unfinished_erasures().await? {
            if Instant::now() >= run.until {
                break;
            }
            let erasure = self.store.erase_customer(&customer_id, run.until, run.now).await?;
            run.outcome.customers += usize::from(erasure.finished_at.is_some());
        }
        Ok(())
    }

    /// Each hour begins with another shard, so that each has its turn even when runs end at their limits.
    async fn due(&self, run: &mut Run) -> Result<(), Error> {
        let Some(kept_for) = self.kept_for else { return Ok(()) };
        let before = run.now - kept_for;
        let hours = u32::try_from(run.now.timestamp() / 3600).unwrap_or_default();
        let mut failure = None;
        for shard in self.store.shards().numbers_from(hours) {
            if let Err(error) = self.due_of(shard, before, run).await {
                failure = Some(error);
            }
            if run.is_over() {
                break;
            }
        }
        self.store.forget_learned_from_old(run.now).await?;
        failure.map_or(Ok(()), Err)
    }

    async fn due_of(&self, shard: u32, before: DateTime<Utc>, run: &mut Run) -> Result<(), Error> {
        let mut position: Option<String> = None;
        let mut failure = None;
        while !run.is_over() {
            let page = self.store.closed(shard, before, position.as_deref()).await?;
            run.outcome.read += page.tickets.len();
            failure = failure.or(page.failure);
            for ticket in page.tickets.iter().filter(|ticket| is_due(ticket, before)) {
                let is_gone = self.store.erase_old(ticket, run.until, run.now).await?;
                run.outcome.erased += usize::from(is_gone);
            }
            position = page.next;
            if position.is_none() {
                break;
            }
        }
        run.outcome.has_more |= position.is_some();
        failure.map_or(Ok(()), Err)
    }
}

impl Run {
    fn is_over(&self) -> bool {
        self.outcome.read >= limits::READ_CLOSED_TICKETS || Instant::now() >= self.until
    }
}

fn is_due(ticket: &Ticket, before: DateTime<Utc>) -> bool {
    // A ticket that was closed before that time was kept has not been closed after its last change.
    ticket.status == Status::Closed && ticket.closed_at.unwrap_or(ticket.updated_at) <= before
}

fn report(outcome: &Outcome) {
    measure(&[(Gauge::Erased, u64::try_from(outcome.erased).unwrap_or(u64::MAX))]);
    tracing::info!(
        erased = outcome.erased,
        left_over = outcome.left_over,
        customers = outcome.customers,
        read = outcome.read,
        has_more = outcome.has_more,
        "what was due erased"
    );
}
