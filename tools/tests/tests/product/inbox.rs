//! What an inbox asks for: its filters, rows, and answers that cost few bytes.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::harness::product::{Answer, Product, ids, ticket};

async fn created(product: &Product, changes: Value) -> String {
    let mut body = ticket(1);
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = product.create(&body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["ticket"]["ticket_id"].as_str().unwrap().to_owned()
}

async fn listed(product: &Product, query: &str) -> Vec<String> {
    let page = product.list(&format!("?order=asc&{query}")).await;
    assert_eq!(page.status, 200, "{query}: {page:?}");
    ids(&page)
}

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

async fn list_unless(product: &Product, query: &str, known: &str) -> Answer {
    let path = format!("/api/tickets{query}");
    product.send_with("GET /api/tickets", &path, None, &[("if-none-match", known)]).await
}

#[tokio::test]
async fn an_inbox_finds_its_tickets() {
    let data = tempfile::tempdir().unwrap();
    let triage = ["--parameter", "TriageModel=embedded"];
    let product = Product::start_with(data.path(), &triage).await;
    let clear = json!({"description": "My order #2021 has not shipped. Where is my parcel?"});
    let clear = created(&product, clear).await;
    let vague = created(&product, json!({"subject": "Hmm", "description": "?"})).await;
    let mut reviewed: Vec<(bool, &str)> = Vec::new();
    for id in [&clear, &vague] {
        let needs_review = product.suggestion(id).await["needs_review"].as_bool().unwrap();
        reviewed.push((needs_review, id));
    }
    assert_eq!(reviewed, [(false, clear.as_str()), (true, vague.as_str())]);
    assert_eq!(listed(&product, "needs_review=true").await, [vague.as_str()]);
    assert_eq!(listed(&product, "needs_review=false").await, [clear.as_str()]);

    let patched = product.patch(&clear, &json!({"assignee": "Zoë Ng"})).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    assert_eq!(listed(&product, "assignee=Zo%C3%AB+Ng").await, [clear.as_str()]);
    assert_eq!(listed(&product, "assignee=none").await, [vague.as_str()]);
    assert_eq!(listed(&product, "assignee=zo%C3%AB+ng").await, [""; 0]);
    assert_eq!(listed(&product, "assignee=none&status=resolved").await, [""; 0]);
    let changed_at = patched.body["updated_at"].as_str().unwrap();
    assert_eq!(listed(&product, &format!("updated_after={changed_at}")).await, [clear.as_str()]);

    for (status, waits) in [("open", true), ("resolved", false), ("in_progress", true)] {
        assert_eq!(product.change_status(&vague, status).await.status, 200);
        let waiting = listed(&product, "unanswered=true").await;
        let answered = listed(&product, "unanswered=false").await;
        assert_eq!((waiting.contains(&vague), answered.contains(&vague)), (waits, !waits));
        assert_eq!(waiting.len() + answered.len(), 2, "{status}");
    }
    product.patch(&clear, &json!({"assignee": null})).await;
    assert_eq!(listed(&product, "assignee=none").await.len(), 2);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_row_shows_a_snippet_and_no_description() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let words = format!("Hello,\n\n  my card is 4111 1111 1111 1111. {}", "é".repeat(9_000));
    let id = created(&product, json!({"description": words, "subject": "4111111111111111"})).await;
    let page = product.list("?fields=row&limit=1").await;
    let row = &page.body["tickets"][0];
    assert_eq!(row["ticket_id"], id.as_str());
    assert!(row["description"].is_null() && row["ai_reasons"].is_null(), "{row}");
    let snippet = row["snippet"].as_str().unwrap();
    assert!(snippet.starts_with("Hello, my card is ") && snippet.ends_with("é…"), "{snippet}");
    assert_eq!(snippet.chars().count(), 120);
    assert!(!row.to_string().contains("4111 1111"), "{row}");
    assert!(!row["subject"].as_str().unwrap().contains("41111"), "{row}");
    // The next page is one of rows too.
    created(&product, json!({})).await;
    let page = product.list("?fields=row&limit=1").await;
    let link = page.headers["link"].to_str().unwrap();
    let next = link.strip_prefix("</api/tickets").unwrap().split_once('>').unwrap().0;
    let next = product.list(next).await;
    assert_eq!(next.body["tickets"][0]["snippet"], snippet);
    product.stack.stop().await;
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = created(&product, json!({})).await;
    created(&product, json!({})).await;
    for query in ["?limit=1", "?fields=row", "?status=closed", "?assignee=none&limit=1"] {
        let first = product.list(query).await;
        let known = tag(&first);
        assert!(known.starts_with("W/\""), "{known}");
        let again = list_unless(&product, query, &known).await;
        assert_eq!((again.status, again.body), (304, json!("")), "{query}");
        assert_eq!(tag(&Answer { body: json!(""), ..again }), known);
        assert_eq!(list_unless(&product, query, "W/\"0\"").await.status, 200);
    }
    let (whole, rows) = (tag(&product.list("").await), tag(&product.list("?fields=row").await));
    assert_ne!(whole, rows);
    let read = product.read(&id).await;
    let path = format!("/api/tickets/{id}");
    let route = "GET /api/tickets/{ticket_id}";
    let unless = async |known: &str| {
        product.send_with(route, &path, None, &[("if-none-match", known)]).await.status
    };
    assert_eq!(unless(&tag(&read)).await, 304);
    // Any change shows, and a change is never taken for known.
    let patch = [("if-none-match", "*"), ("if-match", "*")];
    let body = json!({"assignee": "Ann"}).to_string();
    let route = "PATCH /api/tickets/{ticket_id}";
    assert_eq!(product.send_with(route, &path, Some(&body), &patch).await.status, 200);
    assert_eq!(unless(&tag(&read)).await, 200);
    assert_eq!(list_unless(&product, "", &whole).await.status, 200);
    assert_eq!(list_unless(&product, "?fields=row", &rows).await.status, 200);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_large_answer_is_compressed_for_who_takes_it() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for number in 0..50 {
        let words =
            format!("Number {number}. My order has not shipped yet, can you help? ").repeat(7);
        created(&product, json!({"description": words})).await;
    }
    let url = format!("{}/api/tickets?limit=50", product.stack.addresses().api);
    let get = async |query: &str, coding: Option<&str>| {
        let mut request = product.client.get(format!("{url}{query}"));
        if let Some(coding) = coding {
            request = request.header("accept-encoding", coding);
        }
        let answer = request.send().await.unwrap();
        let coding = answer.headers().get("content-encoding").cloned();
        (coding.map(|coding| coding.to_str().unwrap().to_owned()), answer.bytes().await.unwrap())
    };
    for query in ["", "&fields=row"] {
        let (coding, plain) = get(query, None).await;
        assert_eq!(coding, None);
        let (coding, packed) = get(query, Some("br, gzip")).await;
        assert_eq!(coding.as_deref(), Some("gzip"));
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        let of = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap()["tickets"].clone();
        assert_eq!(of(text.as_bytes()), of(&plain));
        println!("50 tickets{query}: {} bytes, {} with gzip", plain.len(), packed.len());
        assert!(packed.len() * 4 < plain.len(), "{} of {}", packed.len(), plain.len());
    }
    let (coding, _) = get("", Some("gzip;q=0")).await;
    assert_eq!(coding, None);
    product.stack.stop().await;
}
