//! What stays of an erased ticket: nothing that tells of a person.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::record::{self, Item};
use super::super::shards::ListShards;
use copilot_core::error::Error;
use copilot_core::ticket::{format_time, parse_time};

/// When a ticket was erased; on its item, no longer a ticket's.
const ERASED_AT: &str = "erased_at";
/// The erasure that the ticket belongs to, as long as rows of it may be left.
const ERASURE: &str = "erasure";
const SALT: &str = "salt";
const CHECKSUM: &str = "checksum";

/// An item in a ticket's place that says that the ticket was erased. It keeps what was delivered once
/// from becoming a ticket again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct ErasedMark {
    /// When it was erased.
    pub(in crate::store) erased_at: DateTime<Utc>,
    /// The erasure that goes on, nothing once it has removed everything.
    pub(super) erasure: Option<String>,
    /// Salt and checksum of what the ticket's identity was, when it had one.
    identity: Option<(String, String)>,
}

impl ErasedMark {
    /// The mark for the ticket that `item` holds.
    pub(super) fn of(item: &Item, erasure: &str, now: DateTime<Utc>) -> Self {
        let identity = item.get("identity").and_then(|identity| identity.as_s().ok());
        let identity = identity.map(|identity| {
            let salt = Uuid::new_v4().simple().to_string();
            let checksum = checksum(&salt, identity);
            (salt, checksum)
        });
        Self { erased_at: now, erasure: Some(erasure.to_owned()), identity }
    }

    /// The mark that `item` is, if it is one.
    pub(in crate::store) fn read(item: &Item) -> Option<Self> {
        let text = |name: &str| Some(item.get(name)?.as_s().ok()?.clone());
        Some(Self {
            erased_at: parse_time(&text(ERASED_AT)?)?,
            erasure: text(ERASURE),
            identity: text(SALT).zip(text(CHECKSUM)),
        })
    }

    /// Whether the erased ticket had this identity.
    pub(in crate::store) fn is_of(&self, identity: &str) -> bool {
        self.identity.as_ref().is_some_and(|(salt, sum)| *sum == checksum(salt, identity))
    }

    /// Whether the ticket can come again at all: one that nothing outside names cannot.
    pub(super) fn is_needed(&self) -> bool {
        self.identity.is_some()
    }

    /// The item while rows of the ticket may be left. It keeps the keys under which both its customer's
    /// erasure and the schedule find it, and is in no list.
    pub(super) fn under_way(&self, item: &Item, shards: ListShards) -> Result<Item, Error> {
        const OPERATION: &str = "mark a ticket as erased";
        let mut marked = self.item(item)?;
        for name in ["customer_id", "created_key"] {
            let value = item.get(name).ok_or(Error::defect(OPERATION))?;
            marked.insert(name.to_owned(), value.clone());
        }
        let digits = marked.get("pk").and_then(|key| key.as_s().ok());
        let digits = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let shard = shards.of(digits.ok_or(Error::defect(OPERATION))?);
        marked.insert("status_shard".to_owned(), text(record::erasing_shard(shard)));
        let erasure = self.erasure.clone().unwrap_or_default();
        marked.insert(ERASURE.to_owned(), text(erasure));
        Ok(marked)
    }

    /// The item for good.
    pub(super) fn item(&self, item: &Item) -> Result<Item, Error> {
        let mut marked = Item::new();
        for name in ["pk", "sk"] {
            let key = item.get(name).ok_or(Error::defect("mark a ticket as erased"))?;
            marked.insert(name.to_owned(), key.clone());
        }
        marked.insert(ERASED_AT.to_owned(), text(format_time(self.erased_at)));
        if let Some((salt, checksum)) = &self.identity {
            marked.insert(SALT.to_owned(), text(salt.clone()));
            marked.insert(CHECKSUM.to_owned(), text(checksum.clone()));
        }
        Ok(marked)
    }
}

/// Salted, so that two marks cannot be compared, nor one with a list that was made before.
fn checksum(salt: &str, identity: &str) -> String {
    format!("{:x}", Sha256::digest(format!("{salt}\0{identity}")))
}

fn text(value: String) -> AttributeValue {
    AttributeValue::S(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(identity: Option<&str>) -> Item {
        let mut item: Item = [
            ("pk", "A1B2C3D4"),
            ("sk", "ticket"),
            ("customer_id", "CUST-1"),
            ("created_key", "2024-11-03T10:30:00.000Z#A1B2C3D4"),
            ("customer_email", "a@example.com"),
            ("subject", "Help"),
        ]
        .map(|(name, value)| (name.to_owned(), text(value.to_owned())))
        .into();
        if let Some(identity) = identity {
            item.insert("identity".to_owned(), text(identity.to_owned()));
        }
        item
    }

    #[test]
    fn a_mark_knows_its_identity_and_tells_nothing() {
        let item = ticket(Some("zendesk:ticket:7"));
        let mark = ErasedMark::of(&item, "CUST-1", "2024-11-04T00:00:00Z".parse().unwrap());
        let under_way = mark.under_way(&item, "4".parse().unwrap()).unwrap();
        assert_eq!(ErasedMark::read(&under_way), Some(mark.clone()));
        assert!(mark.is_of("zendesk:ticket:7") && !mark.is_of("zendesk:ticket:8"));
        let stays = mark.item(&item).unwrap();
        let mut names: Vec<&String> = stays.keys().collect();
        names.sort();
        assert_eq!(names, ["checksum", "erased_at", "pk", "salt", "sk"]);
        assert!(ErasedMark::read(&stays).unwrap().is_of("zendesk:ticket:7"));
        assert_eq!(ErasedMark::read(&item), None);
    }

    #[test]
    fn what_nothing_outside_names_needs_no_mark() {
        assert!(!ErasedMark::of(&ticket(None), "CUST-1", Utc::now()).is_needed());
    }
}
