//! The HTTP side of the gateway.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use chrono::Utc;
use http::header::{CONTENT_LENGTH, EXPECT, HeaderName};
use http::{HeaderMap, HeaderValue, Request, Response, request};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::{Map, Value};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Gateway;
use super::answer::GatewayAnswer;
use super::cors::{self, Admission};
use super::event::{ReceivedRequest, build_event};
use super::response::map_response;
use super::routing::RouteMatch;
use lambda_process::{InvokeError, LimitedBodyError, MAXIMUM_EVENT_BYTES, read_limited};

/// Largest body of a request, in bytes (quota of HTTP APIs: 10 MB).
const MAXIMUM_BODY_BYTES: usize = 10 * 1024 * 1024;

/// Largest request line and header values together, in bytes (quota of HTTP APIs).
const MAXIMUM_HEADER_BYTES: usize = 10_240;

/// Memory for the head of a request, in bytes. A longer head, or one with more
/// than 100 headers, gets status 431 without a body.
const MAXIMUM_HEAD_BUFFER_BYTES: usize = 64 * 1024;

/// Longest time for an answer of the integration (quota of HTTP APIs).
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest time for a client to send a head, or a body. Also how long a
/// connection stays open between two requests.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How long running requests may take to finish on shutdown.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(30);

/// Longest time for a client to begin its first request. Browsers open connections that they may need,
/// and those must not take the places of others.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections served at once; further ones wait. One on which nothing was sent has no place yet.
const MAXIMUM_CONNECTIONS: usize = 512;

/// Pause after a connection could not be accepted, for example because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Random bytes in the request id of API Gateway: 16 characters of base64.
const REQUEST_ID_BYTES: usize = 11;

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("apigw-requestid");

/// Why the gateway could not serve.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The listener does not know its own address.
    #[error("the listener of the gateway has no address")]
    Listener(#[source] std::io::Error),
}

impl Gateway {
    /// Serves HTTP/1.1 until `shutdown` ends. Running requests may finish then,
    /// for at most 30 s. The functions are left running.
    ///
    /// # Errors
    ///
    /// If the listener is not usable. A failing connection is no error.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future,
    ) -> Result<(), GatewayError> {
        let address = listener.local_addr().map_err(GatewayError::Listener)?;
        let gateway = Arc::new(self);
        let places = Arc::new(Semaphore::new(MAXIMUM_CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let (stopping, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                _ = &mut shutdown => break,
                accepted = accept(&listener) => accepted,
            };
            while connections.try_join_next().is_some() {}
            let Some((stream, client)) = accepted else {
                continue;
            };
            // Small answers to a client nearby: waiting to fill a packet only delays.
            let _ = stream.set_nodelay(true);
            let gateway = Arc::clone(&gateway);
            let service = service_fn(move |request| {
                let gateway = Arc::clone(&gateway);
                let (client, port) = (client.ip(), address.port());
                async move { Ok::<_, Infallible>(gateway.respond(request, client, port).await) }
            });
            let (watcher, places) = (graceful.watcher(), Arc::clone(&places));
            let mut stopped = stopped.clone();
            connections.spawn(async move {
                let place = tokio::select! {
                    place = place(&stream, &places) => place,
                    // Nothing has been sent, so nothing is to be finished.
                    _ = stopped.changed() => None,
                };
                let Some(_place) = place else { return };
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(READ_TIMEOUT)
                    .max_buf_size(MAXIMUM_HEAD_BUFFER_BYTES)
                    .serve_connection(TokioIo::new(stream), service);
                if let Err(error) = watcher.watch(connection).await {
                    tracing::debug!(%error, "a connection to the gateway broke");
                }
            });
        }
        drop((listener, stopping));
        if tokio::time::timeout(SHUTDOWN_GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests were still running when the gateway ended");
        }
        Ok(())
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        source_ip: IpAddr,
        port: u16,
    ) -> Response<Full<Bytes>> {
        let request_id = request_id();
        let (head, body) = request.into_parts();
        let (mut response, origin) = match cors::admit(self.cors.as_ref(), &head) {
            Ok(Admission::Preflight(response)) => (response, None),
            Ok(Admission::Admitted { origin }) => {
                let request = Request::from_parts(head, body);
                let answer = self.answer(request, source_ip, port, &request_id).await;
                (answer.unwrap_or_else(GatewayAnswer::into_response), origin)
            }
            Err(refusal) => (refusal.into_response(), None),
        };
        if let Some(origin) = origin {
            cors::let_read(self.cors.as_ref(), &origin, response.headers_mut());
        }
        if let Ok(request_id) = HeaderValue::try_from(request_id) {
            response.headers_mut().insert(REQUEST_ID_HEADER, request_id);
        }
        response
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        source_ip: IpAddr,
        port: u16,
        request_id: &str,
    ) -> Result<Response<Full<Bytes>>, GatewayAnswer> {
        let received_at = Utc::now();
        let (head, body) = request.into_parts();
        if header_bytes(&head) > MAXIMUM_HEADER_BYTES {
            return Err(GatewayAnswer::RequestHeaderFieldsTooLarge);
        }
        let path = head.uri.path();
        if !path.starts_with('/') {
            return Err(GatewayAnswer::BadRequest);
        }
        let route = self.router.find(&head.method, path);
        let route = route.map_err(|_| GatewayAnswer::BadRequest)?;
        let route = route.ok_or(GatewayAnswer::NotFound)?;
        // The body is read before the token, so that a client that sends all before it listens gets
        // the answer and not a broken connection.
        let body = received_body(&head, body).await?;
        let request = ReceivedRequest {
            claims: self.claims(&route, &head.headers)?,
            body,
            head,
            source_ip,
            port,
            request_id: request_id.to_owned(),
            trace_id: trace_id(received_at.timestamp()),
            received_at,
        };
        let event = build_event(&request, &route, &self.settings);
        let event = event.map_err(|_| GatewayAnswer::BadRequest)?.to_string();
        self.integrate(&route, event).await
    }

    /// What the caller's token claims, where the route asks who calls and somebody can tell.
    fn claims(
        &self,
        route: &RouteMatch,
        headers: &HeaderMap,
    ) -> Result<Option<Map<String, Value>>, GatewayAnswer> {
        match &self.authorizer {
            Some(authorizer) if route.requires_caller => {
                authorizer.authorize(headers).map(Some).map_err(GatewayAnswer::Unauthorized)
            }
            _ => Ok(None),
        }
    }

    async fn integrate(
        &self,
        route: &RouteMatch,
        event: String,
    ) -> Result<Response<Full<Bytes>>, GatewayAnswer> {
        if event.len() > MAXIMUM_EVENT_BYTES {
            return Err(GatewayAnswer::RequestEntityTooLarge);
        }
        let function = &route.function;
        let Some(pool) = self.functions.get(function) else {
            return Err(GatewayAnswer::InternalServerError);
        };
        let invocation = pool.invoke(Bytes::from(event));
        let Ok(outcome) = tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await else {
            tracing::warn!(function, "no answer within the integration timeout");
            return Err(GatewayAnswer::ServiceUnavailable);
        };
        let answer = outcome.map_err(|error| {
            tracing::warn!(function, %error, "the invocation failed");
            answer_for(&error)
        })?;
        map_response(&answer).map_err(|error| {
            tracing::warn!(function, %error, "the answer is not a valid response");
            GatewayAnswer::InternalServerError
        })
    }
}

/// What a client gets to see of a failed invocation.
fn answer_for(error: &InvokeError) -> GatewayAnswer {
    match error {
        InvokeError::NoFreeProcess { .. } => GatewayAnswer::ServiceUnavailable,
        InvokeError::EventTooLarge { .. } => GatewayAnswer::RequestEntityTooLarge,
        InvokeError::Function { .. }
        | InvokeError::Crashed { .. }
        | InvokeError::TimedOut { .. } => GatewayAnswer::InternalServerError,
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!(%error, "the gateway could not accept a connection");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// A place among the connections served at once, for one on which something is sent in time.
async fn place(stream: &TcpStream, places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    let mut first = [0; 1];
    // Being readable may be a mistake, a byte is none.
    tokio::time::timeout(FIRST_BYTE_TIMEOUT, stream.peek(&mut first)).await.ok()?.ok()?;
    Arc::clone(places).acquire_owned().await.ok()
}

/// Size of the request line and the header values, which is what the quota counts.
fn header_bytes(head: &request::Parts) -> usize {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let request_line = head.method.as_str().len() + target + " ".len() + " HTTP/1.1".len();
    let values: usize = head.headers.values().map(HeaderValue::len).sum();
    request_line + values
}

async fn received_body(head: &request::Parts, body: Incoming) -> Result<Bytes, GatewayAnswer> {
    let announced = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // A client that asks first has not begun to send the body.
    if head.headers.contains_key(EXPECT) && announced > Some(MAXIMUM_BODY_BYTES) {
        return Err(GatewayAnswer::RequestEntityTooLarge);
    }
    let body = read_limited(body, MAXIMUM_BODY_BYTES);
    match tokio::time::timeout(READ_TIMEOUT, body).await {
        Ok(Ok((body, _))) => Ok(body),
        Ok(Err(LimitedBodyError::TooLarge { .. })) => Err(GatewayAnswer::RequestEntityTooLarge),
        Ok(Err(LimitedBodyError::Broken(_))) => Err(GatewayAnswer::BadRequest),
        Err(_) => Err(GatewayAnswer::RequestTimeout),
    }
}

fn request_id() -> String {
    let unique = Uuid::new_v4().into_bytes();
    let (id, _) = unique.split_at(REQUEST_ID_BYTES);
    URL_SAFE.encode(id)
}

fn trace_id(epoch_seconds: i64) -> String {
    let unique = Uuid::new_v4().simple().to_string();
    format!("Root=1-{epoch_seconds:08x}-{}", unique.get(..24).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_function_is_unavailable_and_a_slow_one_an_error() {
        let (waited, after) = (Duration::from_secs(29), Duration::from_secs(3));
        assert_eq!(
            answer_for(&InvokeError::NoFreeProcess { waited }),
            GatewayAnswer::ServiceUnavailable
        );
        assert_eq!(
            answer_for(&InvokeError::TimedOut { after }),
            GatewayAnswer::InternalServerError
        );
    }

    #[test]
    fn request_ids_have_the_length_of_api_gateways() {
        let id = request_id();
        assert_eq!(id.len(), 16);
        assert!(id.ends_with('='), "{id}");
        assert_ne!(id, request_id());
    }

    #[test]
    fn trace_ids_have_the_form_of_x_ray() {
        let id = trace_id(0x5759_e988);
        let unique = id.strip_prefix("Root=1-5759e988-").unwrap();
        assert_eq!(unique.len(), 24);
    }

    #[test]
    fn the_quota_counts_the_request_line_and_the_header_values() {
        let request = Request::get("/abc?d").header("long-name", "12345");
        let (head, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(header_bytes(&head), "GET /abc?d HTTP/1.1".len() + 5);
    }
}
