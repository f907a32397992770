//! The HTTP side: one POST per action, named by the `X-Amz-Target` header.

use std::future::Future;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use crate::EmbeddedSqs;
use crate::actions::{self, RequestContext};
use crate::authorization::Authorize;
use crate::error::SqsError;

/// The largest request body in bytes: a full batch of 1 MiB in which JSON
/// writes every character as a six-byte escape, and room for the rest.
const MAXIMUM_REQUEST_BYTES: usize = 8 * 1_024 * 1_024;
/// What the action name is preceded by in `X-Amz-Target`.
const TARGET_PREFIX: &str = "AmazonSQS.";
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
const AMAZON_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

#[derive(Clone)]
struct ServerState {
    sqs: EmbeddedSqs,
    authorize: Option<Authorize>,
    /// Turns true at shutdown, which ends long polls.
    stopping: watch::Receiver<bool>,
}

/// Serves until `shutdown` is done and the open requests are answered.
pub(crate) async fn serve(
    sqs: EmbeddedSqs,
    listener: TcpListener,
    authorize: Option<Authorize>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), SqsError> {
    let (stop, stopping) = watch::channel(false);
    // The queue named in the path matters only when the body names none, so
    // one handler takes every path. There are no CORS headers: a web page
    // cannot set the target header and so cannot reach the queues.
    let router = Router::new()
        .fallback(post(answer))
        .layer(DefaultBodyLimit::max(MAXIMUM_REQUEST_BYTES))
        .with_state(ServerState { sqs, authorize, stopping });
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            shutdown.await;
            stop.send_replace(true);
        })
        .await?;
    Ok(())
}

async fn answer(
    State(state): State<ServerState>,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let mut response = match act(state, &uri, &headers, body).await {
        Ok(json) => json.into_response(),
        Err(error) => error_response(&error),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, AMAZON_JSON);
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

async fn act(
    state: ServerState,
    uri: &Uri,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Vec<u8>, SqsError> {
    let action = headers
        .get(TARGET)
        .and_then(|target| target.to_str().ok())
        .and_then(|target| target.strip_prefix(TARGET_PREFIX))
        .ok_or(SqsError::UnknownOperation)?
        .to_owned();
    let body =
        body.map_err(|rejection| SqsError::Serialization { reason: rejection.body_text() })?;
    if let Some(authorize) = &state.authorize {
        authorize(headers, &action, uri.path(), &body)?;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let context = RequestContext { host: host.map(str::to_owned), path: uri.path().to_owned() };
    if action == "ReceiveMessage" {
        let mut stopping = state.stopping;
        let stop = async move {
            // An error means that the server is gone, which is a stop too.
            stopping.wait_for(|stop| *stop).await.ok();
        };
        return actions::receive_message(&state.sqs, &context, &body, stop).await;
    }
    state.sqs.off_runtime(move |sqs| actions::perform(sqs, &context, &action, &body)).await
}

fn error_response(error: &SqsError) -> Response {
    let wire = error.wire();
    let (status, fault, message) = if matches!(error, SqsError::AccessDenied(_)) {
        (StatusCode::FORBIDDEN, "Sender", error.to_string())
    } else if error.is_sender_fault() {
        (StatusCode::BAD_REQUEST, "Sender", error.to_string())
    } else {
        tracing::error!(%error, "a queue request failed");
        let message = "The request processing has failed because of an internal error.";
        (StatusCode::INTERNAL_SERVER_ERROR, "Receiver", message.to_owned())
    };
    let body = serde_json::json!({
        "__type": format!("{}#{}", wire.namespace, wire.shape),
        "message": message,
    });
    let mut response = (status, body.to_string()).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("{};{fault}", wire.query_code)) {
        response.headers_mut().insert(QUERY_ERROR, value);
    }
    response
}
