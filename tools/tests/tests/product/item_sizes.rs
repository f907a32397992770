//! What the tables in docs/cost.md count on: how many bytes DynamoDB bills for a plain ticket.

use crate::harness::product::{Product, created_id};
use serde_json::{Value, json};

/// What one write unit pays for, and each half of a transaction's two (DynamoDB developer guide,
/// "DynamoDB read and write operations").
const UNIT_BYTES: usize = 1024;

/// The example ticket of docs/cost.md: a description of 70 characters.
fn sample() -> Value {
    json!({
        "customer_email": "john.doe@example.com", "customer_name": "John Doe",
        "subject": "Order hasn't shipped yet",
        "description": "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
        "order_id": "2021", "source": "web"
    })
}

/// Bytes of an item (DynamoDB developer guide, "DynamoDB item sizes and formats").
fn item_bytes(item: &Value) -> usize {
    let attributes = item.as_object().unwrap();
    attributes.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    /// What a list or a map takes of its own.
    const COLLECTION_BYTES: usize = 3;
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "S" => value.as_str().unwrap().len(),
        "N" => number_bytes(value.as_str().unwrap()),
        "BOOL" | "NULL" => 1,
        "L" => {
            let values = value.as_array().unwrap();
            COLLECTION_BYTES + values.iter().map(|value| 1 + value_bytes(value)).sum::<usize>()
        }
        "M" => COLLECTION_BYTES + value.as_object().unwrap().len() + item_bytes(value),
        _ => panic!("a ticket has no attribute of type {kind}"),
    }
}

/// A byte for two digits of what is not a zero before or after the number, and one more.
fn number_bytes(number: &str) -> usize {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len().div_ceil(2) + 1
}

#[test]
fn sizes_are_counted_as_dynamodb_counts_them() {
    for (value, bytes) in [
        (json!({"S": "é"}), 2),
        (json!({"N": "0"}), 1),
        (json!({"N": "0.993"}), 3),
        (json!({"N": "1730629800412"}), 8),
        (json!({"BOOL": false}), 1),
        (json!({"L": []}), 3),
        (json!({"L": [{"S": "ab"}, {"N": "7"}]}), 9),
        (json!({"M": {"key": {"S": "ab"}}}), 9),
    ] {
        assert_eq!(value_bytes(&value), bytes, "{value}");
    }
}

#[tokio::test]
async fn a_plain_ticket_is_below_a_kilobyte_with_its_suggestion_and_until_it_is_closed() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let key = "8e03978e-40d5-43dd-bc93-6894a57f9324";
    let with_key = created_id(&product.create_with_key(key, &sample()).await);
    let id = created_id(&product.create(&sample()).await);
    let mut created = Vec::new();
    for id in [&id, &with_key] {
        created.push(item_bytes(&product.item(id, "ticket").await));
    }
    product.stack.stop().await;

    let product = Product::start_with(data.path(), &["--parameter", "TriageModel=embedded"]).await;
    let (mut suggested, mut entries) = (Vec::new(), Vec::new());
    for id in [&id, &with_key] {
        let suggestion = product.suggestion(id).await;
        assert_eq!(suggestion["reasons"].as_array().unwrap().len(), 3, "{suggestion}");
        assert_eq!(suggestion["extracted"].as_array().unwrap().len(), 2, "{suggestion}");
        suggested.push(item_bytes(&product.item(id, "ticket").await));
        entries.push(item_bytes(&product.item(id, "history#0000000002").await));
    }
    // The figures of docs/cost.md. A time in milliseconds that ends in zeros has a byte or two less.
    assert_eq!((created, entries), (vec![530, 618], vec![239, 239]));
    let is_told = |(bytes, told): (&usize, usize)| (told - 2..=told).contains(bytes);
    assert!(suggested.iter().zip([839, 927]).all(is_told), "{suggested:?}");

    let patch = json!({"assignee": "jane.roe@example.com", "priority": "high"});
    assert_eq!(product.patch(&id, &patch).await.status, 200);
    for status in ["in_progress", "resolved", "closed"] {
        assert_eq!(product.change_status(&id, status).await.status, 200);
        let bytes = item_bytes(&product.item(&id, "ticket").await);
        assert!(bytes <= UNIT_BYTES, "{bytes} bytes when {status}");
    }
    product.stack.stop().await;
}
