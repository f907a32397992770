//! Tests of the local stack itself, with real processes of the `test-function` binary.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod gateway_http;
mod queue_trigger;
mod schedule;
