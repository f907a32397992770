//! Whether a new ticket is acknowledged by mail. What such a mail says is fixed; see
//! [`crate::write::acknowledgement`].

use super::{Clues, Decision};
use crate::read::{AutomaticKind, InboundMail, Receipt, SenderProof};
use crate::{MailAddress, limits};

/// Acknowledgements that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AcknowledgementCounts {
    /// To this sender in the last hour.
    pub to_sender_in_last_hour: u32,
    /// To this sender in the last 24 hours.
    pub to_sender_in_last_day: u32,
    /// To anybody in the last hour.
    pub in_last_hour: u32,
}

/// Why a mail is not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAcknowledgement {
    /// It opened no ticket.
    NoNewTicket,
    /// A program or a list sent it, nobody is to be answered, or it asks for no answer.
    Automatic,
    /// Nobody knows whether its sender sent it.
    NotProven,
    /// Its sender had enough of them.
    EnoughForSender,
    /// Enough were sent to everybody.
    EnoughInAll,
}

/// The address to acknowledge `mail` to: that of From alone, once it is proven.
///
/// # Errors
/// [`NoAcknowledgement`] says why none is sent.
pub fn acknowledge<'a>(
    mail: &'a InboundMail,
    receipt: &Receipt,
    clues: &Clues,
    decision: &Decision,
    counts: AcknowledgementCounts,
) -> Result<&'a MailAddress, NoAcknowledgement> {
    if !matches!(decision, Decision::NewTicket { .. } | Decision::FollowUp { .. }) {
        return Err(NoAcknowledgement::NoNewTicket);
    }
    let is_from_person = mail.automatic == AutomaticKind::None
        && !mail.asks_for_no_answer
        && !receipt.has_null_sender()
        && !clues.is_from_desk
        && clues.is_own.is_none();
    if !is_from_person {
        return Err(NoAcknowledgement::Automatic);
    }
    let sender = mail.sender_address().filter(|_| receipt.proof(mail) == SenderProof::Proven);
    let sender = sender.ok_or(NoAcknowledgement::NotProven)?;
    if counts.to_sender_in_last_hour >= limits::ACKNOWLEDGEMENTS_PER_HOUR
        || counts.to_sender_in_last_day >= limits::ACKNOWLEDGEMENTS_PER_DAY
    {
        return Err(NoAcknowledgement::EnoughForSender);
    }
    if counts.in_last_hour >= limits::ACKNOWLEDGEMENTS_IN_ALL_PER_HOUR {
        return Err(NoAcknowledgement::EnoughInAll);
    }
    Ok(sender)
}
