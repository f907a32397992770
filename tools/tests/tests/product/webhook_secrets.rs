//! A deployed function reads its webhook's secret from Secrets Manager.

use crate::harness::product::Product;
use axum::Router;
use axum::routing::post;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha1::Sha1;

const PATH: &str = "/api/tickets/webhook/intercom";
const ROUTE: &str = "POST /api/tickets/webhook/intercom";
const SECRET_ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:intercom-AbCdEf";

fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Stands for Secrets Manager.
async fn secrets_manager(text: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = move |body: String| async move {
        assert_eq!(body, json!({"SecretId": SECRET_ARN}).to_string());
        json!({"SecretString": text}).to_string()
    };
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/", post(answer))).await.unwrap();
    });
    format!("AWS_ENDPOINT_URL_SECRETS_MANAGER=http://{address}")
}

#[tokio::test]
async fn only_what_the_managed_secrets_sign_is_taken() {
    let endpoint = secrets_manager(r#"{"current": "new", "previous": "old"}"#).await;
    let parameter = format!("IntercomWebhookSecretArn={SECRET_ARN}");
    let data = tempfile::tempdir().unwrap();
    let options = ["--parameter", &parameter, "--env", &endpoint];
    let product = Product::start_with(data.path(), &options).await;
    let body = json!({"type": "conversation.created", "data": {"item": {"id": "1",
        "conversation_message": {"body": "Help"}, "user": {"email": "user@example.com"}}}});
    let body = body.to_string();
    for (secret, status) in [("new", 201), ("old", 200), ("older", 401)] {
        let signed = signature(secret, &body);
        let headers = [("x-hub-signature", signed.as_str())];
        let answer = product.send_with(ROUTE, PATH, Some(&body), &headers).await;
        assert_eq!(answer.status, status, "{secret}");
    }
    // On a laptop unsigned bodies are taken, but not by a function that has a secret.
    assert_eq!(product.send(ROUTE, PATH, Some(&body)).await.status, 401);
    product.stack.stop().await;
}
