//! Holds the tables of `docs/api.md` to the code. With `UPDATE_DOCS=1` the tests write them instead.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::http::problem_kinds;
use copilot_aws::limits as aws;
use copilot_channels::limits as channels;
use copilot_core::limits as core;

use crate::limits;

/// Compares `table` with what stands between `<!-- name -->` and `<!-- /name -->`.
fn compare(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    if option_env!("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(found, table, "run this test with UPDATE_DOCS=1");
    }
}

/// `32_000` as `32,000`.
fn number(value: impl TryInto<u64>) -> String {
    let digits = value.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn days(time: Duration) -> String {
    format!("{} days", time.as_secs() / (24 * 60 * 60))
}

fn minutes(time: Duration) -> String {
    format!("{} minutes", time.as_secs() / 60)
}

fn rows() -> Vec<(&'static str, String)> {
    let characters = |limit| format!("{} characters", number(limit));
    let mut rows = fields(characters);
    rows.extend(pages());
    rows.extend(webhooks(characters));
    rows.extend(background());
    rows
}

fn fields(characters: impl Fn(usize) -> String) -> Vec<(&'static str, String)> {
    vec![
        ("body", format!("{} bytes", number(core::BODY_BYTES))),
        (
            "`customer_email`",
            format!("{} bytes, an address whose domain has a dot", core::EMAIL_BYTES),
        ),
        ("`customer_name`", characters(core::CUSTOMER_NAME_CHARACTERS)),
        ("`subject`", characters(core::SUBJECT_CHARACTERS) + ", one line"),
        ("`description`", characters(core::DESCRIPTION_CHARACTERS)),
        ("`order_id`", characters(core::ORDER_ID_CHARACTERS)),
        ("tag", format!("{}; {} tags a ticket", characters(core::TAG_CHARACTERS), core::TAGS)),
        ("`assignee`", characters(core::ASSIGNEE_CHARACTERS)),
        ("`note` of a change of status", characters(core::NOTE_CHARACTERS)),
        ("internal note", characters(core::INTERNAL_NOTE_CHARACTERS)),
        (
            "draft",
            format!(
                "{}, kept for {}",
                characters(core::DRAFT_CHARACTERS),
                days(aws::DRAFT_RETENTION)
            ),
        ),
        (
            "`actor` of a change of status or a note",
            characters(core::ACTOR_CHARACTERS) + ", one line",
        ),
        (
            "`Idempotency-Key`",
            format!(
                "1 to {} visible ASCII characters, quoted or not",
                channels::IDEMPOTENCY_KEY_CHARACTERS
            ),
        ),
        ("form token", format!("valid for {} minutes", limits::FORM_TOKEN_AGE.num_minutes())),
        ("errors listed in one answer", core::FAULTS_REPORTED.to_string()),
    ]
}

fn pages() -> Vec<(&'static str, String)> {
    vec![
        (
            "page of tickets",
            format!(
                "1 to {} tickets (default {}), {} tickets or {} bytes read, and {} bytes: a page of \
                 very large tickets ends early and its cursor continues",
                limits::PAGE_TICKETS_MAXIMUM,
                limits::PAGE_TICKETS_DEFAULT,
                aws::PAGE_READ_TICKETS,
                number(aws::PAGE_READ_BYTES),
                number(aws::PAGE_BYTES)
            ),
        ),
        (
            "description in a list, or in the answer to a change",
            format!(
                "whole up to {} bytes; else its first {} characters and `[…]`",
                number(aws::LONG_TEXT_BYTES),
                number(aws::CUT_TEXT_CHARACTERS)
            ),
        ),
        (
            "row of a list (`fields=row`)",
            format!(
                "the first {} characters of the description, on one line",
                limits::SNIPPET_CHARACTERS
            ),
        ),
        (
            "JSON answer",
            format!(
                "compressed from {} bytes on, for who takes gzip",
                number(limits::COMPRESSED_BYTES)
            ),
        ),
        (
            "page of a history or of messages",
            format!(
                "1 to {} entries (default {}), and 1 MB as stored",
                limits::PAGE_ENTRIES_MAXIMUM,
                limits::PAGE_ENTRIES_DEFAULT
            ),
        ),
        (
            "page of an export",
            format!(
                "1 to {} records (default {}) and those read with the last, and {} bytes of texts",
                limits::PAGE_RECORDS_MAXIMUM,
                limits::PAGE_RECORDS_DEFAULT,
                number(aws::EXPORT_PAGE_BYTES)
            ),
        ),
        ("cursor", format!("valid for {}", days(aws::CURSOR_AGE))),
    ]
}

fn webhooks(characters: impl Fn(usize) -> String) -> Vec<(&'static str, String)> {
    vec![
        (
            "time in a webhook's signature",
            format!("{} either way", minutes(channels::SIGNATURE_AGE)),
        ),
        ("webhook's secret", format!("read again after {}", minutes(aws::SECRET_AGE))),
        (
            "webhook's body that cannot be read",
            format!(
                "kept for {}, its delivery headers up to {}",
                days(aws::UNREADABLE_RETENTION),
                characters(limits::DELIVERY_HEADER_CHARACTERS)
            ),
        ),
        ("one replay of kept bodies", format!("{} bodies", limits::REPLAYED_BODIES)),
        (
            "tickets of one conversation that a notification completes",
            format!("the newest {}", limits::COMPLETED_TICKETS),
        ),
        ("messages taken from one notification", number(channels::MESSAGES_OF_A_NOTIFICATION)),
    ]
}

fn background() -> Vec<(&'static str, String)> {
    vec![
        (
            "one run of `requeue-stranded`",
            format!(
                "{} tickets, {}",
                number(limits::REQUEUED_TICKETS),
                seconds(limits::REQUEUE_TIME)
            ),
        ),
        (
            "one run of `close-resolved`",
            format!(
                "{} tickets closed, {} read, {}",
                number(limits::CLOSED_TICKETS),
                number(limits::READ_RESOLVED_TICKETS),
                seconds(limits::CLOSE_TIME)
            ),
        ),
        (
            "one call to erase a customer",
            format!("{}; the same call goes on", seconds(limits::ERASE_TIME)),
        ),
        (
            "one run of `erase-due`",
            format!(
                "{} closed tickets read, {}",
                number(limits::READ_CLOSED_TICKETS),
                seconds(limits::ERASE_DUE_TIME)
            ),
        ),
        ("report of an erasure", format!("kept for {}", days(aws::ERASURE_REPORT_RETENTION))),
        (
            "reasons, extracted values of a suggestion",
            format!("{}, {}", core::SUGGESTION_REASONS, core::EXTRACTED_VALUES),
        ),
        ("correction of the AI", format!("kept for {}", days(aws::CORRECTION_RETENTION))),
        ("batch of AI work", format!("{} messages at a time", limits::AI_WORK_AT_ONCE)),
        (
            "one call to DynamoDB or SQS",
            format!(
                "{} an attempt, {} attempts, {} in all",
                seconds(aws::ATTEMPT_TIMEOUT),
                aws::CALL_ATTEMPTS,
                seconds(aws::OPERATION_TIMEOUT)
            ),
        ),
    ]
}

/// One test, for both tables are written into one file.
#[test]
fn the_documented_limits_and_errors_are_those_of_the_code() {
    let mut table = String::from("| what | limit |\n|---|---|\n");
    for (what, limit) in rows() {
        writeln!(table, "| {what} | {limit} |").unwrap();
    }
    compare("limits", &table);
    let mut table = String::from("| status | `type` | when |\n|---|---|---|\n");
    for (status, name, when) in problem_kinds() {
        writeln!(table, "| {status} | `urn:problem-type:{name}` | {when} |").unwrap();
    }
    compare("errors", &table);
}
