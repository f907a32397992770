//! What public bug reports against products of this kind show to go wrong, each with a small body and
//! what is right. The bodies are the project's own words; names, addresses and numbers are invented.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::product::{Answer, Product};

const CREATE: &str = "/api/tickets/create";
const ZENDESK: &str = "/api/tickets/webhook/zendesk";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/product/bug_reports").join(name)
}

/// Sends the file to `path`. What is no JSON to everybody goes as it is.
async fn send(product: &Product, path: &str, name: &str) -> Answer {
    let body = std::fs::read_to_string(file(name)).unwrap();
    product.send(&format!("POST {path}"), path, Some(&body)).await
}

fn ticket(answer: &Answer) -> &Value {
    assert_eq!(answer.status, 201, "{answer:?}");
    &answer.body["ticket"]
}

#[tokio::test]
async fn a_number_that_is_no_order_sets_none() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TriageModel=embedded"];
    let product = Product::start_with(data.path(), &further).await;
    for (name, may_be_an_order) in [
        ("11-create-entity-is-no-order.json", false),
        ("12-create-desk-reference-is-no-order.json", false),
        ("13-create-colour-is-no-order.json", false),
        ("14-create-customer-number-is-no-order.json", false),
    ] {
        let answer = send(&product, CREATE, name).await;
        let id = ticket(&answer)["ticket_id"].as_str().unwrap().to_owned();
        let suggestion = product.suggestion(&id).await;
        let orders = suggestion["extracted"].as_array().unwrap().iter();
        let orders = orders.filter(|value| value["kind"] == "order_id").count();
        assert_eq!(orders > 0, may_be_an_order, "{name}: {suggestion}");
        assert_eq!(product.read(&id).await.body["order_id"], Value::Null, "{name}");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_card_number_in_other_digits_is_masked() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let answer = send(&product, CREATE, "16-create-card-number-in-other-digits.json").await;
    let expected = "カード番号は************１１１１です。";
    assert_eq!(ticket(&answer)["description"], expected);
    product.stack.stop().await;
}

#[tokio::test]
async fn one_odd_thing_in_a_body_costs_no_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for (path, name, expected) in [
        (ZENDESK, "17-zendesk-half-an-emoji.json", json!({"description": "Thanks a lot \u{fffd}"})),
        (CREATE, "18-create-half-an-emoji.json", json!({"description": "Thanks a lot \u{fffd}"})),
        (
            ZENDESK,
            "19-zendesk-line-break-in-template.json",
            json!({"description": "It does not start.\n\nIt beeps three times."}),
        ),
        (
            ZENDESK,
            "20-zendesk-odd-custom-field.json",
            json!({"description": "The parcel was too heavy.", "external_id": "8810020"}),
        ),
        (ZENDESK, "21-zendesk-id-as-float.json", json!({"external_id": "8810021"})),
    ] {
        let answer = send(&product, path, name).await;
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&ticket(&answer)[member], value, "{name}");
        }
    }
    product.stack.stop().await;
}
