//! What the Runtime API says and understands, as HTTP.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use super::{FunctionError, Invocation};

const ERROR_TYPE_HEADER: &str = "lambda-runtime-function-error-type";
const ERROR_BODY_HEADER: &str = "lambda-runtime-function-error-body";

/// The event with the headers of an invocation.
pub(super) fn event(invocation: Invocation) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(invocation.event));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", invocation.function_arn),
        ("lambda-runtime-trace-id", invocation.trace_id),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

pub(super) fn accepted() -> Response<Full<Bytes>> {
    answer(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}

pub(super) fn not_found() -> Response<Full<Bytes>> {
    refusal(StatusCode::NOT_FOUND, "NotFound", "no such resource")
}

pub(super) fn invalid_request_id() -> Response<Full<Bytes>> {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

pub(super) fn invalid_state_transition() -> Response<Full<Bytes>> {
    refusal(StatusCode::FORBIDDEN, "InvalidStateTransition", "State transition is not allowed")
}

pub(super) fn unreadable_body() -> Response<Full<Bytes>> {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequest", "the body could not be read")
}

pub(super) fn too_large(error: &FunctionError) -> Response<Full<Bytes>> {
    refusal(StatusCode::PAYLOAD_TOO_LARGE, &error.error_type, &error.message)
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response<Full<Bytes>> {
    answer(status, &json!({ "errorType": error_type, "errorMessage": message }))
}

fn answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Reads a posted error: the JSON members `errorType` and `errorMessage`, or else
/// the type from the header and the body as the message.
pub(super) fn parse_error(headers: &HeaderMap, body: &[u8]) -> FunctionError {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let member = |name: &str| {
        let value = parsed.as_ref()?.get(name)?.as_str()?;
        Some(value.to_owned())
    };
    FunctionError {
        error_type: member("errorType")
            .or_else(|| header(headers, ERROR_TYPE_HEADER))
            .unwrap_or_else(|| "Runtime.UnknownReason".to_owned()),
        message: member("errorMessage")
            .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()),
    }
}

/// An error that came up while a response was streamed stands in its trailers.
pub(super) fn midstream_error(trailers: &HeaderMap) -> Option<FunctionError> {
    Some(FunctionError {
        error_type: header(trailers, ERROR_TYPE_HEADER)?,
        message: header(trailers, ERROR_BODY_HEADER).unwrap_or_default(),
    })
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
