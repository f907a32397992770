//! The body that a trigger's or an automation's webhook is set up to send.
//!
//! Each account writes its own template, so names are compared without case, `_`, `.`, `-` and
//! spaces. Placeholders are rendered inside quotes: every value may be a text, and one without a
//! value is `""`.

use serde_json::{Map, Value};

use super::super::conversation::{Contact, Conversation};
use super::super::event::{AccountId, ConversationIdentity, Unreadable, WebhookEvent};
use super::super::html::readable_text;
use super::super::lenient;
use copilot_core::ticket::{CustomerName, NewTicket, Source, Tag};

/// Names under which templates send each thing; the first one that has a value counts.
const TICKET_ID: &[&str] = &["ticketid", "id"];
const SUBJECT: &[&str] = &["subject", "title", "tickettitle", "ticketsubject"];
const DESCRIPTION: &[&str] = &[
    "description",
    "ticketdescription",
    "body",
    "message",
    "latestcomment",
    "ticketlatestcomment",
];
const TAGS: &[&str] = &["tags", "tickettags"];
const REQUESTER: &[&str] = &["requester"];
const REQUESTER_ID: &[&str] = &["requesterid", "ticketrequesterid"];
const REQUESTER_EMAIL: &[&str] = &["requesteremail", "ticketrequesteremail", "email"];
const REQUESTER_NAME: &[&str] = &["requestername", "ticketrequestername", "name"];

/// Reads `{"ticket": {…, "requester": {…}}}` or the same things side by side.
pub(super) fn read(body: &Value, account: Option<&AccountId>) -> Result<WebhookEvent, Unreadable> {
    let nested = body.get("ticket").and_then(Value::as_object);
    let Some(ticket) = nested.or_else(|| body.as_object()).map(Members) else {
        return Err(NO_TICKET);
    };
    // A template may name the account beside the ticket or in it.
    let inner = lenient::account(ticket.first(&["accountid"]));
    open(&ticket, inner.as_ref().or(account)).map(WebhookEvent::ConversationOpened)
}

const NO_TICKET: Unreadable =
    Unreadable { reason: "neither an event nor a trigger's body with the ticket's number" };

fn open(ticket: &Members<'_>, account: Option<&AccountId>) -> Result<NewTicket, Unreadable> {
    let id = lenient::id(ticket.first(TICKET_ID)).ok_or(NO_TICKET)?;
    let words = lenient::words(ticket.first(DESCRIPTION)).map(readable_text);
    Conversation {
        source: Source::Zendesk,
        account,
        identity: &ConversationIdentity::of_zendesk(account, &id),
        external_id: Some(id),
        contact: requester(ticket),
        subject: lenient::words(ticket.first(SUBJECT)),
        words: words.as_deref(),
        tags: tags(ticket.first(TAGS)),
    }
    .open()
}

fn requester(ticket: &Members<'_>) -> Contact {
    let nothing = Map::new();
    let nested = Members(ticket.first(REQUESTER).as_object().unwrap_or(&nothing));
    let pick = |names: &[&str], nested_name: &str| match nested.first(&[nested_name]) {
        Value::Null => ticket.first(names),
        value => value,
    };
    Contact {
        address: lenient::address(pick(REQUESTER_EMAIL, "email")),
        name: pick(REQUESTER_NAME, "name").as_str().and_then(|name| CustomerName::fit(name).ok()),
        id: lenient::id(pick(REQUESTER_ID, "id")),
    }
}

/// A list, or one text with spaces or commas between the tags, which hold neither at Zendesk.
pub(super) fn tags(value: &Value) -> Vec<Tag> {
    match value {
        Value::Array(list) => lenient::tags(list.iter().filter_map(Value::as_str)),
        Value::String(text) => lenient::tags(
            text.split(|character: char| character.is_whitespace() || character == ','),
        ),
        _ => Vec::new(),
    }
}

/// The members of an object under whichever names an account gives them.
struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    /// The first of `names` that has a value; null when none has. The names are in lower case and
    /// without separators.
    fn first(&self, names: &[&str]) -> &'a Value {
        const NOTHING: &Value = &Value::Null;
        let has_value = |value: &Value| !matches!(value, Value::Null) && value != "";
        names
            .iter()
            .filter_map(|name| {
                self.0
                    .iter()
                    .find(|(member, value)| lenient::is_named(member, name) && has_value(value))
            })
            .map(|(_, value)| value)
            .next()
            .unwrap_or(NOTHING)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn opened(body: &Value) -> NewTicket {
        match read(body, None) {
            Ok(WebhookEvent::ConversationOpened(new)) => new,
            other => panic!("not opened: {other:?}"),
        }
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
