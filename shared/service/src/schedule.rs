//! Functions that a schedule runs.

use lambda_http::LambdaEvent;
use serde::Serialize;
use serde_json::Value;

use crate::telemetry;
use copilot_core::error::Error;

/// Runs the Lambda runtime: each event is one run of `handle`, which gets it and whose outcome is the
/// answer. A run that fails is reported as failed, which Lambda counts and tries again.
///
/// # Errors
/// Only when the Runtime API itself fails; Lambda then starts a new process.
pub async fn serve<Handle, Run, Outcome>(handle: Handle) -> Result<(), lambda_http::Error>
where
    Handle: Fn(Value) -> Run,
    Run: Future<Output = Result<Outcome, Error>>,
    Outcome: Serialize,
{
    let handle = &handle;
    lambda_runtime::run(lambda_http::service_fn(|event: LambdaEvent<Value>| async move {
        handle(event.payload).await.inspect_err(telemetry::log).map_err(lambda_http::Error::from)
    }))
    .await
}
