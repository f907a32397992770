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
/// One that does not say when, or only what the status is, is news if the source has not reported the
/// same before; and it reopens only what the source itself has resolved, as the status there may be
/// older than what an agent did here.
fn is_news(known: &TicketRecord, reported: &ReportedStatus<'_>) -> bool {
    let ticket = &known.ticket;
    // What happened before a follow-up was made is about the ticket that it follows up on.
    let begun_at = ticket.follow_up_of.map(|_| ticket.created_at);
    // Where `status_changed_at` is absent, these two tell.
    let before = [known.source_event_at, ticket.resolved_at].into_iter().flatten().max();
    let changed_at = known.status_changed_at.or(before).max(begun_at);
    let is_late = reported.at.zip(changed_at).is_some_and(|(at, changed_at)| at <= changed_at);
    if is_late || (reported.is_change && reported.at.is_some()) {
        return !is_late;
    }
    let is_resolved_elsewhere =
        ticket.status == Status::Resolved && known.reported_status != Some(Status::Resolved);
    let is_told_before = known.reported_status == Some(reported.status);
    reported.status == Status::Closed || (!is_told_before && !is_resolved_elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Actor;
    use copilot_core::ticket::{Source, Ticket, example};

    fn at(minute: u32) -> DateTime<Utc> {
        format!("2024-11-03T10:{minute:02}:00Z").parse().unwrap()
    }

    fn known(status: Status, changed_at: Option<u32>, reported: Option<Status>) -> TicketRecord {
        let ticket = Ticket { status, ..example().unwrap() };
        let shards = "4".parse().unwrap();
        let mut record = TicketRecord::new(ticket, None, String::new(), shards);
        record.status_changed_at = changed_at.map(at);
        record.reported_status = reported;
        record
    }

    fn report(status: Status, is_change: bool, minute: Option<u32>) -> ReportedStatus<'static> {
        ReportedStatus {
            status,
            note: "",
            is_change,
            at: minute.map(at),
            event_id: "1",
            first: example().unwrap().ticket_id,
            actor: Actor::Channel(Source::Zendesk),
        }
    }

    #[test]
    fn only_what_is_later_is_news() {
        use Status::{Closed, InProgress, Open, Resolved};
        for (known, reported, expected) in [
            // A change at a time: later than the last one, or not.
            (known(Resolved, Some(30), None), report(Open, true, Some(31)), true),
            (known(Resolved, Some(30), None), report(Open, true, Some(30)), false),
            (known(Resolved, Some(30), None), report(Open, true, Some(29)), false),
            (known(Open, None, None), report(InProgress, true, Some(1)), true),
            // Without a time: what the source says anew, but nothing that undoes what was done here.
            (known(Open, Some(30), Some(Open)), report(Resolved, true, None), true),
            (known(Resolved, Some(30), Some(Resolved)), report(Open, true, None), true),
            (known(Resolved, Some(30), Some(Open)), report(Open, true, None), false),
            (known(Resolved, Some(30), None), report(Open, true, None), false),
            (known(Resolved, Some(30), None), report(Closed, true, None), true),
            // What is, since whenever, however late it is told.
            (known(Resolved, Some(30), Some(Open)), report(Open, false, Some(59)), false),
            (known(Resolved, Some(30), None), report(Open, false, Some(59)), false),
            (known(Resolved, Some(30), Some(Resolved)), report(Open, false, Some(59)), true),
            (known(Resolved, Some(30), Some(Resolved)), report(Open, false, Some(29)), false),
        ] {
            assert_eq!(is_news(&known, &reported), expected, "{reported:?}");
        }
    }

    #[test]
    fn what_happened_before_a_follow_up_is_not_about_it() {
        let mut record = known(Status::New, None, None);
        assert!(is_news(&record, &report(Status::Open, true, Some(1))));
        record.ticket.follow_up_of = Some(record.ticket.ticket_id);
        assert!(!is_news(&record, &report(Status::Open, true, Some(30))));
        assert!(is_news(&record, &report(Status::Open, true, Some(31))));
    }

    #[test]
    fn a_row_of_an_earlier_version_tells_by_its_other_times() {
        let mut record = known(Status::Resolved, None, None);
        record.ticket.resolved_at = Some(at(30));
        assert!(!is_news(&record, &report(Status::Open, true, Some(30))));
        record.ticket.resolved_at = None;
        record.source_event_at = Some(at(40));
        assert!(!is_news(&record, &report(Status::Open, true, Some(40))));
        assert!(is_news(&record, &report(Status::Open, true, Some(41))));
    }
}
