//! What is remembered of a ticket: each change of it, and what the customer wrote later.

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::classification::{Category, Priority};
use super::masking::masked;
use super::text::{Assignee, OrderId, Tag};
use super::{Source, Status, Ticket, optional_timestamp, timestamp};

/// A change of a ticket that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketChange {
    /// The version of the ticket that the change made.
    #[schema(example = 2, minimum = 2)]
    pub version: u64,
    /// The status before, or null when the change left the status as it was.
    #[serde(default)]
    #[schema(required)]
    pub from: Option<Status>,
    /// The status since, or null when the change left the status as it was.
    #[serde(default)]
    #[schema(required)]
    pub to: Option<Status>,
    /// The fields that the change set, with what they held before and since.
    #[serde(default)]
    #[schema(required)]
    pub fields: ChangedFields,
    /// Who made it: whom the authorizer knows, else who the request names, else `agent`; or the
    /// source or the schedule itself, or the AI by its model as `ai:hashed-ngrams@1`.
    #[schema(example = "agent", min_length = 1)]
    pub actor: String,
    /// Why, if that was said.
    #[serde(default)]
    #[schema(required)]
    pub note: Option<String>,
    /// When it was made, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
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

/// The fields that a change set. `from` and `to` are the same when an agent confirmed what was there;
/// fields that nobody set are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"priority": {"from": "medium", "to": "high"}}))]
pub struct ChangedFields {
    /// How urgent the ticket is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub priority: Option<PriorityChange>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub category: Option<CategoryChange>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assignee: Option<AssigneeChange>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tags: Option<TagsChange>,
    /// The order that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub order_id: Option<OrderChange>,
}

/// How urgent a ticket was before and is since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriorityChange {
    /// Before.
    pub from: Priority,
    /// Since.
    pub to: Priority,
}

/// Which category a ticket had before and has since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryChange {
    /// Before; null for none.
    #[schema(required)]
    pub from: Option<Category>,
    /// Since; null for none.
    #[schema(required)]
    pub to: Option<Category>,
}

/// Who worked on a ticket before and does since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssigneeChange {
    /// Before; null for nobody.
    #[schema(required)]
    pub from: Option<Assignee>,
    /// Since; null for nobody.
    #[schema(required)]
    pub to: Option<Assignee>,
}

/// Which labels a ticket had before and has since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagsChange {
    /// Before.
    pub from: Vec<Tag>,
    /// Since.
    pub to: Vec<Tag>,
}

/// Which order a ticket was about before and is since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderChange {
    /// Before; null for none.
    #[schema(required)]
    pub from: Option<OrderId>,
    /// Since; null for none.
    #[schema(required)]
    pub to: Option<OrderId>,
}

impl TicketChange {
    /// The change as it is shown, without card numbers and IBANs.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.note = self.note.map(masked);
        self
    }
}

impl TicketMessage {
    /// The message as it is shown, without card numbers and IBANs.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.text = masked(self.text);
        self
    }
}

impl ChangedFields {
    /// What differs between the ticket `before` and `after`.
    pub fn between(before: &Ticket, after: &Ticket) -> Self {
        let (from, to) = (before, after);
        Self {
            priority: ((from.priority, from.priority_set_by) != (to.priority, to.priority_set_by))
                .then_some(PriorityChange { from: from.priority, to: to.priority }),
            category: ((from.category, from.category_set_by) != (to.category, to.category_set_by))
                .then_some(CategoryChange { from: from.category, to: to.category }),
            assignee: (from.assignee != to.assignee)
                .then(|| AssigneeChange { from: from.assignee.clone(), to: to.assignee.clone() }),
            tags: (from.tags != to.tags)
                .then(|| TagsChange { from: from.tags.clone(), to: to.tags.clone() }),
            order_id: (from.order_id != to.order_id)
                .then(|| OrderChange { from: from.order_id.clone(), to: to.order_id.clone() }),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the customer wrote on a ticket after its description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketMessage {
    /// The version of the ticket that the message made.
    #[schema(example = 3, minimum = 2)]
    pub version: u64,
    /// The source's own id of the message or, where it gives none, a digest.
    #[schema(example = "40100000004", min_length = 1)]
    pub message_id: String,
    /// The customer's words.
    #[schema(example = "Any news?")]
    pub text: String,
    /// How it reached us.
    pub source: Source,
    /// When it reached us, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    pub received_at: DateTime<Utc>,
    /// When the customer wrote it, if the source says so.
    #[serde(default, with = "optional_timestamp")]
    #[schema(required)]
    pub sent_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ticket::example;

    #[test]
    fn only_what_differs_is_a_changed_field() {
        let before: Ticket = serde_json::from_value(example()).unwrap();
        assert!(ChangedFields::between(&before, &before).is_empty());
        let mut after = before.clone();
        after.category = Some(Category::Shipping);
        after.tags = vec![Tag::parse("vip").unwrap()];
        let fields = ChangedFields::between(&before, &after);
        assert_eq!(
            serde_json::to_value(&fields).unwrap(),
            json!({
                "category": {"from": null, "to": "shipping"},
                "tags": {"from": [], "to": ["vip"]}
            })
        );
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
