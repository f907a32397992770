//! Webhooks that vendors call.

use copilot_core::ticket::EmailAddress;
use serde::Deserialize;
use utoipa::openapi::Schema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::{IntoResponses, ToSchema};

use crate::http::{Problem, WebhookAnswer};

/// What a Zendesk trigger's webhook is set up to send. Names may be written otherwise, the customer's
/// words may stand under any name, and the requester may be one text, `Name <address>`.
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
    /// A customer without an address is identified by the id in the source.
    #[schema(inline)]
    pub email: Option<EmailAddress>,
    pub name: Option<String>,
}

fn number_or_string() -> Schema {
    OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Integer))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .into()
}

/// What any webhook may answer besides success.
#[derive(IntoResponses)]
enum WebhookErrors {
    /// The signature is missing, wrong or too old. Nothing is stored.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
    /// A service that this API needs does not answer, or no secret is configured. `Retry-After` says
    /// when to try again.
    #[response(
        status = 503,
        content_type = "application/problem+json",
        headers(("Retry-After" = u32, description = "Seconds to wait, below 60"))
    )]
    Unavailable(Problem),
}

/// Receive a webhook from Zendesk
///
/// The body of a trigger, or an event of an event-subscribed webhook. A new ticket is stored once;
/// a changed status, a customer's comment, a merge and a deletion change the existing ticket, and what
/// it lacks of its customer is filled in; everything else is ignored. A signed body that cannot be read
/// is kept and answered with 200.
#[utoipa::path(
    post,
    path = "/api/tickets/webhook/zendesk",
    tag = "webhooks",
    params(
        ("X-Zendesk-Webhook-Signature" = Option<String>, Header, nullable = false,
            description = "Base64 of the HMAC-SHA256 over timestamp and body"),
        ("X-Zendesk-Webhook-Signature-Timestamp" = Option<String>, Header, nullable = false,
            description = "When it was signed; at most 5 minutes from now"),
    ),
    request_body = ZendeskWebhook,
    responses(
        (status = 200, description = "The notification was processed or ignored", body = WebhookAnswer),
        (status = 201, description = "A new ticket is stored", body = WebhookAnswer),
        WebhookErrors,
    )
)]
pub fn webhook_zendesk() {}

/// Receive a webhook from Intercom
///
/// A notification, or the older body of the example. A new conversation is stored once; a customer's
/// reply and an agent's closing, opening and snoozing change the existing ticket; everything else is
/// ignored. A signed body that cannot be read is kept and answered with 200.
#[utoipa::path(
    post,
    path = "/api/tickets/webhook/intercom",
    tag = "webhooks",
    params(
        ("X-Hub-Signature" = Option<String>, Header, nullable = false,
            description = "`sha1=` and the hex HMAC-SHA1 over the body"),
    ),
    request_body = IntercomWebhook,
    responses(
        (status = 200, description = "The notification was processed or ignored", body = WebhookAnswer),
        (status = 201, description = "A new ticket is stored", body = WebhookAnswer),
        WebhookErrors,
    )
)]
pub fn webhook_intercom() {}

/// Confirm the webhook address for Intercom
#[utoipa::path(
    get,
    path = "/api/tickets/webhook/intercom",
    tag = "webhooks",
    responses((status = 200, description = "The address exists"))
)]
pub fn validate_webhook_intercom_by_get() {}

/// Confirm the webhook address for Intercom
#[utoipa::path(
    head,
    path = "/api/tickets/webhook/intercom",
    tag = "webhooks",
    responses((status = 200, description = "The address exists"))
)]
pub fn validate_webhook_intercom() {}
