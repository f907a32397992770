//! The key under which reply addresses and ids of our own mail are signed.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::base32;
use crate::limits;

/// Bytes of a tag: 128 bits, which nobody guesses.
const TAG_BYTES: usize = 16;
/// Letters of a tag.
pub(super) const TAG_LETTERS: usize = 26;

/// A key of at least [`limits::REPLY_KEY_BYTES`] bytes. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyKey(Vec<u8>);

/// The key is shorter than its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key has fewer than {} bytes", limits::REPLY_KEY_BYTES)]
pub struct ShortReplyKey;

impl ReplyKey {
    /// Takes the bytes of a key.
    ///
    /// # Errors
    /// [`ShortReplyKey`] for one that could be guessed.
    pub fn new(bytes: &[u8]) -> Result<Self, ShortReplyKey> {
        let is_long = bytes.len() >= limits::REPLY_KEY_BYTES;
        if is_long { Ok(Self(bytes.to_owned())) } else { Err(ShortReplyKey) }
    }

    fn mac(&self, purpose: &str, text: &str) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(text.as_bytes());
        Some(mac)
    }

    fn tag(&self, purpose: &str, text: &str) -> String {
        let digest = self.mac(purpose, text).map(|mac| mac.finalize().into_bytes());
        base32::encode(
            digest.as_ref().and_then(|digest| digest.get(..TAG_BYTES)).unwrap_or_default(),
        )
    }
}

impl fmt::Debug for ReplyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReplyKey(…)")
    }
}

/// The keys that hold now: two while one replaces the other, so that answers to older mail still find
/// their ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyKeys {
    current: ReplyKey,
    previous: Option<ReplyKey>,
}

impl ReplyKeys {
    /// The key that signs, and the one that signed before.
    pub fn new(current: ReplyKey, previous: Option<ReplyKey>) -> Self {
        Self { current, previous }
    }

    /// The tag of `text`, in lower-case base32. A tag for one purpose is none for another.
    pub(super) fn tag(&self, purpose: &str, text: &str) -> String {
        self.current.tag(purpose, text)
    }

    /// Whether `tag` is that of `text` under one of the keys. Takes the same time wherever they differ.
    pub(super) fn accepts(&self, purpose: &str, text: &str, tag: &str) -> bool {
        let current = is_equal(&self.current.tag(purpose, text), tag);
        let previous = self.previous.as_ref().map(|key| key.tag(purpose, text));
        current | previous.is_some_and(|previous| is_equal(&previous, tag))
    }
}

/// Compares every letter, whatever the first ones are.
fn is_equal(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_and_never_shown() {
        assert_eq!(ReplyKey::new(&[7; 31]), Err(ShortReplyKey));
        let key = ReplyKey::new(&[7; 32]).unwrap();
        assert_eq!(
            format!("{:?}", ReplyKeys::new(key, None)),
            "ReplyKeys { current: ReplyKey(…), previous: None }"
        );
    }

    #[test]
    fn a_tag_is_for_one_purpose_and_text() {
        let keys = ReplyKeys::new(ReplyKey::new(&[7; 32]).unwrap(), None);
        let tag = keys.tag("a", "b");
        assert_eq!(tag.len(), TAG_LETTERS);
        assert!(keys.accepts("a", "b", &tag));
        assert!(!keys.accepts("ab", "", &tag) && !keys.accepts("a", "c", &tag));
        assert!(!keys.accepts("a", "b", "") && !keys.accepts("a", "b", &tag[1..]));
    }
}
