//! The lifecycle of a ticket: one table of what may follow what.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

    proptest! {
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
