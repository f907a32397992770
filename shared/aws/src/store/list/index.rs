//! Which index a list is read from, and its partitions.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{StreamExt, TryStreamExt, iter};

use super::super::record::{self, Item};
use super::super::{Store, failure};
use super::Position;
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{SortOrder, TicketFilter, format_time};

/// What an index says of a ticket.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) created_key: String,
    pub(super) partition_key: AttributeValue,
}

/// The entries of an index that a list may show, in its order, merged from all partitions.
pub(super) struct Entries<'a> {
    store: &'a Store,
    name: &'static str,
    attribute: &'static str,
    order: SortOrder,
    /// The first and the last sort key that may be shown.
    first: String,
    last: String,
    keys_at_once: usize,
    partitions: Vec<Partition>,
}

struct Partition {
    value: String,
    buffer: VecDeque<Entry>,
    /// The last entry that was read, or nothing before the first reading.
    read_to: Option<String>,
    is_read: bool,
}

impl<'a> Entries<'a> {
    /// Chooses the index that leaves out most. `wanted` entries are expected to be taken at first.
    pub(super) fn new(
        store: &'a Store,
        filter: &TicketFilter,
        order: SortOrder,
        after: Option<&Position>,
        wanted: usize,
    ) -> Self {
        let sharded = |shard_name: &dyn Fn(u32) -> String| {
            store.shards.numbers().map(shard_name).collect::<Vec<_>>()
        };
        let (name, attribute, values) = if let Some(order_id) = &filter.order_id {
            ("by-order", "order_id", vec![order_id.as_str().to_owned()])
        } else if let Some(customer_id) = &filter.customer_id {
            let ids = std::iter::once(customer_id).chain(&filter.further_customer_ids);
            ("by-customer", "customer_id", ids.map(|id| id.as_str().to_owned()).collect())
        } else if let Some(status) = filter.status {
            let shards = sharded(&|shard| record::status_shard(status, shard));
            ("by-status", "status_shard", shards)
        } else {
            ("by-creation", "list_shard", sharded(&record::list_shard))
        };
        // `created_key` goes on after the time with `#`, so a time alone comes before its tickets,
        // and `~` after everything.
        let mut first = filter.created_after.map(format_time).unwrap_or_default();
        let mut last = filter.created_before.map_or_else(|| "~".to_owned(), format_time);
        match (after, order) {
            (None, _) => {}
            // Nothing is between a key and the same with a character more.
            (Some(position), SortOrder::OldestFirst) => {
                first = format!("{}!", position.created_key())
            }
            (Some(position), SortOrder::NewestFirst) => last = position.just_before(),
        }
        let share = wanted.div_ceil(values.len());
        let keys_at_once = if values.len() == 1 { share } else { 2 * share };
        let partition =
            |value| Partition { value, buffer: VecDeque::new(), read_to: None, is_read: false };
        Self {
            store,
            name,
            attribute,
            order,
            first,
            last,
            keys_at_once: keys_at_once + limits::SHARD_SPARE_KEYS,
            partitions: values.into_iter().map(partition).collect(),
        }
    }

    /// Takes up to `count` entries out, fewer only at the end.
    pub(super) async fn take(&mut self, count: usize) -> Result<Vec<Entry>, Error> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            self.fill().await?;
            let Some(partition) = self.next_partition() else { break };
            taken.extend(self.partitions[partition].buffer.pop_front());
        }
        Ok(taken)
    }

    /// Whether another entry follows.
    pub(super) async fn has_more(&mut self) -> Result<bool, Error> {
        self.fill().await?;
        Ok(self.next_partition().is_some())
    }

    fn next_partition(&self) -> Option<usize> {
        let heads = self.partitions.iter().enumerate().filter_map(|(index, partition)| {
            partition.buffer.front().map(|entry| (&entry.created_key, index))
        });
        let head = match self.order {
            SortOrder::NewestFirst => heads.max(),
            SortOrder::OldestFirst => heads.min(),
        };
        head.map(|(_, index)| index)
    }

    /// Reads on in every partition of which nothing is left, so that the heads can be compared.
    async fn fill(&mut self) -> Result<(), Error> {
        let empty = self
            .partitions
            .iter()
            .enumerate()
            .filter(|(_, partition)| partition.buffer.is_empty() && !partition.is_read);
        let readings = empty.map(async |(index, partition)| {
            self.read(partition).await.map(|(entries, is_read)| (index, entries, is_read))
        });
        let readings = iter(readings).buffer_unordered(limits::SHARDS_READ_AT_ONCE);
        for (index, entries, is_read) in readings.try_collect::<Vec<_>>().await? {
            let partition = &mut self.partitions[index];
            if let Some(last) = entries.last() {
                partition.read_to = Some(last.created_key.clone());
            }
            partition.is_read = is_read;
            partition.buffer.extend(entries);
        }
        Ok(())
    }

    async fn read(&self, partition: &Partition) -> Result<(Vec<Entry>, bool), Error> {
        let (mut first, mut last) = (self.first.clone(), self.last.clone());
        match (&partition.read_to, self.order) {
            (None, _) => {}
            (Some(key), SortOrder::OldestFirst) => first = format!("{key}!"),
            (Some(key), SortOrder::NewestFirst) => {
                last =
                    Position::of(key).map_or_else(String::new, |position| position.just_before());
            }
        }
        if first > last {
            return Ok((Vec::new(), true));
        }
        let answer = self
            .store
            .client
            .query()
            .table_name(&self.store.table)
            .index_name(self.name)
            .scan_index_forward(self.order == SortOrder::OldestFirst)
            .limit(i32::try_from(self.keys_at_once).unwrap_or(i32::MAX))
            .key_condition_expression(
                "#partition = :partition AND created_key BETWEEN :first AND :last",
            )
            .expression_attribute_names("#partition", self.attribute)
            .expression_attribute_values(":partition", AttributeValue::S(partition.value.clone()))
            // DynamoDB takes no empty key, and no key begins with less than a digit.
            .expression_attribute_values(
                ":first",
                AttributeValue::S(if first.is_empty() { "0".to_owned() } else { first }),
            )
            .expression_attribute_values(":last", AttributeValue::S(last))
            .send()
            .await
            .map_err(|error| failure("list tickets", &error))?;
        let is_read = answer.last_evaluated_key.is_none();
        let entries = answer.items.unwrap_or_default().into_iter().filter_map(entry).collect();
        Ok((entries, is_read))
    }
}

fn entry(mut item: Item) -> Option<Entry> {
    let created_key = item.remove("created_key")?.as_s().ok()?.clone();
    Some(Entry { created_key, partition_key: item.remove("pk")? })
}

/// The table's keys of the tickets of `entries`.
pub(super) fn ticket_keys(entries: &[Entry]) -> Vec<Item> {
    entries.iter().map(|entry| record::key_beginning(entry.partition_key.clone())).collect()
}
