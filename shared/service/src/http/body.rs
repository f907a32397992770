//! The bodies of answers. They hold views of tickets, never tickets.

use chrono::{DateTime, Utc};
use copilot_aws::store::{Erasure, ExportRecord, SavedDraft};
use copilot_core::ticket::{CustomerId, Source, TicketId, masked, optional_timestamp, timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::row_view::ListedTicket;
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
    /// The tickets, in the order of the list; rows if `fields=row` asks for them.
    pub tickets: Vec<ListedTicket>,
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

/// A page of what the customer wrote on a ticket after its description, and agents for each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    /// The messages, in the order in which they reached us.
    pub messages: Vec<MessageView>,
    /// The `cursor` of the next page, or null when this is the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// What the caller has begun to write on a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// The words.
    text: String,
    /// When it was last saved, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    saved_at: DateTime<Utc>,
    /// When it is forgotten unless it is saved again, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    expires_at: DateTime<Utc>,
}

impl From<SavedDraft> for DraftView {
    fn from(draft: SavedDraft) -> Self {
        let expires_at = draft.expires_at();
        Self { text: masked(draft.text), saved_at: draft.saved_at, expires_at }
    }
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

/// A page of what is kept of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerExport {
    /// The customer.
    pub customer_id: CustomerId,
    /// Each ticket, the oldest first, followed by its changes and its messages; then webhook bodies. A
    /// page may have none although others follow.
    pub records: Vec<ExportedRecord>,
    /// The `cursor` of the next page, or null when this is the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// One thing that is kept of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExportedRecord {
    /// A ticket.
    Ticket {
        /// The ticket.
        ticket: Box<TicketView>,
    },
    /// A change of a ticket.
    Change {
        /// The ticket that was changed.
        ticket_id: TicketId,
        /// What was changed.
        change: Box<ChangeView>,
    },
    /// A message on a ticket.
    Message {
        /// The ticket that it is on.
        ticket_id: TicketId,
        /// What the customer wrote, or an agent noted.
        message: MessageView,
    },
    /// A webhook's body that could not be read and names the customer.
    KeptBody {
        /// Who sent it.
        source: Source,
        /// When it came.
        #[schema(format = DateTime)]
        received_at: String,
        /// The body.
        text: String,
    },
}

impl From<ExportRecord> for ExportedRecord {
    fn from(record: ExportRecord) -> Self {
        match record {
            ExportRecord::Ticket(ticket) => {
                Self::Ticket { ticket: Box::new(TicketView::from(*ticket)) }
            }
            ExportRecord::Change(ticket_id, change) => {
                Self::Change { ticket_id, change: Box::new((*change).into()) }
            }
            ExportRecord::Message(ticket_id, message) => {
                Self::Message { ticket_id, message: message.into() }
            }
            ExportRecord::KeptBody { source, received_at, text } => {
                Self::KeptBody { source, received_at, text: masked(text) }
            }
        }
    }
}

/// How far the erasure of a customer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerErasure {
    /// The customer.
    pub customer_id: CustomerId,
    /// When the erasure began, RFC 3339 in UTC. One that is asked for again within 30 days is the same.
    #[serde(with = "timestamp")]
    pub started_at: DateTime<Utc>,
    /// When nothing more was found, or null as long as it goes on.
    #[serde(with = "optional_timestamp")]
    #[schema(required)]
    pub finished_at: Option<DateTime<Utc>>,
    /// What was removed since it began.
    pub erased: ErasedCounts,
}

/// What an erasure has removed, by kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasedCounts {
    /// Tickets, with their texts and what the AI suggested for them.
    pub tickets: u64,
    /// What the customer wrote after the description, and agents' notes.
    pub messages: u64,
    /// Notes that a message is known.
    pub message_ids: u64,
    /// Entries of histories.
    pub changes: u64,
    /// Corrections of the AI by agents.
    pub corrections: u64,
    /// Versions of what the AI learned that may hold something of the corrections.
    pub learned_versions: u64,
    /// Webhook bodies that could not be read and named the customer.
    pub kept_bodies: u64,
    /// Long descriptions, which are kept apart from their tickets.
    pub long_texts: u64,
    /// Other rows beside tickets.
    pub others: u64,
}

impl CustomerErasure {
    /// The erasure of this customer as it stands.
    pub fn of(customer_id: CustomerId, erasure: Erasure) -> Self {
        let erased = erasure.erased;
        Self {
            customer_id,
            started_at: erasure.started_at,
            finished_at: erasure.finished_at,
            erased: ErasedCounts {
                tickets: erased.tickets,
                messages: erased.messages,
                message_ids: erased.message_ids,
                changes: erased.changes,
                corrections: erased.corrections,
                learned_versions: erased.learned_versions,
                kept_bodies: erased.kept_bodies,
                long_texts: erased.long_texts,
                others: erased.others,
            },
        }
    }
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
