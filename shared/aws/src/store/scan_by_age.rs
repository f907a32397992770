//! The oldest tickets of one shard of an index, for what runs on a schedule.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

use super::record::{self, Item};
use super::rows::read_rows;
use super::{Store, failure};
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, format_time};

/// A shard of an index, and how much of it is read.
pub(super) struct AgeScan<'a> {
    /// What it is read for, for the log.
    pub(super) operation: &'static str,
    pub(super) index: &'static str,
    /// The attribute that partitions the index.
    pub(super) attribute: &'static str,
    pub(super) partition: String,
    /// Only tickets that were made earlier.
    pub(super) before: DateTime<Utc>,
    pub(super) limit: usize,
    /// The position at which the page before ended.
    pub(super) after: Option<&'a str>,
}

/// Tickets by the time of their creation.
pub(super) struct AgePage {
    pub(super) tickets: Vec<(DateTime<Utc>, TicketId)>,
    /// Where the next page begins, unless this one ends the shard.
    pub(super) next: Option<String>,
}

impl Store {
    pub(super) async fn scan_by_age(&self, wanted: AgeScan<'_>) -> Result<AgePage, Error> {
        // `created_key` goes on after the time, so every key of an earlier time is smaller.
        let end = AttributeValue::S(format_time(wanted.before));
        let begin = wanted.after.map_or_else(|| "0".to_owned(), |key| format!("{key}!"));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(wanted.index)
            .key_condition_expression(
                "#partition = :partition AND created_key BETWEEN :begin AND :end",
            )
            .expression_attribute_names("#partition", wanted.attribute)
            .expression_attribute_values(":partition", AttributeValue::S(wanted.partition))
            .expression_attribute_values(":begin", AttributeValue::S(begin))
            .expression_attribute_values(":end", end)
            .limit(i32::try_from(wanted.limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| failure(wanted.operation, &error))?;
        let created_key = |item: &Item| Some(item.get("created_key")?.as_s().ok()?.clone());
        let next = answer.last_evaluated_key.as_ref().and_then(created_key);
        let items = answer.items.unwrap_or_default();
        let ticket = |item: Item| record::read_created_key(&created_key(&item)?);
        Ok(AgePage { tickets: read_rows(wanted.operation, items, ticket), next })
    }
}
