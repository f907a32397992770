//! Speaks with API Gateway's HTTP API in payload format 2.0. This module alone names status codes.

mod body;
mod caller;
mod delivery;
mod problem;
mod request;
mod response;
mod row_view;
mod timeline_view;
mod view;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use lambda_http::LambdaEvent;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::telemetry::{Answered, answered, caller_hash, log};
use copilot_core::error::Error;

pub use body::{
    ChangePage, CreatedTicket, CustomerErasure, CustomerExport, DraftView, ExportedRecord,
    FormTokenAnswer, Health, MessagePage, TicketPage, TicketSuggestion, WebhookAnswer,
    WebhookResult,
};
pub use caller::{Access, Scope};
use delivery::Delivery;
pub use delivery::takes_gzip;
pub use problem::Problem;
#[cfg(test)]
pub(crate) use problem::problem_kinds;
use request::trace_root;
pub use request::{Query, Request};
pub use response::Response;
pub use row_view::{ListedTicket, TicketRowView};
pub use timeline_view::{ChangeView, MessageView};
pub use view::{SuggestionView, TicketView};

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
            Ok::<_, lambda_http::Error>(answer(handle, event, |error| error).await)
        },
    ))
    .await
}

/// Like [`serve`], for webhooks. An internal error is answered as unavailable, since a vendor sends
/// again after that but not after a plain 500; by then the cause may be repaired. The function also
/// takes `{"replay": {"after": …}}`, which no request through API Gateway can be: only who may
/// invoke the function can send it.
///
/// # Errors
/// As [`serve`].
pub async fn serve_webhook<Handle, Answer, Replay, Replaying>(
    handle: Handle,
    replay: Replay,
) -> Result<(), lambda_http::Error>
where
    Handle: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Response, Error>>,
    Replay: Fn(Option<String>) -> Replaying,
    Replaying: Future<Output = Result<Replayed, Error>>,
{
    let (handle, replay) = (&handle, &replay);
    lambda_runtime::run(lambda_http::service_fn(|event: LambdaEvent<Invocation>| async move {
        match event.payload {
            Invocation::Replay { replay: Position { after } } => {
                let replayed = replay(after).await.inspect_err(log)?;
                info!(
                    acted_on = replayed.acted_on,
                    still_unreadable = replayed.still_unreadable,
                    "replayed"
                );
                Ok(InvocationAnswer::Replayed(replayed))
            }
            Invocation::Request(request) => {
                let event = LambdaEvent::new(*request, event.context);
                let answer = answer(handle, event, retryable).await;
                Ok::<_, lambda_http::Error>(InvocationAnswer::Response(Box::new(answer)))
            }
        }
    }))
    .await
}

/// What a webhook function is invoked with.
#[derive(Deserialize)]
#[serde(untagged)]
enum Invocation {
    Replay { replay: Position },
    Request(Box<ApiGatewayV2httpRequest>),
}

#[derive(Deserialize)]
struct Position {
    after: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum InvocationAnswer {
    Replayed(Replayed),
    Response(Box<ApiGatewayV2httpResponse>),
}

/// What became of kept webhook bodies that were put through again.
#[derive(Debug, Default, Serialize)]
pub struct Replayed {
    /// Bodies that could be read and were acted on.
    pub acted_on: u32,
    /// Bodies that stay kept.
    pub still_unreadable: u32,
    /// Where the next replay goes on, if this one did not come to the end.
    pub next: Option<String>,
}

fn retryable(error: Error) -> Error {
    match error {
        Error::Internal { operation, source } => Error::Unavailable { operation, source },
        other => other,
    }
}

async fn answer<Handle, Answer>(
    handle: &Handle,
    event: LambdaEvent<ApiGatewayV2httpRequest>,
    told: fn(Error) -> Error,
) -> ApiGatewayV2httpResponse
where
    Handle: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Response, Error>>,
{
    let started = Instant::now();
    let request_id = event.context.request_id.clone();
    let route = event.payload.route_key.clone().unwrap_or_default();
    let trace_id = event.context.xray_trace_id.as_deref().and_then(trace_root);
    let (mut caller, mut delivery) = (None, None);
    let outcome = match Request::read(event.payload, trace_id.clone()) {
        Ok(request) => {
            caller = request.caller().and_then(caller_hash);
            delivery = Some(Delivery::asked(&request));
            AssertUnwindSafe(async { handle(request).await })
                .catch_unwind()
                .await
                .unwrap_or(Err(Error::defect("handle a request")))
        }
        Err(error) => Err(error),
    };
    let response = outcome.unwrap_or_else(|error| {
        log(&error);
        problem::response(&told(error), &request_id)
    });
    let response = match delivery {
        Some(delivery) => delivery.of(response),
        None => response,
    };
    answered(&Answered {
        request_id: &request_id,
        trace_id: trace_id.as_deref(),
        route: &route,
        status: response.status(),
        caller: caller.as_deref(),
        ticket_id: response.ticket_id(),
        duration: started.elapsed(),
        outcome: response.outcome(),
    });
    response.into_event_response()
}
