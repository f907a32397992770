//! Behaviours of the batch actions.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry};

use crate::client::{counts, create_queue, error_code, receive, receive_one, send};

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    let builder = SendMessageBatchRequestEntry::builder().id(id);
    builder.message_body(body).build().unwrap()
}

pub async fn a_batch_sends_all_entries(client: Client) {
    let url = create_queue(&client, &[]).await;
    let entries = (0..10).map(|number| entry(&format!("id-{number}"), &number.to_string()));
    let answer = client
        .send_message_batch()
        .queue_url(&url)
        .set_entries(Some(entries.collect()))
        .send()
        .await
        .unwrap();
    assert!(answer.failed().is_empty());
    assert_eq!(answer.successful().len(), 10);
    let zero = answer.successful().iter().find(|sent| sent.id() == "id-0");
    let digest = "cfcd208495d565ef66e7dff9f98764da";
    assert_eq!(zero.unwrap().md5_of_message_body(), digest);
    let mut received: Vec<String> = receive(&client, &url)
        .await
        .into_iter()
        .map(|message| message.message_id.unwrap())
        .collect();
    let mut sent: Vec<String> =
        answer.successful().iter().map(|sent| sent.message_id().to_owned()).collect();
    received.sort_unstable();
    sent.sort_unstable();
    assert_eq!(received, sent);
}

pub async fn a_bad_entry_fails_alone(client: Client) {
    let url = create_queue(&client, &[]).await;
    let builder = SendMessageBatchRequestEntry::builder().id("late");
    let late = builder.message_body("x").delay_seconds(901).build().unwrap();
    let answer = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("first", "a"))
        .entries(late)
        .entries(entry("last", "b"))
        .send()
        .await
        .unwrap();
    let ids: Vec<&str> = answer.successful().iter().map(|sent| sent.id()).collect();
    assert_eq!(ids, ["first", "last"]);
    assert_eq!(answer.failed().len(), 1);
    let failed = &answer.failed()[0];
    assert_eq!((failed.id(), failed.code()), ("late", "InvalidParameterValue"));
    assert!(failed.sender_fault());
    assert_eq!(receive(&client, &url).await.len(), 2);
}

pub async fn batch_limits_are_enforced(client: Client) {
    let url = create_queue(&client, &[]).await;
    let eleven = (0..11).map(|number| entry(&number.to_string(), "x")).collect();
    for (entries, shape) in [
        (vec![], "EmptyBatchRequest"),
        (eleven, "TooManyEntriesInBatchRequest"),
        (vec![entry("same", "x"), entry("same", "y")], "BatchEntryIdsNotDistinct"),
        (vec![entry("not a word", "x")], "InvalidBatchEntryId"),
    ] {
        let request = client.send_message_batch().queue_url(&url);
        let code = error_code(request.set_entries(Some(entries)).send().await);
        // Servers differ in the old prefix of some codes.
        let code = code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(&code);
        assert_eq!(code, shape);
    }
    assert!(receive(&client, &url).await.is_empty());
}

pub async fn a_batch_too_large_in_total_is_refused(client: Client) {
    let url = create_queue(&client, &[]).await;
    let half = "x".repeat(524_288);
    let request = client.send_message_batch().queue_url(&url);
    let fits = vec![entry("a", &half), entry("b", &half)];
    let answer = request.set_entries(Some(fits)).send().await.unwrap();
    assert_eq!(answer.successful().len(), 2);
    let request = client.send_message_batch().queue_url(&url);
    let too_large = vec![entry("a", &half), entry("b", &half), entry("c", "x")];
    let error = request.set_entries(Some(too_large)).send().await;
    let error = error.unwrap_err().into_service_error();
    assert!(error.is_batch_request_too_long(), "{error:?}");
}

pub async fn a_batch_deletes_what_it_can(client: Client) {
    let url = create_queue(&client, &[]).await;
    send(&client, &url, "x").await;
    let message = receive_one(&client, &url).await;
    let entry = |id: &str, handle: &str| {
        let builder = DeleteMessageBatchRequestEntry::builder().id(id);
        builder.receipt_handle(handle).build().unwrap()
    };
    let answer = client
        .delete_message_batch()
        .queue_url(&url)
        .entries(entry("bad", "not a handle"))
        .entries(entry("good", message.receipt_handle().unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.successful().len(), 1);
    assert_eq!(answer.successful()[0].id(), "good");
    assert_eq!(answer.failed().len(), 1);
    let failed = &answer.failed()[0];
    assert_eq!((failed.id(), failed.code()), ("bad", "ReceiptHandleIsInvalid"));
    assert!(failed.sender_fault());
    let empty = ("0".to_owned(), "0".to_owned(), "0".to_owned());
    assert_eq!(counts(&client, &url).await, empty);
}
