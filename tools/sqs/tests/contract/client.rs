//! SDK clients, the embedded server, and steps that many behaviours share.

use std::future::Future;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use sqs::EmbeddedSqs;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The region that clients sign for and the embedded server is in.
pub const REGION: &str = "us-east-1";
/// The account of the embedded server.
pub const ACCOUNT_ID: &str = "123456789012";
/// How often to look for something that happens by itself.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// An embedded server with a database in memory.
pub struct EmbeddedServer {
    pub endpoint: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl EmbeddedServer {
    pub async fn start() -> Self {
        Self::serve(EmbeddedSqs::in_memory(REGION, ACCOUNT_ID).unwrap()).await
    }

    pub async fn serve(sqs: EmbeddedSqs) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            let shutdown = async {
                stopped.await.ok();
            };
            sqs.serve(listener, None, shutdown).await.unwrap();
        });
        Self { endpoint, stop, running }
    }

    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap();
    }
}

pub fn client_for(endpoint: &str) -> Client {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(endpoint)
        .http_client(http)
        .build();
    Client::from_conf(config)
}

/// A queue name that no other behaviour and no other run uses.
pub fn fresh_name() -> String {
    format!("contract-{}", uuid::Uuid::new_v4())
}

/// Creates a queue under a fresh name and returns its URL.
pub async fn create_queue(client: &Client, attributes: &[(QueueAttributeName, &str)]) -> String {
    let mut request = client.create_queue().queue_name(fresh_name());
    for (name, value) in attributes {
        request = request.attributes(name.clone(), *value);
    }
    request.send().await.unwrap().queue_url.unwrap()
}

/// Sends a body and returns the message id.
pub async fn send(client: &Client, queue_url: &str, body: &str) -> String {
    let request = client.send_message().queue_url(queue_url);
    let sent = request.message_body(body).send().await.unwrap();
    sent.message_id.unwrap()
}

/// Receives up to ten messages without waiting.
pub async fn receive(client: &Client, queue_url: &str) -> Vec<Message> {
    let request = client.receive_message().queue_url(queue_url);
    let received = request.max_number_of_messages(10).wait_time_seconds(0);
    received.send().await.unwrap().messages.unwrap_or_default()
}

/// Receives the one message that has to be visible now.
pub async fn receive_one(client: &Client, queue_url: &str) -> Message {
    let mut messages = receive(client, queue_url).await;
    assert_eq!(messages.len(), 1, "one visible message");
    messages.remove(0)
}

/// The numbers of visible, in-flight and delayed messages.
pub async fn counts(client: &Client, queue_url: &str) -> (String, String, String) {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let answer = client
        .get_queue_attributes()
        .queue_url(queue_url)
        .set_attribute_names(Some(names.to_vec()))
        .send()
        .await
        .unwrap();
    let attributes = answer.attributes.unwrap();
    let [visible, in_flight, delayed] = names.map(|name| attributes[&name].clone());
    (visible, in_flight, delayed)
}

/// One attribute of a queue.
pub async fn attribute(client: &Client, queue_url: &str, name: QueueAttributeName) -> String {
    let request = client.get_queue_attributes().queue_url(queue_url);
    let answer = request.attribute_names(name.clone()).send().await.unwrap();
    answer.attributes.unwrap()[&name].clone()
}

/// The error code of a call that has to fail.
pub fn error_code<T: std::fmt::Debug, E: ProvideErrorMetadata>(
    result: Result<T, SdkError<E>>,
) -> String {
    let error = result.expect_err("the call has to fail");
    error.code().unwrap_or("no code").to_owned()
}

/// Repeats a look until it finds something; the caller's timeout bounds it.
pub async fn eventually<T, F: Future<Output = Option<T>>>(look: impl Fn() -> F) -> T {
    loop {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
    }
}
