//! The bodies of our own API: a new ticket and a change of status.

use super::body::JsonObject;
use copilot_core::error::Error;
use copilot_core::ticket::{
    ActorName, CustomerId, CustomerName, Description, EmailAddress, Identity, NewTicket, Note,
    OrderId, Source, Status, Subject,
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

/// Reads the body of `POST /api/tickets/create` from a caller who may name these `sources`.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`], or [`Error::Invalid`] with every fault at once.
pub fn parse_create(body: &[u8], sources: &[Source]) -> Result<NewTicket, Error> {
    let mut object = JsonObject::read(body)?;
    let customer_email = object.required("customer_email", EmailAddress::parse);
    let customer_name = object.optional("customer_name", CustomerName::parse);
    let subject = object.required("subject", Subject::parse);
    let description = object.required("description", Description::parse);
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
    match (customer_email, subject, description, source) {
        (Some(customer_email), Some(subject), Some(description), Some(source)) => Ok(NewTicket {
            customer_id: CustomerId::of(&customer_email),
            customer_email: Some(customer_email),
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
        }),
        // A required field that is absent has left a fault, and `finish` has returned it.
        _ => Err(Error::defect("read the create body")),
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use copilot_core::error::Place;

    fn create(body: serde_json::Value) -> Result<NewTicket, Error> {
        parse_create(body.to_string().as_bytes(), &Source::ALL.map(|(_, source)| source))
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
