//! Lambda's Runtime API for one process, which notes when things happen (Lambda developer guide,
//! "Using the Lambda runtime API for custom runtimes").

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Largest answer of a function in bytes (Lambda's quota).
const ANSWER_BYTES: usize = 6 * 1024 * 1024;
/// What a function is told that it has.
const TIME_FOR_ANSWER: Duration = Duration::from_secs(30);

/// One event's way through a function.
#[derive(Debug)]
pub struct Invocation {
    /// When the event was handed out.
    pub handed_out: Instant,
    /// When the answer was there.
    pub answered: Instant,
    /// The answer, or what the function says went wrong.
    pub answer: Result<Bytes, Bytes>,
}

/// A Runtime API with one process as its only caller. It stops when it is dropped.
pub struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` is to name.
    pub address: SocketAddr,
    events: mpsc::UnboundedSender<Bytes>,
    answers: mpsc::UnboundedReceiver<Invocation>,
    moments: Arc<Moments>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Moments {
    first_asked: SyncMutex<Option<Instant>>,
    handed_out: SyncMutex<Option<Instant>>,
}

struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    answers: mpsc::UnboundedSender<Invocation>,
    moments: Arc<Moments>,
}

impl RuntimeApi {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// There is none.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (events, events_out) = mpsc::unbounded_channel();
        let (answers_in, answers) = mpsc::unbounded_channel();
        let moments = Arc::new(Moments::default());
        let shared = Arc::new(Shared {
            events: Mutex::new(events_out),
            answers: answers_in,
            moments: moments.clone(),
        });
        let server = tokio::spawn(serve(listener, shared));
        Ok(Self { address, events, answers, moments, server })
    }

    /// Puts an event in the way of the process, which need not run yet.
    pub fn post(&self, event: Bytes) {
        // The receiver lives as long as the server.
        let _ = self.events.send(event);
    }

    /// What became of the event that was posted; `None` when the server has stopped.
    pub async fn answered(&mut self) -> Option<Invocation> {
        self.answers.recv().await
    }

    /// When the process asked for its first event: the end of its init.
    pub fn first_asked(&self) -> Option<Instant> {
        *lock(&self.moments.first_asked)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            // A connection that fails belongs to a process that has ended.
            let _ = stream.set_nodelay(true);
            let service = service_fn(move |request| {
                let shared = shared.clone();
                async move { Ok::<_, Infallible>(shared.respond(request).await) }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl Shared {
    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
        let is_success = path.ends_with("/response");
        match *request.method() {
            Method::GET if path == "invocation/next" => self.next().await,
            Method::POST if is_success || path.ends_with("/error") => {
                let Ok(body) = Limited::new(request.into_body(), ANSWER_BYTES).collect().await
                else {
                    return status(StatusCode::PAYLOAD_TOO_LARGE);
                };
                let answered = Instant::now();
                let handed_out = lock(&self.moments.handed_out).unwrap_or(answered);
                let body = body.to_bytes();
                let answer = if is_success { Ok(body) } else { Err(body) };
                // Nobody listens once the measurement is over.
                let _ = self.answers.send(Invocation { handed_out, answered, answer });
                status(StatusCode::ACCEPTED)
            }
            _ => status(StatusCode::NOT_FOUND),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        lock(&self.moments.first_asked).get_or_insert_with(Instant::now);
        let Some(event) = self.events.lock().await.recv().await else {
            return status(StatusCode::GONE);
        };
        let deadline = SystemTime::now() + TIME_FOR_ANSWER;
        let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", Uuid::new_v4().to_string())
            .header("lambda-runtime-deadline-ms", deadline.to_string())
            .header(
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:123456789012:function:bench",
            )
            .header(
                "lambda-runtime-trace-id",
                "Root=1-67274f20-000000000000000000000001;Parent=53995c3f42cd8ad8;Sampled=0",
            );
        *lock(&self.moments.handed_out) = Some(Instant::now());
        response
            .body(Full::from(event))
            .unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("{}"));
    *response.status_mut() = status;
    response
}

fn lock<T>(moment: &SyncMutex<T>) -> std::sync::MutexGuard<'_, T> {
    moment.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http_client::HttpClient;

    const PREFIX: &str = "/2018-06-01/runtime/invocation/";

    #[tokio::test]
    async fn an_event_comes_back_as_an_answer_with_its_moments() {
        let mut api = RuntimeApi::start().await.unwrap();
        let mut process = HttpClient::connect(api.address).await.unwrap();
        assert_eq!(api.first_asked(), None);
        let before = Instant::now();
        api.post(Bytes::from_static(b"event"));
        let next = process.get(&format!("{PREFIX}next")).await.unwrap();
        assert_eq!(next.body.as_ref(), b"event");
        process.post(&format!("{PREFIX}1/response"), &[], "answer".into()).await.unwrap();
        let invocation = api.answered().await.unwrap();
        assert_eq!(invocation.answer.unwrap().as_ref(), b"answer");
        let first_asked = api.first_asked().unwrap();
        assert!(before < first_asked && first_asked <= invocation.handed_out);
        assert!(invocation.handed_out < invocation.answered);
    }

    #[tokio::test]
    async fn a_failure_is_told_from_an_answer() {
        let mut api = RuntimeApi::start().await.unwrap();
        let mut process = HttpClient::connect(api.address).await.unwrap();
        process.post("/2018-06-01/runtime/init/error", &[], "why".into()).await.unwrap();
        assert_eq!(api.answered().await.unwrap().answer.unwrap_err().as_ref(), b"why");
        assert_eq!(process.get("/elsewhere").await.unwrap().status, StatusCode::NOT_FOUND);
    }
}
