//! What is remembered of one ticket, in pages: its changes and its messages, by the versions that
//! they made.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;

use super::record::{self, Item, Remembered};
use super::{Store, failure};
use crate::error::Error;
use crate::limits;
use crate::ticket::{TicketChange, TicketId, TicketMessage};

/// A page of what is remembered of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct RememberedPage<T> {
    /// The entries, oldest first.
    pub entries: Vec<T>,
    /// Where the list goes on, unless this page ends it.
    pub next: Option<VersionCursor>,
}

/// The version of the last entry of a page, bound to its ticket. Clients get and give it as opaque,
/// URL-safe text. One of changes is also one of messages: both are lists of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionCursor {
    ticket_id: TicketId,
    version: u64,
}

/// The text is no cursor, or one of another ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this ticket")]
pub struct NotAVersionCursor;

/// Begins the plain text; changes when its form does, so that an old cursor is refused, not misread.
const CURSOR_FORM: &str = "1";

impl VersionCursor {
    /// Reads a cursor that [`fmt::Display`] wrote for this ticket.
    ///
    /// # Errors
    /// [`NotAVersionCursor`] for any other text, also one of another ticket.
    pub fn parse(text: &str, ticket_id: TicketId) -> Result<Self, NotAVersionCursor> {
        if text.len() > limits::CURSOR_BYTES {
            return Err(NotAVersionCursor);
        }
        let plain = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAVersionCursor)?;
        let plain = std::str::from_utf8(&plain).map_err(|_| NotAVersionCursor)?;
        let version = plain.rsplit('|').next().and_then(|version| version.parse().ok());
        let cursor = Self { ticket_id, version: version.ok_or(NotAVersionCursor)? };
        if cursor.to_string() == text { Ok(cursor) } else { Err(NotAVersionCursor) }
    }
}

impl fmt::Display for VersionCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = format!("{CURSOR_FORM}|{}|{}", self.ticket_id, self.version);
        formatter.write_str(&URL_SAFE_NO_PAD.encode(plain))
    }
}

impl Store {
    /// The changes of a ticket after `after`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such ticket; [`Error::Unavailable`] or
    /// [`Error::Internal`].
    pub async fn changes(
        &self,
        ticket_id: TicketId,
        limit: u32,
        after: Option<&VersionCursor>,
    ) -> Result<RememberedPage<TicketChange>, Error> {
        self.remembered(ticket_id, Remembered::Change, limit, after).await
    }

    /// What the customer wrote on a ticket after its description and after `after`, in the order in
    /// which it reached us, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::changes`].
    pub async fn messages(
        &self,
        ticket_id: TicketId,
        limit: u32,
        after: Option<&VersionCursor>,
    ) -> Result<RememberedPage<TicketMessage>, Error> {
        self.remembered(ticket_id, Remembered::Message, limit, after).await
    }

    /// DynamoDB ends a page after 1 MB by itself. Escaped twice, as JSON within Lambda's JSON, that
    /// grows to 4 MB at most, which stays below [`limits::PAGE_BYTES`].
    async fn remembered<T: DeserializeOwned>(
        &self,
        ticket_id: TicketId,
        kind: Remembered,
        limit: u32,
        after: Option<&VersionCursor>,
    ) -> Result<RememberedPage<T>, Error> {
        // Only the ticket itself tells whether it exists and whether this is its id.
        self.read(ticket_id).await?;
        let begin = kind.key(after.map_or(0, |cursor| cursor.version.saturating_add(1)));
        // All digits sort before the colon.
        let end = format!("{}#:", kind.name());
        let (pk, _) = record::key(ticket_id.digits());
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :begin AND :end")
            .expression_attribute_values(":pk", pk)
            .expression_attribute_values(":begin", AttributeValue::S(begin))
            .expression_attribute_values(":end", AttributeValue::S(end))
            .consistent_read(true)
            // One more, so that the end of the list is known without another read.
            .limit(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1))
            .send()
            .await
            .map_err(|error| failure("read what is remembered of a ticket", &error))?;
        let mut items = answer.items.unwrap_or_default();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = items.len() > limit || answer.last_evaluated_key.is_some();
        items.truncate(limit);
        let last = items.last().filter(|_| is_more).map(version_of).transpose()?;
        Ok(RememberedPage {
            entries: items.into_iter().map(entry).collect::<Result<_, _>>()?,
            next: last.map(|version| VersionCursor { ticket_id, version }),
        })
    }
}

fn version_of(item: &Item) -> Result<u64, Error> {
    let sort_key = item.get("sk").and_then(|sort_key| sort_key.as_s().ok());
    let version = sort_key.and_then(|sort_key| sort_key.rsplit_once('#')?.1.parse().ok());
    version.ok_or(UNREADABLE)
}

fn entry<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    // The cause may quote the item.
    serde_dynamo::from_item(item).map_err(|_| UNREADABLE)
}

const UNREADABLE: Error =
    Error::Internal { operation: "read an item that is remembered of a ticket", source: None };

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ticket_id(text: &str) -> TicketId {
        TicketId::parse(text).unwrap()
    }

    #[test]
    fn a_cursor_belongs_to_its_ticket() {
        let ours = ticket_id("TKT-20241103-A1B2C3D4");
        let text = VersionCursor { ticket_id: ours, version: 7 }.to_string();
        let read = VersionCursor::parse(&text, ours).unwrap();
        assert_eq!(read.version, 7);
        let other = ticket_id("TKT-20241103-A1B2C3D5");
        assert_eq!(VersionCursor::parse(&text, other), Err(NotAVersionCursor));
    }

    proptest! {
        #[test]
        fn round_trips(version in any::<u64>(), digits in "[0-9A-F]{8}") {
            let cursor =
                VersionCursor { ticket_id: ticket_id(&format!("TKT-20241103-{digits}")), version };
            prop_assert_eq!(VersionCursor::parse(&cursor.to_string(), cursor.ticket_id), Ok(cursor));
        }

        #[test]
        fn any_text_is_refused_without_panic(text in ".{0,300}", plain in ".{0,60}|1\\|[0-9+]{0,30}") {
            let ours = ticket_id("TKT-20241103-A1B2C3D4");
            prop_assert!(VersionCursor::parse(&text, ours).is_err());
            prop_assert!(VersionCursor::parse(&URL_SAFE_NO_PAD.encode(plain), ours).is_err());
        }
    }
}
