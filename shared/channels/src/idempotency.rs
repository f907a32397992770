//! The `Idempotency-Key` with which a client marks a request that it may send again.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use crate::limits;
use copilot_core::ticket::{CustomerId, Identity, TicketId};

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
    /// has keys of its own; of anonymous ones, each `customer` that a ticket is for has. So nobody takes
    /// a key away that somebody else is going to use, unless both write for the same customer. A key
    /// means its request on the day (UTC) on which it first came and on the next.
    pub fn identity(
        &self,
        caller: Option<&str>,
        customer: &CustomerId,
        now: DateTime<Utc>,
    ) -> Identity {
        let whose = caller.map_or_else(
            || format!("customer {}", customer.as_str()),
            |name| format!("caller {name}"),
        );
        let today = now.date_naive();
        Identity::Request {
            today: self.identity_on(&whose, today),
            yesterday: self.identity_on(&whose, today.pred_opt().unwrap_or_default()),
        }
    }

    /// The id of the note that a request with this key writes on the ticket. Each `caller` that the
    /// authorizer knows has keys of its own; all others share theirs. It means its request as long as
    /// the ticket is kept.
    pub fn note_id(&self, caller: Option<&str>, ticket_id: TicketId) -> String {
        let whose = caller.unwrap_or_default();
        let digest = Sha256::new()
            .chain_update(u64::try_from(whose.len()).unwrap_or(u64::MAX).to_be_bytes())
            .chain_update(whose)
            .chain_update(ticket_id.to_string())
            .chain_update(&self.0)
            .finalize();
        let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("note:{digits}")
    }

    /// The key itself cannot be read from it, since clients also take an address or a name for a key.
    fn identity_on(&self, whose: &str, day: NaiveDate) -> String {
        let digest = Sha256::new()
            .chain_update(u64::try_from(whose.len()).unwrap_or(u64::MAX).to_be_bytes())
            .chain_update(whose)
            .chain_update(day.to_string())
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
    fn a_note_is_of_its_caller_ticket_and_key() {
        let ticket = |id: &str| TicketId::parse(id).unwrap();
        let (one, other) = (ticket("TKT-20241103-A1B2C3D4"), ticket("TKT-20241103-A1B2C3D5"));
        let id =
            |key: &str, caller, ticket| IdempotencyKey::parse(key).unwrap().note_id(caller, ticket);
        let first = id("k", Some("agent"), one);
        assert_eq!(first, id("\"k\"", Some("agent"), one));
        for different in [
            id("k", Some("agent2"), one),
            id("k", None, one),
            id("k", Some("agent"), other),
            id("k2", Some("agent"), one),
        ] {
            assert_ne!(first, different);
        }
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
    fn callers_and_customers_have_keys_of_their_own() {
        let rosa = CustomerId::restored("CUST-1".to_owned());
        let sam = CustomerId::restored("CUST-2".to_owned());
        let identity = |key: &str, caller, customer| {
            let key = IdempotencyKey::parse(key).unwrap();
            today(&key.identity(caller, customer, time("2024-11-03T23:59:59Z")))
        };
        let all = [
            identity("k", None, &rosa),
            identity("k", None, &sam),
            identity("k2", None, &rosa),
            identity("k", Some("a"), &rosa),
            identity("k", Some("ak"), &rosa),
            identity("k", Some("customer CUST-1"), &rosa),
            identity("kk", Some("a"), &rosa),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one), "{index}");
            assert_eq!(one.len(), "idempotency-key:".len() + 64);
        }
        // Whom the authorizer knows has one key for all customers.
        assert_eq!(identity("\"k\"", Some("a"), &sam), all[3]);
    }

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn today(identity: &Identity) -> String {
        match identity {
            Identity::Request { today, .. } => today.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_key_is_known_on_its_day_and_the_next() {
        let customer = CustomerId::restored("CUST-1".to_owned());
        let at = |text| {
            let key = IdempotencyKey::parse("k").unwrap();
            key.identity(None, &customer, time(text))
        };
        let first = today(&at("2024-12-31T00:00:00Z"));
        assert_eq!(today(&at("2024-12-31T23:59:59Z")), first);
        let next_day = at("2025-01-01T23:59:59Z");
        assert_ne!(today(&next_day), first);
        let Identity::Request { yesterday, .. } = next_day else { panic!() };
        assert_eq!(yesterday, first);
        let Identity::Request { today, yesterday } = at("2025-01-02T00:00:00Z") else { panic!() };
        assert!(today != first && yesterday != first);
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
