//! Actions on queues.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{RequestContext, required};
use crate::error::SqsError;
use crate::protocol::{
    CreateQueueRequest, GetQueueAttributesRequest, GetQueueAttributesResponse, ListQueuesRequest,
    ListQueuesResponse, Nothing, PurgeQueueRequest, QueueUrlResponse, SetQueueAttributesRequest,
    StartMessageMoveTaskRequest, StartMessageMoveTaskResponse,
};
use crate::queue::{FIFO_ATTRIBUTES, QueueName};
use crate::service::{EmbeddedSqs, now_ms};

/// Attributes that a queue need not have, so that asking for them is no error.
const OPTIONAL_ATTRIBUTES: [&str; 5] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
];

pub(super) fn create(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: CreateQueueRequest,
) -> Result<QueueUrlResponse, SqsError> {
    let name = QueueName::parse(&required(request.queue_name, "QueueName")?)?;
    let attributes = request.attributes.unwrap_or_default();
    let queue_url = context.queue_url(sqs, name.as_str())?;
    let storage = &sqs.shared.storage;
    storage.create_queue(&name, &attributes, now_ms())?;
    Ok(QueueUrlResponse { queue_url })
}

pub(super) fn purge(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: PurgeQueueRequest,
) -> Result<Nothing, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    sqs.shared.storage.purge(&queue_name)?;
    Ok(Nothing {})
}

/// Lists all queues in one page: the service holds no more than SQS puts in one.
pub(super) fn list(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: ListQueuesRequest,
) -> Result<ListQueuesResponse, SqsError> {
    let prefix = request.queue_name_prefix.unwrap_or_default();
    let queues = sqs.shared.storage.queues()?;
    let names = queues.iter().map(|queue| &queue.name).filter(|name| name.starts_with(&prefix));
    let queue_urls = names.map(|name| context.queue_url(sqs, name)).collect::<Result<_, _>>()?;
    Ok(ListQueuesResponse { queue_urls })
}

pub(super) fn attributes(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: GetQueueAttributesRequest,
) -> Result<GetQueueAttributesResponse, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let all = all_attributes(sqs, &queue_name)?;
    let mut attributes = BTreeMap::new();
    for name in request.attribute_names.unwrap_or_default() {
        if name == "All" {
            attributes.extend(all.clone());
        } else if let Some(value) = all.get(&name) {
            attributes.insert(name, value.clone());
        } else if !OPTIONAL_ATTRIBUTES.contains(&name.as_str())
            && !FIFO_ATTRIBUTES.contains(&name.as_str())
        {
            return Err(SqsError::InvalidAttributeName { name });
        }
    }
    Ok(GetQueueAttributesResponse { attributes })
}

fn all_attributes(
    sqs: &EmbeddedSqs,
    queue_name: &str,
) -> Result<BTreeMap<String, String>, SqsError> {
    let storage = &sqs.shared.storage;
    let queue = storage.queue(queue_name)?;
    let depth = storage.depth(queue_name, now_ms())?;
    let mut attributes = queue.settings.to_attributes();
    for (name, value) in [
        ("ApproximateNumberOfMessages", depth.visible.to_string()),
        ("ApproximateNumberOfMessagesDelayed", depth.delayed.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", depth.in_flight.to_string()),
        ("CreatedTimestamp", (queue.created_at_ms / 1_000).to_string()),
        ("LastModifiedTimestamp", (queue.modified_at_ms / 1_000).to_string()),
        ("QueueArn", storage.account.queue_arn(queue_name)),
    ] {
        attributes.insert(name.to_owned(), value);
    }
    Ok(attributes)
}

pub(super) fn set_attributes(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: SetQueueAttributesRequest,
) -> Result<Nothing, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let attributes = required(request.attributes, "Attributes")?;
    sqs.set_attributes(&queue_name, &attributes)?;
    Ok(Nothing {})
}

/// Moves the messages of a dead-letter queue back. It is done when this returns, so the handle,
/// with which a task is cancelled, serves for nothing.
pub(super) fn start_move_task(
    sqs: &EmbeddedSqs,
    request: StartMessageMoveTaskRequest,
) -> Result<StartMessageMoveTaskResponse, SqsError> {
    if request.destination_arn.is_some() {
        return Err(SqsError::UnsupportedOperation {
            reason: "The local queue service moves messages only to the queue they came from."
                .to_owned(),
        });
    }
    let source_arn = required(request.source_arn, "SourceArn")?;
    let source = sqs
        .shared
        .storage
        .account
        .queue_name(&source_arn)
        .ok_or(SqsError::ResourceNotFound { parameter: "SourceArn" })?;
    sqs.move_messages(source)?;
    Ok(StartMessageMoveTaskResponse { task_handle: URL_SAFE_NO_PAD.encode(&source_arn) })
}
