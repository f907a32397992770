//! A DynamoDB that gives the answers that a test wants.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::{PaymentNumbers, Store};

/// The status and body of the answer to the call with this number.
type Answer = dyn Fn(usize) -> (u16, Value) + Send + Sync;

#[derive(Clone)]
pub(super) struct Fake {
    answer: Arc<Answer>,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Fake {
    /// Answers each call as `answer` says.
    pub(super) fn answering(
        answer: impl Fn(usize) -> (u16, Value) + Send + Sync + 'static,
    ) -> Self {
        Self { answer: Arc::new(answer), bodies: Arc::default() }
    }

    /// A store whose table is called `tickets`.
    pub(super) fn store(&self) -> Store {
        let connector = SharedHttpConnector::new(self.clone());
        let configuration = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .endpoint_url("http://dynamodb.invalid")
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(RetryConfig::disabled())
            .build();
        Store {
            client: Client::from_conf(configuration),
            table: "tickets".to_owned(),
            shards: "4".parse().unwrap(),
            key: "a key of at least 32 bytes, for tests".parse().unwrap(),
            payment_numbers: PaymentNumbers::default(),
        }
    }

    /// The bodies of all calls so far.
    pub(super) fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Fake").finish_non_exhaustive()
    }
}

impl HttpConnector for Fake {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let mut bodies = self.bodies.lock().unwrap();
        let (status, answer) = (self.answer)(bodies.len());
        bodies.push(body);
        let body = SdkBody::from(answer.to_string());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body)))
    }
}
