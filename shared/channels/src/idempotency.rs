//! The `Idempotency-Key` with which a client marks a request that it may send again.

use sha2::{Digest, Sha256};

use crate::limits;

/// A key that a client has drawn for one request.
///
/// As in the IETF draft "The Idempotency-Key HTTP Header Field" it may be a quoted string
/// (RFC 9651, section 3.3.3); the bare form that most clients send is the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an idempotency key")]
pub struct ParseIdempotencyKeyError;

impl IdempotencyKey {
    /// Reads a header's value: 1 to [`limits::IDEMPOTENCY_KEY_CHARACTERS`] visible ASCII characters,
    /// quoted or not.
    ///
    /// # Errors
    /// [`ParseIdempotencyKeyError`].
    pub fn parse(text: &str) -> Result<Self, ParseIdempotencyKeyError> {
        let key = match text.trim().strip_prefix('"') {
            None => text.trim().to_owned(),
            Some(quoted) => unquote(quoted.strip_suffix('"').ok_or(ParseIdempotencyKeyError)?)?,
        };
        let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        let has_right_length = (1..=limits::IDEMPOTENCY_KEY_CHARACTERS).contains(&key.len());
        if is_visible && has_right_length { Ok(Self(key)) } else { Err(ParseIdempotencyKeyError) }
    }

    /// What tells the requests of this key from all others. Each `caller` that the authorizer knows
    /// has keys of its own; all anonymous ones share theirs. The key itself cannot be read from it,
    /// since clients also take an address or a name for a key.
    pub fn identity(&self, caller: Option<&str>) -> String {
        let whose = caller.map_or_else(|| "anonymous".to_owned(), |name| format!("caller {name}"));
        let digest = Sha256::new()
            .chain_update(u64::try_from(whose.len()).unwrap_or(u64::MAX).to_be_bytes())
            .chain_update(whose)
            .chain_update(&self.0)
            .finalize();
        format!("idempotency-key:{digest:x}")
    }
}

/// Undoes the two escapes of a quoted string.
fn unquote(quoted: &str) -> Result<String, ParseIdempotencyKeyError> {
    let mut key = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Err(ParseIdempotencyKeyError),
            '\\' => match characters.next() {
                Some(escaped @ ('"' | '\\')) => key.push(escaped),
                _ => return Err(ParseIdempotencyKeyError),
            },
            other => key.push(other),
        }
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Option<String> {
        IdempotencyKey::parse(text).ok().map(|key| key.0)
    }

    #[test]
    fn a_key_may_be_quoted_or_not() {
        let longest = "k".repeat(255);
        for (text, expected) in [
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
            ("\"8e03978e-40d5\"", "8e03978e-40d5"),
            ("  a  ", "a"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            ("a,b;c=d", "a,b;c=d"),
            ("a\"b", "a\"b"),
            (&longest, &longest),
        ] {
            assert_eq!(key(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let too_long = "k".repeat(256);
        for text in [
            "", " ", "\"\"", "\"", "\"a", "\"a\"b\"", r#""\a""#, r#""a\""#, "a b", "\"a b\"", "é",
            "a\tb",
        ] {
            assert_eq!(key(text), None, "{text:?}");
        }
        assert_eq!(key(&too_long), None);
    }

    #[test]
    fn callers_have_keys_of_their_own() {
        let identity = |key: &str, caller| IdempotencyKey::parse(key).unwrap().identity(caller);
        let all = [
            identity("k", None),
            identity("k2", None),
            identity("k", Some("a")),
            identity("k", Some("ak")),
            identity("k", Some("anonymous")),
            identity("kk", Some("a")),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one), "{index}");
            assert_eq!(one.len(), "idempotency-key:".len() + 64);
        }
        assert_eq!(identity("\"k\"", Some("a")), all[2]);
    }

    proptest! {
        #[test]
        fn quoting_changes_nothing(text in "[!-~]{1,255}") {
            let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
            prop_assert_eq!(key(&quoted), Some(text.clone()));
            if !text.starts_with('"') {
                prop_assert_eq!(key(&text), Some(text));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = IdempotencyKey::parse(&text);
        }
    }
}
