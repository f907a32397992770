//! One client: sends creates, each as often as it needs.

use std::sync::Arc;

use reqwest::{RequestBuilder, StatusCode};

use super::{Answer, Create, Idempotency, Record};
use crate::proxy::Injection;
use crate::reply::{self, Misbehaviour, REQUEST_TIMEOUT, Reply};

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Why no client can send.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct ClientError(#[source] reqwest::Error);

/// An HTTP client for the product.
///
/// # Errors
/// [`ClientError`].
pub fn http_client() -> Result<reqwest::Client, ClientError> {
    let http = reqwest::Client::builder().no_proxy().timeout(REQUEST_TIMEOUT);
    http.build().map_err(ClientError)
}

/// Sends creates.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    address: String,
    injection: Arc<Injection>,
}

impl Client {
    pub(super) fn new(api: &str, injection: Arc<Injection>) -> Result<Self, ClientError> {
        Ok(Self { http: http_client()?, address: format!("{api}/api/tickets/create"), injection })
    }

    /// Sends a create as often as it needs.
    pub(super) async fn perform(&self, create: Create) -> Record {
        let mut record = Record { create, answers: Vec::new(), misbehaviours: Vec::new() };
        let create = record.create.clone();
        match create.idempotency {
            Idempotency::None => match self.send(&create).await {
                Reply::Done(answer) => record.answers.push(answer),
                // A second request might make a second ticket, so there is none.
                Reply::TryAgain(_) => {}
                Reply::Misbehaved(misbehaviour) => record.misbehaviours.push(misbehaviour),
            },
            Idempotency::Key { by_two_clients, repeated, .. } => {
                if by_two_clients {
                    let both = futures_util::future::join(
                        self.send_until_created(&create),
                        self.send_until_created(&create),
                    );
                    let (one, other) = both.await;
                    record.note(one);
                    record.note(other);
                } else {
                    record.note(self.send_until_created(&create).await);
                }
                if repeated && !record.answers.is_empty() {
                    let again = self.send_until_created(&create).await;
                    if again.as_ref().is_ok_and(|answer| !answer.is_replayed) {
                        record.misbehaviours.push(Misbehaviour::NotReplayed);
                    }
                    record.note(again);
                }
            }
        }
        record
    }

    async fn send_until_created(&self, create: &Create) -> Result<Answer, Misbehaviour> {
        let request = || self.request(create);
        let accepted = [StatusCode::CREATED];
        reply::send_until_done(&self.injection, create.number, request, &accepted).await
    }

    async fn send(&self, create: &Create) -> Reply {
        let accepted = [StatusCode::CREATED];
        reply::send(&self.injection, create.number, self.request(create), &accepted).await
    }

    fn request(&self, create: &Create) -> RequestBuilder {
        let request = self
            .http
            .post(&self.address)
            .header("content-type", "application/json")
            .body(create.form.to_json().to_string());
        match create.key() {
            Some(key) => request.header(IDEMPOTENCY_KEY, key.to_string()),
            None => request,
        }
    }
}

impl Record {
    fn note(&mut self, outcome: Result<Answer, Misbehaviour>) {
        match outcome {
            Ok(answer) => self.answers.push(answer),
            Err(misbehaviour) => self.misbehaviours.push(misbehaviour),
        }
    }
}
