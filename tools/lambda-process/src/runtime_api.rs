//! The Lambda Runtime API (version 2018-06-01) as one process of a function sees it.

mod answers;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};

use crate::MAXIMUM_RESPONSE_BYTES;
use crate::limited_body::{LimitedBodyError, read_limited};

const PATH_PREFIX: &str = "/2018-06-01/runtime/";

/// Largest description of an error a process may post, in bytes.
const MAXIMUM_ERROR_BYTES: usize = 256 * 1024;

/// Connections a process may hold open; the runtime needs one or two.
const MAXIMUM_CONNECTIONS: usize = 16;

/// An event with what the runtime must know about its invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    pub request_id: String,
    pub event: Bytes,
    /// Unix time in milliseconds.
    pub deadline_ms: u64,
    pub function_arn: String,
    pub trace_id: String,
}

/// An error as a function reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    pub error_type: String,
    pub message: String,
}

/// What the process made of an event.
pub(crate) type Answer = Result<Bytes, FunctionError>;

/// An event that has gone to the process.
#[derive(Debug)]
pub struct Delivered {
    /// When the process asked for it. For the first event this is the end of its init.
    pub asked: Instant,
    pub handed_out: Instant,
    /// Nothing comes if the process ends before.
    pub answer: oneshot::Receiver<Answered>,
}

#[derive(Debug)]
pub struct Answered {
    /// When all of the answer was there.
    pub at: Instant,
    pub answer: Result<Bytes, FunctionError>,
}

/// The process certainly did not get the event.
#[derive(Debug)]
pub struct NotDelivered;

/// How far the process is, for those who wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has not asked for an event yet.
    Initialising,
    /// It reported that it cannot start.
    InitFailed(FunctionError),
    /// It waits for an event.
    Waiting,
    /// It has an event, or has answered it and not asked for the next one yet.
    Busy,
}

/// The Runtime API of one process; dropping it closes the port and all connections.
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: AbortHandle,
}

struct Shared {
    phase: Mutex<Phase>,
    stage: watch::Sender<Stage>,
}

enum Phase {
    NoRequestYet,
    Waiting { since: Instant, process: oneshot::Sender<Delivery> },
    Busy { request_id: String, answer: oneshot::Sender<Answered> },
    Answered,
}

struct Delivery {
    invocation: Invocation,
    /// Used at the moment the event goes to the connection. Dropped unused, the
    /// event has reached nobody.
    handed_over: oneshot::Sender<Instant>,
}

impl RuntimeApi {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Errors
    /// There is none.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            phase: Mutex::new(Phase::NoRequestYet),
            stage: watch::Sender::new(Stage::Initialising),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Ok(Self { address, shared, server })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` is to name.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the process waits for an event or says that it cannot start.
    ///
    /// # Errors
    /// It cannot start.
    pub async fn initialised(&self) -> Result<(), FunctionError> {
        let mut stage = self.shared.stage.subscribe();
        let reached =
            stage.wait_for(|stage| matches!(stage, Stage::Waiting | Stage::InitFailed(_))).await;
        match reached.as_deref() {
            Ok(Stage::InitFailed(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Waits until the process waits for an event.
    pub(crate) async fn waiting(&self) {
        let mut stage = self.shared.stage.subscribe();
        // The sender lives as long as `self`.
        let _ = stage.wait_for(|stage| *stage == Stage::Waiting).await;
    }

    /// Hands an event to the waiting process.
    ///
    /// # Errors
    /// [`NotDelivered`], also when the process is busy.
    pub async fn deliver(&self, invocation: Invocation) -> Result<Delivered, NotDelivered> {
        let (answer_sender, answer) = oneshot::channel();
        let (handed_over, was_handed_over) = oneshot::channel();
        let asked = {
            let mut phase = self.shared.phase();
            if !matches!(*phase, Phase::Waiting { .. }) {
                return Err(NotDelivered);
            }
            let request_id = invocation.request_id.clone();
            let busy = Phase::Busy { request_id, answer: answer_sender };
            let Phase::Waiting { since, process } = std::mem::replace(&mut *phase, busy) else {
                return Err(NotDelivered);
            };
            self.shared.stage.send_replace(Stage::Busy);
            let delivery = Delivery { invocation, handed_over };
            if process.send(delivery).is_err() {
                return Err(NotDelivered);
            }
            since
        };
        match was_handed_over.await {
            Ok(handed_out) => Ok(Delivered { asked, handed_out, answer }),
            Err(_) => Err(NotDelivered),
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= MAXIMUM_CONNECTIONS {
            connections.join_next().await;
            continue;
        }
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a process could not connect to its runtime API");
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        // Small answers over a local connection: waiting to fill a packet only delays.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, std::convert::Infallible>(shared.answer(request).await) }
            });
            // A broken connection shows as a process that ended or timed out.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let Some(path) = path.strip_prefix(PATH_PREFIX) else {
            return answers::not_found();
        };
        let segments: Vec<&str> = path.split('/').collect();
        match (request.method(), segments.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next_invocation().await,
            (&Method::POST, ["invocation", id, "response"]) => self.response(id, request).await,
            (&Method::POST, ["invocation", id, "error"]) => self.error(id, request).await,
            (&Method::POST, ["init", "error"]) => self.init_error(request).await,
            _ => answers::not_found(),
        }
    }

    async fn next_invocation(&self) -> Response<Full<Bytes>> {
        let delivery = {
            let mut phase = self.phase();
            if matches!(*phase, Phase::Busy { .. }) {
                return answers::invalid_state_transition();
            }
            let (process, delivery) = oneshot::channel();
            *phase = Phase::Waiting { since: Instant::now(), process };
            self.stage.send_replace(Stage::Waiting);
            delivery
        };
        match delivery.await {
            Ok(Delivery { invocation, handed_over }) => {
                let event = answers::event(invocation);
                // No await after this: from here on the event counts as delivered.
                let _ = handed_over.send(Instant::now());
                event
            }
            // Another request for the next event has taken the place of this one.
            Err(_) => answers::invalid_state_transition(),
        }
    }

    async fn response(&self, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if let Some(refusal) = self.refusal(id) {
            return refusal;
        }
        match read_limited(request.into_body(), MAXIMUM_RESPONSE_BYTES).await {
            Ok((body, trailers)) => {
                let midstream_error = trailers.as_ref().and_then(answers::midstream_error);
                self.finish(id, midstream_error.map_or(Ok(body), Err))
            }
            Err(LimitedBodyError::TooLarge { bytes }) => {
                let error = FunctionError {
                    error_type: "Function.ResponseSizeTooLarge".to_owned(),
                    message: format!(
                        "Response payload size ({bytes} bytes) exceeded maximum allowed payload \
                         size ({MAXIMUM_RESPONSE_BYTES} bytes)."
                    ),
                };
                let answer = answers::too_large(&error);
                self.finish(id, Err(error));
                answer
            }
            Err(LimitedBodyError::Broken(_)) => answers::unreadable_body(),
        }
    }

    async fn error(&self, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if let Some(refusal) = self.refusal(id) {
            return refusal;
        }
        match posted_error(request).await {
            Ok(error) => self.finish(id, Err(error)),
            Err(refusal) => refusal,
        }
    }

    async fn init_error(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let error = match posted_error(request).await {
            Ok(error) => error,
            Err(refusal) => return refusal,
        };
        let phase = self.phase();
        if !matches!(*phase, Phase::NoRequestYet) {
            return answers::invalid_state_transition();
        }
        self.stage.send_replace(Stage::InitFailed(error));
        answers::accepted()
    }

    /// Why an answer to `id` is not taken, if it is not.
    fn refusal(&self, id: &str) -> Option<Response<Full<Bytes>>> {
        match &*self.phase() {
            Phase::Busy { request_id, .. } if request_id == id => None,
            Phase::Busy { .. } => Some(answers::invalid_request_id()),
            _ => Some(answers::invalid_state_transition()),
        }
    }

    fn finish(&self, id: &str, answer: Answer) -> Response<Full<Bytes>> {
        let answered = Answered { at: Instant::now(), answer };
        let mut phase = self.phase();
        match std::mem::replace(&mut *phase, Phase::Answered) {
            Phase::Busy { request_id, answer } if request_id == id => {
                // The invocation may have timed out in between; then nobody listens.
                let _ = answer.send(answered);
                answers::accepted()
            }
            other => {
                *phase = other;
                answers::invalid_state_transition()
            }
        }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn posted_error(request: Request<Incoming>) -> Result<FunctionError, Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    match read_limited(body, MAXIMUM_ERROR_BYTES).await {
        Ok((body, _)) => Ok(answers::parse_error(&parts.headers, &body)),
        Err(LimitedBodyError::TooLarge { bytes }) => Err(answers::too_large(&FunctionError {
            error_type: "RequestEntityTooLarge".to_owned(),
            message: format!("the error has {bytes} bytes, allowed are {MAXIMUM_ERROR_BYTES}"),
        })),
        Err(LimitedBodyError::Broken(_)) => Err(answers::unreadable_body()),
    }
}

#[cfg(test)]
mod tests;
