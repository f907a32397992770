//! Connections to AWS services, made once per process and shared by all clients.

mod trust;

use std::fmt;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::sdk_config::SharedCredentialsProvider;

use crate::limits;
use copilot_core::error::Error;

pub use trust::{TrustError, TrustedRoots};

/// A way to AWS's services: who calls, where, and one HTTP client for all of them.
pub struct Connection {
    configuration: SdkConfig,
    variable: Box<Variable>,
}

/// Reads the environment.
type Variable = dyn Fn(&str) -> Option<String>;

/// Why there is no way to AWS.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// Lambda sets it.
    #[error("AWS_REGION is not set")]
    NoRegion,
    /// The servers to trust are not known.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// The variable with an address that takes the place of every service's own.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

impl Connection {
    /// Region, credentials and endpoints from the variables that Lambda and the SDKs know
    /// (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SQS`…), which
    /// `variable` reads, and the timeouts of [`limits`].
    ///
    /// Nothing else is looked for: neither profiles nor the metadata of machines exist in Lambda,
    /// and leaving out the code for them makes a function a tenth smaller.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub fn new(
        variable: impl Fn(&str) -> Option<String> + 'static,
    ) -> Result<Self, ConnectionError> {
        let variable = move |name: &str| variable(name).filter(|value| !value.is_empty());
        let region = variable("AWS_REGION").ok_or(ConnectionError::NoRegion)?;
        let http_client = http_client(&TrustedRoots::choose(&variable))?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(limits::CONNECT_TIMEOUT)
            .operation_attempt_timeout(limits::ATTEMPT_TIMEOUT)
            .operation_timeout(limits::OPERATION_TIMEOUT)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(limits::CALL_ATTEMPTS)
            .with_initial_backoff(limits::RETRY_BACKOFF);
        let credentials = EnvironmentVariableCredentialsProvider::new();
        let configuration = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(timeouts)
            .retry_config(retries)
            .build();
        Ok(Self { configuration, variable: Box::new(variable) })
    }

    /// The configuration of the service whose own address the variable `endpoint` replaces.
    pub fn to_service(&self, endpoint: &str) -> SdkConfig {
        let configuration = self.configuration.clone().into_builder();
        match (self.variable)(endpoint).or_else(|| (self.variable)(ENDPOINT)) {
            None => configuration.build(),
            Some(address) => configuration.endpoint_url(address).build(),
        }
    }
}

/// One connector for all clients. The SDK's own client makes one for each service client and set of
/// timeouts, and each reads all roots again, which for a system's costs a millisecond or two.
fn http_client(roots: &TrustedRoots) -> Result<SharedHttpClient, TrustError> {
    let tls = TlsContext::builder()
        .with_trust_store(roots.load()?)
        .build()
        .map_err(TrustError::Refused)?;
    let settings =
        HttpConnectorSettings::builder().connect_timeout(limits::CONNECT_TIMEOUT).build();
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .pool_idle_timeout(limits::CONNECTION_IDLE)
        .build();
    let connector = SharedHttpConnector::new(connector);
    Ok(http_client_fn(move |_, _| connector.clone()))
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// The SDK's name for sending a call without a signature.
pub(crate) const UNSIGNED: AuthSchemeId = AuthSchemeId::new("noAuth");

/// How long a connection is waited for ahead of the first request.
pub(crate) fn connect_ahead_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(limits::CONNECT_AHEAD_TIMEOUT).build()
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

/// Codes with which AWS asks for patience; every 5xx counts as well. A call that meets a transaction on
/// the same item is refused with a conflict, and a transaction that is sent again too soon as in
/// progress.
const TRANSIENT_CODES: [&str; 17] = [
    "InternalServerError",
    "KMS.ThrottlingException",
    "LimitExceededException",
    "OverLimit",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// Whether AWS asks for patience with this code of an error.
pub(crate) fn is_transient(code: &str) -> bool {
    TRANSIENT_CODES.contains(&code)
}

/// What a failed call means for us: unavailable when the same call may succeed soon, else a defect. Its
/// source says why in words that may be logged.
pub fn failure<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Error
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
                let transient = answer.raw().status().is_server_error() || is_transient(code);
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
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

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
            (400, Some("TransactionConflictException")),
            (400, Some("TransactionInProgressException")),
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
