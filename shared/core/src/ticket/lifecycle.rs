//! The lifecycle of a ticket: one table of what may follow what.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Ticket;

/// Where a ticket is in its lifecycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has looked at it.
    New,
    /// An agent has seen it.
    Open,
    /// An agent works on it.
    InProgress,
    /// Answered; it can be reopened.
    Resolved,
    /// Done for good.
    Closed,
}

/// The lifecycle forbids this change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForbiddenTransition {
    /// The status that the ticket has.
    pub from: Status,
    /// The status that was asked for.
    pub to: Status,
}

impl Status {
    /// Every status in the order of the lifecycle.
    pub const ALL: [Self; 5] =
        [Self::New, Self::Open, Self::InProgress, Self::Resolved, Self::Closed];

    /// What may follow: forward, skipping allowed; a resolved ticket may reopen; closed is final;
    /// nothing returns to new. Staying as it is is no transition and always allowed.
    pub fn allowed(self) -> &'static [Self] {
        match self {
            Self::New => &[Self::Open, Self::InProgress, Self::Resolved, Self::Closed],
            Self::Open => &[Self::InProgress, Self::Resolved, Self::Closed],
            Self::InProgress => &[Self::Resolved, Self::Closed],
            Self::Resolved => &[Self::Open, Self::InProgress, Self::Closed],
            Self::Closed => &[],
        }
    }

    /// Whether a ticket in this status must change to become `to`: `false` when it is there already.
    ///
    /// # Errors
    /// [`ForbiddenTransition`] when the lifecycle has no such step.
    pub fn transition_to(self, to: Self) -> Result<bool, ForbiddenTransition> {
        match self {
            from if from == to => Ok(false),
            from if from.allowed().contains(&to) => Ok(true),
            from => Err(ForbiddenTransition { from, to }),
        }
    }

    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Reads a name exactly as [`Status::name`] gives it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// The names of `statuses` for a sentence: `open, resolved`.
    pub fn names(statuses: &[Self]) -> String {
        statuses.iter().map(|status| status.name()).collect::<Vec<_>>().join(", ")
    }
}

impl Ticket {
    /// Whether the customer waits for an answer. Their word is the last one on a ticket until it is
    /// resolved, and again when they write after that: the message reopens it.
    pub fn awaits_answer(&self) -> bool {
        !matches!(self.status, Status::Resolved | Status::Closed)
    }

    /// The ticket after the step to the status `to` at the time `now`; `None` when it is there
    /// already. Version and time of the change are the store's to set.
    ///
    /// # Errors
    /// [`ForbiddenTransition`] when the lifecycle has no such step.
    pub fn moved_to(
        &self,
        to: Status,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, ForbiddenTransition> {
        if !self.status.transition_to(to)? {
            return Ok(None);
        }
        let mut moved = Self { status: to, ..self.clone() };
        // Agents and sources alone move a new ticket; the schedule touches only resolved ones.
        if self.status == Status::New {
            moved.first_response_at = Some(now);
        }
        match to {
            Status::Resolved => moved.resolved_at = Some(now),
            Status::Closed => {
                moved.resolved_at.get_or_insert(now);
                moved.closed_at = Some(now);
            }
            Status::New | Status::Open | Status::InProgress => {
                moved.resolved_at = None;
                moved.reopen_count += u64::from(self.status == Status::Resolved);
            }
        }
        Ok(Some(moved))
    }
}

impl fmt::Display for ForbiddenTransition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "A ticket that is {} cannot become {}. ",
            self.from.name(),
            self.to.name()
        )?;
        match self.from.allowed() {
            [] => write!(formatter, "It is final; nothing may follow."),
            allowed => write!(formatter, "Allowed: {}.", Status::names(allowed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table() {
        let table: Vec<String> = Status::ALL
            .iter()
            .map(|status| format!("{} -> {}", status.name(), Status::names(status.allowed())))
            .collect();
        assert_eq!(
            table,
            [
                "new -> open, in_progress, resolved, closed",
                "open -> in_progress, resolved, closed",
                "in_progress -> resolved, closed",
                "resolved -> open, in_progress, closed",
                "closed -> ",
            ]
        );
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
            assert_eq!(Status::parse(status.name()), Some(status));
        }
        assert_eq!(Status::parse("Open"), None);
    }

    #[test]
    fn a_refusal_names_what_is_allowed() {
        let refused = Status::Open.transition_to(Status::New).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "A ticket that is open cannot become new. Allowed: in_progress, resolved, closed."
        );
        let refused = Status::Closed.transition_to(Status::Open).unwrap_err();
        assert!(refused.to_string().ends_with("It is final; nothing may follow."));
    }

    fn new_ticket() -> Ticket {
        crate::ticket::example().unwrap()
    }

    fn minute(number: usize) -> DateTime<Utc> {
        format!("2024-11-03T10:{number:02}:00Z").parse().unwrap()
    }

    #[test]
    fn steps_leave_their_times() {
        let mut ticket = new_ticket();
        let mut seen = Vec::new();
        let steps =
            [Status::Open, Status::Resolved, Status::InProgress, Status::Resolved, Status::Closed];
        for (number, to) in steps.into_iter().enumerate() {
            ticket = ticket.moved_to(to, minute(number + 31)).unwrap().unwrap();
            let times = [ticket.first_response_at, ticket.resolved_at, ticket.closed_at];
            let minutes = times.map(|time| time.map_or(0, |time| time.timestamp() / 60 % 60));
            seen.push((minutes, ticket.reopen_count));
        }
        let expected = [
            ([31, 0, 0], 0),
            ([31, 32, 0], 0),
            ([31, 0, 0], 1),
            ([31, 34, 0], 1),
            ([31, 34, 35], 1),
        ];
        assert_eq!(seen, expected);
        assert_eq!(ticket.moved_to(Status::Closed, minute(50)), Ok(None));
    }

    #[test]
    fn a_ticket_that_is_closed_at_once_was_resolved_then() {
        let closed = new_ticket().moved_to(Status::Closed, minute(31)).unwrap().unwrap();
        let at = Some(minute(31));
        assert_eq!((closed.first_response_at, closed.resolved_at, closed.closed_at), (at, at, at));
        assert_eq!(closed.reopen_count, 0);
    }

    proptest! {
        #[test]
        fn the_times_say_where_a_ticket_is(steps in prop::collection::vec(0_usize..5, 0..40)) {
            let mut ticket = new_ticket();
            let mut reopened = 0;
            for (number, step) in steps.into_iter().enumerate() {
                let before = ticket.status;
                if let Ok(Some(moved)) = ticket.moved_to(Status::ALL[step], minute(number)) {
                    let reopens = before == Status::Resolved && moved.status != Status::Closed;
                    reopened += u64::from(reopens);
                    ticket = moved;
                }
            }
            let is_done = matches!(ticket.status, Status::Resolved | Status::Closed);
            prop_assert_eq!(ticket.first_response_at.is_some(), ticket.status != Status::New);
            prop_assert_eq!(ticket.resolved_at.is_some(), is_done);
            prop_assert_eq!(ticket.closed_at.is_some(), ticket.status == Status::Closed);
            prop_assert_eq!(ticket.reopen_count, reopened);
        }

        #[test]
        fn no_walk_returns_to_new_or_leaves_closed(steps in prop::collection::vec(0_usize..5, 0..40)) {
            let mut status = Status::New;
            for step in steps {
                let wanted = Status::ALL[step];
                let before = status;
                match status.transition_to(wanted) {
                    Ok(changes) => {
                        prop_assert_eq!(changes, before != wanted);
                        prop_assert!(!(changes && wanted == Status::New));
                        prop_assert!(!(changes && before == Status::Closed));
                        status = wanted;
                    }
                    Err(refused) => prop_assert_eq!(refused, ForbiddenTransition { from: before, to: wanted }),
                }
            }
        }
    }
}
