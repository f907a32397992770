//! What the vendors' conversations have in common: how one becomes a ticket.

use super::contact::Contact;
use super::event::{AccountId, ConversationIdentity, Unreadable};
use copilot_core::ticket::{
    CustomerId, Description, ExternalId, Identity, NewTicket, OrderId, Source, Subject, Tag,
    TextFault,
};

/// A conversation that a customer began.
pub(super) struct Conversation<'a> {
    pub(super) source: Source,
    pub(super) account: Option<&'a AccountId>,
    pub(super) identity: &'a ConversationIdentity,
    pub(super) external_id: Option<ExternalId>,
    pub(super) contact: Contact,
    /// What it is about, if the vendor has such a field.
    pub(super) subject: Option<&'a str>,
    /// The customer's words as readable text.
    pub(super) words: Option<&'a str>,
    pub(super) tags: Vec<Tag>,
    /// The order that it names in a field of its own.
    pub(super) order_id: Option<OrderId>,
    /// The message that `words` are, if they are one.
    pub(super) opened_by: Option<ExternalId>,
}

impl Conversation<'_> {
    /// The ticket that it becomes.
    ///
    /// A subject that is missing is the first line of the words, and words that are missing are the
    /// subject: an agent sees what there is, in the place where they look for it.
    ///
    /// # Errors
    /// [`Unreadable`] when there is neither.
    pub(super) fn open(self) -> Result<NewTicket, Unreadable> {
        let subject = self.subject.ok_or(TextFault::Blank).and_then(Subject::fit);
        let description = self.words.ok_or(TextFault::Blank).and_then(Description::fit);
        let (subject, description) = match (subject, description) {
            (Ok(subject), Ok(description)) => (subject, description),
            (Err(_), Ok(description)) => {
                (Subject::first_line_of(description.as_str()).map_err(|_| NO_WORDS)?, description)
            }
            (Ok(subject), Err(_)) => {
                let description = Description::fit(subject.as_str()).map_err(|_| NO_WORDS)?;
                (subject, description)
            }
            (Err(_), Err(_)) => return Err(NO_WORDS),
        };
        let account = self.account.map(AccountId::as_str);
        let Contact { address, further, carrier_address, name, id } = self.contact;
        let customer_id = match (&address, &id, &carrier_address) {
            (Some(address), _, _) => CustomerId::of(address),
            (None, Some(id), _) => CustomerId::of_external(self.source, account, id.as_str()),
            (None, None, Some(contact)) => CustomerId::of_contact(contact),
            // Nobody says who it is: a customer who is known by this conversation only.
            (None, None, None) => {
                CustomerId::of_external(self.source, account, self.identity.as_str())
            }
        };
        Ok(NewTicket {
            customer_id,
            customer_email: address,
            customer_contact: further,
            customer_name: name,
            subject,
            description,
            order_id: self.order_id,
            tags: self.tags,
            source: self.source,
            external_id: self.external_id,
            follow_up_of: None,
            opened_by: self.opened_by,
            identity: Identity::from(self.identity),
        })
    }
}

pub(super) const NO_WORDS: Unreadable = Unreadable { reason: "neither a subject nor a text" };
