//! The function `read-tickets`, asked for one page after the other.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use lambda_process::RuntimeApi;
use local_stack::access::AccessKey;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::filter::STACK_KEY;
use super::ticket::LIST_SHARDS;
use crate::invocation::invoke;

/// A running process of it. Dropping it kills the process.
pub struct Reader {
    api: RuntimeApi,
    child: Child,
    log: PathBuf,
}

/// A page that it answered.
pub struct Page {
    /// The ids of its tickets.
    pub ids: Vec<String>,
    /// The cursor of the next one.
    pub next: Option<String>,
    pub time: Duration,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    #[error("read-tickets cannot be run: {0}")]
    NotRun(#[from] io::Error),
    /// It ended, gave no answer in time, or another one than a page.
    #[error("read-tickets answered no page to {query}; its log is {}", log.display())]
    NoPage { query: String, log: PathBuf },
}

impl Reader {
    /// Starts the program `program` for the table `table` at `endpoint`, with access keys that follow
    /// from `key`; what it prints goes to `log`.
    ///
    /// # Errors
    /// [`ReaderError::NotRun`].
    pub async fn start(
        program: &Path,
        endpoint: &str,
        key: &AccessKey,
        table: &str,
        log: PathBuf,
    ) -> Result<Self, ReaderError> {
        let api = RuntimeApi::start().await?;
        let output = File::create(&log)?;
        let mut command = Command::new(program);
        command.env_clear().envs([
            ("AWS_LAMBDA_RUNTIME_API", api.address().to_string().as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "read-tickets"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_REGION", "us-east-1"),
            // The embedded DynamoDB holds the function of this key to its policy.
            ("AWS_ACCESS_KEY_ID", key.of_function("read-tickets").as_str()),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
            ("TABLE_NAME", table),
            ("LIST_SHARDS", LIST_SHARDS.to_string().as_str()),
            ("STACK_KEY", STACK_KEY),
        ]);
        let errors = output.try_clone()?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors).kill_on_drop(true);
        let child = command.spawn()?;
        Ok(Self { api, child, log })
    }

    /// Asks for the page of `query`.
    ///
    /// # Errors
    /// [`ReaderError::NoPage`].
    pub async fn page(&mut self, query: &str) -> Result<Page, ReaderError> {
        let event = event(query).to_string().into();
        let outcome = invoke(&self.api, &mut self.child, event).await;
        let page = outcome.and_then(|outcome| {
            let time = outcome.time();
            let answer: Value = serde_json::from_slice(&outcome.answer.ok()?).ok()?;
            let body: Value = serde_json::from_str(answer["body"].as_str()?).ok()?;
            let ids = body["tickets"].as_array()?.iter();
            Some(Page {
                ids: ids
                    .map(|ticket| Some(ticket["ticket_id"].as_str()?.to_owned()))
                    .collect::<Option<_>>()?,
                next: body["next_cursor"].as_str().map(str::to_owned),
                time,
            })
        });
        page.ok_or_else(|| ReaderError::NoPage { query: query.to_owned(), log: self.log.clone() })
    }
}

/// What API Gateway hands over.
fn event(query: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "GET /api/tickets",
        "rawPath": "/api/tickets",
        "rawQueryString": query,
        "headers": {"accept": "*/*", "host": "abc123.execute-api.us-east-1.amazonaws.com"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "http": {
                "method": "GET",
                "path": "/api/tickets",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "bench"
            },
            "requestId": "JKJaXmPLvHcESHW=",
            "routeKey": "GET /api/tickets",
            "stage": "$default",
            "time": "03/Nov/2024:10:30:00 +0000",
            "timeEpoch": 1_730_629_800_000_i64
        },
        "isBase64Encoded": false
    })
}
