//! The secret of one deployment, from which everything is derived that nobody else may work out.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Shortest key, in bytes: as long as the hash (RFC 2104, section 3).
const KEY_BYTES: usize = 32;

/// How a dynamic reference of CloudFormation begins. One that nothing has resolved is no secret.
const UNRESOLVED: &str = "{{resolve:";

/// The secret of one deployment. It is made once and never changes: ids of tickets and customers hang
/// on it, so that with another key nothing would be found again.
#[derive(Clone)]
pub struct StackKey(Hmac<Sha256>);

/// What a code is for. Codes of two purposes have nothing in common, whatever they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The digits of a ticket's id.
    TicketId,
    /// The id of a customer.
    CustomerId,
    /// The seal of a cursor.
    Cursor,
    /// A token that a form needs before it creates a ticket.
    FormToken,
    /// How the log tells one caller from another.
    Caller,
    /// By which the secret of an edge is known again.
    OriginSecret,
    /// The key that signs reply addresses and the ids of our own mail.
    ReplyKey,
    /// The key under which a mail's sender and digest are looked up.
    MailKey,
}

impl Purpose {
    /// What codes of this purpose are made with. It never changes.
    fn label(self) -> &'static str {
        match self {
            Self::TicketId => "ticket-id",
            Self::CustomerId => "customer-id",
            Self::Cursor => "cursor",
            Self::FormToken => "form-token",
            Self::Caller => "caller",
            Self::OriginSecret => "origin-secret",
            Self::ReplyKey => "reply-key",
            Self::MailKey => "mail-key",
        }
    }
}

/// The text is no key. Tells nothing of what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseStackKeyError {
    /// It has fewer bytes than a key.
    #[error("a key has at least {KEY_BYTES} characters")]
    TooShort,
    /// It names the secret instead of being it.
    #[error("it is a reference to a secret that nothing has resolved")]
    Unresolved,
}

impl StackKey {
    /// The code of `parts` for `purpose`: HMAC-SHA256. Each part goes in with its length, so that two
    /// lists of parts never have the same code.
    pub fn code(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }

    /// Whether `code` is what [`StackKey::code`] makes of this, or the beginning of it. How long the
    /// answer takes tells nothing of the right code. An empty code is never right.
    pub fn has_made(&self, code: &[u8], purpose: Purpose, parts: &[&[u8]]) -> bool {
        self.mac(purpose, parts).verify_truncated_left(code).is_ok()
    }

    fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in std::iter::once(&purpose.label().as_bytes()).chain(parts) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl FromStr for StackKey {
    type Err = ParseStackKeyError;

    fn from_str(text: &str) -> Result<Self, ParseStackKeyError> {
        if text.starts_with(UNRESOLVED) {
            return Err(ParseStackKeyError::Unresolved);
        }
        if text.len() < KEY_BYTES {
            return Err(ParseStackKeyError::TooShort);
        }
        // HMAC takes keys of any length.
        let mac = Hmac::new_from_slice(text.as_bytes());
        mac.map(Self).map_err(|_| ParseStackKeyError::TooShort)
    }
}

impl fmt::Debug for StackKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StackKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0123456789abcdef0123456789abcdef";

    fn key(text: &str) -> StackKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_code_is_the_hmac_of_label_and_parts_with_their_lengths() {
        // printf '\0\0\0\0\0\0\0\011ticket-id\0\0\0\0\0\0\0\003abc\0\0\0\0\0\0\0\0' |
        //   openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let expected = "3c43bbc910048ce1555dd313c08204c8c00afd374e77432d5afe4907eb2923d1";
        let code = key(TEXT).code(Purpose::TicketId, &[b"abc", b""]);
        let hex: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected);
    }

    #[test]
    fn keys_purposes_and_parts_make_codes_of_their_own() {
        let other = key(&TEXT.replace('0', "1"));
        let codes = [
            key(TEXT).code(Purpose::TicketId, &[b"ab", b"c"]),
            key(TEXT).code(Purpose::TicketId, &[b"a", b"bc"]),
            key(TEXT).code(Purpose::TicketId, &[b"abc"]),
            key(TEXT).code(Purpose::TicketId, &[b"abc", b""]),
            key(TEXT).code(Purpose::CustomerId, &[b"ab", b"c"]),
            key(TEXT).code(Purpose::Cursor, &[b"ab", b"c"]),
            key(TEXT).code(Purpose::FormToken, &[b"ab", b"c"]),
            key(TEXT).code(Purpose::Caller, &[b"ab", b"c"]),
            key(TEXT).code(Purpose::OriginSecret, &[b"ab", b"c"]),
            other.code(Purpose::TicketId, &[b"ab", b"c"]),
        ];
        for (index, code) in codes.iter().enumerate() {
            assert!(!codes[index + 1..].contains(code), "{index}");
        }
    }

    #[test]
    fn a_code_is_known_again_also_when_it_was_cut() {
        let parts: &[&[u8]] = &[b"abc"];
        let code = key(TEXT).code(Purpose::Cursor, parts);
        let is_ours = |code: &[u8]| key(TEXT).has_made(code, Purpose::Cursor, parts);
        assert!(is_ours(&code) && is_ours(&code[..16]));
        assert!(!is_ours(&[]) && !is_ours(&[&code[..], &[0]].concat()));
        for bit in 0..code.len() * 8 {
            let mut changed = code;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_ours(&changed), "{bit}");
        }
        assert!(!key(TEXT).has_made(&code, Purpose::TicketId, parts));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_no_secret_is_told() {
        for (text, error) in [
            ("", ParseStackKeyError::TooShort),
            (&TEXT[1..], ParseStackKeyError::TooShort),
            ("{{resolve:secretsmanager:copilot-StackSecret}}", ParseStackKeyError::Unresolved),
        ] {
            assert_eq!(text.parse::<StackKey>().unwrap_err(), error);
        }
        assert_eq!(format!("{:?}", key(TEXT)), "StackKey(..)");
    }
}
