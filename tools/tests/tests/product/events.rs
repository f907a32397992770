//! Every file in `events/` through the real binary, with a snapshot of what it answers.

use crate::harness;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::harness::contract::Contract;
use crate::harness::{KNOWN_TICKET, redacted, workspace};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use lambda_process::{FunctionConfiguration, FunctionPool, LogWriter};
use local_stack::stack::Stack;
use serde_json::{Value, json};
use sha2::Sha256;

const REGION: &str = "us-east-1";
const TABLE: &str = "customer-support-copilot-TicketTable";
/// Zendesk's secret for webhooks that are being set up, published in its documentation.
const ZENDESK_SECRET: &str = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
const ZENDESK_SIGNATURE: &str = "x-zendesk-webhook-signature";
/// A longer body, such as a script, is snapshotted by its beginning.
const BODY_CHARACTERS: usize = 3_000;

#[tokio::test]
async fn create_ticket() {
    check("create-ticket").await;
}

#[tokio::test]
async fn read_tickets() {
    check("read-tickets").await;
}

#[tokio::test]
async fn update_status() {
    check("update-status").await;
}

#[tokio::test]
async fn update_ticket() {
    check("update-ticket").await;
}

#[tokio::test]
async fn webhook_zendesk() {
    check("webhook-zendesk").await;
}

#[tokio::test]
async fn webhook_intercom() {
    check("webhook-intercom").await;
}

#[tokio::test]
async fn api_docs() {
    check("api-docs").await;
}

#[tokio::test]
async fn requeue_stranded() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    put_known_ticket(&stack).await;
    let pool = start("requeue-stranded", &stack).await;
    let event = fs::read(harness::events("requeue-stranded").join("scheduled.json")).unwrap();
    let run = async || {
        let answer = pool.invoke(event.clone().into()).await.unwrap();
        serde_json::from_slice::<Value>(&answer).unwrap()
    };
    let first = run().await;
    assert!(first["oldest_seconds"].as_u64().unwrap() > 300, "{first}");
    assert_eq!((&first["requeued"], &first["refused"]), (&json!(1), &json!(0)));
    let nothing = json!({"requeued": 0, "refused": 0, "oldest_seconds": 0, "has_more": false});
    assert_eq!(run().await, nothing);
    pool.stop().await;
    stack.stop().await;
}

#[tokio::test]
async fn triage_ticket() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    put_known_ticket(&stack).await;
    let pool = start("triage-ticket", &stack).await;
    let client = reqwest::Client::new();
    for file in files("triage-ticket") {
        let event = fs::read(&file).unwrap();
        let answer: Value =
            serde_json::from_slice(&pool.invoke(event.into()).await.unwrap()).unwrap();
        let url = format!("{}/api/tickets/{KNOWN_TICKET}", stack.addresses().api);
        let ticket: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
        let url = format!("{url}/history");
        let history: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
        let seen = json!({"answer": answer, "ticket": ticket, "history": history});
        let case = file.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_json_snapshot!(format!("triage-ticket__{case}"), redacted(seen));
    }
    pool.stop().await;
    stack.stop().await;
}

#[tokio::test]
async fn retrain_triage() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    let pool = start("retrain-triage", &stack).await;
    for (file, activated) in [("scheduled.json", false), ("use-delivered-model.json", true)] {
        let event = fs::read(harness::events("retrain-triage").join(file)).unwrap();
        let answer = pool.invoke(event.into()).await.unwrap();
        let outcome = json!({"version": 0, "activated": activated, "figures": null});
        assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap(), outcome);
    }
    pool.stop().await;
    stack.stop().await;
}

#[tokio::test]
async fn close_resolved() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    put_known_ticket(&stack).await;
    let url = format!("{}/api/tickets/{KNOWN_TICKET}/status", stack.addresses().api);
    let request = reqwest::Client::new().put(url).json(&json!({"status": "resolved"}));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let pool = start("close-resolved", &stack).await;
    let event = fs::read(harness::events("close-resolved").join("scheduled.json")).unwrap();
    let answer = pool.invoke(event.into()).await.unwrap();
    // It is old, but not resolved for long.
    let outcome = json!({"closed": 0, "conflicts": 0, "read": 1, "has_more": false});
    assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap(), outcome);
    pool.stop().await;
    stack.stop().await;
}

#[tokio::test]
async fn add_note() {
    check("add-note").await;
}

#[tokio::test]
async fn keep_draft() {
    check("keep-draft").await;
}

#[tokio::test]
async fn customer_data() {
    check("customer-data").await;
}

#[tokio::test]
async fn erase_due() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    put_known_ticket(&stack).await;
    let pool = start("erase-due", &stack).await;
    let run = async |file: &str| {
        let event = fs::read(harness::events("erase-due").join(file)).unwrap();
        let answer = pool.invoke(event.into()).await.unwrap();
        serde_json::from_slice::<Value>(&answer).unwrap()
    };
    // Tickets are kept for ever unless the template says otherwise.
    let nothing =
        json!({"erased": 0, "left_over": 0, "customers": 0, "read": 0, "has_more": false});
    assert_eq!(run("scheduled.json").await, nothing);
    let erasure = run("erase-customer.json").await;
    assert_eq!(erasure["erased"]["tickets"], 1, "{erasure}");
    assert!(erasure["finished_at"].is_string(), "{erasure}");
    pool.stop().await;
    stack.stop().await;
}

#[test]
fn every_function_is_checked() {
    let functions: Vec<String> =
        ::workspace::functions(&workspace()).unwrap().into_keys().collect();
    let checked = [
        "add-note",
        "api-docs",
        "close-resolved",
        "create-ticket",
        "customer-data",
        "erase-due",
        "keep-draft",
        "read-tickets",
        "requeue-stranded",
        "retrain-triage",
        "triage-ticket",
        "update-status",
        "update-ticket",
        "webhook-intercom",
        "webhook-zendesk",
    ];
    assert_eq!(functions, checked);
}

async fn check(function: &str) {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    put_known_ticket(&stack).await;
    let contract = Contract::of(&stack.addresses().api).await;
    let pool = start(function, &stack).await;

    for file in files(function) {
        let mut event: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        sign_again(&mut event);
        let answer = pool.invoke(event.to_string().into()).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        check_contract(&contract, &event, &answer);
        let case = file.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_json_snapshot!(format!("{function}__{case}"), snapshot(answer));
    }
    pool.stop().await;
    stack.stop().await;
}

fn files(function: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(harness::events(function))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// The binary that the stack has just built, in a process of its own.
async fn start(function: &str, stack: &Stack) -> FunctionPool {
    let binaries = [function.to_owned()];
    let executables = local_stack::cargo::build(&workspace(), &binaries, false).await.unwrap();
    let addresses = stack.addresses();
    let sqs = addresses.sqs.clone().unwrap();
    let environment = BTreeMap::from(
        [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", &addresses.access_key),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", addresses.dynamodb.as_deref().unwrap()),
            ("AWS_ENDPOINT_URL_SQS", &sqs),
            ("INTERCOM_WEBHOOK_SECRET", "intercom_secret"),
            ("ZENDESK_WEBHOOK_SECRET", ZENDESK_SECRET),
            ("STACK_KEY", "a key of at least 32 bytes, for tests"),
            ("LIST_SHARDS", "4"),
            ("CLOSE_RESOLVED_AFTER_DAYS", "7"),
            ("TICKET_RETENTION_DAYS", "0"),
            ("TRIAGE_CONFIDENCE", "0.5"),
            ("TRIAGE_MODEL", "embedded"),
            ("BEDROCK_MASKING", "on"),
            ("STRANDED_AFTER_SECONDS", "300"),
            ("TABLE_NAME", TABLE),
            ("QUEUE_URL", &format!("{sqs}/000000000000/customer-support-copilot-AiQueue")),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let configuration = FunctionConfiguration {
        name: function.to_owned(),
        executable: executables[function].clone(),
        timeout: Duration::from_secs(10),
        memory_mb: 256,
        environment,
        maximum_processes: 1,
    };
    FunctionPool::start(configuration, LogWriter::readable()).await.unwrap()
}

/// Zendesk's signatures hold for five minutes, those in files not at all: what is rightly signed for
/// the time in the file is signed for now instead.
fn sign_again(event: &mut Value) {
    let timestamp_header = format!("{ZENDESK_SIGNATURE}-timestamp");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = event["headers"].clone();
    let (signature, then) = (text(&headers[ZENDESK_SIGNATURE]), text(&headers[&timestamp_header]));
    let sign = |timestamp: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(ZENDESK_SECRET.as_bytes()).unwrap();
        mac.update(timestamp.as_bytes());
        mac.update(event["body"].as_str().unwrap_or_default().as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    };
    if !signature.is_empty() && signature == sign(&then) {
        let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let signed = sign(&now);
        event["headers"][ZENDESK_SIGNATURE] = signed.into();
        event["headers"][&timestamp_header] = now.into();
    }
}

/// The ticket that the events name, exactly as the store writes it.
async fn put_known_ticket(stack: &Stack) {
    let texts = [
        ("pk", "A1B2C3D4"),
        ("sk", "ticket"),
        ("list_shard", "all#00"),
        ("status_shard", "new#00"),
        ("ai_work_shard", "awaiting#00"),
        ("created_key", "2024-11-03T10:30:00.000Z#A1B2C3D4"),
        ("write_token", "00000000000000000000000000000000"),
        ("ticket_id", KNOWN_TICKET),
        ("customer_id", "CUST-DF36B01B83A62E00D460"),
        ("customer_email", "john.doe@example.com"),
        ("customer_name", "John Doe"),
        ("subject", "Order hasn't shipped yet"),
        ("description", "My order #2021 was placed a week ago but hasn't shipped. Can you help?"),
        ("priority", "medium"),
        ("status", "new"),
        ("order_id", "2021"),
        ("source", "web"),
        ("created_at", "2024-11-03T10:30:00.000Z"),
        ("updated_at", "2024-11-03T10:30:00.000Z"),
    ];
    let mut item = json!({"version": {"N": "1"}});
    for (name, value) in texts {
        item[name] = json!({"S": value});
    }
    let dynamodb = stack.addresses().dynamodb_client(REGION).unwrap();
    dynamodb.call("PutItem", &json!({"TableName": TABLE, "Item": item})).await.unwrap();
}

fn check_contract(contract: &Contract, event: &Value, answer: &Value) {
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    let content_type = answer["headers"]["content-type"].as_str().unwrap_or("none/none");
    let body = answer["body"].as_str().unwrap_or_default();
    contract.check(event["routeKey"].as_str().unwrap(), status, content_type, body);
}

fn snapshot(mut answer: Value) -> Value {
    let body = answer["body"].as_str().unwrap_or_default();
    if let Ok(json) = serde_json::from_str::<Value>(body) {
        answer["body"] = if json["openapi"].is_string() { "[the document]".into() } else { json };
    } else if body.chars().count() > BODY_CHARACTERS {
        answer["body"] = body.chars().take(BODY_CHARACTERS).collect::<String>().into();
    }
    redacted(answer)
}

#[test]
fn the_events_are_those_of_the_template() {
    let settings = sam_template::Settings {
        region: REGION.to_owned(),
        account_id: "000000000000".to_owned(),
        stack_name: "s".to_owned(),
        queue_url_base: "http://127.0.0.1:1".to_owned(),
        parameters: BTreeMap::new(),
    };
    let template = workspace().join("template.yaml");
    let deployment = sam_template::Deployment::read(&template, &settings).unwrap();
    let has_event = |route: String| {
        deployment
            .functions
            .iter()
            .flat_map(|function| files(&function.binary))
            .any(|file| route_of(&file).as_ref() == Some(&route))
    };
    for route in &deployment.routes {
        let route = format!("{} {}", route.method, route.path);
        assert!(has_event(route.clone()), "no file in events/ for {route}");
    }
}

fn route_of(file: &Path) -> Option<String> {
    let event: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    event["routeKey"].as_str().map(str::to_owned)
}
