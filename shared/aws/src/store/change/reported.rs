//! A status that a source reports, taken once.

use chrono::{DateTime, Utc};

use super::write::{Decision, Tries, Written};
use super::{Changed, ReportedStatus};
use crate::store::Store;
use crate::store::record::TicketRecord;
use copilot_core::error::Error;
use copilot_core::ticket::{Status, TicketId};

impl Store {
    /// Moves a ticket as its source reports. A report that was taken before, or that is not younger than
    /// the last change of the status from any side, changes nothing. What the lifecycle has no step for
    /// is left alone: the source cannot be told to take it back.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn take_reported_status(
        &self,
        ticket_id: TicketId,
        reported: ReportedStatus<'_>,
        now: DateTime<Utc>,
    ) -> Result<Changed, Error> {
        let mut tries = Tries::begin();
        while tries.is_another() {
            let known = self.read_record(ticket_id).await?;
            let is_news = is_news(&known, &reported);
            let ticket = known.ticket;
            let next = match ticket.moved_to(reported.status, ticket.time_of_change(now)) {
                Ok(Some(next)) if is_news => next,
                _ => {
                    // It is remembered all the same: what agents do next is not undone by it.
                    self.note_event(reported.first, reported.event_id).await?;
                    return Ok(Changed::Unchanged(ticket));
                }
            };
            let decision = Decision {
                note: Some(reported.note),
                source_event_at: reported.at,
                report: Some(reported),
                ..Decision::new(&ticket, next, reported.actor, now)
            };
            match self.write(&decision).await? {
                Written::Done(changed) => return Ok(Changed::Done(*changed)),
                Written::Duplicate => return Ok(Changed::Unchanged(ticket)),
                Written::Outdated => {}
            }
        }
        Err(Error::unavailable("take a reported status"))
    }
}

/// Whether the report tells of something later than what the ticket shows.
///
/// One that does not say when is news if the source has not reported the same before; and it reopens
/// only what the source itself has resolved, as it may be older than what an agent did here.
fn is_news(known: &TicketRecord, reported: &ReportedStatus<'_>) -> bool {
    let ticket = &known.ticket;
    // What happened before a follow-up was made is about the ticket that it follows up on.
    let begun_at = ticket.follow_up_of.map(|_| ticket.created_at);
    // Before `status_changed_at` was written, these two tell.
    let before = [known.source_event_at, ticket.resolved_at].into_iter().flatten().max();
    let changed_at = known.status_changed_at.or(before).max(begun_at);
    match reported.at {
        Some(at) => changed_at.is_none_or(|changed_at| at > changed_at),
        None => {
            let is_resolved_elsewhere = ticket.status == Status::Resolved
                && known.reported_status != Some(Status::Resolved);
            known.reported_status != Some(reported.status) && !is_resolved_elsewhere
                || reported.status == Status::Closed
        }
    }
}
