//! What somebody may do whom nobody knows: create tickets where the stack lets them, and read its pages.

use std::io::Write;

use crate::harness;
use crate::harness::caller::{Caller, token};
use crate::harness::product::{Product, created_id, ticket};
use reqwest::{Client, Response};
use serde_json::{Value, json};

const CREATE: &str = "/api/tickets/create";

/// Sends bytes with these headers and no others.
async fn send(
    product: &Product,
    method: &str,
    path: &str,
    body: &[u8],
    headers: &[(&str, &str)],
) -> Response {
    let url = format!("{}{path}", product.stack.addresses().api);
    let mut request = Client::new().request(method.parse().unwrap(), url).body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_body_that_a_web_page_may_send_unasked_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let id = created_id(&product.create(&ticket(1)).await);
    let create = ticket(2).to_string();
    let (status, patch) = (format!("/api/tickets/{id}/status"), format!("/api/tickets/{id}"));
    // The types that a page may send to any site without asking it first (Fetch, "CORS-safelisted
    // request-header"), none, and others that are not JSON's.
    let unasked = [
        None,
        Some("text/plain"),
        Some("text/plain;charset=application/json"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=application/json"),
        Some(""),
        Some("application/jsonp"),
        Some("text/json"),
    ];
    for content_type in unasked {
        let headers: Vec<(&str, &str)> =
            content_type.map(|value| ("content-type", value)).into_iter().collect();
        for (method, path, body) in [
            ("POST", CREATE, create.as_str()),
            ("PUT", &status, r#"{"status": "closed"}"#),
            ("PATCH", &patch, r#"{"priority": "high"}"#),
        ] {
            let answer = send(&product, method, path, body.as_bytes(), &headers).await;
            assert_eq!(answer.status(), 415, "{method} {content_type:?}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["type"], "urn:problem-type:unsupported-media-type");
        }
    }
    for content_type in ["application/json", "APPLICATION/JSON; charset=utf-8", "application/json;"]
    {
        let headers = [("content-type", content_type)];
        let answer = send(&product, "POST", CREATE, create.as_bytes(), &headers).await;
        assert_eq!(answer.status(), 201, "{content_type}");
    }
    assert_eq!(product.list("").await.body["tickets"].as_array().unwrap().len(), 4);
    assert_eq!(product.read(&id).await.body["version"], 1);
    product.stack.stop().await;
}

#[tokio::test]
async fn a_compressed_body_is_refused_with_what_is_taken() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(ticket(1).to_string().as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let plain = ticket(1).to_string();
    for (coding, body) in [
        ("gzip", gzip.as_slice()),
        ("GZip", &gzip),
        ("br", b"\x0b\x02\x80{}\x03"),
        ("deflate, gzip", &gzip),
        // It says that it is compressed and is not.
        ("gzip", plain.as_bytes()),
    ] {
        let headers = [("content-type", "application/json"), ("content-encoding", coding)];
        let answer = send(&product, "POST", CREATE, body, &headers).await;
        assert_eq!(answer.status(), 415, "{coding}");
        assert_eq!(answer.headers()["accept-encoding"], "identity", "{coding}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["type"], "urn:problem-type:unsupported-content-coding");
    }
    let headers = [("content-type", "application/json"), ("content-encoding", "identity")];
    let answer = send(&product, "POST", CREATE, plain.as_bytes(), &headers).await;
    assert_eq!(answer.status(), 201);
    // A body that does not say that it is compressed is text that cannot be read.
    let headers = [("content-type", "application/json")];
    assert_eq!(send(&product, "POST", CREATE, &gzip, &headers).await.status(), 400);
    product.stack.stop().await;
}

#[tokio::test]
async fn strangers_come_through_the_edge_where_there_is_one() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let data = tempfile::tempdir().unwrap();
    let parameter = format!("OriginSecret={SECRET}");
    let further = ["--auth", "--parameter", &parameter, "--parameter", "FormToken=public"];
    let product = Product::start_with(data.path(), &further).await;
    let create = async |secret: Option<&str>| {
        let mut headers: Vec<(&str, &str)> = Vec::new();
        headers.extend(secret.map(|secret| ("x-origin-secret", secret)));
        let path = "/api/form-token";
        let token = product.send_with("GET /api/form-token", path, None, &headers).await;
        let text = token.body["form_token"].as_str().unwrap_or_default().to_owned();
        headers.push(("form-token", &text));
        let body = ticket(1).to_string();
        let created =
            product.send_with(&format!("POST {CREATE}"), CREATE, Some(&body), &headers).await;
        (token.status, created.status)
    };
    assert_eq!(create(Some(SECRET)).await, (200, 201));
    for wrong in [None, Some(""), Some(&SECRET[1..]), Some("0123456789ABCDEF0123456789ABCDEF")] {
        assert_eq!(create(wrong).await, (403, 403), "{wrong:?}");
    }
    product.stack.stop().await;

    // Whom the authorizer knows, such as the shop's server, calls the API itself.
    let further = ["--auth", "--parameter", &parameter, "--parameter", "PublicCreate=jwt"];
    let stack = harness::start_with(data.path(), &further).await;
    let server = token(data.path(), &["--scope", "change"]);
    let created = Caller::of(&stack, Some(&server)).send("POST", CREATE, Some(&ticket(2))).await;
    assert_eq!(created.status(), 201);
    stack.stop().await;
}

fn with_source(source: &str) -> Value {
    let mut body = ticket(1);
    body["source"] = source.into();
    body
}

#[tokio::test]
async fn a_stranger_says_only_web_or_api() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for source in ["web", "api"] {
        let created = product.create(&with_source(source)).await;
        assert_eq!((created.status, &created.body["ticket"]["source"]), (201, &json!(source)));
    }
    for source in ["zendesk", "intercom", "email", "chat"] {
        let refused = product.create(&with_source(source)).await;
        assert_eq!(refused.status, 422, "{source}");
        assert_eq!(refused.body["errors"][0]["pointer"], "#/source");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn creates_ask_who_calls_where_the_stack_wants_it() {
    for way in ["PublicCreate=jwt", "PublicCreate=iam"] {
        let data = tempfile::tempdir().unwrap();
        let stack = harness::start_with(data.path(), &["--auth", "--parameter", way]).await;
        let nobody = Caller::of(&stack, None);
        assert_eq!(nobody.send("POST", CREATE, Some(&ticket(1))).await.status(), 401, "{way}");
        // A customer of the same issuer creates tickets and does nothing else.
        let customer = token(data.path(), &["--scope", "openid"]);
        let customer = Caller::of(&stack, Some(&customer));
        let id = customer.create().await;
        assert_eq!(customer.send("GET", &format!("/api/tickets/{id}"), None).await.status(), 403);
        for (source, expected) in [("api", 201), ("email", 422), ("zendesk", 422)] {
            let answer = customer.send("POST", CREATE, Some(&with_source(source))).await;
            assert_eq!(answer.status(), expected, "{way} {source}");
        }
        let gateway = token(data.path(), &["--scope", "change"]);
        let gateway = Caller::of(&stack, Some(&gateway));
        for source in ["web", "email", "chat", "zendesk"] {
            let answer = gateway.send("POST", CREATE, Some(&with_source(source))).await;
            assert_eq!(answer.status(), 201, "{way} {source}");
        }
        stack.stop().await;
    }
}

#[tokio::test]
async fn documentation_asks_who_calls_where_the_stack_wants_it() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--auth", "--parameter", "PublicDocs=false"];
    let stack = harness::start_with(data.path(), &further).await;
    let pages = ["/docs", "/docs/swagger-ui-bundle.js", "/docs/start.js", "/openapi.json"];
    let nobody = Caller::of(&stack, None);
    let somebody = token(data.path(), &["--scope", ""]);
    let somebody = Caller::of(&stack, Some(&somebody));
    for page in pages {
        assert_eq!(nobody.send("GET", page, None).await.status(), 401, "{page}");
        assert_eq!(somebody.send("GET", page, None).await.status(), 200, "{page}");
    }
    assert_eq!(nobody.send("GET", "/health", None).await.status(), 200);
    assert_eq!(nobody.send("POST", CREATE, Some(&ticket(1))).await.status(), 201);
    stack.stop().await;
}

#[tokio::test]
async fn the_large_files_of_the_documentation_leave_only_compressed() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for file in ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"] {
        let path = format!("/docs/{file}");
        for headers in [&[][..], &[("accept-encoding", "gzip, deflate, br")]] {
            let answer = send(&product, "GET", &path, b"", headers).await;
            assert_eq!(answer.status(), 200, "{file} {headers:?}");
            assert_eq!(answer.headers()["content-encoding"], "gzip");
            let bytes = answer.bytes().await.unwrap();
            assert!(bytes.starts_with(b"\x1f\x8b") && bytes.len() < 500_000, "{file}");
        }
        for codings in ["identity", "br", "gzip;q=0", ""] {
            let answer = send(&product, "GET", &path, b"", &[("accept-encoding", codings)]).await;
            assert_eq!(answer.status(), 406, "{file} {codings:?}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert!(answer.bytes().await.unwrap().len() < 1_000);
        }
    }
    product.stack.stop().await;
}

/// A token, as the page of `origin` gets it.
async fn form_token(product: &Product, origin: Option<&str>) -> String {
    let headers: Vec<(&str, &str)> = origin.map(|origin| ("origin", origin)).into_iter().collect();
    let path = "/api/form-token";
    let answer = product.send_with("GET /api/form-token", path, None, &headers).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["form_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_stranger_needs_a_form_token_where_the_stack_wants_it() {
    let data = tempfile::tempdir().unwrap();
    let origins = "CorsOrigins=https://shop.example,https://blog.example";
    let further = ["--parameter", "FormToken=public", "--parameter", origins];
    let product = Product::start_with(data.path(), &further).await;
    let (shop, blog) = ("https://shop.example", "https://blog.example");
    let create = async |token: Option<&str>, origin: Option<&str>| {
        let mut headers: Vec<(&str, &str)> = Vec::new();
        headers.extend(token.map(|token| ("form-token", token)));
        headers.extend(origin.map(|origin| ("origin", origin)));
        let body = ticket(1).to_string();
        let answer =
            product.send_with(&format!("POST {CREATE}"), CREATE, Some(&body), &headers).await;
        if answer.status != 201 {
            assert_eq!(answer.status, 400, "{answer:?}");
            assert_eq!(answer.body["errors"][0]["header"], "Form-Token");
        }
        answer.status
    };
    let of_shop = form_token(&product, Some(shop)).await;
    assert_eq!(create(Some(&of_shop), Some(shop)).await, 201);
    assert_eq!(create(Some(&of_shop), Some(blog)).await, 400);
    assert_eq!(create(Some(&of_shop), None).await, 400);
    let of_any = form_token(&product, None).await;
    assert_eq!(create(Some(&of_any), Some(blog)).await, 201);
    let (time, code) = of_shop.split_once('.').unwrap();
    let earlier = i64::from_str_radix(time, 16).unwrap() - 1;
    for token in [None, Some(""), Some("x"), Some(code), Some(&*format!("{earlier:x}.{code}"))] {
        assert_eq!(create(token, Some(shop)).await, 400, "{token:?}");
    }
    // Nothing of what was refused is stored.
    assert_eq!(product.list("").await.body["tickets"].as_array().unwrap().len(), 2);
    product.stack.stop().await;
}

#[tokio::test]
async fn the_shops_server_asks_for_form_tokens_where_no_page_may() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--auth", "--parameter", "FormToken=private"];
    let stack = harness::start_with(data.path(), &further).await;
    let path = "/api/form-token?origin=https://shop.example";
    let nobody = Caller::of(&stack, None);
    assert_eq!(nobody.send("GET", path, None).await.status(), 401);
    assert_eq!(nobody.send("POST", CREATE, Some(&ticket(1))).await.status(), 400);
    for (scope, expected) in [("read", 403), ("change", 200)] {
        let server = token(data.path(), &["--scope", scope]);
        let answer = Caller::of(&stack, Some(&server)).send("GET", path, None).await;
        assert_eq!(answer.status(), expected, "{scope}");
    }
    let server = token(data.path(), &["--scope", "change"]);
    let unknown =
        Caller::of(&stack, Some(&server)).send("GET", "/api/form-token?page=1", None).await;
    assert_eq!(unknown.status(), 400);
    stack.stop().await;
}
