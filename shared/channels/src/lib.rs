//! What each source sends, made into a [`copilot_core::ticket::NewTicket`] or a
//! [`WebhookEvent`], and the signatures that are verified first.

#![warn(missing_docs)]

pub mod html;
pub mod intercom;
pub mod lenient_json;
pub mod limits;
pub mod signature;
pub mod zendesk;

mod attachments;
mod body;
mod contact;
mod conversation;
mod event;
mod form;
mod idempotency;
mod lenient;
mod patch;
mod placeholder;
mod said;
mod vendor;

pub use event::{
    ConversationIdentity, ConversationReport, CustomerMessage, StatusReport, Unreadable,
    WebhookEvent,
};
pub use form::{
    StatusChange, WrittenNote, parse_create, parse_draft, parse_note, parse_status_change,
};
pub use idempotency::{IdempotencyKey, ParseIdempotencyKeyError};
pub use patch::parse_patch;
pub use said::{are_same_words, is_said_in};
pub use vendor::{Headers, Vendor};
