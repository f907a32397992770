//! Resolved tickets close by themselves, and nothing else does.

use crate::harness::product::{Product, TABLE, created_id, ticket};
use chrono::{TimeDelta, Utc};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

/// Every resolved ticket is due at once.
const AT_ONCE: [&str; 4] = ["--processes", "4", "--env", "CLOSE_RESOLVED_AFTER_DAYS=0"];

async fn close(product: &Product) -> Value {
    product.stack.run_schedule("close-resolved").await.unwrap()
}

/// New tickets that were moved to `resolved`.
async fn resolved(product: &Product, count: usize) -> Vec<String> {
    join_all((0..count).map(async |number| {
        let id = created_id(&product.create(&ticket(number)).await);
        assert_eq!(product.change_status(&id, "resolved").await.status, 200);
        id
    }))
    .await
}

/// The changes that the schedule made.
async fn closings(product: &Product, id: &str) -> Vec<Value> {
    let changes = product.changes(id).await;
    changes.into_iter().filter(|change| change["source"] == "schedule").collect()
}

#[tokio::test]
async fn two_runs_at_once_close_each_ticket_once() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &AT_ONCE).await;
    let ids = resolved(&product, 40).await;
    let (reopened, due) = ids.split_at(5);
    for id in reopened {
        assert_eq!(product.change_status(id, "open").await.status, 200);
    }
    let (one, other) = join(close(&product), close(&product)).await;
    let closed = one["closed"].as_u64().unwrap() + other["closed"].as_u64().unwrap();
    assert_eq!(closed, 35, "{one} {other}");
    for id in due {
        let ticket = product.read(id).await.body;
        assert_eq!((&ticket["status"], &ticket["version"]), (&json!("closed"), &json!(3)));
        assert_eq!(ticket["closed_at"], ticket["updated_at"]);
        let [change] = &closings(&product, id).await[..] else { panic!("{id} closed twice") };
        assert_eq!((&change["from"], &change["to"]), (&json!("resolved"), &json!("closed")));
        assert_eq!(change["actor"], "schedule");
        assert_eq!(change["note"], "resolved 0 days ago");
    }
    for id in reopened {
        let ticket = product.read(id).await.body;
        assert_eq!((&ticket["status"], &ticket["reopen_count"]), (&json!("open"), &json!(1)));
        assert!(closings(&product, id).await.is_empty());
    }
    assert_eq!(close(&product).await["closed"], 0);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_ticket_that_is_reopened_meanwhile_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &AT_ONCE).await;
    let ids = resolved(&product, 40).await;
    let reopen = join_all(ids.iter().map(|id| product.change_status(id, "open")));
    let (outcome, answers) = join(close(&product), reopen).await;
    let mut closed = 0;
    for (id, answer) in ids.iter().zip(&answers) {
        let ticket = product.read(id).await.body;
        // Whoever was first has it: what was answered holds, and the other did nothing.
        let (status, by_schedule) = match answer.status {
            200 => ("open", 0),
            409 => ("closed", 1),
            other => panic!("{other}: {answer:?}"),
        };
        assert_eq!(ticket["status"], status);
        assert_eq!(ticket["version"], 3);
        assert_eq!(closings(&product, id).await.len(), by_schedule);
        closed += by_schedule;
    }
    assert_eq!(outcome["closed"], closed, "{outcome}");
    product.stack.stop().await;
}

#[tokio::test]
async fn only_what_was_resolved_long_ago_is_closed() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let days = |days: i64| Utc::now() - TimeDelta::days(days);
    let due = put_resolved(&product, 0x10, days(30), Some(days(8))).await;
    let long_due = put_resolved(&product, 0x11, days(300), Some(days(299))).await;
    // From before there was `resolved_at`: its last change tells.
    let without_time = put_resolved(&product, 0x21, days(30), None).await;
    let lately = put_resolved(&product, 0x12, days(30), Some(days(6))).await;
    let young = resolved(&product, 1).await.remove(0);
    let outcome = json!({"closed": 3, "conflicts": 0, "read": 4, "has_more": false});
    assert_eq!(close(&product).await, outcome);
    for (id, status, days) in
        [(&due, "closed", 8), (&long_due, "closed", 299), (&without_time, "closed", 30)]
    {
        assert_eq!(product.read(id).await.body["status"], status);
        assert_eq!(closings(&product, id).await[0]["note"], format!("resolved {days} days ago"));
    }
    for id in [&lately, &young] {
        assert_eq!(product.read(id).await.body["status"], "resolved");
    }
    assert_eq!(close(&product).await["closed"], 0);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_run_is_bounded_and_the_next_one_goes_on() {
    /// More than one run closes, and more in the first shard than one page holds.
    const TICKETS: u32 = 2_030;
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let then = Utc::now() - TimeDelta::days(30);
    let items: Vec<Value> = (0..TICKETS)
        .map(|number| {
            let digits = if number % 2 == 0 { number * 4 } else { number };
            json!({"PutRequest": {"Item": resolved_item(digits, then, Some(then))}})
        })
        .collect();
    for batch in items.chunks(25) {
        let request = json!({"RequestItems": {TABLE: batch}});
        let answer = product.dynamodb().call("BatchWriteItem", &request).await.unwrap();
        assert_eq!(answer["UnprocessedItems"], json!({}));
    }
    let mut closed = Vec::new();
    loop {
        let outcome = close(&product).await;
        closed.push(outcome["closed"].as_u64().unwrap());
        if outcome["has_more"] == false {
            break;
        }
    }
    assert!(
        closed.len() > 1 && closed.iter().all(|count| (1..=2_000).contains(count)),
        "{closed:?}"
    );
    assert_eq!(closed.iter().sum::<u64>(), u64::from(TICKETS));
    product.stack.stop().await;
}

async fn put_resolved(
    product: &Product,
    digits: u32,
    created_at: chrono::DateTime<Utc>,
    resolved_at: Option<chrono::DateTime<Utc>>,
) -> String {
    let item = resolved_item(digits, created_at, resolved_at);
    let id = item["ticket_id"]["S"].as_str().unwrap().to_owned();
    let request = json!({"TableName": TABLE, "Item": item});
    product.dynamodb().call("PutItem", &request).await.unwrap();
    id
}

/// A resolved ticket as the store wrote it when there were fewer fields, but for `resolved_at`.
fn resolved_item(
    digits: u32,
    created_at: chrono::DateTime<Utc>,
    resolved_at: Option<chrono::DateTime<Utc>>,
) -> Value {
    let text = |value: String| json!({"S": value});
    let time =
        |time: chrono::DateTime<Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let mut item = json!({
        "pk": text(format!("{digits:08X}")),
        "sk": {"S": "ticket"},
        "list_shard": text(format!("all#{:02}", digits % 4)),
        "status_shard": text(format!("resolved#{:02}", digits % 4)),
        "created_key": text(format!("{}#{digits:08X}", time(created_at))),
        "ticket_id": text(format!("TKT-{}-{digits:08X}", created_at.format("%Y%m%d"))),
        "customer_id": {"S": "CUST-DF36B01B83A62E00D460"},
        "customer_email": {"S": "john.doe@example.com"},
        "subject": {"S": "s"},
        "description": {"S": "d"},
        "priority": {"S": "medium"},
        "status": {"S": "resolved"},
        "source": {"S": "web"},
        "version": {"N": "2"},
        "created_at": text(time(created_at)),
        "updated_at": text(time(created_at))
    });
    if let Some(resolved_at) = resolved_at {
        item["resolved_at"] = text(time(resolved_at));
    }
    item
}
