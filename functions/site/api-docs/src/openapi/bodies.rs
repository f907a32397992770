//! What clients send, for the document. The core reads these bodies field by field, so that one
//! answer can name every fault; a test holds the two together.

#![expect(dead_code, reason = "the types only describe; nothing makes them")]

use copilot_core::ticket::{
    ActorName, Assignee, Category, CustomerName, Description, EmailAddress, Note, OrderId,
    Priority, Source, Status, Subject, Tag, blank_schema,
};
use serde::Deserialize;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A new ticket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "customer_email": "john.doe@example.com",
    "customer_name": "John Doe",
    "subject": "Order hasn't shipped yet",
    "description": "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
    "order_id": "2021",
    "source": "web"
}))]
pub struct CreateTicket {
    #[schema(inline)]
    pub customer_email: EmailAddress,
    #[schema(schema_with = optional::<CustomerName>)]
    pub customer_name: Option<CustomerName>,
    #[schema(inline)]
    pub subject: Subject,
    #[schema(inline)]
    pub description: Description,
    #[schema(schema_with = optional::<OrderId>)]
    pub order_id: Option<OrderId>,
    #[schema(schema_with = optional_source)]
    pub source: Option<Source>,
}

/// The status that a ticket shall have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "resolved", "note": "Sent a new parcel"}))]
pub struct StatusChange {
    pub status: Status,
    #[schema(schema_with = optional::<Note>)]
    pub note: Option<Note>,
    #[schema(schema_with = optional::<ActorName>)]
    pub actor: Option<ActorName>,
}

/// The fields to set in a ticket, as a JSON Merge Patch (RFC 7396): an absent field stays as it is,
/// null takes away what it holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"priority": "high", "category": "shipping", "assignee": null}))]
pub struct TicketPatch {
    #[schema(nullable = false)]
    pub priority: Option<Priority>,
    pub category: Option<Category>,
    #[schema(schema_with = nullable::<Assignee>)]
    pub assignee: Option<Assignee>,
    /// All labels of the ticket; one that is named twice counts once.
    #[schema(max_items = 100)]
    pub tags: Option<Vec<Tag>>,
}

/// What a Zendesk trigger's webhook is set up to send. Further fields are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"ticket": {
    "id": 123,
    "subject": "Help needed",
    "description": "I can't login to my account",
    "requester": {"email": "user@example.com", "name": "User Name"}
}}))]
pub struct ZendeskWebhook {
    #[schema(inline)]
    pub ticket: ZendeskTicket,
}

#[derive(Deserialize, ToSchema)]
pub struct ZendeskTicket {
    /// The ticket's id in Zendesk, as a number or a string. One id is one ticket.
    #[schema(schema_with = number_or_string)]
    pub id: serde_json::Value,
    /// Cut when it is longer than a subject may be; without one, the description's first line.
    pub subject: Option<String>,
    pub description: String,
    #[schema(inline)]
    pub requester: ExternalCustomer,
}

/// What Intercom sends when a customer begins a conversation. Further fields are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"type": "conversation.created", "data": {"item": {
    "conversation_message": {"body": "I need help with my order"},
    "user": {"email": "user@example.com", "name": "User Name"}
}}}))]
pub struct IntercomWebhook {
    #[schema(inline)]
    pub data: IntercomData,
}

#[derive(Deserialize, ToSchema)]
pub struct IntercomData {
    #[schema(inline)]
    pub item: IntercomConversation,
}

#[derive(Deserialize, ToSchema)]
pub struct IntercomConversation {
    /// The conversation's id. One id is one ticket.
    pub id: Option<String>,
    #[schema(inline)]
    pub conversation_message: IntercomMessage,
    #[schema(inline)]
    pub user: ExternalCustomer,
}

#[derive(Deserialize, ToSchema)]
pub struct IntercomMessage {
    /// The customer's words; the first line becomes the subject.
    pub body: String,
}

#[derive(Deserialize, ToSchema)]
pub struct ExternalCustomer {
    /// A customer without one is known by the source's own id.
    #[schema(inline)]
    pub email: Option<EmailAddress>,
    pub name: Option<String>,
}

/// A field that may be absent, null or blank.
fn optional<T: PartialSchema>() -> Schema {
    alternatives(T::schema()).into()
}

/// A field that may be absent or null.
fn nullable<T: PartialSchema>() -> Schema {
    OneOfBuilder::new().item(T::schema()).item(ObjectBuilder::new().schema_type(Type::Null)).into()
}

fn optional_source() -> Schema {
    alternatives(Source::schema()).default(Some(Source::default().name().into())).into()
}

fn alternatives(named: RefOr<Schema>) -> OneOfBuilder {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(named).item(blank_schema()).item(null)
}

fn number_or_string() -> Schema {
    OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Integer))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .into()
}
