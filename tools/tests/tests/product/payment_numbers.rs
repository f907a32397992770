//! A card number or an IBAN that a customer writes never leaves the store whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::harness::product::{Answer, Product, TABLE, created_id};
use serde_json::{Value, json};

/// Numbers that banks publish as examples.
const CARD: &str = "4111 1111 1111 1111";
const IBAN: &str = "GB82 WEST 1234 5698 7654 32";

#[tokio::test]
async fn payment_numbers_are_masked_in_every_answer_and_whole_in_the_store_if_wanted() {
    let data = tempfile::tempdir().unwrap();
    let further = [
        "--parameter",
        "StorePaymentNumbers=yes",
        "--parameter",
        "TriageModel=embedded",
        "--parameter",
        "TriageConfidence=0.01",
    ];
    let product = Product::start_with(data.path(), &further).await;
    let body = json!({
        "customer_email": "customer@example.com",
        "subject": format!("Charged twice on {CARD}"),
        "description": format!("You charged {CARD} twice.\nRefund to {IBAN}, please.")
    });
    let created = product.create_with_key("key", &body).await;
    let id = created_id(&created);
    let again = product.create_with_key("key", &body).await;
    assert_eq!((again.status, &again.body), (201, &created.body));
    assert_eq!(created.body["ticket"]["subject"], "Charged twice on **** **** **** 1111");
    assert_eq!(
        created.body["ticket"]["description"],
        "You charged **** **** **** 1111 twice.\nRefund to **** **** **** **** **54 32, please."
    );
    let zendesk = json!({"ticket": {"id": 123, "subject": CARD, "description": IBAN,
        "requester": {"email": "customer@example.com"}}});
    let comment = json!({"type": "zen:event-type:ticket.comment_added", "account_id": 1,
        "event": {"comment": {"body": format!("My card is {CARD}"), "id": "1", "is_public": true,
            "author": {"id": "5", "is_staff": false}}},
        "detail": {"id": "123", "requester_id": "5", "subject": CARD, "description": IBAN}});
    let path = "/api/tickets/webhook/zendesk";
    let mut answers = vec![created, again, product.suggestion_answer(&id).await];
    for body in [&zendesk, &zendesk, &comment] {
        answers.push(product.send(&format!("POST {path}"), path, Some(&body.to_string())).await);
    }
    let zendesk_id = answers[5].body["ticket_id"].as_str().unwrap().to_owned();
    let status_path = format!("/api/tickets/{id}/status");
    let status = json!({"status": "open", "note": format!("Called about {CARD}")}).to_string();
    answers.extend([
        product.send("PUT /api/tickets/{ticket_id}/status", &status_path, Some(&status)).await,
        product.patch(&id, &json!({"priority": "low"})).await,
        product.read(&id).await,
        product.list("").await,
        product.timeline(&id, "history", "").await,
        product.timeline(&zendesk_id, "messages", "").await,
    ]);
    for answer in &answers {
        assert!(answer.status < 300, "{answer:?}");
        let text = answer.body.to_string();
        assert!(!text.contains("4111") && !text.contains("WEST"), "{text}");
    }
    assert!(answers.last().unwrap().body.to_string().contains("My card is **** **** **** 1111"));
    let history = answers[answers.len() - 2].body.to_string();
    assert!(history.contains("Called about **** **** **** 1111"), "{history}");

    let item = product.item(&id, "ticket").await;
    assert_eq!(item["description"]["S"], body["description"]);
    let suggestion = item["ai"].to_string();
    assert!(suggestion.contains("****1111") && !suggestion.contains("4111"), "{item}");
    product.stack.stop().await;
}

/// A card number and an IBAN in a text that has room for 100 characters.
fn both(field: &str) -> String {
    format!("{field} {CARD} and {IBAN}")
}

/// Says that no answer holds a number that was planted.
fn assert_masked(answer: &Answer) {
    assert!(answer.status < 300, "{answer:?}");
    let text: String = answer.body.to_string().split([' ', '-']).collect();
    for planted in ["41111111", "WEST1234", "56987654"] {
        assert!(!text.contains(planted), "{planted} in {text}");
    }
}

/// Says that no item of the table, no kept body and no message of the queue holds a planted number.
async fn assert_nothing_whole_is_stored(product: &Product) {
    let scanned = product.dynamodb().call("Scan", &json!({"TableName": TABLE})).await.unwrap();
    let items = scanned["Items"].as_array().unwrap();
    assert!(items.len() > 3, "{scanned}");
    for item in items {
        let body = item["body"]["B"].as_str().map(|body| STANDARD.decode(body).unwrap());
        let body = String::from_utf8(body.unwrap_or_default()).unwrap();
        let text: String = format!("{item} {body}").split([' ', '-']).collect();
        for planted in ["41111111", "WEST1234", "56987654"] {
            assert!(!text.contains(planted), "{planted} in {item} {body}");
        }
    }
}

/// Every route that answers with something of the ticket `id`.
async fn read_everywhere(product: &Product, id: &str) -> Vec<Answer> {
    let ticket = product.read(id).await;
    let customer_id = ticket.body["customer_id"].as_str().unwrap().to_owned();
    let of_customer = format!("/api/customers/{customer_id}/tickets");
    vec![
        ticket,
        product.list("").await,
        product.list("?status=open").await,
        product.timeline(id, "history", "").await,
        product.timeline(id, "messages", "").await,
        product.suggestion_answer(id).await,
        product.send("GET /api/customers/{customer_id}/tickets", &of_customer, None).await,
    ]
}

#[tokio::test]
async fn no_text_of_a_form_and_of_agents_leaves_with_a_payment_number() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TriageModel=embedded", "--parameter", "TriageConfidence=0.01"];
    let product = Product::start_with(data.path(), &further).await;
    let created = product
        .create(&json!({
            "customer_email": "4111111111111111@example.com",
            "customer_name": both("name"),
            "subject": both("subject"),
            "description": both("Urgent: my order shipped late, refund"),
            "order_id": both("order")
        }))
        .await;
    let id = created_id(&created);
    product.suggestion(&id).await;
    let fields = json!({"assignee": both("agent"), "tags": [both("tag"), CARD]});
    let status = json!({"status": "open", "note": both("note"), "actor": both("me")}).to_string();
    let path = format!("/api/tickets/{id}/status");
    let mut answers = vec![
        created,
        product.patch(&id, &fields).await,
        product.patch(&id, &json!({"assignee": null, "tags": []})).await,
        product.patch(&id, &fields).await,
        product.send("PUT /api/tickets/{ticket_id}/status", &path, Some(&status)).await,
    ];
    answers.extend(read_everywhere(&product, &id).await);
    answers.iter().for_each(assert_masked);
    let ticket = &answers[4].body;
    assert_eq!(ticket["customer_email"], "************1111@example.com");
    for text in [&ticket["customer_name"], &ticket["assignee"], &ticket["order_id"]] {
        assert!(text.as_str().unwrap().contains("**** **** **** 1111 and "), "{ticket}");
    }
    assert_eq!(ticket["tags"][1], "**** **** **** 1111");
    let history = &answers[answers.len() - 4].body["changes"];
    let last = history.as_array().unwrap().last().unwrap();
    for text in [&last["note"], &last["actor"]] {
        assert!(text.as_str().unwrap().contains("**** **** **** 1111 and "), "{history}");
    }

    // The same key and words are known again although only a part of them is stored.
    let body = json!({"customer_email": "c@example.com", "subject": CARD, "description": both("d"),
        "order_id": both("order"), "customer_name": both("name")});
    let first = product.create_with_key("key", &body).await;
    let again = product.create_with_key("key", &body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    // Whoever has the number finds the order.
    let listed = product.list("?order_id=order%204111%201111%201111%201111%20and%20GB82%20WEST%201234%205698%207654%2032").await;
    assert_eq!(listed.body["tickets"].as_array().unwrap().len(), 2, "{listed:?}");
    assert_nothing_whole_is_stored(&product).await;
    product.stack.stop().await;
}

#[tokio::test]
async fn no_text_of_a_webhook_leaves_with_a_payment_number() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TriageModel=embedded", "--parameter", "TriageConfidence=0.01"];
    let product = Product::start_with(data.path(), &further).await;
    let path = "/api/tickets/webhook/zendesk";
    let opened = json!({"account_id": 1, "ticket": {"id": 123, "subject": both("subject"),
        "description": both("description"),
        "requester": {"email": "customer@example.com", "name": both("name")}}});
    let event = |kind: &str, event: Value| {
        json!({"type": format!("zen:event-type:ticket.{kind}"), "account_id": 1, "event": event,
            "detail": {"id": "123", "requester_id": "5", "subject": both("subject"),
                "description": both("description"), "tags": [both("tag")]}})
    };
    let comment = json!({"comment": {"body": both("comment"), "id": "1", "is_public": true,
        "author": {"id": "5", "is_staff": false, "name": both("name")}}});
    let bodies = [
        opened,
        event("comment_added", comment),
        event("status_changed", json!({"current": "OPEN"})),
    ];
    let mut answers = Vec::new();
    for body in &bodies {
        answers.push(product.send(&format!("POST {path}"), path, Some(&body.to_string())).await);
    }
    let path = "/api/tickets/webhook/intercom";
    let intercom = json!({"type": "conversation.created", "data": {"item": {
        "conversation_message": {"body": both("body")},
        "user": {"email": "user@example.com", "name": both("name")}}}});
    let intercom = intercom.to_string();
    answers.push(product.send(&format!("POST {path}"), path, Some(&intercom)).await);
    let ids = [0, 3].map(|at| answers[at].body["ticket_id"].as_str().unwrap().to_owned());
    for id in &ids {
        answers.extend(read_everywhere(&product, id).await);
    }
    answers.iter().for_each(assert_masked);
    let messages = product.timeline(&ids[0], "messages", "").await;
    assert!(messages.body["messages"][0]["text"].as_str().unwrap().starts_with("comment ****"));
    // One that cannot be read is kept, and so is what may be an id in it.
    let path = "/api/tickets/webhook/zendesk";
    let broken = format!(r#"{{"ticket": {{"subject": "{}", "id": "}}"#, both("kept"));
    let kept = product.send(&format!("POST {path}"), path, Some(&broken)).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    assert_nothing_whole_is_stored(&product).await;
    product.stack.stop().await;
}
