//! Where a list goes on.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};

use super::record::created_key;
use crate::limits;
use crate::ticket::Status;

/// The place of the last ticket of a page, bound to the filter of its list. Clients get and give it
/// as opaque, URL-safe text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    status: Option<Status>,
    created_at: DateTime<Utc>,
    digits: u32,
}

/// The text is no cursor, or one of another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct NotACursor;

/// Begins the plain text; changes when its form does, so that an old cursor is refused, not misread.
const VERSION: &str = "1";
/// Stands for the absent filter.
const EVERY_STATUS: &str = "all";

impl Cursor {
    /// The place of the ticket that `created_key` sorts, in the list with this filter.
    pub(super) fn at(status: Option<Status>, created_key: &str) -> Result<Self, NotACursor> {
        let (created_at, digits) = created_key.split_once('#').ok_or(NotACursor)?;
        Ok(Self {
            status,
            created_at: created_at.parse().map_err(|_| NotACursor)?,
            digits: u32::from_str_radix(digits, 16).map_err(|_| NotACursor)?,
        })
    }

    /// Reads a cursor that [`fmt::Display`] wrote for the list with this filter.
    ///
    /// # Errors
    /// [`NotACursor`] for any other text, also one of a list with another filter.
    pub fn parse(text: &str, status: Option<Status>) -> Result<Self, NotACursor> {
        if text.len() > limits::CURSOR_BYTES {
            return Err(NotACursor);
        }
        let plain = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let plain = String::from_utf8(plain).map_err(|_| NotACursor)?;
        let created_key = plain.rsplit('|').next().ok_or(NotACursor)?;
        let cursor = Self::at(status, created_key)?;
        if cursor.to_string() == text { Ok(cursor) } else { Err(NotACursor) }
    }

    /// What the indexes sort by.
    pub(super) fn created_key(&self) -> String {
        created_key(self.created_at, self.digits)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map_or(EVERY_STATUS, Status::name);
        let plain = format!("{VERSION}|{status}|{}", self.created_key());
        formatter.write_str(&URL_SAFE_NO_PAD.encode(plain))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let key = "2024-11-03T10:30:00.123Z#A1B2C3D4";
        let cursor = Cursor::at(Some(Status::Open), key).unwrap();
        let text = cursor.to_string();
        assert_eq!(Cursor::parse(&text, Some(Status::Open)), Ok(cursor));
        assert_eq!(Cursor::parse(&text, Some(Status::New)), Err(NotACursor));
        assert_eq!(Cursor::parse(&text, None), Err(NotACursor));
        assert_eq!(cursor.created_key(), key);
    }

    proptest! {
        #[test]
        fn round_trips(milliseconds in 0_i64..253_402_300_799_999, digits in any::<u32>(), index in 0_usize..6) {
            let status = Status::ALL.get(index).copied();
            let time = DateTime::from_timestamp_millis(milliseconds).unwrap();
            let cursor = Cursor::at(status, &created_key(time, digits)).unwrap();
            prop_assert_eq!(Cursor::parse(&cursor.to_string(), status), Ok(cursor));
        }

        #[test]
        fn any_text_is_refused_without_panic(text in ".{0,300}", plain in ".{0,60}") {
            prop_assert!(Cursor::parse(&text, None).is_err());
            prop_assert!(Cursor::parse(&URL_SAFE_NO_PAD.encode(plain), None).is_err());
        }
    }
}
