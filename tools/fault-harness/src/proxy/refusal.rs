//! How the real services refuse a call, as the SDK of the functions reads it.
//!
//! Both speak JSON: the error is the part of `__type` after `#`. SQS also sends the code of its older
//! protocol in `x-amzn-query-error`, and the SDK reports that one.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::schedule::{CancelReason, Service};

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

/// A transaction of as many writes as `call` has, cancelled for one of them.
pub(super) fn cancelled(call: &[u8], reason: CancelReason, write: u32) -> Response<Full<Bytes>> {
    let call: Value = serde_json::from_slice(call).unwrap_or_default();
    let writes = call["TransactItems"].as_array().map_or(1, Vec::len).max(1);
    let at_fault = match reason {
        CancelReason::ConditionFailed => 0,
        _ => usize::try_from(write).unwrap_or_default() % writes,
    };
    let codes: Vec<&str> =
        (0..writes).map(|index| if index == at_fault { reason.code() } else { "None" }).collect();
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": message,
        "CancellationReasons": reasons
    });
    json_answer(StatusCode::BAD_REQUEST, &body)
}

/// A transaction that was sent again while it was under way.
pub(super) fn in_progress() -> Response<Full<Bytes>> {
    refusal(
        StatusCode::BAD_REQUEST,
        "com.amazonaws.dynamodb.v20120810#TransactionInProgressException",
        "The transaction with the given request token is already in progress.",
    )
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
    json_answer(status, &json!({"__type": kind, "message": message}))
}

fn json_answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_string()));
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

    #[tokio::test]
    async fn a_cancellation_has_a_reason_for_each_write_and_one_at_fault() {
        use http_body_util::BodyExt;

        let call = json!({"TransactItems": [{"Update": {}}, {"Put": {}}, {"Put": {}}]}).to_string();
        for (reason, write, expected) in [
            (CancelReason::Throttled, 5, ["None", "None", "ThrottlingError"]),
            (CancelReason::ConditionFailed, 5, ["ConditionalCheckFailed", "None", "None"]),
        ] {
            let answer = cancelled(call.as_bytes(), reason, write);
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let body: Value = serde_json::from_slice(&body).unwrap();
            let reasons = body["CancellationReasons"].as_array().unwrap();
            let codes: Vec<&str> =
                reasons.iter().map(|reason| reason["Code"].as_str().unwrap()).collect();
            assert_eq!(codes, expected);
        }
    }

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
        assert_eq!(in_progress().status(), 400);
        assert_eq!(unavailable(Service::DynamoDb).status(), 503);
    }
}
