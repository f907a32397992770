//! A web page that a person has open cannot reach what the local stack keeps.

use std::os::unix::fs::PermissionsExt;

use reqwest::{Client, Method, Response};
use serde_json::Value;

use crate::harness::product::{Product, TABLE, ticket};

async fn call(
    method: Method,
    endpoint: &str,
    target: &str,
    key: &str,
    headers: &[(&str, &str)],
) -> Response {
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={key}/20261127/us-east-1/dynamodb/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-target, Signature=0"
    );
    let body = format!(r#"{{"TableName": "{TABLE}"}}"#);
    let mut request = Client::new()
        .request(method, endpoint)
        .header("authorization", signed)
        .header("x-amz-date", "20261127T130000Z")
        .header("x-amz-target", target)
        .header("content-type", "application/x-amz-json-1.0")
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn assert_refused(response: Response) {
    assert!(response.status().is_client_error(), "{response:?}");
    let allows = |name: &&str| name.starts_with("access-control-");
    let names: Vec<&str> = response.headers().keys().map(|name| name.as_str()).collect();
    assert_eq!(names.iter().find(|name| allows(name)), None);
    let body = response.text().await.unwrap();
    assert!(!body.contains("customer") && !body.contains("QueueUrls"), "{body}");
}

#[tokio::test]
async fn a_web_page_reaches_neither_tables_nor_queues() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    assert_eq!(product.create(&ticket(1)).await.status, 201);
    let addresses = product.stack.addresses();
    let key = addresses.access_key.as_str();
    let dynamodb = (addresses.dynamodb.clone().unwrap(), "DynamoDB_20120810.Scan");
    let sqs = (addresses.sqs.clone().unwrap(), "AmazonSQS.ListQueues");
    for (endpoint, target) in [&dynamodb, &sqs] {
        for headers in [
            &[("origin", "http://evil.example")][..],
            &[("origin", "null")],
            &[("host", "evil.example")],
        ] {
            for method in [Method::POST, Method::OPTIONS] {
                assert_refused(call(method, endpoint, target, key, headers).await).await;
            }
        }
        // A program of the same machine is served, and no page could read its answer.
        let served = call(Method::POST, endpoint, target, key, &[]).await;
        assert_eq!(served.status(), 200);
        let headers = served.headers();
        assert!(!headers.contains_key("access-control-allow-origin"), "{headers:?}");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_run_has_an_access_key_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    assert_eq!(product.create(&ticket(1)).await.status, 201);
    let addresses = product.stack.addresses().clone();
    let key = &addresses.access_key;
    let dynamodb = (addresses.dynamodb.clone().unwrap(), "DynamoDB_20120810.Scan", 400);
    let sqs = (addresses.sqs.clone().unwrap(), "AmazonSQS.ListQueues", 403);
    for (endpoint, target, status) in [&dynamodb, &sqs] {
        for unknown in ["x", "local", "local-read-tickets", "", &key.to_uppercase()] {
            let refused = call(Method::POST, endpoint, target, unknown, &[]).await;
            assert_eq!(refused.status(), *status, "{unknown}");
            let body: Value = refused.json().await.unwrap();
            let told = body["Message"].as_str().or(body["message"].as_str()).unwrap();
            assert!(told.contains("in its data folder in the file access-key"), "{told}");
        }
        // A function's key follows from that of the run; it is held to its policy.
        let own = format!("{key}-update-status");
        assert_eq!(call(Method::POST, endpoint, target, &own, &[]).await.status(), *status);
        assert_eq!(call(Method::POST, endpoint, target, key, &[]).await.status(), 200);
    }
    // A person's programs find it.
    let file = data.path().join("access-key");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), key);
    assert!(product.stack.summary().contains(key.as_str()));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    product.stack.stop().await;

    let again = Product::start(data.path()).await;
    assert_ne!(again.stack.addresses().access_key, *key);
    let (endpoint, target) = (again.stack.addresses().dynamodb.clone().unwrap(), dynamodb.1);
    assert_eq!(call(Method::POST, &endpoint, target, key, &[]).await.status(), 400);
    again.stack.stop().await;
}
