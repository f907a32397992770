//! What the tests of the whole stack share.

pub mod caller;
pub mod command;
pub mod contract;
pub mod product;
pub mod report;

use std::path::{Path, PathBuf};

use clap::Parser;
use local_stack::options::Options;
use local_stack::stack::Stack;
use serde_json::{Map, Value};

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    ::workspace::root()
}

/// The events of a function.
pub fn events(function: &str) -> PathBuf {
    workspace().join(::workspace::events(&workspace(), function).unwrap())
}

/// A stack on free ports that keeps its data in `data_dir`.
pub async fn start(data_dir: &Path) -> Stack {
    start_with(data_dir, &[]).await
}

/// The same with further options.
pub async fn start_with(data_dir: &Path, further: &[&str]) -> Stack {
    Stack::start(options(data_dir, further)).await.unwrap()
}

/// What such a stack is started with. AI work stays in its queue unless `further` says otherwise: a test
/// that counts versions or messages must not race with it.
pub fn options(data_dir: &Path, further: &[&str]) -> Options {
    let template = workspace().join("template.yaml");
    let mut arguments =
        vec!["local-stack", "--port", "0", "--template", template.to_str().unwrap(), "--data-dir"];
    arguments.push(data_dir.to_str().unwrap());
    arguments.extend(["--parameter", "TriageModel=none"]);
    arguments.extend(further);
    Options::parse_from(arguments)
}

/// A JSON value in which what differs from run to run is checked and then replaced. Members without a
/// value are left out: a field that a snapshot's ticket does not use is no part of that snapshot.
pub fn redacted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !is_nothing(value));
            Value::Object(members.map(redacted_member).collect::<Map<_, _>>())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(redacted).collect()),
        other => other,
    }
}

/// Null or an empty list.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn redacted_member((name, value): (String, Value)) -> (String, Value) {
    let replaced = match (name.as_str(), &value) {
        ("ticket_id" | "follow_up_of", Value::String(id)) if id != KNOWN_TICKET => {
            assert!(is_ticket_id(id), "{id}");
            "[ticket id]".into()
        }
        (
            "created_at" | "updated_at" | "first_response_at" | "resolved_at" | "closed_at" | "at"
            | "received_at" | "processed_at" | "ai_processed_at" | "started_at" | "finished_at"
            | "saved_at" | "expires_at",
            Value::String(time),
        ) if !time.starts_with("2024-11-03") => {
            assert!(is_time(time), "{time}");
            "[time]".into()
        }
        ("message_id", Value::String(id)) if id.starts_with("note:") => {
            assert_eq!(id.len(), "note:".len() + 32, "{id}");
            "[note id]".into()
        }
        ("instance", Value::String(id)) => {
            assert_eq!(id.len(), 36, "{id}");
            "[request id]".into()
        }
        ("location", Value::String(place)) => {
            assert!(is_ticket_id(place.strip_prefix("/api/tickets/").unwrap()), "{place}");
            "/api/tickets/[ticket id]".into()
        }
        _ => redacted(value),
    };
    (name, replaced)
}

/// The ticket that tests put into the table before they begin.
pub const KNOWN_TICKET: &str = "TKT-20241103-A1B2C3D4";

/// Whether the text is a ticket id.
pub fn is_ticket_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), ["TKT", date, digits]
        if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit())
        && digits.len() == 8 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')))
}

/// Whether the text is a time in UTC with milliseconds.
pub fn is_time(text: &str) -> bool {
    text.ends_with('Z')
        && text.len() == "2024-11-03T10:30:00.000Z".len()
        && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}
