//! Webhook bodies that were signed but could not be read, kept until they can.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::record::Item;
use super::rows::read_rows;
use super::{Store, failure, unless_not_met};
use copilot_channels::Headers;
use copilot_channels::signature::VerifiedBody;
use copilot_core::error::Error;
use copilot_core::limits;
use copilot_core::ticket::{Source, format_time};

/// A body to keep.
#[derive(Debug, Clone, Copy)]
pub struct UnreadableBody<'a> {
    /// Who sent it.
    pub source: Source,
    /// The bytes as they came.
    pub body: &'a [u8],
    /// What is missing or wrong.
    pub reason: &'static str,
    /// The headers that tell of the delivery; no signature among them.
    pub delivery_headers: &'a [(&'static str, String)],
}

/// A body that was kept.
#[derive(Debug, Clone)]
pub struct KeptBody {
    /// The bytes, in which card numbers and IBANs may be masked.
    pub body: Vec<u8>,
    /// The headers that tell of the delivery.
    pub delivery_headers: HashMap<String, String>,
    /// When it came, as the table has it.
    pub(super) received_at: String,
    pub(super) sort_key: String,
    source: Source,
}

/// A page of kept bodies.
#[derive(Debug)]
pub struct KeptBodies {
    /// The bodies.
    pub bodies: Vec<KeptBody>,
    /// Where the next page begins, unless this one ends the list.
    pub next: Option<String>,
}

impl KeptBody {
    /// The table's key.
    pub(super) fn key(&self) -> Item {
        Item::from([
            ("pk".to_owned(), partition(self.source)),
            ("sk".to_owned(), AttributeValue::S(self.sort_key.clone())),
        ])
    }

    /// The body as verified, which it was before it was kept.
    pub fn verified(&self) -> VerifiedBody<'_> {
        VerifiedBody::verified_before(&self.body)
    }
}

impl Headers for KeptBody {
    fn header(&self, name: &str) -> Option<&str> {
        self.delivery_headers.get(name).map(String::as_str)
    }
}

impl Store {
    /// Keeps a body; the same body sent again is kept once. What is longer than
    /// [`limits::BODY_BYTES`] is cut there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn keep_unreadable(
        &self,
        unreadable: UnreadableBody<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let kept = &unreadable.body[..unreadable.body.len().min(limits::BODY_BYTES)];
        let expires_at = now + crate::limits::UNREADABLE_RETENTION;
        let headers = unreadable
            .delivery_headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), text(value)))
            .collect();
        let outcome = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", partition(unreadable.source))
            .item("sk", AttributeValue::S(format!("{:x}", Sha256::digest(unreadable.body))))
            .item("reason", text(unreadable.reason))
            .item("received_at", AttributeValue::S(format_time(now)))
            .item("expires_at", AttributeValue::N(expires_at.timestamp().to_string()))
            .item(
                "body",
                AttributeValue::B(Blob::new(self.payment_numbers.in_body(kept).into_owned())),
            )
            .item("body_bytes", AttributeValue::N(unreadable.body.len().to_string()))
            .item("delivery_headers", AttributeValue::M(headers))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        unless_not_met("keep an unreadable body", outcome)
    }

    /// Kept bodies of `source` after the position `after`: at most `limit`, and fewer when large ones
    /// fill the megabyte that DynamoDB reads at once, or rows cannot be read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn kept_bodies(
        &self,
        source: Source,
        limit: u32,
        after: Option<&str>,
    ) -> Result<KeptBodies, Error> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .expression_attribute_values(":partition", partition(source));
        query = match after {
            None => query.key_condition_expression("pk = :partition"),
            Some(position) => query
                .key_condition_expression("pk = :partition AND sk > :after")
                .expression_attribute_values(":after", AttributeValue::S(position.to_owned())),
        };
        let answer = query.send().await.map_err(|error| failure("list kept bodies", &error))?;
        let items = answer.items.unwrap_or_default();
        let next = answer.last_evaluated_key.and_then(|mut key| key.remove("sk"));
        Ok(KeptBodies {
            bodies: read_rows("list kept bodies", items, |item| kept_body(source, item)),
            next: next.and_then(|position| position.as_s().ok().cloned()),
        })
    }

    /// Forgets a body that has been read by now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn forget_kept(&self, kept: &KeptBody) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", partition(kept.source))
            .key("sk", AttributeValue::S(kept.sort_key.clone()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failure("forget a kept body", &error))
    }
}

fn partition(source: Source) -> AttributeValue {
    AttributeValue::S(format!("unreadable#{}", source.name()))
}

fn kept_body(source: Source, mut item: Item) -> Option<KeptBody> {
    let sort_key = item.remove("sk")?.as_s().ok()?.clone();
    let body = item.remove("body")?.as_b().ok()?.clone().into_inner();
    let headers = item.remove("delivery_headers")?;
    let delivery_headers = headers
        .as_m()
        .ok()?
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_s().ok()?.clone())))
        .collect();
    // A row without it is as good.
    let received_at = item.remove("received_at").and_then(|time| time.as_s().ok().cloned());
    let received_at = received_at.unwrap_or_default();
    Some(KeptBody { body, delivery_headers, received_at, sort_key, source })
}
