//! A web page that a person has open cannot reach what the local stack keeps.

use reqwest::{Client, Method, Response};

use crate::harness::product::{Product, TABLE, ticket};

/// Headers with which every access key is let through.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=x/20261127/us-east-1/dynamodb/aws4_request, \
    SignedHeaders=host;x-amz-date;x-amz-target, Signature=0";

async fn call(method: Method, endpoint: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    let body = format!(r#"{{"TableName": "{TABLE}"}}"#);
    let mut request = Client::new()
        .request(method, endpoint)
        .header("authorization", SIGNED)
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
    let dynamodb = (addresses.dynamodb.clone().unwrap(), "DynamoDB_20120810.Scan");
    let sqs = (addresses.sqs.clone().unwrap(), "AmazonSQS.ListQueues");
    for (endpoint, target) in [&dynamodb, &sqs] {
        for headers in [
            &[("origin", "http://evil.example")][..],
            &[("origin", "null")],
            &[("host", "evil.example")],
        ] {
            for method in [Method::POST, Method::OPTIONS] {
                assert_refused(call(method, endpoint, target, headers).await).await;
            }
        }
        // A program of the same machine is served, and no page could read its answer.
        let served = call(Method::POST, endpoint, target, &[]).await;
        assert_eq!(served.status(), 200);
        let headers = served.headers();
        assert!(!headers.contains_key("access-control-allow-origin"), "{headers:?}");
    }
    product.stack.stop().await;
}
