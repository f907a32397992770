//! The messages of the queue, as `shared/aws/schemas/ai-work-message-1.json` describes them. Read
//! without the product's own code, which would take its own mistakes.

use std::collections::BTreeSet;

use serde_json::Value;

/// The members of a message.
const MEMBERS: [&str; 5] = ["reason", "schema_version", "sent_at", "ticket_id", "trace_id"];
const SCHEMA_VERSION: u64 = 1;

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageFault {
    /// No JSON object.
    #[error("is no JSON object")]
    NoObject,
    /// A member too many or too few.
    #[error("has other members than it should")]
    OtherMembers,
    /// Not version 1.
    #[error("is of another version")]
    OtherVersion,
    /// `ticket_id` is none.
    #[error("has no ticket id in `ticket_id`")]
    NoTicketId,
    /// `reason` is unknown.
    #[error("has an unknown reason")]
    UnknownReason,
    /// `trace_id` is neither null nor the root of a trace.
    #[error("has no trace in `trace_id`")]
    NoTrace,
    /// `sent_at` is no time in UTC with milliseconds.
    #[error("has no time in `sent_at`")]
    NoTime,
}

/// What the checker needs of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) ticket_id: String,
    pub(super) is_requeued: bool,
}

pub(super) fn read(body: &str) -> Result<Message, MessageFault> {
    let Ok(Value::Object(members)) = serde_json::from_str(body) else {
        return Err(MessageFault::NoObject);
    };
    let names: BTreeSet<&str> = members.keys().map(String::as_str).collect();
    if !names.into_iter().eq(MEMBERS) {
        return Err(MessageFault::OtherMembers);
    }
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if members.get("schema_version").and_then(Value::as_u64) != Some(SCHEMA_VERSION) {
        return Err(MessageFault::OtherVersion);
    }
    let ticket_id = text("ticket_id")
        .filter(|text| has_form(text, "TKT-dddddddd-XXXXXXXX"))
        .ok_or(MessageFault::NoTicketId)?;
    let is_requeued = match text("reason") {
        Some("created") => false,
        Some("requeued") => true,
        _ => return Err(MessageFault::UnknownReason),
    };
    let is_trace = |text: &str| has_form(text, "1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx");
    let is_null = members.get("trace_id").is_some_and(Value::is_null);
    if !is_null && !text("trace_id").is_some_and(is_trace) {
        return Err(MessageFault::NoTrace);
    }
    let is_time = |text: &str| {
        has_form(text, "dddd-dd-ddTdd:dd:dd.dddZ")
            && chrono::DateTime::parse_from_rfc3339(text).is_ok()
    };
    if !text("sent_at").is_some_and(is_time) {
        return Err(MessageFault::NoTime);
    }
    Ok(Message { ticket_id: ticket_id.to_owned(), is_requeued })
}

/// Whether `text` is like `form`, in which `d` stands for a digit, `x` and `X` for a hex digit in
/// lower and upper case, and all else for itself.
fn has_form(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            b'x' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            b'X' => matches!(byte, b'0'..=b'9' | b'A'..=b'F'),
            _ => byte == expected,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn right() -> Value {
        json!({
            "schema_version": 1,
            "ticket_id": "TKT-20241103-A1B2C3D4",
            "reason": "created",
            "trace_id": "1-67274f20-000000000000000000000001",
            "sent_at": "2024-11-03T10:30:00.123Z"
        })
    }

    fn read_with(member: &str, value: Value) -> Result<Message, MessageFault> {
        let mut message = right();
        message[member] = value;
        read(&message.to_string())
    }

    #[test]
    fn a_right_message_is_read() {
        let message = read(&right().to_string()).unwrap();
        assert_eq!(message.ticket_id, "TKT-20241103-A1B2C3D4");
        assert!(!message.is_requeued);
        assert!(read_with("reason", json!("requeued")).unwrap().is_requeued);
        assert!(read_with("trace_id", json!(null)).is_ok());
    }

    #[test]
    fn each_fault_is_told() {
        for (member, value, fault) in [
            ("subject", json!("Help"), MessageFault::OtherMembers),
            ("schema_version", json!(2), MessageFault::OtherVersion),
            ("ticket_id", json!("TKT-20241103-a1b2c3d4"), MessageFault::NoTicketId),
            ("ticket_id", json!(7), MessageFault::NoTicketId),
            ("reason", json!("because"), MessageFault::UnknownReason),
            ("trace_id", json!("1-2-3"), MessageFault::NoTrace),
            ("trace_id", json!(false), MessageFault::NoTrace),
            ("sent_at", json!("2024-11-03T10:30:00Z"), MessageFault::NoTime),
            ("sent_at", json!("2024-13-03T10:30:00.123Z"), MessageFault::NoTime),
        ] {
            assert_eq!(read_with(member, value), Err(fault), "{member}");
        }
        let mut short = right();
        short.as_object_mut().unwrap().remove("trace_id");
        assert_eq!(read(&short.to_string()), Err(MessageFault::OtherMembers));
        for body in ["", "[]", "null", "{\"a\":", "\u{0}"] {
            assert_eq!(read(body), Err(MessageFault::NoObject));
        }
    }
}
