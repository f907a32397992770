//! The row of an erasure: how far it is, and what it has removed.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::record::Item;
use super::super::{Store, failure, unless_not_met};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{format_time, optional_timestamp, parse_time, timestamp};

const PARTITION: &str = "erasure";
const OPERATION: &str = "note an erasure";

/// What was removed, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ErasedCounts {
    /// Tickets, with their texts.
    pub tickets: u64,
    /// What customers wrote after the description, and agents' notes.
    pub messages: u64,
    /// Notes that a message is known.
    pub message_ids: u64,
    /// Entries of histories.
    pub changes: u64,
    /// Corrections of the AI by agents.
    pub corrections: u64,
    /// Versions of what the AI learned that may hold something of them.
    pub learned_versions: u64,
    /// Webhook bodies that could not be read.
    pub kept_bodies: u64,
    /// Long descriptions, which have items of their own.
    pub long_texts: u64,
    /// Other rows.
    pub others: u64,
}

/// An erasure, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// When it began.
    #[serde(with = "timestamp")]
    pub started_at: DateTime<Utc>,
    /// When nothing more was found; nothing as long as it goes on.
    #[serde(with = "optional_timestamp")]
    pub finished_at: Option<DateTime<Utc>>,
    /// What was removed since it began.
    pub erased: ErasedCounts,
    /// How far kept bodies are read: a source, and after which of its bodies it goes on.
    #[serde(skip)]
    pub(super) kept: KeptProgress,
    /// When the first of the corrections was made that were removed and may have been learned from.
    #[serde(skip)]
    pub(super) learned_since: Option<String>,
}

/// How far kept bodies are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeptProgress {
    pub(super) sources_done: usize,
    pub(super) after: Option<String>,
}

/// A kind of what is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Tickets,
    Messages,
    MessageIds,
    Changes,
    Corrections,
    LearnedVersions,
    KeptBodies,
    LongTexts,
    Others,
}

impl Counted {
    fn attribute(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Messages => "messages",
            Self::MessageIds => "message_ids",
            Self::Changes => "changes",
            Self::Corrections => "corrections",
            Self::LearnedVersions => "learned_versions",
            Self::KeptBodies => "kept_bodies",
            Self::LongTexts => "long_texts",
            Self::Others => "others",
        }
    }
}

impl Store {
    /// The erasure `name`, if it is known.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub(super) async fn erasure(&self, name: &str) -> Result<Option<Erasure>, Error> {
        let call = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = call.key("pk", text(PARTITION)).key("sk", text(name)).send().await;
        let answer = answer.map_err(|error| failure("read an erasure", &error))?;
        Ok(answer.item.as_ref().map(read))
    }

    /// Begins the erasure, or goes on with the one whose report is still kept.
    pub(super) async fn begin_erasure(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Erasure, Error> {
        let known = self.erasure(name).await?;
        let is_over =
            |finished_at: DateTime<Utc>| finished_at + limits::ERASURE_REPORT_RETENTION < now;
        match known {
            Some(known) if known.finished_at.is_none() => return Ok(known),
            Some(known) if known.finished_at.is_some_and(is_over) => {
                // The table's time to live has not come by yet.
                let call = self.client.delete_item().table_name(&self.table);
                let call = call.key("pk", text(PARTITION)).key("sk", text(name));
                call.send().await.map_err(|error| failure(OPERATION, &error))?;
            }
            _ => {}
        }
        let update = self.update_row(name).update_expression(
            "SET started_at = if_not_exists(started_at, :now) \
             REMOVE finished_at, expires_at, kept_sources_done, kept_after",
        );
        let update = update.expression_attribute_values(":now", text(&format_time(now)));
        update.send().await.map_err(|error| failure(OPERATION, &error))?;
        self.erasure(name).await?.ok_or(Error::defect(OPERATION))
    }

    /// Notes that nothing more was found.
    pub(super) async fn finish_erasure(&self, name: &str, now: DateTime<Utc>) -> Result<(), Error> {
        let expires_at = (now + limits::ERASURE_REPORT_RETENTION).timestamp();
        self.update_row(name)
            .update_expression("SET finished_at = :now, expires_at = :expires_at")
            .expression_attribute_values(":now", text(&format_time(now)))
            .expression_attribute_values(":expires_at", AttributeValue::N(expires_at.to_string()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failure(OPERATION, &error))
    }

    /// The names of erasures that are not finished.
    pub(super) async fn unfinished(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :partition")
                .filter_expression("attribute_not_exists(finished_at)")
                .projection_expression("sk")
                .expression_attribute_values(":partition", text(PARTITION))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| failure("list unfinished erasures", &error))?;
            let found = answer.items.unwrap_or_default();
            names.extend(found.iter().filter_map(|item| text_of(item, "sk")));
            start = answer.last_evaluated_key;
            if start.is_none() || names.len() >= limits::UNFINISHED_ERASURES {
                return Ok(names);
            }
        }
    }

    fn update_row(&self, name: &str) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.key("pk", text(PARTITION)).key("sk", text(name))
    }

    /// Notes how far kept bodies are read.
    pub(super) async fn note_kept_progress(
        &self,
        name: &str,
        progress: &KeptProgress,
    ) -> Result<(), Error> {
        let done = AttributeValue::N(progress.sources_done.to_string());
        let mut update = self.update_row(name).expression_attribute_values(":done", done);
        update = match &progress.after {
            None => update.update_expression("SET kept_sources_done = :done REMOVE kept_after"),
            Some(after) => update
                .update_expression("SET kept_sources_done = :done, kept_after = :after")
                .expression_attribute_values(":after", text(after)),
        };
        update.send().await.map(|_| ()).map_err(|error| failure(OPERATION, &error))
    }

    /// Notes, before a correction of the time `at` is removed, that what was learned since is to be
    /// forgotten.
    pub(super) async fn note_learned_since(&self, name: &str, at: &str) -> Result<(), Error> {
        let outcome = self
            .update_row(name)
            .update_expression("SET learned_since = :at")
            .condition_expression("attribute_not_exists(learned_since) OR learned_since > :at")
            .expression_attribute_values(":at", text(at))
            .send()
            .await;
        unless_not_met(OPERATION, outcome)
    }

    /// Notes that what was learned since `at` is forgotten.
    pub(super) async fn note_forgotten(&self, name: &str, at: &str) -> Result<(), Error> {
        let outcome = self
            .update_row(name)
            .update_expression("REMOVE learned_since")
            // An earlier one may have been noted meanwhile.
            .condition_expression("learned_since = :at")
            .expression_attribute_values(":at", text(at))
            .send()
            .await;
        unless_not_met(OPERATION, outcome)
    }

    /// The write that adds to the counts of an erasure.
    pub(super) fn count_erased(
        &self,
        erasure: &str,
        counts: &[(Counted, usize)],
    ) -> Result<TransactWriteItem, Error> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(erasure));
        let mut added = Vec::new();
        for (index, (kind, count)) in counts.iter().filter(|(_, count)| *count > 0).enumerate() {
            let count = AttributeValue::N(count.to_string());
            update = update
                .expression_attribute_names(format!("#k{index}"), kind.attribute())
                .expression_attribute_values(format!(":c{index}"), count);
            added.push(format!("#k{index} :c{index}"));
        }
        let update = update.update_expression(format!("ADD {}", added.join(", ")));
        let update = update.build().map_err(|error| Error::internal(OPERATION, error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

fn read(item: &Item) -> Erasure {
    let time = |name: &str| text_of(item, name).and_then(|time| parse_time(&time));
    let count = |kind: Counted| number_of(item, kind.attribute());
    let sources_done = usize::try_from(number_of(item, "kept_sources_done")).unwrap_or(usize::MAX);
    Erasure {
        // A row that only counts, as that of the schedule does, has not begun.
        started_at: time("started_at").unwrap_or(DateTime::UNIX_EPOCH),
        finished_at: time("finished_at"),
        erased: ErasedCounts {
            tickets: count(Counted::Tickets),
            messages: count(Counted::Messages),
            message_ids: count(Counted::MessageIds),
            changes: count(Counted::Changes),
            corrections: count(Counted::Corrections),
            learned_versions: count(Counted::LearnedVersions),
            kept_bodies: count(Counted::KeptBodies),
            long_texts: count(Counted::LongTexts),
            others: count(Counted::Others),
        },
        kept: KeptProgress { sources_done, after: text_of(item, "kept_after") },
        learned_since: text_of(item, "learned_since"),
    }
}

fn number_of(item: &Item, name: &str) -> u64 {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn text_of(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
