//! A server may close a connection that a function keeps for its next call. The call is then made
//! again on a new one, and whoever called the function sees nothing of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::harness;
use crate::harness::workspace;
use lambda_process::{FunctionConfiguration, FunctionPool, LogWriter};
use serde_json::{Value, json};

/// Requests to the function in each test.
const REQUESTS: u32 = 3;

/// When the server closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closes {
    /// With an answer that does not announce it, as a server does that has waited long enough.
    AfterAnswer,
    /// When a second request comes, which is lost: closing and sending have crossed.
    AtSecondRequest,
}

/// What the server has seen.
#[derive(Debug, Default)]
struct Seen {
    connections: AtomicU32,
    lost_requests: AtomicU32,
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used_again() {
    let seen = change_tickets_at(Closes::AfterAnswer).await;
    // One is opened before the first request.
    assert_eq!(seen.connections.load(Ordering::Relaxed), REQUESTS + 1, "{seen:?}");
}

#[tokio::test]
async fn a_request_that_is_lost_with_its_connection_is_sent_again() {
    let seen = change_tickets_at(Closes::AtSecondRequest).await;
    assert_eq!(seen.lost_requests.load(Ordering::Relaxed), REQUESTS, "{seen:?}");
    assert_eq!(seen.connections.load(Ordering::Relaxed), REQUESTS + 1, "{seen:?}");
}

/// Has a function that keeps one connection look for a ticket again and again; every answer must be
/// right.
async fn change_tickets_at(closes: Closes) -> Arc<Seen> {
    let seen = Arc::new(Seen::default());
    let endpoint = serve(closes, seen.clone());
    let function = start(&endpoint).await;
    let event = std::fs::read(harness::events("update-status").join("1-opened.json")).unwrap();
    for _ in 0..REQUESTS {
        let answer = function.invoke(event.clone().into()).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        // The server holds nothing, and only a call that was answered can tell that.
        assert_eq!(answer["statusCode"], 404, "{answer}");
    }
    function.stop().await;
    seen
}

async fn start(endpoint: &str) -> FunctionPool {
    let name = "update-status".to_owned();
    let built = local_stack::cargo::build(&workspace(), std::slice::from_ref(&name), false).await;
    let environment = BTreeMap::from(
        [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
            ("LIST_SHARDS", "4"),
            ("STACK_KEY", "a key of at least 32 bytes, for tests"),
            ("TABLE_NAME", "tickets"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let configuration = FunctionConfiguration {
        executable: built.unwrap()[&name].clone(),
        name,
        timeout: Duration::from_secs(10),
        memory_mb: 256,
        environment,
        maximum_processes: 1,
    };
    FunctionPool::start(configuration, LogWriter::readable()).await.unwrap()
}

/// Stands for DynamoDB: answers the first request of each connection.
fn serve(closes: Closes, seen: Arc<Seen>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            seen.connections.fetch_add(1, Ordering::Relaxed);
            let seen = seen.clone();
            std::thread::spawn(move || serve_connection(connection.unwrap(), closes, &seen));
        }
    });
    format!("http://{address}")
}

fn serve_connection(mut connection: TcpStream, closes: Closes, seen: &Seen) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    if read_request(&mut reader).is_none() {
        return;
    }
    let body = json!({}).to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length";
    write!(connection, "{head}: {}\r\n\r\n{body}", body.len()).unwrap();
    if closes == Closes::AtSecondRequest && read_request(&mut reader).is_some() {
        seen.lost_requests.fetch_add(1, Ordering::Relaxed);
    }
    // Both ends of the connection go with this function, which closes it.
}

/// A whole request, or nothing when the client has closed the connection.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<()> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()
}
