//! E-mail without a mail server: what a mail says and from whom, which ticket it belongs to, and
//! the mail that is sent.
//!
//! [`InboundMail::read`] reads any bytes. [`thread::decide`] says what becomes of the mail, from what
//! the store knows and what the receiving server found out about the sender. [`mod@write`] builds replies.
//! Nothing here sends, stores or asks anybody: that is for those who use it.

#![warn(missing_docs)]

pub mod limits;
pub mod read;
pub mod thread;
pub mod write;

mod address;
mod message_id;

pub use address::{MailAddress, Mailbox, NotAnAddress};
pub use message_id::{MessageId, NotAMessageId};
pub use read::InboundMail;
