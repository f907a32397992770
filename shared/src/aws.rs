//! Connections to AWS services, made once per process and shared by all clients.

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::Error;
use crate::limits;

/// Region, credentials and endpoints from the SDK's own environment variables (`AWS_REGION`,
/// `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SQS`…), one HTTP client for
/// every service, and the timeouts of [`limits`].
pub async fn configuration() -> SdkConfig {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits::CONNECT_TIMEOUT)
        .operation_attempt_timeout(limits::ATTEMPT_TIMEOUT)
        .operation_timeout(limits::OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(limits::CALL_ATTEMPTS))
        .load()
        .await
}

/// Why a call failed, in words that may be logged: a service's own message can quote the data that
/// was sent, so only its code and request id are kept.
#[derive(Debug, thiserror::Error)]
enum CallFailure {
    #[error("no answer in time")]
    TimedOut,
    #[error("no connection: {0}")]
    NoConnection(String),
    #[error("the service answered {code} (request {request_id})")]
    Refused { code: String, request_id: String },
    #[error("the answer could not be read")]
    Unreadable,
    #[error("the request could not be built")]
    NotSent,
}

/// Codes with which AWS asks for patience; every 5xx counts as well.
const TRANSIENT_CODES: [&str; 8] = [
    "InternalServerError",
    "KMS.ThrottlingException",
    "LimitExceededException",
    "OverLimit",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ThrottlingException",
];

/// What a failed call means for us: unavailable when the same call may succeed soon, else a defect.
pub(crate) fn failure<E>(operation: &'static str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata,
{
    let (transient, failure) = match error {
        SdkError::TimeoutError(_) => (true, CallFailure::TimedOut),
        SdkError::DispatchFailure(failure) => {
            let cause = failure.as_connector_error().map(|error| innermost_cause(error));
            (true, CallFailure::NoConnection(cause.unwrap_or_default()))
        }
        SdkError::ServiceError(answer) => match answer.err().meta().code() {
            Some(code) => {
                let transient =
                    answer.raw().status().is_server_error() || TRANSIENT_CODES.contains(&code);
                let request_id = answer.raw().headers().get("x-amzn-requestid");
                let request_id = request_id.unwrap_or("unknown").to_owned();
                (transient, CallFailure::Refused { code: code.to_owned(), request_id })
            }
            // The service names each of its errors; this is an answer of something in between, or
            // one that arrived damaged, even if its status says success.
            None => (true, CallFailure::Unreadable),
        },
        SdkError::ResponseError(_) => (true, CallFailure::Unreadable),
        _ => (false, CallFailure::NotSent),
    };
    let source = Some(failure.into());
    if transient {
        Error::Unavailable { operation, source }
    } else {
        Error::Internal { operation, source }
    }
}

/// The last cause says most: "Connection refused (os error 111)".
fn innermost_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// An error of any operation.
    #[derive(Debug)]
    struct Refusal(ErrorMetadata);

    impl ProvideErrorMetadata for Refusal {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    fn refused(status: u16, code: Option<&str>) -> Error {
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        failure("try", &SdkError::service_error(Refusal(metadata.build()), answer))
    }

    #[test]
    fn what_may_succeed_soon_is_unavailable_and_the_rest_a_defect() {
        for (status, code) in [
            (400, Some("ThrottlingException")),
            (400, Some("KMS.ThrottlingException")),
            (500, Some("InternalFailure")),
            (503, Some("ServiceUnavailable")),
            (200, None),
            (403, None),
        ] {
            let error = refused(status, code);
            assert!(matches!(error, Error::Unavailable { .. }), "{status} {code:?}: {error:?}");
        }
        for code in ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"] {
            let error = refused(400, Some(code));
            assert!(matches!(error, Error::Internal { .. }), "{code}: {error:?}");
        }
    }
}
