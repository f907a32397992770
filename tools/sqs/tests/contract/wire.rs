//! The bytes on the wire, for clients other than the SDK of the other tests.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::client::{ACCOUNT_ID, EmbeddedServer};

/// Sends one request as it stands and returns the whole answer.
async fn exchange(server: &EmbeddedServer, request: String) -> String {
    let address = server.endpoint.strip_prefix("http://").unwrap().to_owned();
    let exchange = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    exchange.await.unwrap()
}

/// A request for one action, to be answered on a connection of its own.
fn post(path: &str, action: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: queues.test:1\r\nConnection: close\r\n\
         X-Amz-Target: AmazonSQS.{action}\r\nContent-Type: application/x-amz-json-1.0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The lowercase head and the JSON body of an answer.
fn parse(answer: &str) -> (String, serde_json::Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn errors_are_spelled_as_in_the_json_protocol() {
    let server = EmbeddedServer::start().await;
    let long_wait = r#"{"QueueUrl":"orders","WaitTimeSeconds":21}"#;
    for (action, body, shape, query_error) in [
        (
            "GetQueueAttributes",
            r#"{"QueueUrl":"missing"}"#,
            "com.amazonaws.sqs#QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue;Sender",
        ),
        (
            "ReceiveMessage",
            long_wait,
            "com.amazon.coral.service#InvalidParameterValueException",
            "InvalidParameterValue;Sender",
        ),
        (
            "SendMessage",
            "{\"QueueUrl\":\"orders\",\"MessageBody\":\"\\ud800\"}",
            "com.amazon.coral.service#SerializationException",
            "MalformedInput;Sender",
        ),
        (
            "DropEverything",
            "{}",
            "com.amazon.coral.service#UnknownOperationException",
            "InvalidAction;Sender",
        ),
    ] {
        let (head, json) = parse(&exchange(&server, post("/", action, body)).await);
        assert!(head.starts_with("http/1.1 400 "), "{head}");
        assert!(head.contains("content-type: application/x-amz-json-1.0"), "{head}");
        assert!(head.contains("x-amzn-requestid: "), "{head}");
        let header = format!("x-amzn-query-error: {}", query_error.to_lowercase());
        assert!(head.contains(&header), "{head}");
        assert_eq!(json["__type"], shape);
        assert!(json["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    server.stop().await;
}

#[tokio::test]
async fn queue_urls_lead_back_to_the_host_that_was_asked() {
    let server = EmbeddedServer::start().await;
    let created = exchange(&server, post("/", "CreateQueue", r#"{"QueueName":"orders"}"#)).await;
    let (_, json) = parse(&created);
    let url = format!("http://queues.test:1/{ACCOUNT_ID}/orders");
    assert_eq!(json["QueueUrl"], url);
    // The path of the queue URL names the queue when the body does not.
    let path = format!("/{ACCOUNT_ID}/orders");
    let sent = exchange(&server, post(&path, "SendMessage", r#"{"MessageBody":"hello"}"#)).await;
    let (head, json) = parse(&sent);
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert_eq!(json["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    server.stop().await;
}

#[tokio::test]
async fn other_requests_than_actions_are_refused() {
    let server = EmbeddedServer::start().await;
    let get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned();
    assert!(exchange(&server, get).await.starts_with("HTTP/1.1 405 "));
    let preflight = "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.test\r\n\
                     Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n";
    let answer = exchange(&server, preflight.to_owned()).await;
    assert!(answer.starts_with("HTTP/1.1 405 "));
    assert!(!answer.to_lowercase().contains("access-control-allow"));
    let form = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 17\r\n\r\n\
                Action=ListQueues";
    let (head, json) = parse(&exchange(&server, form.to_owned()).await);
    assert!(head.starts_with("http/1.1 400 "), "{head}");
    assert_eq!(json["__type"], "com.amazon.coral.service#UnknownOperationException");
    server.stop().await;
}
