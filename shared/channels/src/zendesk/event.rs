//! The events of event webhooks, `zen:event-type:ticket.…`.
//!
//! The envelope is the same for all: `account_id`, `time`, `subject` (the resource, as
//! `zen:ticket:5158`), `detail` (the ticket as it is, without the requester's address and name) and
//! `event` (what changed). Source:
//! <https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/>.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::conversation::{Contact, Conversation, attachments_as_words, message};
use super::super::event::{AccountId, ConversationIdentity, Removal, Unreadable, WebhookEvent};
use super::super::html;
use super::super::lenient;
use super::trigger;
use copilot_core::ticket::{CustomerName, ExternalId, NewTicket, Source, Status};

/// A ticket's first comment is its description. An event about a comment with the same text, made
/// within this time of the ticket, tells of the ticket itself and of nothing further.
const FIRST_COMMENT_WITHIN: TimeDelta = TimeDelta::seconds(5);

/// Reads an event. `event_type` is its type without `zen:event-type:`.
pub(super) fn read(
    event_type: &str,
    body: &Value,
    account: Option<&AccountId>,
) -> Result<WebhookEvent, Unreadable> {
    let event = || Event::of(body, account);
    match event_type {
        "ticket.created" => event()?.open(None).map(WebhookEvent::ConversationOpened),
        "ticket.status_changed" => event()?.moved(),
        "ticket.comment_added" => event()?.said(),
        "ticket.merged" => Ok(event()?.removed(Removal::Merged)),
        "ticket.soft_deleted" => Ok(event()?.removed(Removal::Deleted)),
        "ticket.marked_as_spam" => Ok(event()?.removed(Removal::Spam)),
        _ => Ok(WebhookEvent::Ignored { reason: "a type of event that is not taken" }),
    }
}

struct Event<'a> {
    account: Option<&'a AccountId>,
    ticket_id: ExternalId,
    conversation: ConversationIdentity,
    time: Option<DateTime<Utc>>,
    detail: &'a Value,
    change: &'a Value,
}

impl<'a> Event<'a> {
    fn of(body: &'a Value, account: Option<&'a AccountId>) -> Result<Self, Unreadable> {
        let detail = &body["detail"];
        let resource = body["subject"].as_str().and_then(|text| text.strip_prefix("zen:ticket:"));
        let ticket_id = lenient::id(&detail["id"])
            .or_else(|| resource.and_then(|id| ExternalId::parse(id).ok()))
            .ok_or(Unreadable { reason: "an event without the ticket's number" })?;
        Ok(Self {
            account,
            conversation: ConversationIdentity::of_zendesk(account, &ticket_id),
            ticket_id,
            time: lenient::time(&body["time"]),
            detail,
            change: &body["event"],
        })
    }

    /// The ticket that the event describes; a description that it lacks is `first_words`. Zendesk's
    /// own is plain text.
    fn open(&self, first_words: Option<&str>) -> Result<NewTicket, Unreadable> {
        let requester = Contact {
            // Events are documented without these two; some day they may have them.
            address: lenient::address(&self.detail["requester"]["email"]),
            name: self.detail["requester"]["name"]
                .as_str()
                .and_then(|name| CustomerName::fit(name).ok()),
            id: lenient::id(&self.detail["requester_id"]),
        };
        Conversation {
            source: Source::Zendesk,
            account: self.account,
            identity: &self.conversation,
            external_id: Some(self.ticket_id.clone()),
            contact: requester,
            subject: lenient::words(&self.detail["subject"]),
            words: lenient::words(&self.detail["description"]).or(first_words),
            tags: trigger::tags(&self.detail["tags"]),
        }
        .open()
    }

    fn moved(&self) -> Result<WebhookEvent, Unreadable> {
        let name = lenient::words(&self.change["current"])
            .or_else(|| lenient::words(&self.detail["status"]))
            .ok_or(Unreadable { reason: "a change of status that names no status" })?;
        let source_status = name.trim().to_ascii_lowercase();
        let status = match source_status.as_str() {
            "new" => Status::New,
            "open" => Status::Open,
            "pending" | "hold" => Status::InProgress,
            "solved" => Status::Resolved,
            "closed" => Status::Closed,
            _ => return Err(Unreadable { reason: "a status that is not known" }),
        };
        Ok(WebhookEvent::StatusChanged {
            conversation: self.conversation.clone(),
            status,
            source_status,
            at: self.time,
            opening: self.open(None).ok().map(Box::new),
        })
    }

    fn said(&self) -> Result<WebhookEvent, Unreadable> {
        let comment = &self.change["comment"];
        if let Some(reason) = self.why_not_the_customers(comment)? {
            return Ok(WebhookEvent::Ignored { reason });
        }
        let words =
            comment_words(comment).ok_or(Unreadable { reason: "a comment without a text" })?;
        if self.is_description(&words) {
            return self.open(None).map(WebhookEvent::ConversationOpened);
        }
        Ok(WebhookEvent::MessageReceived {
            conversation: self.conversation.clone(),
            message: message(lenient::id(&comment["id"]), &words, self.time)?,
            opening: self.open(Some(&words)).ok().map(Box::new),
        })
    }

    /// `None` for a public comment of a person who is not staff.
    fn why_not_the_customers(&self, comment: &Value) -> Result<Option<&'static str>, Unreadable> {
        let author = &comment["author"];
        let is_requester = || {
            let requester = lenient::id(&self.detail["requester_id"])?;
            (lenient::id(&author["id"])? == requester).then_some(false)
        };
        let public = lenient::truth(&comment["is_public"]);
        let staff = lenient::truth(&author["is_staff"]).or_else(is_requester);
        let actor = [&author["id"], &self.detail["actor_id"]].map(|id| id.as_str().unwrap_or(""));
        let is_system =
            author["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("system"));
        match (public, staff) {
            (Some(false), _) => Ok(Some("a comment that is not public")),
            (_, Some(true)) => Ok(Some("a comment of the staff")),
            // Bots and the system have ids such as `zd:answer_bot`.
            _ if is_system || actor.iter().any(|id| id.starts_with("zd:")) => {
                Ok(Some("a comment of a bot"))
            }
            (Some(true), Some(false)) => Ok(None),
            _ => {
                Err(Unreadable { reason: "a comment that does not say whose it is or who sees it" })
            }
        }
    }

    fn is_description(&self, words: &str) -> bool {
        let description = lenient::words(&self.detail["description"]).unwrap_or_default();
        let (Some(created), Some(said)) = (lenient::time(&self.detail["created_at"]), self.time)
        else {
            return false;
        };
        words.trim() == description.trim()
            && said.signed_duration_since(created).abs() <= FIRST_COMMENT_WITHIN
    }

    fn removed(&self, removal: Removal) -> WebhookEvent {
        WebhookEvent::ConversationRemoved {
            conversation: self.conversation.clone(),
            removal,
            at: self.time,
        }
    }
}

fn comment_words(comment: &Value) -> Option<String> {
    let plain = || lenient::words(&comment["plain_body"]).map(str::to_owned);
    let html = || lenient::words(&comment["html_body"]).map(html::to_text);
    let body = || lenient::words(&comment["body"]).map(str::to_owned);
    plain().or_else(body).or_else(html).or_else(|| attachments_as_words(&comment["attachments"]))
}
