//! Stands for Amazon Bedrock: speaks what Converse speaks on the wire, answers as a test says, and
//! keeps what it was sent.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

/// The model that the tests name.
pub const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// What it answers. The forms are those of the Bedrock API reference, "Converse".
#[derive(Debug, Clone)]
pub enum Reply {
    /// A message of the model, and why it ended.
    Message(&'static str, Vec<Value>),
    /// A status and the name of an error.
    Error(u16, &'static str),
    /// Success, with this for a body.
    Garbage(&'static str),
    /// Nothing, ever.
    Silence,
}

/// A call as it came.
#[derive(Debug, Clone)]
pub struct Call {
    /// The model that its address names.
    pub model: String,
    /// The signature.
    pub authorization: String,
    /// All that was sent.
    pub body: Value,
    /// The ticket in it.
    pub subject: String,
    /// The ticket in it.
    pub description: String,
}

/// The fake, and what it was sent.
#[derive(Clone, Default)]
pub struct FakeBedrock {
    calls: Arc<Mutex<Vec<Call>>>,
}

impl FakeBedrock {
    /// Starts to answer each call as `reply` says; also the option that leads functions here.
    pub async fn start(
        reply: impl Fn(&Call) -> Reply + Clone + Send + Sync + 'static,
    ) -> (Self, String) {
        let fake = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::clone(&fake.calls);
        let converse = move |Path(model): Path<String>, headers: HeaderMap, body: String| {
            let call = Call::read(model, &headers, &body);
            let reply = reply(&call);
            calls.lock().unwrap().push(call);
            answer(reply)
        };
        tokio::spawn(async move {
            let router = Router::new().route("/model/{model}/converse", post(converse));
            axum::serve(listener, router).await.unwrap();
        });
        (fake, format!("AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://{address}"))
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The calls for the ticket with this subject.
    pub fn calls_for(&self, subject: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.subject == subject).collect()
    }
}

impl Call {
    fn read(model: String, headers: &HeaderMap, body: &str) -> Self {
        assert_eq!(headers["content-type"], "application/json");
        let body: Value = serde_json::from_str(body).unwrap();
        let text = body["messages"][0]["content"][0]["text"].as_str().unwrap();
        let (_, data) = text.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        Self {
            model,
            authorization: headers["authorization"].to_str().unwrap().to_owned(),
            subject: data["subject"].as_str().unwrap().to_owned(),
            description: data["description"].as_str().unwrap().to_owned(),
            body,
        }
    }
}

async fn answer(reply: Reply) -> Response {
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("x-amzn-requestid", "7dace794-97f8-460b-a8f9-e2207c96d9d9");
    match reply {
        Reply::Message(stop_reason, content) => {
            let body = json!({
                "metrics": {"latencyMs": 731},
                "output": {"message": {"content": content, "role": "assistant"}},
                "stopReason": stop_reason,
                "usage": {"inputTokens": 900, "outputTokens": 90, "totalTokens": 990}
            });
            response.body(Body::from(body.to_string())).unwrap()
        }
        Reply::Error(status, name) => response
            .status(status)
            .header("x-amzn-errortype", format!("{name}:http://internal.amazon.com/coral/"))
            .body(Body::from(json!({"message": "a text that may quote the ticket"}).to_string()))
            .unwrap(),
        Reply::Garbage(body) => response.body(Body::from(body)).unwrap(),
        Reply::Silence => std::future::pending().await,
    }
}

/// The use of a tool, as a model writes it.
pub fn tool_use(name: &str, input: &Value) -> Value {
    json!({"toolUse": {"toolUseId": "tooluse_hbTgdi0CSLq_hM4P8csZJA", "name": name, "input": input}})
}

/// Text beside or instead of a tool.
pub fn text(text: &str) -> Value {
    json!({"text": text})
}

/// What the tool is given by a model that does what it was told.
pub fn triage(category: &str, priority: &str, confidence: f64) -> Value {
    json!({
        "category": category, "priority": priority, "confidence": confidence,
        "category_words": [], "priority_words": []
    })
}

/// The same with one member set.
pub fn triage_with(member: &str, value: Value) -> Value {
    let mut input = triage("refund", "high", 0.95);
    input[member] = value;
    input
}

/// An answer that uses the tool once.
pub fn recorded(input: &Value) -> Reply {
    Reply::Message("tool_use", vec![tool_use("record_triage", input)])
}
