//! Tokens that a form is given before it may create a ticket. They make a program that floods the API
//! read the form's page first, again and again, and a shop that hands them out itself decides to whom.

use chrono::{DateTime, TimeDelta, Utc};
use copilot_core::error::{Error, Fault};
use copilot_core::stack_key::{Purpose, StackKey};

use crate::limits::FORM_TOKEN_AGE;

/// The header that bears a token.
pub const HEADER: &str = "Form-Token";
/// Bytes of a code: nobody guesses 128 bits.
const CODE_BYTES: usize = 16;
/// How far the clock of one process may be ahead of another's.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);

/// Makes and checks tokens.
///
/// A token is the time at which it was made, in seconds of Unix as hexadecimal digits, a dot, and the
/// beginning of the HMAC of time and origin as hexadecimal digits. It may be used more than once.
#[derive(Debug, Clone)]
pub struct FormTokens {
    key: StackKey,
}

/// A token, and until when it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormToken {
    /// What goes into [`HEADER`].
    pub text: String,
    /// Until when it is taken.
    pub expires_at: DateTime<Utc>,
}

impl FormTokens {
    /// Tokens under the secret of the stack.
    pub fn new(key: StackKey) -> Self {
        Self { key }
    }

    /// A token for pages of `origin`, or for any when the request told none: browsers tell none when a
    /// page asks its own server.
    pub fn make(&self, origin: Option<&str>, now: DateTime<Utc>) -> FormToken {
        let time = format!("{:x}", now.timestamp().max(0));
        let code = self.key.code(Purpose::FormToken, &parts(&time, origin.unwrap_or_default()));
        let code: String = code.iter().take(CODE_BYTES).map(|byte| format!("{byte:02x}")).collect();
        FormToken { text: format!("{time}.{code}"), expires_at: now + FORM_TOKEN_AGE }
    }

    /// Refuses a request that bears no `token` of ours, an old one, or one for pages of another origin.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] that names [`HEADER`].
    pub fn check(
        &self,
        token: Option<&str>,
        origin: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let refused =
            |detail: &str| Err(Error::InvalidParameters(vec![Fault::in_header(HEADER, detail)]));
        let Some(token) = token else {
            return refused("Is required here: the form_token of GET /api/form-token.");
        };
        let Some(made_at) = self.made_at(token.trim(), origin.unwrap_or_default()) else {
            return refused("Must be the form_token that GET /api/form-token gave this page.");
        };
        if made_at > now + CLOCK_SKEW || made_at + FORM_TOKEN_AGE < now {
            return refused("Has expired. Ask GET /api/form-token for another.");
        }
        Ok(())
    }

    /// When the token was made, if we made it, for this origin or for any.
    fn made_at(&self, token: &str, origin: &str) -> Option<DateTime<Utc>> {
        let (time, code) = token.split_once('.')?;
        let code = bytes(code)?;
        let is_ours =
            |origin: &str| self.key.has_made(&code, Purpose::FormToken, &parts(time, origin));
        (is_ours(origin) || is_ours("")).then_some(())?;
        DateTime::from_timestamp(i64::from_str_radix(time, 16).ok()?, 0)
    }
}

fn parts<'p>(time: &'p str, origin: &'p str) -> [&'p [u8]; 2] {
    [time.as_bytes(), origin.as_bytes()]
}

/// The bytes that the digits of a code stand for.
fn bytes(code: &str) -> Option<[u8; CODE_BYTES]> {
    let is_code = code.len() == 2 * CODE_BYTES && code.is_ascii();
    let mut bytes = [0; CODE_BYTES];
    for (index, byte) in bytes.iter_mut().enumerate().filter(|_| is_code) {
        *byte = u8::from_str_radix(code.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    is_code.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHOP: Option<&str> = Some("https://shop.example");

    fn tokens() -> FormTokens {
        FormTokens::new("0123456789abcdef0123456789abcdef".parse().unwrap())
    }

    fn now() -> DateTime<Utc> {
        "2024-11-03T10:30:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_is_taken_from_pages_of_its_origin_for_its_time() {
        let token = tokens().make(SHOP, now());
        assert_eq!(token.expires_at, now() + FORM_TOKEN_AGE);
        let check = |origin, at| tokens().check(Some(&token.text), origin, at).is_ok();
        assert!(check(SHOP, now()) && check(SHOP, token.expires_at));
        assert!(check(SHOP, now() - CLOCK_SKEW));
        assert!(!check(SHOP, token.expires_at + TimeDelta::seconds(1)));
        assert!(!check(SHOP, now() - CLOCK_SKEW - TimeDelta::seconds(1)));
        for other in [None, Some(""), Some("null"), Some("https://shop.example.evil.example")] {
            assert!(!check(other, now()), "{other:?}");
        }
        // One that no origin was told for is for any.
        let any = tokens().make(None, now()).text;
        for origin in [None, SHOP] {
            assert!(tokens().check(Some(&any), origin, now()).is_ok());
        }
    }

    #[test]
    fn what_is_no_token_of_ours_is_refused_by_its_header() {
        let token = tokens().make(SHOP, now()).text;
        let (time, code) = token.split_once('.').unwrap();
        let other = FormTokens::new("1123456789abcdef0123456789abcdef".parse().unwrap());
        let later = format!("{:x}", now().timestamp() + 60);
        for wrong in [
            String::new(),
            ".".to_owned(),
            time.to_owned(),
            format!("{time}."),
            format!("{time}.{}", &code[..30]),
            format!("{time}.{code}00"),
            format!("{time}.{}", "é".repeat(16)),
            format!("0{time}.{code}"),
            format!("{later}.{code}"),
            other.make(SHOP, now()).text,
        ] {
            let Err(Error::InvalidParameters(faults)) = tokens().check(Some(&wrong), SHOP, now())
            else {
                panic!("{wrong}");
            };
            assert_eq!(faults[0].place, copilot_core::error::Place::Header(HEADER));
        }
        assert!(tokens().check(None, SHOP, now()).is_err());
    }

    proptest! {
        #[test]
        fn nothing_made_up_is_taken(token in "[0-9a-f.+-]{0,60}", any in ".{0,60}") {
            for token in [token, any] {
                prop_assert!(tokens().check(Some(&token), SHOP, now()).is_err());
            }
        }
    }
}
