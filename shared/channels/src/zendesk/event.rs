//! The events of event webhooks, `zen:event-type:ticket.…`.
//!
//! The envelope is the same for all: `account_id`, `time`, `subject` (the resource, as
//! `zen:ticket:5158`), `detail` (the ticket as it is, without the requester's address and name) and
//! `event` (what changed). Source:
//! <https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/>.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::attachments::{files, with_files};
use super::super::contact::Contact;
use super::super::conversation::Conversation;
use super::super::event::{
    AccountId, ConversationIdentity, ConversationReport, CustomerMessage, StatusReport, Unreadable,
    WebhookEvent,
};
use super::super::html;
use super::super::lenient;
use super::super::said::{message, timed_message};
use super::{status_of, trigger};
use copilot_core::ticket::{ExternalId, NewTicket, Source, Status};

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
        "ticket.created" => event()?.created(),
        "ticket.status_changed" => event()?.moved(),
        "ticket.comment_added" => event()?.said(),
        "ticket.attachment_linked_to_comment" => event()?.attached(),
        "ticket.merged" => Ok(event()?.removed("merged")),
        "ticket.soft_deleted" => Ok(event()?.removed("deleted")),
        "ticket.marked_as_spam" => Ok(event()?.removed("marked as spam")),
        _ => Ok(WebhookEvent::Ignored { reason: "a type of event that is not taken" }),
    }
}

struct Event<'a> {
    account: Option<&'a AccountId>,
    ticket_id: ExternalId,
    conversation: ConversationIdentity,
    time: Option<DateTime<Utc>>,
    id: ExternalId,
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
            id: lenient::id(&body["id"]).map_or_else(|| trigger::digest_of(body), Ok)?,
            detail,
            change: &body["event"],
        })
    }

    /// The ticket that the event describes; a description that it lacks is `first_words`. Zendesk's
    /// own is plain text.
    fn open(&self, first_words: Option<&str>) -> Result<NewTicket, Unreadable> {
        // Events are documented without address and name; some day they may have them.
        let requester = Contact {
            id: lenient::id(&self.detail["requester_id"]),
            ..lenient::person(&self.detail["requester"])
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
            order_id: None,
            opened_by: None,
        }
        .open()
    }

    /// What the event tells, with `messages` and `status`.
    fn report(
        &self,
        opening: Option<NewTicket>,
        messages: Vec<CustomerMessage>,
        status: Option<StatusReport>,
    ) -> ConversationReport {
        // What was finished before our time is left out.
        let is_finished = |report: &StatusReport| {
            messages.is_empty() && matches!(report.status, Status::Resolved | Status::Closed)
        };
        let description = lenient::words(&self.detail["description"]);
        ConversationReport {
            conversation: self.conversation.clone(),
            may_begin: !status.as_ref().is_some_and(is_finished),
            opening,
            first_words: description.and_then(|words| message(None, words, None).ok()),
            messages,
            status,
        }
    }

    fn status_report(&self, status: Status, source_status: String) -> StatusReport {
        StatusReport {
            status,
            source_status,
            is_change: true,
            at: self.time,
            event_id: self.id.clone(),
        }
    }

    /// A ticket may be made in a status that says that it is done.
    fn created(&self) -> Result<WebhookEvent, Unreadable> {
        let opening = self.open(None)?;
        let name = lenient::words(&self.detail["status"]).map(|name| name.trim().to_lowercase());
        let finished = name.and_then(|name| status_of(&name).map(|status| (status, name)));
        let finished = finished
            .filter(|(status, _)| matches!(status, Status::Resolved | Status::Closed))
            .map(|(status, name)| self.status_report(status, name));
        let report = self.report(Some(opening), Vec::new(), finished);
        Ok(reported(ConversationReport { may_begin: true, ..report }))
    }

    fn moved(&self) -> Result<WebhookEvent, Unreadable> {
        let name = lenient::words(&self.change["current"])
            .or_else(|| lenient::words(&self.detail["status"]))
            .ok_or(Unreadable { reason: "a change of status that names no status" })?;
        let source_status = name.trim().to_ascii_lowercase();
        let status =
            status_of(&source_status).ok_or(Unreadable { reason: "a status that is not known" })?;
        let report = self.status_report(status, source_status);
        Ok(reported(self.report(self.open(None).ok(), Vec::new(), Some(report))))
    }

    fn said(&self) -> Result<WebhookEvent, Unreadable> {
        let comment = &self.change["comment"];
        if let Some(reason) = self.why_not_the_customers(comment)? {
            return Ok(WebhookEvent::Ignored { reason });
        }
        let words =
            comment_words(comment).ok_or(Unreadable { reason: "a comment without a text" })?;
        if self.is_description(&bare_words(comment).unwrap_or_default()) {
            return self.begun_with(comment, &words);
        }
        let said = timed_message(lenient::id(&comment["id"]), &words, self.time)?;
        let has_words = lenient::words(&self.detail["description"]).is_some();
        let mut opening = self.open(Some(&words)).ok();
        if let Some(new) = opening.as_mut().filter(|_| !has_words) {
            // The message is all that is known of the ticket.
            new.opened_by = Some(said.id.clone());
        }
        Ok(reported(self.report(opening, vec![said], None)))
    }

    /// The comment that is the ticket's description. Files that it has are told by it alone.
    fn begun_with(&self, comment: &Value, words: &str) -> Result<WebhookEvent, Unreadable> {
        let opening = self.open(None)?;
        let below = files(&comment["attachments"]);
        let named = with_files(None, below).filter(|_| words != opening.description.as_str());
        let said = named.map(|files| timed_message(lenient::id(&comment["id"]), &files, self.time));
        let said = said.transpose()?.into_iter().collect();
        Ok(reported(self.report(Some(opening), said, None)))
    }

    /// A file of a comment of the requester's, told after the comment. Who sent it is not told, but who
    /// acted.
    fn attached(&self) -> Result<WebhookEvent, Unreadable> {
        let attachment = &self.change["comment"]["attachment"];
        let requester = lenient::id(&self.detail["requester_id"]);
        if requester.is_none() || lenient::id(&self.detail["actor_id"]) != requester {
            return Ok(WebhookEvent::Ignored { reason: "a file that is not the requester's" });
        }
        let Some(words) = with_files(None, files(attachment)) else {
            return Ok(WebhookEvent::Ignored { reason: "a file without name and address" });
        };
        let said = timed_message(lenient::id(&attachment["id"]), &words, self.time)?;
        Ok(reported(self.report(self.open(None).ok(), vec![said], None)))
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
        !words.trim().is_empty()
            && words.trim() == description.trim()
            && said.signed_duration_since(created).abs() <= FIRST_COMMENT_WITHIN
    }

    fn removed(&self, way: &str) -> WebhookEvent {
        let report = self.status_report(Status::Closed, way.to_owned());
        reported(self.report(None, Vec::new(), Some(report)))
    }
}

/// The words of a comment as readable text.
pub(super) fn bare_words(comment: &Value) -> Option<String> {
    let plain = || lenient::words(&comment["plain_body"]).map(str::to_owned);
    let html = || lenient::words(&comment["html_body"]).map(html::to_text);
    let body = || lenient::words(&comment["body"]).map(str::to_owned);
    plain().or_else(body).or_else(html)
}

/// The words of a comment with its files.
fn comment_words(comment: &Value) -> Option<String> {
    with_its_files(bare_words(comment), comment)
}

/// The words with the files of the comment that they are of. Its plain text does not tell the images of
/// its HTML.
pub(super) fn with_its_files(words: Option<String>, comment: &Value) -> Option<String> {
    let images = lenient::words(&comment["html_body"]).map(html::images).unwrap_or_default();
    // An address that the words have already, as a link or in Markdown, is told.
    let is_new = |image: &String| {
        let address = image.rsplit_once(" (").map(|(_, address)| address.trim_end_matches(')'));
        let words = words.as_deref().unwrap_or_default();
        !address.is_some_and(|address| words.contains(address))
    };
    let images: Vec<String> = images.into_iter().filter(is_new).collect();
    let files = images.into_iter().chain(files(&comment["attachments"])).collect();
    with_files(words, files)
}
fn reported(report: ConversationReport) -> WebhookEvent {
    WebhookEvent::Reported(Box::new(report))
}
