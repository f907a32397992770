//! Stands between a function and DynamoDB and adds up what DynamoDB says that each call consumes.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::http_client::HttpClient;

/// What was consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Consumed {
    pub units: f64,
    pub calls: u32,
}

/// A running meter. It stops with the program.
pub struct Meter {
    pub endpoint: String,
    consumed: Arc<Mutex<Consumed>>,
}

impl Meter {
    /// Starts one in front of the DynamoDB at `dynamodb`.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(dynamodb: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let consumed = Arc::new(Mutex::new(Consumed::default()));
        let counted = consumed.clone();
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let counted = counted.clone();
                let service = service_fn(move |request| {
                    let counted = counted.clone();
                    async move { Ok::<_, Infallible>(pass_on(request, dynamodb, &counted).await) }
                });
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move {
                    // A connection that fails is one that the function has left.
                    let _ = connection.await;
                });
            }
        });
        Ok(Self { endpoint, consumed })
    }

    /// What was consumed since it was asked last.
    pub fn take(&self) -> Consumed {
        std::mem::take(&mut *self.consumed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn pass_on(
    request: Request<Incoming>,
    dynamodb: SocketAddr,
    consumed: &Mutex<Consumed>,
) -> Response<Full<Bytes>> {
    match try_to_pass_on(request, dynamodb, consumed).await {
        Some(answer) => answer,
        None => {
            let mut answer = Response::new(Full::default());
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            answer
        }
    }
}

async fn try_to_pass_on(
    request: Request<Incoming>,
    dynamodb: SocketAddr,
    consumed: &Mutex<Consumed>,
) -> Option<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let mut body: Value = serde_json::from_slice(&body.collect().await.ok()?.to_bytes()).ok()?;
    let target = parts.headers.get("x-amz-target")?.to_str().ok()?;
    if !target.ends_with(".DescribeEndpoints") {
        body["ReturnConsumedCapacity"] = "TOTAL".into();
    }
    let names = ["x-amz-target", "content-type", "authorization", "x-amz-date"];
    let headers =
        names.iter().filter_map(|name| Some((*name, parts.headers.get(*name)?.to_str().ok()?)));
    let headers: Vec<(&str, &str)> = headers.collect();
    let mut client = HttpClient::connect(dynamodb).await.ok()?;
    let reply = client.post("/", &headers, body.to_string().into()).await.ok()?;
    if let Some(units) = units(&reply.body) {
        let mut consumed = consumed.lock().unwrap_or_else(PoisonError::into_inner);
        consumed.units += units;
        consumed.calls += 1;
    }
    let mut answer = Response::new(Full::from(reply.body));
    *answer.status_mut() = reply.status;
    Some(answer)
}

/// The units in an answer: of one table, or of each in a batch.
fn units(answer: &[u8]) -> Option<f64> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(|table| table["CapacityUnits"].as_f64()).sum(),
        table => table["CapacityUnits"].as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_added_up() {
        assert_eq!(units(br#"{"ConsumedCapacity": {"CapacityUnits": 0.5}}"#), Some(0.5));
        let batch = br#"{"ConsumedCapacity": [{"CapacityUnits": 2}, {"CapacityUnits": 0.5}]}"#;
        assert_eq!(units(batch), Some(2.5));
        assert_eq!(units(b"{}"), None);
    }
}
