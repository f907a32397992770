//! `sam local start-api` answers create, get, list and status over HTTP.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::{SamLocal, SamLocalError};
use crate::process::Process;
use crate::project::free_port;
use crate::steps::StepError;

/// How long SAM CLI may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long one answer may take, the start of a container included.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// Why the API does not pass.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// It did not answer.
    #[error("{call} was not answered: {source}")]
    NoAnswer {
        /// The call.
        call: &'static str,
        /// Why.
        source: reqwest::Error,
    },
    /// It answered something else.
    #[error("{call} was answered {status} with {body}")]
    WrongAnswer {
        /// The call.
        call: &'static str,
        /// The status of the answer.
        status: u16,
        /// Its body.
        body: Value,
    },
}

/// Serves the API and follows a ticket through it.
///
/// # Errors
/// [`ApiError`], or SAM CLI does not serve the API.
pub async fn check(sam_local: &SamLocal<'_>) -> Result<(), StepError> {
    let port = free_port().map_err(|source| StepError::System { action: "find a port", source })?;
    let mut command = sam_local.command(&["start-api", "--host", "127.0.0.1"])?;
    command.args(["--port", &port.to_string()]);
    let log = sam_local.project.scratch.join("sam-local-start-api.log");
    let mut process = Process::start_in_background("sam local start-api", command, &log)?;
    let connects = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok();
    process.wait_until(START_LIMIT, connects).await?;
    let address = format!("http://127.0.0.1:{port}/api/tickets");
    Ok(follow_a_ticket(&Client::new(), &address).await.map_err(SamLocalError::Api)?)
}

async fn follow_a_ticket(client: &Client, tickets: &str) -> Result<(), ApiError> {
    let ticket = json!({
        "customer_email": "john.doe@example.com",
        "subject": "Order hasn't shipped yet",
        "description": "My order #2021 was placed a week ago."
    });
    let create = client.post(format!("{tickets}/create")).json(&ticket);
    let answer = send("POST /api/tickets/create", create, 201, |body| {
        body["ticket"]["status"] == "new" && body["ticket"]["ticket_id"].is_string()
    });
    let body = answer.await?;
    let id = body["ticket"]["ticket_id"].as_str().unwrap_or_default();

    let is_it = |body: &Value| body["ticket_id"] == id && body["status"] == "new";
    let get = client.get(format!("{tickets}/{id}"));
    send("GET /api/tickets/{ticket_id}", get, 200, is_it).await?;

    let lists_it = |body: &Value| {
        body["tickets"].as_array().is_some_and(|page| page.iter().any(|t| t["ticket_id"] == id))
    };
    send("GET /api/tickets", client.get(tickets), 200, lists_it).await?;

    let change = client.put(format!("{tickets}/{id}/status")).json(&json!({"status": "open"}));
    let is_open = |body: &Value| body["ticket_id"] == id && body["status"] == "open";
    send("PUT /api/tickets/{ticket_id}/status", change, 200, is_open).await?;
    Ok(())
}

async fn send(
    call: &'static str,
    request: RequestBuilder,
    expected_status: u16,
    is_expected: impl Fn(&Value) -> bool,
) -> Result<Value, ApiError> {
    let no_answer = |source| ApiError::NoAnswer { call, source };
    let answer = request.timeout(ANSWER_LIMIT).send().await.map_err(no_answer)?;
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.map_err(no_answer)?;
    if status != expected_status || !is_expected(&body) {
        return Err(ApiError::WrongAnswer { call, status, body });
    }
    println!("{call} is answered {status} over HTTP");
    Ok(body)
}
