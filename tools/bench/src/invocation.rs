//! One event's way through a process, with the moments that the figures are made of.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use lambda_process::{Delivered, FunctionError, Invocation, RuntimeApi};
use tokio::process::Child;
use uuid::Uuid;

/// How long a process may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// What a function is told that it has.
const TIME_FOR_ANSWER: Duration = Duration::from_secs(30);

/// What became of an event.
pub struct Outcome {
    /// When the process asked for the event.
    pub asked: Instant,
    handed_out: Instant,
    answered: Instant,
    pub answer: Result<Bytes, FunctionError>,
}

impl Outcome {
    /// From the event to its answer.
    pub fn time(&self) -> Duration {
        self.answered - self.handed_out
    }
}

/// Hands `event` to the process behind `api` once it asks for one. `None` if it ends or gives no
/// answer in time.
pub async fn invoke(api: &RuntimeApi, child: &mut Child, event: Bytes) -> Option<Outcome> {
    let outcome = async {
        api.initialised().await.ok()?;
        let Delivered { asked, handed_out, answer } = api.deliver(invocation(event)).await.ok()?;
        let answered = answer.await.ok()?;
        Some(Outcome { asked, handed_out, answered: answered.at, answer: answered.answer })
    };
    tokio::select! {
        biased;
        outcome = outcome => outcome,
        _ = child.wait() => None,
        () = tokio::time::sleep(ANSWER_LIMIT) => None,
    }
}

fn invocation(event: Bytes) -> Invocation {
    let deadline = SystemTime::now() + TIME_FOR_ANSWER;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    Invocation {
        request_id: Uuid::new_v4().to_string(),
        event,
        deadline_ms: u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX),
        function_arn: "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned(),
        trace_id: "Root=1-67274f20-000000000000000000000001;Parent=53995c3f42cd8ad8;Sampled=0"
            .to_owned(),
    }
}
