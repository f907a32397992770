//! Finds tickets whose AI work may not be queued, and queues it.

use std::time::Instant;

use chrono::TimeDelta;
use copilot_core::error::Error;
use copilot_core::limits;
use copilot_core::queue::{Queue, Reason};
use copilot_core::store::{Store, StrandedTicket};
use copilot_core::telemetry::{Gauge, measure};
use copilot_core::ticket::{TicketId, now};
use futures_util::future::try_join_all;
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
    /// Tickets whose message the queue did not take; the next run tries them again.
    refused: usize,
    /// For how long the oldest of them had waited, in seconds; 0 when none was found.
    oldest_seconds: u64,
    /// Whether the run ended at one of its limits.
    is_more: bool,
}

/// How far the run has come in one shard.
struct Shard {
    number: u32,
    position: Option<String>,
    is_done: bool,
}

impl Handler {
    /// Queues the AI work of stranded tickets, the oldest of each shard first, until none is left,
    /// [`limits::REQUEUED_TICKETS`] are done or [`limits::REQUEUE_TIME`] is over. Two runs at once
    /// send a message twice at worst, which its consumer must take without harm anyway.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; what was done so far is done.
    pub async fn handle(&self) -> Result<Outcome, Error> {
        let started = Instant::now();
        let before = now() - self.stranded_after;
        let mut outcome = Outcome::default();
        let mut shards: Vec<Shard> = (0..limits::LIST_SHARDS)
            .map(|number| Shard { number, position: None, is_done: false })
            .collect();
        let mut is_first_round = true;
        while shards.iter().any(|shard| !shard.is_done) {
            let pages = shards.iter_mut().filter(|shard| !shard.is_done).map(async |shard| {
                let limit = limits::STRANDED_PAGE_TICKETS;
                let position = shard.position.as_deref();
                let page = self.store.stranded(shard.number, before, limit, position).await?;
                shard.is_done = page.next.is_none();
                shard.position = page.next;
                Ok::<_, Error>(page.tickets)
            });
            let mut tickets: Vec<StrandedTicket> =
                try_join_all(pages).await?.into_iter().flatten().collect();
            tickets.sort_by_key(|ticket| ticket.created_at);
            if is_first_round {
                outcome.oldest_seconds = tickets.first().map_or(0, age_in_seconds);
                measure(&[(Gauge::OldestStrandedSeconds, outcome.oldest_seconds)]);
                is_first_round = false;
            }
            let room = limits::REQUEUED_TICKETS - outcome.requeued - outcome.refused;
            if tickets.len() > room {
                tickets.truncate(room);
                outcome.is_more = true;
            }
            for group in tickets.chunks(limits::BATCH_MESSAGES * limits::REQUEUED_BATCHES_AT_ONCE) {
                if started.elapsed() >= limits::REQUEUE_TIME {
                    outcome.is_more = true;
                    break;
                }
                let batches = group.chunks(limits::BATCH_MESSAGES).map(|batch| self.requeue(batch));
                let requeued: usize = try_join_all(batches).await?.iter().sum();
                outcome.requeued += requeued;
                outcome.refused += group.len() - requeued;
            }
            if outcome.is_more {
                break;
            }
        }
        Ok(finished(outcome))
    }

    /// Says how many of the batch are queued now.
    async fn requeue(&self, batch: &[StrandedTicket]) -> Result<usize, Error> {
        let ids: Vec<TicketId> = batch.iter().map(|ticket| ticket.ticket_id).collect();
        let sent = self.queue.send_batch(&ids, Reason::Requeued, now()).await?;
        // Only now is it known to be delivered. A crash before this sends it once more.
        let marks = sent.iter().map(|ticket_id| self.store.ai_work_delivered(*ticket_id));
        try_join_all(marks).await?;
        Ok(sent.len())
    }
}

fn age_in_seconds(ticket: &StrandedTicket) -> u64 {
    u64::try_from((now() - ticket.created_at).num_seconds()).unwrap_or(0)
}

fn finished(outcome: Outcome) -> Outcome {
    measure(&[(Gauge::Requeued, u64::try_from(outcome.requeued).unwrap_or(u64::MAX))]);
    tracing::info!(
        requeued = outcome.requeued,
        refused = outcome.refused,
        oldest_seconds = outcome.oldest_seconds,
        is_more = outcome.is_more,
        "stranded tickets requeued"
    );
    outcome
}
