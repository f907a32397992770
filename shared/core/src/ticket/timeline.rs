//! The timeline of a ticket: each change of it, and what the customer wrote later.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::classification::{Category, Priority};
use super::text::{Assignee, CustomerContact, CustomerName, OrderId, Tag};
use super::{CustomerId, EmailAddress, Source, Status, Ticket};

/// A change of a ticket that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketChange {
    /// The version of the ticket that the change made.
    pub version: u64,
    /// The status before, or nothing when the change left the status as it was.
    pub from: Option<Status>,
    /// The status since, or nothing when the change left the status as it was.
    pub to: Option<Status>,
    /// The fields that the change set, with what they held before and since.
    pub fields: ChangedFields,
    /// Who made it: whom the authorizer knows, else who the request names, else `agent`; or the
    /// source or the schedule itself, or the AI by its model as `ai:hashed-ngrams@1`.
    pub actor: String,
    /// Why, if that was said.
    pub note: Option<String>,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The way it came.
    pub source: ChangeSource,
}

/// The way that a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSource {
    /// An agent, through this API.
    Api,
    /// A vendor's webhook, by the vendor's name.
    Channel(Source),
    /// A scheduled function.
    Schedule,
    /// The AI that suggests a category and a priority.
    Ai,
}

impl ChangeSource {
    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Channel(source) => source.name(),
            Self::Schedule => "schedule",
            Self::Ai => "ai",
        }
    }

    /// Reads a name that [`ChangeSource::name`] gives. `api` is an agent: no vendor has that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Api, Self::Schedule, Self::Ai]
            .into_iter()
            .find(|source| source.name() == name)
            .or_else(|| Source::parse(name).map(Self::Channel))
    }
}

impl Serialize for ChangeSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ChangeSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| D::Error::custom("not a source of changes"))
    }
}

impl PartialSchema for ChangeSource {
    fn schema() -> RefOr<Schema> {
        let channels = Source::VENDORS.map(Self::Channel);
        let own = [Self::Api, Self::Schedule, Self::Ai];
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The way that a change came."))
            .enum_values(Some(own.into_iter().chain(channels).map(Self::name)))
            .into()
    }
}

impl ToSchema for ChangeSource {}

/// The fields that a change set. `from` and `to` are the same when an agent confirmed what was there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedFields {
    /// How urgent the ticket is.
    pub priority: Option<FieldChange<Priority>>,
    /// What it is about.
    pub category: Option<FieldChange<Option<Category>>>,
    /// Who works on it.
    pub assignee: Option<FieldChange<Option<Assignee>>>,
    /// Its labels.
    pub tags: Option<FieldChange<Vec<Tag>>>,
    /// The order that it is about.
    pub order_id: Option<FieldChange<Option<OrderId>>>,
    /// The customer.
    pub customer_id: Option<FieldChange<CustomerId>>,
    /// The customer's address.
    pub customer_email: Option<FieldChange<Option<EmailAddress>>>,
    /// How the customer can be reached besides.
    pub customer_contact: Option<FieldChange<Option<CustomerContact>>>,
    /// The customer's name.
    pub customer_name: Option<FieldChange<Option<CustomerName>>>,
}

/// What a field held before and holds since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange<T> {
    /// Before.
    pub from: T,
    /// Since.
    pub to: T,
}

impl<T: Clone> FieldChange<T> {
    fn of(from: &T, to: &T) -> Self {
        Self { from: from.clone(), to: to.clone() }
    }
}

impl ChangedFields {
    /// What differs between the ticket `before` and `after`.
    pub fn between(before: &Ticket, after: &Ticket) -> Self {
        let (from, to) = (before, after);
        Self {
            priority: ((from.priority, from.priority_set_by) != (to.priority, to.priority_set_by))
                .then(|| FieldChange::of(&from.priority, &to.priority)),
            category: ((from.category, from.category_set_by) != (to.category, to.category_set_by))
                .then(|| FieldChange::of(&from.category, &to.category)),
            assignee: (from.assignee != to.assignee)
                .then(|| FieldChange::of(&from.assignee, &to.assignee)),
            tags: (from.tags != to.tags).then(|| FieldChange::of(&from.tags, &to.tags)),
            order_id: (from.order_id != to.order_id)
                .then(|| FieldChange::of(&from.order_id, &to.order_id)),
            customer_id: (from.customer_id != to.customer_id)
                .then(|| FieldChange::of(&from.customer_id, &to.customer_id)),
            customer_email: (from.customer_email != to.customer_email)
                .then(|| FieldChange::of(&from.customer_email, &to.customer_email)),
            customer_contact: (from.customer_contact != to.customer_contact)
                .then(|| FieldChange::of(&from.customer_contact, &to.customer_contact)),
            customer_name: (from.customer_name != to.customer_name)
                .then(|| FieldChange::of(&from.customer_name, &to.customer_name)),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Between whom a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageDirection {
    /// From the customer.
    #[default]
    In,
    /// From an agent for agents alone.
    Note,
}

/// What the customer wrote on a ticket after its description, or an agent for other agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketMessage {
    /// The version of the ticket that the message made.
    pub version: u64,
    /// Between whom it is.
    pub direction: MessageDirection,
    /// Who wrote it, of an agent's; as [`TicketChange::actor`].
    pub author: Option<String>,
    /// The source's own id of the message or, where it gives none, a digest.
    pub message_id: String,
    /// The words.
    pub text: String,
    /// How it reached us.
    pub source: Source,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// When it was written, if the source says so.
    pub sent_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::example;

    #[test]
    fn only_what_differs_is_a_changed_field() {
        let before = example().unwrap();
        assert!(ChangedFields::between(&before, &before).is_empty());
        let mut after = before.clone();
        after.category = Some(Category::Shipping);
        after.tags = vec![Tag::parse("vip").unwrap()];
        let fields = ChangedFields::between(&before, &after);
        let expected = ChangedFields {
            category: Some(FieldChange { from: None, to: Some(Category::Shipping) }),
            tags: Some(FieldChange { from: Vec::new(), to: after.tags }),
            ..ChangedFields::default()
        };
        assert_eq!(fields, expected);
        assert!(!fields.is_empty());
    }

    #[test]
    fn sources_are_named_as_on_the_wire() {
        for source in [
            ChangeSource::Api,
            ChangeSource::Channel(Source::Zendesk),
            ChangeSource::Channel(Source::Intercom),
            ChangeSource::Schedule,
            ChangeSource::Ai,
        ] {
            assert_eq!(serde_json::to_value(source).unwrap(), source.name());
        }
    }
}
