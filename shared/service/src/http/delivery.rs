//! How an answer reaches the client: compressed, or not again when the client has it.

use lambda_http::http::header;

use super::request::Request;
use super::response::Response;

/// What a client says of it.
pub(super) struct Delivery {
    takes_gzip: bool,
    /// The entity tags of what it has, if it asks for nothing but newer.
    known: Option<String>,
}

impl Delivery {
    pub(super) fn asked(request: &Request) -> Self {
        let header = |name: header::HeaderName| request.header(name.as_str());
        let known = header(header::IF_NONE_MATCH).filter(|_| request.method() == "GET");
        Self {
            takes_gzip: header(header::ACCEPT_ENCODING).is_some_and(takes_gzip),
            known: known.map(str::to_owned),
        }
    }

    /// The answer as it is sent.
    pub(super) fn of(&self, response: Response) -> Response {
        let is_known = match (&self.known, response.entity_tag()) {
            (Some(known), Some(tag)) => names(known, tag),
            _ => false,
        };
        if is_known { response.not_modified() } else { response.compressed(self.takes_gzip) }
    }
}

/// Whether a value of `If-None-Match` names this tag. Tags are compared weakly (RFC 9110, section 13.1.2),
/// and what is no list of tags names none.
fn names(known: &str, tag: &str) -> bool {
    let strong = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    // Our own tags have no commas.
    known.trim() == "*" || known.split(',').any(|entry| strong(entry.trim()) == strong(tag))
}

/// Whether a client that sends this `Accept-Encoding` takes gzip (RFC 9110, section 12.5.3).
pub fn takes_gzip(accept_encoding: &str) -> bool {
    let is = |coding: &str, name: &str| coding.trim().eq_ignore_ascii_case(name);
    let weight = |name: &str| {
        let mut entries = accept_encoding.split(',').map(|entry| entry.trim().split(';'));
        let mut parts =
            entries.find(|parts| parts.clone().next().is_some_and(|coding| is(coding, name)))?;
        let weight = parts.find_map(|part| {
            part.trim().to_ascii_lowercase().strip_prefix("q=").map(str::to_owned)
        });
        Some(weight.map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or_default()))
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use lambda_http::http::StatusCode;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::request::tests::request;
    use crate::limits::COMPRESSED_BYTES;

    fn delivered(method: &str, headers: Value, body: &Value, tag: Option<&str>) -> Value {
        let context = json!({"http": {"method": method, "path": "/x"}, "stage": "$default"});
        let request = request(&[("headers", headers), ("requestContext", context)]);
        let mut response = Response::json(StatusCode::OK, body).unwrap();
        if let Some(tag) = tag {
            response.header(header::ETAG, tag);
        }
        let response = Delivery::asked(&request).of(response);
        serde_json::to_value(response.into_event_response()).unwrap()
    }

    #[test]
    fn gzip_is_taken_as_the_client_says() {
        for codings in [
            "gzip",
            "deflate, gzip",
            "GZIP;q=0.5",
            "br;q=1.0, gzip;q=0.8",
            "*",
            "identity, *;q=0.1",
        ] {
            assert!(takes_gzip(codings), "{codings}");
        }
        for codings in ["", "identity", "br", "gzip;q=0", "gzip; Q=0.0, *", "*;q=0", "gzipped"] {
            assert!(!takes_gzip(codings), "{codings}");
        }
    }

    #[test]
    fn only_what_is_large_is_compressed_and_only_for_who_takes_it() {
        let large = json!({"text": "é".repeat(COMPRESSED_BYTES)});
        let answer = delivered("GET", json!({"accept-encoding": "gzip"}), &large, None);
        assert_eq!(answer["headers"]["content-encoding"], "gzip");
        assert_eq!(answer["headers"]["vary"], "accept-encoding");
        assert_eq!(answer["isBase64Encoded"], true);
        let bytes = STANDARD.decode(answer["body"].as_str().unwrap()).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), large);
        assert!(bytes.len() * 10 < text.len());
        let small = json!({"text": "é"});
        for (headers, body) in [
            (json!({}), &large),
            (json!({"accept-encoding": "br, gzip;q=0"}), &large),
            (json!({"accept-encoding": "gzip"}), &small),
        ] {
            let answer = delivered("GET", headers, body, None);
            assert!(answer["headers"].get("content-encoding").is_none(), "{answer}");
            assert_eq!(
                serde_json::from_str::<Value>(answer["body"].as_str().unwrap()).unwrap(),
                *body
            );
        }
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let body = json!({"text": "x".repeat(2 * COMPRESSED_BYTES)});
        let status = |method: &str, known: &str, tag| {
            let headers = json!({"if-none-match": known, "accept-encoding": "gzip"});
            let answer = delivered(method, headers, &body, tag);
            if answer["statusCode"] == 304 {
                assert_eq!(
                    (&answer["body"], &answer["headers"]["etag"]),
                    (&json!(""), &json!(tag))
                );
                assert!(answer["headers"].get("content-type").is_none(), "{answer}");
                assert!(answer["headers"].get("content-encoding").is_none(), "{answer}");
                assert_eq!(answer["headers"]["cache-control"], "no-store");
            }
            answer["statusCode"].clone()
        };
        for known in ["\"3\"", "W/\"3\"", "\"1\", \"3\"", "\"1\",W/\"3\" ", "*"] {
            assert_eq!(status("GET", known, Some("\"3\"")), 304, "{known}");
            assert_eq!(status("GET", known, Some("W/\"3\"")), 304, "{known}");
            assert_eq!(status("GET", known, None), 200, "{known}");
            assert_eq!(status("PATCH", known, Some("\"3\"")), 200, "{known}");
        }
        for known in ["\"4\"", "3", "\"33\"", "", "W/3", "\"3"] {
            assert_eq!(status("GET", known, Some("\"3\"")), 200, "{known}");
        }
    }
}
