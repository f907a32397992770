//! The actions of the API: from the request body to the answer body.

mod batches;
mod messages;
mod queues;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::EmbeddedSqs;
use crate::error::SqsError;

/// What the HTTP request says besides its body.
#[derive(Debug, Clone)]
pub(super) struct RequestContext {
    /// The `Host` header, which queue URLs repeat so that they lead back here.
    pub host: Option<String>,
    /// The path of the request URL.
    pub path: String,
}

impl RequestContext {
    fn queue_url(&self, sqs: &EmbeddedSqs, queue_name: &str) -> Result<String, SqsError> {
        let host = self.host.as_deref().ok_or(SqsError::MissingHost)?;
        let account_id = &sqs.shared.storage.account.account_id;
        Ok(format!("http://{host}/{account_id}/{queue_name}"))
    }

    /// The queue a request is about: the last path segment of its `QueueUrl`,
    /// whatever its host, or of the request URL when the body has none.
    fn queue_name(&self, queue_url: Option<String>) -> Result<String, SqsError> {
        let url = queue_url.as_deref().unwrap_or(&self.path);
        match url.trim_end_matches('/').rsplit('/').next() {
            Some(name) if !name.is_empty() => Ok(name.to_owned()),
            _ => Err(SqsError::MissingParameter { name: "QueueUrl" }),
        }
    }
}

/// Performs any action but ReceiveMessage, which may have to wait.
pub(super) fn perform(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    action: &str,
    body: &[u8],
) -> Result<Vec<u8>, SqsError> {
    match action {
        "CreateQueue" => run(body, |request| queues::create(sqs, context, request)),
        "ListQueues" => run(body, |request| queues::list(sqs, context, request)),
        "GetQueueAttributes" => run(body, |request| queues::attributes(sqs, context, request)),
        "SetQueueAttributes" => run(body, |request| queues::set_attributes(sqs, context, request)),
        "PurgeQueue" => run(body, |request| queues::purge(sqs, context, request)),
        "SendMessage" => run(body, |request| messages::send(sqs, context, request)),
        "DeleteMessage" => run(body, |request| messages::delete(sqs, context, request)),
        "SendMessageBatch" => run(body, |request| batches::send(sqs, context, request)),
        "DeleteMessageBatch" => run(body, |request| batches::delete(sqs, context, request)),
        "StartMessageMoveTask" => run(body, |request| queues::start_move_task(sqs, request)),
        "AddPermission"
        | "CancelMessageMoveTask"
        | "ChangeMessageVisibility"
        | "ChangeMessageVisibilityBatch"
        | "DeleteQueue"
        | "GetQueueUrl"
        | "ListDeadLetterSourceQueues"
        | "ListMessageMoveTasks"
        | "ListQueueTags"
        | "RemovePermission"
        | "TagQueue"
        | "UntagQueue" => Err(SqsError::UnsupportedOperation {
            reason: format!("The local queue service does not have the action {action}."),
        }),
        _ => Err(SqsError::UnknownOperation),
    }
}

/// Performs ReceiveMessage; a long poll ends when `stop` is done.
pub(super) async fn receive_message(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    body: &[u8],
    stop: impl Future<Output = ()>,
) -> Result<Vec<u8>, SqsError> {
    let request = parse(body)?;
    let response = messages::receive(sqs, context, request, stop).await?;
    Ok(serde_json::to_vec(&response)?)
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    action: impl FnOnce(Request) -> Result<Answer, SqsError>,
) -> Result<Vec<u8>, SqsError> {
    let answer = action(parse(body)?)?;
    Ok(serde_json::to_vec(&answer)?)
}

fn parse<Request: DeserializeOwned>(body: &[u8]) -> Result<Request, SqsError> {
    serde_json::from_slice(body)
        .map_err(|error| SqsError::Serialization { reason: error.to_string() })
}

fn required<T>(value: Option<T>, name: &'static str) -> Result<T, SqsError> {
    value.ok_or(SqsError::MissingParameter { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_urls_are_resolved_by_their_last_segment() {
        let context = RequestContext {
            host: Some("127.0.0.1:4566".to_owned()),
            path: "/000000000000/from-path".to_owned(),
        };
        for (url, name) in [
            (Some("http://127.0.0.1:4566/000000000000/orders"), "orders"),
            (Some("https://sqs.eu-west-1.amazonaws.com/123456789012/orders/"), "orders"),
            (Some("orders"), "orders"),
            (None, "from-path"),
        ] {
            assert_eq!(context.queue_name(url.map(str::to_owned)).unwrap(), name);
        }
        let root = RequestContext { host: None, path: "/".to_owned() };
        assert!(matches!(
            root.queue_name(None),
            Err(SqsError::MissingParameter { name: "QueueUrl" })
        ));
    }

    #[test]
    fn bodies_that_are_not_the_action_s_json_are_refused() {
        let sqs = EmbeddedSqs::in_memory("eu-west-1", "000000000000").unwrap();
        let context = RequestContext { host: Some("localhost".to_owned()), path: "/".to_owned() };
        let deep = "[".repeat(100_000);
        for body in ["", "[]", "null", "{", r#"{"QueueName":7}"#, &deep] {
            let result = perform(&sqs, &context, "CreateQueue", body.as_bytes());
            assert!(matches!(result, Err(SqsError::Serialization { .. })), "{body:.20}");
        }
        assert!(matches!(
            perform(&sqs, &context, "DropTables", b"{}"),
            Err(SqsError::UnknownOperation)
        ));
        assert!(matches!(
            perform(&sqs, &context, "TagQueue", b"{}"),
            Err(SqsError::UnsupportedOperation { .. })
        ));
    }
}
