//! What public bug reports against products of this kind show to go wrong, each with a small body and
//! what is right. The bodies are the project's own words; names, addresses and numbers are invented.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::product::{Answer, Product, TABLE};

const CREATE: &str = "/api/tickets/create";
const ZENDESK: &str = "/api/tickets/webhook/zendesk";
const INTERCOM: &str = "/api/tickets/webhook/intercom";

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
    for name in [
        "11-create-entity-is-no-order.json",
        "12-create-desk-reference-is-no-order.json",
        "13-create-colour-is-no-order.json",
        "14-create-customer-number-is-no-order.json",
    ] {
        let answer = send(&product, CREATE, name).await;
        let id = ticket(&answer)["ticket_id"].as_str().unwrap().to_owned();
        let suggestion = product.suggestion(&id).await;
        let mut extracted = suggestion["extracted"].as_array().unwrap().iter();
        assert!(extracted.all(|value| value["kind"] != "order_id"), "{name}: {suggestion}");
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

/// Sends the file to a webhook and reads the ticket that the answer names.
async fn ticket_of(product: &Product, path: &str, name: &str) -> Value {
    let answer = send(product, path, name).await;
    assert!([200, 201].contains(&answer.status), "{name}: {answer:?}");
    product.read(answer.body["ticket_id"].as_str().unwrap()).await.body
}

/// What the customer said on a ticket after its description.
async fn messages(product: &Product, ticket: &Value) -> Vec<String> {
    let id = ticket["ticket_id"].as_str().unwrap();
    let page = product.timeline(id, "messages", "").await;
    let messages = page.body["messages"].as_array().unwrap().clone();
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_odd_thing_in_a_body_costs_no_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let answer = send(&product, CREATE, "18-create-half-an-emoji.json").await;
    assert_eq!(ticket(&answer)["description"], "Thanks a lot \u{fffd}");
    for (name, expected) in [
        ("17-zendesk-half-an-emoji.json", json!({"description": "Thanks a lot \u{fffd}"})),
        (
            "19-zendesk-line-break-in-template.json",
            json!({"description": "It does not start.\n\nIt beeps three times."}),
        ),
        (
            "20-zendesk-odd-custom-field.json",
            json!({"description": "The parcel was too heavy.", "external_id": "8810020"}),
        ),
        ("21-zendesk-id-as-float.json", json!({"external_id": "8810021"})),
    ] {
        let ticket = ticket_of(&product, ZENDESK, name).await;
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&ticket[member], value, "{name}");
        }
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn what_a_trigger_tells_is_in_the_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for (name, expected) in [
        (
            "01-trigger-comment-field.json",
            json!({
                "subject": "Export is broken", "customer_name": "Rosa Diaz",
                "description":
                    "The export button has done nothing since Monday, the file never comes."
            }),
        ),
        (
            "02-trigger-requester-as-one-text.json",
            json!({
                "customer_email": "rosa@example.com", "customer_name": "Rosa Diaz",
                "status": "open"
            }),
        ),
        (
            "03-trigger-address-with-display-name.json",
            json!({"customer_email": "rosa@example.com", "customer_name": "Rosa Diaz"}),
        ),
        (
            "04-trigger-address-with-dots.json",
            json!({
                "customer_email": null, "customer_name": "Rosa Diaz",
                "customer_contact": "rosa..diaz.@mobile.example.com"
            }),
        ),
    ] {
        let ticket = ticket_of(&product, ZENDESK, name).await;
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&ticket[member], value, "{name}");
        }
    }
    // A form gives such a customer the same id.
    let body = json!({"customer_email": "Rosa..Diaz.@mobile.example.com", "subject": "Lamp",
        "description": "It lay in two pieces."});
    let form = product.create(&body).await;
    let trigger = ticket_of(&product, ZENDESK, "04-trigger-address-with-dots.json").await;
    assert_eq!(ticket(&form)["customer_contact"], "Rosa..Diaz.@mobile.example.com");
    assert_eq!(ticket(&form)["customer_id"], trigger["customer_id"]);
    product.stack.stop().await;
}

#[tokio::test]
async fn what_later_deliveries_tell_is_added_once() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let first = send(&product, ZENDESK, "05a-trigger-first-comment.json").await;
    assert_eq!((first.status, &first.body["result"]), (201, &json!("created")));
    for name in ["05a-trigger-first-comment.json", "05b-trigger-second-comment.json"].repeat(2) {
        ticket_of(&product, ZENDESK, name).await;
    }
    let solved = ticket_of(&product, ZENDESK, "05c-trigger-solved.json").await;
    assert_eq!(solved["description"], "It arrived broken.");
    assert_eq!(
        messages(&product, &solved).await,
        ["Five days without an answer. I want my money back."]
    );
    assert_eq!((&solved["status"], &solved["reopen_count"]), (&json!("resolved"), &json!(0)));
    // An older delivery that comes again undoes nothing.
    let late = ticket_of(&product, ZENDESK, "05b-trigger-second-comment.json").await;
    assert_eq!(late, solved);

    let other = tempfile::tempdir().unwrap();
    let newborn = Product::start(other.path()).await;
    let solved = ticket_of(&newborn, ZENDESK, "05c-trigger-solved.json").await;
    assert_eq!(solved["status"], "resolved");
    newborn.stack.stop().await;
    product.stack.stop().await;
}

#[tokio::test]
async fn what_a_ticket_lacks_is_filled_in() {
    for order in [["06a", "06b"], ["06b", "06a"]] {
        let data = tempfile::tempdir().unwrap();
        let product = Product::start(data.path()).await;
        let mut last = Value::Null;
        for number in order {
            let name = match number {
                "06a" => "06a-event-without-address.json",
                _ => "06b-trigger-with-address.json",
            };
            last = ticket_of(&product, ZENDESK, name).await;
        }
        assert_eq!(last["customer_email"], "rosa@example.com", "{order:?}");
        assert_eq!(last["customer_name"], "Rosa Diaz", "{order:?}");
        let list = product.list("?customer_email=rosa@example.com").await;
        assert_eq!(list.body["tickets"], json!([last]), "{order:?}");
        assert!(messages(&product, &last).await.is_empty(), "{order:?}");
        let with_file = ticket_of(&product, ZENDESK, "08-zendesk-comment-and-file.json").await;
        assert_eq!(
            messages(&product, &with_file).await,
            ["Here is the picture.\n\nAttached:\nlamp.jpg (https://files.example/b/lamp.jpg)"]
        );
        product.stack.stop().await;
    }
}

#[tokio::test]
async fn files_and_images_and_every_part_of_an_intercom_conversation_are_told() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let file = ticket_of(&product, INTERCOM, "07-intercom-words-and-file.json").await;
    assert_eq!(
        file["description"],
        "See the screenshot, it fails at step two.\n\nAttached:\n\
         step-two.png (https://files.example/a/step-two.png)"
    );
    let image = ticket_of(&product, INTERCOM, "09-intercom-inline-image.json").await;
    let address = "https://downloads.example/i/o/1/shot.png?signature=2";
    assert_eq!(image["description"], format!("It looks like this:\n\n[image] ({address})"));
    let subject = ticket_of(&product, INTERCOM, "23-intercom-html-subject.json").await;
    assert_eq!(subject["subject"], "Order & delivery late");
    product.stack.stop().await;

    // Also when the delivery that began the conversation never came.
    for names in [
        &["10a-intercom-begun.json", "10b-intercom-two-parts.json"][..],
        &["10b-intercom-two-parts.json", "10a-intercom-begun.json"],
    ] {
        let data = tempfile::tempdir().unwrap();
        let product = Product::start(data.path()).await;
        for name in names.repeat(2) {
            let ticket = ticket_of(&product, INTERCOM, name).await;
            assert_eq!(ticket["description"], "Hello, my lamp is broken.", "{name}");
        }
        let ticket = ticket_of(&product, INTERCOM, names[0]).await;
        let said = messages(&product, &ticket).await;
        assert_eq!(said, ["The order number is 4711.", "Any news?"], "{names:?}");
        product.stack.stop().await;
    }
}

#[tokio::test]
async fn a_template_without_values_makes_no_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let answer = send(&product, ZENDESK, "22-zendesk-unrendered-placeholders.json").await;
    let expected = json!({"ticket_id": null, "result": "template_not_filled_in"});
    assert_eq!((answer.status, &answer.body), (200, &expected));
    assert!(product.list("").await.body["tickets"].as_array().unwrap().is_empty());
    assert!(product.stack.unreadable().await.unwrap().is_empty());
    product.stack.stop().await;
}

#[tokio::test]
async fn in_a_race_time_goes_on_with_the_version() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let race = std::fs::read_to_string(file("44-race.http")).unwrap();
    let bodies: Vec<&str> = race.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(bodies.len(), 6);
    for number in 0..30 {
        let body = json!({"customer_email": "rosa@example.com", "subject": format!("{number}"),
            "description": "Which comes first?"});
        let id = ticket(&product.create(&body).await)["ticket_id"].as_str().unwrap().to_owned();
        let path = format!("/api/tickets/{id}/status");
        let route = "PUT /api/tickets/{ticket_id}/status";
        join_all(bodies.iter().map(|body| product.send(route, &path, Some(body)))).await;
        let history = product.timeline(&id, "history", "").await.body;
        let changes = history["changes"].as_array().unwrap();
        let times: Vec<&str> = changes.iter().map(|one| one["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted(), "{history}");
        let ticket = product.read(&id).await.body;
        let closing = changes.iter().find(|change| change["to"] == "closed");
        if let Some(closing) = closing {
            assert_eq!(ticket["closed_at"], closing["at"], "{history}");
        }
        assert!(times.last().is_none_or(|last| *last <= ticket["updated_at"].as_str().unwrap()));
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn bodies_that_were_kept_and_can_be_read_by_now_are_replayed() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let names = [
        "17-zendesk-half-an-emoji.json",
        "19-zendesk-line-break-in-template.json",
        "20-zendesk-odd-custom-field.json",
        "21-zendesk-id-as-float.json",
        "22-zendesk-unrendered-placeholders.json",
    ];
    let dynamodb = product.dynamodb();
    for name in names {
        let body = std::fs::read(file(name)).unwrap();
        let item = json!({
            "pk": {"S": "unreadable#zendesk"}, "sk": {"S": name},
            "body": {"B": STANDARD.encode(&body)}, "body_bytes": {"N": body.len().to_string()},
            "reason": {"S": "the body is not JSON"},
            "received_at": {"S": "2026-11-24T10:00:00.000Z"}, "delivery_headers": {"M": {}}
        });
        dynamodb.call("PutItem", &json!({"TableName": TABLE, "Item": item})).await.unwrap();
    }
    let replayed = product.stack.replay().await.unwrap();
    let expected =
        ["intercom: 0 acted on, 0 still unreadable", "zendesk: 5 acted on, 0 still unreadable"];
    assert_eq!(replayed, expected);
    let tickets = product.list("").await.body["tickets"].as_array().unwrap().len();
    assert_eq!(tickets, 4);
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
