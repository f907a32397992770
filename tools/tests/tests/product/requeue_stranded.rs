//! A ticket that is stored is queued, whatever fails in between.

use crate::harness;
use std::collections::{BTreeMap, BTreeSet};

use crate::harness::product::{Product, TABLE, ticket};
use futures_util::future::{join, join_all};
use lambda_process::CapturedLog;
use local_stack::stack::Stack;
use serde_json::{Value, json};

/// Every ticket counts as stranded at once.
const AT_ONCE: [&str; 2] = ["--env", "STRANDED_AFTER_SECONDS=0"];

async fn sweep(product: &Product) -> Value {
    product.stack.run_schedule("requeue-stranded").await.unwrap()
}

/// How often each ticket is named in the queue, by reason.
async fn named(product: &Product, reason: &str) -> BTreeMap<String, usize> {
    let mut tickets = BTreeMap::new();
    for message in product.messages().await {
        if message["reason"] == reason {
            *tickets.entry(message["ticket_id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    tickets
}

/// An address that nobody listens at.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("AWS_ENDPOINT_URL_SQS=http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn what_could_not_be_queued_is_queued_later() {
    let data = tempfile::tempdir().unwrap();
    let product =
        Product::start_with(data.path(), &["--env", &nowhere(), AT_ONCE[0], AT_ONCE[1]]).await;
    let mut created = BTreeSet::new();
    for number in 0..3 {
        let key = format!("key-{number}");
        let first = product.create_with_key(&key, &ticket(number)).await;
        assert_eq!(first.status, 201);
        assert_eq!(first.body["suggested_actions"][1], "AI processing is delayed");
        // Sent again it is told the same.
        let again = product.create_with_key(&key, &ticket(number)).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        created.insert(first.body["ticket"]["ticket_id"].as_str().unwrap().to_owned());
    }
    let zendesk = json!({"ticket": {"id": 123, "subject": "s", "description": "d",
        "requester": {"email": "user@example.com"}}});
    let path = "/api/tickets/webhook/zendesk";
    let route = format!("POST {path}");
    let webhook = product.send(&route, path, Some(&zendesk.to_string())).await;
    assert_eq!(webhook.status, 201);
    created.insert(webhook.body["ticket_id"].as_str().unwrap().to_owned());
    // A sweep without a queue says that it failed, and takes no mark away.
    assert!(product.stack.run_schedule("requeue-stranded").await.is_err());
    product.stack.stop().await;

    let product = Product::start_with(data.path(), &AT_ONCE).await;
    let outcome = sweep(&product).await;
    assert_eq!((&outcome["requeued"], &outcome["refused"]), (&json!(4), &json!(0)));
    assert_eq!(sweep(&product).await["requeued"], 0);
    let named = named(&product, "requeued").await;
    assert_eq!(named.keys().cloned().collect::<BTreeSet<_>>(), created);
    assert!(named.values().all(|times| *times == 1), "{named:?}");
    product.stack.stop().await;
}

#[tokio::test]
async fn a_sweep_that_cannot_look_says_nothing_of_the_oldest_ticket() {
    let nowhere = nowhere().replace("SQS", "DYNAMODB");
    let (logs, data) = (CapturedLog::default(), tempfile::tempdir().unwrap());
    let options = harness::options(data.path(), &["--env", &nowhere]);
    let stack = Stack::start_with_logs(options, logs.writer()).await.unwrap();
    assert!(stack.run_schedule("requeue-stranded").await.is_err());
    stack.stop().await;
    // As zero seconds it would end the alarm that a missing figure raises.
    assert!(logs.text().contains("\"Requeued\":0"), "{}", logs.text());
    assert!(!logs.text().contains("OldestStrandedSeconds"), "{}", logs.text());
}

#[tokio::test]
async fn a_young_ticket_is_not_stranded() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    product.create(&ticket(1)).await;
    let nothing = json!({"requeued": 0, "refused": 0, "oldest_seconds": 0, "has_more": false});
    assert_eq!(sweep(&product).await, nothing);
    product.stack.stop().await;
}

#[tokio::test]
async fn two_sweeps_at_once_send_each_ticket_at_least_once_and_change_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let options = ["--processes", "4", AT_ONCE[0], AT_ONCE[1]];
    let product = Product::start_with(data.path(), &options).await;
    let mut created = BTreeMap::new();
    for answer in join_all((0..40).map(async |number| product.create(&ticket(number)).await)).await
    {
        let ticket = answer.body["ticket"].clone();
        created.insert(ticket["ticket_id"].as_str().unwrap().to_owned(), ticket);
    }
    let (one, other) = join(sweep(&product), sweep(&product)).await;
    let sent = one["requeued"].as_u64().unwrap() + other["requeued"].as_u64().unwrap();
    let named = named(&product, "requeued").await;
    assert_eq!(named.values().sum::<usize>(), usize::try_from(sent).unwrap());
    assert!(named.keys().eq(created.keys()), "{one} {other}");
    assert!(named.values().all(|times| (1..=2).contains(times)), "{named:?}");
    assert_eq!(sweep(&product).await["requeued"], 0);
    for (ticket_id, ticket) in created {
        assert_eq!(product.read(&ticket_id).await.body, ticket);
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_sweep_is_bounded_and_the_next_one_goes_on() {
    /// More than one run takes, and more in the first shard than one page holds.
    const TICKETS: u32 = 2_150;
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    put_stranded(&product, TICKETS).await;
    let first = sweep(&product).await;
    assert_eq!((&first["requeued"], &first["has_more"]), (&json!(2_000), &json!(true)));
    let second = sweep(&product).await;
    assert_eq!((&second["requeued"], &second["has_more"]), (&json!(150), &json!(false)));
    assert_eq!(sweep(&product).await["requeued"], 0);
    let named = named(&product, "requeued").await;
    assert_eq!(named.len(), usize::try_from(TICKETS).unwrap());
    assert!(named.values().all(|times| *times == 1));
    product.stack.stop().await;
}

/// Old tickets of which only what the sweep reads is there: half of them in shard 0.
async fn put_stranded(product: &Product, count: u32) {
    let time = "2024-11-03T10:30:00.000Z";
    let requests: Vec<Value> = (0..count)
        .map(|number| {
            let digits = if number % 2 == 0 { number * 4 } else { number };
            let text = |value: String| json!({"S": value});
            json!({"PutRequest": {"Item": {
                "pk": text(format!("{digits:08X}")),
                "sk": text("ticket".to_owned()),
                "ai_work_shard": text(format!("awaiting#{:02}", digits % 4)),
                "created_key": text(format!("{time}#{digits:08X}"))
            }}})
        })
        .collect();
    let dynamodb = product.dynamodb();
    for batch in requests.chunks(25) {
        let request = json!({"RequestItems": {TABLE: batch}});
        let answer = dynamodb.call("BatchWriteItem", &request).await.unwrap();
        assert_eq!(answer["UnprocessedItems"], json!({}));
    }
}
