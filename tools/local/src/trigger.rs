//! Brings the messages of a queue to a function, as Lambda's event source mapping does.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use lambda_process::FunctionPool;
use sam_template::QueueTrigger;
use sqs::{EmbeddedSqs, MessageAttribute, MessageAttributeValue, ReceivedMessage};

/// How long one receive waits for messages; Lambda's pollers wait as long.
const WAIT: Duration = Duration::from_secs(20);
/// Most messages of one receive (SQS API).
const MESSAGES: u32 = 10;
/// Pause after the queue could not be read.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// A trigger with what it joins.
pub struct Poller {
    pub sqs: EmbeddedSqs,
    /// The function that takes them.
    pub function: FunctionPool,
    pub trigger: QueueTrigger,
    /// The ARN of the queue, as events name it.
    pub queue_arn: String,
    /// The region, as events name it.
    pub region: String,
}

impl Poller {
    /// Polls until `stopped` turns true. A batch that is under way is finished.
    ///
    /// Messages that the function took are deleted; the others come back after the queue's
    /// visibility timeout and end in the dead-letter queue after too many tries.
    pub async fn run(self, mut stopped: watch::Receiver<bool>) {
        let messages = self.trigger.batch_size.min(MESSAGES);
        while !*stopped.borrow() {
            let batch = tokio::select! {
                batch = self.sqs.receive(&self.trigger.queue_name, messages, WAIT, None) => batch,
                _ = stopped.changed() => return,
            };
            match batch {
                Ok(batch) if batch.is_empty() => {}
                Ok(batch) => self.deliver(batch).await,
                Err(error) => {
                    tracing::error!(%error, queue = self.trigger.queue_name, "cannot be read");
                    tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                }
            }
        }
    }

    async fn deliver(&self, batch: Vec<ReceivedMessage>) {
        let event = event(&batch, &self.queue_arn, &self.region);
        let answer = match self.function.invoke(event.to_string().into()).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(%error, queue = self.trigger.queue_name, "batch failed");
                return;
            }
        };
        let Some(failed) = failed_messages(&answer, self.trigger.reports_batch_item_failures)
        else {
            tracing::warn!(queue = self.trigger.queue_name, "unreadable batch answer");
            return;
        };
        // Lambda takes an answer that names an unknown message for a failure of the whole batch.
        let known = |id: &String| batch.iter().any(|message| message.message_id == *id);
        if !failed.iter().all(known) {
            return;
        }
        for message in batch.iter().filter(|message| !failed.contains(&message.message_id)) {
            if let Err(error) = self.sqs.delete(&self.trigger.queue_name, &message.receipt_handle) {
                tracing::error!(%error, message_id = message.message_id, "not deleted");
            }
        }
    }
}

/// The ids that a batch answer reports as failed, or `None` when it is no such answer and the whole
/// batch has failed.
fn failed_messages(answer: &[u8], reports: bool) -> Option<HashSet<String>> {
    if !reports {
        return Some(HashSet::new());
    }
    let answer: Value = serde_json::from_slice(answer).ok()?;
    match &answer["batchItemFailures"] {
        Value::Null => Some(HashSet::new()),
        Value::Array(failures) => failures
            .iter()
            .map(|failure| {
                let id = failure["itemIdentifier"].as_str()?;
                (!id.is_empty()).then(|| id.to_owned())
            })
            .collect(),
        _ => None,
    }
}

fn event(batch: &[ReceivedMessage], queue_arn: &str, region: &str) -> Value {
    let records: Vec<Value> = batch
        .iter()
        .map(|message| {
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": message.attributes,
                "messageAttributes": message
                    .message_attributes
                    .iter()
                    .map(|(name, attribute)| (name.clone(), in_event(attribute)))
                    .collect::<Map<_, _>>(),
                "md5OfBody": message.md5_of_body,
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": region
            })
        })
        .collect();
    json!({"Records": records})
}

/// An attribute as events spell it, which is not as SQS does. The lists are always empty.
fn in_event(attribute: &MessageAttribute) -> Value {
    let mut event = json!({
        "dataType": attribute.data_type,
        "stringListValues": [],
        "binaryListValues": []
    });
    match &attribute.value {
        MessageAttributeValue::String(text) => event["stringValue"] = text.as_str().into(),
        MessageAttributeValue::Binary(bytes) => {
            event["binaryValue"] = STANDARD.encode(bytes).into();
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(answer: &str) -> Option<Vec<String>> {
        let mut ids: Vec<String> = failed_messages(answer.as_bytes(), true)?.into_iter().collect();
        ids.sort();
        Some(ids)
    }

    #[test]
    fn batch_answers_are_read_as_lambda_reads_them() {
        let two = r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#;
        assert_eq!(failed(two), Some(vec!["a".to_owned(), "b".to_owned()]));
        for success in
            [r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#, "{}", "null"]
        {
            assert_eq!(failed(success), Some(Vec::new()), "{success}");
        }
        for failure in [
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"key":"a"}]}"#,
            r#"{"batchItemFailures":"a"}"#,
            "garbage",
        ] {
            assert_eq!(failed(failure), None, "{failure}");
        }
        assert_eq!(failed_messages(b"garbage", false), Some(HashSet::new()));
    }
}
