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

#[tokio::test]
async fn one_mailbox_is_one_customer_and_another_is_another() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let pasted = send(&product, CREATE, "24-create-invisible-in-address.json").await;
    assert_eq!(ticket(&pasted)["customer_email"], "rosa@example.com");
    for (one, other) in [
        ("25a-create-address-composed.json", "25b-create-address-decomposed.json"),
        ("26a-create-domain-unicode.json", "26b-create-domain-punycode.json"),
    ] {
        let one = send(&product, CREATE, one).await;
        let other = send(&product, CREATE, other).await;
        assert_eq!(ticket(&one)["customer_id"], ticket(&other)["customer_id"]);
    }
    let kelvin = send(&product, CREATE, "27-create-kelvin-sign.json").await;
    let kelvin = ticket(&kelvin)["ticket_id"].as_str().unwrap().to_owned();
    let listed = product.list("?customer_email=quack@example.com").await;
    assert_eq!(listed.body["tickets"], json!([]));
    let its_own = product.list("?customer_email=quac%E2%84%AA@example.com").await;
    assert_eq!(its_own.body["tickets"][0]["ticket_id"], kelvin.as_str());
    product.stack.stop().await;
}

#[tokio::test]
async fn texts_that_show_nothing_are_blank_and_pasted_ones_are_taken() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let blank = send(&product, CREATE, "28-create-invisible-words.json").await;
    assert_eq!(blank.status, 422, "{blank:?}");
    let errors: Vec<&Value> =
        blank.body["errors"].as_array().unwrap().iter().map(|one| &one["pointer"]).collect();
    assert_eq!(errors, ["#/subject", "#/description"], "{blank:?}");
    let pasted = send(&product, CREATE, "29-create-soft-line-break.json").await;
    let expected = "First line second line next page, it isn t there";
    assert_eq!(ticket(&pasted)["description"], expected);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_card_number_in_any_field_is_masked_in_answers_and_in_the_table() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let created = send(&product, CREATE, "15-create-card-number-as-order.json").await;
    let ticket = ticket(&created);
    assert_eq!(ticket["order_id"], "**** **** **** 1111");
    assert_eq!(ticket["customer_name"], "Rosa **** **** **** 1111");
    let item = product.item(ticket["ticket_id"].as_str().unwrap(), "ticket").await;
    assert_eq!(item["order_id"]["S"], "**** **** **** 1111");
    assert!(!item.to_string().contains("4111"), "{item}");
    product.stack.stop().await;
}

#[tokio::test]
async fn tags_quotations_and_signatures_do_not_decide() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TriageModel=embedded"];
    let product = Product::start_with(data.path(), &further).await;
    let suggest = async |name: &str| {
        let answer = send(&product, CREATE, name).await;
        let id = ticket(&answer)["ticket_id"].as_str().unwrap().to_owned();
        product.suggestion(&id).await
    };
    let html = suggest("30-create-html.json").await;
    assert_eq!(html["category"], "refund", "{html}");
    assert!(html["confidence"].as_f64().unwrap() > 0.95, "{html}");
    assert_eq!(html["needs_review"], false, "{html}");
    let signed = suggest("31-create-english-words-german-signature.json").await;
    assert_eq!((&signed["language"], &signed["category"]), (&json!("en"), &json!("shipping")));
    let quoting = suggest("32-create-quoted-answer.json").await;
    for reason in quoting["reasons"].as_array().unwrap() {
        for word in reason["words"].as_array().unwrap() {
            let word = word.as_str().unwrap().to_lowercase();
            for quoted in ["invoice", "credit", "support", "refund"] {
                assert!(!word.contains(quoted), "{quoting}");
            }
        }
    }
    let log = suggest("33-create-log-time-is-no-phone.json").await;
    let values = log["extracted"].as_array().unwrap().iter();
    assert!(values.clone().all(|value| value["kind"] != "phone"), "{log}");
    product.stack.stop().await;
}
