//! The event of payload format 2.0.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{CONNECTION, CONTENT_TYPE, COOKIE, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::GatewaySettings;
use super::routing::RouteMatch;

/// Headers that concern one connection only and are not passed on (RFC 9110
/// section 7.6.1 and the older ones it names).
pub(super) const HOP_BY_HOP_HEADERS: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The media types, besides `text/*`, whose body API Gateway passes as text. AWS
/// does not document the list. By reports from real APIs all else is encoded:
/// types with the suffixes `+json` and `+xml`, forms, and a body without a type.
const TEXT_MEDIA_TYPES: [&str; 3] =
    ["application/json", "application/javascript", "application/xml"];

/// A percent-encoded text that is not UTF-8 when decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InvalidEncoding;

/// A request as it was received, with all that is not in the request itself.
pub(super) struct ReceivedRequest {
    pub(super) head: http::request::Parts,
    pub(super) body: Bytes,
    pub(super) source_ip: IpAddr,
    /// Port of the gateway.
    pub(super) port: u16,
    pub(super) request_id: String,
    /// Value of `x-amzn-trace-id` unless the client sends one.
    pub(super) trace_id: String,
    pub(super) received_at: DateTime<Utc>,
    /// What the token of a caller claims, if an authorizer has looked at it.
    pub(super) claims: Option<Map<String, Value>>,
}

/// Builds the event a function gets for `request`.
pub(super) fn build_event(
    request: &ReceivedRequest,
    route: &RouteMatch,
    settings: &GatewaySettings,
) -> Result<Value, InvalidEncoding> {
    let path = raw_path(request.head.uri.path())?;
    let query = request.head.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route.route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(request),
        "requestContext": request_context(request, route, settings, &path),
        "isBase64Encoded": false,
    });
    let cookies = cookies(&request.head.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let parameters = query_parameters(query)?;
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(parameters);
    }
    if !route.path_parameters.is_empty() {
        event["pathParameters"] = json!(route.path_parameters);
    }
    if !request.body.is_empty() {
        let text = text_body(&request.head.headers, &request.body);
        event["isBase64Encoded"] = json!(text.is_none());
        event["body"] = match text {
            Some(text) => json!(text),
            None => json!(STANDARD.encode(&request.body)),
        };
    }
    Ok(event)
}

/// Decodes a path or a part of one. What is not a valid escape stays as it is.
pub(super) fn decode_path(path: &str) -> Result<String, InvalidEncoding> {
    let decoded = percent_decode_str(path).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|_| InvalidEncoding)
}

/// API Gateway decodes the path and cuts it at a `?` that appears by that.
fn raw_path(path: &str) -> Result<String, InvalidEncoding> {
    let mut decoded = decode_path(path)?;
    if let Some(question_mark) = decoded.find('?') {
        decoded.truncate(question_mark);
    }
    Ok(decoded)
}

fn query_parameters(query: &str) -> Result<BTreeMap<String, String>, InvalidEncoding> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode_query(value)?;
        parameters
            .entry(decode_query(name)?)
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    Ok(parameters)
}

fn decode_query(text: &str) -> Result<String, InvalidEncoding> {
    decode_path(&text.replace('+', " "))
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .map(header_text)
        .flat_map(|value| {
            let cookies = value.split(';').map(|cookie| cookie.trim().to_owned());
            cookies.collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

fn headers(request: &ReceivedRequest) -> Map<String, Value> {
    let received = &request.head.headers;
    let named_by_connection: Vec<String> = received
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| {
            let names = header_text(value).to_ascii_lowercase();
            let names = names.split(',').map(|name| name.trim().to_owned());
            names.collect::<Vec<_>>()
        })
        .collect();
    let mut headers = Map::new();
    for name in received.keys() {
        let dropped = *name == COOKIE
            || HOP_BY_HOP_HEADERS.contains(&name.as_str())
            || named_by_connection.iter().any(|named| named == name.as_str());
        if !dropped {
            headers.insert(name.to_string(), json!(joined(received, name)));
        }
    }
    headers.insert("content-length".to_owned(), json!(request.body.len().to_string()));
    headers.entry("x-amzn-trace-id").or_insert_with(|| json!(request.trace_id));
    let mut forwarded_for = request.source_ip.to_string();
    if let Some(Value::String(before)) = headers.get("x-forwarded-for") {
        forwarded_for = format!("{before}, {forwarded_for}");
    }
    headers.insert("x-forwarded-for".to_owned(), json!(forwarded_for));
    headers.insert("x-forwarded-port".to_owned(), json!(request.port.to_string()));
    // The local gateway has no TLS, and links built from this must work.
    headers.insert("x-forwarded-proto".to_owned(), json!("http"));
    headers
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values: Vec<Cow<'_, str>> = headers.get_all(name).iter().map(header_text).collect();
    values.join(",")
}

fn header_text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

fn request_context(
    request: &ReceivedRequest,
    route: &RouteMatch,
    settings: &GatewaySettings,
    path: &str,
) -> Value {
    let user_agent = request.head.headers.get(USER_AGENT).map(header_text);
    let mut context = json!({
        "accountId": settings.account_id,
        "apiId": settings.api_id,
        "domainName": settings.domain_name(),
        "domainPrefix": settings.api_id,
        "http": {
            "method": request.head.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", request.head.version),
            "sourceIp": request.source_ip.to_string(),
            "userAgent": user_agent.unwrap_or_default(),
        },
        "requestId": request.request_id,
        "routeKey": route.route_key,
        "stage": "$default",
        "time": request.received_at.format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": request.received_at.timestamp_millis(),
    });
    if let Some(claims) = &request.claims {
        // The scopes are those that a route asks for, and none does.
        context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
    }
    context
}

/// The body as text if its media type is one of text and it is valid UTF-8.
fn text_body<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    let content_type = header_text(headers.get(CONTENT_TYPE)?).to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.starts_with("text/") && !TEXT_MEDIA_TYPES.contains(&media_type) {
        return None;
    }
    std::str::from_utf8(body).ok()
}

#[cfg(test)]
mod tests;
