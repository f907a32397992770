//! One call of a function: what the schedule says about it, and what comes of it.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use nix::sys::signal::{Signal, kill};

use super::connection::Ending;
use super::{Shared, refusal};
use crate::connection_owner::owner;
use crate::schedule::{Fault, FaultKind};

/// Largest body of a call, in bytes. DynamoDB takes 16 MB, and functions send far less.
const CALL_BYTES: usize = 16 * 1_024 * 1_024;
/// What a service never answers: it is no HTTP.
const NO_HTTP: &[u8] = b"\x15\x03\x01\x00\x02\x02\x50 this is no answer\r\n\r\n";
/// Where the JSON of an answer should be.
const NO_JSON: &[u8] = b"<html><body>Bad gateway</body></html>";

/// The functions that clients call. Their failure is an answer that they may get, but only then.
const CALLED_BY_CLIENTS: [&str; 4] =
    ["create-ticket", "update-status", "update-ticket", "webhook-zendesk"];
/// The header that names the operation of a call, and the name of a transaction.
const OPERATION: &str = "x-amz-target";
const TRANSACTION: &str = "DynamoDB_20120810.TransactWriteItems";

pub(super) type Answer = Result<Response<Full<Bytes>>, Ending>;

/// A call as it came.
pub(super) struct Call {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// The body of a call is too long or broke off.
#[derive(Debug)]
pub(super) struct NotRead;

impl Call {
    pub(super) async fn read(request: Request<Incoming>) -> Result<Self, NotRead> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, CALL_BYTES).collect().await.map_err(|_| NotRead)?;
        Ok(Self {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body: body.to_bytes(),
        })
    }

    fn is_transaction(&self) -> bool {
        self.headers.get(OPERATION).is_some_and(|operation| operation == TRANSACTION)
    }
}

impl Shared {
    /// Does what the schedule says with a call from `client`. `is_given_up` tells whether the
    /// function has ceased to wait for the answer.
    pub(super) async fn perform(
        &self,
        call: Call,
        client: SocketAddr,
        is_given_up: impl Fn() -> bool,
    ) -> Answer {
        let create = self.injection.ledger.create_of(&call.body);
        let identity = self.injection.ledger.identify(self.service, create);
        match self.injection.fault(self.service, identity, call.is_transaction()) {
            None => self.forward(call).await,
            Some(fault) => self.inject(fault, call, create, client, is_given_up).await,
        }
    }

    async fn inject(
        &self,
        fault: Fault,
        call: Call,
        create: Option<u64>,
        client: SocketAddr,
        is_given_up: impl Fn() -> bool,
    ) -> Answer {
        match fault {
            Fault::Late(time) => {
                tokio::time::sleep(time).await;
                self.forward(call).await
            }
            Fault::ClosedBefore => Err(Ending::Closed),
            Fault::ResetBefore => Err(Ending::Reset),
            Fault::ResetAfter => {
                self.forward(call).await?;
                Err(Ending::Reset)
            }
            Fault::Throttled(words) => Ok(refusal::throttled(self.service, words)),
            Fault::ServerError => Ok(refusal::server_error(self.service)),
            Fault::Unavailable => Ok(refusal::unavailable(self.service)),
            Fault::Truncated => {
                Err(Ending::ClosedAfter(truncated(self.forward(call).await?).await))
            }
            Fault::Garbage { http: true } => {
                let mut answer = self.forward(call).await?;
                *answer.body_mut() = Full::from(NO_JSON);
                Ok(answer)
            }
            Fault::Garbage { http: false } => {
                self.forward(call).await?;
                Err(Ending::ClosedAfter(NO_HTTP.to_vec()))
            }
            Fault::Cancelled { reason, write } => Ok(refusal::cancelled(&call.body, reason, write)),
            Fault::InProgress => Ok(refusal::in_progress()),
            Fault::KilledBefore => {
                if self.kill(create, client, is_given_up).await {
                    self.injection.tally.injected(self.service, FaultKind::KilledBefore);
                    return Err(Ending::Closed);
                }
                self.forward(call).await
            }
            Fault::KilledAfter => {
                let answer = self.forward(call).await;
                if self.kill(create, client, is_given_up).await {
                    self.injection.tally.injected(self.service, FaultKind::KilledAfter);
                    return Err(Ending::Closed);
                }
                answer
            }
        }
    }

    /// Kills the process at the other end of the connection from `client`, if it is known whose
    /// request fails by that: the one of `create`, or that of a function that no client calls.
    async fn kill(
        &self,
        create: Option<u64>,
        client: SocketAddr,
        is_given_up: impl Fn() -> bool,
    ) -> bool {
        let server = self.address;
        let found = tokio::task::spawn_blocking(move || owner(client, server)).await;
        let Ok(Some(owner)) = found else {
            self.injection.tally.kill_missed();
            return false;
        };
        let is_called = CALLED_BY_CLIENTS.contains(&owner.program.as_str());
        let create = create.filter(|_| is_called);
        let is_known = create.is_some() || !is_called;
        // A function that has given up on this call may be at work on another request by now.
        if is_known && !is_given_up() {
            // Noted first: the client may have its answer at once.
            if let Some(create) = create {
                self.injection.ledger.about_to_kill(create);
            }
            if kill(owner.process, Signal::SIGKILL).is_ok() {
                return true;
            }
            if let Some(create) = create {
                self.injection.ledger.take_kill(create);
            }
        }
        self.injection.tally.kill_missed();
        false
    }

    /// Has the real service do it.
    async fn forward(&self, call: Call) -> Answer {
        let upstream = self.upstream.get().ok_or(Ending::Closed)?;
        let path = call.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = call.headers;
        for name in [HOST, CONTENT_LENGTH, CONNECTION, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let request = self.client.request(call.method, format!("{upstream}{path}"));
        let answer = request.headers(headers).body(call.body).send().await;
        let answer = answer.map_err(|_| Ending::Closed)?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|_| Ending::Closed)?;
        for name in [CONTENT_LENGTH, CONNECTION, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// The answer as it stands on the wire, up to the middle of its body.
async fn truncated(answer: Response<Full<Bytes>>) -> Vec<u8> {
    let (head, body) = answer.into_parts();
    // A body in memory cannot fail.
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let reason = head.status.canonical_reason().unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {} {reason}\r\n", head.status.as_u16()).into_bytes();
    for (name, value) in &head.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    let (kept, _) = body.split_at(body.len() / 2);
    bytes.extend_from_slice(kept);
    bytes
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_truncated_answer_announces_more_than_comes() {
        let mut answer = Response::new(Full::from("{\"a\": 1}"));
        *answer.status_mut() = StatusCode::OK;
        answer.headers_mut().insert("x-amzn-requestid", "1".parse().unwrap());
        let expected = "HTTP/1.1 200 OK\r\nx-amzn-requestid: 1\r\ncontent-length: 8\r\n\r\n{\"a\"";
        assert_eq!(truncated(answer).await, expected.as_bytes());
    }
}
