//! An agent's reply on its way to the customer.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Names a reply, in everything that leaves for a channel and comes back from it: 32 lower-case hex
/// digits, as of a UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReplyId(String);

/// The text names no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 lower-case hexadecimal digits")]
pub struct ParseReplyIdError;

impl ReplyId {
    /// An id that no reply has.
    pub fn draw() -> Self {
        Self::of_bytes(Uuid::new_v4().into_bytes())
    }

    /// The id that these bytes write: the same bytes always name the same reply.
    pub fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes).simple().to_string())
    }

    /// Takes the text as it is.
    ///
    /// # Errors
    /// [`ParseReplyIdError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, ParseReplyIdError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let fits = text.len() == 32 && text.bytes().all(is_digit);
        if fits { Ok(Self(text.to_owned())) } else { Err(ParseReplyIdError) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReplyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How far a reply has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits to be sent, and can still be withdrawn.
    Queued,
    /// It is being handed to the channel.
    Sending,
    /// The channel has taken it.
    Sent,
    /// The channel has taken it, and tries again to deliver it.
    Delayed,
    /// The customer's side has taken it.
    Delivered,
    /// The channel had taken it, and the customer's side refused it.
    Undelivered,
    /// It was not sent.
    Failed,
    /// Nobody knows whether the channel has taken it. It is not sent again by itself.
    Unknown,
    /// An agent took it back before it was sent.
    Withdrawn,
}

/// Why a reply was not sent or did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFailure {
    /// The customer has no address that the channel could use.
    NoAddress,
    /// The address has letters that mail servers may refuse.
    UnusableAddress,
    /// Mail to the address came back for good, or its owner complained.
    Suppressed,
    /// The customer's server refused it for good.
    Bounced,
    /// Its reader called it spam.
    Complained,
    /// The channel refuses a file of this kind.
    RefusedFile,
    /// A file of it is gone, or was found to be harmful.
    MissingFile,
    /// It is larger than the channel takes.
    TooLarge,
    /// The stack has not been told how to reach the channel.
    NotConfigured,
    /// The channel does not take the stack's credentials.
    RefusedCredentials,
    /// The channel does not let this sender write, or not to this address: its domain is not proven, or
    /// the account may only write to proven addresses.
    RefusedSender,
    /// The conversation is closed at the channel.
    ClosedConversation,
    /// The channel has no such conversation.
    MissingConversation,
    /// The channel was busy or away for as long as was tried.
    TooManyTries,
    /// The channel refused it for another reason.
    Refused,
}

/// A reply's way to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How far it has come.
    pub state: DeliveryState,
    /// When it came so far.
    pub changed_at: DateTime<Utc>,
    /// Why it went no further, where it did not.
    pub failure: Option<DeliveryFailure>,
    /// What the channel calls it.
    pub channel_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_id_is_drawn_and_read() {
        let id = ReplyId::draw();
        assert_eq!(ReplyId::parse(id.as_str()), Ok(id.clone()));
        assert_ne!(ReplyId::draw(), id);
        let shouted = id.as_str().to_uppercase().replace(|it: char| it.is_ascii_digit(), "A");
        for other in ["", "1", &id.as_str()[1..], &shouted, &format!("{id}0")] {
            assert_eq!(ReplyId::parse(other), Err(ParseReplyIdError), "{other}");
        }
        assert_eq!(ReplyId::of_bytes([7; 16]), ReplyId::of_bytes([7; 16]));
    }
}
