//! "We have your mail": a fixed text, so that nobody can have us send words of theirs to others.

use chrono::{DateTime, Utc};

use super::HeaderText;
use super::reply::{self, CannotWrite, Correspondent};
use crate::{MailAddress, MessageId};
use copilot_core::ticket::TicketId;

/// What an acknowledgement is made of.
#[derive(Debug, Clone)]
pub struct Acknowledgement {
    /// The desk, with an address that its domain has proven.
    pub from: Correspondent,
    /// The address of the ticket, for answers.
    pub reply_to: MailAddress,
    /// The customer, as [`crate::thread::acknowledge`] gives the address.
    pub to: MailAddress,
    /// The ticket's number.
    pub ticket: TicketId,
    /// Our id of this mail.
    pub id: MessageId,
    /// The customer's mail, if it had an id.
    pub answers: Option<MessageId>,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

/// Writes an acknowledgement. It holds no name, subject or word of the customer's, and says in its
/// header that a program wrote it (RFC 3834).
///
/// # Errors
/// [`CannotWrite::NotAscii`] for an address that mail servers may refuse.
pub fn acknowledgement(of: &Acknowledgement) -> Result<Vec<u8>, CannotWrite> {
    let to = Correspondent { name: None, address: of.to.clone() };
    let subject = HeaderText::parse(&format!("We have received your message [{}]", of.ticket));
    let subject = subject.map_err(|_| CannotWrite::TooLong)?;
    let text = format!(
        "Thank you for your message. Its number is {}.\n\nA person will read it and answer you. To add something, answer this mail.",
        of.ticket
    );
    let mut message = reply::head(&of.from, &of.reply_to, &to, &subject, &of.id, of.at)?
        .header("Auto-Submitted", reply::word("auto-replied"))
        .header("X-Auto-Response-Suppress", reply::word("All"));
    let thread: Vec<MessageId> = of.answers.iter().cloned().collect();
    if let Some(answered) = super::thread_ids::answered(of.answers.as_ref()) {
        message = message.in_reply_to(answered);
    }
    let ids = super::thread_ids::references(&thread, &of.id);
    message =
        message.references(mail_builder::headers::message_id::MessageId::new_list(ids.into_iter()));
    Ok(reply::bytes(message.body(reply::words(&text, None))))
}
