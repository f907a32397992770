//! What a mail points to.

use super::{DeskAddress, OwnMessage, ReplyKeys, ReplyTag};
use crate::read::{InboundMail, Receipt};
use crate::{MailAddress, MessageId};
use copilot_core::ticket::TicketId;

/// The desk that mail comes to: its addresses and the keys of its reply addresses.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Every address of the desk, without labels.
    pub addresses: Vec<DeskAddress>,
    /// The keys that sign its reply addresses.
    pub keys: ReplyKeys,
}

impl Desk {
    /// Whether an address is one of the desk's, with or without a label.
    pub fn is_own(&self, address: &MailAddress) -> bool {
        self.addresses.iter().any(|own| own.address().is_same_mailbox_but_for_labels(address))
    }
}

/// What a mail points to. None of it says who wrote the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clues {
    /// What the addresses say that the mail came to. A field `To` says nothing.
    pub tag: ReplyTag,
    /// The messages of ours that it names, the likeliest first.
    pub own_messages: Vec<OwnMessage>,
    /// The ids to look up in the store, the likeliest first. For a delivery report they are those of
    /// the mail that it reports on.
    pub ids: Vec<MessageId>,
    /// The message of ours that the mail itself is, come back.
    pub is_own: Option<OwnMessage>,
    /// Whether it says that it is from the desk itself.
    pub is_from_desk: bool,
    /// The ticket that the subject names: a hint for agents and nothing more.
    pub named_in_subject: Option<TicketId>,
}

impl Clues {
    /// The clues of `mail`, which came to `desk` as `receipt` says.
    pub fn of(mail: &InboundMail, receipt: &Receipt, desk: &Desk) -> Self {
        let ids: Vec<MessageId> = match &mail.bounce {
            Some(bounce) => bounce.ids.clone(),
            // What is answered stands last in References, and programs may drop either field.
            None => mail.in_reply_to.iter().chain(mail.references.iter().rev()).cloned().collect(),
        };
        let mut own_messages: Vec<OwnMessage> = Vec::new();
        for own in ids.iter().filter_map(|id| OwnMessage::recognise(id, &desk.keys)) {
            if !own_messages.contains(&own) {
                own_messages.push(own);
            }
        }
        let itself = mail.claims_to_be.as_ref().filter(|_| mail.bounce.is_none());
        Self {
            tag: tag(receipt, desk),
            own_messages,
            ids,
            is_own: itself.and_then(|id| OwnMessage::recognise(id, &desk.keys)),
            is_from_desk: mail
                .from
                .iter()
                .filter_map(|mailbox| mailbox.address.as_ref())
                .any(|address| desk.is_own(address)),
            named_in_subject: mail.subject.as_deref().and_then(ticket_in),
        }
    }

    /// The ticket that the mail's address or its ids name under a tag of ours.
    pub fn ticket(&self) -> Option<TicketId> {
        match self.tag {
            ReplyTag::Valid(ticket) => Some(ticket),
            ReplyTag::None | ReplyTag::Invalid => self.own_messages.first().map(|own| own.ticket),
        }
    }
}

/// A valid tag of any recipient, else an invalid one.
fn tag(receipt: &Receipt, desk: &Desk) -> ReplyTag {
    let mut found = ReplyTag::None;
    for recipient in &receipt.recipients {
        for address in &desk.addresses {
            match address.read(recipient, &desk.keys) {
                ReplyTag::Valid(ticket) => return ReplyTag::Valid(ticket),
                ReplyTag::Invalid => found = ReplyTag::Invalid,
                ReplyTag::None => {}
            }
        }
    }
    found
}

/// The first ticket id in a text.
fn ticket_in(text: &str) -> Option<TicketId> {
    text.match_indices("TKT-").find_map(|(start, _)| {
        text.get(start..start + "TKT-20241103-A1B2C3D4".len())
            .and_then(|id| TicketId::parse(id).ok())
    })
}
