//! The vectors of `webhooks/vectors.json`, and that no bit of a signed request can be changed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use copilot_channels::signature::{Secret, Secrets, Verification};
use copilot_channels::{intercom, zendesk};
use copilot_core::ticket::parse_time;
use hmac::{Hmac, Mac};
use proptest::prelude::*;
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/webhooks");
    fs::read(folder.join(name)).unwrap()
}

struct Vector {
    source: String,
    verification: Verification,
    timestamp: String,
    body: Vec<u8>,
    signature: String,
    valid: bool,
}

fn vectors(vendor: &str) -> Vec<Vector> {
    let all: Value = serde_json::from_slice(&file("vectors.json")).unwrap();
    let text = |vector: &Value, name: &str| vector[name].as_str().unwrap_or_default().to_owned();
    let read = |vector: &Value| Vector {
        source: text(vector, "source"),
        verification: required(&text(vector, "secret")),
        timestamp: text(vector, "timestamp"),
        body: match vector["body_file"].as_str() {
            Some(name) => file(name),
            None => text(vector, "body").into_bytes(),
        },
        signature: text(vector, "signature"),
        valid: vector["valid"].as_bool().unwrap(),
    };
    all[vendor].as_array().unwrap().iter().map(read).collect()
}

fn required(secret: &str) -> Verification {
    Verification::Required(Secrets::new(Secret::parse(secret).unwrap(), None))
}

#[test]
fn the_vectors_of_zendesk() {
    for vector in vectors("zendesk") {
        let now = parse_time(&vector.timestamp).unwrap();
        let (signature, timestamp) = (Some(&*vector.signature), Some(&*vector.timestamp));
        let verified =
            zendesk::verify(&vector.verification, signature, timestamp, &vector.body, now);
        assert_eq!(verified.is_ok(), vector.valid, "{}: {verified:?}", vector.source);
    }
}

#[test]
fn the_vectors_of_intercom() {
    for vector in vectors("intercom") {
        let verified =
            intercom::verify(&vector.verification, Some(&vector.signature), &vector.body);
        assert_eq!(verified.is_ok(), vector.valid, "{}: {verified:?}", vector.source);
    }
}

const SECRET: &str = "s3cret";
const TIMESTAMP: &str = "2025-06-02T09:15:31Z";

fn now() -> DateTime<Utc> {
    parse_time(TIMESTAMP).unwrap()
}

fn signed_by_zendesk(body: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(TIMESTAMP.as_bytes());
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn signed_by_intercom(body: &[u8]) -> String {
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    format!("sha1={:x}", mac.finalize().into_bytes())
}

/// `bytes` with one bit changed, or `None` when they are no text any more, which no header can hold.
fn flipped(text: &str, bit: usize) -> Option<String> {
    let mut bytes = text.as_bytes().to_owned();
    let bit = bit % (8 * bytes.len());
    bytes[bit / 8] ^= 1 << (bit % 8);
    String::from_utf8(bytes).ok()
}

#[test]
fn no_bit_of_a_header_can_be_changed() {
    let body = b"{\"ticket\": {}}";
    let zendesk = |signature: &str, timestamp: &str| {
        let verification = required(SECRET);
        zendesk::verify(&verification, Some(signature), Some(timestamp), body, now()).is_ok()
    };
    let intercom =
        |signature: &str| intercom::verify(&required(SECRET), Some(signature), body).is_ok();
    let (by_zendesk, by_intercom) = (signed_by_zendesk(body), signed_by_intercom(body));
    assert!(zendesk(&by_zendesk, TIMESTAMP) && intercom(&by_intercom));

    for bit in 0..8 * by_zendesk.len() {
        assert!(
            !flipped(&by_zendesk, bit).is_some_and(|wrong| zendesk(&wrong, TIMESTAMP)),
            "{bit}"
        );
    }
    for bit in 0..8 * TIMESTAMP.len() {
        assert!(
            !flipped(TIMESTAMP, bit).is_some_and(|wrong| zendesk(&by_zendesk, &wrong)),
            "{bit}"
        );
    }
    for bit in 0..8 * by_intercom.len() {
        assert!(!flipped(&by_intercom, bit).is_some_and(|wrong| intercom(&wrong)), "{bit}");
    }
}

proptest! {
    #[test]
    fn no_bit_of_a_body_can_be_changed(
        body in prop::collection::vec(any::<u8>(), 1..300), bit in any::<usize>()
    ) {
        let (by_zendesk, by_intercom) = (signed_by_zendesk(&body), signed_by_intercom(&body));
        let verification = required(SECRET);
        let verify = |body: &[u8]| (
            zendesk::verify(&verification, Some(&by_zendesk), Some(TIMESTAMP), body, now()).is_ok(),
            intercom::verify(&verification, Some(&by_intercom), body).is_ok(),
        );
        prop_assert_eq!(verify(&body), (true, true));
        let mut wrong = body.clone();
        let bit = bit % (8 * wrong.len());
        wrong[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify(&wrong), (false, false));
        prop_assert_eq!(verify(&body[1..]), (false, false));
    }

    #[test]
    fn any_headers_are_refused_without_panic(
        signature in ".*|[A-Za-z0-9+/]{43}=|sha1=[0-9a-f]{40}", timestamp in ".*", body in ".*"
    ) {
        let verification = required(SECRET);
        let (signature, body) = (Some(signature.as_str()), body.as_bytes());
        let zendesk = zendesk::verify(&verification, signature, Some(&timestamp), body, now());
        prop_assert!(zendesk.is_err());
        prop_assert!(intercom::verify(&verification, signature, body).is_err());
    }
}
