//! What a client makes of an answer.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use crate::load::Answer;
use crate::proxy::Injection;

/// Longer than an HTTP API takes for any answer (30 s).
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(35);
/// Longest pause before a try; `Retry-After` asks for whole seconds, which would make runs long.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// Requests for one thing once no faults are injected any more.
pub const TRIES_WITHOUT_FAULTS: u32 = 10;
/// What API Gateway answers when the function's process has died.
const PROCESS_DIED: &str = r#"{"message":"Internal Server Error"}"#;
/// Most characters of an answer that are quoted.
const QUOTED_CHARACTERS: usize = 300;

const REPLAYED: &str = "idempotent-replayed";

/// What the product must not do to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// Neither success, nor 503 with `Retry-After`, nor what API Gateway answers for a killed process.
    #[error("is answered {status}: {body}")]
    UnexpectedAnswer {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// No success although no faults are injected any more.
    #[error("does not succeed in {TRIES_WITHOUT_FAULTS} tries without faults")]
    NoSuccess,
    /// A repeated request is answered as if it was the first one.
    #[error("was repeated after it succeeded, and the answer does not say so")]
    NotReplayed,
}

/// What one request came to.
#[derive(Debug)]
pub enum Reply {
    /// It succeeded.
    Done(Answer),
    /// Nothing was done, or it is not known.
    TryAgain(Duration),
    /// It is answered as it must not be.
    Misbehaved(Misbehaviour),
}

/// Sends one request for the create or case `number`, of which `accepted` are the answers of success.
pub async fn send(
    injection: &Injection,
    number: u64,
    request: RequestBuilder,
    accepted: &[StatusCode],
) -> Reply {
    let answer = match request.send().await {
        Ok(answer) => read(answer).await,
        Err(error) => Err(error),
    };
    let Ok((status, headers, body)) = answer else {
        injection.tally.unanswered();
        return Reply::TryAgain(LONGEST_PAUSE);
    };
    injection.tally.answered(status.as_u16(), is_replayed(&headers));
    judge(accepted, status, &headers, &body, || injection.ledger.take_kill(number))
}

/// Sends what `request` makes until it succeeds.
///
/// # Errors
/// [`Misbehaviour`] of the product.
pub async fn send_until_done(
    injection: &Injection,
    number: u64,
    request: impl Fn() -> RequestBuilder,
    accepted: &[StatusCode],
) -> Result<Answer, Misbehaviour> {
    let mut tries_without_faults = 0;
    loop {
        let without_faults = injection.is_over();
        let pause = match send(injection, number, request(), accepted).await {
            Reply::Done(answer) => return Ok(answer),
            Reply::Misbehaved(misbehaviour) => return Err(misbehaviour),
            Reply::TryAgain(pause) => pause,
        };
        tries_without_faults += u32::from(without_faults);
        if tries_without_faults >= TRIES_WITHOUT_FAULTS {
            return Err(Misbehaviour::NoSuccess);
        }
        tokio::time::sleep(pause).await;
        injection.tally.retried();
    }
}

async fn read(answer: reqwest::Response) -> reqwest::Result<(StatusCode, HeaderMap, String)> {
    let (status, headers) = (answer.status(), answer.headers().clone());
    Ok((status, headers, answer.text().await?))
}

fn is_replayed(headers: &HeaderMap) -> bool {
    headers.get(REPLAYED).is_some_and(|value| value == "true")
}

/// `take_kill` tells whether a process was killed for this create, once for each.
fn judge(
    accepted: &[StatusCode],
    status: StatusCode,
    headers: &HeaderMap,
    body: &str,
    take_kill: impl FnOnce() -> bool,
) -> Reply {
    let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match (status, retry_after) {
        _ if accepted.contains(&status) => {
            if let Ok(body) = serde_json::from_str::<Value>(body) {
                return Reply::Done(Answer { body, is_replayed: is_replayed(headers) });
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
        judge(&[StatusCode::CREATED], StatusCode::from_u16(status).unwrap(), &headers, body, || {
            killed
        })
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
        assert!(matches!(judged(201, None, "{}", false), Reply::Done(_)));
    }
}
