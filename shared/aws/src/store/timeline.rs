//! The timeline of one ticket, in pages: its changes and its messages, by the versions that they made.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use super::record::{self, Item, TimelineKind};
use super::rows::read_rows;
use super::timeline_record::{ChangeRecord, StoredMessage};
use super::{Store, failure};
use copilot_core::error::Error;
use copilot_core::ticket::{TicketChange, TicketId, TicketMessage};

/// A page of a ticket's timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelinePage<T> {
    /// The entries, oldest first.
    pub entries: Vec<T>,
    /// After which entry the list goes on, unless this page ends it.
    pub next: Option<VersionPosition>,
}

/// The place of a change or of a message in the list of a ticket's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionPosition {
    /// The version that it made.
    pub version: u64,
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
        after: Option<VersionPosition>,
    ) -> Result<TimelinePage<TicketChange>, Error> {
        self.timeline::<ChangeRecord, _>(ticket_id, TimelineKind::Change, limit, after).await
    }

    /// What the customer wrote on a ticket after its description, and agents for each other, after `after`,
    /// in the order in which it reached us, at most `limit`.
    ///
    /// # Errors
    /// As [`Store::changes`].
    pub async fn messages(
        &self,
        ticket_id: TicketId,
        limit: u32,
        after: Option<VersionPosition>,
    ) -> Result<TimelinePage<TicketMessage>, Error> {
        self.timeline::<StoredMessage, _>(ticket_id, TimelineKind::Message, limit, after).await
    }

    /// DynamoDB ends a page after 1 MB by itself. Escaped twice, as JSON within Lambda's JSON, that
    /// grows to 4 MB at most, which stays below [`crate::limits::PAGE_BYTES`].
    async fn timeline<R: DeserializeOwned, T: From<R>>(
        &self,
        ticket_id: TicketId,
        kind: TimelineKind,
        limit: u32,
        after: Option<VersionPosition>,
    ) -> Result<TimelinePage<T>, Error> {
        // Only the ticket itself tells whether it exists and whether this is its id.
        self.read_cut(ticket_id).await?;
        let begin = kind.key(after.map_or(0, |position| position.version.saturating_add(1)));
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
            .map_err(|error| failure(OPERATION, &error))?;
        let mut items = answer.items.unwrap_or_default();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit || answer.last_evaluated_key.is_some();
        items.truncate(limit);
        let last = items.last().filter(|_| has_more).map(version_of).transpose()?;
        Ok(TimelinePage {
            entries: read_rows(OPERATION, items, |item| {
                serde_dynamo::from_item::<_, R>(item).ok().map(T::from)
            }),
            next: last.map(|version| VersionPosition { version }),
        })
    }
}

fn version_of(item: &Item) -> Result<u64, Error> {
    let sort_key = item.get("sk").and_then(|sort_key| sort_key.as_s().ok());
    let version = sort_key.and_then(|sort_key| sort_key.rsplit_once('#')?.1.parse().ok());
    version.ok_or(UNREADABLE)
}

const OPERATION: &str = "read a ticket's timeline";
const UNREADABLE: Error = Error::defect("read an item of a ticket's timeline");
