//! What a webhook says, in the words of the product.

use chrono::{DateTime, Utc};

use crate::limits;
use copilot_core::ticket::{Description, ExternalId, Identity, NewTicket, Source, Status, Subject};

/// One notification of a vendor.
#[derive(Debug, Clone, PartialEq)]
pub enum WebhookEvent {
    /// Something about a conversation.
    Reported(Box<ConversationReport>),
    /// The vendor checks that the webhook is reachable.
    Validation,
    /// The template of a trigger's body itself: its placeholders were not filled in, as in some test
    /// sends. It tells of no conversation.
    UnfilledTemplate,
    /// A kind that is not taken.
    Ignored {
        /// Why not. For the log; holds nothing of the body.
        reason: &'static str,
    },
}

/// All that a notification tells of one conversation. Vendors promise no order and may send each
/// notification again, so every part of it may be known already, and any may be the first of a
/// conversation that is not.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationReport {
    /// Which conversation.
    pub conversation: ConversationIdentity,
    /// The ticket to make when the conversation is not known yet, and what a known one may lack;
    /// `None` when the notification does not hold enough. Its `opened_by` names the one of `messages`
    /// that is its description, if one is.
    pub opening: Option<NewTicket>,
    /// Whether a ticket is made when the conversation is not known.
    pub may_begin: bool,
    /// The words that the conversation began with, if the notification holds them.
    pub first_words: Option<CustomerMessage>,
    /// What the customer said after the beginning, as far as the notification tells, oldest first.
    pub messages: Vec<CustomerMessage>,
    /// Where the conversation is at the vendor's, if the notification tells.
    pub status: Option<StatusReport>,
}

impl ConversationReport {
    /// What it tells of the time after `erased_at`, when tickets of the conversation were erased. What
    /// has no time may be from before.
    #[must_use]
    pub fn since(&self, erased_at: DateTime<Utc>) -> Self {
        let is_since = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at > erased_at);
        let mut report = self.clone();
        report.first_words = None;
        report.messages.retain(|message| is_since(message.sent_at));
        report.status = report.status.filter(|status| is_since(status.at));
        report
    }

    /// What it tells of the time after all tickets of the conversation were erased, as a conversation of
    /// its own that begins with the first message since. Of what the source tells besides, only who
    /// writes is taken.
    #[must_use]
    pub fn begun_since(&self, erased_at: DateTime<Utc>) -> Self {
        let mut report = self.since(erased_at);
        report.conversation = self.conversation.after(erased_at);
        report.opening = report.begun_by_first_message();
        report.may_begin = report.opening.is_some();
        report
    }

    fn begun_by_first_message(&self) -> Option<NewTicket> {
        let message = self.messages.first()?;
        Some(NewTicket {
            subject: Subject::first_line_of(message.text.as_str()).ok()?,
            description: message.text.clone(),
            order_id: None,
            tags: Vec::new(),
            opened_by: Some(message.id.clone()),
            identity: Identity::from(&self.conversation),
            ..self.opening.clone()?
        })
    }
}

/// The vendor's own status of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// What it means here.
    pub status: Status,
    /// The status as the vendor calls it, in lower case, or in which way the conversation went away.
    pub source_status: String,
    /// Whether the notification is about this change. Others tell the status as it is, since whenever.
    pub is_change: bool,
    /// When it became so, if the vendor says.
    pub at: Option<DateTime<Utc>>,
    /// The vendor's id of the notification or, without one, a digest of its body: the same notification
    /// sent again has the same id.
    pub event_id: ExternalId,
}

/// Something that a customer said after the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerMessage {
    /// The vendor's id of the message or, where it tells none, a digest of the words: the same message
    /// sent again has the same id.
    pub id: ExternalId,
    /// A digest of the words, however they are formatted. The same as `id` when the vendor tells no id.
    pub words_id: ExternalId,
    /// The words, as readable text.
    pub text: Description,
    /// When it was said, if the vendor says so.
    pub sent_at: Option<DateTime<Utc>>,
}

/// A body that is not of any known shape, or lacks what its kind cannot do without. It is worth
/// keeping: its signature was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unreadable webhook: {reason}")]
pub struct Unreadable {
    /// What is wrong. Holds nothing of the body.
    pub reason: &'static str,
}

/// What makes a conversation at a vendor's this one and no other:
/// `zendesk:<account or nothing>:ticket:<id>` or `intercom:<app or nothing>:conversation:<id>`. The
/// ticket that is made of it has the same text as its [`Identity`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConversationIdentity(String);

impl ConversationIdentity {
    pub(super) fn of_zendesk(account: Option<&AccountId>, ticket: &ExternalId) -> Self {
        Self::of(Source::Zendesk, account, "ticket", ticket.as_str())
    }

    pub(super) fn of_intercom(app: Option<&AccountId>, conversation: &ExternalId) -> Self {
        Self::of(Source::Intercom, app, "conversation", conversation.as_str())
    }

    /// The identity of a conversation that has no id: the digest of the body that began it.
    pub(super) fn of_intercom_body(app: Option<&AccountId>, digest: &str) -> Self {
        Self::of(Source::Intercom, app, "body", digest)
    }

    /// An account holds no colon and the id stands last, so no two conversations share a text.
    fn of(source: Source, account: Option<&AccountId>, kind: &str, id: &str) -> Self {
        let account = account.map(AccountId::as_str).unwrap_or_default();
        Self(format!("{}:{account}:{kind}:{id}", source.name()))
    }

    /// The identity of what is said after all of the conversation was erased.
    fn after(&self, erased_at: DateTime<Utc>) -> Self {
        Self(format!("{}:after:{}", self.0, erased_at.timestamp_millis()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&ConversationIdentity> for Identity {
    fn from(identity: &ConversationIdentity) -> Self {
        Self::Of(identity.0.clone())
    }
}

/// An account at Zendesk or an app at Intercom: letters, digits, `-` and `_` of ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountId(String);

impl AccountId {
    /// `None` for any other text, which then names no account.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fits = (1..=limits::ACCOUNT_ID_CHARACTERS).contains(&text.len());
        (fits && text.bytes().all(known)).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_names_source_account_and_id() {
        let id = ExternalId::parse("123").unwrap();
        let account = AccountId::parse("22129848");
        let text = |account| ConversationIdentity::of_zendesk(account, &id).as_str().to_owned();
        assert_eq!(text(account.as_ref()), "zendesk:22129848:ticket:123");
        assert_eq!(text(None), "zendesk::ticket:123");
        let intercom = ConversationIdentity::of_intercom(account.as_ref(), &id);
        assert_eq!(intercom.as_str(), "intercom:22129848:conversation:123");
        assert_eq!(
            Identity::from(&intercom),
            Identity::Of("intercom:22129848:conversation:123".to_owned())
        );
    }

    #[test]
    fn an_account_cannot_imitate_the_rest_of_an_identity() {
        for text in ["", " ", "a:ticket", "a b", "ä", "a\0", &"1".repeat(65)] {
            assert_eq!(AccountId::parse(text), None, "{text:?}");
        }
        assert_eq!(AccountId::parse(" lkqcyt9t ").unwrap().as_str(), "lkqcyt9t");
    }
}
