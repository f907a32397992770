//! What each source sends, made into a [`NewTicket`] or a [`WebhookEvent`].

pub mod html;
pub mod intercom;
pub mod zendesk;

mod body;
mod conversation;
mod event;
mod form;
mod idempotency;
mod lenient;
mod patch;

use crate::ticket::{
    CustomerId, CustomerName, Description, EmailAddress, ExternalId, OrderId, Source, Subject, Tag,
    TicketId,
};

pub use event::{ConversationIdentity, CustomerMessage, Removal, Unreadable, WebhookEvent};
pub use form::{StatusChange, parse_create, parse_status_change};
pub use idempotency::{IdempotencyKey, NotAnIdempotencyKey};
pub use patch::parse_patch;

/// A ticket that was asked for and is right, but has no id yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTicket {
    /// The customer: derived from the address or, without one, from what the source calls them.
    pub customer_id: CustomerId,
    /// The customer's address, if the source tells it.
    pub customer_email: Option<EmailAddress>,
    /// The customer's name, if given.
    pub customer_name: Option<CustomerName>,
    /// What the ticket is about.
    pub subject: Subject,
    /// The customer's words.
    pub description: Description,
    /// The order that the customer names.
    pub order_id: Option<OrderId>,
    /// Labels that the source gives it, each once.
    pub tags: Vec<Tag>,
    /// How it reached us.
    pub source: Source,
    /// The id that the source system gives it.
    pub external_id: Option<ExternalId>,
    /// The closed ticket that it goes on from.
    pub follow_up_of: Option<TicketId>,
    /// The message that makes it, which therefore need not be added to it again.
    pub opened_by: Option<ExternalId>,
    /// What makes it this ticket and no other.
    pub identity: Identity,
}

/// Decides when two requests mean the same ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Every request is a ticket of its own.
    Unique,
    /// All requests with this text mean one ticket, forever. The text begins with the source, so
    /// that two sources never meet.
    Of(String),
    /// All requests with this text are one request sent again, if they also ask for the same; one
    /// that asks for something else is refused.
    Request(String),
}
