//! Which ticket a mail belongs to, and whether its sender may add to it.
//!
//! [`Clues::of`] says what a mail points to and what the store must be asked for; [`decide`] says what
//! becomes of the mail once that is known. Both are plain functions of their arguments.

mod acknowledgement;
mod base32;
mod clues;
mod decision;
mod key;
mod own_id;
mod reply_address;

pub use acknowledgement::{AcknowledgementCounts, NoAcknowledgement, acknowledge};
pub use clues::{Clues, Desk};
pub use decision::{Decision, Evidence, HoldReason, IgnoreReason, KnownTicket, decide};
pub use key::{ReplyKey, ReplyKeys, ShortReplyKey};
pub use own_id::{NotAnOutgoingId, OutgoingId, OwnMessage};
pub use reply_address::{DeskAddress, ReplyTag};

#[cfg(test)]
mod tests;
