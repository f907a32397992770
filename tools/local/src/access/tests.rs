//! Functions are held to their policies, and nobody else.

use std::time::Duration;

use http::HeaderValue;

use super::*;

pub(super) fn settings() -> Settings {
    Settings {
        region: "eu-west-1".to_owned(),
        account_id: "000000000000".to_owned(),
        stack_name: "support".to_owned(),
        queue_url_base: "http://127.0.0.1:9324".to_owned(),
        parameters: Default::default(),
    }
}

/// A permission as `action resource`.
pub(super) fn shown(permissions: BTreeSet<Permission>) -> Vec<String> {
    let shown = |Permission { action, resource }| format!("{action} {resource}");
    permissions.into_iter().map(shown).collect()
}

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:000000000000:table/t";
const GET: &str = "DynamoDB_20120810.GetItem";
const PUT: &str = "DynamoDB_20120810.PutItem";

fn reader(record: Option<CallRecord>) -> AccessControl {
    let set = |text: &str| BTreeSet::from([text.to_owned()]);
    let function = Function {
        logical_id: "Reader".to_owned(),
        name: "support-Reader".to_owned(),
        binary: "reader".to_owned(),
        timeout: Duration::from_secs(3),
        memory_mb: 128,
        environment: Default::default(),
        policy: vec![PolicyStatement { actions: set("dynamodb:GetItem"), resources: set(TABLE) }],
    };
    AccessControl::new(settings(), &[function], &AccessKey::of_emulators(), record)
}

fn signed_by(key: &str) -> HeaderMap {
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={key}/20240101/eu-west-1/dynamodb/aws4_request, \
         SignedHeaders=host, Signature=0"
    );
    HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::try_from(value).unwrap())])
}

#[test]
fn a_function_may_do_what_its_policy_grants_and_nothing_else() {
    let (access, headers) = (reader(None), signed_by("local-reader"));
    let (table, other) = (br#"{"TableName": "t"}"#, br#"{"TableName": "other"}"#);
    assert_eq!(access.check_dynamodb(&headers, GET, table), Ok(()));
    assert_eq!(
        access.check_dynamodb(&headers, PUT, table).unwrap_err().to_string(),
        format!(
            "User: arn:aws:sts::000000000000:assumed-role/reader/reader is not authorized to \
             perform: dynamodb:PutItem on resource: {TABLE} because no identity-based policy \
             allows the dynamodb:PutItem action"
        )
    );
    assert!(access.check_dynamodb(&headers, GET, other).is_err());
    assert!(access.check_dynamodb(&headers, GET, b"{").is_err());
    let denied = access.check_sqs(&headers, "SendMessage", "/0/q", b"{}").unwrap_err();
    assert!(denied.to_string().contains("perform: sqs:sendmessage on"), "{denied}");
}

#[test]
fn the_runs_own_key_may_do_everything_and_unknown_ones_nothing() {
    let mut access = reader(None);
    access.allow("AKIDEXAMPLE");
    for key in ["local", "AKIDEXAMPLE"] {
        assert_eq!(access.check_dynamodb(&signed_by(key), PUT, b"{}"), Ok(()), "{key}");
        assert_eq!(access.check_sqs(&signed_by(key), "ListQueues", "/", b"{}"), Ok(()), "{key}");
    }
    let basic = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic local"))]);
    let unknown = ["", "x", "local-reader2", "local-", "LOCAL", "reader"].map(signed_by);
    for headers in [HeaderMap::new(), basic].iter().chain(&unknown) {
        let refused = access.check_dynamodb(headers, GET, br#"{"TableName": "t"}"#);
        assert_eq!(refused, Err(Denied::UnknownKey), "{headers:?}");
        let refused = access.check_sqs(headers, "ListQueues", "/", b"{}");
        assert_eq!(refused, Err(Denied::UnknownKey), "{headers:?}");
    }
}

#[test]
fn each_run_has_keys_of_its_own() {
    let (one, other) = (AccessKey::draw(), AccessKey::draw());
    assert_ne!(one, other);
    assert_eq!(one.as_str().len(), 32);
    assert_eq!(one.of_function("reader"), format!("{}-reader", one.as_str()));
}

#[test]
fn the_key_is_found_wherever_it_stands_in_the_signature() {
    for (authorization, key) in [
        ("AWS4-HMAC-SHA256 Credential=local-a/2024/x, Signature=0", Some("local-a")),
        ("AWS4-HMAC-SHA256 Signature=0,Credential=local-a/2024", Some("local-a")),
        ("AWS4-HMAC-SHA256 Credential=local-a", Some("local-a")),
        ("AWS4-HMAC-SHA256", None),
        ("Bearer Credential=local-a", None),
        ("", None),
    ] {
        assert_eq!(signing_key(authorization), key, "{authorization}");
    }
}

#[test]
fn grants_and_calls_are_recorded_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls");
    let record = CallRecord::open(&file, "template.yaml".as_ref()).unwrap();
    let (access, headers) = (reader(Some(record)), signed_by("local-reader"));
    for _ in 0..2 {
        access.check_dynamodb(&headers, GET, br#"{"TableName": "t"}"#).unwrap();
        access.check_dynamodb(&headers, PUT, br#"{"TableName": "t"}"#).unwrap_err();
    }
    let line = |kind| {
        format!(
            r#"{{"template":"template.yaml","function":"reader","kind":"{kind}","action":"dynamodb:GetItem","resource":"{TABLE}"}}"#
        )
    };
    let recorded = std::fs::read_to_string(&file).unwrap();
    assert_eq!(recorded, format!("{}\n{}\n", line("granted"), line("used")));
}
