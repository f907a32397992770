//! The ticket and the rules that hold for it, whatever it came from and wherever it is kept.

mod classification;
mod customer;
mod delivery;
mod example;
mod extracted;
mod filter;
mod id;
mod invisible;
mod lifecycle;
mod masking;
mod new_ticket;
mod patch;
mod source;
mod suggestion;
mod text;
mod text_fault;
mod time;
mod timeline;
mod version;

use chrono::{DateTime, Utc};

pub use classification::{Category, Priority};
pub use customer::{CustomerId, EmailAddress, ParseCustomerIdError};
pub use delivery::{Delivery, DeliveryFailure, DeliveryState, ParseReplyIdError, ReplyId};
pub use example::example;
pub use extracted::{
    Amount, Carrier, Currency, DateRange, DeviceName, Extracted, ExtractedFault, ExtractedValue,
    MaskedNumber, OrderConfidence, PhoneNumber, ProductVersion, TextField, TrackingNumber,
};
pub use filter::{AssignedTo, SortOrder, TicketFilter};
pub use id::{ParseTicketIdError, TicketId};
pub use invisible::is_blank;
pub use lifecycle::{ForbiddenTransition, Status};
pub use masking::{
    Contact, ContactKind, Contacts, PaymentNumber, PaymentNumberKind, contacts, mask,
    mask_personal_data, masked, payment_numbers,
};
pub use new_ticket::{Identity, NewTicket};
pub use patch::TicketPatch;
pub use source::Source;
pub use suggestion::{
    Confidence, LanguageCode, ModelName, ParseConfidenceError, ParseLanguageCodeError,
    ParseModelNameError, ReasonFor, SetBy, Suggestion, SuggestionReason,
};
pub use text::{
    ActorName, Assignee, CustomerContact, CustomerName, Description, Draft, ExternalId,
    InternalNote, Note, OrderId, Subject, Tag, blank_schema,
};
pub use text_fault::TextFault;
pub use time::{format_time, now, optional_timestamp, parse_time, timestamp};
pub use timeline::{
    ChangeSource, ChangedFields, FieldChange, MessageDirection, TicketChange, TicketMessage,
};
pub use version::{ExpectedVersion, ParseEntityTagsError, entity_tag};

/// A ticket. How it is stored and how clients see it are other types: only those are serialised, so
/// that no ticket leaves unmasked.
///
/// ```compile_fail,E0277
/// fn unmasked(ticket: &copilot_core::ticket::Ticket) -> serde_json::Result<String> {
///     serde_json::to_string(ticket)
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// The ticket's own id.
    pub ticket_id: TicketId,
    /// The customer: the same address, however written, has the same id in every source.
    pub customer_id: CustomerId,
    /// The customer's address as it was given, without surrounding spaces, if the source
    /// tells it.
    pub customer_email: Option<EmailAddress>,
    /// How the customer can be reached besides the address, as the source writes it: an address that
    /// is none by the rules, or further ones.
    pub customer_contact: Option<CustomerContact>,
    /// The customer's name, if known.
    pub customer_name: Option<CustomerName>,
    /// What the ticket is about, one line.
    pub subject: Subject,
    /// The customer's words.
    pub description: Description,
    /// The category that holds, once one is set.
    pub category: Option<Category>,
    /// Who set the category, if somebody has.
    pub category_set_by: Option<SetBy>,
    /// How urgent the ticket is.
    pub priority: Priority,
    /// Who set the priority, if somebody has.
    pub priority_set_by: Option<SetBy>,
    /// Where the ticket is in its lifecycle.
    pub status: Status,
    /// Who works on it, if somebody does.
    pub assignee: Option<Assignee>,
    /// The order that the ticket is about, if the customer named one, be it in the text alone.
    pub order_id: Option<OrderId>,
    /// `ai` when the AI found the order in the text, nothing when it came with the ticket or there is none.
    pub order_id_set_by: Option<SetBy>,
    /// How the ticket reached us.
    pub source: Source,
    /// What the AI suggests, once it has.
    pub suggestion: Option<Suggestion>,
    /// Labels set by agents or taken over from the source.
    pub tags: Vec<Tag>,
    /// The id that the source system gives the ticket, if it has one.
    pub external_id: Option<ExternalId>,
    /// The closed ticket that this one goes on from, if it does.
    pub follow_up_of: Option<TicketId>,
    /// How often the ticket went from resolved back to open or in_progress.
    pub reopen_count: u64,
    /// Counts the changes of the ticket; 1 when new.
    pub version: u64,
    /// When the ticket was made.
    pub created_at: DateTime<Utc>,
    /// When the ticket was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the ticket first left `new`, once it has.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When the ticket became resolved, or closed without having been; nothing until then and again
    /// when it is reopened.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When the ticket was closed, once it is.
    pub closed_at: Option<DateTime<Utc>>,
}
