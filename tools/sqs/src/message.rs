//! Messages: what a producer sends and what a consumer receives.

use std::collections::BTreeMap;

use crate::attribute::{MessageAttribute, MessageAttributeValue};
use crate::error::SqsError;

/// A message as a consumer gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// The id the producer was told, a UUID.
    pub message_id: String,
    /// The text to show when deleting the message. Every receive of a message has another one.
    pub receipt_handle: String,
    /// The body as sent.
    pub body: String,
    /// The MD5 of the UTF-8 body in lowercase hexadecimal.
    pub md5_of_body: String,
    /// System attributes by name: `SentTimestamp` and `ApproximateFirstReceiveTimestamp`
    /// (milliseconds since 1970), `ApproximateReceiveCount`, `SenderId`, and where they apply
    /// `AWSTraceHeader` and `DeadLetterQueueSourceArn`.
    pub attributes: BTreeMap<String, String>,
    /// The attributes the producer set, by name.
    pub message_attributes: BTreeMap<String, MessageAttribute>,
    /// The MD5 over `message_attributes`, absent when there are none.
    pub md5_of_message_attributes: Option<String>,
}

/// A message that may be stored: every part was checked.
#[derive(Debug, Clone)]
pub(crate) struct OutgoingMessage {
    pub body: MessageBody,
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// The `AWSTraceHeader` system attribute.
    pub trace_header: Option<String>,
    /// Overrides the `DelaySeconds` of the queue.
    pub delay_seconds: Option<u32>,
}

impl OutgoingMessage {
    /// What counts against `MaximumMessageSize`, in bytes: the body and the names, data types and
    /// values of the message attributes. The trace header does not count (SendMessage reference).
    pub fn size_bytes(&self) -> usize {
        let attributes: usize = self
            .attributes
            .iter()
            .map(|(name, attribute)| {
                let value_bytes = match &attribute.value {
                    MessageAttributeValue::String(text) => text.len(),
                    MessageAttributeValue::Binary(bytes) => bytes.len(),
                };
                name.len() + attribute.data_type.len() + value_bytes
            })
            .sum();
        self.body.as_str().len() + attributes
    }
}

/// A message body: not empty, and only characters SQS carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MessageBody(String);

impl MessageBody {
    /// # Errors
    /// [`SqsError::MissingParameter`] when empty,
    /// [`SqsError::InvalidMessageContents`] for a character outside the set.
    pub fn parse(body: Option<String>) -> Result<Self, SqsError> {
        let body = body
            .filter(|body| !body.is_empty())
            .ok_or(SqsError::MissingParameter { name: "MessageBody" })?;
        if body.chars().all(is_allowed_character) {
            Ok(Self(body))
        } else {
            Err(SqsError::InvalidMessageContents)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The characters of XML 1.0, the set the SendMessage reference names.
pub(crate) fn is_allowed_character(character: char) -> bool {
    matches!(character,
        '\u{9}' | '\u{A}' | '\u{D}'
        | '\u{20}'..='\u{D7FF}'
        | '\u{E000}'..='\u{FFFD}'
        | '\u{10000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_keep_to_the_allowed_characters() {
        for body in ["a", "\t\r\n", "\u{FFFD}", "\u{10FFFF}"] {
            assert!(MessageBody::parse(Some(body.to_owned())).is_ok(), "{body:?}");
        }
        for body in ["\0", "a\u{1b}[0m", "\u{FFFE}", "\u{FFFF}", "\u{b}"] {
            assert!(
                matches!(
                    MessageBody::parse(Some(body.to_owned())),
                    Err(SqsError::InvalidMessageContents)
                ),
                "{body:?}"
            );
        }
        for body in [None, Some(String::new())] {
            assert!(matches!(MessageBody::parse(body), Err(SqsError::MissingParameter { .. })));
        }
    }
}
