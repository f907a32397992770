//! Drafts: one for each agent and ticket, seen by nobody else, gone with its time or its ticket.

use local_stack::authorizer::{AUDIENCE, ISSUER};
use serde_json::{Value, json};

use crate::harness;
use crate::harness::caller::{Caller, signed};
use crate::harness::product::{Answer, Product, TABLE, created_id, ticket};

async fn send(product: &Product, method: &str, id: &str, body: Option<&Value>) -> Answer {
    let route = format!("{method} /api/tickets/{{ticket_id}}/draft");
    let path = format!("/api/tickets/{id}/draft");
    product.send(&route, &path, body.map(Value::to_string).as_deref()).await
}

#[tokio::test]
async fn a_draft_is_kept_replaced_and_forgotten_without_a_trace_on_the_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = created_id(&product.create(&ticket(1)).await);
    let other = created_id(&product.create(&ticket(1)).await);
    let before = product.read(&id).await.body;
    assert_eq!(send(&product, "GET", &id, None).await.status, 404);
    for text in ["Dear customer,", "Dear customer,\n\n\tyour card 4111 1111 1111 1111 "] {
        let saved = send(&product, "PUT", &id, Some(&json!({"text": text}))).await;
        assert_eq!(saved.status, 200, "{saved:?}");
        let read = send(&product, "GET", &id, None).await;
        assert_eq!((read.status, &read.body), (200, &saved.body));
        let kept = read.body["text"].as_str().unwrap();
        assert!(kept.starts_with("Dear customer,") && !kept.contains("4111"), "{kept}");
        assert_eq!(kept.chars().count(), text.chars().count());
    }
    assert_eq!(send(&product, "GET", &other, None).await.status, 404);
    for _ in 0..2 {
        let gone = send(&product, "DELETE", &id, None).await;
        assert_eq!((gone.status, gone.body), (204, json!("")));
    }
    assert_eq!(send(&product, "GET", &id, None).await.status, 404);
    assert_eq!(product.read(&id).await.body, before);
    assert_eq!(product.walk(&id, "messages", "messages", 7).await, Vec::<Value>::new());
    for method in ["GET", "PUT", "DELETE"] {
        let body = (method == "PUT").then(|| json!({"text": "x"}));
        let nowhere = send(&product, method, "TKT-20241103-00000000", body.as_ref()).await;
        assert_eq!(nowhere.status, 404, "{method}");
    }
    let longest = "é".repeat(32_000);
    for (body, status) in [
        (json!({"text": longest}), 200),
        (json!({"text": format!("{longest}x")}), 422),
        (json!({"text": "\n "}), 422),
        (json!({"text": "x", "agent": "ann"}), 422),
        (json!({}), 422),
    ] {
        assert_eq!(send(&product, "PUT", &id, Some(&body)).await.status, status);
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_draft_ends_with_its_time_and_with_its_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let created = product.create(&ticket(1)).await;
    let id = created_id(&created);
    send(&product, "PUT", &id, Some(&json!({"text": "Planted words"}))).await;
    let scan = json!({"TableName": TABLE});
    let items = product.dynamodb().call("Scan", &scan).await.unwrap();
    let of_draft = |item: &&Value| item["text"]["S"] == "Planted words";
    let mut item = items["Items"].as_array().unwrap().iter().find(of_draft).unwrap().clone();
    let seconds: i64 = item["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    let days = (seconds - chrono::Utc::now().timestamp() + 60) / (24 * 60 * 60);
    assert_eq!(days, 30);
    // As DynamoDB holds it until it gets to removing it.
    let then = chrono::Utc::now() - chrono::TimeDelta::days(30);
    item["saved_at"]["S"] = then.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into();
    let put = json!({"TableName": TABLE, "Item": item});
    product.dynamodb().call("PutItem", &put).await.unwrap();
    assert_eq!(send(&product, "GET", &id, None).await.status, 404);

    send(&product, "PUT", &id, Some(&json!({"text": "Planted words"}))).await;
    let customer = created.body["ticket"]["customer_id"].as_str().unwrap();
    let path = format!("/api/customers/{customer}");
    let erased = product.send("DELETE /api/customers/{customer_id}", &path, None).await;
    assert_eq!(erased.status, 200, "{erased:?}");
    let left = product.dynamodb().call("Scan", &scan).await.unwrap().to_string();
    assert!(!left.contains("Planted") && !left.contains("draft#"), "{left}");
    let late = send(&product, "PUT", &id, Some(&json!({"text": "x"}))).await;
    assert_eq!(late.status, 404);
    product.stack.stop().await;
}

#[tokio::test]
async fn agents_write_as_themselves_and_see_no_draft_of_another() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start_with(data.path(), &["--auth"]).await;
    let id = Caller::of(&stack, None).create().await;
    let agent = |subject: &str, scope: &str| {
        let expiry = chrono::Utc::now().timestamp() + 60;
        let claims =
            json!({"iss": ISSUER, "aud": AUDIENCE, "exp": expiry, "scope": scope, "sub": subject});
        Caller::of(&stack, Some(&signed(data.path(), &claims)))
    };
    let (draft, notes) = (format!("/api/tickets/{id}/draft"), format!("/api/tickets/{id}/notes"));
    let (ann, bob) = (agent("ann", "read change"), agent("bob", "read change"));
    let words = |text: &str| json!({"text": text});
    assert_eq!(ann.send("PUT", &draft, Some(&words("of Ann"))).await.status(), 200);
    assert_eq!(bob.send("GET", &draft, None).await.status(), 404);
    assert_eq!(bob.send("PUT", &draft, Some(&words("of Bob"))).await.status(), 200);
    assert_eq!(bob.send("DELETE", &draft, None).await.status(), 204);
    let read: Value = ann.send("GET", &draft, None).await.json().await.unwrap();
    assert_eq!(read["text"], "of Ann");
    // Who is known is the author, whatever the body says.
    let note = json!({"text": "Hello", "actor": "Bob"});
    let note: Value = ann.send("POST", &notes, Some(&note)).await.json().await.unwrap();
    let author = note["author"].as_str().unwrap();
    assert!(author.contains("ann") && !author.contains("unverified"), "{author}");

    let statuses = async |caller: &Caller<'_>| {
        [
            caller.send("GET", &draft, None).await.status().as_u16(),
            caller.send("PUT", &draft, Some(&words("x"))).await.status().as_u16(),
            caller.send("DELETE", &draft, None).await.status().as_u16(),
            caller.send("POST", &notes, Some(&words("x"))).await.status().as_u16(),
        ]
    };
    assert_eq!(statuses(&Caller::of(&stack, None)).await, [401; 4]);
    assert_eq!(statuses(&agent("ann", "read")).await, [200, 403, 403, 403]);
    assert_eq!(statuses(&agent("eve", "erase")).await, [403; 4]);
    assert_eq!(statuses(&agent("eve", "change")).await, [403, 200, 204, 201]);
    stack.stop().await;
}
