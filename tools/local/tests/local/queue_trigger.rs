//! Messages of a queue reach a real function, and those that it fails end in the dead-letter queue.

use std::collections::BTreeMap;
use std::time::Duration;

use lambda_process::{FunctionConfiguration, FunctionPool, LogWriter};
use local_stack::aws_json::{EMULATOR_ACCESS_KEY, Service};
use local_stack::trigger::Poller;
use sam_template::QueueTrigger;
use serde_json::json;
use sqs::{EmbeddedSqs, QueueDescription};
use tokio::net::TcpListener;
use tokio::sync::watch;

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";
/// How long the messages may take; each failed try costs a visibility timeout of a second.
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn messages_are_taken_once_and_failed_ones_end_in_the_dead_letter_queue() {
    let sqs = EmbeddedSqs::in_memory(REGION, ACCOUNT).unwrap();
    let arn = |name: &str| format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}");
    let policy = json!({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 2}).to_string();
    let queue = |name: &str, attributes: &[(&str, &str)]| QueueDescription {
        name: name.to_owned(),
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    let work = queue("work", &[("VisibilityTimeout", "1"), ("RedrivePolicy", &policy)]);
    sqs.ensure_queues(&[queue("dead", &[]), work]).unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    let mut server_stopped = stopped.clone();
    let server = tokio::spawn(sqs.clone().serve(listener, None, async move {
        let _ = server_stopped.wait_for(|stop| *stop).await;
    }));
    let client = Service::sqs(&endpoint, REGION, EMULATOR_ACCESS_KEY);
    for body in ["work", "fail", "work"] {
        let message =
            json!({"QueueUrl": format!("{endpoint}/{ACCOUNT}/work"), "MessageBody": body});
        client.call("SendMessage", &message).await.unwrap();
    }

    let function = FunctionPool::start(
        FunctionConfiguration {
            name: "test-function".to_owned(),
            executable: test_function::executable().to_owned(),
            timeout: Duration::from_secs(3),
            memory_mb: 128,
            environment: BTreeMap::new(),
            maximum_processes: 1,
        },
        LogWriter::readable(),
    )
    .await
    .unwrap();
    let poller = Poller {
        sqs: sqs.clone(),
        function: function.clone(),
        trigger: QueueTrigger {
            function: "TestFunction".to_owned(),
            queue_name: "work".to_owned(),
            batch_size: 10,
            reports_batch_item_failures: true,
        },
        queue_arn: arn("work"),
        region: REGION.to_owned(),
    };
    let polling = tokio::spawn(poller.run(stopped));

    let settled = async {
        while sqs.depth("dead").unwrap().visible < 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, settled).await.unwrap();
    let left = sqs.depth("work").unwrap();
    assert_eq!((left.visible, left.in_flight, left.delayed), (0, 0, 0));
    let dead = sqs.receive("dead", 10, Duration::ZERO, None).await.unwrap();
    let bodies: Vec<&str> = dead.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["fail"]);

    stop.send(true).unwrap();
    polling.await.unwrap();
    server.await.unwrap().unwrap();
    function.stop().await;
}
