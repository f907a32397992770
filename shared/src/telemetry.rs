//! Logs: one JSON line per event on standard output, which Lambda hands to CloudWatch.
//!
//! What may be logged: ids, routes, status codes, durations, codes of errors. What may not: bodies,
//! subjects, addresses, names, secrets, and error texts that could quote them.

/// Starts logging as Lambda's logging controls say (`AWS_LAMBDA_LOG_FORMAT`, `AWS_LAMBDA_LOG_LEVEL`).
pub fn init() {
    lambda_runtime::tracing::init_default_subscriber();
}
