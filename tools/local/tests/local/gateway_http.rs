//! The gateway over HTTP in front of real processes of the `test-function` binary.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use lambda_process::{FunctionConfiguration, FunctionPool, LogFormat, LogWriter};
use local_stack::gateway::{Gateway, GatewayError, GatewaySettings, Route, RouteError};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const FUNCTION_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest time a test waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(10);

const MEGABYTE: usize = 1024 * 1024;

struct LocalGateway {
    address: SocketAddr,
    pool: FunctionPool,
    client: Client,
    shutdown: oneshot::Sender<()>,
    server: JoinHandle<Result<(), GatewayError>>,
}

impl LocalGateway {
    async fn start(routes: &[(&str, &str)]) -> Self {
        Self::start_with(routes, None).await
    }

    async fn start_with(routes: &[(&str, &str)], cors: Option<sam_template::Cors>) -> Self {
        let pool = pool(4).await;
        let functions = HashMap::from([("test-function".to_owned(), pool.clone())]);
        let mut gateway = Gateway::new(self::routes(routes), functions, settings()).unwrap();
        if let Some(cors) = cors {
            gateway = gateway.with_cors(cors);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, requested) = oneshot::channel();
        let server = tokio::spawn(gateway.serve(listener, requested));
        Self { address, pool, client: Client::new(), shutdown, server }
    }

    async fn start_with_default_route() -> Self {
        LocalGateway::start(&[("ANY", "$default")]).await
    }

    fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    async fn get(&self, target: &str) -> Response {
        self.client.get(self.url(target)).send().await.unwrap()
    }

    /// Has the function answer exactly `answer`.
    async fn answering(&self, method: Method, answer: &Value) -> Response {
        self.client.request(method, self.url("/answer")).json(answer).send().await.unwrap()
    }

    /// Sends bytes as they stand and reads until the gateway closes.
    async fn exchange(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut response = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut response)).await.unwrap().unwrap();
        String::from_utf8(response).unwrap()
    }

    async fn stop(self) {
        self.shutdown.send(()).unwrap();
        self.server.await.unwrap().unwrap();
        self.pool.stop().await;
    }
}

async fn pool(maximum_processes: usize) -> FunctionPool {
    let configuration = FunctionConfiguration {
        name: "test-function".to_owned(),
        executable: test_function::executable().to_owned(),
        timeout: FUNCTION_TIMEOUT,
        memory_mb: 128,
        environment: [("AWS_REGION".to_owned(), "eu-central-1".to_owned())].into(),
        maximum_processes,
    };
    let logs = LogWriter::new(LogFormat::Json, Box::new(std::io::sink()));
    FunctionPool::start(configuration, logs).await.unwrap()
}

fn routes(routes: &[(&str, &str)]) -> Vec<Route> {
    routes
        .iter()
        .map(|(method, path)| Route {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            function: "test-function".to_owned(),
            requires_caller: false,
        })
        .collect()
}

fn settings() -> GatewaySettings {
    GatewaySettings {
        region: "eu-central-1".to_owned(),
        account_id: "123456789012".to_owned(),
        api_id: "local1234".to_owned(),
    }
}

async fn assert_gateway_answer(response: Response, status: u16, message: &str) {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("apigw-requestid"));
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "message": message }));
}

async fn echoed(response: Response) -> Value {
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

fn is_running(process: &Value) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_the_function_as_an_event() {
    let gateway = LocalGateway::start(&[("POST", "/echo/{id}")]).await;
    let response = gateway
        .client
        .post(gateway.url("/echo/a%20b?x=1&x=2"))
        .header("cookie", "a=1; b=2")
        .header("user-agent", "tests")
        .json(&json!({ "n": 1 }))
        .send()
        .await
        .unwrap();
    let request_id = response.headers()["apigw-requestid"].clone();
    let mut event = echoed(response).await["event"].take();
    let context = event["requestContext"].take();
    assert_eq!(context["requestId"], request_id.to_str().unwrap());
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["routeKey"], "POST /echo/{id}");
    let mut headers = event["headers"].take();
    let trace_id = headers["x-amzn-trace-id"].take();
    assert!(trace_id.as_str().unwrap().starts_with("Root=1-"));
    assert_eq!(
        headers,
        json!({
            "accept": "*/*",
            "content-length": "7",
            "content-type": "application/json",
            "host": gateway.address.to_string(),
            "user-agent": "tests",
            "x-amzn-trace-id": null,
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": gateway.address.port().to_string(),
            "x-forwarded-proto": "http",
        })
    );
    assert_eq!(
        event,
        json!({
            "version": "2.0",
            "routeKey": "POST /echo/{id}",
            "rawPath": "/echo/a b",
            "rawQueryString": "x=1&x=2",
            "cookies": ["a=1", "b=2"],
            "headers": null,
            "queryStringParameters": { "x": "1,2" },
            "pathParameters": { "id": "a b" },
            "requestContext": null,
            "body": "{\"n\":1}",
            "isBase64Encoded": false,
        })
    );
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_at_once_use_two_processes() {
    let gateway = LocalGateway::start_with_default_route().await;
    let (left, right) = tokio::join!(gateway.get("/sleep/500"), gateway.get("/sleep/500"));
    assert_ne!(echoed(left).await["pid"], echoed(right).await["pid"]);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_route_takes_is_not_found() {
    let gateway = LocalGateway::start(&[("GET", "/echo"), ("ANY", "/any")]).await;
    for target in ["/", "/echo/", "/Echo", "/echo/x"] {
        assert_gateway_answer(gateway.get(target).await, 404, "Not Found").await;
    }
    let post = gateway.client.post(gateway.url("/echo")).send().await;
    assert_gateway_answer(post.unwrap(), 404, "Not Found").await;
    let head = gateway.client.head(gateway.url("/echo")).send().await;
    assert_eq!(head.unwrap().status(), StatusCode::NOT_FOUND);
    let head = gateway.client.head(gateway.url("/any")).send().await;
    assert_eq!(head.unwrap().status(), StatusCode::OK);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_function_is_an_internal_server_error_and_the_next_request_works() {
    let gateway = LocalGateway::start_with_default_route().await;
    for target in ["/exit", "/abort", "/panic", "/error", "/garbage", "/large"] {
        let failed = gateway.get(target).await;
        assert_gateway_answer(failed, 500, "Internal Server Error").await;
        echoed(gateway.get("/echo").await).await;
    }
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_is_an_internal_server_error_and_the_process_is_replaced() {
    let gateway = LocalGateway::start_with_default_route().await;
    let first = echoed(gateway.get("/echo").await).await["pid"].take();
    let started = Instant::now();
    let failed = gateway.get("/sleep/60000").await;
    assert_gateway_answer(failed, 500, "Internal Server Error").await;
    assert!(started.elapsed() >= FUNCTION_TIMEOUT);
    assert!(!is_running(&first));
    assert_ne!(echoed(gateway.get("/echo").await).await["pid"], first);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_idle_is_not_noticed_by_a_client() {
    let gateway = LocalGateway::start_with_default_route().await;
    let first = echoed(gateway.get("/idle-crash").await).await["pid"].take();
    let started = Instant::now();
    while is_running(&first) {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_ne!(echoed(gateway.get("/echo").await).await["pid"], first);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_mapped() {
    let gateway = LocalGateway::start_with_default_route().await;
    let plain = gateway.get("/plain").await;
    assert_eq!(plain.headers()["content-type"], "application/json");
    assert_eq!(plain.text().await.unwrap(), r#"{"answer":42}"#);

    let answer = json!({
        "statusCode": 404,
        "headers": { "X-A": "1", "Content-Length": "999" },
        "cookies": ["a=1", "b=2"],
        "body": "AP8=",
        "isBase64Encoded": true,
    });
    let response = gateway.answering(Method::POST, &answer).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let headers = response.headers().clone();
    assert_eq!(headers["x-a"], "1");
    assert_eq!(headers["content-length"], "2");
    assert!(headers.contains_key("apigw-requestid"));
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"\x00\xff");

    let split = json!({ "statusCode": 200, "headers": { "x-a": "1\r\nx-b: 2" } });
    let response = gateway.answering(Method::POST, &split).await;
    assert_gateway_answer(response, 500, "Internal Server Error").await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_has_the_length_but_not_the_body() {
    let gateway = LocalGateway::start_with_default_route().await;
    let body = r#"{"statusCode":200,"body":"12345"}"#;
    let request = format!(
        "HEAD /answer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let response = gateway.exchange(request.as_bytes()).await;
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert!(response.contains("content-length: 5\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n"), "{response}");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_is_refused() {
    let gateway = LocalGateway::start_with_default_route().await;
    for bytes in [10 * MEGABYTE + 1, 5 * MEGABYTE] {
        // 5 MB are within the limit of the gateway, but encoded not within Lambda's.
        let request = gateway.client.post(gateway.url("/echo"));
        let response = request.body(vec![b'x'; bytes]).send().await.unwrap();
        assert_gateway_answer(response, 413, "Request Entity Too Large").await;
    }
    let request = gateway.client.get(gateway.url("/echo"));
    let response = request.header("x-long", "x".repeat(10_240)).send().await;
    assert_gateway_answer(response.unwrap(), 431, "Request Header Fields Too Large").await;
    let request = gateway.client.get(gateway.url("/echo"));
    let response = request.header("x-long", "x".repeat(10_000)).send().await;
    echoed(response.unwrap()).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_before_a_large_body_is_refused_at_once() {
    let gateway = LocalGateway::start_with_default_route().await;
    let head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
        Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n";
    let response = gateway.exchange(head).await;
    assert!(response.starts_with("HTTP/1.1 413"), "{response}");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_do_not_disturb_the_gateway() {
    let gateway = LocalGateway::start_with_default_route().await;
    for (target, status) in [
        ("/%00", "200"),
        ("/%", "200"),
        ("/%zz%2", "200"),
        ("/..%2f..%2fetc", "200"),
        ("//", "200"),
        ("/%ff", "400"),
        ("/a?b=%ff", "400"),
        ("*", "400"),
        ("/\x7f", "400"),
    ] {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let response = gateway.exchange(request.as_bytes()).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{target}: {response}");
    }
    for request in [
        &b"\x00\xff\xfe garbage\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let response = gateway.exchange(request).await;
        assert!(response.starts_with("HTTP/1.1 400"), "{response}");
    }
    echoed(gateway.get("/echo").await).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_request_finishes_on_shutdown() {
    let gateway = LocalGateway::start_with_default_route().await;
    let running = tokio::spawn(gateway.client.get(gateway.url("/sleep/600")).send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let address = gateway.address;
    gateway.stop().await;
    echoed(running.await.unwrap().unwrap()).await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_to_a_missing_function_is_refused() {
    let refused = Gateway::new(routes(&[("GET", "/a")]), HashMap::new(), settings());
    assert_eq!(
        refused.err(),
        Some(RouteError::UnknownFunction {
            route: "GET /a".to_owned(),
            function: "test-function".to_owned(),
        })
    );
}

fn shop() -> sam_template::Cors {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    sam_template::Cors {
        allow_origins: texts(&["https://shop.example"]),
        allow_methods: texts(&["GET", "POST"]),
        allow_headers: texts(&["content-type"]),
        expose_headers: texts(&["location"]),
        max_age_seconds: Some(600),
    }
}

#[tokio::test]
async fn web_pages_call_only_from_origins_that_may() {
    let gateway = LocalGateway::start_with(&[("ANY", "$default")], Some(shop())).await;
    let ask = async |method: Method, origin: &str| {
        let request = gateway.client.request(method, gateway.url("/a")).header("origin", origin);
        request.header("access-control-request-method", "POST").send().await.unwrap()
    };
    let header = |response: &Response, name: &str| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let preflight = ask(Method::OPTIONS, "https://shop.example").await;
    assert_eq!(preflight.status(), 204);
    let allowed = header(&preflight, "access-control-allow-origin");
    assert_eq!(allowed.as_deref(), Some("https://shop.example"));
    assert_eq!(header(&preflight, "access-control-allow-methods").as_deref(), Some("GET,POST"));
    let posted = ask(Method::POST, "https://shop.example").await;
    assert_eq!(posted.status(), 200);
    assert_eq!(header(&posted, "access-control-allow-origin"), allowed);
    assert_eq!(header(&posted, "access-control-expose-headers").as_deref(), Some("location"));
    for method in [Method::OPTIONS, Method::POST, Method::GET] {
        let foreign = ask(method, "https://evil.example").await;
        assert_eq!(foreign.status(), 403);
        assert_eq!(header(&foreign, "access-control-allow-origin"), None);
    }
    let own = format!("http://{}", gateway.address);
    assert_eq!(ask(Method::POST, &own).await.status(), 200);
    let rebound = "GET /a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    let answer = gateway.exchange(rebound.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_configuration_no_other_page_may_call() {
    let gateway = LocalGateway::start_with_default_route().await;
    let request = gateway.client.get(gateway.url("/a")).header("origin", "https://shop.example");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 403);
    let body: Value = response.json().await.unwrap();
    assert!(body["message"].as_str().unwrap().contains("CorsOrigins"), "{body}");
    gateway.stop().await;
}

#[tokio::test]
async fn idle_connections_keep_nobody_waiting() {
    let gateway = LocalGateway::start_with_default_route().await;
    // More than are served at once.
    let mut idle = Vec::new();
    for _ in 0..600 {
        idle.push(TcpStream::connect(gateway.address).await.unwrap());
    }
    let began = Instant::now();
    assert_eq!(gateway.get("/health").await.status(), StatusCode::OK);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    // And they are cut in time.
    let mut nothing = [0; 1];
    let read = tokio::time::timeout(PATIENCE, idle[0].read(&mut nothing)).await.unwrap();
    assert_eq!(read.unwrap_or(0), 0);
    gateway.stop().await;
}
