//! Places between tickets in a list.

use chrono::{DateTime, Utc};

use super::super::record::{created_key, read_created_key};
use copilot_core::ticket::format_time;

/// The place of a ticket in every list, by the time of its creation. It may be gone by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// When the ticket was made, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The digits of its id, which order tickets of one millisecond.
    pub digits: u32,
}

impl Position {
    pub(in crate::store) fn of(key: &str) -> Option<Self> {
        let (created_at, ticket_id) = read_created_key(key)?;
        Some(Self { created_at, digits: ticket_id.digits() })
    }

    /// What the indexes sort by.
    pub(in crate::store) fn created_key(&self) -> String {
        created_key(self.created_at, self.digits)
    }

    /// The last text that sorts before [`Position::created_key`] and after the ticket before it.
    pub(super) fn just_before(&self) -> String {
        match self.digits.checked_sub(1) {
            Some(digits) => created_key(self.created_at, digits),
            None => format_time(self.created_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_lies_between_a_position_and_just_before_it(
            milliseconds in 1_i64..253_402_300_799_999, digits in any::<u32>(), other in any::<u32>(),
        ) {
            let created_at = DateTime::from_timestamp_millis(milliseconds).unwrap();
            let position = Position { created_at, digits };
            let (key, before) = (position.created_key(), position.just_before());
            prop_assert_eq!(Position::of(&key), Some(position));
            prop_assert!(before < key);
            let neighbour = Position { created_at, digits: other }.created_key();
            prop_assert_eq!(neighbour <= before, other < digits);
            let earlier = DateTime::from_timestamp_millis(milliseconds - 1).unwrap();
            let earlier = Position { created_at: earlier, digits: other }.created_key();
            prop_assert!(earlier < before);
        }
    }
}
