//! The timeline of a ticket as clients see it, masked as [`super::view`] says.

use chrono::{DateTime, Utc};
use copilot_core::ticket::{
    Assignee, Category, ChangeSource, ChangedFields, CustomerContact, CustomerId, CustomerName,
    EmailAddress, FieldChange, MessageDirection, OrderId, Priority, Source, Status, Tag,
    TicketChange, TicketMessage, masked, optional_timestamp, timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A change of a ticket that was made.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TicketChange)]
pub struct ChangeView {
    /// The version of the ticket that the change made.
    #[schema(example = 2, minimum = 2)]
    version: u64,
    /// The status before, or null when the change left the status as it was.
    #[schema(required)]
    from: Option<Status>,
    /// The status since, or null when the change left the status as it was.
    #[schema(required)]
    to: Option<Status>,
    /// The fields that the change set, with what they held before and since.
    #[schema(required)]
    fields: FieldsView,
    /// Who made it: whom the authorizer knows, else who the request names with `(unverified)` after
    /// it, else `agent`; or the source or the schedule itself, or the AI by its model as
    /// `ai:hashed-ngrams@1`.
    #[schema(example = "agent", min_length = 1)]
    actor: String,
    /// Why, if that was said.
    #[schema(required)]
    note: Option<String>,
    /// When it was made, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    at: DateTime<Utc>,
    /// The way it came.
    source: ChangeSource,
}

/// The fields that a change set. `from` and `to` are the same when an agent confirmed what was there;
/// fields that nobody set are absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChangedFields, example = json!({"priority": {"from": "medium", "to": "high"}}))]
pub struct FieldsView {
    /// How urgent the ticket is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    priority: Option<PriorityChange>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    category: Option<CategoryChange>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    assignee: Option<AssigneeChange>,
    /// Its labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tags: Option<TagsChange>,
    /// The order that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<OrderChange>,
    /// The customer, whose id follows from the address once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer_id: Option<CustomerChange>,
    /// The customer's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer_email: Option<EmailChange>,
    /// How the customer can be reached besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer_contact: Option<ContactChange>,
    /// The customer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer_name: Option<NameChange>,
}

/// How urgent a ticket was before and is since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct PriorityChange {
    /// Before.
    from: Priority,
    /// Since.
    to: Priority,
}

/// Which category a ticket had before and has since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct CategoryChange {
    /// Before; null for none.
    #[schema(required)]
    from: Option<Category>,
    /// Since; null for none.
    #[schema(required)]
    to: Option<Category>,
}

/// Who worked on a ticket before and does since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct AssigneeChange {
    /// Before; null for nobody.
    #[schema(required)]
    from: Option<Assignee>,
    /// Since; null for nobody.
    #[schema(required)]
    to: Option<Assignee>,
}

/// Which labels a ticket had before and has since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct TagsChange {
    /// Before.
    from: Vec<Tag>,
    /// Since.
    to: Vec<Tag>,
}

/// Which order a ticket was about before and is since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct OrderChange {
    /// Before; null for none.
    #[schema(required)]
    from: Option<OrderId>,
    /// Since; null for none.
    #[schema(required)]
    to: Option<OrderId>,
}

/// Which customer a ticket had before and has since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct CustomerChange {
    /// Before.
    from: CustomerId,
    /// Since.
    to: CustomerId,
}

/// Which address of the customer was known before and is since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct EmailChange {
    /// Before; null for none.
    #[schema(required)]
    from: Option<EmailAddress>,
    /// Since; null for none.
    #[schema(required)]
    to: Option<EmailAddress>,
}

/// Which further contact of the customer was known before and is since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ContactChange {
    /// Before; null for none.
    #[schema(required)]
    from: Option<CustomerContact>,
    /// Since; null for none.
    #[schema(required)]
    to: Option<CustomerContact>,
}

/// Which name of the customer was known before and is since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct NameChange {
    /// Before; null for none.
    #[schema(required)]
    from: Option<CustomerName>,
    /// Since; null for none.
    #[schema(required)]
    to: Option<CustomerName>,
}

/// What the customer wrote on a ticket after its description, or an agent for other agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TicketMessage)]
pub struct MessageView {
    /// The version of the ticket that the message made.
    #[schema(example = 3, minimum = 2)]
    version: u64,
    /// `in` from the customer, `note` from an agent for agents alone.
    direction: MessageDirection,
    /// Who wrote a note: as `actor` of a change. Null for the customer.
    #[schema(required)]
    author: Option<String>,
    /// The source's own id of the message or, where it gives none, a digest.
    #[schema(example = "40100000004", min_length = 1)]
    message_id: String,
    /// The words.
    #[schema(example = "Any news?")]
    text: String,
    /// How it reached us.
    source: Source,
    /// When it reached us, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    received_at: DateTime<Utc>,
    /// When it was written, if the source says so.
    #[serde(with = "optional_timestamp")]
    #[schema(required)]
    sent_at: Option<DateTime<Utc>>,
}

impl From<TicketChange> for ChangeView {
    fn from(change: TicketChange) -> Self {
        let TicketChange { version, from, to, fields, actor, note, at, source } = change;
        Self {
            version,
            from,
            to,
            fields: FieldsView::from(fields),
            actor: masked(actor),
            note: note.map(masked),
            at,
            source,
        }
    }
}

impl From<ChangedFields> for FieldsView {
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
        let tags_masked = |tags: Vec<Tag>| tags.into_iter().map(Tag::masked).collect();
        Self {
            priority: priority.map(|FieldChange { from, to }| PriorityChange { from, to }),
            category: category.map(|FieldChange { from, to }| CategoryChange { from, to }),
            assignee: assignee.map(|FieldChange { from, to }| AssigneeChange {
                from: from.map(Assignee::masked),
                to: to.map(Assignee::masked),
            }),
            tags: tags.map(|FieldChange { from, to }| TagsChange {
                from: tags_masked(from),
                to: tags_masked(to),
            }),
            order_id: order_id.map(|FieldChange { from, to }| OrderChange {
                from: from.map(OrderId::masked),
                to: to.map(OrderId::masked),
            }),
            customer_id: customer_id.map(|FieldChange { from, to }| CustomerChange { from, to }),
            customer_email: customer_email.map(|FieldChange { from, to }| EmailChange {
                from: from.map(EmailAddress::masked),
                to: to.map(EmailAddress::masked),
            }),
            customer_contact: customer_contact.map(|FieldChange { from, to }| ContactChange {
                from: from.map(CustomerContact::masked),
                to: to.map(CustomerContact::masked),
            }),
            customer_name: customer_name.map(|FieldChange { from, to }| NameChange {
                from: from.map(CustomerName::masked),
                to: to.map(CustomerName::masked),
            }),
        }
    }
}

impl From<TicketMessage> for MessageView {
    fn from(message: TicketMessage) -> Self {
        let TicketMessage {
            version,
            direction,
            author,
            message_id,
            text,
            source,
            received_at,
            sent_at,
        } = message;
        Self {
            version,
            direction,
            author: author.map(masked),
            message_id,
            text: masked(text),
            source,
            received_at,
            sent_at,
        }
    }
}

impl MessageView {
    pub(super) fn version(&self) -> u64 {
        self.version
    }
}
