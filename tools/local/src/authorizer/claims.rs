//! What API Gateway makes of the claims of a token, besides what every reader of tokens does.

use jsonwebtoken::get_current_timestamp;
use serde_json::{Map, Value};

/// Whether the token is for `audience`. `client_id`, which some issuers give in place of `aud`,
/// counts only without it.
pub(super) fn has_audience(claims: &Map<String, Value>, audience: &str) -> bool {
    match claims.get("aud").or_else(|| claims.get("client_id")) {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one == audience),
        _ => false,
    }
}

/// Whether `iat` is a time to come, or no time.
pub(super) fn is_issued_in_the_future(claims: &Map<String, Value>) -> bool {
    let Some(issued_at) = claims.get("iat") else { return false };
    let seconds = issued_at.as_u64().or_else(|| issued_at.as_f64().map(|seconds| seconds as u64));
    seconds.is_none_or(|seconds| seconds > get_current_timestamp())
}

/// Functions get every claim as text, and a list as `[a b]`.
pub(super) fn as_strings(claims: Map<String, Value>) -> Map<String, Value> {
    claims.into_iter().map(|(name, value)| (name, Value::String(as_string(value)))).collect()
}

fn as_string(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(elements) => {
            let elements: Vec<String> = elements.into_iter().map(as_string).collect();
            format!("[{}]", elements.join(" "))
        }
        other => other.to_string(),
    }
}
