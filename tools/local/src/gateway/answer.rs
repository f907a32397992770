//! The answers API Gateway gives itself.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

use crate::authorizer::Refusal;

/// An answer of the gateway in place of the function's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GatewayAnswer {
    BadRequest,
    Unauthorized(Refusal),
    /// To a web page of an origin that may not call.
    ForeignPage,
    NotFound,
    RequestTimeout,
    /// To a sender that takes this server for another one.
    MisdirectedRequest,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    InternalServerError,
    ServiceUnavailable,
}

impl GatewayAnswer {
    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let (status, message) = match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "Bad Request"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::ForeignPage => (
                StatusCode::FORBIDDEN,
                "Web pages of this origin may not call the local API; see the parameter CorsOrigins",
            ),
            Self::MisdirectedRequest => {
                (StatusCode::MISDIRECTED_REQUEST, "The local API is not at this address")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::RequestTimeout => (StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
            Self::RequestEntityTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
            }
            Self::RequestHeaderFieldsTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")
            }
            Self::InternalServerError => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
            Self::ServiceUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        let body = json!({ "message": message }).to_string();
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        if let Self::Unauthorized(refusal) = self
            && let Ok(challenge) = HeaderValue::try_from(challenge(refusal))
        {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What is wrong with the token, as in "Troubleshooting issues with HTTP API JWT authorizers" of
/// the developer guide.
fn challenge(refusal: Refusal) -> String {
    match refusal {
        Refusal::NoToken => "Bearer".to_owned(),
        other => {
            format!(r#"Bearer scope="" error="invalid_token" error_description="{other}""#)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_token_is_explained() {
        let challenge = |refusal| {
            let response = GatewayAnswer::Unauthorized(refusal).into_response();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            response.headers()[WWW_AUTHENTICATE].to_str().unwrap().to_owned()
        };
        assert_eq!(challenge(Refusal::NoToken), "Bearer");
        assert_eq!(
            challenge(Refusal::WrongAudience),
            r#"Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience""#
        );
    }
}
