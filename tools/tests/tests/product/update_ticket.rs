//! Changes of tickets: their fields, their history, their messages, and races between them.

use std::fs;

use crate::harness;
use crate::harness::is_time;
use crate::harness::product::{Product, created_id, ticket};
use futures_util::future::join_all;
use serde_json::{Value, json};

const SEVERAL_AT_ONCE: [&str; 2] = ["--processes", "4"];

/// What a change says, without its time.
fn told(change: &Value) -> Value {
    assert!(is_time(change["at"].as_str().unwrap()), "{change}");
    let mut told = change.clone();
    told.as_object_mut().unwrap().remove("at");
    told
}

#[tokio::test]
async fn the_history_tells_every_change_in_order() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = created_id(&product.create(&ticket(1)).await);
    assert_eq!(product.changes(&id).await, Vec::<Value>::new());

    let put = async |body: Value| {
        let path = format!("/api/tickets/{id}/status");
        product.send("PUT /api/tickets/{ticket_id}/status", &path, Some(&body.to_string())).await
    };
    let opened = put(json!({"status": "open", "note": "Two\nlines", "actor": " Jane Roe "})).await;
    let time = &opened.body["updated_at"];
    assert_eq!(&opened.body["first_response_at"], time);
    // Nothing is remembered of a request that changes nothing.
    put(json!({"status": "open", "note": "again", "actor": "John"})).await;
    let fields =
        json!({"priority": "high", "category": "refund", "assignee": "Jane", "tags": ["vip"]});
    assert_eq!(product.patch(&id, &fields).await.body["version"], 3);
    assert_eq!(product.patch(&id, &fields).await.body["version"], 3);
    assert_eq!(product.patch(&id, &json!({})).await.body["version"], 3);
    let resolved = put(json!({"status": "resolved", "note": " ", "actor": ""})).await;
    assert_eq!(resolved.body["resolved_at"], resolved.body["updated_at"]);
    let reopened = product.change_status(&id, "in_progress").await;
    assert_eq!(
        (&reopened.body["resolved_at"], &reopened.body["reopen_count"]),
        (&json!(null), &json!(1))
    );
    let cleared = product.patch(&id, &json!({"category": null, "tags": null})).await;
    assert_eq!((&cleared.body["category"], &cleared.body["tags"]), (&json!(null), &json!([])));
    let closed = product.change_status(&id, "closed").await;
    assert_eq!(closed.body["closed_at"], closed.body["updated_at"]);
    assert_eq!(&closed.body["first_response_at"], time);
    // A closed ticket keeps its status; its fields may still be set.
    assert_eq!(product.patch(&id, &json!({"assignee": null})).await.status, 200);

    let step = |version: u64, from: &str, to: &str, actor: &str, note: Value| {
        json!({"version": version, "from": from, "to": to, "fields": {}, "actor": actor,
            "note": note, "source": "api"})
    };
    let set = |version: u64, fields: Value| {
        json!({"version": version, "from": null, "to": null, "fields": fields, "actor": "agent",
            "note": null, "source": "api"})
    };
    let expected = [
        step(2, "new", "open", "Jane Roe (unverified)", json!("Two\nlines")),
        set(
            3,
            json!({
                "priority": {"from": "medium", "to": "high"},
                "category": {"from": null, "to": "refund"},
                "assignee": {"from": null, "to": "Jane"},
                "tags": {"from": [], "to": ["vip"]}
            }),
        ),
        step(4, "open", "resolved", "agent", json!(null)),
        step(5, "resolved", "in_progress", "agent", json!(null)),
        set(
            6,
            json!({
                "category": {"from": "refund", "to": null},
                "tags": {"from": ["vip"], "to": []}
            }),
        ),
        step(7, "in_progress", "closed", "agent", json!(null)),
        set(8, json!({"assignee": {"from": "Jane", "to": null}})),
    ];
    for limit in [1, 2, 7, 100] {
        let walked = product.walk(&id, "history", "changes", limit).await;
        assert_eq!(walked.iter().map(told).collect::<Vec<_>>(), expected, "{limit} a page");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_history_is_of_one_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let (one, other) = (
        created_id(&product.create(&ticket(1)).await),
        created_id(&product.create(&ticket(2)).await),
    );
    for status in ["open", "resolved"] {
        product.change_status(&one, status).await;
    }
    let page = product.timeline(&one, "history", "?limit=1").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let of_another = product.timeline(&other, "history", &format!("?cursor={cursor}")).await;
    assert_eq!(of_another.status, 400);
    assert_eq!(of_another.body["errors"][0]["parameter"], "cursor");
    let of_another_day = one.replace("TKT-20", "TKT-19");
    for kind in ["history", "messages"] {
        for id in ["TKT-20241103-00000000", of_another_day.as_str(), "a%2Fhistory", "%00"] {
            assert_eq!(product.timeline(id, kind, "").await.status, 404, "{id}");
        }
        for query in ["?limit=0", "?limit=101", "?cursor=AAAA", "?cursor=", "?status=open"] {
            assert_eq!(product.timeline(&one, kind, query).await.status, 400, "{query}");
        }
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn of_many_changes_at_once_each_is_in_the_history_once() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &SEVERAL_AT_ONCE).await;
    for round in 0..3 {
        let id = created_id(&product.create(&ticket(round)).await);
        let patches = join_all((0..16).map(async |number: usize| {
            let priority = ["low", "high", "critical"][number % 3];
            let patch = json!({"priority": priority, "assignee": format!("agent-{number}")});
            product.patch(&id, &patch).await
        }));
        let steps = ["open", "in_progress", "resolved", "open", "resolved", "in_progress"];
        let moves = join_all(steps.into_iter().map(|status| product.change_status(&id, status)));
        let (patches, moves) = futures_util::future::join(patches, moves).await;
        for answer in patches.iter().chain(&moves) {
            assert!([200, 409, 503].contains(&answer.status), "{answer:?}");
            // Whom the others leave no turn may come again; only the lifecycle says no for good.
            assert_eq!(answer.headers.contains_key("retry-after"), answer.status == 503);
        }
        assert!(patches.iter().all(|answer| answer.status != 409), "{patches:?}");
        // No two answers that made a change made the same version.
        let patched = patches.iter().filter(|answer| answer.status == 200).count();
        let now = product.read(&id).await.body;
        let changes = product.changes(&id).await;
        let versions: Vec<u64> =
            changes.iter().map(|change| change["version"].as_u64().unwrap()).collect();
        let version = now["version"].as_u64().unwrap();
        assert_eq!(versions, (2..=version).collect::<Vec<_>>());
        assert_eq!(changes.iter().filter(|change| change["to"].is_null()).count(), patched);
        check_chain(&changes, &now);
    }
    product.stack.stop().await;
}

/// Each change goes on from where the one before it ended, and the last ends where the ticket is.
fn check_chain(changes: &[Value], now: &Value) {
    let mut known = json!({"status": "new", "priority": "medium", "assignee": null});
    let mut reopened = 0;
    for change in changes {
        if !change["to"].is_null() {
            assert_eq!(change["from"], known["status"], "{change}");
            reopened += u64::from(change["from"] == "resolved" && change["to"] != "closed");
            known["status"] = change["to"].clone();
        }
        for (name, field) in change["fields"].as_object().unwrap() {
            assert_eq!(field["from"], known[name], "{change}");
            known[name] = field["to"].clone();
        }
    }
    for (name, value) in known.as_object().unwrap() {
        assert_eq!(&now[name], value, "{name}");
    }
    assert_eq!(now["reopen_count"], reopened);
}

#[tokio::test]
async fn of_several_who_saw_one_version_one_may_change_it() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &SEVERAL_AT_ONCE).await;
    let id = created_id(&product.create(&ticket(1)).await);
    for version in 1..=4 {
        let tag = format!("\"{version}\"");
        let assignees: Vec<Value> =
            (0..6).map(|number| json!({"assignee": format!("{version}-{number}")})).collect();
        let patches = join_all(assignees.iter().map(|patch| product.patch_if(&id, patch, &tag)));
        let status = ["open", "in_progress", "resolved", "open"][version - 1];
        let step = product.change_status_if(&id, status, &tag);
        let (mut answers, step) = futures_util::future::join(patches, step).await;
        answers.push(step);
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 6, "{statuses:?}");
        let done = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!(done.body["version"], version + 1);
        assert_eq!(done.headers["etag"], format!("\"{}\"", version + 1));
        assert_eq!(product.read(&id).await.body, done.body);
    }
    assert_eq!(product.changes(&id).await.len(), 4);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_merge_patch_says_that_it_is_one() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = created_id(&product.create(&ticket(1)).await);
    let url = format!("{}/api/tickets/{id}", product.stack.addresses().api);
    let send = async |content_type: &str, body: &str| {
        let request = product.client.patch(&url).header("content-type", content_type);
        request.body(body.to_owned()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("application/merge-patch+json", r#"{"priority": "low"}"#).await, 200);
    assert_eq!(send("application/json; charset=utf-8", r#"{"priority": "high"}"#).await, 200);
    assert_eq!(send("application/json-patch+json", "[]").await, 415);
    assert_eq!(send("application/merge-patch+json", "[]").await, 400);
    let large = json!({"assignee": "x".repeat(262_144)}).to_string();
    assert_eq!(send("application/merge-patch+json", &large).await, 413);
    assert_eq!(product.read(&id).await.body["version"], 3);
    let nobody = product.patch("TKT-20241103-00000000", &json!({"priority": "low"})).await;
    assert_eq!(nobody.status, 404);
    product.stack.stop().await;
}

/// An event of Zendesk's: that a customer wrote `words`.
async fn comment(product: &Product, id: usize, words: &str) -> Value {
    let file = harness::events("webhook-zendesk").join("6-event-comment-added.json");
    let event: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    body["event"]["comment"]["id"] = id.to_string().into();
    body["event"]["comment"]["body"] = words.into();
    let path = "/api/tickets/webhook/zendesk";
    let answer = product.send(&format!("POST {path}"), path, Some(&body.to_string())).await;
    assert!([200, 201].contains(&answer.status), "{answer:?}");
    product.read(answer.body["ticket_id"].as_str().unwrap()).await.body
}

#[tokio::test]
async fn messages_are_told_in_the_order_in_which_they_came() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    // The first makes the ticket from what is known of the conversation, and is then added to it.
    let id = comment(&product, 30, "number 30").await["ticket_id"].as_str().unwrap().to_owned();
    for number in [29, 100, 4, 29, 30] {
        comment(&product, number, &format!("number {number}")).await;
    }
    product.change_status(&id, "resolved").await;
    let reopened = comment(&product, 7, "number 7").await;
    assert_eq!((&reopened["status"], &reopened["reopen_count"]), (&json!("open"), &json!(1)));

    let messages = product.walk(&id, "messages", "messages", 2).await;
    let ids: Vec<&str> = messages.iter().map(|one| one["message_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["30", "29", "100", "4", "7"]);
    for message in &messages {
        let id = message["message_id"].as_str().unwrap();
        assert_eq!(message["text"], format!("number {id}"));
        assert_eq!(message["source"], "zendesk");
        assert!(is_time(message["received_at"].as_str().unwrap()));
        assert_eq!(message["sent_at"], "2024-11-03T10:30:02.672Z");
    }
    let changes: Vec<Value> = product.changes(&id).await.iter().map(told).collect();
    assert_eq!(
        changes[1],
        json!({"version": 7, "from": "resolved", "to": "open", "fields": {}, "actor": "zendesk",
            "note": "the customer wrote again", "source": "zendesk"})
    );
    // Each version after the first is a change or a message or both.
    let version = |entry: &Value| entry["version"].as_u64().unwrap();
    let mut versions: Vec<u64> = messages.iter().chain(&changes).map(version).collect();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions, (2..=version(&reopened)).collect::<Vec<_>>());
    product.stack.stop().await;
}

#[tokio::test]
async fn pages_of_the_longest_messages_fit_into_an_answer() {
    /// More than DynamoDB reads at once.
    const MESSAGES: usize = 40;
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    // Quotes take the most room: each is escaped in the body and again in Lambda's answer.
    let words = "\"".repeat(32_000);
    let mut id = String::new();
    for number in 0..MESSAGES {
        let ticket = comment(&product, number, &words).await;
        ticket["ticket_id"].as_str().unwrap().clone_into(&mut id);
    }
    let messages = product.walk(&id, "messages", "messages", 100).await;
    assert_eq!(messages.len(), MESSAGES);
    assert!(messages.iter().all(|message| message["text"] == words));
    product.stack.stop().await;
}
