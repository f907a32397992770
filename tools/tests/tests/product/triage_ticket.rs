//! AI work is done once for each ticket, and never against an agent, whatever happens in between.

use std::path::Path;
use std::time::Duration;

use crate::harness;
use crate::harness::command::{Running, command};
use crate::harness::product::{Product, created_id};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Triage with a confidence that everything reaches, unless the model does not know the language.
const SURE: [&str; 4] =
    ["--parameter", "TriageModel=embedded", "--parameter", "TriageConfidence=0.01"];
/// How long a queue may take to be worked off on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(50);

/// A ticket that is plainly about shipping and has a deadline.
fn late_order(number: usize) -> Value {
    json!({
        "customer_email": format!("customer{number}@example.com"),
        "subject": "Order hasn't shipped yet",
        "description": format!(
            "My order #{number} was placed a week ago but hasn't shipped. I need it before Friday. \
             Where is my package?"
        )
    })
}

async fn with_triage(data: &Path) -> Product {
    Product::start_with(data, &SURE).await
}

/// The messages in a queue, whether they wait or are being worked on.
async fn depth(product: &Product, name: &str) -> u64 {
    let endpoint = product.stack.addresses().sqs.clone().unwrap();
    let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let request = json!({
        "QueueUrl": format!("{endpoint}/000000000000/customer-support-copilot-{name}"),
        "AttributeNames": names
    });
    let answer = product.sqs().call("GetQueueAttributes", &request).await.unwrap();
    let count = |name| answer["Attributes"][name].as_str().unwrap().parse::<u64>().unwrap();
    names.into_iter().map(count).sum()
}

async fn until_depth(product: &Product, name: &str, wanted: u64) {
    let reached = async {
        while depth(product, name).await != wanted {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(LIMIT, reached).await.unwrap();
}

/// A failed message comes again at once instead of after three minutes.
async fn without_waiting(product: &Product) {
    let attributes = json!({"Attributes": {"VisibilityTimeout": "0"}});
    product.queue("SetQueueAttributes", attributes).await;
}

/// What asks for AI work on a ticket.
fn message(ticket_id: &str) -> String {
    let sent_at = "2024-11-03T10:30:00.123Z";
    json!({"schema_version": 1, "ticket_id": ticket_id, "reason": "requeued", "trace_id": null,
        "sent_at": sent_at})
    .to_string()
}

/// The entries of the AI in a ticket's history.
async fn suggestions_in_history(product: &Product, ticket_id: &str) -> Vec<Value> {
    let changes = product.changes(ticket_id).await;
    changes.into_iter().filter(|change| change["source"] == "ai").collect()
}

#[tokio::test]
async fn a_ticket_gets_one_suggestion_however_often_it_is_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let product = with_triage(data.path()).await;
    let created = product.create_with_key("key", &late_order(2021)).await;
    let id = created_id(&created);
    let suggestion = product.suggestion(&id).await;
    let ticket = product.read(&id).await.body;
    for (name, value) in suggestion.as_object().unwrap() {
        let field = match name.as_str() {
            "category" | "priority" | "reply" => format!("ai_suggested_{name}"),
            _ => format!("ai_{name}"),
        };
        assert_eq!(&ticket[&field], value, "{field}");
    }
    assert_eq!(
        (&ticket["category"], &ticket["category_set_by"]),
        (&json!("shipping"), &json!("ai"))
    );
    assert_eq!((&ticket["priority"], &ticket["priority_set_by"]), (&json!("high"), &json!("ai")));
    assert_eq!((&ticket["order_id"], &ticket["order_id_set_by"]), (&json!("2021"), &json!("ai")));
    assert_eq!(ticket["version"], 2);
    assert_eq!(product.list("?order_id=2021").await.body["tickets"][0]["ticket_id"], id.as_str());

    // The mark went with the suggestion, so nothing is stranded.
    assert_eq!(product.item(&id, "ticket").await["ai_work_shard"], Value::Null);

    // Old and repeated messages change nothing.
    for _ in 0..3 {
        product.queue("SendMessage", json!({"MessageBody": message(&id)})).await;
    }
    until_depth(&product, "AiQueue", 0).await;
    assert_eq!(product.read(&id).await.body, ticket);
    let entries = suggestions_in_history(&product, &id).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["actor"], format!("ai:{}", ticket["ai_model"].as_str().unwrap()));

    // What the AI has found out since does not make the same request another one.
    let again = product.create_with_key("key", &late_order(2021)).await;
    assert_eq!((again.status, &again.body), (201, &created.body));
    product.stack.stop().await;
}

#[tokio::test]
async fn only_what_is_surely_in_another_language_gets_no_category_and_the_reason_names_it() {
    let data = tempfile::tempdir().unwrap();
    let product = with_triage(data.path()).await;
    for (subject, language, told) in [
        ("charger smoking", json!("en"), None),
        ("Trusty Widget 9 wobbles", json!(null), None),
        ("pedido my order no llega, where is it, son 3 semanas", json!(null), None),
        ("ou est ma commande", json!("fr"), Some("fr")),
        ("Sifremi unuttum", json!("tr"), Some("tr")),
    ] {
        let body = json!({"customer_email": "jane@example.com", "subject": subject,
            "description": subject});
        let id = created_id(&product.create(&body).await);
        let suggestion = product.suggestion(&id).await;
        assert_eq!(suggestion["language"], language, "{suggestion}");
        assert_eq!(suggestion["category"].is_null(), told.is_some(), "{suggestion}");
        let reasons = suggestion["reasons"].as_array().unwrap().iter();
        let named = reasons.filter(|reason| reason["rule"] == "language");
        let words: Vec<_> = named.map(|reason| &reason["words"]).collect();
        assert_eq!(words, told.map(|code| json!([code])).iter().collect::<Vec<_>>());
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_suggestion_that_sets_nothing_is_remembered_too() {
    let data = tempfile::tempdir().unwrap();
    let product = with_triage(data.path()).await;
    let body = json!({"customer_email": "kundin@example.com", "subject": "Bestellung",
        "description": "Wo bleibt mein Paket? Ich warte seit zwei Wochen."});
    let id = created_id(&product.create(&body).await);
    let suggestion = product.suggestion(&id).await;
    assert_eq!(
        (&suggestion["category"], &suggestion["needs_review"]),
        (&Value::Null, &json!(true))
    );
    let ticket = product.read(&id).await.body;
    assert_eq!((&ticket["category"], &ticket["priority_set_by"]), (&Value::Null, &Value::Null));
    let entries = suggestions_in_history(&product, &id).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["fields"], json!({}));
    product.stack.stop().await;
}

#[tokio::test]
async fn what_an_agent_has_set_stays() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut patched = Vec::new();
    for (number, patch) in [
        json!({"category": "billing", "priority": "low"}),
        json!({"category": null}),
        json!({"priority": "medium"}),
    ]
    .into_iter()
    .enumerate()
    {
        let id = created_id(&product.create(&late_order(number)).await);
        assert_eq!(product.patch(&id, &patch).await.status, 200);
        patched.push((id, patch));
    }
    let closed = created_id(&product.create(&late_order(9)).await);
    product.change_status(&closed, "closed").await;
    product.stack.stop().await;

    let product = with_triage(data.path()).await;
    for (id, patch) in &patched {
        let suggestion = product.suggestion(id).await;
        assert_eq!(
            (&suggestion["category"], &suggestion["priority"]),
            (&json!("shipping"), &json!("high"))
        );
        let ticket = product.read(id).await.body;
        for field in ["category", "priority"] {
            let (expected, by) = match patch.get(field) {
                Some(value) => (value.clone(), "agent"),
                None => (suggestion[field].clone(), "ai"),
            };
            assert_eq!(ticket[field], expected, "{field} of {patch}");
            assert_eq!(ticket[format!("{field}_set_by")], by, "{field} of {patch}");
        }
    }
    until_depth(&product, "AiQueue", 0).await;
    let ticket = product.read(&closed).await.body;
    assert_eq!((&ticket["ai_processed_at"], &ticket["version"]), (&Value::Null, &json!(2)));
    let path = format!("/api/tickets/{closed}/suggestions");
    let route = "GET /api/tickets/{ticket_id}/suggestions";
    let answer = product.send(route, &path, None).await;
    assert_eq!(answer.body, json!({"ticket_id": closed, "suggestion": null}));
    assert_eq!(depth(&product, "AiDeadLetterQueue").await, 0);
    product.stack.stop().await;
}

#[tokio::test]
async fn agents_and_the_ai_at_once_lose_nothing() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let creates = join_all((0..8).map(async |number| product.create(&late_order(number)).await));
    let ids: Vec<String> = creates.await.iter().map(created_id).collect();
    product.stack.stop().await;

    let product = with_triage(data.path()).await;
    join_all(ids.iter().map(async |id| {
        for patch in [json!({"category": "refund"}), json!({"tags": ["vip"]})] {
            assert_eq!(product.patch(id, &patch).await.status, 200);
        }
        assert_eq!(product.change_status(id, "open").await.status, 200);
    }))
    .await;
    for id in &ids {
        product.suggestion(id).await;
        let ticket = product.read(id).await.body;
        assert_eq!(
            (&ticket["category"], &ticket["category_set_by"]),
            (&json!("refund"), &json!("agent"))
        );
        assert_eq!((&ticket["tags"], &ticket["status"]), (&json!(["vip"]), &json!("open")));
        let changes = product.changes(id).await;
        let versions: Vec<u64> =
            changes.iter().map(|change| change["version"].as_u64().unwrap()).collect();
        assert_eq!(versions, [2, 3, 4, 5]);
        assert_eq!(suggestions_in_history(&product, id).await.len(), 1);
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn what_cannot_be_done_ends_in_the_dead_letter_queue() {
    let data = tempfile::tempdir().unwrap();
    let product = with_triage(data.path()).await;
    without_waiting(&product).await;
    let poison = [
        "not JSON".to_owned(),
        json!({"schema_version": 2, "ticket_id": "TKT-20241103-A1B2C3D4"}).to_string(),
        json!({"schema_version": 1, "ticket_id": "TKT-20241103"}).to_string(),
    ];
    let mut ids = Vec::new();
    for (number, body) in poison.iter().enumerate() {
        product.queue("SendMessage", json!({"MessageBody": body})).await;
        ids.push(created_id(&product.create(&late_order(number)).await));
    }
    for id in &ids {
        product.suggestion(id).await;
    }
    until_depth(&product, "AiDeadLetterQueue", 3).await;
    until_depth(&product, "AiQueue", 0).await;
    product.stack.stop().await;
}

#[tokio::test]
async fn work_that_fails_for_want_of_the_store_is_kept_and_can_be_put_back() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let ids = [1, 2, 3].map(late_order);
    let ids = join_all(ids.iter().map(|body| product.create(body))).await;
    let ids: Vec<String> = ids.iter().map(created_id).collect();
    product.queue("PurgeQueue", json!({})).await;
    product.stack.stop().await;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("AWS_ENDPOINT_URL_DYNAMODB=http://{}", listener.local_addr().unwrap());
    drop(listener);
    let further = [&SURE[..], &["--env", &nowhere]].concat();
    let product = Product::start_with(data.path(), &further).await;
    without_waiting(&product).await;
    for id in &ids {
        product.queue("SendMessage", json!({"MessageBody": message(id)})).await;
    }
    until_depth(&product, "AiDeadLetterQueue", 3).await;
    product.stack.stop().await;

    let product = with_triage(data.path()).await;
    let arn = |name| format!("arn:aws:sqs:us-east-1:000000000000:customer-support-copilot-{name}");
    let request = json!({"SourceArn": arn("AiDeadLetterQueue")});
    product.sqs().call("StartMessageMoveTask", &request).await.unwrap();
    for id in &ids {
        product.suggestion(id).await;
        assert_eq!(suggestions_in_history(&product, id).await.len(), 1);
    }
    product.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_in_the_middle_lose_and_double_nothing() {
    const TICKETS: usize = 120;
    const KILLS: usize = 4;
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut ids = Vec::new();
    for number in 0..TICKETS {
        ids.push(created_id(&product.create(&late_order(number)).await));
    }
    let client = product.client.clone();
    product.stack.stop().await;

    for kill in 1..=KILLS {
        let mut stack = command(data.path());
        stack.args(SURE);
        let mut running = Running::start_command(stack);
        running.discard_output();
        // Reads the last ticket that is to be done before this kill.
        let last = &ids[TICKETS * kill / (KILLS + 2)];
        let url = format!("{}/api/tickets/{last}/suggestions", running.api);
        let done = async {
            loop {
                let answer: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
                if !answer["suggestion"].is_null() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(LIMIT, done).await.unwrap();
        running.kill_all();
        running.ended();
    }

    // Messages that died with their function come again after three minutes. The sweep does not wait.
    let further = [&SURE[..], &["--env", "STRANDED_AFTER_SECONDS=0"]].concat();
    let product = Product::start_with(data.path(), &further).await;
    product.stack.run_schedule("requeue-stranded").await.unwrap();
    for id in &ids {
        product.suggestion(id).await;
        let ticket = product.read(id).await.body;
        assert_eq!((&ticket["version"], &ticket["category"]), (&json!(2), &json!("shipping")));
        assert_eq!(suggestions_in_history(&product, id).await.len(), 1);
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_teams_own_order_numbers_need_no_word_beside_them() {
    let data = tempfile::tempdir().unwrap();
    let pattern = "OrderPattern=W[0-9]{2}/[0-9]{5}";
    let further = [&SURE[..], &["--parameter", pattern]].concat();
    let product = Product::start_with(data.path(), &further).await;
    let body = json!({"customer_email": "rosa@example.com", "subject": "Where is it?",
        "description": "I am waiting for W26/00417 since Monday."});
    let id = created_id(&product.create(&body).await);
    product.suggestion(&id).await;
    let ticket = product.read(&id).await.body;
    assert_eq!(
        (&ticket["order_id"], &ticket["order_id_set_by"]),
        (&json!("W26/00417"), &json!("ai"))
    );
    product.stack.stop().await;

    // One that cannot be used is told when the stack starts, and not by every ticket.
    for wrong in ["OrderPattern=[", "OrderPattern=[0-9]*", "OrderPattern=(?=x)"] {
        let options = harness::options(data.path(), &[&SURE[..], &["--parameter", wrong]].concat());
        assert!(local_stack::stack::Stack::start(options).await.is_err(), "{wrong}");
    }
}
