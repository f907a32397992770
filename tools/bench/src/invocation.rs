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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::process::Command;

    use super::*;

    fn child(program: &str, arguments: &[&str]) -> Child {
        Command::new(program).args(arguments).kill_on_drop(true).spawn().unwrap()
    }

    /// Asks for an event and answers it, as a process does.
    async fn answer_once(api: std::net::SocketAddr, answer: &str) {
        let mut connection = TcpStream::connect(api).await.unwrap();
        let path = "/2018-06-01/runtime/invocation";
        let next = format!("GET {path}/next HTTP/1.1\r\nHost: api\r\n\r\n");
        connection.write_all(next.as_bytes()).await.unwrap();
        let mut event = String::new();
        while !event.ends_with("event") {
            let mut part = [0; 1024];
            let length = connection.read(&mut part).await.unwrap();
            event.push_str(std::str::from_utf8(&part[..length]).unwrap());
        }
        let (_, id) = event.split_once("lambda-runtime-aws-request-id: ").unwrap();
        let id = id.lines().next().unwrap();
        let length = answer.len();
        let response = format!(
            "POST {path}/{id}/response HTTP/1.1\r\nHost: api\r\nContent-Length: {length}\r\n\r\n{answer}"
        );
        connection.write_all(response.as_bytes()).await.unwrap();
        // The answer is taken once this connection has one.
        connection.read_u8().await.unwrap();
    }

    #[tokio::test]
    async fn an_event_comes_back_as_an_answer_with_its_moments() {
        let api = RuntimeApi::start().await.unwrap();
        let before = Instant::now();
        let process = tokio::spawn(answer_once(api.address(), "answer"));
        let mut child = child("sleep", &["60"]);
        let outcome = invoke(&api, &mut child, "event".into()).await.unwrap();
        assert_eq!(outcome.answer.as_ref().unwrap().as_ref(), b"answer");
        assert!(before < outcome.asked && outcome.asked <= outcome.handed_out);
        assert!(outcome.time() > Duration::ZERO);
        process.await.unwrap();
    }

    #[tokio::test]
    async fn a_process_that_ends_gives_no_answer() {
        let api = RuntimeApi::start().await.unwrap();
        assert!(invoke(&api, &mut child("true", &[]), "event".into()).await.is_none());
    }
}
