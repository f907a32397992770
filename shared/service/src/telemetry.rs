//! Logs and metrics: one JSON line per event on standard output, which Lambda hands to CloudWatch.
//!
//! What may be logged: ids, routes, status codes, durations, codes of errors. What may not: bodies,
//! subjects, addresses, names, secrets, and error texts that could quote them. Who called is told by a
//! keyed hash, which nobody undoes without the secret of the stack.
//!
//! Metrics are CloudWatch's embedded ones (CloudWatch user guide, "Specification: Embedded metric
//! format"), written here: the crates for it bring a recorder for many threads and a background
//! task, for what is one JSON object. The line of a request carries its metrics, so that they cost
//! few bytes more.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use copilot_core::error::Error;
use copilot_core::stack_key::{Purpose, StackKey};
use copilot_core::ticket::{Source, TicketId};
use lambda_runtime::tracing::subscriber::filter::{EnvFilter, LevelFilter};
use lambda_runtime::tracing::subscriber::fmt;
use lambda_runtime::tracing::subscriber::util::SubscriberInitExt;
use tracing::field::DisplayValue;
use tracing::{error, warn};

/// Starts logging as Lambda's logging controls say (`AWS_LAMBDA_LOG_FORMAT`, `AWS_LAMBDA_LOG_LEVEL`).
/// `METRIC_NAMESPACE` is that of the metrics in CloudWatch, one for each stack, so that a trial stack
/// does not hide what another one lacks. Callers are told apart under `STACK_KEY`, and not at all where
/// there is none.
///
/// Rows of the table that the store cannot read are counted from then on.
pub fn init(variable: impl Fn(&str) -> Option<String>) {
    subscribe(&variable);
    copilot_aws::store::count_unreadable_rows(|rows| {
        measure(&[(Gauge::UnreadableRows, u64::try_from(rows).unwrap_or(u64::MAX))]);
    });
    if let Some(namespace) = variable("METRIC_NAMESPACE") {
        // Only a second call finds it set.
        let _ = NAMESPACE.set(namespace);
    }
    if let Some(key) = variable("STACK_KEY").and_then(|text| text.parse().ok()) {
        let _ = CALLERS.set(key);
    }
}

/// As `lambda_runtime`'s own subscriber, but flat: a line has its fields at the top, be it written by
/// `tracing` or by this module, so that one query finds both.
fn subscribe(variable: impl Fn(&str) -> Option<String>) {
    let directives = variable("RUST_LOG");
    let level = variable("AWS_LAMBDA_LOG_LEVEL").or_else(|| directives.clone());
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .parse_lossy(directives.unwrap_or_default());
    // CloudWatch notes when a line comes; the time would only be paid for twice.
    let lines = fmt().with_target(false).without_time().with_env_filter(filter);
    let is_json =
        variable("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("json"));
    // Only a second call finds one set, in tests.
    let _ = if is_json {
        lines.json().flatten_event(true).with_span_list(false).finish().try_init()
    } else {
        lines.finish().try_init()
    };
}

/// What caused `error`, for a line of the log. Errors keep nothing personal in their causes.
pub fn cause(error: &Error) -> Option<DisplayValue<&(dyn std::error::Error + 'static)>> {
    std::error::Error::source(error).map(tracing::field::display)
}

/// Logs what is wrong on our side with its cause. What is wrong with a request is left out: its text
/// could quote the request, and the line of the answer names the kind.
pub fn log(error: &Error) {
    match error {
        Error::Unavailable { operation, .. } => {
            warn!(operation, cause = cause(error), "unavailable")
        }
        Error::Internal { operation, .. } => {
            error!(operation, cause = cause(error), "internal error");
        }
        Error::Malformed(_)
        | Error::Invalid(_)
        | Error::InvalidParameters(_)
        | Error::TooLarge
        | Error::UnsupportedMediaType
        | Error::UnsupportedContentCoding
        | Error::NotAcceptable(_)
        | Error::Forbidden(_)
        | Error::Unauthenticated(_)
        | Error::MethodNotAllowed { .. }
        | Error::NotFound(_)
        | Error::Conflict(_)
        | Error::KeyReused
        | Error::Erased
        | Error::Outdated => {}
    }
}

/// Under which callers are told apart.
static CALLERS: OnceLock<StackKey> = OnceLock::new();
/// Bytes of a caller's hash in the log: enough that no two callers of a stack share one.
const CALLER_BYTES: usize = 8;

/// What the log calls a caller: the beginning of the HMAC of the issuer and subject of a token or of
/// the ARN of an identity, in hexadecimal digits. The same caller has the same one for ever.
pub fn caller_hash(name: &str) -> Option<String> {
    Some(hash_under(CALLERS.get()?, name))
}

fn hash_under(key: &StackKey, name: &str) -> String {
    let code = key.code(Purpose::Caller, &[name.as_bytes()]);
    code.iter().take(CALLER_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

static NAMESPACE: OnceLock<String> = OnceLock::new();
/// The namespace where none is given.
const DEFAULT_NAMESPACE: &str = "CustomerSupportCopilot";

/// How a request ended, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// A new ticket is stored.
    Created,
    /// A source sent again what is a ticket already.
    Duplicate,
    /// A client sent a request again whose answer is known.
    Replayed,
    /// A problem, by the name of its kind.
    Refused(&'static str),
    /// Anything else that went well; not counted.
    #[default]
    Done,
}

/// A request that was answered.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// Lambda's id of the request.
    pub request_id: &'a str,
    /// The root of its X-Ray trace.
    pub trace_id: Option<&'a str>,
    /// The route as the template writes it.
    pub route: &'a str,
    /// The status code of the answer.
    pub status: u16,
    /// Who called, as [`caller_hash`] tells it; nothing where nobody was asked.
    pub caller: Option<&'a str>,
    /// The ticket that the answer is about.
    pub ticket_id: Option<TicketId>,
    /// How long it took.
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

/// What is counted besides the outcomes of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A webhook without a right signature.
    SignatureRefused,
    /// A signed webhook body that could not be read and was kept.
    WebhookUnreadable,
    /// A message that could not be sent; `requeue-stranded` sends it later.
    AiWorkNotQueued,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gauge {
    /// For how many seconds the longest stranded ticket has waited for its AI work to be queued; 0
    /// when none is stranded.
    OldestStrandedSeconds,
    /// How many stranded tickets were sent again.
    Requeued,
    /// How many resolved tickets were closed because nobody reopened them.
    Closed,
    /// How many tickets were erased.
    Erased,
    /// The version of what the AI has learned that is in use.
    LearnedVersion,
    /// Rows of the table that a list went on without, as they cannot be read.
    UnreadableRows,
}

/// Logs and counts a request. The first one of a process is a cold start.
pub fn answered(request: &Answered<'_>) {
    static IS_WARM: AtomicBool = AtomicBool::new(false);
    let is_cold_start = !IS_WARM.swap(true, Ordering::Relaxed);
    write(&answered_line(request, is_cold_start, Utc::now()));
}

fn answered_line(request: &Answered<'_>, is_cold_start: bool, now: DateTime<Utc>) -> Value {
    // CloudWatch notes when a line comes; the time would only be paid for twice.
    let mut line = json!({
        "level": "INFO",
        "message": "answered",
        "requestId": request.request_id,
        "route": request.route,
        "status": request.status,
        "duration_ms": u64::try_from(request.duration.as_millis()).unwrap_or(u64::MAX)
    });
    if let Some(trace_id) = request.trace_id {
        line["trace_id"] = trace_id.into();
    }
    if let Some(caller) = request.caller {
        line["caller"] = caller.into();
    }
    if let Some(ticket_id) = request.ticket_id {
        line["ticket_id"] = ticket_id.to_string().into();
    }
    let mut metrics: Vec<(&str, u64)> = Vec::new();
    match request.outcome {
        Outcome::Created => metrics.push(("Created", 1)),
        Outcome::Duplicate => metrics.push(("Duplicate", 1)),
        Outcome::Replayed => metrics.push(("Replayed", 1)),
        Outcome::Refused(_) | Outcome::Done => {}
    }
    if is_cold_start {
        metrics.push(("ColdStart", 1));
    }
    let mut directives = directive(&metrics, None).into_iter().collect::<Vec<_>>();
    if let Outcome::Refused(reason) = request.outcome {
        line["Reason"] = reason.into();
        let refused = [("Refused", 1)];
        directives.extend(directive(&refused, Some("Reason")));
        metrics.extend(refused);
    }
    with_metrics(line, &metrics, directives, now)
}

/// Counts one `metric`, by the source it came from.
pub fn count(metric: Metric, source: Source) {
    let name = match metric {
        Metric::SignatureRefused => "SignatureRefused",
        Metric::WebhookUnreadable => "WebhookUnreadable",
        Metric::AiWorkNotQueued => "AiWorkNotQueued",
    };
    let metrics = [(name, 1)];
    let directives = directive(&metrics, Some("Source")).into_iter().collect();
    let line = json!({"level": "INFO", "message": "counted", "Source": source.name()});
    write(&with_metrics(line, &metrics, directives, Utc::now()));
}

/// AI work on a ticket that is done.
#[derive(Debug, Clone, Copy)]
pub struct Triaged<'a> {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The root of the X-Ray trace of the request that caused the work.
    pub trace_id: Option<&'a str>,
    /// What became of it.
    pub outcome: TriageOutcome<'a>,
    /// How long it took.
    pub duration: Duration,
}

/// What became of AI work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriageOutcome<'a> {
    /// A suggestion stands on the ticket.
    Suggested {
        /// The model that suggested.
        model: &'a str,
        /// Whether a person should look at it.
        needs_review: bool,
        /// Whether another model was asked first and did not answer as it should.
        fell_back: bool,
    },
    /// The ticket is closed or had its suggestion before.
    LeftAlone,
    /// The ticket was erased.
    Gone,
}

/// Logs and counts AI work that is done.
pub fn triaged(work: &Triaged<'_>) {
    write(&triaged_line(work, Utc::now()));
}

fn triaged_line(work: &Triaged<'_>, now: DateTime<Utc>) -> Value {
    let message = match work.outcome {
        TriageOutcome::Suggested { .. } => "triaged",
        TriageOutcome::LeftAlone => "left alone",
        TriageOutcome::Gone => "ticket is gone",
    };
    let mut line = json!({
        "level": "INFO",
        "message": message,
        "ticket_id": work.ticket_id.to_string(),
        "duration_ms": u64::try_from(work.duration.as_millis()).unwrap_or(u64::MAX)
    });
    if let Some(trace_id) = work.trace_id {
        line["trace_id"] = trace_id.into();
    }
    let mut metrics: Vec<(&str, u64)> = Vec::new();
    match work.outcome {
        TriageOutcome::Suggested { model, needs_review, fell_back } => {
            line["model"] = model.into();
            metrics.extend([("Triaged", 1), ("NeedsReview", u64::from(needs_review))]);
            metrics.extend(fell_back.then_some(("TriageFellBack", 1)));
        }
        TriageOutcome::LeftAlone => {}
        TriageOutcome::Gone => metrics.push(("TicketGone", 1)),
    }
    let directives = directive(&metrics, None).into_iter().collect();
    with_metrics(line, &metrics, directives, now)
}

/// Records what was measured at one time.
pub fn measure(gauges: &[(Gauge, u64)]) {
    let metrics: Vec<_> = gauges
        .iter()
        .map(|(gauge, value)| match gauge {
            Gauge::OldestStrandedSeconds => ("OldestStrandedSeconds", *value),
            Gauge::Requeued => ("Requeued", *value),
            Gauge::Closed => ("Closed", *value),
            Gauge::Erased => ("Erased", *value),
            Gauge::LearnedVersion => ("LearnedVersion", *value),
            Gauge::UnreadableRows => ("UnreadableRows", *value),
        })
        .collect();
    let directives = directive(&metrics, None).into_iter().collect();
    let line = json!({"level": "INFO", "message": "measured"});
    write(&with_metrics(line, &metrics, directives, Utc::now()));
}

/// What tells CloudWatch which members of a line are metrics, and by which member they are split.
fn directive(metrics: &[(&str, u64)], dimension: Option<&str>) -> Option<Value> {
    let namespace = NAMESPACE.get().map_or(DEFAULT_NAMESPACE, String::as_str);
    let definitions: Vec<Value> = metrics.iter().map(|(name, _)| json!({"Name": name})).collect();
    let dimensions: Vec<&str> = dimension.into_iter().collect();
    (!metrics.is_empty()).then(
        || json!({"Namespace": namespace, "Dimensions": [dimensions], "Metrics": definitions}),
    )
}

fn with_metrics(
    mut line: Value,
    metrics: &[(&str, u64)],
    directives: Vec<Value>,
    now: DateTime<Utc>,
) -> Value {
    if !directives.is_empty() {
        line["_aws"] = json!({
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": directives
        });
    }
    for (name, value) in metrics {
        line[*name] = (*value).into();
    }
    line
}

/// CloudWatch wants the whole line, so it goes past the log's own format.
fn write(line: &Value) {
    // A closed standard output means that nobody reads the log; the request goes on.
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome, is_cold_start: bool) -> Value {
        let request = Answered {
            request_id: "79104a6b-41a5-4f5e-8a9f-6f8b9b1d7f0e",
            trace_id: Some("1-67274f20-000000000000000000000001"),
            route: "POST /api/tickets/create",
            status: 201,
            caller: None,
            ticket_id: Some(TicketId::parse("TKT-20241103-A1B2C3D4").unwrap()),
            duration: Duration::from_micros(12_900),
            outcome,
        };
        answered_line(&request, is_cold_start, "2024-11-03T10:30:00.123Z".parse().unwrap())
    }

    #[test]
    fn a_request_is_one_line_with_its_metrics() {
        insta::assert_json_snapshot!("created", line(Outcome::Created, true));
        insta::assert_json_snapshot!("refused", line(Outcome::Refused("invalid-fields"), true));
        insta::assert_json_snapshot!("read", line(Outcome::Done, false));
    }

    #[test]
    fn a_caller_is_told_by_a_hash_that_the_secret_alone_makes() {
        // As docs/logging.md says how to make it.
        let (key, other) = ("0123456789abcdef".repeat(2), "0123456789abcdef".repeat(3));
        let hash = |key: &str, name| hash_under(&key.parse().unwrap(), name);
        let agent = hash(&key, "https://login.example agent-7");
        assert_eq!(agent, "2308c54bc3e1aa2c");
        assert_ne!(agent, hash(&other, "https://login.example agent-7"));
        assert_ne!(agent, hash(&key, "https://login.example agent-8"));
        let request = Answered {
            request_id: "79104a6b-41a5-4f5e-8a9f-6f8b9b1d7f0e",
            trace_id: None,
            route: "GET /api/tickets",
            status: 200,
            caller: Some(&agent),
            ticket_id: None,
            duration: Duration::from_millis(3),
            outcome: Outcome::Done,
        };
        let line = answered_line(&request, false, "2024-11-03T10:30:00.123Z".parse().unwrap());
        assert_eq!(line["caller"], agent);
    }

    #[test]
    fn ai_work_is_one_line_with_its_metrics() {
        let work = Triaged {
            ticket_id: TicketId::parse("TKT-20241103-A1B2C3D4").unwrap(),
            trace_id: Some("1-67274f20-000000000000000000000001"),
            outcome: TriageOutcome::Suggested {
                model: "hashed-ngrams@1",
                needs_review: true,
                fell_back: true,
            },
            duration: Duration::from_micros(6_900),
        };
        let now = "2024-11-03T10:30:00.123Z".parse().unwrap();
        insta::assert_json_snapshot!("triaged", triaged_line(&work, now));
        let left_alone = Triaged { outcome: TriageOutcome::LeftAlone, ..work };
        insta::assert_json_snapshot!("left_alone", triaged_line(&left_alone, now));
        let gone = Triaged { outcome: TriageOutcome::Gone, ..work };
        insta::assert_json_snapshot!("gone", triaged_line(&gone, now));
    }

    #[test]
    fn every_metric_that_is_announced_is_there() {
        for outcome in [
            Outcome::Created,
            Outcome::Duplicate,
            Outcome::Replayed,
            Outcome::Refused("unavailable"),
            Outcome::Done,
        ] {
            for is_cold_start in [true, false] {
                let line = line(outcome, is_cold_start);
                let directives = line["_aws"]["CloudWatchMetrics"].as_array();
                for directive in directives.into_iter().flatten() {
                    for metric in directive["Metrics"].as_array().unwrap() {
                        assert_eq!(line[metric["Name"].as_str().unwrap()], 1, "{line}");
                    }
                    for dimension in directive["Dimensions"][0].as_array().unwrap() {
                        assert!(line[dimension.as_str().unwrap()].is_string(), "{line}");
                    }
                }
            }
        }
    }
}
