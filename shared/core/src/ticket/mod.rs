//! The ticket and the rules that hold for it, whatever it came from and wherever it is kept.

mod classification;
mod customer;
mod extracted;
mod filter;
mod history;
mod id;
mod lifecycle;
mod masking;
mod new_ticket;
mod patch;
mod suggestion;
mod text;
mod version;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use classification::{Category, Priority};
pub use customer::{CustomerId, EmailAddress, NotACustomerId};
pub use extracted::{
    Amount, Carrier, Currency, DateRange, DeviceName, Extracted, ExtractedFault, ExtractedValue,
    MaskedNumber, OrderConfidence, PhoneNumber, ProductVersion, TextField, TrackingNumber,
};
pub use filter::{Order, TicketFilter};
pub use history::{
    AssigneeChange, CategoryChange, ChangeSource, ChangedFields, OrderChange, PriorityChange,
    TagsChange, TicketChange, TicketMessage,
};
pub use id::{NotATicketId, TicketId};
pub use lifecycle::{ForbiddenTransition, Status};
pub use masking::{
    Contact, ContactKind, Contacts, PaymentNumber, PaymentNumberKind, contacts, mask,
    mask_personal_data, masked, payment_numbers,
};
pub use new_ticket::{Identity, NewTicket};
pub use patch::TicketPatch;
pub use suggestion::{
    Confidence, LanguageCode, LatestSuggestion, ModelName, NotAConfidence, NotALanguageCode,
    NotAModelName, ReasonFor, SetBy, Suggestion, SuggestionReason,
};
pub use text::{
    ActorName, Assignee, CustomerName, Description, ExternalId, Note, OrderId, Subject, Tag,
    TextFault, blank_schema,
};
pub use version::{ExpectedVersion, NotEntityTags, entity_tag};

/// A stored ticket, as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!(crate::ticket::example()))]
pub struct Ticket {
    /// The ticket's own id.
    pub ticket_id: TicketId,
    /// The customer: the same address, however written, has the same id in every source.
    pub customer_id: CustomerId,
    /// The customer's address as it was given, without surrounding spaces, or null when the source
    /// does not tell it.
    #[schema(required)]
    pub customer_email: Option<EmailAddress>,
    /// The customer's name, if known.
    #[schema(required)]
    pub customer_name: Option<CustomerName>,
    /// What the ticket is about, one line.
    pub subject: Subject,
    /// The customer's words.
    pub description: Description,
    /// The category that holds, or null until one is set.
    #[schema(required)]
    pub category: Option<Category>,
    /// Who set the category, or null as long as nobody has.
    #[serde(default)]
    #[schema(required)]
    pub category_set_by: Option<SetBy>,
    /// How urgent the ticket is.
    pub priority: Priority,
    /// Who set the priority, or null as long as nobody has.
    #[serde(default)]
    #[schema(required)]
    pub priority_set_by: Option<SetBy>,
    /// Where the ticket is in its lifecycle.
    pub status: Status,
    /// Who works on it, or null for nobody.
    #[serde(default)]
    #[schema(required)]
    pub assignee: Option<Assignee>,
    /// The order that the ticket is about, if the customer named one, be it in the text alone.
    #[schema(required)]
    pub order_id: Option<OrderId>,
    /// `ai` when the AI found the order in the text, null when it came with the ticket or there is none.
    #[serde(default)]
    #[schema(required)]
    pub order_id_set_by: Option<SetBy>,
    /// How the ticket reached us.
    pub source: Source,
    /// The category that the AI suggests, or null until it has or when it does not know.
    #[schema(required)]
    pub ai_suggested_category: Option<Category>,
    /// The priority that the AI suggests, or null until it has.
    #[schema(required)]
    pub ai_suggested_priority: Option<Priority>,
    /// The reply that the AI suggests, or null until it has.
    #[schema(required)]
    pub ai_suggested_reply: Option<String>,
    /// How sure the AI is of the category, or null until it has suggested.
    #[serde(default)]
    #[schema(required)]
    pub ai_confidence: Option<Confidence>,
    /// Why the AI suggests what it does.
    #[serde(default)]
    #[schema(required)]
    pub ai_reasons: Vec<SuggestionReason>,
    /// What the AI found in subject and description.
    #[serde(default)]
    #[schema(required)]
    pub ai_extracted: Vec<Extracted>,
    /// The language that the customer writes, or null as long as it is not known.
    #[serde(default)]
    #[schema(required)]
    pub ai_language: Option<LanguageCode>,
    /// The model that suggested, or null until one has.
    #[serde(default)]
    #[schema(required)]
    pub ai_model: Option<ModelName>,
    /// Whether a person should look at the suggestion, or null until there is one.
    #[serde(default)]
    #[schema(required)]
    pub ai_needs_review: Option<bool>,
    /// When the AI suggested, or null until it has.
    #[serde(default, with = "optional_timestamp")]
    #[schema(required)]
    pub ai_processed_at: Option<DateTime<Utc>>,
    /// Labels set by agents or taken over from the source.
    #[serde(default)]
    #[schema(required)]
    pub tags: Vec<Tag>,
    /// The id that the source system gives the ticket, if it has one.
    #[schema(required)]
    pub external_id: Option<ExternalId>,
    /// The closed ticket that this one goes on from, if it does.
    #[serde(default)]
    #[schema(required)]
    pub follow_up_of: Option<TicketId>,
    /// How often the ticket went from resolved back to open or in_progress.
    #[serde(default)]
    #[schema(required)]
    pub reopen_count: u64,
    /// Counts the changes of the ticket; 1 when new.
    pub version: u64,
    /// When the ticket was made, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    pub created_at: DateTime<Utc>,
    /// When the ticket was last changed, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    pub updated_at: DateTime<Utc>,
    /// When the ticket first left `new`, or null until it does.
    #[serde(default, with = "optional_timestamp")]
    #[schema(required)]
    pub first_response_at: Option<DateTime<Utc>>,
    /// When the ticket became resolved, or closed without having been; null until then and again when
    /// it is reopened.
    #[serde(default, with = "optional_timestamp")]
    #[schema(required)]
    pub resolved_at: Option<DateTime<Utc>>,
    /// When the ticket was closed, or null until it is.
    #[serde(default, with = "optional_timestamp")]
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
}

impl Ticket {
    /// The ticket that `new` becomes under the id `ticket_id` at the time `now`.
    pub fn open(new: &NewTicket, ticket_id: TicketId, now: DateTime<Utc>) -> Self {
        Self {
            ticket_id,
            customer_id: new.customer_id.clone(),
            customer_email: new.customer_email.clone(),
            customer_name: new.customer_name.clone(),
            subject: new.subject.clone(),
            description: new.description.clone(),
            category: None,
            category_set_by: None,
            priority: Priority::Medium,
            priority_set_by: None,
            status: Status::New,
            assignee: None,
            order_id: new.order_id.clone(),
            order_id_set_by: None,
            source: new.source,
            ai_suggested_category: None,
            ai_suggested_priority: None,
            ai_suggested_reply: None,
            ai_confidence: None,
            ai_reasons: Vec::new(),
            ai_extracted: Vec::new(),
            ai_language: None,
            ai_model: None,
            ai_needs_review: None,
            ai_processed_at: None,
            tags: new.tags.clone(),
            external_id: new.external_id.clone(),
            follow_up_of: new.follow_up_of,
            reopen_count: 0,
            version: 1,
            created_at: now,
            updated_at: now,
            first_response_at: None,
            resolved_at: None,
            closed_at: None,
        }
    }

    /// The ticket as it is shown: card numbers and IBANs in its texts stay in the store.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.subject = self.subject.masked();
        self.description = self.description.masked();
        self
    }

    /// The ticket as it was when it was made, if it was `new` that made it. Nothing that `new`
    /// says of a ticket changes later, so the ticket itself tells.
    pub fn as_opened(&self, new: &NewTicket) -> Option<Self> {
        let opened = Self::open(new, self.ticket_id, self.created_at);
        let named_order = self.order_id.as_ref().filter(|_| self.order_id_set_by.is_none());
        let is_same = opened.customer_email == self.customer_email
            && opened.customer_id == self.customer_id
            && opened.customer_name == self.customer_name
            && opened.subject == self.subject
            && opened.description == self.description
            && opened.order_id.as_ref() == named_order
            && opened.source == self.source
            && opened.external_id == self.external_id;
        is_same.then_some(opened)
    }
}

/// How a ticket reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A web form; the default.
    #[default]
    Web,
    /// An e-mail.
    Email,
    /// A chat.
    Chat,
    /// A program of the customer's.
    Api,
    /// A Zendesk account.
    Zendesk,
    /// An Intercom workspace.
    Intercom,
}

impl Source {
    /// Every source with its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("web", Self::Web),
        ("email", Self::Email),
        ("chat", Self::Chat),
        ("api", Self::Api),
        ("zendesk", Self::Zendesk),
        ("intercom", Self::Intercom),
    ];

    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Email => "email",
            Self::Chat => "chat",
            Self::Api => "api",
            Self::Zendesk => "zendesk",
            Self::Intercom => "intercom",
        }
    }

    /// Reads a source's name exactly as listed in [`Source::ALL`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, source)| *source)
    }
}

/// A time as clients and the store see it: RFC 3339, UTC with `Z`, milliseconds.
pub fn format_time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads a time as other systems write it: RFC 3339 with any number of fraction digits, or whole
/// seconds since 1970. `None` for anything else and outside the years 1970 to 9999.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let time = match text.parse::<i64>() {
        Ok(seconds) => DateTime::from_timestamp(seconds, 0)?,
        Err(_) => DateTime::parse_from_rfc3339(text).ok()?.to_utc(),
    };
    (1970..=9999).contains(&time.year()).then_some(time)
}

/// The present time in the precision that is stored.
pub fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
}

/// Times as text in serde: see [`format_time`].
pub mod timestamp {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes a time.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        time: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format_time(*time))
    }

    /// Reads a time.
    ///
    /// # Errors
    /// It is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        DateTime::<Utc>::deserialize(deserializer)
    }
}

mod optional_timestamp {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        time: &Option<DateTime<Utc>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(super::format_time).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::deserialize(deserializer)
    }
}

/// The ticket that the API documentation shows.
pub fn example() -> serde_json::Value {
    serde_json::json!({
        "ticket_id": "TKT-20241103-A1B2C3D4",
        "customer_id": "CUST-DF36B01B83A62E00D460",
        "customer_email": "john.doe@example.com",
        "customer_name": "John Doe",
        "subject": "Order hasn't shipped yet",
        "description": "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
        "category": null,
        "category_set_by": null,
        "priority": "medium",
        "priority_set_by": null,
        "status": "new",
        "assignee": null,
        "order_id": "2021",
        "order_id_set_by": null,
        "source": "web",
        "ai_suggested_category": null,
        "ai_suggested_priority": null,
        "ai_suggested_reply": null,
        "ai_confidence": null,
        "ai_reasons": [],
        "ai_extracted": [],
        "ai_language": null,
        "ai_model": null,
        "ai_needs_review": null,
        "ai_processed_at": null,
        "tags": [],
        "external_id": null,
        "follow_up_of": null,
        "reopen_count": 0,
        "version": 1,
        "created_at": "2024-11-03T10:30:00.000Z",
        "updated_at": "2024-11-03T10:30:00.000Z",
        "first_response_at": null,
        "resolved_at": null,
        "closed_at": null
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example_is_a_ticket() {
        let ticket: Ticket = serde_json::from_value(example()).unwrap();
        assert_eq!(serde_json::to_value(&ticket).unwrap(), example());
        assert_eq!(ticket.customer_id, CustomerId::of(&ticket.customer_email.unwrap()));
    }

    #[test]
    fn times_of_other_systems_are_read() {
        let read = |text| parse_time(text).map(|time| time.to_rfc3339());
        for (text, expected) in [
            ("2025-01-08T10:12:07Z", "2025-01-08T10:12:07+00:00"),
            ("2025-01-08T10:12:07.6Z", "2025-01-08T10:12:07.600+00:00"),
            ("2025-01-08T10:12:07.672Z", "2025-01-08T10:12:07.672+00:00"),
            ("2025-01-08T10:12:07.672717Z", "2025-01-08T10:12:07.672717+00:00"),
            ("2025-01-08T10:12:07.672717030Z", "2025-01-08T10:12:07.672717030+00:00"),
            ("2025-01-08T12:12:07+02:00", "2025-01-08T10:12:07+00:00"),
            ("1596634805", "2020-08-05T13:40:05+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2025-01-08", "-1", "9223372036854775807", "1e9"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn every_source_is_listed_under_its_wire_name() {
        for (name, source) in Source::ALL {
            assert_eq!(serde_json::to_value(source).unwrap(), name);
            assert_eq!(source.name(), name);
            assert_eq!(Source::parse(name), Some(source));
        }
        assert_eq!(Source::parse("Web"), None);
    }
}
