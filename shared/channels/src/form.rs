//! The bodies of our own API: a new ticket, a change of status, an internal note and a draft.

use std::borrow::Cow;

use super::body::JsonObject;
use super::contact::carrier_address;
use super::html::readable_text;
use super::placeholder::is_unfilled;
use copilot_core::error::Error;
use copilot_core::ticket::{
    ActorName, CustomerContact, CustomerId, CustomerName, Description, Draft, EmailAddress,
    Identity, InternalNote, NewTicket, Note, OrderId, Source, Status, Subject, TextFault,
};

/// A change of status that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The status that the ticket is to get.
    pub status: Status,
    /// Why, if that is said.
    pub note: Option<Note>,
    /// Who changes it, by the client's own account.
    pub actor: Option<ActorName>,
}

/// An internal note that an agent writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNote {
    /// Its words.
    pub text: InternalNote,
    /// Who writes it, by the client's own account.
    pub actor: Option<ActorName>,
}

/// What a customer gives as their address.
enum Customer {
    ByAddress(EmailAddress),
    /// Some mail carriers deliver to addresses that are none by the rules. Whoever has one cannot give
    /// another.
    ByContact(CustomerContact),
}

impl Customer {
    fn parse(text: &str) -> Result<Self, TextFault> {
        EmailAddress::parse(text)
            .map(Self::ByAddress)
            .or_else(|fault| carrier_address(text).map(Self::ByContact).ok_or(fault))
    }

    fn id(&self) -> CustomerId {
        match self {
            Self::ByAddress(address) => CustomerId::of(address),
            Self::ByContact(contact) => CustomerId::of_contact(contact),
        }
    }

    fn into_parts(self) -> (Option<EmailAddress>, Option<CustomerContact>) {
        match self {
            Self::ByAddress(address) => (Some(address), None),
            Self::ByContact(contact) => (None, Some(contact)),
        }
    }
}

/// Reads the body of `POST /api/tickets/create` from a caller who may name these `sources`.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`], or [`Error::Invalid`] with every fault at once.
pub fn parse_create(body: &[u8], sources: &[Source]) -> Result<NewTicket, Error> {
    let mut object = JsonObject::read(body)?;
    let customer = object.required("customer_email", Customer::parse);
    let customer_name = object.optional("customer_name", CustomerName::parse);
    let subject = filled_in(&mut object, "subject", |text| words(text, Subject::parse));
    let description = filled_in(&mut object, "description", |text| words(text, Description::parse));
    let order_id = object.optional("order_id", OrderId::parse);
    let source = match object.optional("source", |name| Ok(Source::parse(name))) {
        None => Some(Source::default()),
        Some(Some(source)) if sources.contains(&source) => Some(source),
        Some(known) => object.refuse("source", source_fault(sources, known.is_some())),
    };
    object.finish(&[
        "customer_email",
        "customer_name",
        "subject",
        "description",
        "order_id",
        "source",
    ])?;
    match (customer, subject, description, source) {
        (Some(customer), Some(subject), Some(description), Some(source)) => {
            let customer_id = customer.id();
            let (customer_email, customer_contact) = customer.into_parts();
            Ok(NewTicket {
                customer_id,
                customer_email,
                customer_contact,
                customer_name,
                subject,
                description,
                order_id,
                tags: Vec::new(),
                source,
                external_id: None,
                follow_up_of: None,
                opened_by: None,
                identity: Identity::Unique,
            })
        }
        // A required field that is absent has left a fault, and `finish` has returned it.
        _ => Err(Error::defect("read the create body")),
    }
}

/// A required text that is no placeholder of a template.
fn filled_in<T>(
    object: &mut JsonObject,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, TextFault>,
) -> Option<T> {
    let text = object.member(name).and_then(serde_json::Value::as_str);
    if text.is_some_and(is_unfilled) {
        return object.refuse(name, "Is a placeholder of a template that was not filled in.");
    }
    object.required(name, parse)
}

fn source_fault(allowed: &[Source], is_known: bool) -> String {
    let names: Vec<&str> = allowed.iter().map(|source| source.name()).collect();
    let names = names.join(", ");
    if is_known {
        format!("Must be one of {names}; only a caller who may change tickets names another.")
    } else {
        format!("Must be one of {names}.")
    }
}

/// Reads a text that may be HTML, as editors in web pages make it: it becomes words. It may be no longer
/// than words may.
fn words<T>(text: &str, parse: fn(&str) -> Result<T, TextFault>) -> Result<T, TextFault> {
    match readable_text(text) {
        Cow::Borrowed(plain) => parse(plain),
        Cow::Owned(words) => parse(text).and_then(|_| parse(&words)),
    }
}

/// Reads the body of `PUT /api/tickets/{ticket_id}/status`.
///
/// # Errors
/// As [`parse_create`].
pub fn parse_status_change(body: &[u8]) -> Result<StatusChange, Error> {
    let mut object = JsonObject::read(body)?;
    let status = match object.required("status", |name| Ok(Status::parse(name))) {
        Some(None) => {
            object.refuse("status", format!("Must be one of {}.", Status::names(&Status::ALL)))
        }
        Some(status) => status,
        None => None,
    };
    let note = object.optional("note", Note::parse);
    let actor = object.optional("actor", ActorName::claimed);
    object.finish(&["status", "note", "actor"])?;
    // A status that is absent or wrong has left a fault, and `finish` has returned it.
    let status = status.ok_or(Error::defect("read the status body"))?;
    Ok(StatusChange { status, note, actor })
}

/// Reads the body of `POST /api/tickets/{ticket_id}/notes`.
///
/// # Errors
/// As [`parse_create`].
pub fn parse_note(body: &[u8]) -> Result<WrittenNote, Error> {
    let mut object = JsonObject::read(body)?;
    let text = object.required("text", InternalNote::parse);
    let actor = object.optional("actor", ActorName::claimed);
    object.finish(&["text", "actor"])?;
    // A text that is absent or wrong has left a fault, and `finish` has returned it.
    let text = text.ok_or(Error::defect("read the note body"))?;
    Ok(WrittenNote { text, actor })
}

/// Reads the body of `PUT /api/tickets/{ticket_id}/draft`.
///
/// # Errors
/// As [`parse_create`].
pub fn parse_draft(body: &[u8]) -> Result<Draft, Error> {
    let mut object = JsonObject::read(body)?;
    let text = object.required("text", Draft::parse);
    object.finish(&["text"])?;
    // A text that is absent or wrong has left a fault, and `finish` has returned it.
    text.ok_or(Error::defect("read the draft body"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use copilot_core::error::Place;

    fn create(body: serde_json::Value) -> Result<NewTicket, Error> {
        parse_create(body.to_string().as_bytes(), &Source::ALL)
    }

    fn faults<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<(String, String)> {
        let Err(Error::Invalid(faults)) = result else {
            panic!("no field faults: {result:?}");
        };
        faults
            .into_iter()
            .map(|fault| match fault.place {
                Place::Pointer(place) => (place, fault.detail),
                other => panic!("not in the body: {other:?}"),
            })
            .collect()
    }

    fn smallest() -> serde_json::Value {
        json!({"customer_email": "a@b.example", "subject": "s", "description": "d"})
    }

    #[test]
    fn the_smallest_body_comes_from_the_web() {
        let ticket = create(smallest()).unwrap();
        assert_eq!(ticket.source, Source::Web);
        assert_eq!(ticket.identity, Identity::Unique);
        assert_eq!((ticket.customer_name, ticket.order_id), (None, None));
    }

    #[test]
    fn a_template_without_values_is_refused() {
        let mut body = smallest();
        body["subject"] = json!("{{ticket.title}}");
        let detail = "Is a placeholder of a template that was not filled in.";
        assert_eq!(faults(create(body.clone())), [("#/subject".to_owned(), detail.to_owned())]);
        body["subject"] = json!("Your mail shows {{ticket.title}}");
        assert!(create(body).is_ok());
    }

    #[test]
    fn a_carriers_address_is_a_contact() {
        let mut body = smallest();
        body["customer_email"] = json!(" rosa..diaz.@mobile.example.com ");
        let ticket = create(body.clone()).unwrap();
        let contact = ticket.customer_contact.unwrap();
        assert_eq!(contact.as_str(), "rosa..diaz.@mobile.example.com");
        assert_eq!(
            (ticket.customer_email, ticket.customer_id),
            (None, CustomerId::of_contact(&contact))
        );
        for text in ["rosa..diaz", "rosa..diaz@localhost", "a b..c@d.example"] {
            body["customer_email"] = json!(text);
            assert!(create(body.clone()).is_err(), "{text}");
        }
    }

    #[test]
    fn blank_and_null_are_missing() {
        let mut body = smallest();
        for (field, value) in
            [("customer_name", json!(" ")), ("order_id", json!(null)), ("source", json!(""))]
        {
            body[field] = value;
        }
        let ticket = create(body).unwrap();
        assert_eq!((ticket.customer_name, ticket.order_id), (None, None));
        assert_eq!(ticket.source, Source::Web);
    }

    #[test]
    fn html_becomes_words_and_plain_text_stays() {
        for (description, expected) in [
            ("<div dir=\"ltr\"><p>A&nbsp;refund, <b>please</b>.</p></div>", "A refund, please."),
            ("Hello,<br>where is it?<br>Rosa", "Hello,\nwhere is it?\nRosa"),
            ("<p>See<span style='display:none'>ignore all</span></p>", "See"),
            ("if a < b, my password is <abced", "if a < b, my password is <abced"),
            ("AT&amp;T", "AT&amp;T"),
        ] {
            let mut body = smallest();
            body["description"] = json!(description);
            assert_eq!(create(body).unwrap().description.as_str(), expected);
        }
        let mut body = smallest();
        body["subject"] = json!("<p>Late &amp; broken</p>");
        body["description"] = json!("<p hidden>nothing</p>");
        let blank = ("#/description".to_owned(), "Must not be blank.".to_owned());
        assert_eq!(faults(create(body.clone())), [blank]);
        body["description"] = json!("x");
        assert_eq!(create(body).unwrap().subject.as_str(), "Late & broken");
    }

    #[test]
    fn all_faults_come_at_once() {
        let found = faults(create(json!({
            "customer_email": "nobody",
            "customer_name": 7,
            "subject": " ",
            "order_id": "x".repeat(101),
            "source": "fax",
            "ticket_id": "TKT-20241103-A1B2C3D4",
            "a/b": 1
        })));
        let expected = [
            ("#/customer_email", "Must be an e-mail address such as john.doe@example.com."),
            ("#/customer_name", "Must be a string."),
            ("#/subject", "Is required and must not be blank."),
            ("#/description", "Is required."),
            ("#/order_id", "Must have at most 100 characters; has 101."),
            ("#/source", "Must be one of web, email, chat, api, zendesk, intercom."),
            ("#/a~1b", "Is not a known field."),
            ("#/ticket_id", "Is not a known field."),
        ];
        assert_eq!(found, expected.map(|(place, detail)| (place.to_owned(), detail.to_owned())));
    }

    #[test]
    fn a_source_that_the_caller_may_not_name_is_refused() {
        let open = [Source::Web, Source::Api];
        for (name, expected) in [
            ("web", None),
            ("api", None),
            ("", None),
            ("fax", Some("Must be one of web, api.")),
            (
                "zendesk",
                Some(
                    "Must be one of web, api; only a caller who may change tickets names another.",
                ),
            ),
        ] {
            let mut body = smallest();
            body["source"] = name.into();
            let read = parse_create(body.to_string().as_bytes(), &open);
            match expected {
                None => assert!(read.is_ok(), "{name}"),
                Some(detail) => {
                    assert_eq!(faults(read), [("#/source".to_owned(), detail.to_owned())]);
                }
            }
        }
    }

    #[test]
    fn a_status_change_names_the_statuses() {
        let parse = |body: &str| parse_status_change(body.as_bytes());
        let change = parse(r#"{"status": "in_progress"}"#).unwrap();
        assert_eq!(change, StatusChange { status: Status::InProgress, note: None, actor: None });
        let unknown = "Must be one of new, open, in_progress, resolved, closed.";
        assert_eq!(
            faults(parse(r#"{"status": "done", "x": 1}"#)),
            [
                ("#/status".to_owned(), unknown.to_owned()),
                ("#/x".to_owned(), "Is not a known field.".to_owned())
            ]
        );
        assert_eq!(faults(parse("{}"))[0].1, "Is required.");
        assert_eq!(faults(parse(r#"{"status": 1}"#))[0].1, "Must be a string.");
    }

    #[test]
    fn a_status_change_may_say_who_and_why() {
        let parse = |note: &str, actor: &str| {
            let body = json!({"status": "open", "note": note, "actor": actor});
            parse_status_change(body.to_string().as_bytes())
        };
        let change = parse("first line\nsecond", " Jane ").unwrap();
        assert_eq!(change.note.unwrap().as_str(), "first line\nsecond");
        assert_eq!(change.actor.unwrap().as_str(), "Jane");
        let blank = parse(" \n", "").unwrap();
        assert_eq!((blank.note, blank.actor), (None, None));
        assert!(parse(&"n".repeat(1_000), &"a".repeat(200)).is_ok());
        let found = faults(parse(&"n".repeat(1_001), "two\nlines"));
        let expected = [
            ("#/note", "Must have at most 1000 characters; has 1001."),
            ("#/actor", "Must not contain control characters."),
        ];
        assert_eq!(found, expected.map(|(place, detail)| (place.to_owned(), detail.to_owned())));
        let taken = "Must not be a name that the history gives to a source, a schedule or the AI.";
        assert_eq!(faults(parse("", "Zendesk")), [("#/actor".to_owned(), taken.to_owned())]);
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_refused(email in ".*", subject in ".*", extra in ".*", number in any::<i64>()) {
            let body = json!({"customer_email": email, "subject": subject, "description": number, extra: null});
            prop_assert!(create(body).is_err());
        }
    }
}
