//! Ids of our own mail. The sending server replaces the `Message-ID`, so a reply also carries this id
//! in `References` and in a field of its own, and an answer that kept either is recognised.

use super::key::{ReplyKeys, TAG_LETTERS};
use super::reply_address::{name, ticket};
use crate::MessageId;
use copilot_core::ticket::TicketId;

const PURPOSE: &str = "own-message-v1";

/// Names a message of a ticket: 1 to 40 lower-case letters, digits and hyphens, such as a UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingId(String);

/// The text names no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 40 lower-case letters, digits and hyphens")]
pub struct NotAnOutgoingId;

impl OutgoingId {
    /// Takes the text as it is.
    ///
    /// # Errors
    /// [`NotAnOutgoingId`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NotAnOutgoingId> {
        let takes = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(takes);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAnOutgoingId) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which message of which ticket a mail of ours is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMessage {
    /// The ticket.
    pub ticket: TicketId,
    /// The message.
    pub message: OutgoingId,
}

impl OwnMessage {
    /// Its id: `<date><digits>.<message>.<tag>@<domain>`.
    ///
    /// # Errors
    /// [`crate::NotAMessageId`] when `domain` is none.
    pub fn to_message_id(
        &self,
        domain: &str,
        keys: &ReplyKeys,
    ) -> Result<MessageId, crate::NotAMessageId> {
        let named = format!("{}.{}", name(self.ticket), self.message.as_str());
        let tag = keys.tag(PURPOSE, &named);
        MessageId::parse(&format!("{named}.{tag}@{domain}"))
    }

    /// The message of ours that an id names; `None` for ids that we did not make. The domain is not
    /// looked at: a desk may move.
    pub fn recognise(id: &MessageId, keys: &ReplyKeys) -> Option<Self> {
        let (local, _) = id.as_str().rsplit_once('@')?;
        let lower = local.to_ascii_lowercase();
        let (named, tag) = lower.rsplit_once('.').filter(|(_, tag)| tag.len() == TAG_LETTERS)?;
        let (named_ticket, message) = named.split_once('.')?;
        let ticket = ticket(named_ticket)?;
        let message = OutgoingId::parse(message).ok()?;
        keys.accepts(PURPOSE, named, tag).then_some(Self { ticket, message })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::key::ReplyKey;
    use super::*;

    fn keys(byte: u8) -> ReplyKeys {
        ReplyKeys::new(ReplyKey::new(&[byte; 32]).unwrap(), None)
    }

    #[test]
    fn an_id_of_ours_is_recognised_and_no_other() {
        let own = OwnMessage {
            ticket: TicketId::parse("TKT-20261101-A1B2C3D4").unwrap(),
            message: OutgoingId::parse("5f0c-1").unwrap(),
        };
        let id = own.to_message_id("desk.example", &keys(1)).unwrap();
        assert!(id.as_str().starts_with("20261101a1b2c3d4.5f0c-1."), "{id:?}");
        assert_eq!(OwnMessage::recognise(&id, &keys(1)), Some(own.clone()));
        assert_eq!(OwnMessage::recognise(&id, &keys(2)), None);
        for forged in [
            id.as_str().replacen('5', "6", 1),
            id.as_str().replacen("a1b2", "a1b3", 1),
            "20261101a1b2c3d4.5f0c-1.@desk.example".to_owned(),
            "a@b.example".to_owned(),
            format!("x{}", id.as_str()),
        ] {
            let forged = MessageId::parse(&forged).unwrap();
            assert_eq!(OwnMessage::recognise(&forged, &keys(1)), None, "{forged:?}");
        }
        assert!(own.to_message_id("a b", &keys(1)).is_err());
    }

    proptest! {
        #[test]
        fn every_id_is_recognised(message in "[a-z0-9-]{1,40}", seconds in 0_i64..4_102_444_800) {
            let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
            let own = OwnMessage {
                ticket: TicketId::draw(time),
                message: OutgoingId::parse(&message).unwrap(),
            };
            let id = own.to_message_id("desk.example", &keys(1)).unwrap();
            prop_assert_eq!(OwnMessage::recognise(&id, &keys(1)), Some(own));
        }
    }
}
