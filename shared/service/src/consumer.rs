//! Functions that take AI work from the queue.

use futures_util::{StreamExt, stream};
use lambda_http::LambdaEvent;
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::telemetry;
use copilot_aws::queue::AiTask;
use copilot_core::error::Error;

/// A batch of messages, as Lambda hands it over. The ready-made type of it brings `serde_with` for
/// members that nobody reads here.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    body: String,
}

/// Which messages failed (Lambda developer guide, "Implementing partial batch responses"). Lambda
/// deletes the others; these come again and, after too many tries, end in the dead-letter queue.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

/// Runs the Lambda runtime: `handle` does the AI work of each message, at most
/// [`limits::AI_WORK_AT_ONCE`] at the same time. A message that cannot be read or that `handle` fails
/// is reported as failed; the others of its batch are not done again for it.
///
/// # Errors
/// Only when the Runtime API itself fails; Lambda then starts a new process.
pub async fn serve<Handle, Work>(handle: Handle) -> Result<(), lambda_http::Error>
where
    Handle: Fn(AiTask) -> Work,
    Work: Future<Output = Result<(), Error>>,
{
    let handle = &handle;
    lambda_runtime::run(lambda_http::service_fn(|event: LambdaEvent<Batch>| async move {
        Ok::<_, lambda_http::Error>(take(event.payload, handle).await)
    }))
    .await
}

async fn take<Handle, Work>(batch: Batch, handle: &Handle) -> BatchAnswer
where
    Handle: Fn(AiTask) -> Work,
    Work: Future<Output = Result<(), Error>>,
{
    let outcomes = batch.messages.into_iter().map(async |message| {
        let outcome = match AiTask::parse(&message.body) {
            Ok(work) => handle(work).await,
            Err(error) => Err(error),
        };
        outcome.err().map(|error| {
            telemetry::log(&error);
            tracing::error!(message_id = message.message_id, kind = %error, "AI work failed");
            BatchItemFailure { item_identifier: message.message_id }
        })
    });
    let failures = stream::iter(outcomes)
        .buffer_unordered(limits::AI_WORK_AT_ONCE)
        .filter_map(async |failure| failure)
        .collect()
        .await;
    BatchAnswer { batch_item_failures: failures }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(id: &str, body: &str) -> serde_json::Value {
        json!({
            "messageId": id, "receiptHandle": "handle", "body": body,
            "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {},
            "md5OfBody": "", "eventSource": "aws:sqs", "eventSourceARN": "arn", "awsRegion": "eu-central-1"
        })
    }

    fn work(ticket_id: &str) -> String {
        json!({
            "schema_version": 1, "ticket_id": ticket_id, "reason": "created", "trace_id": null,
            "sent_at": "2024-11-03T10:30:00.123Z"
        })
        .to_string()
    }

    #[tokio::test]
    async fn only_messages_that_fail_come_again() {
        let batch = json!({"Records": [
            message("good", &work("TKT-20241103-A1B2C3D4")),
            message("refused", &work("TKT-20241103-00000000")),
            message("garbage", "{"),
            message("last", &work("TKT-20241103-A1B2C3D5")),
        ]});
        let handle = async |work: AiTask| match work.ticket_id.digits() {
            0 => Err(Error::unavailable("test")),
            _ => Ok(()),
        };
        let answer = take(serde_json::from_value(batch).unwrap(), &handle).await;
        let mut answer = serde_json::to_value(answer).unwrap();
        let failures = answer["batchItemFailures"].as_array_mut().unwrap();
        failures.sort_by_key(|failure| failure["itemIdentifier"].to_string());
        assert_eq!(
            answer,
            json!({"batchItemFailures": [{"itemIdentifier": "garbage"}, {"itemIdentifier": "refused"}]})
        );
    }
}
