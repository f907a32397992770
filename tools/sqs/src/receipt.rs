//! Receipt handles: what a consumer shows to delete a message it received.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::error::SqsError;

/// The longest text that is looked at as a receipt handle, in bytes. A real
/// one of this module is about 100 bytes; SQS documents at most 1,024.
const MAXIMUM_HANDLE_BYTES: usize = 1_024;
/// The first field, so that another layout can be told apart later.
const HANDLE_VERSION: &str = "1";

/// One receive of one message.
///
/// The handle names the queue, the message and how often the message had been
/// received, so an older handle is recognised once a newer receive happened
/// and nothing about past receives has to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReceiptHandle {
    /// The stored queue the message was received from.
    pub queue_id: i64,
    pub sequence: i64,
    /// The receive count of the message with this receive.
    pub receive_count: u32,
    /// The message id, which changes when a message is moved by a task.
    pub message_id: Uuid,
}

impl ReceiptHandle {
    /// The opaque text that clients get.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!(
            "{HANDLE_VERSION}:{}:{}:{}:{}",
            self.queue_id, self.sequence, self.receive_count, self.message_id
        ))
    }

    /// Reads a handle that [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// [`SqsError::ReceiptHandleIsInvalid`] for any other text.
    pub fn parse(handle: &str) -> Result<Self, SqsError> {
        Self::decode(handle).ok_or(SqsError::ReceiptHandleIsInvalid)
    }

    fn decode(handle: &str) -> Option<Self> {
        if handle.len() > MAXIMUM_HANDLE_BYTES {
            return None;
        }
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
        let mut fields = plain.split(':');
        if fields.next()? != HANDLE_VERSION {
            return None;
        }
        let receipt = Self {
            queue_id: fields.next()?.parse().ok()?,
            sequence: fields.next()?.parse().ok()?,
            receive_count: fields.next()?.parse().ok()?,
            message_id: fields.next()?.parse().ok()?,
        };
        fields.next().is_none().then_some(receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_read_back() {
        let receipt = ReceiptHandle {
            queue_id: 7,
            sequence: 123_456,
            receive_count: 3,
            message_id: Uuid::new_v4(),
        };
        assert_eq!(ReceiptHandle::parse(&receipt.encode()).unwrap(), receipt);
    }

    #[test]
    fn other_text_is_not_a_handle() {
        let id = Uuid::nil();
        let hostile = [
            String::new(),
            "not a handle".to_owned(),
            "\u{2713}".to_owned(),
            URL_SAFE_NO_PAD.encode("1:1:1"),
            URL_SAFE_NO_PAD.encode(format!("2:1:1:1:{id}")),
            URL_SAFE_NO_PAD.encode(format!("1:1:1:-1:{id}")),
            URL_SAFE_NO_PAD.encode(format!("1:1:1:1:{id}:1")),
            URL_SAFE_NO_PAD.encode([0xff, 0xfe]),
            "A".repeat(MAXIMUM_HANDLE_BYTES + 1),
        ];
        for handle in hostile {
            assert!(
                matches!(ReceiptHandle::parse(&handle), Err(SqsError::ReceiptHandleIsInvalid)),
                "{handle}"
            );
        }
    }
}
