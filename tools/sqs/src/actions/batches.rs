//! Batch actions: up to ten entries, each with its own result.

use std::collections::HashSet;

use super::messages::{outgoing, sent};
use super::{RequestContext, required};
use crate::EmbeddedSqs;
use crate::error::SqsError;
use crate::message::OutgoingMessage;
use crate::protocol::{
    BatchEntry, BatchFailure, BatchRequest, BatchResponse, BatchSuccess, MessageContent, Nothing,
    Receipt, SendMessageResponse,
};

/// Entries per batch ("Message quotas" of the Developer Guide).
const MAXIMUM_ENTRIES: usize = 10;
/// The length of an entry id in characters (the same quotas).
const MAXIMUM_ENTRY_ID_CHARACTERS: usize = 80;
/// The messages of one batch together, in bytes (SendMessageBatch reference).
const MAXIMUM_BATCH_BYTES: usize = 1_048_576;

pub(super) fn send(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: BatchRequest<MessageContent>,
) -> Result<BatchResponse<SendMessageResponse>, SqsError> {
    let (queue_name, entries) = open(sqs, context, request)?;
    let entries = read(entries, outgoing);
    let sent_bytes = entries
        .iter()
        .filter_map(|(_, message)| message.as_ref().ok())
        .map(OutgoingMessage::size_bytes)
        .sum();
    if sent_bytes > MAXIMUM_BATCH_BYTES {
        return Err(SqsError::BatchRequestTooLong {
            maximum_bytes: MAXIMUM_BATCH_BYTES,
            sent_bytes,
        });
    }
    respond(
        entries,
        |messages| sqs.send_all(&queue_name, messages),
        |message_id, message| sent(message_id.to_string(), message),
    )
}

pub(super) fn delete(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: BatchRequest<Receipt>,
) -> Result<BatchResponse<Nothing>, SqsError> {
    let (queue_name, entries) = open(sqs, context, request)?;
    let entries = read(entries, |receipt| required(receipt.receipt_handle, "ReceiptHandle"));
    respond(
        entries,
        |handles| {
            let handles: Vec<&str> = handles.iter().map(|handle| handle.as_str()).collect();
            sqs.delete_all(&queue_name, &handles)
        },
        |(), _| Nothing {},
    )
}

/// Checks what fails a batch as a whole; returns the queue name and the entries by id.
fn open<Entry>(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: BatchRequest<Entry>,
) -> Result<(String, Vec<(String, Entry)>), SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    sqs.shared.storage.queue(&queue_name)?;
    let count = request.entries.len();
    if count == 0 {
        return Err(SqsError::EmptyBatchRequest);
    }
    if count > MAXIMUM_ENTRIES {
        return Err(SqsError::TooManyEntriesInBatchRequest { count });
    }
    let mut entries = Vec::with_capacity(count);
    let mut seen = HashSet::with_capacity(count);
    for BatchEntry { id, content } in request.entries {
        let id = required(id, "Id")?;
        if !is_entry_id(&id) {
            return Err(SqsError::InvalidBatchEntryId);
        }
        if !seen.insert(id.clone()) {
            return Err(SqsError::BatchEntryIdsNotDistinct { id });
        }
        entries.push((id, content));
    }
    Ok((queue_name, entries))
}

fn is_entry_id(id: &str) -> bool {
    (1..=MAXIMUM_ENTRY_ID_CHARACTERS).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// An entry id and what could be read of the entry.
type ReadEntry<T> = (String, Result<T, SqsError>);

fn read<Entry, T>(
    entries: Vec<(String, Entry)>,
    parse: impl Fn(Entry) -> Result<T, SqsError>,
) -> Vec<ReadEntry<T>> {
    entries.into_iter().map(|(id, entry)| (id, parse(entry))).collect()
}

/// Performs the readable entries together and sorts all of them into
/// successes and failures, each in the order of the request.
fn respond<T, Outcome, Success>(
    entries: Vec<ReadEntry<T>>,
    perform: impl FnOnce(&[&T]) -> Result<Vec<Result<Outcome, SqsError>>, SqsError>,
    success: impl Fn(Outcome, &T) -> Success,
) -> Result<BatchResponse<Success>, SqsError> {
    let readable: Vec<&T> = entries.iter().filter_map(|(_, entry)| entry.as_ref().ok()).collect();
    let outcomes = if readable.is_empty() { Vec::new() } else { perform(&readable)? };
    let mut response = BatchResponse { successful: Vec::new(), failed: Vec::new() };
    let mut outcomes = outcomes.into_iter();
    for (id, entry) in &entries {
        let result = match entry {
            Ok(readable) => {
                outcomes.next().map(|outcome| outcome.map(|outcome| success(outcome, readable)))
            }
            Err(error) => {
                response.failed.push(failure(id, error));
                continue;
            }
        };
        match result {
            Some(Ok(content)) => response.successful.push(BatchSuccess { id: id.clone(), content }),
            Some(Err(error)) => response.failed.push(failure(id, &error)),
            None => {}
        }
    }
    Ok(response)
}

fn failure(id: &str, error: &SqsError) -> BatchFailure {
    BatchFailure {
        id: id.to_owned(),
        sender_fault: error.is_sender_fault(),
        code: error.code().to_owned(),
        message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> (EmbeddedSqs, RequestContext) {
        let sqs = EmbeddedSqs::in_memory("eu-west-1", "000000000000").unwrap();
        sqs.ensure_queues(&[crate::QueueDescription {
            name: "orders".to_owned(),
            attributes: [("MaximumMessageSize".to_owned(), "1024".to_owned())].into(),
        }])
        .unwrap();
        let context = RequestContext {
            host: Some("localhost".to_owned()),
            path: "/000000000000/orders".to_owned(),
        };
        (sqs, context)
    }

    fn batch<Entry: serde::de::DeserializeOwned>(
        entries: serde_json::Value,
    ) -> BatchRequest<Entry> {
        serde_json::from_value(serde_json::json!({ "Entries": entries })).unwrap()
    }

    #[test]
    fn every_bad_entry_fails_alone_with_its_own_code() {
        let (sqs, context) = service();
        let response = send(
            &sqs,
            &context,
            batch(serde_json::json!([
                {"Id": "good", "MessageBody": "x"},
                {"Id": "empty", "MessageBody": ""},
                {"Id": "control", "MessageBody": "\u{0}"},
                {"Id": "late", "MessageBody": "x", "DelaySeconds": 901},
                {"Id": "long", "MessageBody": "x".repeat(1_025)},
                {"Id": "also-good", "MessageBody": "y"},
            ])),
        )
        .unwrap();
        let ids: Vec<&str> = response.successful.iter().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["good", "also-good"]);
        let failures: Vec<(&str, &str)> = response
            .failed
            .iter()
            .map(|failure| (failure.id.as_str(), failure.code.as_str()))
            .collect();
        assert_eq!(
            failures,
            [
                ("empty", "MissingParameter"),
                ("control", "InvalidMessageContents"),
                ("late", "InvalidParameterValue"),
                ("long", "InvalidParameterValue"),
            ]
        );
        assert_eq!(sqs.depth("orders").unwrap().visible, 2);
    }

    #[test]
    fn a_batch_of_bad_entries_only_changes_nothing() {
        let (sqs, context) = service();
        let response = delete(
            &sqs,
            &context,
            batch(serde_json::json!([
                {"Id": "a", "ReceiptHandle": "nonsense"},
                {"Id": "b"},
            ])),
        )
        .unwrap();
        assert!(response.successful.is_empty());
        assert_eq!(response.failed[0].code, "ReceiptHandleIsInvalid");
        assert_eq!(response.failed[1].code, "MissingParameter");
    }

    #[test]
    fn entry_ids_are_short_words() {
        assert!(is_entry_id("a-B_9"));
        for id in ["", "a b", "\u{e9}", &"i".repeat(81)] {
            assert!(!is_entry_id(id), "{id}");
        }
    }
}
