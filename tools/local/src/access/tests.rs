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
    AccessControl::new(settings(), &[function], record)
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
fn only_functions_are_held_to_a_policy() {
    let access = reader(None);
    let basic = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic x"))]);
    for headers in [HeaderMap::new(), basic, signed_by("local"), signed_by("local-reader2")] {
        assert_eq!(access.check_dynamodb(&headers, PUT, b"{}"), Ok(()), "{headers:?}");
    }
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
