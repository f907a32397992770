//! A Lambda function for the tests of the local stack. What it does is chosen by the path of the
//! event; by default it echoes the event. It also takes queue messages and runs on schedules.

use std::io::Write;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// Larger than any answer Lambda takes.
const LARGE_ANSWER_BYTES: usize = 7 * 1024 * 1024;

/// Time in which the answer before a crash gets out.
const DELAY_OF_IDLE_CRASH: Duration = Duration::from_millis(50);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // The init phase, chosen by a variable since there is no event yet.
    match std::env::var("TEST_FUNCTION_INIT").as_deref() {
        Ok("exit") => std::process::exit(7),
        Ok("hang") => std::future::pending::<()>().await,
        Ok("exit-unless-first") => exit_unless_first()?,
        _ => {}
    }
    lambda_runtime::run(service_fn(handle)).await
}

/// The first process leaves a file, named by a variable; the next ones find it.
fn exit_unless_first() -> Result<(), Error> {
    let marker = std::env::var("TEST_FUNCTION_MARKER")?;
    if std::fs::File::create_new(marker).is_err() {
        std::process::exit(7);
    }
    Ok(())
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    if let Some(records) = event.payload["Records"].as_array() {
        return Ok(take_messages(records));
    }
    if event.payload["detail-type"] == "Scheduled Event" {
        return run_scheduled(&event.payload);
    }
    let path = event.payload["rawPath"].as_str().unwrap_or_default();
    let (behaviour, argument) = split(path);
    match behaviour {
        "sleep" => tokio::time::sleep(Duration::from_millis(argument.parse()?)).await,
        "exit" => std::process::exit(3),
        "abort" => std::process::abort(),
        "panic" => std::panic::resume_unwind(Box::new("asked to panic")),
        "error" => return Err("asked to fail".into()),
        "idle-crash" => {
            std::thread::spawn(|| {
                std::thread::sleep(DELAY_OF_IDLE_CRASH);
                std::process::exit(4);
            });
        }
        "garbage" => return Ok(json!({ "statusCode": "not a status" })),
        "large" => return Ok(json!({ "statusCode": 200, "body": "x".repeat(LARGE_ANSWER_BYTES) })),
        "plain" => return Ok(json!({ "answer": 42 })),
        "answer" => return Ok(serde_json::from_str(body(&event.payload))?),
        "log" => log_line(body(&event.payload))?,
        _ => {}
    }
    Ok(echo(&event))
}

/// Of a batch of queue messages, those that say `fail` fail.
fn take_messages(records: &[Value]) -> Value {
    let failures: Vec<Value> = records
        .iter()
        .filter(|record| record["body"] == "fail" && record["eventSource"] == "aws:sqs")
        .map(|record| json!({ "itemIdentifier": record["messageId"] }))
        .collect();
    json!({ "batchItemFailures": failures })
}

/// Writes the event as a line into the marker file. The first run fails after that.
fn run_scheduled(event: &Value) -> Result<Value, Error> {
    let marker = std::env::var("TEST_FUNCTION_MARKER")?;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(marker)?;
    let is_first = file.metadata()?.len() == 0;
    writeln!(file, "{event}")?;
    if is_first { Err("the first run fails".into()) } else { Ok(json!({"runs": "on"})) }
}

/// `/sleep/250` is `sleep` and `250`.
fn split(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

fn body(event: &Value) -> &str {
    event["body"].as_str().unwrap_or_default()
}

fn log_line(line: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{line}")?;
    output.flush()
}

fn echo(event: &LambdaEvent<Value>) -> Value {
    let body = json!({
        "pid": std::process::id(),
        "event": event.payload,
        "functionArn": event.context.invoked_function_arn,
        "deadlineMs": event.context.deadline,
        "function": std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        "home": std::env::var("HOME").ok(),
    });
    json!({
        "statusCode": 200,
        "headers": { "content-type": "application/json" },
        "body": body.to_string(),
    })
}
