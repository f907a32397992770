//! Speaks with API Gateway's HTTP API in payload format 2.0. This module alone names status codes.

mod problem;
mod request;
mod response;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use lambda_http::LambdaEvent;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use tracing::{error, info, warn};

use crate::error::Error;

pub use problem::Problem;
pub use request::{Query, Request};
pub use response::{CreatedTicket, Response, TicketPage};

/// Runs the Lambda runtime: each event becomes a [`Request`] for `handle`, each outcome an answer
/// and one line in the log. A panic in `handle` answers that request with a problem and the process
/// lives on.
///
/// # Errors
/// Only when the Runtime API itself fails; Lambda then starts a new process.
pub async fn serve<Handle, Answer>(handle: Handle) -> Result<(), lambda_http::Error>
where
    Handle: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Response, Error>>,
{
    let handle = &handle;
    lambda_runtime::run(lambda_http::service_fn(
        |event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
            Ok::<_, lambda_http::Error>(answer(handle, event).await)
        },
    ))
    .await
}

async fn answer<Handle, Answer>(
    handle: &Handle,
    event: LambdaEvent<ApiGatewayV2httpRequest>,
) -> ApiGatewayV2httpResponse
where
    Handle: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Response, Error>>,
{
    let started = Instant::now();
    let request_id = event.context.request_id.clone();
    let route = event.payload.route_key.clone().unwrap_or_default();
    let outcome = match Request::read(event.payload, event.context) {
        Ok(request) => AssertUnwindSafe(async { handle(request).await })
            .catch_unwind()
            .await
            .unwrap_or(Err(Error::Internal { operation: "handle a request", source: None })),
        Err(error) => Err(error),
    };
    let response = outcome.unwrap_or_else(|error| {
        log(&error);
        problem::response(&error, &request_id)
    });
    // The runtime's span around each line names the request.
    info!(
        route,
        status = response.status(),
        ticket_id = response.ticket_id().map(tracing::field::display),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response.into_event_response()
}

/// Our own troubles with their cause, the client's without: those could quote the request.
fn log(error: &Error) {
    match error {
        Error::Unavailable { operation, source } => {
            let cause = source.as_deref().map(tracing::field::display);
            warn!(operation, cause, "unavailable");
        }
        Error::Internal { operation, source } => {
            let cause = source.as_deref().map(tracing::field::display);
            error!(operation, cause, "internal error");
        }
        Error::Malformed(_)
        | Error::Invalid(_)
        | Error::InvalidParameters(_)
        | Error::TooLarge
        | Error::UnsupportedMediaType
        | Error::MethodNotAllowed { .. }
        | Error::NotFound(_)
        | Error::Conflict(_) => {}
    }
}
