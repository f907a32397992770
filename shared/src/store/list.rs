//! Pages of tickets, newest first, merged from the shards of an index.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::future::try_join_all;

use super::cursor::Cursor;
use super::record::{self, Item, TicketRecord};
use super::{Error, Store, failure, limits};
use crate::ticket::{Status, Ticket};

/// A page of tickets.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The tickets, newest first.
    pub tickets: Vec<Ticket>,
    /// Where the list goes on, unless this page ends it.
    pub next: Option<Cursor>,
}

/// What an index says of a ticket.
struct Entry {
    created_key: String,
    partition_key: AttributeValue,
}

impl Store {
    /// The next tickets after `after`, at most `limit`, of one status or of any.
    ///
    /// A page ends early when it reaches [`limits::PAGE_BYTES`] or when tickets left the status
    /// between index and table; its cursor then goes on.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn list(
        &self,
        status: Option<Status>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Page, Error> {
        let shards = (0..limits::LIST_SHARDS).map(|shard| self.query(status, shard, limit, after));
        let mut entries: Vec<Entry> = try_join_all(shards).await?.into_iter().flatten().collect();
        entries.sort_unstable_by(|one, other| other.created_key.cmp(&one.created_key));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut more = entries.len() > limit;
        entries.truncate(limit);

        let mut tickets = self.read_all(&entries).await?;
        let mut page = Page { tickets: Vec::with_capacity(entries.len()), next: None };
        let mut last = None;
        let mut bytes = 0;
        for entry in &entries {
            let ticket = tickets.remove(&entry.created_key);
            if let Some(ticket) = ticket.filter(|ticket| status.is_none_or(|s| s == ticket.status))
            {
                bytes += bytes_in_answer(&ticket)?;
                if bytes > limits::PAGE_BYTES && !page.tickets.is_empty() {
                    more = true;
                    break;
                }
                page.tickets.push(ticket);
            }
            last = Some(entry);
        }
        if let Some(last) = last.filter(|_| more) {
            page.next = Some(Cursor::at(status, &last.created_key).map_err(|error| {
                Error::Internal { operation: "make a cursor", source: Some(error.into()) }
            })?);
        }
        Ok(page)
    }

    /// One entry more than `limit`, so that the end of the list is known without another read.
    async fn query(
        &self,
        status: Option<Status>,
        shard: u32,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Vec<Entry>, Error> {
        let (index, attribute, partition) = match status {
            None => ("by-creation", "list_shard", record::list_shard(shard)),
            Some(status) => {
                ("by-status", "status_shard", record::status_shard_number(status, shard))
            }
        };
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1))
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", AttributeValue::S(partition));
        query = match after {
            None => query.key_condition_expression("#partition = :partition"),
            Some(cursor) => query
                .key_condition_expression("#partition = :partition AND created_key < :after")
                .expression_attribute_values(":after", AttributeValue::S(cursor.created_key())),
        };
        let answer = query.send().await.map_err(|error| failure("list tickets", &error))?;
        Ok(answer.items.unwrap_or_default().into_iter().filter_map(entry).collect())
    }

    /// The tickets of `entries` by their `created_key`. One that is gone is absent.
    async fn read_all(&self, entries: &[Entry]) -> Result<HashMap<String, Ticket>, Error> {
        const OPERATION: &str = "read a page of tickets";
        let mut keys: Vec<Item> = entries
            .iter()
            .map(|entry| {
                let (_, sk) = record::key(0);
                HashMap::from([
                    ("pk".to_owned(), entry.partition_key.clone()),
                    ("sk".to_owned(), sk),
                ])
            })
            .collect();
        let mut tickets = HashMap::with_capacity(keys.len());
        for _ in 0..limits::BATCH_READ_ATTEMPTS {
            if keys.is_empty() {
                return Ok(tickets);
            }
            let request =
                KeysAndAttributes::builder().set_keys(Some(keys)).build().map_err(|error| {
                    Error::Internal { operation: OPERATION, source: Some(error.into()) }
                })?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .send()
                .await
                .map_err(|error| failure(OPERATION, &error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                let ticket = TicketRecord::from_item(item)?.ticket;
                let key = record::created_key(ticket.created_at, ticket.ticket_id.digits());
                tickets.insert(key, ticket);
            }
            keys = answer
                .unprocessed_keys
                .unwrap_or_default()
                .into_values()
                .flat_map(|rest| rest.keys)
                .collect();
        }
        if keys.is_empty() {
            return Ok(tickets);
        }
        Err(Error::Unavailable { operation: OPERATION, source: None })
    }
}

fn entry(mut item: Item) -> Option<Entry> {
    let created_key = item.remove("created_key")?.as_s().ok()?.clone();
    Some(Entry { created_key, partition_key: item.remove("pk")? })
}

/// The answer travels as a JSON string inside Lambda's JSON, where each quote and backslash takes
/// one byte more.
fn bytes_in_answer(ticket: &Ticket) -> Result<usize, Error> {
    let json = serde_json::to_vec(ticket).map_err(|error| Error::Internal {
        operation: "write a ticket as JSON",
        source: Some(error.into()),
    })?;
    Ok(json.len() + json.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count())
}
