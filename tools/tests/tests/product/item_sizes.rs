//! What the tables in docs/cost.md count on: how many bytes DynamoDB bills for a plain ticket.

use crate::harness::product::{Product, TABLE, created_id};
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

/// As long as a description may be, in characters of four bytes, with an order at its end.
fn longest() -> Value {
    let mut body = sample();
    let end = " My order number is 778899.";
    let characters = copilot_core::limits::DESCRIPTION_CHARACTERS - end.len();
    body["description"] = ("🙂".repeat(characters) + end).into();
    body.as_object_mut().unwrap().remove("order_id");
    body
}

#[tokio::test]
async fn a_long_text_is_written_once_and_read_only_with_its_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start_with(data.path(), &["--parameter", "TriageModel=embedded"]).await;
    let (key, body) = ("one-long-create", longest());
    let created = product.create_with_key(key, &body).await;
    let id = created_id(&created);
    assert_eq!(created.body["ticket"]["description"], body["description"]);
    let replayed = product.create_with_key(key, &body).await;
    assert_eq!(
        (replayed.status, &replayed.body["ticket"]["description"]),
        (201, &body["description"])
    );
    let mut other = body.clone();
    other["description"] = format!("{}!", &body["description"].as_str().unwrap()[4..]).into();
    assert_eq!(product.create_with_key(key, &other).await.status, 422);

    // The AI reads the whole, to its end.
    let suggestion = product.suggestion(&id).await;
    assert!(suggestion.to_string().contains("778899"), "{suggestion}");
    let text = product.item(&id, "text#description").await;
    for status in ["open", "resolved"] {
        let changed = product.change_status(&id, status).await;
        let cut = changed.body["description"].as_str().unwrap();
        assert_eq!(cut.chars().count(), 1_004, "{cut}");
        assert!(cut.ends_with(" […]"), "{cut}");
    }
    product.patch(&id, &json!({"tags": ["long"]})).await;
    assert_eq!(
        product.list("").await.body["tickets"][0]["description"].as_str().unwrap().chars().count(),
        1_004
    );
    assert_eq!(product.read(&id).await.body["description"], body["description"]);
    assert_eq!(product.item(&id, "text#description").await, text);

    // Units of the create and of the suggestion, both in transactions: 260 and 12. As one item they were
    // 126 and 256, and each change since another 256.
    let units = |item: &Value| item_bytes(item).div_ceil(UNIT_BYTES);
    let item = product.item(&id, "ticket").await;
    assert_eq!(
        (units(&text), units(&item)),
        (125, 5),
        "{} {}",
        item_bytes(&text),
        item_bytes(&item)
    );
    product.stack.stop().await;
}

#[tokio::test]
async fn a_long_text_in_a_tickets_own_item_is_read_as_before() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = created_id(&product.create(&sample()).await);
    let mut item = product.item(&id, "ticket").await;
    let long = "Old and long. ".repeat(2_000);
    item["description"] = json!({"S": long});
    let request = json!({"TableName": TABLE, "Item": item});
    product.dynamodb().call("PutItem", &request).await.unwrap();
    assert_eq!(product.read(&id).await.body["description"], long.as_str());
    assert_eq!(product.list("").await.body["tickets"][0]["description"], long.as_str());
    assert_eq!(product.change_status(&id, "open").await.body["description"], long.as_str());
    assert_eq!(product.item(&id, "text#description").await, Value::Null);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_page_ends_when_it_has_read_enough_bytes() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut item = product.item(&created_id(&product.create(&sample()).await), "ticket").await;
    item["description"] = json!({"S": "🙂".repeat(32_000)});
    for number in 0..100 {
        // All in one partition of the index, the newest ones of all.
        let digits = format!("{:08X}", number * 4);
        item["pk"]["S"] = digits.clone().into();
        item["ticket_id"]["S"] = format!("TKT-20991231-{digits}").into();
        item["created_at"]["S"] = "2099-12-31T10:30:00.000Z".into();
        item["created_key"]["S"] = format!("2099-12-31T10:30:00.000Z#{digits}").into();
        let request = json!({"TableName": TABLE, "Item": item});
        product.dynamodb().call("PutItem", &request).await.unwrap();
    }
    // None has the tag, so each page reads on until it has read 8 MB.
    let (mut pages, mut query) = (0, "?tag=none&limit=5".to_owned());
    loop {
        let page = product.list(&query).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.body["tickets"], json!([]));
        pages += 1;
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        query = format!("?tag=none&limit=5&cursor={cursor}");
    }
    assert!((2..=4).contains(&pages), "{pages}");
    product.stack.stop().await;
}
