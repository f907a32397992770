//! Where a list goes on, as clients get it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Position;
use crate::limits;
use crate::ticket::{Order, TicketFilter};

/// Makes cursors that nobody else can, and that hold for one list alone.
#[derive(Clone)]
pub struct Cursors {
    key: String,
}

/// The text is no cursor of ours, one of another list, or too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct NotACursor;

/// Begins each cursor; changes when its form does, so that an old one is refused, not misread.
const VERSION: u8 = 2;
/// Version, when it was made (s), where it goes on (ms and digits).
const PLAIN_BYTES: usize = 1 + 8 + 8 + 4;
/// Half a SHA-256: more than anybody can try out.
const SEAL_BYTES: usize = 16;

impl Cursors {
    /// Cursors sealed with `key`, which must stay the same from deployment to deployment. It need
    /// not be a great secret: who can forge a cursor sees nothing that a list does not show.
    pub fn new(key: String) -> Self {
        Self { key }
    }

    /// The cursor that goes on after `position` in the list with this filter and order.
    pub fn seal(
        &self,
        position: &Position,
        filter: &TicketFilter,
        order: Order,
        now: DateTime<Utc>,
    ) -> String {
        let mut bytes = Vec::with_capacity(PLAIN_BYTES + SEAL_BYTES);
        bytes.push(VERSION);
        bytes.extend(now.timestamp().to_be_bytes());
        bytes.extend(position.created_at.timestamp_millis().to_be_bytes());
        bytes.extend(position.digits.to_be_bytes());
        let seal = self.seal_of(&bytes, filter, order);
        bytes.extend(seal);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor that [`Cursors::seal`] made for this list less than [`limits::CURSOR_AGE`] ago.
    ///
    /// # Errors
    /// [`NotACursor`].
    pub fn open(
        &self,
        text: &str,
        filter: &TicketFilter,
        order: Order,
        now: DateTime<Utc>,
    ) -> Result<Position, NotACursor> {
        if text.len() > limits::CURSOR_BYTES {
            return Err(NotACursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let (plain, seal) = bytes.split_at_checked(PLAIN_BYTES).ok_or(NotACursor)?;
        let expected = self.seal_of(plain, filter, order);
        // Which byte differs first tells nothing: a forger would need to see the time, over HTTP.
        if plain.first() != Some(&VERSION) || seal != expected {
            return Err(NotACursor);
        }
        let number = |range: std::ops::Range<usize>| {
            let bytes: [u8; 8] = plain.get(range)?.try_into().ok()?;
            Some(i64::from_be_bytes(bytes))
        };
        let made_at = number(1..9).ok_or(NotACursor)?;
        let milliseconds = number(9..17).ok_or(NotACursor)?;
        let digits = plain.get(17..).and_then(|bytes| bytes.try_into().ok()).ok_or(NotACursor)?;
        let age = now.timestamp().saturating_sub(made_at);
        if u64::try_from(age).is_ok_and(|age| age > limits::CURSOR_AGE.as_secs()) {
            return Err(NotACursor);
        }
        let created_at = DateTime::from_timestamp_millis(milliseconds).ok_or(NotACursor)?;
        Ok(Position { created_at, digits: u32::from_be_bytes(digits) })
    }

    fn seal_of(&self, plain: &[u8], filter: &TicketFilter, order: Order) -> Vec<u8> {
        let order = match order {
            Order::NewestFirst => "desc",
            Order::OldestFirst => "asc",
        };
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(self.key.as_bytes()) else {
            return Vec::new(); // HMAC takes keys of any length.
        };
        mac.update(plain);
        mac.update(order.as_bytes());
        mac.update(filter.canonical().as_bytes());
        let mut seal = mac.finalize().into_bytes().to_vec();
        seal.truncate(SEAL_BYTES);
        seal
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ticket::Status;

    fn position() -> Position {
        Position { created_at: "2024-11-03T10:30:00.123Z".parse().unwrap(), digits: 0xA1B2_C3D4 }
    }

    #[test]
    fn a_cursor_belongs_to_its_list_and_to_us() {
        let now = "2024-11-04T10:30:00Z".parse().unwrap();
        let open = TicketFilter { status: Some(Status::Open), ..TicketFilter::default() };
        let all = TicketFilter::default();
        let cursors = Cursors::new("key".to_owned());
        let text = cursors.seal(&position(), &open, Order::NewestFirst, now);
        assert_eq!(cursors.open(&text, &open, Order::NewestFirst, now), Ok(position()));
        let refused = Err(NotACursor);
        assert_eq!(cursors.open(&text, &all, Order::NewestFirst, now), refused);
        assert_eq!(cursors.open(&text, &open, Order::OldestFirst, now), refused);
        let others = Cursors::new("another key".to_owned());
        assert_eq!(others.open(&text, &open, Order::NewestFirst, now), refused);
        let last_moment = now + limits::CURSOR_AGE;
        assert_eq!(cursors.open(&text, &open, Order::NewestFirst, last_moment), Ok(position()));
        let later = last_moment + chrono::TimeDelta::seconds(1);
        assert_eq!(cursors.open(&text, &open, Order::NewestFirst, later), refused);
    }

    #[test]
    fn no_changed_bit_is_taken() {
        let now = Utc::now();
        let cursors = Cursors::new("key".to_owned());
        let all = TicketFilter::default();
        let text = cursors.seal(&position(), &all, Order::NewestFirst, now);
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(cursors.open(&changed, &all, Order::NewestFirst, now), Err(NotACursor));
        }
        for length in 0..bytes.len() {
            let cut = URL_SAFE_NO_PAD.encode(&bytes[..length]);
            assert_eq!(cursors.open(&cut, &all, Order::NewestFirst, now), Err(NotACursor));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_panic(text in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let cursors = Cursors::new("key".to_owned());
            let all = TicketFilter::default();
            for text in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                prop_assert!(cursors.open(&text, &all, Order::NewestFirst, Utc::now()).is_err());
            }
        }
    }
}
