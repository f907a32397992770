//! Versions of what the AI has learned from the agents of this desk. What is in them, the model alone
//! knows; here they are bytes.

use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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

const PARTITION: &str = "adaptation";
const ACTIVE: &str = "active";
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
        let answer = self.get_adaptation(version).projection_expression("pk").send().await;
        let answer = answer.map_err(|error| failure("look for an adaptation", &error))?;
        Ok(answer.item.is_some())
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
    /// [`Error::Conflict`] when another run has just kept this version; [`Error::Internal`] when the
    /// bytes are more than [`limits::ADAPTATION_BYTES`]; [`Error::Unavailable`] or
    /// [`Error::Internal`].
    pub async fn keep_adaptation(
        &self,
        version: AdaptationVersion,
        bytes: &[u8],
        figures: &AdaptationFigures,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        const OPERATION: &str = "keep an adaptation";
        if bytes.len() > limits::ADAPTATION_BYTES {
            return Err(Error::defect(OPERATION));
        }
        let mut item: Item =
            serde_dynamo::to_item(figures).map_err(|error| Error::internal(OPERATION, error))?;
        item.insert("pk".to_owned(), text(PARTITION));
        item.insert("sk".to_owned(), text(&version_key(version)));
        item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
        item.insert("bytes".to_owned(), AttributeValue::B(Blob::new(bytes)));
        item.insert("at".to_owned(), text(&format_time(now)));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let outcome = put.condition_expression("attribute_not_exists(pk)").send().await;
        outcome.map_err(|error| match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => {
                Error::Conflict("This version is there already.".to_owned())
            }
            _ => failure(OPERATION, &error),
        })?;
        Ok(())
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

fn version_key(version: AdaptationVersion) -> String {
    format!("version#{version:08}")
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(item: &Item, name: &str) -> Option<u32> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
