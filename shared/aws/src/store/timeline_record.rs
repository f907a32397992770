//! The items of a ticket's timeline. Texts are plain here, as in the ticket's own item.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use copilot_core::ticket::{
    Assignee, Category, ChangeSource, ChangedFields, CustomerContact, CustomerId, CustomerName,
    EmailAddress, FieldChange, MessageDirection, OrderId, Priority, Source, Status, Tag,
    TicketChange, TicketMessage, optional_timestamp, timestamp,
};

/// A [`TicketChange`] in the attributes of an item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ChangeRecord {
    version: u64,
    #[serde(default)]
    from: Option<Status>,
    #[serde(default)]
    to: Option<Status>,
    #[serde(default)]
    fields: FieldsRecord,
    actor: String,
    #[serde(default)]
    note: Option<String>,
    #[serde(with = "timestamp")]
    at: DateTime<Utc>,
    source: ChangeSource,
}

/// [`ChangedFields`]; those that did not change are not written.
#[derive(Debug, Default, Serialize, Deserialize)]
struct FieldsRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<BeforeAndSince<Priority>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<BeforeAndSince<Option<Category>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assignee: Option<BeforeAndSince<Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Option<BeforeAndSince<Vec<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_id: Option<BeforeAndSince<Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_id: Option<BeforeAndSince<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_email: Option<BeforeAndSince<Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_contact: Option<BeforeAndSince<Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_name: Option<BeforeAndSince<Option<String>>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct BeforeAndSince<T> {
    from: T,
    to: T,
}

impl<T> BeforeAndSince<T> {
    fn of<V>(change: FieldChange<V>, write: impl Fn(V) -> T) -> Self {
        Self { from: write(change.from), to: write(change.to) }
    }

    fn read<V>(self, read: impl Fn(T) -> V) -> FieldChange<V> {
        FieldChange { from: read(self.from), to: read(self.to) }
    }
}

impl From<TicketChange> for ChangeRecord {
    fn from(change: TicketChange) -> Self {
        let TicketChange { version, from, to, fields, actor, note, at, source } = change;
        Self { version, from, to, fields: fields.into(), actor, note, at, source }
    }
}

impl From<ChangeRecord> for TicketChange {
    fn from(record: ChangeRecord) -> Self {
        let ChangeRecord { version, from, to, fields, actor, note, at, source } = record;
        Self { version, from, to, fields: fields.into(), actor, note, at, source }
    }
}

impl From<ChangedFields> for FieldsRecord {
    fn from(fields: ChangedFields) -> Self {
        let ChangedFields {
            priority,
            category,
            assignee,
            tags,
            order_id,
            customer_id,
            customer_email,
            customer_contact,
            customer_name,
        } = fields;
        let texts = |tags: Vec<Tag>| tags.into_iter().map(String::from).collect();
        Self {
            priority: priority.map(|change| BeforeAndSince::of(change, |priority| priority)),
            category: category.map(|change| BeforeAndSince::of(change, |category| category)),
            assignee: assignee.map(|change| {
                BeforeAndSince::of(change, |assignee: Option<Assignee>| assignee.map(String::from))
            }),
            tags: tags.map(|change| BeforeAndSince::of(change, texts)),
            order_id: order_id.map(|change| {
                BeforeAndSince::of(change, |order_id: Option<OrderId>| order_id.map(String::from))
            }),
            customer_id: customer_id
                .map(|change| BeforeAndSince::of(change, |id| id.as_str().to_owned())),
            customer_email: customer_email.map(|change| {
                let text = |address: EmailAddress| address.as_str().to_owned();
                BeforeAndSince::of(change, |address: Option<EmailAddress>| address.map(text))
            }),
            customer_contact: customer_contact.map(|change| {
                BeforeAndSince::of(change, |contact: Option<CustomerContact>| {
                    contact.map(String::from)
                })
            }),
            customer_name: customer_name.map(|change| {
                BeforeAndSince::of(change, |name: Option<CustomerName>| name.map(String::from))
            }),
        }
    }
}

impl From<FieldsRecord> for ChangedFields {
    fn from(record: FieldsRecord) -> Self {
        let FieldsRecord {
            priority,
            category,
            assignee,
            tags,
            order_id,
            customer_id,
            customer_email,
            customer_contact,
            customer_name,
        } = record;
        let restored = |tags: Vec<String>| tags.into_iter().map(Tag::restored).collect();
        Self {
            priority: priority.map(|change| change.read(|priority| priority)),
            category: category.map(|change| change.read(|category| category)),
            assignee: assignee.map(|change| {
                change.read(|assignee: Option<String>| assignee.map(Assignee::restored))
            }),
            tags: tags.map(|change| change.read(restored)),
            order_id: order_id.map(|change| {
                change.read(|order_id: Option<String>| order_id.map(OrderId::restored))
            }),
            customer_id: customer_id.map(|change| change.read(CustomerId::restored)),
            customer_email: customer_email.map(|change| {
                change.read(|address: Option<String>| address.map(EmailAddress::restored))
            }),
            customer_contact: customer_contact.map(|change| {
                change.read(|contact: Option<String>| contact.map(CustomerContact::restored))
            }),
            customer_name: customer_name
                .map(|change| change.read(|name: Option<String>| name.map(CustomerName::restored))),
        }
    }
}

/// A [`TicketMessage`] in the attributes of an item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredMessage {
    pub(super) version: u64,
    pub(super) message_id: String,
    #[serde(default)]
    pub(super) direction: MessageDirection,
    #[serde(default)]
    pub(super) author: Option<String>,
    pub(super) text: String,
    /// The name of a [`Source`].
    pub(super) source: Source,
    #[serde(with = "timestamp")]
    pub(super) received_at: DateTime<Utc>,
    #[serde(default, with = "optional_timestamp")]
    pub(super) sent_at: Option<DateTime<Utc>>,
}

impl From<StoredMessage> for TicketMessage {
    fn from(stored: StoredMessage) -> Self {
        let StoredMessage {
            version,
            message_id,
            direction,
            author,
            text,
            source,
            received_at,
            sent_at,
        } = stored;
        Self { version, direction, author, message_id, text, source, received_at, sent_at }
    }
}
