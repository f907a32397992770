//! Takes connections and answers requests, over HTTP or HTTPS.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::answers::{Answer, answer};

/// Largest request in bytes: a transaction of DynamoDB's may have 4 MB.
const REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// Answers on `listener`, over TLS when there is `tls`; each answer waits for `service_time`.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, service_time: Duration) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let tls = tls.clone();
        tokio::spawn(async move {
            // Without it an answer may wait for the client's acknowledgement. A connection that
            // fails is one that the client has left.
            let _ = stream.set_nodelay(true);
            match tls {
                None => connection(TokioIo::new(stream), service_time).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        connection(TokioIo::new(stream), service_time).await;
                    }
                }
            }
        });
    }
}

async fn connection(stream: impl Read + Write + Unpin, service_time: Duration) {
    let service = service_fn(move |request| respond(request, service_time));
    let _ = http1::Builder::new().serve_connection(stream, service).await;
}

async fn respond(
    request: Request<Incoming>,
    service_time: Duration,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let body = Limited::new(body, REQUEST_BYTES).collect().await;
    let answer = match (target, body) {
        (Some(target), Ok(body)) => answer(target, &body.to_bytes()),
        _ => Answer::refused("SerializationException"),
    };
    if !service_time.is_zero() {
        tokio::time::sleep(service_time).await;
    }
    let mut response = Response::new(Full::from(answer.body.to_string()));
    if !answer.is_success {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amzn-requestid", HeaderValue::from_static("STANDINFORAWS"));
    Ok(response)
}
