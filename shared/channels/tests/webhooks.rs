//! What the bodies in `webhooks/` become, and that no body makes a reader panic.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use copilot_channels::signature::Verification;
use copilot_channels::{ConversationReport, Unreadable, WebhookEvent, intercom, zendesk};
use copilot_core::limits;
use copilot_core::ticket::{Identity, now};
use proptest::prelude::*;
use serde_json::{Value, json};

const ACCOUNT_HEADER: Option<&str> = Some("7004411");

fn read_zendesk(body: &[u8]) -> Result<WebhookEvent, Unreadable> {
    let verified = zendesk::verify(&Verification::Unsigned, None, None, body, now()).unwrap();
    zendesk::parse(verified, ACCOUNT_HEADER)
}

fn read_intercom(body: &[u8]) -> Result<WebhookEvent, Unreadable> {
    intercom::parse(intercom::verify(&Verification::Unsigned, None, body).unwrap())
}

fn folder(vendor: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/webhooks").join(vendor)
}

fn body(vendor: &str, name: &str) -> Vec<u8> {
    fs::read(folder(vendor).join(format!("{name}.json"))).unwrap()
}

/// Each file of a vendor: its name and what it became.
fn files(vendor: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder(vendor))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// An event as the snapshots show it: without the fields that are empty, and long texts by their length
/// and end.
fn shown(event: &Result<WebhookEvent, Unreadable>) -> String {
    let shown = format!("{event:#?}");
    let is_empty = |line: &&str| line.ends_with(": None,") || line.ends_with(": [],");
    let lines =
        shown.lines().filter(|line| !is_empty(line)).map(|line| match line.chars().count() {
            length if length > 400 => {
                let start: String = line.chars().take(60).collect();
                let end: String = line.chars().skip(length - 20).collect();
                format!("{start} … {length} characters … {end}")
            }
            _ => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_zendesk_sends() {
    for (name, body) in files("zendesk") {
        insta::assert_snapshot!(format!("zendesk__{name}"), shown(&read_zendesk(&body)));
    }
}

#[test]
fn what_intercom_sends() {
    for (name, body) in files("intercom") {
        insta::assert_snapshot!(format!("intercom__{name}"), shown(&read_intercom(&body)));
    }
}

fn reported(event: Result<WebhookEvent, Unreadable>) -> ConversationReport {
    match event {
        Ok(WebhookEvent::Reported(report)) => *report,
        other => panic!("not reported: {other:?}"),
    }
}

/// The identity of the ticket that a body makes, or that a body is about.
fn identity(event: Result<WebhookEvent, Unreadable>) -> String {
    match event.unwrap() {
        WebhookEvent::Reported(report) => {
            let conversation = report.conversation;
            if let Some(new) = report.opening {
                assert_eq!(new.identity, Identity::from(&conversation));
            }
            conversation.as_str().to_owned()
        }
        other => panic!("about nothing: {other:?}"),
    }
}

#[test]
fn everything_about_one_zendesk_ticket_has_one_identity() {
    for name in [
        "event_ticket_created",
        "event_status_changed_solved",
        "event_comment_added_public_customer",
        "event_comment_added_is_the_description",
        "event_merged",
        "trigger_flat_strings",
        "trigger_flat_upper_names",
        "trigger_nested",
        "trigger_nested_string_id_no_email",
        "trigger_nested_account_in_body",
    ] {
        let identity = identity(read_zendesk(&body("zendesk", name)));
        assert_eq!(identity, "zendesk:7004411:ticket:7341", "{name}");
    }
}

#[test]
fn the_signed_account_goes_before_the_header_and_no_header_is_no_account() {
    let parse = |name, header| {
        let body = body("zendesk", name);
        let body = zendesk::verify(&Verification::Unsigned, None, None, &body, now()).unwrap();
        identity(zendesk::parse(body, header))
    };
    for header in [None, Some("666"), Some("a:ticket:1")] {
        assert_eq!(parse("event_ticket_created", header), "zendesk:7004411:ticket:7341");
        assert_eq!(parse("trigger_nested_account_in_body", header), "zendesk:7004411:ticket:7341");
    }
    for header in [None, Some(""), Some("a:ticket:1"), Some("1\u{0}")] {
        assert_eq!(parse("trigger_nested", header), "zendesk::ticket:7341");
    }
}

#[test]
fn everything_about_one_intercom_conversation_has_one_identity() {
    for name in ["user_created_2x_html", "user_replied_2x", "admin_closed_2x", "admin_snoozed_2x"] {
        let identity = identity(read_intercom(&body("intercom", name)));
        assert_eq!(identity, "intercom:q7w8e9r0:conversation:215000300400", "{name}");
    }
    let other_app = String::from_utf8(body("intercom", "user_created_2x_html")).unwrap();
    let other_app = other_app.replace("q7w8e9r0", "another1");
    assert_eq!(
        identity(read_intercom(other_app.as_bytes())),
        "intercom:another1:conversation:215000300400"
    );
}

#[test]
fn a_conversation_without_an_id_is_known_by_its_body() {
    let first = body("intercom", "old_alias");
    let other = String::from_utf8(first.clone()).unwrap().replace("order", "parcel");
    assert_eq!(identity(read_intercom(&first)), identity(read_intercom(&first)));
    assert_ne!(identity(read_intercom(&first)), identity(read_intercom(other.as_bytes())));
}

#[test]
fn over_long_texts_are_cut_and_marked() {
    let new = reported(read_zendesk(&body("zendesk", "trigger_nested_over_long"))).opening.unwrap();
    assert_eq!(new.subject.as_str().chars().count(), limits::SUBJECT_CHARACTERS);
    assert_eq!(new.description.as_str().chars().count(), limits::DESCRIPTION_CHARACTERS);
    assert!(new.description.as_str().ends_with("é…"));
}

#[test]
fn a_message_without_an_id_has_the_same_one_each_time() {
    let id = |body: &[u8]| reported(read_intercom(body)).messages[0].id.clone();
    let first = body("intercom", "user_replied_2x_part_without_id");
    let other = String::from_utf8(first.clone()).unwrap().replace("Any news?", "Hello?");
    assert_eq!(id(&first), id(&first));
    assert_ne!(id(&first), id(other.as_bytes()));
}

#[test]
fn bodies_that_are_too_large_or_too_deep_are_kept_for_repair() {
    let large = format!("{{\"ticket\": \"{}\"}}", "x".repeat(limits::BODY_BYTES));
    let deep = format!("{{\"ticket\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for body in [large, deep, String::new(), "[]".to_owned(), "null".to_owned()] {
        assert!(read_zendesk(body.as_bytes()).is_err());
        assert!(read_intercom(body.as_bytes()).is_err());
    }
}

/// Values that take the place of others in a body.
fn intruder() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "(<[a-z/!]{0,6}[ >]?|[a-zé<>&; ]){0,20}".prop_map(Value::from),
        Just(json!("x".repeat(40_000))),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[{"id": []}], "a", 1])),
        prop::sample::select(vec![
            "zen:event-type:ticket.created",
            "zen:event-type:ticket.comment_added",
            "conversation.user.replied",
            "conversation.admin.closed",
            "9999999999-01-01T00:00:00.123456789Z",
            "2025-06-02T09:15:31.000000000000001Z",
            "\u{0}\u{1}",
            "زون:١",
        ])
        .prop_map(Value::from),
    ]
}

/// Puts `value` in the place of the member or element that `choices` lead to, or takes a member away.
fn replace(target: &mut Value, mut choices: impl Iterator<Item = usize>, value: Value) {
    let choice = choices.next().unwrap_or(0);
    match target {
        Value::Object(members) if !members.is_empty() && !choice.is_multiple_of(7) => {
            let index = choice % members.len();
            if choice.is_multiple_of(11) {
                let name = members.keys().nth(index).cloned();
                name.and_then(|name| members.remove(&name));
            } else if let Some(member) = members.values_mut().nth(index) {
                replace(member, choices, value);
            }
        }
        Value::Array(list) if !list.is_empty() && !choice.is_multiple_of(7) => {
            let index = choice % list.len();
            replace(&mut list[index], choices, value);
        }
        target => *target = value,
    }
}

fn mutated(vendor: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let bodies: Vec<Value> = files(vendor)
        .into_iter()
        .filter_map(|(_, body)| serde_json::from_slice(&body).ok())
        .collect();
    let mutation = (prop::collection::vec(any::<usize>(), 1..6), intruder());
    (prop::sample::select(bodies), prop::collection::vec(mutation, 1..6)).prop_map(
        |(mut body, mutations)| {
            for (choices, value) in mutations {
                replace(&mut body, choices.into_iter(), value);
            }
            body.to_string().into_bytes()
        },
    )
}

fn is_within_limits(event: &Result<WebhookEvent, Unreadable>) -> bool {
    let fits = |text: &str, limit| text.chars().count() <= limit;
    match event {
        Ok(WebhookEvent::Reported(report)) => {
            let opening = report.opening.iter().all(|new| {
                fits(new.subject.as_str(), limits::SUBJECT_CHARACTERS)
                    && fits(new.description.as_str(), limits::DESCRIPTION_CHARACTERS)
                    && new.tags.len() <= limits::TAGS
            });
            let said = report.messages.iter().chain(&report.first_words).all(|message| {
                fits(message.text.as_str(), limits::DESCRIPTION_CHARACTERS)
                    && fits(message.id.as_str(), limits::EXTERNAL_ID_CHARACTERS)
            });
            opening && said
        }
        _ => true,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_zendesk(&body);
        let _ = read_intercom(&body);
    }

    #[test]
    fn cut_bodies_are_refused(vendor in prop::sample::select(vec!["zendesk", "intercom"]), pick in any::<usize>(), cut in 1_usize..200) {
        let files = files(vendor);
        let (_, body) = &files[pick % files.len()];
        let body = body.trim_ascii_end();
        let body = &body[..body.len().saturating_sub(cut)];
        prop_assert!(read_zendesk(body).is_err());
        prop_assert!(read_intercom(body).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn changed_bodies_of_zendesk_are_read_or_refused(body in mutated("zendesk")) {
        prop_assert!(is_within_limits(&read_zendesk(&body)));
    }

    #[test]
    fn changed_bodies_of_intercom_are_read_or_refused(body in mutated("intercom")) {
        prop_assert!(is_within_limits(&read_intercom(&body)));
    }
}
