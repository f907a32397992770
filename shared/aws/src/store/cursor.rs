//! Where a list goes on, as clients get it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use super::{ExportPlace, Position, VersionPosition};
use crate::limits;
use copilot_core::stack_key::{Purpose, StackKey};
use copilot_core::ticket::{CustomerId, SortOrder, TicketFilter, TicketId};

/// Makes cursors that nobody else can, and that hold for one list alone.
#[derive(Debug, Clone)]
pub struct Cursors {
    key: StackKey,
}

/// The text is no cursor of ours, one of another list, or too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct ParseCursorError;

/// Begins each cursor; changes when its form does, so that an old one is refused, not misread.
const VERSION: u8 = 2;
/// Half a SHA-256: more than anybody can try out.
const SEAL_BYTES: usize = 16;

/// The list that a cursor goes on in.
enum Of<'a> {
    Tickets(&'a TicketFilter, SortOrder),
    /// The changes or the messages of a ticket: both are lists of its versions.
    Versions(TicketId),
    /// What is kept of a customer.
    Export(&'a CustomerId),
}

impl Of<'_> {
    /// What no other list is called.
    fn name(&self) -> String {
        match self {
            Of::Tickets(filter, SortOrder::NewestFirst) => format!("desc {}", filter.canonical()),
            Of::Tickets(filter, SortOrder::OldestFirst) => format!("asc {}", filter.canonical()),
            Of::Versions(ticket_id) => format!("versions {ticket_id}"),
            Of::Export(customer_id) => format!("export {}", customer_id.as_str()),
        }
    }
}

impl Cursors {
    /// Cursors sealed with `key`.
    pub fn new(key: StackKey) -> Self {
        Self { key }
    }

    /// The cursor that goes on after `position` in the list with this filter and order.
    pub fn seal(
        &self,
        position: &Position,
        filter: &TicketFilter,
        order: SortOrder,
        now: DateTime<Utc>,
    ) -> String {
        let milliseconds = position.created_at.timestamp_millis().to_be_bytes();
        let place = [&milliseconds[..], &position.digits.to_be_bytes()].concat();
        self.seal_place(&place, &Of::Tickets(filter, order), now)
    }

    /// Reads a cursor that [`Cursors::seal`] made for this list less than [`limits::CURSOR_AGE`] ago.
    ///
    /// # Errors
    /// [`ParseCursorError`].
    pub fn open(
        &self,
        text: &str,
        filter: &TicketFilter,
        order: SortOrder,
        now: DateTime<Utc>,
    ) -> Result<Position, ParseCursorError> {
        let place: [u8; 12] = self.open_place(text, &Of::Tickets(filter, order), now)?;
        let (milliseconds, digits) = place.split_first_chunk().ok_or(ParseCursorError)?;
        let digits = digits.try_into().map_err(|_| ParseCursorError)?;
        let created_at = DateTime::from_timestamp_millis(i64::from_be_bytes(*milliseconds));
        Ok(Position {
            created_at: created_at.ok_or(ParseCursorError)?,
            digits: u32::from_be_bytes(digits),
        })
    }

    /// The cursor that goes on after `position` in the changes or the messages of a ticket.
    pub fn seal_version(
        &self,
        position: VersionPosition,
        ticket_id: TicketId,
        now: DateTime<Utc>,
    ) -> String {
        self.seal_place(&position.version.to_be_bytes(), &Of::Versions(ticket_id), now)
    }

    /// Reads a cursor that [`Cursors::seal_version`] made for this ticket less than
    /// [`limits::CURSOR_AGE`] ago.
    ///
    /// # Errors
    /// [`ParseCursorError`].
    pub fn open_version(
        &self,
        text: &str,
        ticket_id: TicketId,
        now: DateTime<Utc>,
    ) -> Result<VersionPosition, ParseCursorError> {
        let place = self.open_place(text, &Of::Versions(ticket_id), now)?;
        Ok(VersionPosition { version: u64::from_be_bytes(place) })
    }

    /// The cursor that goes on at `place` in the export of a customer.
    pub fn seal_export(
        &self,
        place: &ExportPlace,
        customer_id: &CustomerId,
        now: DateTime<Utc>,
    ) -> String {
        self.seal_place(place.as_text().as_bytes(), &Of::Export(customer_id), now)
    }

    /// Reads a cursor that [`Cursors::seal_export`] made for this customer less than
    /// [`limits::CURSOR_AGE`] ago.
    ///
    /// # Errors
    /// [`ParseCursorError`].
    pub fn open_export(
        &self,
        text: &str,
        customer_id: &CustomerId,
        now: DateTime<Utc>,
    ) -> Result<ExportPlace, ParseCursorError> {
        let place = self.open_bytes(text, &Of::Export(customer_id), now)?;
        let place = String::from_utf8(place).map_err(|_| ParseCursorError)?;
        ExportPlace::of_text(&place).ok_or(ParseCursorError)
    }

    /// A cursor is its form, when it was made (s), the place, and the seal of all that.
    fn seal_place(&self, place: &[u8], of: &Of<'_>, now: DateTime<Utc>) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(now.timestamp().to_be_bytes());
        bytes.extend(place);
        let list = of.name();
        let seal = self.key.code(Purpose::Cursor, &[&bytes, list.as_bytes()]);
        bytes.extend(seal.iter().take(SEAL_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open_place<const PLACE_BYTES: usize>(
        &self,
        text: &str,
        of: &Of<'_>,
        now: DateTime<Utc>,
    ) -> Result<[u8; PLACE_BYTES], ParseCursorError> {
        self.open_bytes(text, of, now)?.try_into().map_err(|_| ParseCursorError)
    }

    fn open_bytes(
        &self,
        text: &str,
        of: &Of<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, ParseCursorError> {
        if text.len() > limits::CURSOR_BYTES {
            return Err(ParseCursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseCursorError)?;
        let plain_bytes = bytes.len().checked_sub(SEAL_BYTES).ok_or(ParseCursorError)?;
        let (plain, seal) = bytes.split_at(plain_bytes);
        let list = of.name();
        if !self.key.has_made(seal, Purpose::Cursor, &[plain, list.as_bytes()]) {
            return Err(ParseCursorError);
        }
        let Some(([VERSION], rest)) = plain.split_first_chunk() else {
            return Err(ParseCursorError);
        };
        let (made_at, place) = rest.split_first_chunk().ok_or(ParseCursorError)?;
        let age = now.timestamp().saturating_sub(i64::from_be_bytes(*made_at));
        if u64::try_from(age).is_ok_and(|age| age > limits::CURSOR_AGE.as_secs()) {
            return Err(ParseCursorError);
        }
        Ok(place.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use copilot_core::ticket::Status;

    fn under(key: &str) -> Cursors {
        Cursors::new(format!("{key:032}").parse().unwrap())
    }

    fn list_position() -> Position {
        Position { created_at: "2024-11-03T10:30:00.123Z".parse().unwrap(), digits: 0xA1B2_C3D4 }
    }

    #[test]
    fn a_cursor_belongs_to_its_list_and_to_us() {
        let now = "2024-11-04T10:30:00Z".parse().unwrap();
        let open = TicketFilter { status: Some(Status::Open), ..TicketFilter::default() };
        let all = TicketFilter::default();
        let cursors = under("a key of the stack");
        let text = cursors.seal(&list_position(), &open, SortOrder::NewestFirst, now);
        assert_eq!(cursors.open(&text, &open, SortOrder::NewestFirst, now), Ok(list_position()));
        let refused = Err(ParseCursorError);
        assert_eq!(cursors.open(&text, &all, SortOrder::NewestFirst, now), refused);
        assert_eq!(cursors.open(&text, &open, SortOrder::OldestFirst, now), refused);
        let others = under("another key");
        assert_eq!(others.open(&text, &open, SortOrder::NewestFirst, now), refused);
        let last_moment = now + limits::CURSOR_AGE;
        assert_eq!(
            cursors.open(&text, &open, SortOrder::NewestFirst, last_moment),
            Ok(list_position())
        );
        let later = last_moment + chrono::TimeDelta::seconds(1);
        assert_eq!(cursors.open(&text, &open, SortOrder::NewestFirst, later), refused);
    }

    #[test]
    fn a_cursor_of_versions_belongs_to_its_ticket_and_to_us() {
        let now = "2024-11-04T10:30:00Z".parse().unwrap();
        let ids = ["TKT-20241103-A1B2C3D4", "TKT-20241103-A1B2C3D5", "TKT-20241104-A1B2C3D4"];
        let [ours, others @ ..] = ids.map(|id| TicketId::parse(id).unwrap());
        let cursors = under("a key of the stack");
        let position = VersionPosition { version: 7 };
        let text = cursors.seal_version(position, ours, now);
        assert_eq!(cursors.open_version(&text, ours, now), Ok(position));
        let refused = Err(ParseCursorError);
        for other in others {
            assert_eq!(cursors.open_version(&text, other, now), refused);
        }
        let forged = under("another key").seal_version(position, ours, now);
        assert_eq!(cursors.open_version(&forged, ours, now), refused);
        let later = now + limits::CURSOR_AGE + chrono::TimeDelta::seconds(1);
        assert_eq!(cursors.open_version(&text, ours, later), refused);
        // Neither list takes the other's.
        let all = TicketFilter::default();
        assert_eq!(cursors.open(&text, &all, SortOrder::NewestFirst, now), Err(ParseCursorError));
        let of_list = cursors.seal(&list_position(), &all, SortOrder::NewestFirst, now);
        assert_eq!(cursors.open_version(&of_list, ours, now), refused);
        // What stood in for a cursor before there was a seal.
        let plain = URL_SAFE_NO_PAD.encode("1|TKT-20241103-A1B2C3D4|7");
        assert_eq!(cursors.open_version(&plain, ours, now), refused);
    }

    #[test]
    fn no_changed_bit_is_taken() {
        let now = Utc::now();
        let cursors = under("a key of the stack");
        let all = TicketFilter::default();
        let text = cursors.seal(&list_position(), &all, SortOrder::NewestFirst, now);
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(
                cursors.open(&changed, &all, SortOrder::NewestFirst, now),
                Err(ParseCursorError)
            );
        }
        for length in 0..bytes.len() {
            let cut = URL_SAFE_NO_PAD.encode(&bytes[..length]);
            assert_eq!(
                cursors.open(&cut, &all, SortOrder::NewestFirst, now),
                Err(ParseCursorError)
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_panic(text in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let cursors = under("a key of the stack");
            let all = TicketFilter::default();
            for text in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                prop_assert!(cursors.open(&text, &all, SortOrder::NewestFirst, Utc::now()).is_err());
                let ticket_id = TicketId::parse("TKT-20241103-A1B2C3D4").unwrap();
                prop_assert!(cursors.open_version(&text, ticket_id, Utc::now()).is_err());
            }
        }
    }
}
