//! A ticket as the table holds it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::{ListShards, ticket_row};
use copilot_core::error::Error;
use copilot_core::ticket::{ExternalId, Status, Ticket, TicketId, format_time};

/// One item of the table: a ticket, its keys, and what makes repeated writes safe.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TicketRecord {
    pk: String,
    sk: String,
    list_shard: String,
    status_shard: String,
    created_key: String,
    /// Set as long as it is not known that the AI work was delivered: the partition of the index
    /// `awaiting-ai-work`, which holds no other tickets.
    #[serde(default)]
    ai_work_shard: Option<String>,
    /// That the client was told of a message that could not be sent.
    #[serde(default)]
    pub(super) ai_work_delayed: Option<bool>,
    /// What [`copilot_core::ticket::Identity`] the ticket has, when it is not unique.
    #[serde(default)]
    pub(super) identity: Option<String>,
    /// Drawn for each create; tells our own repeated write from somebody else's.
    #[serde(default)]
    pub(super) write_token: String,
    /// The message that made the ticket, when it follows up on a closed one.
    #[serde(default)]
    #[serde(deserialize_with = "restored")]
    pub(super) opened_by: Option<ExternalId>,
    /// When the last change happened that the source reported.
    #[serde(default)]
    pub(super) source_event_at: Option<DateTime<Utc>>,
    /// When the status was last changed from any side: by the source's clock if the source said when. It
    /// is absent where `resolved_at` tells, and of tickets that are closed or from before it was written.
    #[serde(default)]
    pub(super) status_changed_at: Option<DateTime<Utc>>,
    /// The status that the source reported last.
    #[serde(default)]
    pub(super) reported_status: Option<Status>,
    /// Of a conversation's first ticket: the number of the newest follow-up.
    #[serde(default)]
    pub(super) newest_follow_up: Option<u32>,
    /// That the description here is the beginning of a long one, which has an item of its own.
    #[serde(default)]
    pub(super) has_long_text: Option<bool>,
    #[serde(flatten, with = "ticket_row")]
    pub(super) ticket: Ticket,
}

pub(super) type Item = HashMap<String, AttributeValue>;

/// The attributes that a ticket bears as long as its AI work is not known to be done.
pub(super) const PENDING_AI_WORK: [&str; 2] = ["ai_work_shard", "ai_work_delayed"];

/// Written on a conversation's first ticket with its first follow-up.
pub(super) const NEWEST_FOLLOW_UP: &str = "newest_follow_up";

/// The sort key of the ticket itself; other things about a ticket may stand beside it.
const TICKET_SORT_KEY: &str = "ticket";

/// The sort key of a long description.
pub(super) const LONG_TEXT_SORT_KEY: &str = "text#description";

impl TicketRecord {
    pub(super) fn new(
        ticket: Ticket,
        identity: Option<String>,
        write_token: String,
        shards: ListShards,
    ) -> Self {
        let digits = ticket.ticket_id.digits();
        let shard = shards.of(digits);
        Self {
            pk: partition_key(digits),
            sk: TICKET_SORT_KEY.to_owned(),
            list_shard: list_shard(shard),
            status_shard: status_shard(ticket.status, shard),
            created_key: created_key(ticket.created_at, digits),
            ai_work_shard: Some(ai_work_shard(shard)),
            ai_work_delayed: None,
            identity,
            write_token,
            opened_by: None,
            source_event_at: None,
            status_changed_at: None,
            reported_status: None,
            newest_follow_up: None,
            has_long_text: None,
            ticket,
        }
    }

    pub(super) fn to_item(&self) -> Result<Item, Error> {
        let mut item: Item = serde_dynamo::to_item(self)
            .map_err(|error| Error::internal("write a ticket as an item", error))?;
        leave_out_empty(&mut item);
        Ok(item)
    }

    pub(super) fn from_item(item: Item) -> Result<Self, Error> {
        // The cause may quote the item.
        const UNREADABLE: Error = Error::defect("read a ticket from an item");
        serde_dynamo::from_item(item).map_err(|_| UNREADABLE)
    }
}

fn restored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ExternalId>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(ExternalId::restored))
}

/// Takes out what is null or empty: DynamoDB bills each started kilobyte.
pub(super) fn leave_out_empty(item: &mut Item) {
    item.retain(|_, value| match value {
        AttributeValue::Null(_) => false,
        AttributeValue::L(list) => !list.is_empty(),
        AttributeValue::M(map) => !map.is_empty(),
        _ => true,
    });
}

/// The table's key of the ticket with these digits.
pub(super) fn key(digits: u32) -> (AttributeValue, AttributeValue) {
    (AttributeValue::S(partition_key(digits)), AttributeValue::S(TICKET_SORT_KEY.to_owned()))
}

/// The same as an item, for a batch.
pub(super) fn item_key(digits: u32) -> Item {
    key_beginning(AttributeValue::S(partition_key(digits)))
}

/// The same with the partition key that an index names.
pub(super) fn key_beginning(partition_key: AttributeValue) -> Item {
    let sort_key = AttributeValue::S(TICKET_SORT_KEY.to_owned());
    HashMap::from([("pk".to_owned(), partition_key), ("sk".to_owned(), sort_key)])
}

/// A list in the timeline of a ticket, of one item a version at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimelineKind {
    /// A change, at the version that it made.
    Change,
    /// A message of the customer or a note of an agent's, at the version that it made.
    Message,
}

impl TimelineKind {
    /// What the sort keys begin with.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Change => "history",
            Self::Message => "message",
        }
    }

    /// The sort key at `version`. Padded, so that keys sort as numbers.
    pub(super) fn key(self, version: u64) -> String {
        format!("{}#{version:010}", self.name())
    }
}

/// The sort key of the note that a ticket has the message that its source calls so.
pub(super) fn message_id_key(message_id: &str) -> String {
    format!("message-id#{message_id}")
}

/// The sort key of the note that a notification of the source's was taken.
pub(super) fn event_id_key(event_id: &str) -> String {
    format!("event-id#{event_id}")
}

/// The beginning of an item that stands beside the ticket with these digits.
pub(super) fn beside(digits: u32, sort_key: String) -> Item {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(partition_key(digits))),
        ("sk".to_owned(), AttributeValue::S(sort_key)),
    ])
}

fn partition_key(digits: u32) -> String {
    format!("{digits:08X}")
}

/// A partition of the index `by-creation`.
pub(super) fn list_shard(shard: u32) -> String {
    format!("all#{shard:02}")
}

/// A partition of the index `by-status`.
pub(super) fn status_shard(status: Status, shard: u32) -> String {
    format!("{}#{shard:02}", status.name())
}

/// A partition of the index `by-status` for what is being erased, which no list reads.
pub(super) fn erasing_shard(shard: u32) -> String {
    format!("erasing#{shard:02}")
}

/// A partition of the index `awaiting-ai-work`.
pub(super) fn ai_work_shard(shard: u32) -> String {
    format!("awaiting#{shard:02}")
}

/// Sorts tickets by the time of their creation, and tickets of one millisecond by their digits.
pub(super) fn created_key(created_at: DateTime<Utc>, digits: u32) -> String {
    format!("{}#{digits:08X}", format_time(created_at))
}

/// The time and the id of the ticket that has this [`created_key`].
pub(super) fn read_created_key(key: &str) -> Option<(DateTime<Utc>, TicketId)> {
    let (time, digits) = key.split_once('#')?;
    let created_at = DateTime::parse_from_rfc3339(time).ok()?.to_utc();
    let ticket_id = TicketId::parse(&format!("TKT-{}-{digits}", created_at.format("%Y%m%d")));
    ticket_id.ok().map(|ticket_id| (created_at, ticket_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use copilot_core::ticket::example;

    fn record() -> TicketRecord {
        TicketRecord::new(example().unwrap(), None, "token".to_owned(), "4".parse().unwrap())
    }

    #[test]
    fn an_item_holds_keys_and_only_what_is_set() {
        let item = record().to_item().unwrap();
        let text = |name: &str| item[name].as_s().unwrap().as_str();
        assert_eq!(text("pk"), "A1B2C3D4");
        assert_eq!(text("sk"), "ticket");
        assert_eq!(text("list_shard"), "all#00");
        assert_eq!(text("status_shard"), "new#00");
        assert_eq!(text("created_key"), "2024-11-03T10:30:00.000Z#A1B2C3D4");
        assert_eq!(text("ai_work_shard"), "awaiting#00");
        let (created_at, ticket_id) = read_created_key(text("created_key")).unwrap();
        assert_eq!(ticket_id.to_string(), text("ticket_id"));
        assert_eq!(format_time(created_at), text("created_at"));
        assert_eq!(item["version"], AttributeValue::N("1".to_owned()));
        for absent in ["category", "tags", "external_id", "identity", "resolved_at"] {
            assert!(!item.contains_key(absent), "{absent}");
        }
    }

    #[test]
    fn an_item_reads_back_as_the_same_ticket() {
        let read = TicketRecord::from_item(record().to_item().unwrap()).unwrap();
        assert_eq!(read.ticket, record().ticket);
        assert!(TicketRecord::from_item(Item::new()).is_err());
    }

    #[test]
    fn an_item_from_before_a_field_reads_without_it() {
        let mut item = record().to_item().unwrap();
        assert!(item.remove("reopen_count").is_some());
        assert_eq!(TicketRecord::from_item(item).unwrap().ticket, record().ticket);
    }

    /// The rules of texts may become stricter; what was stored before stays as it is.
    #[test]
    fn an_item_of_laxer_rules_stays_readable() {
        let mut item = record().to_item().unwrap();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let lax = [
            ("customer_id", "customer 7"),
            ("customer_email", "john@localhost"),
            ("customer_name", " "),
            ("subject", "a\nb\u{7}"),
            ("description", ""),
            ("assignee", "\t"),
            ("order_id", "#\u{0}2021"),
            ("external_id", ""),
            ("opened_by", " "),
        ];
        for (name, value) in lax {
            item.insert(name.to_owned(), text(value));
        }
        item.insert("tags".to_owned(), AttributeValue::L(vec![text("")]));
        let record = TicketRecord::from_item(item.clone()).unwrap();
        let read = &record.ticket;
        assert_eq!((read.subject.as_str(), read.description.as_str()), ("a\nb\u{7}", ""));
        assert_eq!(record.to_item().unwrap(), item);
    }

    #[test]
    fn versions_sort_as_numbers() {
        let keys = [2, 10, 4_294_967_296].map(|version| TimelineKind::Change.key(version));
        assert_eq!(keys[0], "history#0000000002");
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
