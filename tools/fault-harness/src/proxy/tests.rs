use http::StatusCode;
use serde_json::{Value, json};
use sqs::{EmbeddedSqs, QueueDescription};

use super::*;
use crate::schedule::{CallIdentity, Fault, Schedule};
use crate::seed::Seed;

/// Connections of one test, at most.
const CONNECTIONS: u64 = 4;

/// What a function sees of a call.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    NoAnswer,
    Rubbish,
    Answer(u16),
}

/// An embedded SQS behind a proxy.
struct Stage {
    sqs: EmbeddedSqs,
    proxy: Proxy,
    injection: Arc<Injection>,
}

impl Stage {
    async fn set() -> Self {
        let sqs = EmbeddedSqs::in_memory("us-east-1", "000000000000").unwrap();
        let queue = QueueDescription { name: "work".to_owned(), attributes: Default::default() };
        sqs.ensure_queues(&[queue]).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(sqs.clone().serve(listener, None, std::future::pending()));
        // A seed that lets the connections of the test stand and closes the port before all else.
        let is_fit = |schedule: &Schedule| {
            let closed_port = schedule.next_closed_port(Service::Sqs, Duration::ZERO).unwrap();
            (0..CONNECTIONS).all(|number| !schedule.resets_connection(Service::Sqs, number))
                && closed_port.begin < Duration::from_secs(2)
        };
        let schedule = (0..).map(|seed| Schedule { seed: Seed(seed) }).find(is_fit).unwrap();
        let injection = Arc::new(Injection::new(schedule));
        let proxy = Proxy::start(Service::Sqs, Arc::clone(&injection)).unwrap();
        proxy.pass_on_to(&endpoint);
        injection.begin();
        Self { sqs, proxy, injection }
    }

    /// Sends a message of a create that meets such a fault.
    async fn send(&self, is_wanted: impl Fn(Option<Fault>) -> bool) -> Seen {
        let fault = |create| {
            let identity = CallIdentity::OfCreate { create, nth: 0 };
            self.injection.schedule.call(Service::Sqs, identity)
        };
        let create = (0..100_000).find(|create| is_wanted(fault(*create))).unwrap();
        let body = json!({
            "QueueUrl": format!("{}/000000000000/work", self.proxy.endpoint()),
            "MessageBody": format!("create-{create}")
        });
        let request = reqwest::Client::new()
            .post(self.proxy.endpoint())
            .header("x-amz-target", "AmazonSQS.SendMessage")
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string());
        let Ok(answer) = request.send().await else { return Seen::NoAnswer };
        let status = answer.status().as_u16();
        match answer.text().await {
            Err(_) => Seen::NoAnswer,
            Ok(text) if serde_json::from_str::<Value>(&text).is_err() => Seen::Rubbish,
            Ok(_) => Seen::Answer(status),
        }
    }

    fn messages(&self) -> u64 {
        self.sqs.depth("work").unwrap().visible
    }
}

#[tokio::test]
async fn each_fault_shows_as_it_should_and_reaches_the_store_or_not() {
    let none = |fault: Option<Fault>| fault.is_none();
    let stage = Stage::set().await;
    assert_eq!((stage.send(none).await, stage.messages()), (Seen::Answer(200), 1));

    for (kind, seen, messages) in [
        (FaultKind::Delay, Seen::Answer(200), 1),
        (FaultKind::ClosedBefore, Seen::NoAnswer, 0),
        (FaultKind::ResetBefore, Seen::NoAnswer, 0),
        (FaultKind::ResetAfter, Seen::NoAnswer, 1),
        (FaultKind::Throttled, Seen::Answer(400), 0),
        (FaultKind::ServerError, Seen::Answer(500), 0),
        (FaultKind::Unavailable, Seen::Answer(503), 0),
        (FaultKind::Truncated, Seen::NoAnswer, 1),
    ] {
        let stage = Stage::set().await;
        let of_kind = |fault: Option<Fault>| fault.is_some_and(|fault| fault.kind() == kind);
        assert_eq!((stage.send(of_kind).await, stage.messages()), (seen, messages), "{kind:?}");
        assert_eq!(stage.injection.tally.snapshot().injected[&(Service::Sqs, kind)], 1);
    }
    for (http, seen) in [(true, Seen::Rubbish), (false, Seen::NoAnswer)] {
        let stage = Stage::set().await;
        let wanted = |fault| fault == Some(Fault::Garbage { http });
        assert_eq!((stage.send(wanted).await, stage.messages()), (seen, 1), "{http}");
    }
}

#[tokio::test]
async fn nobody_is_killed_who_is_no_function() {
    for fault in [Fault::KilledBefore, Fault::KilledAfter] {
        let stage = Stage::set().await;
        // The caller is this process, which is no child of itself.
        assert_eq!(stage.send(|drawn| drawn == Some(fault)).await, Seen::Answer(200));
        assert_eq!(stage.messages(), 1);
        let counts = stage.injection.tally.snapshot();
        assert_eq!((counts.kills(), counts.kills_missed), (0, 1));
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_is_done_all_the_same() {
    let stage = Stage::set().await;
    let delayed = |fault| matches!(fault, Some(Fault::Late(time)) if time.as_millis() > 200);
    let given_up = tokio::time::timeout(Duration::from_millis(100), stage.send(delayed)).await;
    assert!(given_up.is_err());
    stage.proxy.idle().await;
    assert_eq!(stage.messages(), 1);
}

#[tokio::test]
async fn a_closed_port_refuses_and_opens_again() {
    let stage = Stage::set().await;
    let connect = || TcpStream::connect(stage.proxy.shared.address);
    let mut stands = connect().await.unwrap();
    stage.injection.closed_port(Service::Sqs).await;
    let mut byte = [0];
    // The connection that stood is reset when the port closes.
    let read = tokio::io::AsyncReadExt::read(&mut stands, &mut byte).await;
    assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(connect().await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    stage.injection.end();
    while connect().await.is_err() {
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!(stage.send(|_| true).await, Seen::Answer(StatusCode::OK.as_u16()));
}
