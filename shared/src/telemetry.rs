//! Logs: one JSON line per event on standard output, which Lambda hands to CloudWatch.
//!
//! What may be logged: ids, routes, status codes, durations, codes of errors. What may not: bodies,
//! subjects, addresses, names, secrets, and error texts that could quote them.

use std::io::Write;

use crate::ticket::Source;

/// Starts logging as Lambda's logging controls say (`AWS_LAMBDA_LOG_FORMAT`, `AWS_LAMBDA_LOG_LEVEL`).
pub fn init() {
    lambda_runtime::tracing::init_default_subscriber();
}

/// What is counted, as CloudWatch embedded metrics in [`NAMESPACE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A webhook without a right signature.
    SignatureRefused,
    /// A signed webhook body that could not be read and was kept.
    WebhookUnreadable,
}

/// What is measured, in the same namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gauge {
    /// For how many seconds the longest stranded ticket has waited for its AI work to be queued; 0
    /// when none is stranded.
    OldestStrandedSeconds,
    /// How many stranded tickets were sent again.
    Requeued,
}

/// The namespace of the metrics in CloudWatch.
pub const NAMESPACE: &str = "CustomerSupportCopilot";

/// Counts one `metric`, by the source it came from.
pub fn count(metric: Metric, source: Source) {
    let name = match metric {
        Metric::SignatureRefused => "SignatureRefused",
        Metric::WebhookUnreadable => "WebhookUnreadable",
    };
    write_metrics(&[(name, "Count", 1)], Some(source));
}

/// Records what was measured at one time.
pub fn measure(gauges: &[(Gauge, u64)]) {
    let metrics: Vec<_> = gauges
        .iter()
        .map(|(gauge, value)| match gauge {
            Gauge::OldestStrandedSeconds => ("OldestStrandedSeconds", "Seconds", *value),
            Gauge::Requeued => ("Requeued", "Count", *value),
        })
        .collect();
    write_metrics(&metrics, None);
}

/// Writes `(name, unit, value)`s in CloudWatch's embedded metric format (CloudWatch user guide,
/// "Specification: Embedded metric format"), which must be the whole line, so it goes past the log's
/// own format.
fn write_metrics(metrics: &[(&str, &str, u64)], source: Option<Source>) {
    let definitions: Vec<_> = metrics
        .iter()
        .map(|(name, unit, _)| serde_json::json!({"Name": name, "Unit": unit}))
        .collect();
    let dimensions: &[&str] = if source.is_some() { &["Source"] } else { &[] };
    let mut line = serde_json::json!({
        "_aws": {
            "Timestamp": chrono::Utc::now().timestamp_millis(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [dimensions],
                "Metrics": definitions
            }]
        }
    });
    if let Some(source) = source {
        line["Source"] = source.name().into();
    }
    for (name, _, value) in metrics {
        line[*name] = (*value).into();
    }
    // A closed standard output means that nobody reads the metrics; the request goes on.
    let _ = writeln!(std::io::stdout(), "{line}");
}
