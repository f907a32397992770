use std::net::Ipv4Addr;

use http::{Request, Uri};
use proptest::prelude::*;

use super::*;

fn settings() -> GatewaySettings {
    GatewaySettings {
        region: "eu-central-1".to_owned(),
        account_id: "123456789012".to_owned(),
        api_id: "local1234".to_owned(),
    }
}

fn route(key: &str, parameters: &[(&str, &str)]) -> RouteMatch {
    RouteMatch {
        route_key: key.to_owned(),
        function: "f".to_owned(),
        requires_caller: false,
        path_parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn received(request: Request<Bytes>) -> ReceivedRequest {
    let (head, body) = request.into_parts();
    ReceivedRequest {
        head,
        body,
        source_ip: Ipv4Addr::LOCALHOST.into(),
        port: 3000,
        request_id: "JKJaXmPLvHcESHA=".to_owned(),
        trace_id: "Root=1-5759e988-bd862e3fe1be46a994272793".to_owned(),
        received_at: DateTime::parse_from_rfc3339("2026-11-24T10:11:12.345Z")
            .unwrap()
            .with_timezone(&Utc),
        claims: None,
    }
}

fn event(request: Request<Bytes>) -> Value {
    build_event(&received(request), &route("$default", &[]), &settings()).unwrap()
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).unwrap()
}

fn with_body(content_type: &str, body: &'static [u8]) -> Value {
    let request = Request::post("/").header("content-type", content_type);
    event(request.body(Bytes::from_static(body)).unwrap())
}

#[test]
fn a_full_request_becomes_the_documented_event() {
    let request = Request::post("/tickets/a%20b?tag=x&tag=y%2C+z&empty=&%C3%BC")
        .header("Host", "localhost:3000")
        .header("User-Agent", "curl/8")
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Multi", "1")
        .header("X-Multi", "2")
        .header("Cookie", "a=1; b=2")
        .header("Cookie", "c=3")
        .header("Connection", "keep-alive, X-Private")
        .header("X-Private", "hidden")
        .header("Transfer-Encoding", "chunked")
        .body(Bytes::from_static(b"{\"n\":1}"))
        .unwrap();
    let route = route("POST /tickets/{id}", &[("id", "a b")]);
    let event = build_event(&received(request), &route, &settings()).unwrap();
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /tickets/{id}",
        "rawPath": "/tickets/a b",
        "rawQueryString": "tag=x&tag=y%2C+z&empty=&%C3%BC",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "content-length": "7",
            "content-type": "application/json; charset=utf-8",
            "host": "localhost:3000",
            "user-agent": "curl/8",
            "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
            "x-multi": "1,2",
        },
        "queryStringParameters": { "tag": "x,y, z", "empty": "", "ü": "" },
        "pathParameters": { "id": "a b" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local1234",
            "domainName": "local1234.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "local1234",
            "http": {
                "method": "POST",
                "path": "/tickets/a b",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "POST /tickets/{id}",
            "stage": "$default",
            "time": "24/Nov/2026:10:11:12 +0000",
            "timeEpoch": 1_795_515_072_345_i64,
        },
        "body": "{\"n\":1}",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[test]
fn what_a_request_does_not_have_is_absent() {
    let event = event(get("/"));
    for member in ["cookies", "queryStringParameters", "pathParameters", "body", "stageVariables"] {
        assert!(event.get(member).is_none(), "{member}");
    }
    assert_eq!(event["rawQueryString"], "");
    assert_eq!(event["isBase64Encoded"], false);
    assert_eq!(event["headers"]["content-length"], "0");
}

#[test]
fn a_token_appears_with_its_claims() {
    let mut request = received(get("/"));
    request.claims = json!({"sub": "agent-7", "exp": "1"}).as_object().cloned();
    let event = build_event(&request, &route("$default", &[]), &settings()).unwrap();
    assert_eq!(
        event["requestContext"]["authorizer"],
        json!({"jwt": {"claims": {"sub": "agent-7", "exp": "1"}, "scopes": null}})
    );
    assert!(super::tests::event(get("/"))["requestContext"].get("authorizer").is_none());
}

#[test]
fn the_path_is_decoded_and_cut_at_a_decoded_question_mark() {
    for (uri, path) in [
        ("/a%2Fb", "/a/b"),
        ("/a%3Fb/c", "/a"),
        ("/%C3%BC", "/ü"),
        ("/a+b", "/a+b"),
        ("/%", "/%"),
        ("/%zz", "/%zz"),
        ("/%00", "/\0"),
        ("/%2525", "/%25"),
    ] {
        let event = event(get(uri));
        assert_eq!(event["rawPath"], path, "{uri}");
        assert_eq!(event["requestContext"]["http"]["path"], path, "{uri}");
    }
}

#[test]
fn a_path_or_query_that_is_not_utf8_is_refused() {
    for uri in ["/%ff", "/?a=%ff", "/?%c3=1", "/a%C3/%BC"] {
        let built = build_event(&received(get(uri)), &route("$default", &[]), &settings());
        assert_eq!(built, Err(InvalidEncoding), "{uri}");
    }
}

#[test]
fn the_body_is_text_for_text_types_only() {
    for content_type in [
        "text/plain",
        "TEXT/HTML; charset=utf-8",
        "application/json",
        "application/json;charset=utf-8",
        "application/javascript",
        "application/xml",
    ] {
        let event = with_body(content_type, b"hi");
        assert_eq!(event["body"], "hi", "{content_type}");
        assert_eq!(event["isBase64Encoded"], false, "{content_type}");
    }
    for content_type in [
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/problem+json",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "",
    ] {
        let event = with_body(content_type, b"hi");
        assert_eq!(event["body"], "aGk=", "{content_type}");
        assert_eq!(event["isBase64Encoded"], true, "{content_type}");
    }
}

#[test]
fn text_that_is_not_utf8_is_encoded() {
    let event = with_body("text/plain", b"\xff\xfe");
    assert_eq!(event["body"], "//4=");
    assert_eq!(event["isBase64Encoded"], true);
}

#[test]
fn a_body_without_a_type_is_encoded() {
    let event = event(Request::post("/").body(Bytes::from_static(b"hi")).unwrap());
    assert_eq!(event["isBase64Encoded"], true);
}

#[test]
fn a_client_behind_a_proxy_and_its_trace_stay_visible() {
    let request = Request::get("/")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-forwarded-proto", "https")
        .header("x-amzn-trace-id", "Root=1-1-2")
        .body(Bytes::new())
        .unwrap();
    let headers = event(request)["headers"].clone();
    assert_eq!(headers["x-forwarded-for"], "203.0.113.7, 127.0.0.1");
    assert_eq!(headers["x-forwarded-proto"], "http");
    assert_eq!(headers["x-amzn-trace-id"], "Root=1-1-2");
}

#[test]
fn hostile_header_bytes_become_replacement_characters() {
    let mut request = get("/");
    let value = HeaderValue::from_bytes(b"a\xffb").unwrap();
    request.headers_mut().insert("x-odd", value);
    assert_eq!(event(request)["headers"]["x-odd"], "a\u{fffd}b");
}

proptest! {
    #[test]
    fn no_path_or_query_makes_it_panic(
        target in "/(%[0-9a-fA-F]{2}|%|[a-z?&=+;,/.]|[0-9]){0,80}",
        cookie in proptest::collection::vec(any::<u8>(), 0..60),
        content_type in "[ -~]{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let uri: Uri = target.parse().unwrap();
        let mut request = Request::post(uri).body(Bytes::from(body.clone())).unwrap();
        for (name, value) in [
            (COOKIE, cookie.clone()),
            (CONNECTION, cookie),
            (CONTENT_TYPE, content_type.into_bytes()),
        ] {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().insert(name, value);
            }
        }
        if let Ok(event) = build_event(&received(request), &route("$default", &[]), &settings()) {
            let sent = event["body"].as_str().unwrap_or_default();
            let bytes = if event["isBase64Encoded"] == true {
                STANDARD.decode(sent).unwrap()
            } else {
                sent.as_bytes().to_vec()
            };
            prop_assert_eq!(bytes, body);
        }
    }
}
