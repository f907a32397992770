//! A client of a stack that asks who calls.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use local_stack::stack::Stack;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use sha2::Sha256;

/// A client, with a token or without.
pub struct Caller<'a> {
    stack: &'a Stack,
    client: Client,
    token: Option<String>,
}

impl<'a> Caller<'a> {
    /// One that bears the token, if there is one.
    pub fn of(stack: &'a Stack, token: Option<&str>) -> Self {
        Self { stack, client: Client::new(), token: token.map(str::to_owned) }
    }

    /// Sends a request; a body is JSON.
    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Response {
        let method: Method = method.parse().unwrap();
        let url = format!("{}{path}", self.stack.addresses().api);
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }

    /// Creates a ticket and tells its id.
    pub async fn create(&self) -> String {
        let body = json!({"customer_email": "a@example.com", "subject": "s", "description": "d"});
        let answer = self.send("POST", "/api/tickets/create", Some(&body)).await;
        assert_eq!(answer.status(), 201);
        let body: Value = answer.json().await.unwrap();
        body["ticket"]["ticket_id"].as_str().unwrap().to_owned()
    }

    /// The answers of the routes that agents use: list, the same with a slash, read in every way, set
    /// fields, move.
    pub async fn as_agent(&self, ticket_id: &str) -> Vec<Response> {
        let ticket = format!("/api/tickets/{ticket_id}");
        let status = json!({"status": "open"});
        vec![
            self.send("GET", "/api/tickets", None).await,
            self.send("GET", "/api/tickets/", None).await,
            self.send("GET", &ticket, None).await,
            self.send("GET", &format!("{ticket}/history"), None).await,
            self.send("GET", &format!("{ticket}/messages"), None).await,
            self.send("GET", &format!("{ticket}/suggestions"), None).await,
            self.send("GET", "/api/customers/CUST-DF36B01B83A62E00D460/tickets", None).await,
            self.send("PATCH", &ticket, Some(&json!({"priority": "high"}))).await,
            self.send("PUT", &format!("{ticket}/status"), Some(&status)).await,
        ]
    }

    /// Moves a ticket.
    pub async fn change_status(&self, ticket_id: &str, status: &str) {
        let path = format!("/api/tickets/{ticket_id}/status");
        let answer = self.send("PUT", &path, Some(&json!({"status": status}))).await;
        assert_eq!(answer.status(), 200);
    }
}

/// What `local-stack token` prints, for agent-7 unless another subject is given.
pub fn token(data_dir: &Path, further: &[&str]) -> String {
    let subject: &[&str] =
        if further.contains(&"--subject") { &[] } else { &["--subject", "agent-7"] };
    let output = Command::new(env!("CARGO_BIN_EXE_local-stack-under-test"))
        .arg("--data-dir")
        .arg(data_dir)
        .arg("token")
        .args(subject)
        .args(further)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A token with `claims`, signed by hand with the key of the data folder.
pub fn signed(data_dir: &Path, claims: &Value) -> String {
    let key = std::fs::read(data_dir.join("token-signing-key")).unwrap();
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let unsigned = format!("{}.{}", part(&json!({"alg": "HS256"})), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(unsigned.as_bytes());
    format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
