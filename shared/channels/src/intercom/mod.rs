//! Intercom: notifications of conversations.
//!
//! A notification is `{"type": "notification_event", "topic", "app_id", "created_at", "data":
//! {"item"}}`; the item is the conversation, whose form depends on the app's API version
//! (`conversation.rs`). A conversation's id is unique within its app, so the two are its identity.
//! Sources: <https://developers.intercom.com/docs/webhooks/webhook-notifications> and
//! <https://developers.intercom.com/docs/references/webhooks/webhook-models>.
//!
//! `{"type": "conversation.created", "data": {"item"}}` is taken as well: an older form that some
//! senders still use, in which the conversation need not have an id. The same body is then the same
//! conversation.

mod conversation;
mod signature;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::event::{
    AccountId, ConversationIdentity, ConversationReport, CustomerMessage, StatusReport, Unreadable,
    WebhookEvent,
};
use super::said::message;

use super::conversation::NO_WORDS;
use super::lenient;
use crate::signature::VerifiedBody;
use crate::vendor::Vendor;
use conversation::Item;
use copilot_core::ticket::{ExternalId, NewTicket, Source, Status};

pub use signature::verify;

/// Intercom.
pub const INTERCOM: Vendor = Vendor {
    source: Source::Intercom,
    delivery_headers: &["content-type", "user-agent"],
    verify: |verification, headers, body, _| {
        verify(verification, headers.header("x-hub-signature"), body)
    },
    parse: |body, _| parse(body),
};

/// The topic that older senders put into `type`.
const OLD_CREATED_TYPE: &str = "conversation.created";

/// Reads what Intercom sent.
///
/// # Errors
/// [`Unreadable`] for a body that is no notification, or one of a conversation that lacks its id or
/// any text.
pub fn parse(body: VerifiedBody<'_>) -> Result<WebhookEvent, Unreadable> {
    let bytes = body.bytes();
    let body = Value::Object(lenient::object(bytes)?);
    let item = &body["data"]["item"];
    let topic = body["topic"].as_str().or_else(|| body["type"].as_str());
    if topic == Some("ping") || item["type"] == "ping" {
        return Ok(WebhookEvent::Validation);
    }
    let app = lenient::account(&body["app_id"]);
    let digest = format!("{:x}", Sha256::digest(bytes));
    let notification = Notification {
        app: app.as_ref(),
        item: Item(item),
        created_at: &body["created_at"],
        event_id: lenient::id(&body["id"])
            .or_else(|| ExternalId::parse(&format!("body:{digest}")).ok()),
    };
    match topic {
        Some("conversation.user.created") => notification.opened(None),
        Some(OLD_CREATED_TYPE) => notification.opened(Some(&digest)),
        Some("conversation.user.replied") => notification.said(),
        Some("conversation.admin.closed") => notification.moved(Status::Resolved, "closed"),
        Some("conversation.admin.opened" | "conversation.admin.unsnoozed") => {
            notification.moved(Status::Open, "open")
        }
        Some("conversation.admin.snoozed") => notification.moved(Status::InProgress, "snoozed"),
        Some(_) if body["topic"].is_string() => {
            Ok(WebhookEvent::Ignored { reason: "a topic that is not taken" })
        }
        _ => Err(Unreadable { reason: "no notification of a known form" }),
    }
}

struct Notification<'a> {
    app: Option<&'a AccountId>,
    item: Item<'a>,
    created_at: &'a Value,
    event_id: Option<ExternalId>,
}

impl Notification<'_> {
    /// `body_digest` names a conversation that has no id, where one may lack it.
    fn opened(&self, body_digest: Option<&str>) -> Result<WebhookEvent, Unreadable> {
        if !self.item.is_begun_by_customer() {
            // The customer may have answered already; those words are theirs.
            return match self.replies().is_empty() {
                false => self.said(),
                true => Ok(WebhookEvent::Ignored { reason: "no customer began the conversation" }),
            };
        }
        let id = self.item.id();
        let identity = match (&id, body_digest) {
            (Some(id), _) => ConversationIdentity::of_intercom(self.app, id),
            (None, Some(digest)) => ConversationIdentity::of_intercom_body(self.app, digest),
            (None, None) => return Err(NO_ID),
        };
        let report = self.report(identity, id, None);
        if report.opening.is_none() {
            return Err(NO_WORDS);
        }
        Ok(WebhookEvent::Reported(Box::new(report)))
    }

    fn replies(&self) -> Vec<CustomerMessage> {
        self.item.replies(lenient::time(self.created_at))
    }

    fn open(
        &self,
        identity: &ConversationIdentity,
        id: Option<ExternalId>,
        words: Option<&str>,
    ) -> Result<NewTicket, Unreadable> {
        let subject = self.item.subject();
        self.item.conversation(self.app, identity, id, subject.as_deref(), words).open()
    }

    /// All that the notification tells of the conversation, with the change of status that it is about.
    fn report(
        &self,
        conversation: ConversationIdentity,
        id: Option<ExternalId>,
        status: Option<StatusReport>,
    ) -> ConversationReport {
        let messages = self.replies();
        let begun = self.item.is_begun_by_customer();
        let first_words = self.item.first_words().filter(|_| begun);
        // A reply to what an agent or a campaign sent is the first thing that the customer says.
        let opened_by = messages.first().filter(|_| first_words.is_none());
        let words = first_words.as_deref().or(opened_by.map(|said| said.text.as_str()));
        let opening = self.open(&conversation, id, words).ok();
        let opened_by = opened_by.map(|said| said.id.clone());
        let is_finished =
            |report: &StatusReport| matches!(report.status, Status::Resolved | Status::Closed);
        ConversationReport {
            conversation,
            opening: opening.map(|new| NewTicket { opened_by, ..new }),
            // What was finished before our time is left out, and so is what no customer began.
            may_begin: match &status {
                Some(status) => begun && !is_finished(status),
                None => true,
            },
            first_words: first_words.and_then(|words| message(None, &words, None).ok()),
            messages,
            status,
        }
    }

    fn said(&self) -> Result<WebhookEvent, Unreadable> {
        let id = self.item.id().ok_or(NO_ID)?;
        if self.replies().is_empty() {
            return Err(Unreadable { reason: "a reply without a text" });
        }
        let conversation = ConversationIdentity::of_intercom(self.app, &id);
        Ok(WebhookEvent::Reported(Box::new(self.report(conversation, Some(id), None))))
    }

    /// The topic says what happened; the item's own `state` may be of a later or an earlier time.
    fn moved(&self, status: Status, source_status: &str) -> Result<WebhookEvent, Unreadable> {
        let id = self.item.id().ok_or(NO_ID)?;
        let conversation = ConversationIdentity::of_intercom(self.app, &id);
        let status = StatusReport {
            status,
            source_status: source_status.to_owned(),
            is_change: true,
            at: self.item.changed_at().or_else(|| lenient::time(self.created_at)),
            event_id: self.event_id.clone().ok_or(NO_ID)?,
        };
        let report = self.report(conversation, Some(id), Some(status));
        Ok(WebhookEvent::Reported(Box::new(report)))
    }
}

const NO_ID: Unreadable = Unreadable { reason: "a conversation without an id" };
