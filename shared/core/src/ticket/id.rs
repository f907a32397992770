//! Ticket ids: `TKT-20241103-A1B2C3D4`.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::error::Error;
use crate::stack_key::{Purpose, StackKey};

/// A ticket's id: `TKT-`, the UTC date on which it was made, and eight upper-case hex digits.
///
/// The digits alone are unique: the store keys a ticket by them, so that an id derived from
/// something outside (a Zendesk ticket, say) is found again on any later day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TicketId {
    date: NaiveDate,
    digits: u32,
}

/// The text is not a ticket id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ticket id")]
pub struct ParseTicketIdError;

const PREFIX: &str = "TKT-";

impl TicketId {
    /// An id for a ticket made at `time`, drawn at random.
    pub fn draw(time: DateTime<Utc>) -> Self {
        let random = uuid::Uuid::new_v4();
        let [a, b, c, d, ..] = *random.as_bytes();
        Self { date: time.date_naive(), digits: u32::from_be_bytes([a, b, c, d]) }
    }

    /// The id number `attempt` for the thing that `identity` names, made at `time`. The same
    /// identity and attempt give the same digits on every day; without `key` nobody can tell which.
    pub fn derive(key: &StackKey, identity: &str, attempt: u32, time: DateTime<Utc>) -> Self {
        let code = key.code(Purpose::TicketId, &[&attempt.to_be_bytes(), identity.as_bytes()]);
        let [a, b, c, d, ..] = code;
        Self { date: time.date_naive(), digits: u32::from_be_bytes([a, b, c, d]) }
    }

    /// The digits that [`TicketId::derive`] gave before there was a key. Tickets of then are looked for
    /// under them; no ticket is made under them any more, since everybody can work them out.
    pub fn former_digits(identity: &str, attempt: u32) -> u32 {
        let digest = Sha256::new()
            .chain_update(b"ticket-id\0")
            .chain_update(attempt.to_be_bytes())
            .chain_update(identity.as_bytes())
            .finalize();
        digest.iter().take(4).fold(0, |digits, byte| (digits << 8) | u32::from(*byte))
    }

    /// Reads an id exactly as [`fmt::Display`] writes it.
    ///
    /// # Errors
    /// [`ParseTicketIdError`] for anything else: lower-case digits, a date that does not exist, spaces.
    pub fn parse(text: &str) -> Result<Self, ParseTicketIdError> {
        let rest = text.strip_prefix(PREFIX).ok_or(ParseTicketIdError)?;
        let (date, digits) = rest.split_once('-').ok_or(ParseTicketIdError)?;
        if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseTicketIdError);
        }
        let upper_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
        if digits.len() != 8 || !digits.bytes().all(upper_hex) {
            return Err(ParseTicketIdError);
        }
        Ok(Self {
            date: NaiveDate::parse_from_str(date, "%Y%m%d").map_err(|_| ParseTicketIdError)?,
            digits: u32::from_str_radix(digits, 16).map_err(|_| ParseTicketIdError)?,
        })
    }

    /// Reads the id that a path names. What is no id is an id that no ticket has.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn parse_in_path(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(|_| {
            Error::NotFound("The ticket_id in the path is not of the form TKT-20241103-A1B2C3D4.")
        })
    }

    /// The eight hex digits as a number.
    pub fn digits(self) -> u32 {
        self.digits
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}-{:08X}", self.date.format("%Y%m%d"), self.digits)
    }
}

impl Serialize for TicketId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for TicketId {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^TKT-[0-9]{8}-[0-9A-F]{8}$"))
            .description(Some("A ticket's id: `TKT-`, the UTC date, eight hex digits."))
            .examples(["TKT-20241103-A1B2C3D4"])
            .into()
    }
}

impl ToSchema for TicketId {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn derive(identity: &str, attempt: u32, time: DateTime<Utc>) -> TicketId {
        TicketId::derive(&KEY.parse().unwrap(), identity, attempt, time)
    }

    fn day(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let id = TicketId::parse("TKT-20241103-A1B2C3D4").unwrap();
        assert_eq!(id.to_string(), "TKT-20241103-A1B2C3D4");
        for wrong in [
            "",
            "TKT-20241103-a1b2c3d4",
            "TKT-20240230-A1B2C3D4",
            "TKT-20241103-A1B2C3D",
            "TKT-20241103-A1B2C3D45",
            "TKT-2024113-A1B2C3D4",
            " TKT-20241103-A1B2C3D4",
            "TKT-20241103-+1B2C3D4",
            "TKT-+0241103-A1B2C3D4",
            "CUST-20241103-A1B2C3D4",
            "TKT-20241103",
            "TKT-٢٠٢٤١١٠٣-A1B2C3D4",
        ] {
            assert_eq!(TicketId::parse(wrong), Err(ParseTicketIdError), "{wrong:?}");
        }
    }

    #[test]
    fn derived_digits_outlast_the_day_and_differ_by_attempt_and_identity() {
        let monday = derive("zendesk:ticket:123", 0, day("2024-11-04T23:59:59Z"));
        let tuesday = derive("zendesk:ticket:123", 0, day("2024-11-05T00:00:01Z"));
        assert_eq!(monday.digits(), tuesday.digits());
        assert_ne!(monday, tuesday);
        let again = derive("zendesk:ticket:123", 1, day("2024-11-04T23:59:59Z"));
        assert_ne!(monday.digits(), again.digits());
        let other = derive("zendesk:ticket:124", 0, day("2024-11-04T23:59:59Z"));
        assert_ne!(monday.digits(), other.digits());
    }

    #[test]
    fn every_stack_has_digits_of_its_own() {
        let time = day("2024-11-04T10:30:00Z");
        let other = KEY.replace('0', "1").parse().unwrap();
        let theirs = TicketId::derive(&other, "zendesk:ticket:123", 0, time);
        assert_ne!(derive("zendesk:ticket:123", 0, time), theirs);
    }

    /// As they were derived in the versions whose tickets are still found.
    #[test]
    fn former_digits_stay_what_they_were() {
        let identity = "zendesk:22129848:ticket:273113";
        let digits = [0, 1, 8].map(|attempt| TicketId::former_digits(identity, attempt));
        assert_eq!(
            digits.map(|digits| format!("{digits:08X}")),
            ["06CD01D9", "7B5F861A", "3DE8DD94"]
        );
    }

    proptest! {
        #[test]
        fn round_trips(seconds in 0_i64..253_402_300_799, identity in ".*") {
            let time = DateTime::from_timestamp(seconds, 0).unwrap();
            for id in [TicketId::draw(time), derive(&identity, 0, time)] {
                prop_assert_eq!(TicketId::parse(&id.to_string()), Ok(id));
            }
        }

        #[test]
        fn never_panics(text in ".*") {
            let _ = TicketId::parse(&text);
        }

        #[test]
        fn accepts_only_its_own_spelling(text in "TKT-[0-9]{8}-[0-9A-Fa-f]{7,9}") {
            if let Ok(id) = TicketId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
