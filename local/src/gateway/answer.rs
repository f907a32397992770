//! The answers API Gateway gives itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

/// An answer of the gateway in place of the function's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GatewayAnswer {
    BadRequest,
    NotFound,
    RequestTimeout,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    InternalServerError,
    ServiceUnavailable,
}

impl GatewayAnswer {
    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let (status, message) = match self {
            GatewayAnswer::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            GatewayAnswer::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            GatewayAnswer::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
            GatewayAnswer::RequestEntityTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
            }
            GatewayAnswer::RequestHeaderFieldsTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")
            }
            GatewayAnswer::InternalServerError => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
            GatewayAnswer::ServiceUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        };
        let body = json!({ "message": message }).to_string();
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }
}
