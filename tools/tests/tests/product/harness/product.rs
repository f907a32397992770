//! The whole product as a client sees it.

use std::path::Path;
use std::time::Duration;

use local_stack::aws_json::Service;
use local_stack::stack::Stack;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::harness;
use crate::harness::contract::Contract;

const REGION: &str = "us-east-1";
const QUEUE: &str = "customer-support-copilot-AiQueue";
/// Pause between two looks for something that comes by itself.
const LOOK: Duration = Duration::from_millis(20);
/// How long a suggestion may take: far longer than it does on a busy machine.
const SUGGESTION_LIMIT: Duration = Duration::from_secs(60);
/// The table of tickets.
pub const TABLE: &str = "customer-support-copilot-TicketTable";

/// A stack and what a client needs to talk with it.
pub struct Product {
    /// The stack.
    pub stack: Stack,
    /// An HTTP client.
    pub client: Client,
    /// The document that every answer is held against.
    pub contract: Contract,
}

/// An answer of the product.
#[derive(Debug)]
pub struct Answer {
    /// Its status code.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; a JSON string when it is no JSON.
    pub body: Value,
}

impl Product {
    /// Starts the stack with further options.
    pub async fn start_with(data_dir: &Path, further: &[&str]) -> Self {
        let stack = harness::start_with(data_dir, further).await;
        let contract = Contract::of(&stack.addresses().api).await;
        Self { stack, client: Client::new(), contract }
    }

    /// Starts the stack on the data in `data_dir`.
    pub async fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[]).await
    }

    /// Sends a request and holds the answer against the document under `route`.
    pub async fn send(&self, route: &str, path: &str, body: Option<&str>) -> Answer {
        self.send_with(route, path, body, &[]).await
    }

    /// The same with further headers.
    pub async fn send_with(
        &self,
        route: &str,
        path: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let method: Method = route.split(' ').next().unwrap().parse().unwrap();
        let mut request =
            self.client.request(method, format!("{}{path}", self.stack.addresses().api));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let text = answer.text().await.unwrap();
        let content_type = headers.get("content-type").map_or("none/none", |v| v.to_str().unwrap());
        self.contract.check(route, status, content_type, &text);
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// Creates a ticket.
    pub async fn create(&self, body: &Value) -> Answer {
        self.send("POST /api/tickets/create", "/api/tickets/create", Some(&body.to_string())).await
    }

    /// Reads a ticket.
    pub async fn read(&self, ticket_id: &str) -> Answer {
        self.send("GET /api/tickets/{ticket_id}", &format!("/api/tickets/{ticket_id}"), None).await
    }

    /// Lists tickets.
    pub async fn list(&self, query: &str) -> Answer {
        self.send("GET /api/tickets", &format!("/api/tickets{query}"), None).await
    }

    /// Moves a ticket.
    pub async fn change_status(&self, ticket_id: &str, status: &str) -> Answer {
        let path = format!("/api/tickets/{ticket_id}/status");
        let body = json!({"status": status}).to_string();
        self.send("PUT /api/tickets/{ticket_id}/status", &path, Some(&body)).await
    }

    /// Creates a ticket with an `Idempotency-Key`.
    pub async fn create_with_key(&self, key: &str, body: &Value) -> Answer {
        let path = "/api/tickets/create";
        let headers = [("idempotency-key", key)];
        self.send_with("POST /api/tickets/create", path, Some(&body.to_string()), &headers).await
    }

    /// Moves a ticket if it is of a version that `If-Match` names.
    pub async fn change_status_if(&self, ticket_id: &str, status: &str, if_match: &str) -> Answer {
        let path = format!("/api/tickets/{ticket_id}/status");
        let body = json!({"status": status}).to_string();
        let route = "PUT /api/tickets/{ticket_id}/status";
        self.send_with(route, &path, Some(&body), &[("if-match", if_match)]).await
    }

    /// Sets fields of a ticket.
    pub async fn patch(&self, ticket_id: &str, patch: &Value) -> Answer {
        self.patch_if(ticket_id, patch, "*").await
    }

    /// Sets fields of a ticket if it is of a version that `If-Match` names.
    pub async fn patch_if(&self, ticket_id: &str, patch: &Value, if_match: &str) -> Answer {
        let path = format!("/api/tickets/{ticket_id}");
        let (body, headers) = (patch.to_string(), [("if-match", if_match)]);
        self.send_with("PATCH /api/tickets/{ticket_id}", &path, Some(&body), &headers).await
    }

    /// A page of the timeline of a ticket: its `history` or its `messages`.
    pub async fn timeline(&self, ticket_id: &str, kind: &str, query: &str) -> Answer {
        let route = format!("GET /api/tickets/{{ticket_id}}/{kind}");
        self.send(&route, &format!("/api/tickets/{ticket_id}/{kind}{query}"), None).await
    }

    /// All changes of a ticket, oldest first, read in pages of seven.
    pub async fn changes(&self, ticket_id: &str) -> Vec<Value> {
        self.walk(ticket_id, "history", "changes", 7).await
    }

    /// All messages of a ticket or all its changes, in pages of `limit`.
    pub async fn walk(
        &self,
        ticket_id: &str,
        kind: &str,
        member: &str,
        limit: usize,
    ) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut query = format!("?limit={limit}");
        loop {
            let page = self.timeline(ticket_id, kind, &query).await;
            assert_eq!(page.status, 200, "{page:?}");
            let of_page = page.body[member].as_array().unwrap();
            entries.extend(of_page.iter().cloned());
            let Some(cursor) = page.body["next_cursor"].as_str() else { return entries };
            assert!((1..=limit).contains(&of_page.len()), "{page:?}");
            query = format!("?limit={limit}&cursor={cursor}");
        }
    }

    /// Reads what the AI suggests for a ticket once it does. Fails when it takes too long.
    pub async fn suggestion(&self, ticket_id: &str) -> Value {
        self.suggestion_answer(ticket_id).await.body["suggestion"].clone()
    }

    /// The same with the whole answer.
    pub async fn suggestion_answer(&self, ticket_id: &str) -> Answer {
        let route = "GET /api/tickets/{ticket_id}/suggestions";
        let path = format!("/api/tickets/{ticket_id}/suggestions");
        let until_suggested = async {
            loop {
                let answer = self.send(route, &path, None).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                if !answer.body["suggestion"].is_null() {
                    return answer;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(SUGGESTION_LIMIT, until_suggested).await.unwrap()
    }

    /// Calls the embedded SQS about the queue of AI work.
    pub async fn queue(&self, operation: &'static str, mut request: Value) -> Value {
        let endpoint = self.stack.addresses().sqs.clone().unwrap();
        request["QueueUrl"] = format!("{endpoint}/000000000000/{QUEUE}").into();
        Service::sqs(&endpoint, REGION).call(operation, &request).await.unwrap()
    }

    /// A client for the embedded DynamoDB.
    pub fn dynamodb(&self) -> Service {
        Service::dynamodb(self.stack.addresses().dynamodb.as_deref().unwrap(), REGION)
    }

    /// What the table holds of a ticket under a sort key.
    pub async fn item(&self, ticket_id: &str, sort_key: &str) -> Value {
        let key = json!({"pk": {"S": &ticket_id[13..]}, "sk": {"S": sort_key}});
        let request = json!({"TableName": TABLE, "Key": key});
        self.dynamodb().call("GetItem", &request).await.unwrap()["Item"].clone()
    }

    /// Every message in the queue, taken out of it and held against its schema.
    pub async fn messages(&self) -> Vec<Value> {
        let endpoint = self.stack.addresses().sqs.clone().unwrap();
        let sqs = Service::sqs(&endpoint, REGION);
        let url = format!("{endpoint}/000000000000/{QUEUE}");
        let mut messages = Vec::new();
        let schema = MessageSchema::read();
        loop {
            let request = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0});
            let answer = sqs.call("ReceiveMessage", &request).await.unwrap();
            let batch = answer["Messages"].as_array().cloned().unwrap_or_default();
            if batch.is_empty() {
                return messages;
            }
            for message in batch {
                let body = message["Body"].as_str().unwrap();
                let body: Value = serde_json::from_str(body).unwrap();
                schema.check(&body);
                messages.push(body);
            }
        }
    }
}

/// The body of a small ticket.
pub fn ticket(number: usize) -> Value {
    json!({
        "customer_email": format!("customer{number}@example.com"),
        "subject": format!("Ticket {number}"),
        "description": "Please help."
    })
}

/// The id in the answer to a create.
pub fn created_id(answer: &Answer) -> String {
    answer.body["ticket"]["ticket_id"].as_str().unwrap().to_owned()
}

/// The id in the answer to a webhook.
pub fn reported_id(answer: &Answer) -> String {
    answer.body["ticket_id"].as_str().unwrap().to_owned()
}

/// The ids on a page.
pub fn ids(page: &Answer) -> Vec<String> {
    let tickets = page.body["tickets"].as_array().unwrap();
    tickets.iter().map(|ticket| ticket["ticket_id"].as_str().unwrap().to_owned()).collect()
}

/// What the repository publishes of the messages in the queue.
struct MessageSchema(jsonschema::Validator);

impl MessageSchema {
    fn read() -> Self {
        let file = harness::workspace().join("shared/aws/schemas/ai-work-message-1.json");
        let schema = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        Self(jsonschema::validator_for(&schema).unwrap())
    }

    /// Fails unless a message is as it says.
    fn check(&self, message: &Value) {
        let faults: Vec<String> =
            self.0.iter_errors(message).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{message}: {faults:?}");
    }
}
