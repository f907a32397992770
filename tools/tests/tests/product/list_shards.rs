//! The partitions of the list indexes become more while there are tickets.

use crate::harness;
use std::collections::BTreeSet;
use std::path::Path;

use crate::harness::product::{Product, TABLE, created_id, ids, ticket};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Tickets of one kind, enough for several in each partition.
const TICKETS: usize = 40;

/// A stack with so many partitions, for whose schedules everything is due at once.
async fn start(data: &Path, shards: &str) -> Product {
    let parameter = format!("ListShards={shards}");
    let due = ["STRANDED_AFTER_SECONDS=0", "CLOSE_RESOLVED_AFTER_DAYS=0"];
    let options = ["--parameter", &parameter, "--env", due[0], "--env", due[1]];
    Product::start_with(data, &options).await
}

/// Tickets that were moved to `status`.
async fn create(product: &Product, status: Option<&str>) -> BTreeSet<String> {
    let created = (0..TICKETS).map(async |number| {
        let id = created_id(&product.create(&ticket(number)).await);
        if let Some(status) = status {
            assert_eq!(product.change_status(&id, status).await.status, 200);
        }
        id
    });
    join_all(created).await.into_iter().collect()
}

/// All ids of a list; none comes twice.
async fn listed(product: &Product, filter: &str) -> BTreeSet<String> {
    let page = product.list(&format!("?limit=7{filter}")).await;
    let mut all = BTreeSet::new();
    add_once(&mut all, &ids(&page));
    walk_on(product, filter, page.body, &mut all).await;
    all
}

async fn walk_on(product: &Product, filter: &str, mut page: Value, all: &mut BTreeSet<String>) {
    while let Some(cursor) = page["next_cursor"].as_str() {
        let next = product.list(&format!("?limit=7{filter}&cursor={cursor}")).await;
        assert_eq!(next.status, 200, "{next:?}");
        add_once(all, &ids(&next));
        page = next.body;
    }
}

fn add_once(all: &mut BTreeSet<String>, page: &[String]) {
    for id in page {
        assert!(all.insert(id.clone()), "{id} twice");
    }
}

/// The partitions that an attribute names of tickets in the table.
async fn partitions(product: &Product, attribute: &str) -> BTreeSet<String> {
    let scan = json!({"TableName": TABLE});
    let answer = product.dynamodb().call("Scan", &scan).await.unwrap();
    let items = answer["Items"].as_array().unwrap().iter();
    items.filter_map(|item| Some(item[attribute]["S"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn tickets_from_before_more_partitions_are_listed_moved_queued_and_closed() {
    let data = tempfile::tempdir().unwrap();
    let product = start(data.path(), "4").await;
    let old_new = create(&product, None).await;
    let old_resolved = create(&product, Some("resolved")).await;
    assert_eq!(partitions(&product, "list_shard").await.len(), 4);
    let first = product.list("?limit=7&status=new").await;
    product.stack.stop().await;

    let product = start(data.path(), "16").await;
    let young = create(&product, None).await;
    assert!(partitions(&product, "list_shard").await.len() > 4);
    let all: BTreeSet<String> =
        [&old_new, &old_resolved, &young].into_iter().flatten().cloned().collect();
    assert_eq!(listed(&product, "").await, all);
    assert_eq!(listed(&product, "&order=asc").await, all);
    assert_eq!(listed(&product, "&status=resolved").await, old_resolved);

    // A cursor is a place in time: one from before goes on with what is older.
    let mut from_before: BTreeSet<String> = ids(&first).into_iter().collect();
    walk_on(&product, "&status=new", first.body, &mut from_before).await;
    assert_eq!(from_before, old_new);

    let moved: BTreeSet<String> = old_new.iter().take(TICKETS / 2).cloned().collect();
    for id in &moved {
        assert_eq!(product.change_status(id, "open").await.status, 200);
    }
    let rest: BTreeSet<String> =
        all.iter().filter(|id| !old_resolved.contains(*id)).cloned().collect();
    assert_eq!(listed(&product, "&status=open").await, moved);
    assert_eq!(listed(&product, "&status=new").await, &rest - &moved);

    let closed = product.stack.run_schedule("close-resolved").await.unwrap();
    assert_eq!(closed["closed"], TICKETS, "{closed}");
    assert_eq!(listed(&product, "&status=closed").await, old_resolved);
    let requeued = product.stack.run_schedule("requeue-stranded").await.unwrap();
    assert_eq!(requeued["requeued"], 3 * TICKETS, "{requeued}");
    assert!(partitions(&product, "ai_work_shard").await.is_empty());
    product.stack.stop().await;
}

#[tokio::test]
async fn a_function_is_not_started_with_too_many_partitions() {
    let data = tempfile::tempdir().unwrap();
    let options = harness::options(data.path(), &["--env", "LIST_SHARDS=65"]);
    assert!(local_stack::stack::Stack::start(options).await.is_err());
}
