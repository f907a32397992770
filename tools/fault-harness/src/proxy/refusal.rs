//! How the real services refuse a call, as the SDK of the functions reads it.
//!
//! Both speak JSON: the error is the part of `__type` after `#`. SQS also sends the code of its older
//! protocol in `x-amzn-query-error`, and the SDK reports that one.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

use crate::schedule::Service;

const AMAZON_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// Throttling of DynamoDB (API reference, "Common errors" and "Error handling").
const DYNAMODB_THROTTLED: [(&str, &str); 3] = [
    (
        "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded.",
    ),
    ("com.amazon.coral.availability#ThrottlingException", "Rate of requests exceeds the limit."),
    (
        "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded",
        "Throughput exceeds the current throughput limit for your account.",
    ),
];

/// Throttling of SQS with the code of the older protocol (service model of SQS, 2012-11-05).
const SQS_THROTTLED: [(&str, &str); 4] = [
    ("com.amazonaws.sqs#RequestThrottled", "RequestThrottled"),
    ("com.amazonaws.sqs#OverLimit", "OverLimit"),
    ("com.amazonaws.sqs#KmsThrottled", "KMS.ThrottlingException"),
    ("com.amazon.coral.availability#ThrottlingException", "ThrottlingException"),
];

/// A request to slow down; `words` chooses among those that the service has.
pub(super) fn throttled(service: Service, words: u32) -> Response<Full<Bytes>> {
    let words = usize::try_from(words).unwrap_or_default();
    match service {
        Service::DynamoDb => {
            let words = DYNAMODB_THROTTLED.get(words % DYNAMODB_THROTTLED.len());
            let (kind, message) = words.copied().unwrap_or_default();
            refusal(StatusCode::BAD_REQUEST, kind, message)
        }
        Service::Sqs => {
            let words = SQS_THROTTLED.get(words % SQS_THROTTLED.len());
            let (kind, code) = words.copied().unwrap_or_default();
            let refusal = refusal(StatusCode::BAD_REQUEST, kind, "Rate exceeded.");
            with_query_error(refusal, &format!("{code};Sender"))
        }
    }
}

/// A failure inside the service.
pub(super) fn server_error(service: Service) -> Response<Full<Bytes>> {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let message = "The server encountered an internal error.";
    match service {
        Service::DynamoDb => {
            refusal(status, "com.amazonaws.dynamodb.v20120810#InternalServerError", message)
        }
        Service::Sqs => with_query_error(
            refusal(status, "com.amazon.coral.service#InternalFailure", message),
            "InternalFailure;Receiver",
        ),
    }
}

/// The service is overloaded.
pub(super) fn unavailable(service: Service) -> Response<Full<Bytes>> {
    let kind = "com.amazon.coral.availability#ServiceUnavailableException";
    let refusal = refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        kind,
        "The service is currently unavailable or busy.",
    );
    match service {
        Service::DynamoDb => refusal,
        Service::Sqs => with_query_error(refusal, "ServiceUnavailable;Receiver"),
    }
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    let body = json!({"__type": kind, "message": message}).to_string();
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, AMAZON_JSON);
    response
}

fn with_query_error(mut refusal: Response<Full<Bytes>>, code: &str) -> Response<Full<Bytes>> {
    if let Ok(code) = HeaderValue::from_str(code) {
        refusal.headers_mut().insert(QUERY_ERROR, code);
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_chooses_words_and_only_sqs_sends_the_old_code() {
        for words in [0, 1, 2, 3, 4, u32::MAX] {
            let dynamodb = throttled(Service::DynamoDb, words);
            assert_eq!(dynamodb.status(), 400);
            assert!(!dynamodb.headers().contains_key(QUERY_ERROR));
            let sqs = throttled(Service::Sqs, words);
            let code = sqs.headers()[QUERY_ERROR].to_str().unwrap();
            assert!(code.len() > ";Sender".len() && code.ends_with(";Sender"), "{code}");
        }
        assert_eq!(server_error(Service::Sqs).status(), 500);
        assert_eq!(unavailable(Service::DynamoDb).status(), 503);
    }
}
