//! Errors as RFC 9457 problem documents. The one table of what answers with which status.

use lambda_http::http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::response::Response;
use crate::telemetry::Outcome;
use copilot_core::error::{Error, Fault, Place};
use copilot_core::limits;

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The kind of problem: `urn:problem-type:` and a name that stays the same.
    #[schema(example = "urn:problem-type:invalid-fields")]
    pub r#type: String,
    /// The kind of problem, for a person.
    #[schema(example = "Some fields are not valid")]
    pub title: String,
    /// The status code of the answer.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong with this request.
    #[schema(example = "1 field is not valid.")]
    pub detail: String,
    /// The id of this request, as it stands in the log.
    #[schema(example = "79104a6b-41a5-4f5e-8a9f-6f8b9b1d7f0e")]
    pub instance: String,
    /// Each wrong field, parameter or header; empty when the problem is another.
    pub errors: Vec<ProblemError>,
}

/// One wrong field, parameter or header.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemError {
    /// The field, as a JSON pointer into the body; absent for anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "#/customer_email", nullable = false)]
    pub pointer: Option<String>,
    /// The query parameter; absent for anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "limit", nullable = false)]
    pub parameter: Option<String>,
    /// The header; absent for anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "If-Match", nullable = false)]
    pub header: Option<String>,
    /// What is wrong with it.
    #[schema(example = "Must be an e-mail address such as john.doe@example.com.")]
    pub detail: String,
}

struct Kind {
    status: StatusCode,
    name: &'static str,
    title: &'static str,
}

const fn kind(status: StatusCode, name: &'static str, title: &'static str) -> Kind {
    Kind { status, name, title }
}

fn kind_of(error: &Error) -> Kind {
    match error {
        Error::Malformed(_) => {
            kind(StatusCode::BAD_REQUEST, "malformed-body", "The body cannot be read")
        }
        Error::Invalid(_) => {
            kind(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", "Some fields are not valid")
        }
        Error::InvalidParameters(_) => kind(
            StatusCode::BAD_REQUEST,
            "invalid-parameters",
            "Some parameters or headers are not valid",
        ),
        Error::TooLarge => {
            kind(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
        }
        Error::UnsupportedMediaType => kind(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body is not JSON",
        ),
        Error::UnsupportedContentCoding => kind(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-content-coding",
            "The body is compressed",
        ),
        Error::NotAcceptable(_) => {
            kind(StatusCode::NOT_ACCEPTABLE, "not-acceptable", "Not in a form that you accept")
        }
        Error::Forbidden(_) => kind(StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
        Error::Unauthenticated(_) => kind(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "The signature is missing or not valid",
        ),
        Error::MethodNotAllowed { .. } => {
            kind(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed")
        }
        Error::NotFound(_) => kind(StatusCode::NOT_FOUND, "not-found", "Not found"),
        Error::Conflict(_) => {
            kind(StatusCode::CONFLICT, "conflict", "The ticket's state does not allow this")
        }
        Error::KeyReused => kind(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "The Idempotency-Key was used for another request",
        ),
        Error::Erased => kind(StatusCode::GONE, "erased", "The ticket was erased"),
        Error::Outdated => kind(
            StatusCode::PRECONDITION_FAILED,
            "outdated",
            "The ticket has changed since it was read",
        ),
        Error::Unavailable { .. } => {
            kind(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Temporarily unavailable")
        }
        Error::Internal { .. } => {
            kind(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error")
        }
    }
}

/// What the client learns about this error.
fn detail_of(error: &Error) -> String {
    match error {
        Error::Malformed(detail) => detail.clone().into_owned(),
        Error::Invalid(faults) => count(faults, "field"),
        Error::InvalidParameters(faults) => count(faults, "parameter"),
        Error::TooLarge => format!("A body may have at most {} bytes.", limits::BODY_BYTES),
        Error::UnsupportedMediaType => {
            "Send the body as JSON, with the header Content-Type: application/json.".to_owned()
        }
        Error::UnsupportedContentCoding => {
            "Send the body as it is, without the header Content-Encoding.".to_owned()
        }
        Error::NotAcceptable(why) => (*why).to_owned(),
        Error::Forbidden(why) => why.clone().into_owned(),
        Error::Unauthenticated(why) => why.clone(),
        Error::MethodNotAllowed { allowed } => format!("Allowed here: {allowed}."),
        Error::NotFound(what) => (*what).to_owned(),
        Error::Conflict(why) => why.clone(),
        Error::KeyReused => {
            "This key was already sent with a different body. Use a new key for a new request."
                .to_owned()
        }
        Error::Erased => {
            "The ticket that this request made was erased. Use a new key for a new ticket."
                .to_owned()
        }
        Error::Outdated => {
            "The ticket has a version other than the one in If-Match. Read it again and retry."
                .to_owned()
        }
        Error::Unavailable { .. } => {
            "The request may not have been carried out. Send it again in a moment.".to_owned()
        }
        Error::Internal { .. } => {
            "Something failed on our side. The log names the cause under this instance.".to_owned()
        }
    }
}

fn count(faults: &[Fault], what: &str) -> String {
    match faults.len() {
        1 => format!("1 {what} is not valid."),
        more => format!("{more} {what}s are not valid."),
    }
}

pub(super) fn response(error: &Error, request_id: &str) -> Response {
    let kind = kind_of(error);
    let errors = match error {
        Error::Invalid(faults) | Error::InvalidParameters(faults) => {
            faults.iter().map(problem_error).collect()
        }
        _ => Vec::new(),
    };
    let problem = Problem {
        r#type: format!("urn:problem-type:{}", kind.name),
        title: kind.title.to_owned(),
        status: kind.status.as_u16(),
        detail: detail_of(error),
        instance: request_id.to_owned(),
        errors,
    };
    let mut response = Response::json(kind.status, &problem)
        .unwrap_or_else(|_| Response::new(kind.status, Vec::new(), true));
    response.header(header::CONTENT_TYPE, "application/problem+json");
    match error {
        Error::MethodNotAllowed { allowed } => response.header(header::ALLOW, allowed),
        // RFC 9110, section 15.5.16: which codings would have been taken.
        Error::UnsupportedContentCoding => response.header(header::ACCEPT_ENCODING, "identity"),
        // RFC 9110, section 11.6.1, wants a challenge; no scheme is registered for signed bodies.
        Error::Unauthenticated(_) => response.header(header::WWW_AUTHENTICATE, "Signature"),
        Error::Unavailable { .. } => {
            response.header(header::RETRY_AFTER, &crate::limits::RETRY_AFTER_SECONDS.to_string());
        }
        _ => {}
    }
    response.counted_as(Outcome::Refused(kind.name))
}

fn problem_error(fault: &Fault) -> ProblemError {
    let mut error =
        ProblemError { pointer: None, parameter: None, header: None, detail: fault.detail.clone() };
    match &fault.place {
        Place::Pointer(pointer) => error.pointer = Some(pointer.clone()),
        Place::Parameter(name) => error.parameter = Some(name.clone()),
        Place::Header(name) => error.header = Some((*name).to_owned()),
    }
    error
}

/// Each kind of problem for the documentation: status, name, and when it is answered.
#[cfg(test)]
pub(crate) fn problem_kinds() -> Vec<(u16, &'static str, &'static str)> {
    let errors = [
        Error::Malformed("".into()),
        Error::InvalidParameters(Vec::new()),
        Error::Unauthenticated(String::new()),
        Error::Forbidden("".into()),
        Error::NotFound(""),
        Error::MethodNotAllowed { allowed: "" },
        Error::NotAcceptable(""),
        Error::Conflict(String::new()),
        Error::Erased,
        Error::Outdated,
        Error::TooLarge,
        Error::UnsupportedMediaType,
        Error::UnsupportedContentCoding,
        Error::Invalid(Vec::new()),
        Error::KeyReused,
        Error::defect(""),
        Error::unavailable(""),
    ];
    errors.iter().map(|error| (error, kind_of(error))).map(described).collect()
}

/// A variant that is added to [`Error`] must be described here, and listed in [`problem_kinds`].
#[cfg(test)]
fn described((error, kind): (&Error, Kind)) -> (u16, &'static str, &'static str) {
    let when = match error {
        Error::Malformed(_) => "the body is not a JSON object in UTF-8",
        Error::InvalidParameters(_) => {
            "a query parameter is not valid or unknown, or a header is not valid"
        }
        Error::UnsupportedContentCoding => {
            "the body is compressed; `Accept-Encoding` of the answer names what is taken"
        }
        Error::NotAcceptable(_) => {
            "a file of the documentation is asked for in a form other than gzip"
        }
        Error::Forbidden(_) => {
            "the token names nobody, or lacks the scope that the route asks for; `detail` names it. \
             Or a stranger's create came past the edge (`OriginSecret`)"
        }
        Error::Unauthenticated(_) => "a webhook's signature is missing, wrong or expired",
        Error::NotFound(_) => "there is no ticket with this id",
        Error::MethodNotAllowed { .. } => {
            "a function was called with a method that it does not serve (API Gateway answers 404 \
             before that)"
        }
        Error::Conflict(_) => {
            "the lifecycle does not allow the change; `detail` names what it allows"
        }
        Error::Erased => "the ticket of this `Idempotency-Key` was erased",
        Error::Outdated => "the ticket's version is not the one in `If-Match`",
        Error::TooLarge => "the body is too large (of a webhook's body, the beginning is kept)",
        Error::UnsupportedMediaType => {
            "the header `Content-Type` is missing or not `application/json` nor, for `PATCH`, \
             `application/merge-patch+json` (webhooks accept any type)"
        }
        Error::Invalid(_) => "fields are wrong, missing or unknown, all of them named at once",
        Error::KeyReused => "the `Idempotency-Key` was already used with a different body",
        Error::Internal { .. } => "an error on our side; a retry does not help",
        Error::Unavailable { .. } => {
            "DynamoDB does not answer or throttles, a webhook's secret cannot be read, or others \
             keep changing the ticket; `Retry-After` says when to try again"
        }
    };
    (kind.status.as_u16(), kind.name, when)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(error: &Error) -> serde_json::Value {
        let event = response(error, "request-1").into_event_response();
        let event = serde_json::to_value(event).unwrap();
        serde_json::from_str(event["body"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn causes_and_values_stay_inside() {
        let error = Error::Unavailable {
            operation: "secret operation",
            source: Some("secret cause".into()),
        };
        let text = document(&error).to_string();
        assert!(!text.contains("secret"), "{text}");
        let answer = serde_json::to_value(response(&error, "r").into_event_response()).unwrap();
        assert_eq!(answer["headers"]["retry-after"], "2");
        assert_eq!(answer["statusCode"], 503);
    }

    #[test]
    fn a_fault_names_its_field() {
        let fault = Fault::at(&["subject"], "Is required.");
        assert_eq!(
            document(&Error::Invalid(vec![fault])),
            serde_json::json!({
                "type": "urn:problem-type:invalid-fields",
                "title": "Some fields are not valid",
                "status": 422,
                "detail": "1 field is not valid.",
                "instance": "request-1",
                "errors": [{"pointer": "#/subject", "detail": "Is required."}]
            })
        );
    }
}
