//! Cross-origin requests, answered as API Gateway does where the API has a CORS configuration
//! ("Configure CORS for HTTP APIs" of the developer guide).

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, request};
use http_body_util::Full;
use sam_template::Cors;

use super::answer::GatewayAnswer;
use crate::web_page::{Sender, sender};

/// What is decided of a request before any route is looked for.
pub(super) enum Admission {
    /// It goes on; a page of this origin may read the answer.
    Admitted { origin: Option<String> },
    /// It is answered.
    Preflight(Response<Full<Bytes>>),
}

/// Decides whether the request may go on.
///
/// # Errors
/// The answer to a page that may not call, and to a sender that takes this server for another one.
pub(super) fn admit(
    cors: Option<&Cors>,
    head: &request::Parts,
) -> Result<Admission, GatewayAnswer> {
    let origin = match sender(&head.headers) {
        Sender::OwnOrProgram => return Ok(Admission::Admitted { origin: None }),
        Sender::Misled => return Err(GatewayAnswer::MisdirectedRequest),
        Sender::OtherPage { origin } => origin,
    };
    let is_allowed = |allowed: &String| allowed == "*" || allowed == origin;
    let cors = cors.filter(|cors| cors.allow_origins.iter().any(is_allowed));
    let Some(cors) = cors else { return Err(GatewayAnswer::ForeignPage) };
    let asks_first =
        head.method == Method::OPTIONS && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !asks_first {
        return Ok(Admission::Admitted { origin: Some(origin.to_owned()) });
    }
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    insert(headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods.join(","));
    insert(headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers.join(","));
    if let Some(seconds) = cors.max_age_seconds {
        headers.insert(ACCESS_CONTROL_MAX_AGE, seconds.into());
    }
    Ok(Admission::Preflight(response))
}

/// Lets a page of `origin` read the answer with these headers.
pub(super) fn let_read(cors: Option<&Cors>, origin: &str, headers: &mut HeaderMap) {
    insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    if let Some(cors) = cors.filter(|cors| !cors.expose_headers.is_empty()) {
        insert(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers.join(","));
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
