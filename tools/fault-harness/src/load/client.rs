//! One client: sends, judges each answer, and tries again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use super::{Answer, Create, Idempotency, Record};
use crate::proxy::Injection;

/// Longer than an HTTP API takes for any answer (30 s).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);
/// Longest pause before a try; `Retry-After` asks for whole seconds, which would make runs long.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// Requests of one create once no faults are injected any more.
const TRIES_WITHOUT_FAULTS: u32 = 10;
/// What API Gateway answers when the function's process has died.
const PROCESS_DIED: &str = r#"{"message":"Internal Server Error"}"#;
/// Most characters of an answer that are quoted.
const QUOTED_CHARACTERS: usize = 300;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotent-replayed";

/// Why no client can send.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct ClientError(#[source] reqwest::Error);

/// What the product must not do to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// Neither 201, nor 503 with `Retry-After`, nor what API Gateway answers for a killed process.
    #[error("is answered {status}: {body}")]
    UnexpectedAnswer {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// No 201 although no faults are injected any more.
    #[error("gets no ticket in {TRIES_WITHOUT_FAULTS} tries without faults")]
    NoTicket,
    /// A repeated request is answered as if it was the first one.
    #[error("was repeated after it succeeded, and the answer does not say so")]
    NotReplayed,
}

/// What one request came to.
enum Reply {
    Created(Answer),
    /// There is no ticket, or it is not known.
    TryAgain(Duration),
    Misbehaved(Misbehaviour),
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
        let http = reqwest::Client::builder().no_proxy().timeout(REQUEST_TIMEOUT);
        Ok(Self {
            http: http.build().map_err(ClientError)?,
            address: format!("{api}/api/tickets/create"),
            injection,
        })
    }

    /// Sends a create as often as it needs.
    pub(super) async fn perform(&self, create: Create) -> Record {
        let mut record = Record { create, answers: Vec::new(), misbehaviours: Vec::new() };
        let create = record.create.clone();
        match create.idempotency {
            Idempotency::None => match self.send(&create).await {
                Reply::Created(answer) => record.answers.push(answer),
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
        let mut tries_without_faults = 0;
        loop {
            let without_faults = self.injection.is_over();
            let pause = match self.send(create).await {
                Reply::Created(answer) => return Ok(answer),
                Reply::Misbehaved(misbehaviour) => return Err(misbehaviour),
                Reply::TryAgain(pause) => pause,
            };
            tries_without_faults += u32::from(without_faults);
            if tries_without_faults >= TRIES_WITHOUT_FAULTS {
                return Err(Misbehaviour::NoTicket);
            }
            tokio::time::sleep(pause).await;
            self.injection.tally.retried();
        }
    }

    async fn send(&self, create: &Create) -> Reply {
        let mut request = self
            .http
            .post(&self.address)
            .header("content-type", "application/json")
            .body(create.form.to_json().to_string());
        if let Some(key) = create.key() {
            request = request.header(IDEMPOTENCY_KEY, key.to_string());
        }
        let answer = match request.send().await {
            Ok(answer) => read(answer).await,
            Err(error) => Err(error),
        };
        let Ok((status, headers, body)) = answer else {
            self.injection.tally.unanswered();
            return Reply::TryAgain(LONGEST_PAUSE);
        };
        self.injection.tally.answered(status.as_u16(), is_replayed(&headers));
        judge(status, &headers, &body, || self.injection.ledger.take_kill(create.number))
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

async fn read(answer: Response) -> reqwest::Result<(StatusCode, HeaderMap, String)> {
    let (status, headers) = (answer.status(), answer.headers().clone());
    Ok((status, headers, answer.text().await?))
}

fn is_replayed(headers: &HeaderMap) -> bool {
    headers.get(REPLAYED).is_some_and(|value| value == "true")
}

/// `take_kill` tells whether a process was killed for this create, once for each.
fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &str,
    take_kill: impl FnOnce() -> bool,
) -> Reply {
    let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match (status, retry_after) {
        (StatusCode::CREATED, _) => {
            if let Ok(body) = serde_json::from_str(body) {
                return Reply::Created(Answer { body, is_replayed: is_replayed(headers) });
            }
        }
        (StatusCode::SERVICE_UNAVAILABLE, Some(seconds)) => {
            return Reply::TryAgain(Duration::from_secs(seconds).min(LONGEST_PAUSE));
        }
        (StatusCode::INTERNAL_SERVER_ERROR, None) if body == PROCESS_DIED && take_kill() => {
            return Reply::TryAgain(LONGEST_PAUSE);
        }
        _ => {}
    }
    Reply::Misbehaved(Misbehaviour::UnexpectedAnswer {
        status: status.as_u16(),
        body: body.chars().take(QUOTED_CHARACTERS).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, retry_after: Option<&str>, body: &str, killed: bool) -> Reply {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, value.parse().unwrap());
        }
        judge(StatusCode::from_u16(status).unwrap(), &headers, body, || killed)
    }

    #[test]
    fn a_client_tries_again_after_503_but_not_for_long() {
        let pause = match judged(503, Some("2"), "{}", false) {
            Reply::TryAgain(pause) => pause,
            _ => panic!("not tried again"),
        };
        assert_eq!(pause, LONGEST_PAUSE);
    }

    #[test]
    fn a_500_is_excused_by_a_kill_alone() {
        assert!(matches!(judged(500, None, PROCESS_DIED, true), Reply::TryAgain(_)));
        assert!(matches!(judged(500, None, PROCESS_DIED, false), Reply::Misbehaved(_)));
        assert!(matches!(judged(500, None, "{}", true), Reply::Misbehaved(_)));
    }

    #[test]
    fn every_other_answer_is_a_fault_of_the_product() {
        for (status, retry_after) in
            [(503, None), (503, Some("soon")), (200, None), (409, None), (429, Some("1"))]
        {
            assert!(matches!(judged(status, retry_after, "{}", true), Reply::Misbehaved(_)));
        }
        assert!(matches!(judged(201, None, "{\"ticket\"", false), Reply::Misbehaved(_)));
        assert!(matches!(judged(201, None, "{}", false), Reply::Created(_)));
    }
}
