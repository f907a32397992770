//! A card number or an IBAN that a customer writes never leaves the store whole.

use crate::harness::product::{Product, created_id};
use serde_json::json;

/// Numbers that banks publish as examples.
const CARD: &str = "4111 1111 1111 1111";
const IBAN: &str = "GB82 WEST 1234 5698 7654 32";

#[tokio::test]
async fn payment_numbers_are_masked_in_every_answer_and_whole_in_the_store() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TriageModel=embedded", "--parameter", "TriageConfidence=0.01"];
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
    let zendesk_id = answers[5].body["ticket"]["ticket_id"].as_str().unwrap().to_owned();
    let status_path = format!("/api/tickets/{id}/status");
    let status = json!({"status": "open", "note": format!("Called about {CARD}")}).to_string();
    answers.extend([
        product.send("PUT /api/tickets/{ticket_id}/status", &status_path, Some(&status)).await,
        product.patch(&id, &json!({"priority": "low"})).await,
        product.read(&id).await,
        product.list("").await,
        product.remembered(&id, "history", "").await,
        product.remembered(&zendesk_id, "messages", "").await,
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
