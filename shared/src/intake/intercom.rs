//! Intercom: the notification of a conversation that a customer began.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::body::{JsonObject, text_of, value_or_fault};
use super::{Identity, NewTicket};
use crate::error::{Error, Fault};
use crate::ticket::{CustomerName, Description, EmailAddress, ExternalId, Source, Subject};

/// Reads `{"type": "conversation.created", "data": {"item": {"conversation_message": {"body"},
/// "user": {"email", "name"}}}}`.
///
/// The subject is the first line of the message, cut to fit. Fields that are not named here are
/// ignored. A conversation with an `id` is one ticket forever; without one, the same body is.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`], or [`Error::Invalid`] with every fault at once.
pub fn parse(body: &[u8]) -> Result<NewTicket, Error> {
    let object = JsonObject::read(body)?;
    let Some(item) =
        object.member("data").and_then(|data| data.get("item")).and_then(Value::as_object)
    else {
        let fault = Fault::at(&["data", "item"], "Is required and must be an object.");
        return Err(Error::Invalid(vec![fault]));
    };
    let nothing = Map::new();
    let part = |name| item.get(name).and_then(Value::as_object).unwrap_or(&nothing);
    let message = text_of(part("conversation_message"), "body");
    let user = part("user");

    let mut faults = Vec::new();
    let description = value_or_fault(
        Description::fit(message),
        &["data", "item", "conversation_message", "body"],
        &mut faults,
    );
    let customer_email = value_or_fault(
        EmailAddress::parse(text_of(user, "email")),
        &["data", "item", "user", "email"],
        &mut faults,
    );
    let (Some(customer_email), Some(description)) = (customer_email, description) else {
        return Err(Error::Invalid(faults));
    };
    // A message that is not blank has a first line that is not.
    let subject = Subject::first_line_of(message).map_err(|fault| Error::Internal {
        operation: "take the subject from a message",
        source: Some(fault.into()),
    })?;

    let external_id = ExternalId::parse(text_of(item, "id")).ok();
    let identity = match &external_id {
        Some(id) => format!("intercom:conversation:{}", id.as_str()),
        None => format!("intercom:body:{:x}", Sha256::digest(body)),
    };
    Ok(NewTicket {
        customer_email,
        customer_name: CustomerName::fit(text_of(user, "name")).ok(),
        subject,
        description,
        order_id: None,
        source: Source::Intercom,
        external_id,
        identity: Identity::Of(identity),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({"type": "conversation.created", "data": {"item": {
            "conversation_message": {"body": "I need help with my order\nIt is late."},
            "user": {"email": "user@example.com", "name": "User Name"}
        }}})
    }

    fn read(body: &Value) -> Result<NewTicket, Error> {
        parse(body.to_string().as_bytes())
    }

    #[test]
    fn a_conversation_becomes_a_ticket() {
        let ticket = read(&body()).unwrap();
        assert_eq!(ticket.source, Source::Intercom);
        assert_eq!(ticket.subject.as_str(), "I need help with my order");
        assert_eq!(ticket.description.as_str(), "I need help with my order\nIt is late.");
        assert_eq!(ticket.external_id, None);
    }

    #[test]
    fn the_conversation_decides_what_is_the_same_ticket_and_else_the_body() {
        let identity = |body: &Value| read(body).unwrap().identity;
        let mut other_words = body();
        other_words["data"]["item"]["conversation_message"]["body"] = json!("Hello?");
        assert_eq!(identity(&body()), identity(&body()));
        assert_ne!(identity(&body()), identity(&other_words));
        let mut first = body();
        first["data"]["item"]["id"] = json!("991");
        other_words["data"]["item"]["id"] = json!("991");
        assert_eq!(identity(&first), identity(&other_words));
    }

    #[test]
    fn all_faults_come_at_once() {
        let Err(Error::Invalid(faults)) = read(&json!({"data": {"item": {}}})) else {
            panic!("accepted");
        };
        assert_eq!(faults.len(), 2);
        assert!(matches!(read(&json!({"data": 1})), Err(Error::Invalid(_))));
    }

    proptest! {
        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..200), text in ".*") {
            let _ = parse(&body);
            let _ = read(&json!({"data": {"item": {
                "id": text, "conversation_message": {"body": text}, "user": {"email": "a@b.example"}
            }}}));
        }
    }
}
