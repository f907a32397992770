//! A ticket before it has an id.

use super::{
    CustomerId, CustomerName, Description, EmailAddress, ExternalId, OrderId, Source, Subject, Tag,
    TicketId,
};

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

impl Identity {
    /// Whether the identity that is stored with a ticket, if any, is this one.
    pub fn is_stored_as(&self, stored: Option<&str>) -> bool {
        match self {
            Self::Unique => false,
            Self::Of(text) | Self::Request(text) => stored == Some(text),
        }
    }
}
