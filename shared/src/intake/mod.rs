//! What each source sends, made into a [`NewTicket`].

pub mod intercom;
pub mod zendesk;

mod body;
mod form;

use crate::ticket::{
    CustomerName, Description, EmailAddress, ExternalId, OrderId, Source, Subject,
};

pub use form::{parse_create, parse_status_change};

/// A ticket that was asked for and is right, but has no id yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTicket {
    /// The customer's address.
    pub customer_email: EmailAddress,
    /// The customer's name, if given.
    pub customer_name: Option<CustomerName>,
    /// What the ticket is about.
    pub subject: Subject,
    /// The customer's words.
    pub description: Description,
    /// The order that the customer names.
    pub order_id: Option<OrderId>,
    /// How it reached us.
    pub source: Source,
    /// The id that the source system gives it.
    pub external_id: Option<ExternalId>,
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
}
