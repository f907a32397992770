use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::store::fake::Fake;

fn cancelled(codes: &[&str]) -> (u16, Value) {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"Code": code})).collect();
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    (
        400,
        json!({"__type": kind, "Message": "Transaction cancelled", "CancellationReasons": reasons}),
    )
}

fn writes() -> Vec<TransactWriteItem> {
    let put = Put::builder().table_name("tickets").item("pk", AttributeValue::S("1".to_owned()));
    vec![TransactWriteItem::builder().put(put.build().unwrap()).build()]
}

fn verdict(codes: &[&str], noted_at: Option<usize>) -> Verdict {
    let codes = codes.iter().map(|code| (*code).to_owned()).collect();
    Cancelled { codes }.verdict(noted_at)
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_dynamodb_was_too_busy_for_is_sent_again() {
    let of_single_calls = [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "InternalServerError",
        "TransactionInProgressException",
    ];
    for code in BUSY.into_iter().chain(of_single_calls) {
        let fake = Fake::answering(move |call| match call {
            0 | 1 => cancelled(&["None", code]),
            _ => (200, json!({})),
        });
        let began = Instant::now();
        assert_eq!(fake.store().transact(writes(), None).await.unwrap(), End::Done, "{code}");
        assert!(began.elapsed() >= limits::RETRY_BACKOFF * 3 / 2, "{:?}", began.elapsed());
        // One token, so that none of them is done twice.
        let bodies = fake.bodies();
        let tokens: BTreeSet<&str> =
            bodies.iter().map(|body| body["ClientRequestToken"].as_str().unwrap()).collect();
        assert_eq!((bodies.len(), tokens.len()), (3, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_stays_busy_is_unavailable_in_time_and_says_why() {
    let fake = Fake::answering(|_| cancelled(&["None", "ThrottlingError"]));
    let began = Instant::now();
    let error = fake.store().transact(writes(), None).await.unwrap_err();
    assert!(began.elapsed() <= limits::OPERATION_TIMEOUT);
    assert!(fake.bodies().len() > 5);
    let Error::Unavailable { source: Some(source), .. } = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "the transaction was cancelled: None, ThrottlingError");
}

#[tokio::test(start_paused = true)]
async fn what_would_never_succeed_is_not_sent_again() {
    for (code, is_outdated) in [("ConditionalCheckFailed", true), ("ValidationError", false)] {
        let fake = Fake::answering(move |_| cancelled(&[code, "None"]));
        let outcome = fake.store().transact(writes(), None).await;
        match outcome {
            Ok(end) => assert!(is_outdated && end == End::Outdated),
            Err(error) => assert!(!is_outdated && matches!(error, Error::Internal { .. })),
        }
        assert_eq!(fake.bodies().len(), 1);
    }
}

#[test]
fn a_condition_that_is_not_met_decides() {
    let known = Verdict::Ended(End::Duplicate);
    let outdated = Verdict::Ended(End::Outdated);
    for (codes, noted_at, expected) in [
        (&["ConditionalCheckFailed", "None", "ConditionalCheckFailed"][..], Some(2), known),
        (&["ConditionalCheckFailed", "None", "ConditionalCheckFailed"], None, outdated),
        (&["TransactionConflict", "ConditionalCheckFailed"], Some(2), outdated),
        (&["ThrottlingError", "ConditionalCheckFailed"], Some(1), known),
        (&["None", "ThrottlingError", "TransactionConflict"], Some(1), Verdict::Busy),
        (&["ThrottlingError", "ValidationError"], None, Verdict::Defect),
        (&["ItemCollectionSizeLimitExceeded"], None, Verdict::Defect),
        (&["None", "None"], None, Verdict::Defect),
        (&[], None, Verdict::Defect),
    ] {
        assert_eq!(verdict(codes, noted_at), expected, "{codes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn tries_end_by_number_and_by_time() {
    let mut tries = Tries::begin();
    assert_eq!(std::iter::from_fn(|| tries.is_another().then_some(())).count(), 5);
    let mut slow = Tries::begin();
    tokio::time::sleep(limits::CHANGE_TIME).await;
    assert!(slow.is_another());
    assert!(!slow.is_another());
}
