//! Zendesk: the body that a trigger's webhook is set up to send.

use serde_json::{Map, Value};

use super::body::{JsonObject, text_of, value_or_fault};
use super::{Identity, NewTicket};
use crate::error::{Error, Fault};
use crate::ticket::{CustomerName, Description, EmailAddress, ExternalId, Source, Subject};

/// Reads `{"ticket": {"id", "subject", "description", "requester": {"email", "name"}}}`.
///
/// Fields that are not named here are the account's own and are ignored. A subject that is missing
/// becomes the first line of the description. One Zendesk ticket is one ticket, however often it
/// is sent.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`], or [`Error::Invalid`] with every fault at once.
pub fn parse(body: &[u8]) -> Result<NewTicket, Error> {
    let object = JsonObject::read(body)?;
    let Some(ticket) = object.member("ticket") else {
        let fault = Fault::at(&["ticket"], "Is required and must be an object.");
        return Err(Error::Invalid(vec![fault]));
    };
    let nobody = Map::new();
    let requester = ticket.get("requester").and_then(Value::as_object).unwrap_or(&nobody);
    let description = text_of(ticket, "description");

    let mut faults = Vec::new();
    let external_id = external_id(ticket.get("id"));
    if external_id.is_none() {
        faults.push(Fault::at(&["ticket", "id"], "Is required: a number or a string."));
    }
    let subject = value_or_fault(
        Subject::fit(text_of(ticket, "subject")).or_else(|_| Subject::first_line_of(description)),
        &["ticket", "subject"],
        &mut faults,
    );
    let description =
        value_or_fault(Description::fit(description), &["ticket", "description"], &mut faults);
    let customer_email = value_or_fault(
        EmailAddress::parse(text_of(requester, "email")),
        &["ticket", "requester", "email"],
        &mut faults,
    );

    match (external_id, customer_email, subject, description) {
        (Some(external_id), Some(customer_email), Some(subject), Some(description)) => {
            Ok(NewTicket {
                customer_email,
                customer_name: CustomerName::fit(text_of(requester, "name")).ok(),
                subject,
                description,
                order_id: None,
                source: Source::Zendesk,
                identity: Identity::Of(format!("zendesk:ticket:{}", external_id.as_str())),
                external_id: Some(external_id),
            })
        }
        _ => Err(Error::Invalid(faults)),
    }
}

/// Zendesk renders ids as numbers or, from a placeholder inside quotes, as strings.
fn external_id(value: Option<&Value>) -> Option<ExternalId> {
    match value? {
        Value::Number(number) => ExternalId::parse(&number.to_string()).ok(),
        Value::String(text) => ExternalId::parse(text).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({"ticket": {
            "id": 123,
            "subject": "Help needed",
            "description": "I can't login to my account",
            "requester": {"email": "user@example.com", "name": "User Name"}
        }})
    }

    fn read(body: &Value) -> Result<NewTicket, Error> {
        parse(body.to_string().as_bytes())
    }

    #[test]
    fn a_trigger_body_becomes_a_ticket() {
        let ticket = read(&body()).unwrap();
        assert_eq!(ticket.source, Source::Zendesk);
        assert_eq!(ticket.external_id, Some(ExternalId::parse("123").unwrap()));
        assert_eq!(ticket.identity, Identity::Of("zendesk:ticket:123".to_owned()));
        assert_eq!(ticket.subject.as_str(), "Help needed");
        assert_eq!(ticket.customer_name, Some(CustomerName::parse("User Name").unwrap()));
    }

    #[test]
    fn an_id_is_the_same_as_number_and_as_string() {
        let mut quoted = body();
        quoted["ticket"]["id"] = json!("123");
        assert_eq!(read(&quoted).unwrap(), read(&body()).unwrap());
    }

    #[test]
    fn a_missing_subject_is_the_first_line() {
        let mut bare = body();
        bare["ticket"]["subject"] = json!("");
        assert_eq!(read(&bare).unwrap().subject.as_str(), "I can't login to my account");
    }

    #[test]
    fn over_long_and_control_characters_are_made_to_fit() {
        let mut long = body();
        long["ticket"]["subject"] = json!("x".repeat(300));
        long["ticket"]["description"] = json!("bell\u{7}rings");
        let ticket = read(&long).unwrap();
        assert_eq!(ticket.subject.as_str().chars().count(), 255);
        assert_eq!(ticket.description.as_str(), "bell rings");
    }

    #[test]
    fn all_faults_come_at_once() {
        let Err(Error::Invalid(faults)) = read(&json!({"ticket": {"id": true}})) else {
            panic!("accepted");
        };
        assert_eq!(faults.len(), 4);
        assert!(matches!(read(&json!({"ticket": []})), Err(Error::Invalid(_))));
        assert!(matches!(parse(b"nothing"), Err(Error::Malformed(_))));
    }

    proptest! {
        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..200), text in ".*") {
            let _ = parse(&body);
            let _ = read(&json!({"ticket": {"id": text, "subject": text, "description": text}}));
        }
    }
}
