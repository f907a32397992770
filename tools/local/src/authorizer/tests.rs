//! Tokens that are accepted, and those that are not.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use http::HeaderValue;
use proptest::prelude::*;
use serde_json::json;
use sha2::Sha256;

use super::*;

const KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

fn key() -> SigningKey {
    SigningKey::from_bytes(*KEY)
}

fn authorize(header: &str) -> Result<Map<String, Value>, Refusal> {
    let value = HeaderValue::from_str(header).unwrap();
    JwtAuthorizer::new(&key()).authorize(&HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// Signed with nothing but HMAC, so that the crate is not checked with itself.
fn signed_with(key: &[u8], header: &Value, claims: &Value) -> String {
    let unsigned = unsigned(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(unsigned.as_bytes());
    format!("Bearer {unsigned}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn signed(claims: &Value) -> String {
    signed_with(KEY, &json!({"alg": "HS256", "typ": "JWT"}), claims)
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// The claims of a good token, with some of them changed; null takes one away.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({"iss": ISSUER, "sub": "agent-7", "aud": AUDIENCE,
        "iat": now(), "exp": now() + 60});
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[test]
fn an_issued_token_is_accepted() {
    let request = TokenRequest {
        subject: "agent-7".to_owned(),
        audience: AUDIENCE.to_owned(),
        scope: "read".to_owned(),
        expires_in: Duration::from_secs(60),
    };
    let token = issue(&key(), &request).unwrap();
    for header in [format!("Bearer {token}"), format!("bearer  {token}"), token.clone()] {
        let claims = authorize(&header).unwrap();
        assert_eq!(claims["sub"], "agent-7");
        assert_eq!(claims["iss"], ISSUER);
        let expiry: i64 = claims["exp"].as_str().unwrap().parse().unwrap();
        assert!((now() + 50..=now() + 60).contains(&expiry), "{expiry}");
    }
}

#[test]
fn claims_reach_functions_as_text() {
    let more = json!({"aud": ["x", AUDIENCE], "admin": true, "level": 1.5, "roles": ["a", "b"],
        "exp": 4_102_444_800_i64, "iat": null});
    assert_eq!(
        Value::Object(authorize(&signed(&claims(&more))).unwrap()),
        json!({"iss": ISSUER, "sub": "agent-7", "aud": format!("[x {AUDIENCE}]"),
            "admin": "true", "level": "1.5", "roles": "[a b]", "exp": "4102444800"})
    );
}

#[test]
fn each_claim_is_checked() {
    for (changes, expected) in [
        (json!({"exp": now() - 1}), Some(Refusal::Expired)),
        (json!({"exp": null}), Some(Refusal::Malformed)),
        (json!({"exp": "4102444800"}), Some(Refusal::Malformed)),
        (json!({"nbf": now() + 60}), Some(Refusal::Early)),
        (json!({"nbf": "soon"}), Some(Refusal::Malformed)),
        (json!({"nbf": now() - 1}), None),
        (json!({"iat": now() + 60}), Some(Refusal::Early)),
        (json!({"iat": "0"}), Some(Refusal::Early)),
        (json!({"iat": null}), None),
        (json!({"iss": "https://login.example.com"}), Some(Refusal::WrongIssuer)),
        (json!({"iss": null}), Some(Refusal::Malformed)),
        (json!({"iss": [ISSUER]}), Some(Refusal::WrongIssuer)),
        (json!({"iss": ["another", ISSUER]}), Some(Refusal::WrongIssuer)),
        (json!({"aud": "another"}), Some(Refusal::WrongAudience)),
        (json!({"aud": ["another", AUDIENCE]}), None),
        (json!({"aud": []}), Some(Refusal::WrongAudience)),
        (json!({"aud": null}), Some(Refusal::WrongAudience)),
        (json!({"aud": null, "client_id": AUDIENCE}), None),
        (json!({"aud": null, "client_id": "another"}), Some(Refusal::WrongAudience)),
        // With an audience, `client_id` does not count.
        (json!({"aud": "another", "client_id": AUDIENCE}), Some(Refusal::WrongAudience)),
    ] {
        assert_eq!(authorize(&signed(&claims(&changes))).err(), expected, "{changes}");
    }
}

#[test]
fn nobody_passes_by_another_algorithm_or_key() {
    let good = claims(&json!({}));
    for algorithm in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "none", "None", ""] {
        let header = json!({"alg": algorithm, "typ": "JWT"});
        let token = signed_with(KEY, &header, &good);
        assert_eq!(authorize(&token), Err(Refusal::Malformed), "{algorithm}");
        let unsigned = format!("Bearer {}.", unsigned(&header, &good));
        assert_eq!(authorize(&unsigned), Err(Refusal::Malformed), "{algorithm}");
    }
    let header = json!({"alg": "HS256"});
    for other in [&b"another key, that is also long..."[..], b""] {
        let token = signed_with(other, &header, &good);
        assert_eq!(authorize(&token), Err(Refusal::WrongSignature));
    }
    assert_eq!(authorize(&format!("{}.", unsigned(&header, &good))), Err(Refusal::WrongSignature));
}

#[test]
fn a_token_that_was_changed_is_refused() {
    let token = signed(&claims(&json!({})));
    let other = signed(&claims(&json!({"sub": "agent-8"})));
    let (parts, others): (Vec<_>, Vec<_>) =
        (token.split('.').collect(), other.split('.').collect());
    let mixed = format!("{}.{}.{}", parts[0], others[1], parts[2]);
    assert_eq!(authorize(&mixed), Err(Refusal::WrongSignature));
    for cut in [&token[..token.len() - 2], "Bearer a.b", "Bearer a.b.c", "Bearer ...", "x"] {
        assert!(authorize(cut).is_err(), "{cut}");
    }
    for (header, expected) in [
        ("", Refusal::NoToken),
        ("Bearer  ", Refusal::NoToken),
        ("Bearer", Refusal::Malformed),
        ("Basic dXNlcjpwYXNz", Refusal::Malformed),
    ] {
        assert_eq!(authorize(header), Err(expected), "{header:?}");
    }
    let none = JwtAuthorizer::new(&key()).authorize(&HeaderMap::new());
    assert_eq!(none, Err(Refusal::NoToken));
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(bytes in prop::collection::vec(32_u8..=255, 0..80)) {
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            prop_assert!(JwtAuthorizer::new(&key()).authorize(&headers).is_err());
        }
    }
}
