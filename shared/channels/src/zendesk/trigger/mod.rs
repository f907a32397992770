//! The body that a trigger's or an automation's webhook is set up to send.
//!
//! Each account writes its own template, so names are compared without case, `_`, `.`, `-` and
//! spaces, and what is not named as expected is read by what it is (`words.rs`). Placeholders are
//! rendered inside quotes: every value may be a text, and one without a value is `""`. Source:
//! <https://support.zendesk.com/hc/en-us/articles/4408886858138>.

mod members;
mod names;
mod words;

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::attachments::{files, with_files};
use super::super::contact::Contact;
use super::super::conversation::Conversation;
use super::super::event::{
    AccountId, ConversationIdentity, ConversationReport, CustomerMessage, StatusReport, Unreadable,
    WebhookEvent,
};
use super::super::lenient;
use super::super::placeholder;
use super::super::said::message;
use super::status_of;
use copilot_core::ticket::{ExternalId, OrderId, Source, Status, Tag};
use members::Members;
use words::Words;

/// Names under which templates send each thing; the first one that has a value counts.
const TICKET_ID: &[&str] = &["ticketid", "id", "ticketnumber"];
const SUBJECT: &[&str] = &["subject", "title", "tickettitle", "ticketsubject"];
const TAGS: &[&str] = &["tags", "tickettags"];
const STATUS: &[&str] = &["status", "ticketstatus"];
const CHANGED_AT: &[&str] =
    &["updatedatwithtimestamp", "ticketupdatedatwithtimestamp", "updatedat", "ticketupdatedat"];
const ORDER: &[&str] = &["orderid", "ordernumber", "ticketorderid", "ticketordernumber"];
const ATTACHMENTS: &[&str] = &["attachments", "ticketattachments", "latestcommentattachments"];
const REQUESTER: &[&str] = &[
    "requester",
    "ticketrequester",
    "customer",
    "enduser",
    "from",
    "sender",
    "contact",
    "reporter",
];
const REQUESTER_ID: &[&str] = &["requesterid", "ticketrequesterid"];
const REQUESTER_EMAIL: &[&str] = &[
    "requesteremail",
    "ticketrequesteremail",
    "requesteremailaddress",
    "customeremail",
    "email",
    "emailaddress",
];
const REQUESTER_NAME: &[&str] =
    &["requestername", "ticketrequestername", "customername", "requesterfullname", "name"];
const REQUESTER_NAMES: [&[&str]; 2] = [
    &["requesterfirstname", "ticketrequesterfirstname"],
    &["requesterlastname", "ticketrequesterlastname"],
];

const NO_TICKET: Unreadable =
    Unreadable { reason: "neither an event nor a trigger's body with the ticket's number" };

/// Reads `{"ticket": {…, "requester": {…}}}` or the same things side by side.
pub(super) fn read(body: &Value, account: Option<&AccountId>) -> Result<WebhookEvent, Unreadable> {
    let ticket = Members::of(body);
    if ticket.are_unfilled() {
        return Ok(WebhookEvent::UnfilledTemplate);
    }
    // A template may name the account beside the ticket or in it.
    let inner = lenient::account(ticket.first(&["accountid"]));
    let account = inner.as_ref().or(account);
    let id = lenient::id(ticket.first(TICKET_ID)).ok_or(NO_TICKET)?;
    let contact = requester(&ticket);
    let said = said(&ticket, &contact)?;
    let conversation = ConversationIdentity::of_zendesk(account, &id);
    let opening = Conversation {
        source: Source::Zendesk,
        account,
        identity: &conversation,
        external_id: Some(id),
        contact,
        subject: lenient::line(ticket.first(SUBJECT)).as_deref(),
        words: said.opening.as_deref(),
        tags: tags(ticket.first(TAGS)),
        order_id: order(ticket.first(ORDER)),
        opened_by: said.opened_by,
    }
    .open();
    let status = status(&ticket, body)?;
    // What is known already needs no words to be solved.
    let opening = match (opening, &status) {
        (Ok(new), _) => Some(new),
        (Err(_), Some(_)) => None,
        (Err(unreadable), None) => return Err(unreadable),
    };
    Ok(WebhookEvent::Reported(Box::new(ConversationReport {
        conversation,
        opening,
        may_begin: true,
        first_words: said.first_words,
        messages: said.messages,
        status,
    })))
}

/// What a body says in the customer's words.
struct Said {
    /// What the ticket's description is.
    opening: Option<String>,
    /// The message that this is, if it is one.
    opened_by: Option<ExternalId>,
    first_words: Option<CustomerMessage>,
    messages: Vec<CustomerMessage>,
}

fn said(ticket: &Members<'_>, requester: &Contact) -> Result<Said, Unreadable> {
    let Words { mut description, mut comments } = ticket.words(requester);
    // Files that are named beside the words belong to what is said last.
    let files = files(ticket.first(ATTACHMENTS));
    match comments.last_mut() {
        Some(last) => {
            last.words =
                with_files(Some(std::mem::take(&mut last.words)), files).unwrap_or_default();
        }
        None => description = with_files(description, files),
    }
    let messages = comments
        .into_iter()
        .map(|comment| message(comment.id, &comment.words, comment.at))
        .collect::<Result<Vec<_>, _>>()?;
    let first_words = description.as_deref().and_then(|words| message(None, words, None).ok());
    let opened_by = messages.first().filter(|_| description.is_none());
    Ok(Said {
        opened_by: opened_by.map(|message| message.id.clone()),
        opening: description.or_else(|| opened_by.map(|said| said.text.as_str().to_owned())),
        first_words,
        messages,
    })
}

/// `None` when the body names none, or one that is the account's own. A new ticket is in no status yet.
fn status(ticket: &Members<'_>, body: &Value) -> Result<Option<StatusReport>, Unreadable> {
    let Some(name) = lenient::words(ticket.first(STATUS)) else { return Ok(None) };
    let source_status = name.trim().to_lowercase();
    let Some(status) = status_of(&source_status).filter(|status| *status != Status::New) else {
        return Ok(None);
    };
    let at = lenient::time(ticket.first(CHANGED_AT));
    let event_id = digest_of(body)?;
    Ok(Some(StatusReport { status, source_status, is_change: false, at, event_id }))
}

/// Stands for the id of a notification that has none: the same body is the same notification.
pub(super) fn digest_of(body: &Value) -> Result<ExternalId, Unreadable> {
    let digest = Sha256::digest(body.to_string());
    ExternalId::parse(&format!("body:{digest:x}")).map_err(|_| NO_TICKET)
}

fn order(value: &Value) -> Option<OrderId> {
    let text = match value {
        Value::Number(number) => Cow::Owned(number.to_string()),
        value => Cow::Borrowed(lenient::words(value)?),
    };
    OrderId::fit(&text).ok()
}

/// The customer: an object, one text with name and address, or members side by side.
fn requester(ticket: &Members<'_>) -> Contact {
    let member = ticket.first(REQUESTER);
    let nested = match member {
        Value::Object(members) => {
            let person = Members::only(members);
            let names = [&["name", "fullname"][..], &["firstname"], &["lastname"]];
            Contact {
                id: lenient::id(person.first(&["id"])),
                name: name(&person, names[0], &names[1..]),
                ..Contact::default()
            }
            .or(Contact::of(person.first(&["email", "emailaddress", "address"])))
        }
        Value::String(text) if text.contains('@') => Contact::of(member),
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Contact { id: lenient::id(member), ..Contact::default() }
        }
        Value::String(_) => Contact { name: lenient::name(member), ..Contact::default() },
        Value::Number(_) => Contact { id: lenient::id(member), ..Contact::default() },
        list => Contact::of(list),
    };
    let beside = Contact {
        id: lenient::id(ticket.first(REQUESTER_ID)),
        name: name(ticket, REQUESTER_NAME, &REQUESTER_NAMES),
        ..Contact::default()
    };
    // A name in a member of its own goes before the one that stands with an address.
    let named = Contact { name: beside.name.clone(), ..Contact::default() };
    let nested = if matches!(member, Value::Object(_)) { nested } else { named.or(nested) };
    nested.or(beside.or(Contact::of(ticket.first(REQUESTER_EMAIL))))
}

/// A name, whole or in two parts.
fn name(
    members: &Members<'_>,
    whole: &[&str],
    parts: &[&[&str]],
) -> Option<copilot_core::ticket::CustomerName> {
    lenient::name(members.first(whole)).or_else(|| {
        let parts: Vec<&str> =
            parts.iter().filter_map(|names| lenient::words(members.first(names))).collect();
        lenient::name(&Value::String(parts.join(" ")))
    })
}

/// A list, or one text with spaces or commas between the tags, which hold neither at Zendesk.
pub(super) fn tags(value: &Value) -> Vec<Tag> {
    match value {
        Value::Array(list) => lenient::tags(list.iter().filter_map(Value::as_str)),
        Value::String(text) if placeholder::is_unfilled(text) => Vec::new(),
        Value::String(text) => lenient::tags(
            text.split(|character: char| character.is_whitespace() || character == ','),
        ),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use copilot_core::ticket::NewTicket;

    fn report(body: &Value) -> ConversationReport {
        match read(body, None) {
            Ok(WebhookEvent::Reported(report)) => *report,
            other => panic!("not reported: {other:?}"),
        }
    }

    fn opened(body: &Value) -> NewTicket {
        report(body).opening.unwrap()
    }

    fn nested() -> Value {
        json!({"ticket": {
            "id": 123,
            "subject": "Help needed",
            "description": "I can't login to my account",
            "requester": {"email": "user@example.com", "name": "User Name"}
        }})
    }

    #[test]
    fn an_id_is_the_same_as_number_and_as_string() {
        let mut quoted = nested();
        quoted["ticket"]["id"] = json!("123");
        assert_eq!(opened(&quoted), opened(&nested()));
        assert_eq!(opened(&nested()).external_id.unwrap().as_str(), "123");
    }

    #[test]
    fn names_are_read_in_any_writing() {
        for (id, title) in
            [("ticket_id", "title"), ("Ticket.ID", "TICKET TITLE"), ("id", "subject")]
        {
            let new = opened(&json!({id: "123", title: "Help", "ticket-description": "Now"}));
            assert_eq!(new.subject.as_str(), "Help");
            assert_eq!(new.description.as_str(), "Now");
        }
        let both = opened(&json!({"id": "trigger-7", "ticket_id": "123", "title": "Help"}));
        assert_eq!(both.external_id.unwrap().as_str(), "123");
    }

    #[test]
    fn one_text_stands_in_for_the_other() {
        let mut bare = nested();
        bare["ticket"]["subject"] = json!("");
        assert_eq!(opened(&bare).subject.as_str(), "I can't login to my account");
        bare["ticket"]["subject"] = json!("Help needed");
        bare["ticket"]["description"] = json!("<p> </p>");
        assert_eq!(opened(&bare).description.as_str(), "Help needed");
        bare["ticket"]["subject"] = json!(null);
        assert!(read(&bare, None).is_err());
    }

    #[test]
    fn control_characters_become_spaces() {
        let mut bell = nested();
        bell["ticket"]["description"] = json!("bell\u{7}rings");
        assert_eq!(opened(&bell).description.as_str(), "bell rings");
    }

    #[test]
    fn tags_are_a_list_or_a_text() {
        let names = |value: Value| {
            tags(&value).iter().map(|tag| tag.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(json!("new vip,late new")), ["new", "vip", "late"]);
        assert_eq!(names(json!(["new", 7, "vip"])), ["new", "vip"]);
        for nothing in [json!(""), json!(null), json!([]), json!({})] {
            assert!(names(nothing).is_empty());
        }
    }
}
