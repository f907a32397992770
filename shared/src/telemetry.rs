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

/// The namespace of the metrics in CloudWatch.
pub const NAMESPACE: &str = "CustomerSupportCopilot";

/// Counts one `metric`, by the source it came from.
///
/// The line is CloudWatch's embedded metric format (CloudWatch user guide, "Specification: Embedded
/// metric format"), which must be the whole line, so it goes past the log's own format.
pub fn count(metric: Metric, source: Source) {
    let name = match metric {
        Metric::SignatureRefused => "SignatureRefused",
        Metric::WebhookUnreadable => "WebhookUnreadable",
    };
    let line = serde_json::json!({
        "_aws": {
            "Timestamp": chrono::Utc::now().timestamp_millis(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Source"]],
                "Metrics": [{"Name": name, "Unit": "Count"}]
            }]
        },
        "Source": source.name(),
        name: 1
    });
    // A closed standard output means that nobody reads the metrics; the request goes on.
    let _ = writeln!(std::io::stdout(), "{line}");
}
