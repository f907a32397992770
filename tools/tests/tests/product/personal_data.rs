//! Nothing that a person has written, and no secret, reaches a log.

use crate::harness;
use crate::harness::caller::{Caller, token};
use std::path::Path;

use lambda_process::CapturedLog;
use local_stack::stack::Stack;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// Stands in every place that a client can fill.
const PLANTED: &str = "planted";

async fn start(data_dir: &Path, logs: &CapturedLog, further: &[&str]) -> Stack {
    Stack::start_with_logs(harness::options(data_dir, further), logs.writer()).await.unwrap()
}

fn create_body() -> Value {
    json!({
        "customer_email": "planted@planted.example",
        "customer_name": "Planted Name",
        "subject": "Planted subject",
        "description": "Planted description",
        "order_id": "planted-1",
        "source": "web"
    })
}

/// Right and wrong requests for every route, with the mark wherever there is room for it.
fn requests() -> Vec<(Method, String, Option<String>)> {
    let with = |member: &str, value: Value| {
        let mut body = create_body();
        body[member] = value;
        body.to_string()
    };
    let zendesk = json!({"ticket": {"id": 7, "subject": "Planted", "description": "Planted",
        "tags": "planted", "requester": {"email": "planted@planted.example", "name": "Planted"}}});
    let event = json!({"type": "zen:event-type:ticket.comment_added", "account_id": 1,
        "event": {"comment": {"body": "Planted", "id": "1", "is_public": true}},
        "detail": {"id": "7", "subject": "Planted", "description": "Planted"}});
    let intercom = json!({"type": "conversation.created", "data": {"item": {"id": "planted-8",
        "conversation_message": {"body": "<p>Planted</p>"},
        "user": {"email": "planted@planted.example", "name": "Planted"}}}});
    let post = |path: &str, body: String| (Method::POST, path.to_owned(), Some(body));
    let get = |path: &str| (Method::GET, path.to_owned(), None);
    let status = "/api/tickets/TKT-20241103-00000000/status";
    vec![
        post("/api/tickets/create", create_body().to_string()),
        post("/api/tickets/create", with("planted_field", json!("Planted"))),
        post("/api/tickets/create", with("customer_email", json!("planted"))),
        post("/api/tickets/create", with("source", json!("planted"))),
        post("/api/tickets/create", "{\"planted".to_owned()),
        post("/api/tickets/create?planted=planted", create_body().to_string()),
        post("/api/tickets/webhook/zendesk", zendesk.to_string()),
        post("/api/tickets/webhook/zendesk", event.to_string()),
        post("/api/tickets/webhook/zendesk", json!({"planted": "planted"}).to_string()),
        post("/api/tickets/webhook/zendesk", "planted".to_owned()),
        post("/api/tickets/webhook/intercom", intercom.to_string()),
        post("/api/tickets/webhook/intercom", "{\"planted\": 1}".to_owned()),
        get("/api/tickets?planted=planted&cursor=planted&status=planted"),
        get("/api/tickets/planted"),
        get("/planted"),
        get("/docs/planted"),
        (Method::PUT, status.to_owned(), Some(json!({"status": "planted"}).to_string())),
        post(
            "/api/tickets/planted/notes",
            json!({"text": "Planted", "actor": "Planted"}).to_string(),
        ),
        (
            Method::PUT,
            "/api/tickets/TKT-20241103-00000000/draft".to_owned(),
            Some(json!({"text": "Planted", "planted": "Planted"}).to_string()),
        ),
        get("/api/tickets?assignee=planted&needs_review=planted"),
        (
            Method::PUT,
            status.to_owned(),
            Some(json!({"status": "open", "note": "Planted", "actor": "Planted"}).to_string()),
        ),
        (
            Method::PATCH,
            "/api/tickets/TKT-20241103-00000000".to_owned(),
            Some(json!({"assignee": "Planted", "tags": ["planted"]}).to_string()),
        ),
        (
            Method::PATCH,
            "/api/tickets/planted?planted=planted".to_owned(),
            Some(json!({"planted": "Planted", "tags": ["Planted\n"], "assignee": 1}).to_string()),
        ),
        get("/api/tickets/planted/history?cursor=planted"),
        get("/api/tickets/TKT-20241103-00000000/messages?planted=planted"),
        (Method::PUT, "/api/tickets/planted/status".to_owned(), Some("planted".to_owned())),
    ]
}

async fn send_all(stack: &Stack) {
    let client = Client::builder().user_agent("planted/1.0").build().unwrap();
    for (method, path, body) in requests() {
        let url = format!("{}{path}", stack.addresses().api);
        let request = client
            .request(method, url)
            .header("content-type", "application/json")
            .header("idempotency-key", "planted@planted.example")
            .header("referer", "https://planted.example/")
            .header("x-planted", "planted")
            .body(body.unwrap_or_default());
        request.send().await.unwrap();
    }
}

/// Marks a ticket that exists in every way, and leaves it resolved.
async fn change_a_ticket(stack: &Stack) {
    let (client, api) = (Client::new(), &stack.addresses().api);
    let created = client.post(format!("{api}/api/tickets/create")).json(&create_body());
    let created: Value = created.send().await.unwrap().json().await.unwrap();
    let url = format!("{api}/api/tickets/{}", created["ticket"]["ticket_id"].as_str().unwrap());
    let patch = json!({"assignee": "Planted", "tags": ["planted"]});
    let status = json!({"status": "resolved", "note": "Planted", "actor": "Planted"});
    for request in [
        client.patch(&url).json(&patch),
        client.put(format!("{url}/status")).json(&status),
        client.put(format!("{url}/draft")).json(&json!({"text": "Planted"})),
        client.get(format!("{url}/draft")),
        client.get(format!("{url}/history")),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let note = json!({"text": "Planted", "actor": "Planted"});
    let note = client.post(format!("{url}/notes")).json(&note).header("idempotency-key", "planted");
    assert_eq!(note.send().await.unwrap().status(), 201);
}

fn check(logs: &CapturedLog, expected: &[&str]) {
    let logs = logs.text();
    for line in logs.lines() {
        assert!(!line.to_lowercase().contains(PLANTED), "{line}");
        assert!(serde_json::from_str::<Value>(line).is_ok(), "not JSON: {line}");
    }
    for text in expected {
        assert!(logs.contains(text), "nothing says {text:?}");
    }
}

#[tokio::test]
async fn requests_leave_nothing_personal_in_the_log() {
    let (logs, data) = (CapturedLog::default(), tempfile::tempdir().unwrap());
    let due_at_once = ["--env", "CLOSE_RESOLVED_AFTER_DAYS=0"];
    let further = [&due_at_once[..], &["--parameter", "TriageModel=embedded"]].concat();
    let stack = start(data.path(), &logs, &further).await;
    send_all(&stack).await;
    send_all(&stack).await;
    change_a_ticket(&stack).await;
    logs.line_with("\"Triaged\":1").await;
    stack.run_schedule("requeue-stranded").await.unwrap();
    stack.run_schedule("close-resolved").await.unwrap();
    stack.stop().await;
    let expected = ["\"Created\":1", "\"Replayed\":1", "\"Duplicate\":1", "\"ColdStart\":1"];
    check(&logs, &expected);
    check(&logs, &["\"Reason\":\"invalid-fields\"", "WebhookUnreadable", "\"Requeued\":0"]);
    check(&logs, &["\"Closed\":1"]);
}

#[tokio::test]
async fn failures_leave_nothing_personal_in_the_log() {
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nowhere.local_addr().unwrap();
    drop(nowhere);
    let (logs, data) = (CapturedLog::default(), tempfile::tempdir().unwrap());
    let sqs = format!("AWS_ENDPOINT_URL_SQS=http://{address}");
    let stack = start(data.path(), &logs, &["--env", &sqs]).await;
    send_all(&stack).await;
    stack.stop().await;
    check(&logs, &["AI work not queued", "AiWorkNotQueued"]);

    let (logs, data) = (CapturedLog::default(), tempfile::tempdir().unwrap());
    let dynamodb = format!("AWS_ENDPOINT_URL_DYNAMODB=http://{address}");
    let secrets = ["INTERCOM_WEBHOOK_SECRET=planted", "ZENDESK_WEBHOOK_SECRET=planted"];
    let options = ["--env", &dynamodb, "--env", secrets[0], "--env", secrets[1]];
    let stack = start(data.path(), &logs, &options).await;
    send_all(&stack).await;
    stack.stop().await;
    check(&logs, &["\"message\":\"unavailable\"", "SignatureRefused"]);
}

/// The callers in the lines of answers to a route.
fn callers(logs: &CapturedLog, route: &str) -> Vec<Option<String>> {
    let text = logs.text();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["message"] == "answered" && line["route"] == route)
        .map(|line| line["caller"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn the_log_tells_callers_apart_and_names_none() {
    let (logs, data) = (CapturedLog::default(), tempfile::tempdir().unwrap());
    let stack = start(data.path(), &logs, &["--auth"]).await;
    let ticket_id = Caller::of(&stack, None).create().await;
    for subject in ["planted-1", "planted-2", "planted-1"] {
        let bearer = token(data.path(), &["--subject", subject]);
        let agent = Caller::of(&stack, Some(&bearer));
        let read = agent.send("GET", &format!("/api/tickets/{ticket_id}"), None).await;
        assert_eq!(read.status(), 200);
    }
    // Who is refused is told too.
    let bearer = token(data.path(), &["--subject", "planted-2", "--scope", "read"]);
    let path = format!("/api/tickets/{ticket_id}/status");
    let refused = Caller::of(&stack, Some(&bearer));
    let refused = refused.send("PUT", &path, Some(&json!({"status": "open"}))).await;
    assert_eq!(refused.status(), 403);
    stack.stop().await;

    check(&logs, &[&ticket_id]);
    let mut readers: Vec<String> =
        callers(&logs, "GET /api/tickets/{ticket_id}").into_iter().map(Option::unwrap).collect();
    assert_eq!(readers.len(), 3);
    let is_hash = |hash: &String| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(readers.iter().all(is_hash), "{readers:?}");
    readers.sort();
    readers.dedup_by(|one, other| one == other);
    assert_eq!(readers.len(), 2);
    let refused = callers(&logs, "PUT /api/tickets/{ticket_id}/status");
    assert!(refused.iter().all(|caller| readers.contains(caller.as_ref().unwrap())));
    assert_eq!(refused.len(), 1);
    assert_eq!(callers(&logs, "POST /api/tickets/create"), [None]);
}
