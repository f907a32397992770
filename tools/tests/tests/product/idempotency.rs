//! A request that is sent again makes no second ticket and loses no change.

use std::collections::HashSet;

use crate::harness::product::{Answer, Product, TABLE, ids, ticket};
use copilot_channels::IdempotencyKey;
use copilot_core::stack_key::StackKey;
use copilot_core::ticket::{CustomerId, EmailAddress, Identity, TicketId};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// The secret that a stack is given.
const STACK_KEY: &str = "a key of at least 32 bytes, for tests";

fn id(answer: &Answer) -> String {
    answer.body["ticket"]["ticket_id"].as_str().unwrap().to_owned()
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

#[tokio::test]
async fn the_same_key_and_body_are_answered_as_the_first_time() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let first = product.create_with_key("key-1", &ticket(1)).await;
    assert_eq!(first.status, 201);
    assert!(!is_replayed(&first));

    // What has become of the ticket meanwhile does not change the answer of then.
    product.change_status(&id(&first), "closed").await;
    // The order of members says nothing, nor does a default that is written out.
    let reordered = r#"{"source": "web", "description": "Please help.", "order_id": null,
        "subject": "Ticket 1", "customer_email": "customer1@example.com"}"#;
    let path = "/api/tickets/create";
    let headers = [("idempotency-key", "\"key-1\"")];
    let route = "POST /api/tickets/create";
    let again = product.send_with(route, path, Some(reordered), &headers).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert!(is_replayed(&again));
    for header in ["location", "etag", "content-type", "cache-control"] {
        assert_eq!(again.headers[header], first.headers[header], "{header}");
    }

    let other = product.create_with_key("key-2", &ticket(1)).await;
    assert_ne!(id(&other), id(&first));
    let unmarked = product.create(&ticket(1)).await;
    assert_ne!(id(&unmarked), id(&first));
    assert_eq!(ids(&product.list("").await).len(), 3);
    assert_eq!(product.messages().await.len(), 3);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_key_with_another_body_is_refused_and_tells_nothing() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let first = product.create_with_key("key", &ticket(1)).await;
    for (member, value) in [
        // Another writing of the same mailbox.
        ("customer_email", json!("Customer1@example.com")),
        ("customer_name", json!("Somebody")),
        ("subject", json!("Ticket  1")),
        ("description", json!("Please help!")),
        ("order_id", json!("1")),
        ("source", json!("api")),
    ] {
        let mut body = ticket(1);
        body[member] = value;
        let refused = product.create_with_key("key", &body).await;
        assert_eq!(refused.status, 422, "{member}");
        assert_eq!(refused.body["type"], "urn:problem-type:idempotency-key-reused");
        let told = format!("{:?} {}", refused.headers, refused.body);
        for secret in [id(&first).as_str(), "customer1", "Ticket", "Please help"] {
            assert!(!told.contains(secret), "{member}: {told}");
        }
    }
    assert_eq!(ids(&product.list("").await), [id(&first)]);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_request_that_failed_leaves_its_key_free() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    assert_eq!(product.create_with_key("key", &json!({"subject": "s"})).await.status, 422);
    let created = product.create_with_key("key", &ticket(1)).await;
    assert_eq!(created.status, 201);
    assert!(!is_replayed(&created));
    product.stack.stop().await;
}

#[tokio::test]
async fn the_same_key_many_times_at_once_is_one_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &["--processes", "8"]).await;
    for round in 0..5 {
        let (key, body) = (format!("key-{round}"), ticket(round));
        let answers = join_all((0..16).map(|_| product.create_with_key(&key, &body))).await;
        assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
        let bodies: HashSet<String> =
            answers.iter().map(|answer| answer.body.to_string()).collect();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        assert_eq!(answers.iter().filter(|answer| !is_replayed(answer)).count(), 1);
    }
    assert_eq!(ids(&product.list("").await).len(), 5);
    assert_eq!(product.messages().await.len(), 5);
    product.stack.stop().await;
}

#[tokio::test]
async fn another_customers_key_is_another_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    // Somebody guesses the key that a customer's form is going to use.
    let guessed = product.create_with_key("order-2021", &ticket(1)).await;
    let customers = product.create_with_key("order-2021", &ticket(2)).await;
    assert_eq!((guessed.status, customers.status), (201, 201));
    assert_ne!(id(&guessed), id(&customers));
    assert!(!is_replayed(&customers));
    for (body, first) in [(ticket(1), &guessed), (ticket(2), &customers)] {
        let again = product.create_with_key("order-2021", &body).await;
        assert!(is_replayed(&again));
        assert_eq!(&again.body, &first.body);
    }
    product.stack.stop().await;
}

/// Gives the ticket of customer 1, which was made with the key `key` today, the identity that it would
/// have had so many days ago.
async fn age(product: &Product, ticket_id: &str, key: &str, days: i64) {
    let customer = CustomerId::of(&EmailAddress::parse("customer1@example.com").unwrap());
    let then = chrono::Utc::now() - chrono::TimeDelta::days(days);
    let identity = IdempotencyKey::parse(key).unwrap().identity(None, &customer, then);
    let Identity::Request { today: aged, .. } = identity else { panic!("{identity:?}") };
    let key: StackKey = STACK_KEY.parse().unwrap();
    let digits = TicketId::derive(&key, &aged, 0, chrono::Utc::now()).digits();
    let digits = format!("{digits:08X}");
    let mut item = product.item(ticket_id, "ticket").await;
    let request = json!({"TableName": TABLE, "Key": {"pk": item["pk"], "sk": item["sk"]}});
    product.dynamodb().call("DeleteItem", &request).await.unwrap();
    item["pk"]["S"] = digits.as_str().into();
    item["identity"]["S"] = aged.into();
    for name in ["ticket_id", "created_key"] {
        let text = item[name]["S"].as_str().unwrap();
        item[name]["S"] = format!("{}{digits}", &text[..text.len() - 8]).into();
    }
    let request = json!({"TableName": TABLE, "Item": item});
    product.dynamodb().call("PutItem", &request).await.unwrap();
}

#[tokio::test]
async fn a_key_is_known_on_the_next_day_and_then_free() {
    let data = tempfile::tempdir().unwrap();
    let given = format!("STACK_KEY={STACK_KEY}");
    let product = Product::start_with(data.path(), &["--env", &given]).await;
    let first = id(&product.create_with_key("key", &ticket(1)).await);
    age(&product, &first, "key", 1).await;
    let again = product.create_with_key("key", &ticket(1)).await;
    assert!(is_replayed(&again));
    let first = id(&again);
    let mut other = ticket(1);
    other["subject"] = json!("Another");
    assert_eq!(product.create_with_key("key", &other).await.status, 422);
    assert_eq!(ids(&product.list("").await), [first]);

    let second = product.create_with_key("key-2", &ticket(1)).await;
    age(&product, &id(&second), "key-2", 2).await;
    let free = product.create_with_key("key-2", &ticket(1)).await;
    assert_eq!(free.status, 201);
    assert!(!is_replayed(&free));
    assert_eq!(ids(&product.list("").await).len(), 3);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_change_holds_only_for_the_version_that_was_seen() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let created = product.create(&ticket(1)).await;
    let ticket_id = id(&created);
    assert_eq!(created.headers["etag"], "\"1\"");
    let opened = product.change_status_if(&ticket_id, "open", "\"1\"").await;
    assert_eq!((opened.status, opened.headers["etag"].to_str().unwrap()), (200, "\"2\""));
    assert_eq!(product.read(&ticket_id).await.headers["etag"], "\"2\"");

    // Outdated, weak, not ours: whatever the change would be.
    for tag in ["\"1\"", "W/\"2\"", "\"x\"", "\"3\", \"1\""] {
        for status in ["resolved", "open", "new"] {
            let refused = product.change_status_if(&ticket_id, status, tag).await;
            assert_eq!(refused.status, 412, "{tag} {status}");
        }
    }
    assert_eq!(product.change_status_if(&ticket_id, "open", "2").await.status, 400);
    assert_eq!(product.read(&ticket_id).await.body, opened.body);
    assert_eq!(product.change_status_if(&ticket_id, "new", "\"2\"").await.status, 409);
    assert_eq!(product.change_status_if(&ticket_id, "in_progress", "*").await.status, 200);
    let listed = product.change_status_if(&ticket_id, "resolved", "\"2\", \"3\"").await;
    assert_eq!(listed.status, 200);
    product.stack.stop().await;
}

#[tokio::test]
async fn of_many_changes_of_one_version_one_is_made() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &["--processes", "8"]).await;
    for number in 0..5 {
        let ticket_id = id(&product.create(&ticket(number)).await);
        let statuses = ["open", "in_progress", "resolved", "closed"];
        let changes = statuses.iter().cycle().take(16);
        let answers =
            join_all(changes.map(|status| product.change_status_if(&ticket_id, status, "\"1\"")))
                .await;
        let done: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(done.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|answer| [200, 412].contains(&answer.status)), "{answers:?}");
        let now: Value = product.read(&ticket_id).await.body;
        assert_eq!(now, done[0].body);
    }
    product.stack.stop().await;
}
