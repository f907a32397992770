//! The bodies of answers. They hold views of tickets, never tickets.

use chrono::{DateTime, Utc};
use copilot_core::ticket::{TicketId, timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::timeline_view::{ChangeView, MessageView};
use super::view::{SuggestionView, TicketView};

/// The answer to a create.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedTicket {
    /// The ticket.
    pub ticket: TicketView,
    /// What has happened and what will, for a person.
    #[schema(example = json!(["Ticket created successfully", "AI processing queued", "Agent will be notified"]))]
    pub suggested_actions: Vec<String>,
}

/// What a form needs before it may create a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormTokenAnswer {
    /// What goes into the header `Form-Token` of a create.
    #[schema(example = "672750a8.0123456789abcdef0123456789abcdef")]
    pub form_token: String,
    /// Until when it is taken, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    pub expires_at: DateTime<Utc>,
}

/// The answer to a webhook. Vendors keep answers in their logs, so nothing of the ticket is in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"ticket_id": "TKT-20241103-A1B2C3D4", "result": "message_added"}))]
pub struct WebhookAnswer {
    /// The ticket that the call is about, or null when there is none.
    #[schema(required)]
    pub ticket_id: Option<TicketId>,
    /// What has happened. Of several things, the first that is listed here.
    pub result: WebhookResult,
}

/// What a webhook's call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookResult {
    /// A new ticket is stored.
    Created,
    /// What the customer said was added to a ticket.
    MessageAdded,
    /// The ticket was moved.
    StatusChanged,
    /// What the ticket lacked was filled in.
    Completed,
    /// The ticket shows all that was told.
    AlreadyReceived,
    /// The conversation has no ticket, and what was told makes none.
    NoTicket,
    /// Notifications of this kind are ignored.
    Ignored,
    /// The webhook is reachable.
    Reachable,
    /// The body is the template itself: its placeholders were not filled in.
    TemplateNotFilledIn,
    /// The body could not be read and was kept for repair.
    Kept,
}

/// A page of a list.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct TicketPage {
    /// The tickets, in the order of the list.
    pub tickets: Vec<TicketView>,
    /// The `cursor` of the next page, or null when this is the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of a ticket's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePage {
    /// The changes, oldest first.
    pub changes: Vec<ChangeView>,
    /// The `cursor` of the next page, or null when this is the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A page of what the customer wrote on a ticket after its description.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// The messages, in the order in which they reached us.
    pub messages: Vec<MessageView>,
    /// The `cursor` of the next page, or null when this is the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What the AI suggests for a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketSuggestion {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The latest suggestion, or null as long as there is none.
    #[schema(required)]
    pub suggestion: Option<SuggestionView>,
}

/// That the service answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of the deployed code.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

impl Health {
    /// The health of this process.
    pub fn now() -> Self {
        Self { status: "ok", version: env!("CARGO_PKG_VERSION") }
    }
}
