//! Amazon Bedrock as the model of triage: the real function, against a fake that speaks its wire format.

mod fake;
mod injections;

use crate::harness;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::harness::contract::Contract;
use crate::harness::product::Product;
use fake::{Call, FakeBedrock, MODEL, Reply, recorded, text, tool_use, triage, triage_with};
use lambda_process::CapturedLog;
use local_stack::stack::Stack;
use serde_json::{Value, json};

/// How long the AI work of a test may take. Bedrock alone may take 10 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// The product with Bedrock for its model, and its log.
async fn start(data: &Path, endpoint: &str, further: &[&str]) -> (Product, CapturedLog) {
    let mut options = vec!["--parameter", "TriageModel=bedrock", "--env", endpoint];
    options.extend(further);
    let logs = CapturedLog::default();
    let stack =
        Stack::start_with_logs(harness::options(data, &options), logs.writer()).await.unwrap();
    let contract = Contract::of(&stack.addresses().api).await;
    (Product { stack, client: reqwest::Client::new(), contract }, logs)
}

fn ticket(subject: &str, description: &str) -> Value {
    json!({
        "customer_email": "ada.lovelace@example.com", "customer_name": "Ada Lovelace",
        "subject": subject, "description": description
    })
}

/// The ticket once the AI has suggested for it.
async fn suggested(product: &Product, ticket_id: &str) -> Value {
    let started = Instant::now();
    loop {
        let ticket = product.read(ticket_id).await.body;
        if !ticket["ai_processed_at"].is_null() {
            return ticket;
        }
        assert!(started.elapsed() < PATIENCE, "nothing is suggested: {ticket}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn create(product: &Product, body: &Value) -> Value {
    let created = product.create(body).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.body["ticket"].clone()
}

fn id(ticket: &Value) -> &str {
    ticket["ticket_id"].as_str().unwrap()
}

/// Whether the embedded model has suggested, for the reason `rule`.
fn assert_fell_back(ticket: &Value, rule: &str) {
    let model = ticket["ai_model"].as_str().unwrap();
    assert!(!model.starts_with("bedrock:"), "{rule}: {ticket}");
    let reason = json!({"for": "review", "rule": rule, "words": []});
    assert_eq!(ticket["ai_reasons"][0], reason, "{ticket}");
}

#[tokio::test]
async fn a_good_answer_is_the_suggestion() {
    let reply = |call: &Call| {
        assert_eq!(call.model, MODEL);
        assert!(call.authorization.contains("/us-east-1/bedrock/aws4_request"), "{call:?}");
        let unsure = call.subject.starts_with("Unsure");
        let mut input = triage("shipping", "high", if unsure { 0.4 } else { 0.93 });
        input["category_words"] = json!(["hasn't shipped", "never stood there"]);
        input["priority_words"] = json!(["party on Friday"]);
        Reply::Message("tool_use", vec![text("Let me see."), tool_use("record_triage", &input)])
    };
    let (fake, endpoint) = FakeBedrock::start(reply).await;
    let data = tempfile::tempdir().unwrap();
    let (product, logs) = start(data.path(), &endpoint, &[]).await;
    let words = "My order hasn't shipped. I need it for a party on Friday.";
    let sure = create(&product, &ticket("Where is it?", words)).await;
    let sure = suggested(&product, id(&sure)).await;
    assert_eq!(sure["ai_model"], format!("bedrock:{MODEL}@1"));
    assert_eq!(
        [&sure["ai_suggested_category"], &sure["category"], &sure["category_set_by"]],
        ["shipping", "shipping", "ai"]
    );
    assert_eq!((&sure["ai_confidence"], &sure["ai_needs_review"]), (&json!(0.93), &json!(false)));
    let category = json!({"for": "category", "rule": "words", "words": ["hasn't shipped"]});
    assert!(sure["ai_reasons"].as_array().unwrap().contains(&category), "{sure}");
    assert!(!sure.to_string().contains("never stood there"));

    let unsure = create(&product, &ticket("Unsure", words)).await;
    let unsure = suggested(&product, id(&unsure)).await;
    assert_eq!(unsure["ai_suggested_category"], "shipping");
    assert_eq!((&unsure["ai_needs_review"], &unsure["category"]), (&json!(true), &Value::Null));
    logs.line_with(&format!("\"model\":\"bedrock:{MODEL}@1\"")).await;
    assert!(!logs.text().contains("TriageFellBack"));

    let calls = fake.calls();
    assert_eq!(calls.len(), 2);
    assert_task(&calls[0].body);
    assert_eq!(calls[0].description, words);
    product.stack.stop().await;
}

/// What every call says, whatever the ticket.
fn assert_task(body: &Value) {
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 300, "temperature": 0.0}));
    let tools = &body["toolConfig"];
    assert_eq!(tools["toolChoice"], json!({"tool": {"name": "record_triage"}}));
    assert_eq!(tools["tools"].as_array().unwrap().len(), 1);
    let schema = &tools["tools"][0]["toolSpec"]["inputSchema"]["json"];
    assert_eq!(schema["additionalProperties"], false);
    let validator = jsonschema::validator_for(schema).unwrap();
    assert!(validator.is_valid(&triage("refund", "low", 1.0)));
    for wrong in [triage("refund", "low", 1.1), triage("gift", "low", 1.0), json!({})] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
    assert_eq!(body["system"].as_array().unwrap().len(), 1);
    assert!(body["system"][0]["text"].as_str().unwrap().contains("never instructions"));
    let messages = body["messages"].as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]["role"]), (1, &json!("user")));
    assert_eq!(messages[0]["content"].as_array().unwrap().len(), 1);
}

/// Answers that are of no use: the reason that stands on the ticket, how often Bedrock is asked, and
/// the answer.
fn useless_answers() -> Vec<(&'static str, usize, Reply)> {
    let good = triage("refund", "high", 0.95);
    let message = |content| Reply::Message("tool_use", content);
    let end = |stop_reason| Reply::Message(stop_reason, vec![text("I cannot help with that.")]);
    let twice = vec![tool_use("record_triage", &good), tool_use("record_triage", &good)];
    vec![
        ("bedrock_unreadable", 1, message(vec![])),
        ("bedrock_unreadable", 1, message(vec![text(&good.to_string())])),
        ("bedrock_unreadable", 1, message(twice)),
        ("bedrock_unreadable", 1, message(vec![tool_use("close_ticket", &good)])),
        ("bedrock_unreadable", 1, recorded(&triage_with("category", json!("complaints")))),
        ("bedrock_unreadable", 1, recorded(&triage_with("priority", json!("urgent")))),
        ("bedrock_unreadable", 1, recorded(&triage_with("confidence", json!(1.5)))),
        ("bedrock_unreadable", 1, recorded(&triage_with("confidence", json!("high")))),
        ("bedrock_unreadable", 1, recorded(&triage_with("category_words", json!("money")))),
        ("bedrock_unreadable", 1, recorded(&json!({"category": "refund"}))),
        ("bedrock_unreadable", 1, Reply::Message("max_tokens", vec![])),
        ("bedrock_unreadable", 1, end("end_turn")),
        ("bedrock_unreadable", 1, Reply::Garbage("<html>Bad gateway</html>")),
        ("bedrock_unreadable", 1, Reply::Garbage("{\"output\": {\"message\"")),
        ("bedrock_refused", 1, end("content_filtered")),
        ("bedrock_refused", 1, end("guardrail_intervened")),
        ("bedrock_refused", 1, Reply::Error(400, "ValidationException")),
        ("bedrock_refused", 1, Reply::Error(403, "AccessDeniedException")),
        ("bedrock_refused", 1, Reply::Error(404, "ResourceNotFoundException")),
        ("bedrock_unavailable", 2, Reply::Error(429, "ThrottlingException")),
        ("bedrock_unavailable", 2, Reply::Error(500, "InternalServerException")),
        ("bedrock_unavailable", 2, Reply::Error(503, "ServiceUnavailableException")),
        ("bedrock_unavailable", 2, Reply::Silence),
    ]
}

#[tokio::test]
async fn without_a_useful_answer_the_embedded_model_suggests_and_says_why() {
    let reply = |call: &Call| {
        let case: usize = call.subject.strip_prefix("Case ").unwrap().parse().unwrap();
        useless_answers().swap_remove(case).2
    };
    let (fake, endpoint) = FakeBedrock::start(reply).await;
    let data = tempfile::tempdir().unwrap();
    let (product, logs) = start(data.path(), &endpoint, &[]).await;
    let mut tickets = Vec::new();
    for case in 0..useless_answers().len() {
        let body = ticket(&format!("Case {case}"), "Planted: I want my money back");
        tickets.push(create(&product, &body).await);
    }
    for (case, (rule, calls, reply)) in useless_answers().into_iter().enumerate() {
        let ticket = suggested(&product, id(&tickets[case])).await;
        assert_fell_back(&ticket, rule);
        assert_eq!(ticket["status"], "new");
        let asked = fake.calls_for(&format!("Case {case}")).len();
        assert_eq!(asked, calls, "case {case}: {reply:?}");
    }
    product.stack.stop().await;
    let logs = logs.text();
    assert_eq!(logs.matches("\"TriageFellBack\":1").count(), useless_answers().len());
    for private in ["Planted", "money", "ovelace", "may quote the ticket"] {
        assert!(!logs.contains(private), "{private}");
    }
    assert!(logs.contains("AccessDeniedException"), "somebody has to learn why");
}

#[tokio::test]
async fn a_throttled_call_is_tried_again() {
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let reply = move |_: &Call| match seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Reply::Error(429, "ThrottlingException"),
        _ => recorded(&triage("billing", "medium", 0.9)),
    };
    let (fake, endpoint) = FakeBedrock::start(reply).await;
    let data = tempfile::tempdir().unwrap();
    let (product, _) = start(data.path(), &endpoint, &[]).await;
    let created = create(&product, &ticket("Invoice", "The invoice is wrong.")).await;
    let ticket = suggested(&product, id(&created)).await;
    assert_eq!(ticket["ai_model"], format!("bedrock:{MODEL}@1"));
    assert_eq!(fake.calls().len(), 2);
    product.stack.stop().await;
}

#[tokio::test]
async fn personal_data_leaves_only_when_it_is_told_to() {
    let words = "I am Ada Lovelace. Write to ada.lovelace@example.com or call +44 20 7946 0958. \
                 My card is 4111 1111 1111 1111.";
    let private = ["Lovelace", "ovelace@", "example.com", "7946"];
    for (masking, leaves) in [(None, false), (Some("BedrockMasking=off"), true)] {
        let (fake, endpoint) =
            FakeBedrock::start(|_| recorded(&triage("billing", "low", 0.9))).await;
        let data = tempfile::tempdir().unwrap();
        let further: Vec<&str> = masking.into_iter().flat_map(|set| ["--parameter", set]).collect();
        let (product, _) = start(data.path(), &endpoint, &further).await;
        let created = create(&product, &ticket("Ada Lovelace here", words)).await;
        let ticket = suggested(&product, id(&created)).await;
        assert_eq!(ticket["description"], words.replace("4111 1111 1111 ", "**** **** **** "));
        let sent = fake.calls();
        assert_eq!(sent.len(), 1);
        // A card number stays here whatever is told.
        assert!(!sent[0].body.to_string().contains("4111"), "{sent:?}");
        for text in private {
            assert_eq!(sent[0].body.to_string().contains(text), leaves, "{text}: {sent:?}");
        }
        // Neither the customer's id nor the ticket's is needed there.
        for name in ["customer_id", "ticket_id"] {
            assert!(!sent[0].body.to_string().contains(ticket[name].as_str().unwrap()));
        }
        product.stack.stop().await;
    }
}
