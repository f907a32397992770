//! What each source sends, made into a [`copilot_core::ticket::NewTicket`] or a
//! [`WebhookEvent`], and the signatures that are verified first.

#![warn(missing_docs)]

pub mod html;
pub mod intercom;
pub mod lenient_json;
pub mod limits;
pub mod signature;
pub mod zendesk;

mod body;
mod conversation;
mod event;
mod form;
mod idempotency;
mod lenient;
mod patch;
mod vendor;

pub use event::{ConversationIdentity, CustomerMessage, Removal, Unreadable, WebhookEvent};
pub use form::{StatusChange, parse_create, parse_status_change};
pub use idempotency::{IdempotencyKey, ParseIdempotencyKeyError};
pub use patch::parse_patch;
pub use vendor::{Headers, Vendor};
