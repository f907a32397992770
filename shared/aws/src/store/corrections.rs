//! What agents made of the AI's suggestions: what it is to learn from.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::{self, Item, TicketRecord};
use super::rows::read_rows;
use super::{Store, failure};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{Category, Ticket, TicketId, format_time};

/// An agent's word on what a ticket is about, which the AI had suggested for before. An agent who
/// confirms the suggestion gives one too: that teaches as much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The ticket. Its texts are not copied: who erases it takes them from here too.
    pub ticket_id: TicketId,
    /// What the AI had suggested.
    pub suggested: Option<Category>,
    /// What the agent set.
    pub right: Category,
    /// When.
    #[serde(with = "copilot_core::ticket::timestamp")]
    pub at: DateTime<Utc>,
}

/// A page of corrections, the newest first.
#[derive(Debug, Default)]
pub struct CorrectionPage {
    /// The corrections.
    pub corrections: Vec<Correction>,
    /// Where the next page begins, unless this one ends the list.
    pub next: Option<String>,
}

/// All corrections are in one partition. Agents correct some tickets a second at most, and one takes a
/// thousand.
const PARTITION: &str = "corrections";

impl Correction {
    /// What the change from `seen` to `next` says, when an agent made it and the AI had suggested.
    pub(super) fn of(seen: &Ticket, next: &Ticket) -> Option<Self> {
        let suggestion = seen.suggestion.as_ref()?;
        let is_set = (seen.category, seen.category_set_by) != (next.category, next.category_set_by);
        let right = next.category.filter(|_| is_set)?;
        Some(Self {
            ticket_id: next.ticket_id,
            suggested: suggestion.category,
            right,
            at: next.updated_at,
        })
    }

    /// The item that keeps it. A ticket that is corrected twice has two, the later of which holds.
    pub(super) fn item(&self) -> Result<Item, Error> {
        let expires_at = self.at + limits::CORRECTION_RETENTION;
        let mut item: Item = serde_dynamo::to_item(self)
            .map_err(|error| Error::internal("write a correction as an item", error))?;
        item.extend(key(&format_time(self.at), self.ticket_id.digits()));
        let expires_at = AttributeValue::N(expires_at.timestamp().to_string());
        item.insert("expires_at".to_owned(), expires_at);
        record::leave_out_empty(&mut item);
        Ok(item)
    }
}

/// The key of a correction of the time `at` of the ticket with these digits.
pub(super) fn key(at: &str, digits: u32) -> Item {
    let key = format!("{at}#{digits:08X}");
    Item::from([
        ("pk".to_owned(), AttributeValue::S(PARTITION.to_owned())),
        ("sk".to_owned(), AttributeValue::S(key)),
    ])
}

impl Store {
    /// The tickets of corrections, at most [`limits::BATCH_READ_TICKETS`], in no order. One that was
    /// erased is absent, and so is one that cannot be read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn corrected_tickets(
        &self,
        corrections: &[Correction],
    ) -> Result<Vec<Ticket>, Error> {
        let digits = corrections.iter().map(|correction| correction.ticket_id.digits());
        let keys = digits.take(limits::BATCH_READ_TICKETS).map(record::item_key);
        let items = self.read_batch("read corrected tickets", keys.collect()).await?;
        let read = |item| TicketRecord::from_item(item).ok();
        let mut tickets = Vec::with_capacity(items.len());
        for record in read_rows("read corrected tickets", items, read) {
            tickets.push(self.whole(record).await?.ticket);
        }
        Ok(tickets)
    }

    /// Corrections before the position `before`, the newest first: at most `limit`, without those that
    /// cannot be read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn corrections(
        &self,
        limit: u32,
        before: Option<&str>,
    ) -> Result<CorrectionPage, Error> {
        let partition = AttributeValue::S(PARTITION.to_owned());
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .expression_attribute_values(":partition", partition);
        query = match before {
            None => query.key_condition_expression("pk = :partition"),
            Some(position) => query
                .key_condition_expression("pk = :partition AND sk < :before")
                .expression_attribute_values(":before", AttributeValue::S(position.to_owned())),
        };
        let answer = query.send().await.map_err(|error| failure("list corrections", &error))?;
        let next = answer.last_evaluated_key.and_then(|mut key| key.remove("sk"));
        let read = |item| serde_dynamo::from_item(item).ok();
        Ok(CorrectionPage {
            corrections: read_rows("list corrections", answer.items.unwrap_or_default(), read),
            next: next.and_then(|position| position.as_s().ok().cloned()),
        })
    }
}
