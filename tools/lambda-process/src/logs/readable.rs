//! Turns a JSON log line into one a person reads at a glance.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

const TIME_FORMAT: &str = "%H:%M:%S%.3f";

/// Top-level members that have a place of their own or say nothing to a reader.
const MEMBERS_NOT_LISTED: [&str; 8] =
    ["_aws", "timestamp", "level", "message", "span", "spans", "target", "threadId"];

/// One line of `function`. `now` stands in for the time the line does not tell.
pub(super) fn line(function: &str, line: &str, now: DateTime<Utc>) -> String {
    let parsed = serde_json::from_str(line).ok();
    match parsed {
        Some(Value::Object(members)) if members.contains_key("level") => {
            log_record(function, &members, now)
        }
        _ => format!("{} {function}  {line}", now.format(TIME_FORMAT)),
    }
}

/// A line of the local stack itself about a process of `function`.
pub(super) fn notice(function: &str, text: &str, now: DateTime<Utc>) -> String {
    format!("{} {function}  ERROR {text}", now.format(TIME_FORMAT))
}

fn log_record(function: &str, members: &Map<String, Value>, now: DateTime<Utc>) -> String {
    let time = members
        .get("timestamp")
        .and_then(Value::as_str)
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .map_or(now, |time| time.with_timezone(&Utc));
    let level = members.get("level").and_then(Value::as_str).unwrap_or_default();

    let mut text = format!("{} {function}  {:<5}", time.format(TIME_FORMAT), escaped(level));
    if let Some(message) = members.get("message") {
        text.push(' ');
        text.push_str(&match message {
            Value::String(message) => escaped(message),
            other => other.to_string(),
        });
    }
    for (key, value) in listed(members) {
        // Writing to a String cannot fail.
        let _ = write!(text, " {}={}", escaped(key), shown(value));
    }
    text
}

/// The record's own fields first, then those of its spans from the outside in;
/// a key is listed once.
fn listed(members: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let top_level = members.iter().filter(|(key, _)| !MEMBERS_NOT_LISTED.contains(&key.as_str()));
    let spans = match members.get("spans") {
        Some(Value::Array(spans)) => spans.iter().collect(),
        _ => Vec::from_iter(members.get("span")),
    };
    let of_spans =
        spans.into_iter().filter_map(Value::as_object).flatten().filter(|(key, _)| *key != "name");

    let mut pairs: Vec<(&str, &Value)> = Vec::new();
    for (key, value) in top_level.chain(of_spans) {
        if key != "message" && !pairs.iter().any(|(listed, _)| listed == key) {
            pairs.push((key, value));
        }
    }
    pairs
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text)
            if !text.is_empty() && !text.contains([' ', '"', '=']) && escaped(text) == *text =>
        {
            text.clone()
        }
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

/// Control characters as escapes: what a function logs may come from outside and
/// must not steer the terminal or fake a line.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        let now =
            DateTime::parse_from_rfc3339("2026-11-24T12:03:04.123Z").unwrap().with_timezone(&Utc);
        line("create-ticket", text, now)
    }

    #[test]
    fn a_record_of_tracing_shows_fields_and_spans() {
        let text = r#"{"timestamp":"2026-11-24T10:00:00.987654Z","level":"INFO","target":"app",
            "message":"ticket created","ticket_id":"T-1","attempt":2,
            "span":{"name":"invoke","request_id":"abc"},
            "spans":[{"name":"invoke","request_id":"abc"},{"name":"store","ticket_id":"hidden"}]}"#;
        assert_eq!(
            rendered(text),
            "10:00:00.987 create-ticket  INFO  ticket created attempt=2 ticket_id=T-1 request_id=abc"
        );
    }

    #[test]
    fn a_record_of_lambdas_own_format_shows_its_top_level_members() {
        let text = r#"{"timestamp":"2026-11-24T10:00:00Z","level":"ERROR","message":"no table","requestId":"r"}"#;
        assert_eq!(rendered(text), "10:00:00.000 create-ticket  ERROR no table requestId=r");
    }

    #[test]
    fn other_lines_stand_as_they_are() {
        for text in ["starting up", "{\"no\":1}", "[1]", "{\"level\":"] {
            assert_eq!(rendered(text), format!("12:03:04.123 create-ticket  {text}"));
        }
    }

    #[test]
    fn values_that_would_be_ambiguous_are_quoted() {
        let text = r#"{"level":"WARN","message":"m","a":"two words","b":"","c":"k=v","d":{"x":1}}"#;
        assert_eq!(
            rendered(text),
            "12:03:04.123 create-ticket  WARN  m a=\"two words\" b=\"\" c=\"k=v\" d={\"x\":1}"
        );
    }

    #[test]
    fn control_characters_of_logged_text_are_escaped() {
        let text = r#"{"level":"INFO","message":"a\u001b[2Jb\nc","k\n":"\u0007"}"#;
        let line = rendered(text);
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(line.contains("a\\u{1b}[2Jb\\nc"), "{line}");
    }
}
