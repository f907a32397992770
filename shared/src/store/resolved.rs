//! Resolved tickets that may be due to be closed.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use futures_util::stream::{StreamExt, iter};

use super::record::{self, Item};
use super::{Store, failure};
use crate::error::Error;
use crate::limits;
use crate::ticket::{Status, Ticket, TicketId};

/// Resolved tickets of one shard, the oldest by creation first.
#[derive(Debug, Default)]
pub struct ResolvedPage {
    /// The tickets as they are now. Some may have left the status since the index was written.
    pub tickets: Vec<Ticket>,
    /// Why some of the page's tickets could not be read.
    pub failure: Option<Error>,
    /// Where the next page begins, unless this one ends the shard.
    pub next: Option<String>,
}

impl Store {
    /// Resolved tickets of a shard (0 to [`limits::LIST_SHARDS`] - 1) that were made before `before`,
    /// after the position `after`: at most [`limits::RESOLVED_PAGE_TICKETS`].
    ///
    /// The index `by-status` sorts by the time of creation and not of resolution, so each ticket is
    /// read to see since when it is resolved. That stays bounded: who asks for those resolved before
    /// a time gives this time as `before`, since no ticket is resolved before it is made; and what
    /// is due is closed and leaves the index. What is read in vain is only what was resolved since
    /// that time and is older.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when the index cannot be read.
    pub async fn resolved(
        &self,
        shard: u32,
        before: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<ResolvedPage, Error> {
        let partition = record::status_shard_number(Status::Resolved, shard);
        // `created_key` goes on after the time, so every key of an earlier time is smaller.
        let end = AttributeValue::S(crate::ticket::format_time(before));
        let begin =
            AttributeValue::S(after.map_or_else(|| "0".to_owned(), |key| format!("{key}!")));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by-status")
            .key_condition_expression(
                "status_shard = :shard AND created_key BETWEEN :begin AND :end",
            )
            .expression_attribute_values(":shard", AttributeValue::S(partition))
            .expression_attribute_values(":begin", begin)
            .expression_attribute_values(":end", end)
            .limit(i32::try_from(limits::RESOLVED_PAGE_TICKETS).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| failure("list resolved tickets", &error))?;
        let created_key = |item: &Item| Some(item.get("created_key")?.as_s().ok()?.clone());
        let next = answer.last_evaluated_key.as_ref().and_then(created_key);
        let ids: Vec<TicketId> = answer
            .items
            .unwrap_or_default()
            .iter()
            .filter_map(|item| record::read_created_key(&created_key(item)?))
            .map(|(_, ticket_id)| ticket_id)
            .collect();
        let reads = iter(ids).map(|ticket_id| self.get(ticket_id.digits()));
        let mut reads = reads.buffer_unordered(limits::RESOLVED_AT_ONCE);
        let mut page = ResolvedPage { next, ..ResolvedPage::default() };
        while let Some(read) = reads.next().await {
            match read {
                Ok(record) => page.tickets.extend(record.map(|record| record.ticket)),
                Err(error) => page.failure = Some(error),
            }
        }
        Ok(page)
    }
}
