//! Actions on single messages.

use std::future::Future;
use std::time::Duration;

use super::{RequestContext, required};
use crate::attribute::{parse_message_attributes, parse_trace_header, trace_header_as_attributes};
use crate::checksum::{attributes_md5, body_md5};
use crate::error::SqsError;
use crate::message::{MessageBody, OutgoingMessage, ReceivedMessage};
use crate::protocol::{
    DeleteMessageRequest, MessageContent, Nothing, ReceiveMessageRequest, ReceiveMessageResponse,
    SendMessageRequest, SendMessageResponse, WireMessage,
};
use crate::queue::{DELAY_RANGE_SECONDS, VISIBILITY_RANGE_SECONDS, WAIT_RANGE_SECONDS};
use crate::service::{EmbeddedSqs, maximum_messages, out_of_range};
use crate::storage::ReceiveLimits;

pub(super) fn send(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: SendMessageRequest,
) -> Result<SendMessageResponse, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let message = outgoing(request.content)?;
    let message_id = sqs
        .send_all(&queue_name, &[&message])?
        .into_iter()
        .next()
        .ok_or(SqsError::EmptyBatchRequest)??;
    Ok(sent(message_id.to_string(), &message))
}

/// Reads the content of a message, alone or in a batch.
pub(super) fn outgoing(content: MessageContent) -> Result<OutgoingMessage, SqsError> {
    if content.message_deduplication_id.is_some() || content.message_group_id.is_some() {
        return Err(SqsError::UnsupportedOperation {
            reason:
                "The local queue service has neither FIFO nor fair queues, so no message groups."
                    .to_owned(),
        });
    }
    let delay_seconds = content
        .delay_seconds
        .map(|delay| {
            within(
                "DelaySeconds",
                delay,
                DELAY_RANGE_SECONDS,
                "DelaySeconds must be >= 0 and <= 900.",
            )
        })
        .transpose()?;
    Ok(OutgoingMessage {
        body: MessageBody::parse(content.message_body)?,
        attributes: parse_message_attributes(content.message_attributes.unwrap_or_default())?,
        trace_header: parse_trace_header(content.message_system_attributes.unwrap_or_default())?,
        delay_seconds,
    })
}

/// What a producer is told about a stored message.
pub(super) fn sent(message_id: String, message: &OutgoingMessage) -> SendMessageResponse {
    let attributes = &message.attributes;
    SendMessageResponse {
        message_id,
        md5_of_message_body: body_md5(message.body.as_str()),
        md5_of_message_attributes: (!attributes.is_empty()).then(|| attributes_md5(attributes)),
        md5_of_message_system_attributes: message
            .trace_header
            .as_deref()
            .map(|header| attributes_md5(&trace_header_as_attributes(header))),
    }
}

pub(super) fn delete(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: DeleteMessageRequest,
) -> Result<Nothing, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let handle = required(request.receipt.receipt_handle, "ReceiptHandle")?;
    sqs.delete(&queue_name, &handle)?;
    Ok(Nothing {})
}

pub(super) async fn receive(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: ReceiveMessageRequest,
    stop: impl Future<Output = ()>,
) -> Result<ReceiveMessageResponse, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let limits = ReceiveLimits {
        maximum_messages: maximum_messages(request.max_number_of_messages.unwrap_or(1))?,
        visibility_timeout_ms: request.visibility_timeout.map(visibility_timeout_ms).transpose()?,
    };
    let wait_seconds = match request.wait_time_seconds {
        Some(seconds) => within(
            "WaitTimeSeconds",
            seconds,
            WAIT_RANGE_SECONDS,
            "Must be >= 0 and <= 20, if provided.",
        )?,
        None => default_wait_seconds(sqs, &queue_name).await?,
    };
    let wait = Duration::from_secs(wait_seconds.into());
    let messages = sqs.receive_until(&queue_name, limits, wait, stop).await?;
    let mut system_names = request.message_system_attribute_names.unwrap_or_default();
    system_names.extend(request.attribute_names.unwrap_or_default());
    let names = request.message_attribute_names.unwrap_or_default();
    Ok(ReceiveMessageResponse {
        messages: messages
            .into_iter()
            .map(|message| selected(message, &system_names, &names))
            .collect(),
    })
}

async fn default_wait_seconds(sqs: &EmbeddedSqs, queue_name: &str) -> Result<u32, SqsError> {
    let name = queue_name.to_owned();
    sqs.off_runtime(move |sqs| Ok(sqs.shared.storage.queue(&name)?.settings.wait_seconds)).await
}

/// The message with the attributes the consumer asked for, and their digest.
fn selected(
    mut message: ReceivedMessage,
    system_names: &[String],
    names: &[String],
) -> WireMessage {
    let wants_all_system = system_names.iter().any(|name| name == "All");
    message.attributes.retain(|name, _| wants_all_system || system_names.contains(name));
    let all_count = message.message_attributes.len();
    message
        .message_attributes
        .retain(|name, _| names.iter().any(|pattern| matches_name(pattern, name)));
    let md5_of_message_attributes = match message.message_attributes.len() {
        0 => None,
        count if count == all_count => message.md5_of_message_attributes,
        _ => Some(attributes_md5(&message.message_attributes)),
    };
    WireMessage {
        message_id: message.message_id,
        receipt_handle: message.receipt_handle,
        md5_of_body: message.md5_of_body,
        body: message.body,
        attributes: message.attributes,
        message_attributes: message.message_attributes,
        md5_of_message_attributes,
    }
}

/// `All` and `.*` match every name, `prefix.*` the names with that prefix.
fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == "All" || pattern == name,
    }
}

fn visibility_timeout_ms(seconds: i64) -> Result<i64, SqsError> {
    let seconds = within(
        "VisibilityTimeout",
        seconds,
        VISIBILITY_RANGE_SECONDS,
        "Must be between 0 and 43200, if provided.",
    )?;
    Ok(i64::from(seconds) * 1_000)
}

fn within(
    parameter: &'static str,
    value: i64,
    range: std::ops::RangeInclusive<u32>,
    reason: &str,
) -> Result<u32, SqsError> {
    u32::try_from(value)
        .ok()
        .filter(|value| range.contains(value))
        .ok_or_else(|| out_of_range(parameter, value, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_names_match_exactly_or_by_prefix() {
        for (pattern, name, expected) in [
            ("All", "anything", true),
            (".*", "anything", true),
            ("trace.*", "trace.id", true),
            ("trace.*", "other", false),
            ("trace", "trace", true),
            ("trace", "trace.id", false),
            ("", "trace", false),
        ] {
            assert_eq!(matches_name(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn messages_of_other_kinds_of_queues_are_refused() {
        for member in ["MessageGroupId", "MessageDeduplicationId"] {
            let message = serde_json::json!({"MessageBody": "x", member: "g"});
            let content = serde_json::from_value(message).unwrap();
            assert!(matches!(outgoing(content), Err(SqsError::UnsupportedOperation { .. })));
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for delay in [-1, 901, i64::MAX] {
            let message = serde_json::json!({"MessageBody": "x", "DelaySeconds": delay});
            assert!(matches!(
                outgoing(serde_json::from_value(message).unwrap()),
                Err(SqsError::InvalidParameterValue { parameter: "DelaySeconds", .. })
            ));
        }
        assert_eq!(visibility_timeout_ms(43_200).unwrap(), 43_200_000);
        assert!(visibility_timeout_ms(43_201).is_err());
        assert!(visibility_timeout_ms(i64::MIN).is_err());
    }
}
