//! The floor under a warm create: its two calls on open connections, unsigned, with no SDK around
//! them. What a function takes beyond that is its own.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;

use crate::function_process::Transport;
use crate::http_client::{CallError, HttpClient, Reply};
use crate::measure::milliseconds;
use crate::stand_in::StandIn;
use crate::statistics::median;

/// Pairs of calls; the first ones, which warm up, count as well and do not move the median.
const PAIRS: u32 = 1_000;
/// As long as a signature of AWS's.
const SIGNATURE_BYTES: usize = 250;

/// Why there is no floor.
#[derive(Debug, thiserror::Error)]
pub enum FloorError {
    #[error("a bare call to the stand-in failed: {0}")]
    Call(#[from] CallError),
    #[error("the stand-in refused a bare call: {0}")]
    Refused(String),
    #[error("{0} is no address of the stand-in")]
    NoAddress(String),
}

/// The median time of both calls together, in milliseconds.
///
/// # Errors
/// [`FloorError`].
pub async fn measure(stand_in: &StandIn, transport: Transport) -> Result<f64, FloorError> {
    let mut dynamodb = connect(stand_in, transport).await?;
    let mut sqs = connect(stand_in, transport).await?;
    let item: serde_json::Map<_, _> =
        ('a'..='l').map(|name| (name.to_string(), json!({"S": "x".repeat(40)}))).collect();
    let put = Bytes::from(json!({"TableName": "tickets", "Item": item}).to_string());
    let message = json!({"QueueUrl": "ai-work", "MessageBody": "x".repeat(150)});
    let message = Bytes::from(message.to_string());
    let mut times = Vec::new();
    for _ in 0..PAIRS {
        let time = pair(&mut dynamodb, &put, &mut sqs, &message).await?;
        times.push(milliseconds(time));
    }
    Ok(median(&times).unwrap_or(f64::NAN))
}

async fn pair(
    dynamodb: &mut HttpClient,
    put: &Bytes,
    sqs: &mut HttpClient,
    message: &Bytes,
) -> Result<Duration, FloorError> {
    let start = Instant::now();
    let stored = call(dynamodb, "DynamoDB_20120810.PutItem", put).await?;
    let sent = call(sqs, "AmazonSQS.SendMessage", message).await?;
    let time = start.elapsed();
    for reply in [stored, sent] {
        if !reply.status.is_success() {
            return Err(FloorError::Refused(String::from_utf8_lossy(&reply.body).into_owned()));
        }
    }
    Ok(time)
}

async fn call(client: &mut HttpClient, target: &str, body: &Bytes) -> Result<Reply, CallError> {
    let signature = "x".repeat(SIGNATURE_BYTES);
    let headers = [
        ("x-amz-target", target),
        ("authorization", signature.as_str()),
        ("content-type", "application/x-amz-json-1.0"),
    ];
    client.post("/", &headers, body.clone()).await
}

async fn connect(stand_in: &StandIn, transport: Transport) -> Result<HttpClient, FloorError> {
    let address = if transport == Transport::Http { &stand_in.http } else { &stand_in.https };
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok());
    let port = port.ok_or_else(|| FloorError::NoAddress(address.clone()))?;
    Ok(match transport {
        Transport::Http => HttpClient::connect(([127, 0, 0, 1], port).into()).await?,
        Transport::HttpsSystemRoots => {
            HttpClient::connect_tls(port, &stand_in.system_roots).await?
        }
        Transport::HttpsOneRoot => HttpClient::connect_tls(port, &stand_in.own_root).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_stand_in_takes_both_calls_however_it_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let stand_in = StandIn::start(folder.path(), Duration::ZERO).await.unwrap();
        for transport in [Transport::Http, Transport::HttpsOneRoot, Transport::HttpsSystemRoots] {
            let mut client = connect(&stand_in, transport).await.unwrap();
            let body = Bytes::from_static(b"{}");
            let reply = call(&mut client, "DynamoDB_20120810.PutItem", &body).await.unwrap();
            assert!(reply.status.is_success(), "{transport:?}");
            let reply = call(&mut client, "DynamoDB_20120810.Scan", &body).await.unwrap();
            assert!(!reply.status.is_success(), "{transport:?}");
        }
    }
}
