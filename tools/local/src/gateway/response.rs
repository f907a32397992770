//! From the answer of a function to an HTTP response, by payload format 2.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Map, Value};

use super::event::HOP_BY_HOP_HEADERS;

/// Content type of a response whose function names none.
const DEFAULT_CONTENT_TYPE: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");

/// Content type of an answer that is not a response object.
const INFERRED_CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/json");

/// Why an answer cannot be sent. API Gateway answers with status 500 then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidResponse {
    #[error("the answer is not JSON")]
    NotJson,
    #[error("statusCode is not a number from 200 to 599")]
    StatusCode,
    #[error("a header is not one HTTP allows")]
    Header,
    #[error("cookies is not a list of valid header values")]
    Cookies,
    #[error("body is not a string")]
    Body,
    #[error("isBase64Encoded is not true or false, or the body is not base64")]
    Base64,
}

/// Maps what the function answered. An object with `statusCode` describes a
/// response; any other JSON is itself the body of a response with status 200.
pub(super) fn map_response(answer: &[u8]) -> Result<Response<Full<Bytes>>, InvalidResponse> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| InvalidResponse::NotJson)?;
    match answer {
        Value::Object(members) if members.contains_key("statusCode") => described(&members),
        Value::String(text) => Ok(inferred(text)),
        other => Ok(inferred(other.to_string())),
    }
}

fn inferred(body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, INFERRED_CONTENT_TYPE);
    response
}

fn described(members: &Map<String, Value>) -> Result<Response<Full<Bytes>>, InvalidResponse> {
    let status = status(members.get("statusCode"))?;
    let body = body(members)?;
    let mut headers = headers(members)?;
    if !headers.contains_key(CONTENT_TYPE) && !body.is_empty() {
        headers.insert(CONTENT_TYPE, DEFAULT_CONTENT_TYPE);
    }
    for cookie in cookies(members.get("cookies"))? {
        headers.append(SET_COOKIE, cookie);
    }
    // These two have no body in HTTP, whatever the function says.
    let body = match status {
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => Bytes::new(),
        _ => body,
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn status(value: Option<&Value>) -> Result<StatusCode, InvalidResponse> {
    value
        .and_then(Value::as_u64)
        .filter(|status| (200..=599).contains(status))
        .and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok())
        .ok_or(InvalidResponse::StatusCode)
}

fn body(members: &Map<String, Value>) -> Result<Bytes, InvalidResponse> {
    let text = match members.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return Err(InvalidResponse::Body),
    };
    match members.get("isBase64Encoded") {
        None | Some(Value::Null | Value::Bool(false)) => Ok(Bytes::from(text.to_owned())),
        Some(Value::Bool(true)) => {
            STANDARD.decode(text).map(Bytes::from).map_err(|_| InvalidResponse::Base64)
        }
        Some(_) => Err(InvalidResponse::Base64),
    }
}

/// The single headers, and those of `multiValueHeaders` in place of the single
/// ones of the same name. Length and framing are the gateway's own.
fn headers(members: &Map<String, Value>) -> Result<HeaderMap, InvalidResponse> {
    let mut headers = HeaderMap::new();
    for (name, value) in object(members.get("headers"))? {
        if let Some(value) = header_value(value)? {
            headers.insert(header_name(name)?, value);
        }
    }
    for (name, values) in object(members.get("multiValueHeaders"))? {
        let name = header_name(name)?;
        let Value::Array(values) = values else {
            return Err(InvalidResponse::Header);
        };
        headers.remove(&name);
        for value in values {
            if let Some(value) = header_value(value)? {
                headers.append(name.clone(), value);
            }
        }
    }
    headers.remove(CONTENT_LENGTH);
    for name in HOP_BY_HOP_HEADERS {
        headers.remove(name);
    }
    Ok(headers)
}

fn object(
    value: Option<&Value>,
) -> Result<impl Iterator<Item = (&String, &Value)>, InvalidResponse> {
    let members = match value {
        None | Some(Value::Null) => None,
        Some(Value::Object(members)) => Some(members),
        Some(_) => return Err(InvalidResponse::Header),
    };
    Ok(members.into_iter().flatten())
}

fn header_name(name: &str) -> Result<HeaderName, InvalidResponse> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| InvalidResponse::Header)
}

fn header_value(value: &Value) -> Result<Option<HeaderValue>, InvalidResponse> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => return Err(InvalidResponse::Header),
    };
    HeaderValue::from_bytes(text.as_bytes()).map(Some).map_err(|_| InvalidResponse::Header)
}

fn cookies(value: Option<&Value>) -> Result<Vec<HeaderValue>, InvalidResponse> {
    let cookies = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(cookies)) => cookies,
        Some(_) => return Err(InvalidResponse::Cookies),
    };
    cookies
        .iter()
        .map(|cookie| {
            let cookie = cookie.as_str().ok_or(InvalidResponse::Cookies)?;
            HeaderValue::from_bytes(cookie.as_bytes()).map_err(|_| InvalidResponse::Cookies)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn mapped(answer: &Value) -> (StatusCode, HeaderMap, Bytes) {
        let response = map_response(answer.to_string().as_bytes()).unwrap();
        let (head, body) = response.into_parts();
        let body = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(body.collect())
            .unwrap();
        (head.status, head.headers, body.to_bytes())
    }

    #[test]
    fn a_described_response_is_sent_as_described() {
        let (status, headers, body) = mapped(&json!({
            "statusCode": 201,
            "headers": { "Content-Type": "text/html", "X-Count": 3, "X-Flag": true, "X-None": null },
            "multiValueHeaders": { "x-multi": ["a", "b"], "x-count": ["4", "5"] },
            "cookies": ["a=1; Path=/", "b=2"],
            "body": "<p>",
        }));
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(body.as_ref(), b"<p>");
        assert_eq!(headers[CONTENT_TYPE], "text/html");
        let all = |name: &str| -> Vec<&str> {
            let values = headers.get_all(name).iter();
            values.map(|value| value.to_str().unwrap()).collect()
        };
        assert_eq!(all("x-multi"), ["a", "b"]);
        assert_eq!(all("x-count"), ["4", "5"]);
        assert_eq!(all("x-flag"), ["true"]);
        assert_eq!(all("set-cookie"), ["a=1; Path=/", "b=2"]);
        assert!(!headers.contains_key("x-none"));
    }

    #[test]
    fn json_without_a_status_is_the_body() {
        for (answer, expected) in [
            (json!({ "a": [1, null] }), r#"{"a":[1,null]}"#),
            (json!("Hello"), "Hello"),
            (json!([1]), "[1]"),
            (json!(null), "null"),
        ] {
            let (status, headers, body) = mapped(&answer);
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[CONTENT_TYPE], "application/json");
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn an_encoded_body_is_decoded() {
        let (_, _, body) = mapped(&json!({
            "statusCode": 200, "body": "AP8=", "isBase64Encoded": true,
        }));
        assert_eq!(body.as_ref(), b"\x00\xff");
    }

    #[test]
    fn a_body_without_a_content_type_is_plain_text() {
        let (_, headers, _) = mapped(&json!({ "statusCode": 200, "body": "x" }));
        assert_eq!(headers[CONTENT_TYPE], "text/plain;charset=UTF-8");
        let (_, headers, _) = mapped(&json!({ "statusCode": 200, "body": null }));
        assert!(headers.is_empty());
    }

    #[test]
    fn length_and_framing_of_the_function_are_dropped() {
        let (_, headers, _) = mapped(&json!({
            "statusCode": 200,
            "headers": { "Content-Length": "999", "Transfer-Encoding": "chunked", "Connection": "x" },
        }));
        assert!(headers.is_empty(), "{headers:?}");
    }

    #[test]
    fn statuses_without_a_body_have_none() {
        for status in [204, 304] {
            let (_, _, body) = mapped(&json!({ "statusCode": status, "body": "x" }));
            assert!(body.is_empty());
        }
    }

    #[test]
    fn broken_answers_are_refused() {
        use InvalidResponse::{Base64, Body, Cookies, Header, StatusCode};
        for (answer, expected) in [
            (json!({ "statusCode": "200" }), StatusCode),
            (json!({ "statusCode": null }), StatusCode),
            (json!({ "statusCode": 99 }), StatusCode),
            (json!({ "statusCode": 101 }), StatusCode),
            (json!({ "statusCode": 600 }), StatusCode),
            (json!({ "statusCode": 65_736 }), StatusCode),
            (json!({ "statusCode": 200.5 }), StatusCode),
            (json!({ "statusCode": 200, "headers": { "a": "b\r\nc: d" } }), Header),
            (json!({ "statusCode": 200, "headers": { "a b": "c" } }), Header),
            (json!({ "statusCode": 200, "headers": { "": "c" } }), Header),
            (json!({ "statusCode": 200, "headers": { "a": {} } }), Header),
            (json!({ "statusCode": 200, "headers": [] }), Header),
            (json!({ "statusCode": 200, "multiValueHeaders": { "a": "b" } }), Header),
            (json!({ "statusCode": 200, "cookies": "a=1" }), Cookies),
            (json!({ "statusCode": 200, "cookies": ["a\n"] }), Cookies),
            (json!({ "statusCode": 200, "cookies": [1] }), Cookies),
            (json!({ "statusCode": 200, "body": {} }), Body),
            (json!({ "statusCode": 200, "body": "!", "isBase64Encoded": true }), Base64),
            (json!({ "statusCode": 200, "isBase64Encoded": "yes" }), Base64),
        ] {
            let error = map_response(answer.to_string().as_bytes()).unwrap_err();
            assert_eq!(error, expected, "{answer}");
        }
        for answer in [&b""[..], b"{", b"hello", b"\xff"] {
            assert_eq!(map_response(answer).unwrap_err(), InvalidResponse::NotJson);
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(
            status in any::<i64>(),
            name in ".{0,10}",
            value in ".{0,20}",
            body in ".{0,40}",
            encoded in any::<bool>(),
            raw in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let answer = json!({
                "statusCode": status % 700,
                "headers": { name: value.clone() },
                "cookies": [value],
                "body": body,
                "isBase64Encoded": encoded,
            });
            let _ = map_response(answer.to_string().as_bytes());
            let _ = map_response(&raw);
        }
    }
}
