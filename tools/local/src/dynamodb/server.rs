//! The HTTP side of the embedded DynamoDB: each request is held to the caller's policy, then passed
//! on to the database's own server, which listens on a port that nobody is told.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CONNECTION, CONTENT_LENGTH,
    CONTENT_TYPE, HOST, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use dynoxide::Database;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::access::{AccessControl, Denied};

/// The largest request body in bytes (DynamoDB takes 16 MB, and so does the database).
const MAXIMUM_REQUEST_BYTES: usize = 16 * 1024 * 1024;
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const AMAZON_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// Headers that concern one connection, or that are made anew for the next one.
const OF_THE_CONNECTION: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING];

/// What lets web pages read an answer.
const FOR_WEB_PAGES: [HeaderName; 5] = [
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// Why DynamoDB stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerError {
    #[error("the listener failed: {0}")]
    Listener(#[from] std::io::Error),
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

#[derive(Clone)]
struct Front {
    access: Arc<AccessControl>,
    client: reqwest::Client,
    /// Where the database's own server listens.
    database: String,
}

/// Serves until `shutdown` is done and the open requests are answered.
pub(super) async fn serve(
    database: Database,
    listener: TcpListener,
    access: Arc<AccessControl>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let inner = TcpListener::bind(("127.0.0.1", 0)).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let front = Front { access, client, database: format!("http://{}", inner.local_addr()?) };
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(dynoxide::server::serve_with_shutdown(inner, database, async {
        // An error means that the front is gone, which is a stop too.
        stopped.await.ok();
    }));
    let router = Router::new()
        .fallback(any(answer))
        .layer(DefaultBodyLimit::max(MAXIMUM_REQUEST_BYTES))
        .with_state(front);
    let served = axum::serve(listener, router).with_graceful_shutdown(shutdown).await;
    drop(stop);
    if let Ok(Err(detail)) = serving.await {
        tracing::error!(detail, "the database's server stopped");
    }
    Ok(served?)
}

async fn answer(
    State(front): State<Front>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    if let Err(denied) = front.access.check_dynamodb(&headers, target, &body) {
        return refusal(&denied);
    }
    match front.pass_on(method, &uri, headers, body).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Front {
    async fn pass_on(
        &self,
        method: Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, reqwest::Error> {
        let url = format!("{}{uri}", self.database);
        let request = self.client.request(method, url).headers(passed_on(headers)).body(body);
        let answer = request.send().await?;
        let (status, mut headers) = (answer.status(), passed_on(answer.headers().clone()));
        // The database's own server lets every web page call it.
        FOR_WEB_PAGES.iter().for_each(|name| {
            headers.remove(name);
        });
        Ok((status, headers, answer.bytes().await?).into_response())
    }
}

fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    OF_THE_CONNECTION.iter().for_each(|name| {
        headers.remove(name);
    });
    headers
}

/// What DynamoDB answers: "Error handling with DynamoDB" of the developer guide.
fn refusal(denied: &Denied) -> Response {
    let kind = match denied {
        Denied::UnknownKey => "UnrecognizedClientException",
        Denied::ByPolicy { .. } | Denied::WebPage => "AccessDeniedException",
    };
    let body = json!({
        "__type": format!("com.amazon.coral.service#{kind}"),
        "Message": denied.to_string()
    });
    let mut response = (StatusCode::BAD_REQUEST, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, AMAZON_JSON);
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
