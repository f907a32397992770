//! What the vendors' conversations have in common: how one becomes a ticket.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::event::{AccountId, ConversationIdentity, CustomerMessage, Unreadable};
use super::lenient;
use crate::limits;
use copilot_core::ticket::{
    CustomerId, CustomerName, Description, EmailAddress, ExternalId, Identity, NewTicket, Source,
    Subject, Tag, TextFault,
};

/// A person, as far as a vendor tells.
#[derive(Debug, Default)]
pub(super) struct Contact {
    pub(super) address: Option<EmailAddress>,
    pub(super) name: Option<CustomerName>,
    pub(super) id: Option<ExternalId>,
}

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
        let customer_id = match (&self.contact.address, &self.contact.id) {
            (Some(address), _) => CustomerId::of(address),
            (None, Some(id)) => CustomerId::of_external(self.source, account, id.as_str()),
            // Nobody says who it is: a customer who is known by this conversation only.
            (None, None) => CustomerId::of_external(self.source, account, self.identity.as_str()),
        };
        Ok(NewTicket {
            customer_id,
            customer_email: self.contact.address,
            customer_name: self.contact.name,
            subject,
            description,
            order_id: None,
            tags: self.tags,
            source: self.source,
            external_id: self.external_id,
            follow_up_of: None,
            opened_by: None,
            identity: Identity::from(self.identity),
        })
    }
}

const NO_WORDS: Unreadable = Unreadable { reason: "neither a subject nor a text" };

/// A message of the customer's. `id` is the vendor's, if there is one.
///
/// # Errors
/// [`Unreadable`] for a text without words.
pub(super) fn message(
    id: Option<ExternalId>,
    words: &str,
    sent_at: Option<DateTime<Utc>>,
) -> Result<CustomerMessage, Unreadable> {
    const NOTHING_SAID: Unreadable = Unreadable { reason: "a message without words" };
    let text = Description::fit(words).map_err(|_| NOTHING_SAID)?;
    let id = match id {
        Some(id) => id,
        None => {
            let time = sent_at.map(|time| time.to_rfc3339()).unwrap_or_default();
            let digest = Sha256::digest(format!("{time}\0{}", text.as_str()));
            ExternalId::parse(&format!("sha256:{digest:x}")).map_err(|_| NOTHING_SAID)?
        }
    };
    Ok(CustomerMessage { id, text, sent_at })
}

/// What stands for the words of a message that is only files: their names and addresses. `None`
/// when there are no files either.
pub(super) fn attachments_as_words(list: &Value) -> Option<String> {
    let files: Vec<String> = list
        .as_array()?
        .iter()
        .filter_map(|file| {
            let text = |names: [&str; 2]| names.iter().find_map(|name| lenient::words(&file[name]));
            let name = text(["name", "filename"]);
            let address = text(["url", "content_url"]);
            match (name, address) {
                (Some(name), Some(address)) => Some(format!("{name} ({address})")),
                (one, other) => one.or(other).map(str::to_owned),
            }
        })
        .take(limits::ATTACHMENTS_NAMED)
        .collect();
    (!files.is_empty()).then(|| format!("Sent without words:\n{}", files.join("\n")))
}
