//! Versions of what the AI has learned from the agents of this desk. What is in them, the model alone
//! knows; here they are bytes.

use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, TransactWriteItem, Update};
use aws_smithy_types::error::operation::BuildError;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::change::write::End;
use super::record::Item;
use super::{Store, failure};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::format_time;

/// The number of a version, from 1. 0 is the model as it is delivered.
pub type AdaptationVersion = u32;

/// How a version did when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaptationFigures {
    /// Corrections that it learned from.
    pub learned_from: usize,
    /// Corrections that were held back to judge it.
    pub judged_by: usize,
    /// Share of those that the model before it got right, from 0 to 1.
    pub accuracy_before: f32,
    /// Share of those that it gets right.
    pub accuracy: f32,
}

/// A version, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionRow {
    pub(super) number: AdaptationVersion,
    /// When it was made, as the table has it.
    pub(super) at: String,
    /// Whether its bytes are there still.
    pub(super) is_kept: bool,
}

/// How often what was learned had to be forgotten, as a training saw it before it read corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlearnings(u32);

const PARTITION: &str = "adaptation";
const ACTIVE: &str = "active";
/// The row that counts how often something had to be forgotten.
const UNLEARNINGS: &str = "unlearnings";
/// When the bytes of a version were taken away.
const VOID_AT: &str = "void_at";
const KEEP: &str = "keep an adaptation";
const NO_SUCH_VERSION: Error = Error::NotFound("There is no such version of the adaptation.");

impl Store {
    /// Which version is in use.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn active_adaptation(&self) -> Result<AdaptationVersion, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(ACTIVE))
            .send()
            .await
            .map_err(|error| failure("look which adaptation is in use", &error))?;
        let version = answer.item.as_ref().and_then(|item| number(item, "version"));
        Ok(version.unwrap_or(0))
    }

    /// The bytes of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version any more; [`Error::Unavailable`] or
    /// [`Error::Internal`].
    pub async fn adaptation(&self, version: AdaptationVersion) -> Result<Vec<u8>, Error> {
        let answer = self.get_adaptation(version).send().await;
        let answer = answer.map_err(|error| failure("read an adaptation", &error))?;
        let bytes = answer.item.as_ref().and_then(|item| item.get("bytes")?.as_b().ok());
        bytes.map(|bytes| bytes.clone().into_inner()).ok_or(NO_SUCH_VERSION)
    }

    /// Whether a version is kept. Its bytes stay where they are.
    async fn has_adaptation(&self, version: AdaptationVersion) -> Result<bool, Error> {
        let answer = self.get_adaptation(version).projection_expression("pk, void_at").send().await;
        let answer = answer.map_err(|error| failure("look for an adaptation", &error))?;
        Ok(answer.item.is_some_and(|item| !item.contains_key(VOID_AT)))
    }

    /// All versions by their numbers, those whose bytes were taken away too.
    pub(super) async fn adaptation_versions(&self) -> Result<Vec<VersionRow>, Error> {
        let mut versions = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :partition AND begins_with(sk, :version)")
                .expression_attribute_names("#at", "at")
                .expression_attribute_values(":partition", text(PARTITION))
                .expression_attribute_values(":version", text("version#"))
                .projection_expression("version, #at, void_at")
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| failure("list adaptations", &error))?;
            versions.extend(answer.items.unwrap_or_default().iter().filter_map(version_row));
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(versions);
            }
        }
    }

    /// The write that takes the bytes of a version away. Its number stays taken.
    pub(super) fn void_adaptation(
        &self,
        version: AdaptationVersion,
    ) -> Result<TransactWriteItem, Error> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(&version_key(version)))
            .update_expression("SET void_at = :now REMOVE #bytes")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(void_at)")
            .expression_attribute_names("#bytes", "bytes")
            .expression_attribute_values(":now", text(&format_time(Utc::now())))
            .build();
        let update = update.map_err(|error| Error::internal("forget an adaptation", error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// How often something had to be forgotten. A training asks before it reads corrections.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn unlearnings(&self) -> Result<Unlearnings, Error> {
        let call = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = call.key("pk", text(PARTITION)).key("sk", text(UNLEARNINGS)).send().await;
        let answer = answer.map_err(|error| failure("look what was forgotten", &error))?;
        let count = answer.item.as_ref().and_then(|item| number(item, "count"));
        Ok(Unlearnings(count.unwrap_or(0)))
    }

    /// Notes that something is forgotten now.
    pub(super) async fn note_unlearning(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(UNLEARNINGS))
            .update_expression("SET #at = :now ADD #count :one")
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":now", text(&format_time(now)))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failure("note what is forgotten", &error))
    }

    fn get_adaptation(&self, version: AdaptationVersion) -> GetItemFluentBuilder {
        self.client
            .get_item()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(&version_key(version)))
            // A version may be put into use the moment after it was kept.
            .consistent_read(true)
    }

    /// The newest version that is kept, 0 for none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn newest_adaptation(&self) -> Result<AdaptationVersion, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :partition AND begins_with(sk, :version)")
            .expression_attribute_values(":partition", text(PARTITION))
            .expression_attribute_values(":version", text("version#"))
            .projection_expression("version")
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(1)
            .send()
            .await
            .map_err(|error| failure("look for the newest adaptation", &error))?;
        let items = answer.items.unwrap_or_default();
        Ok(items.first().and_then(|item| number(item, "version")).unwrap_or(0))
    }

    /// Keeps `bytes` as `version`, which must be new. Versions are kept for good, so that one can
    /// always go back: one a day at most, and far less than a megabyte.
    ///
    /// # Errors
    /// [`Error::Conflict`] when another run has just kept this version, or when something had to be
    /// forgotten since `seen`; [`Error::Internal`] when the
    /// bytes are more than [`limits::ADAPTATION_BYTES`]; [`Error::Unavailable`] or
    /// [`Error::Internal`].
    pub async fn keep_adaptation(
        &self,
        version: AdaptationVersion,
        bytes: &[u8],
        figures: &AdaptationFigures,
        seen: Unlearnings,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        if bytes.len() > limits::ADAPTATION_BYTES {
            return Err(Error::defect(KEEP));
        }
        let mut item: Item =
            serde_dynamo::to_item(figures).map_err(|error| Error::internal(KEEP, error))?;
        item.insert("pk".to_owned(), text(PARTITION));
        item.insert("sk".to_owned(), text(&version_key(version)));
        item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
        item.insert("bytes".to_owned(), AttributeValue::B(Blob::new(bytes)));
        item.insert("at".to_owned(), text(&format_time(now)));
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(unbuilt)?;
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key("pk", text(PARTITION))
            .key("sk", text(UNLEARNINGS))
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":seen", AttributeValue::N(seen.0.to_string()));
        let condition = match seen.0 {
            0 => "attribute_not_exists(pk) OR #count = :seen",
            _ => "#count = :seen",
        };
        let check = check.condition_expression(condition).build().map_err(unbuilt)?;
        let writes = vec![
            TransactWriteItem::builder().put(put).build(),
            TransactWriteItem::builder().condition_check(check).build(),
        ];
        match self.transact(writes, None).await? {
            End::Done => Ok(()),
            _ => Err(Error::Conflict(
                "This version is there already, or what it learned from was erased.".to_owned(),
            )),
        }
    }

    /// Puts `version` into use; 0 is the model as it is delivered.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version; [`Error::Unavailable`] or
    /// [`Error::Internal`].
    pub async fn use_adaptation(
        &self,
        version: AdaptationVersion,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        if version > 0 && !self.has_adaptation(version).await? {
            return Err(NO_SUCH_VERSION);
        }
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", text(PARTITION))
            .item("sk", text(ACTIVE))
            .item("version", AttributeValue::N(version.to_string()))
            .item("at", text(&format_time(now)))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failure("put an adaptation into use", &error))
    }
}

fn version_row(item: &Item) -> Option<VersionRow> {
    Some(VersionRow {
        number: number(item, "version")?,
        at: item.get("at")?.as_s().ok()?.clone(),
        is_kept: !item.contains_key(VOID_AT),
    })
}

fn unbuilt(error: BuildError) -> Error {
    Error::internal(KEEP, error)
}

fn version_key(version: AdaptationVersion) -> String {
    format!("version#{version:08}")
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(item: &Item, name: &str) -> Option<u32> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
