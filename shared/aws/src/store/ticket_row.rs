//! The attributes of a ticket's item that are the ticket's own.
//!
//! Texts are plain here: those that were stored under laxer rules than today's stay readable.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::suggestion::StoredSuggestion;
use copilot_core::ticket::{
    Assignee, Category, CustomerContact, CustomerId, CustomerName, Description, EmailAddress,
    ExternalId, ExtractedFault, OrderId, Priority, SetBy, Source, Status, Subject, Suggestion, Tag,
    Ticket, TicketId, optional_timestamp, timestamp,
};

/// A [`Ticket`] in the attributes of an item.
#[derive(Serialize, Deserialize)]
pub(super) struct TicketRow {
    ticket_id: TicketId,
    customer_id: String,
    customer_email: Option<String>,
    #[serde(default)]
    customer_contact: Option<String>,
    customer_name: Option<String>,
    subject: String,
    description: String,
    category: Option<Category>,
    #[serde(default)]
    category_set_by: Option<SetBy>,
    priority: Priority,
    #[serde(default)]
    priority_set_by: Option<SetBy>,
    status: Status,
    #[serde(default)]
    assignee: Option<String>,
    order_id: Option<String>,
    #[serde(default)]
    order_id_set_by: Option<SetBy>,
    source: Source,
    #[serde(default, rename = "ai")]
    suggestion: Option<StoredSuggestion>,
    #[serde(default)]
    tags: Vec<String>,
    external_id: Option<String>,
    #[serde(default)]
    follow_up_of: Option<TicketId>,
    #[serde(default)]
    reopen_count: u64,
    version: u64,
    #[serde(with = "timestamp")]
    created_at: DateTime<Utc>,
    #[serde(with = "timestamp")]
    updated_at: DateTime<Utc>,
    #[serde(default, with = "optional_timestamp")]
    first_response_at: Option<DateTime<Utc>>,
    #[serde(default, with = "optional_timestamp")]
    resolved_at: Option<DateTime<Utc>>,
    #[serde(default, with = "optional_timestamp")]
    closed_at: Option<DateTime<Utc>>,
}

/// Writes the ticket's attributes.
pub(super) fn serialize<S: Serializer>(ticket: &Ticket, serializer: S) -> Result<S::Ok, S::Error> {
    TicketRow::from(ticket).serialize(serializer)
}

/// Reads the ticket from its attributes.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ticket, D::Error> {
    Ticket::try_from(TicketRow::deserialize(deserializer)?).map_err(de::Error::custom)
}

impl From<&Ticket> for TicketRow {
    fn from(ticket: &Ticket) -> Self {
        let Ticket {
            ticket_id,
            customer_id,
            customer_email,
            customer_contact,
            customer_name,
            subject,
            description,
            category,
            category_set_by,
            priority,
            priority_set_by,
            status,
            assignee,
            order_id,
            order_id_set_by,
            source,
            suggestion,
            tags,
            external_id,
            follow_up_of,
            reopen_count,
            version,
            created_at,
            updated_at,
            first_response_at,
            resolved_at,
            closed_at,
        } = ticket;
        Self {
            ticket_id: *ticket_id,
            customer_id: customer_id.as_str().to_owned(),
            customer_email: customer_email.as_ref().map(|email| email.as_str().to_owned()),
            customer_contact: customer_contact.clone().map(String::from),
            customer_name: customer_name.clone().map(String::from),
            subject: subject.as_str().to_owned(),
            description: description.as_str().to_owned(),
            category: *category,
            category_set_by: *category_set_by,
            priority: *priority,
            priority_set_by: *priority_set_by,
            status: *status,
            assignee: assignee.clone().map(String::from),
            order_id: order_id.clone().map(String::from),
            order_id_set_by: *order_id_set_by,
            source: *source,
            suggestion: suggestion.clone().map(StoredSuggestion::from),
            tags: tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            external_id: external_id.clone().map(String::from),
            follow_up_of: *follow_up_of,
            reopen_count: *reopen_count,
            version: *version,
            created_at: *created_at,
            updated_at: *updated_at,
            first_response_at: *first_response_at,
            resolved_at: *resolved_at,
            closed_at: *closed_at,
        }
    }
}

impl TryFrom<TicketRow> for Ticket {
    type Error = ExtractedFault;

    fn try_from(row: TicketRow) -> Result<Self, ExtractedFault> {
        let TicketRow {
            ticket_id,
            customer_id,
            customer_email,
            customer_contact,
            customer_name,
            subject,
            description,
            category,
            category_set_by,
            priority,
            priority_set_by,
            status,
            assignee,
            order_id,
            order_id_set_by,
            source,
            suggestion,
            tags,
            external_id,
            follow_up_of,
            reopen_count,
            version,
            created_at,
            updated_at,
            first_response_at,
            resolved_at,
            closed_at,
        } = row;
        Ok(Self {
            ticket_id,
            customer_id: CustomerId::restored(customer_id),
            customer_email: customer_email.map(EmailAddress::restored),
            customer_contact: customer_contact.map(CustomerContact::restored),
            customer_name: customer_name.map(CustomerName::restored),
            subject: Subject::restored(subject),
            description: Description::restored(description),
            category,
            category_set_by,
            priority,
            priority_set_by,
            status,
            assignee: assignee.map(Assignee::restored),
            order_id: order_id.map(OrderId::restored),
            order_id_set_by,
            source,
            suggestion: suggestion.map(Suggestion::try_from).transpose()?,
            tags: tags.into_iter().map(Tag::restored).collect(),
            external_id: external_id.map(ExternalId::restored),
            follow_up_of,
            reopen_count,
            version,
            created_at,
            updated_at,
            first_response_at,
            resolved_at,
            closed_at,
        })
    }
}
