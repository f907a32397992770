use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::*;

fn invocation(request_id: &str) -> Invocation {
    Invocation {
        request_id: request_id.to_owned(),
        event: Bytes::from_static(b"{\"a\":1}"),
        deadline_ms: 1_700_000_000_000,
        function_arn: "arn:aws:lambda:eu-central-1:000000000000:function:f".to_owned(),
        trace_id: "Root=1-5759e988-bd862e3fe1be46a994272793".to_owned(),
    }
}

fn url(api: &RuntimeApi, path: &str) -> String {
    format!("http://{}/2018-06-01/runtime/{path}", api.address())
}

/// Asks for an event and hands one over, as a process with an event in hand.
async fn busy_api(request_id: &str) -> (RuntimeApi, oneshot::Receiver<Answered>) {
    let api = RuntimeApi::start().await.unwrap();
    let request = tokio::spawn(Client::new().get(url(&api, "invocation/next")).send());
    api.waiting().await;
    let delivered = api.deliver(invocation(request_id)).await.unwrap();
    assert_eq!(request.await.unwrap().unwrap().status(), StatusCode::OK);
    (api, delivered.answer)
}

async fn post(api: &RuntimeApi, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
    let request = Client::new().post(url(api, path)).body(body);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn an_event_comes_with_the_headers_of_its_invocation() {
    let api = RuntimeApi::start().await.unwrap();
    let request = tokio::spawn(Client::new().get(url(&api, "invocation/next")).send());
    api.waiting().await;
    let before = Instant::now();
    let delivered = api.deliver(invocation("r-1")).await.unwrap();
    assert!(delivered.asked <= before && before <= delivered.handed_out);
    let response = request.await.unwrap().unwrap();
    let headers = response.headers();
    assert_eq!(headers["lambda-runtime-aws-request-id"], "r-1");
    assert_eq!(headers["lambda-runtime-deadline-ms"], "1700000000000");
    assert_eq!(
        headers["lambda-runtime-invoked-function-arn"],
        "arn:aws:lambda:eu-central-1:000000000000:function:f"
    );
    assert!(headers.contains_key("lambda-runtime-trace-id"));
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"{\"a\":1}");
    post(&api, "invocation/r-1/response", "1").await;
    assert!(delivered.answer.await.unwrap().at > delivered.handed_out);
}

#[tokio::test]
async fn a_response_is_taken_once_and_only_for_its_own_invocation() {
    let (api, answer) = busy_api("r-1").await;
    let (status, body) = post(&api, "invocation/other/response", "1").await;
    assert_eq!((status, &body["errorType"]), (StatusCode::BAD_REQUEST, &json!("InvalidRequestID")));
    let (status, _) = post(&api, "invocation/r-1/response", "{\"ok\":true}").await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(answer.await.unwrap().answer.unwrap().as_ref(), b"{\"ok\":true}");
    let (status, body) = post(&api, "invocation/r-1/response", "1").await;
    assert_eq!(
        (status, &body["errorType"]),
        (StatusCode::FORBIDDEN, &json!("InvalidStateTransition"))
    );
}

#[tokio::test]
async fn an_error_carries_its_type_and_message() {
    let (api, answer) = busy_api("r-1").await;
    let error = r#"{"errorType":"NoTable","errorMessage":"table is missing"}"#;
    let (status, _) = post(&api, "invocation/r-1/error", error).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let error = answer.await.unwrap().answer.unwrap_err();
    assert_eq!(
        (error.error_type.as_str(), error.message.as_str()),
        ("NoTable", "table is missing")
    );
}

#[tokio::test]
async fn a_response_over_the_limit_is_refused_and_fails_the_invocation() {
    let (api, answer) = busy_api("r-1").await;
    let response = vec![b' '; MAXIMUM_RESPONSE_BYTES + 1];
    let (status, _) = post(&api, "invocation/r-1/response", response).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let error = answer.await.unwrap().answer.unwrap_err();
    assert_eq!(error.error_type, "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn a_response_of_exactly_the_limit_is_taken() {
    let (api, answer) = busy_api("r-1").await;
    let response = vec![b' '; MAXIMUM_RESPONSE_BYTES];
    let (status, _) = post(&api, "invocation/r-1/response", response).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(answer.await.unwrap().answer.unwrap().len(), MAXIMUM_RESPONSE_BYTES);
}

/// Sends `request` byte by byte as it stands; the framing is what is tested.
async fn exchange(api: &RuntimeApi, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(api.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

const STREAMED_HEAD: &str = "POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\n\
    Host: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
    Trailer: Lambda-Runtime-Function-Error-Type\r\n\r\n";

#[tokio::test]
async fn a_streamed_response_is_put_together() {
    let (api, answer) = busy_api("r-1").await;
    let request = format!("{STREAMED_HEAD}3\r\n{{\"a\r\n4\r\n\":1}}\r\n0\r\n\r\n");
    assert!(exchange(&api, &request).await.starts_with("HTTP/1.1 202"));
    assert_eq!(answer.await.unwrap().answer.unwrap().as_ref(), b"{\"a\":1}");
}

#[tokio::test]
async fn an_error_in_the_trailers_of_a_stream_fails_the_invocation() {
    let (api, answer) = busy_api("r-1").await;
    let request = format!(
        "{STREAMED_HEAD}2\r\n{{}}\r\n0\r\nLambda-Runtime-Function-Error-Type: Broken\r\n\r\n"
    );
    assert!(exchange(&api, &request).await.starts_with("HTTP/1.1 202"));
    assert_eq!(answer.await.unwrap().answer.unwrap_err().error_type, "Broken");
}

#[tokio::test]
async fn an_init_error_is_known_before_any_event_only() {
    let api = RuntimeApi::start().await.unwrap();
    let error = r#"{"errorType":"NoConfiguration","errorMessage":"TABLE is not set"}"#;
    let (status, _) = post(&api, "init/error", error).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let error = api.initialised().await.unwrap_err();
    assert_eq!(error.error_type, "NoConfiguration");

    let (api, _answer) = busy_api("r-1").await;
    let (status, _) = post(&api, "init/error", "{}").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_busy_process_gets_no_second_event() {
    let (api, _answer) = busy_api("r-1").await;
    let response = Client::new().get(url(&api, "invocation/next")).send().await;
    assert_eq!(response.unwrap().status(), StatusCode::FORBIDDEN);
    assert!(api.deliver(invocation("r-2")).await.is_err());
}

#[tokio::test]
async fn an_event_is_not_delivered_to_a_process_that_has_gone() {
    let api = RuntimeApi::start().await.unwrap();
    let request = tokio::spawn(Client::new().get(url(&api, "invocation/next")).send());
    api.waiting().await;
    request.abort();
    let _ = request.await;
    // The server notices the closed connection at its next turn.
    tokio::time::timeout(std::time::Duration::from_secs(5), async {
        while !matches!(&*api.shared.phase(), Phase::Waiting { process, .. } if process.is_closed())
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(api.deliver(invocation("r-1")).await.is_err());
}

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found() {
    let api = RuntimeApi::start().await.unwrap();
    for path in ["", "invocation", "invocation/next", "invocation/%2f/x", "init/error/x"] {
        let (status, _) = post(&api, path, "x").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}
