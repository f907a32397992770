//! Internal notes: there once, among the messages and in the history, and nothing else of the ticket.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::product::{Answer, Product, created_id, ticket};

const ROUTE: &str = "POST /api/tickets/{ticket_id}/notes";

async fn add(product: &Product, id: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/api/tickets/{id}/notes");
    product.send_with(ROUTE, &path, Some(&body.to_string()), headers).await
}

async fn new_ticket(product: &Product) -> String {
    created_id(&product.create(&ticket(1)).await)
}

#[tokio::test]
async fn a_note_is_a_message_and_a_line_of_the_history_and_changes_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = new_ticket(&product).await;
    for status in ["new", "resolved", "closed"] {
        if status != "new" {
            product.change_status(&id, status).await;
        }
        let before = product.read(&id).await.body;
        let text = format!("He pays with 4111 1111 1111 1111.\n\tWhile {status}");
        let answer = add(&product, &id, &json!({"text": text, "actor": "Zoë"}), &[]).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let mut after = product.read(&id).await.body;
        assert_eq!(answer.headers["etag"], format!("\"{}\"", after["version"]).as_str());
        assert_eq!(after["version"], before["version"].as_u64().unwrap() + 1);
        let note = &answer.body;
        assert_eq!(note["version"], after["version"]);
        assert_eq!((&note["direction"], &note["source"]), (&json!("note"), &json!("api")));
        assert_eq!(note["author"], "Zoë (unverified)");
        let shown = note["text"].as_str().unwrap();
        assert!(shown.ends_with(&format!(".\n\tWhile {status}")), "{shown}");
        assert!(!shown.contains("4111"), "{shown}");
        let messages = product.walk(&id, "messages", "messages", 7).await;
        assert_eq!(messages.last(), Some(note));
        let change = product.changes(&id).await.pop().unwrap();
        assert_eq!(change["note"], "internal note added");
        assert_eq!((&change["version"], &change["actor"]), (&note["version"], &note["author"]));
        assert_eq!((&change["from"], &change["fields"]), (&Value::Null, &json!({})));
        for name in ["version", "updated_at"] {
            after[name] = before[name].clone();
        }
        assert_eq!(after, before);
    }
    assert_eq!(product.list("?unanswered=true").await.body["tickets"], json!([]));
    product.stack.stop().await;
}

#[tokio::test]
async fn a_note_sent_again_is_there_once() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = new_ticket(&product).await;
    let other = new_ticket(&product).await;
    // With a card number, which is not stored as it was sent.
    let body = json!({"text": "Card 4111 1111 1111 1111", "actor": "4111 1111 1111 1111"});
    let key = [("idempotency-key", "k1")];
    let answers = join_all((0..8).map(|_| add(&product, &id, &body, &key))).await;
    let first = &answers[0].body;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, first));
    }
    let replayed = |answer: &&Answer| answer.headers.contains_key("idempotent-replayed");
    assert_eq!(answers.iter().filter(replayed).count(), 7);
    product.patch(&id, &json!({"assignee": "Ann"})).await;
    let again = add(&product, &id, &body, &key).await;
    assert_eq!((&again.body, again.status), (first, 201));
    for changes in [json!({"text": "x", "actor": body["actor"]}), json!({"text": body["text"]})] {
        let refused = add(&product, &id, &changes, &key).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.body["type"], "urn:problem-type:idempotency-key-reused");
    }
    assert_eq!(product.walk(&id, "messages", "messages", 7).await.len(), 1);
    // On another ticket the key is another one, and without a key each is new.
    assert_eq!(add(&product, &other, &json!({"text": "x"}), &key).await.status, 201);
    for _ in 0..2 {
        assert_eq!(add(&product, &other, &json!({"text": "x"}), &[]).await.status, 201);
    }
    assert_eq!(product.walk(&other, "messages", "messages", 7).await.len(), 3);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_note_that_is_wrong_is_refused_by_its_field() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = new_ticket(&product).await;
    let longest = "é".repeat(32_000);
    for (body, pointer) in [
        (json!({}), "#/text"),
        (json!({"text": null}), "#/text"),
        (json!({"text": " \n\u{200b}"}), "#/text"),
        (json!({"text": format!("{longest}x")}), "#/text"),
        (json!({"text": ["x"]}), "#/text"),
        (json!({"text": "x", "actor": "ai:me"}), "#/actor"),
        (json!({"text": "x", "status": "open"}), "#/status"),
    ] {
        let refused = add(&product, &id, &body, &[]).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    let answer = add(&product, &id, &json!({"text": longest}), &[]).await;
    assert_eq!((answer.status, &answer.body["text"]), (201, &json!(longest)));
    let nowhere = add(&product, "TKT-20241103-00000000", &json!({"text": "x"}), &[]).await;
    assert_eq!(nowhere.status, 404);
    let faulty = add(&product, &id, &json!({"text": "x"}), &[("idempotency-key", "a b")]).await;
    assert_eq!(
        (faulty.status, &faulty.body["errors"][0]["header"]),
        (400, &json!("Idempotency-Key"))
    );
    product.stack.stop().await;
}

#[tokio::test]
async fn notes_are_handed_over_and_erased_with_their_customer() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let created = product.create(&ticket(1)).await;
    let id = created_id(&created);
    let customer = created.body["ticket"]["customer_id"].as_str().unwrap().to_owned();
    add(&product, &id, &json!({"text": "Is angry"}), &[("idempotency-key", "k")]).await;
    let path = format!("/api/customers/{customer}/export");
    let export = product.send("GET /api/customers/{customer_id}/export", &path, None).await;
    let records = export.body["records"].as_array().unwrap();
    let of_kind = |kind: &str| records.iter().filter(|record| record["kind"] == kind).count();
    assert_eq!((of_kind("message"), of_kind("ticket")), (1, 1), "{records:?}");
    assert!(records.iter().any(|record| record["message"]["text"] == "Is angry"), "{records:?}");
    let path = format!("/api/customers/{customer}");
    let erased = product.send("DELETE /api/customers/{customer_id}", &path, None).await;
    assert_eq!((erased.status, &erased.body["erased"]["messages"]), (200, &json!(1)), "{erased:?}");
    let scan = json!({"TableName": crate::harness::product::TABLE});
    let left = product.dynamodb().call("Scan", &scan).await.unwrap().to_string();
    assert!(!left.contains("angry") && !left.contains("note:"), "{left}");
    let again = add(&product, &id, &json!({"text": "Is angry"}), &[]).await;
    assert_eq!(again.status, 404);
    product.stack.stop().await;
}
