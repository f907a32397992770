//! Signatures of webhooks, checked on the raw bytes before anything is parsed. How a vendor signs
//! stands in the `signature.rs` of its folder. The key is the text of the secret itself, also where
//! that text looks like base64.

use std::fmt;

use hmac::Mac;
use hmac::digest::KeyInit;

/// A secret that is shared with a vendor. Its text is never shown.
#[derive(Clone)]
pub struct Secret(String);

/// The text of a secret is blank, so that anybody could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is blank")]
pub struct BlankSecret;

impl Secret {
    /// Takes the vendor's text, without the white space around it: no vendor's secret has any, but
    /// files and consoles add some.
    ///
    /// # Errors
    /// [`BlankSecret`] when nothing is left.
    pub fn parse(text: &str) -> Result<Self, BlankSecret> {
        match text.trim() {
            "" => Err(BlankSecret),
            text => Ok(Self(text.to_owned())),
        }
    }

    /// Whether `signature` is the HMAC of `parts`, joined, under this secret. Takes the same time
    /// wherever the two differ.
    fn signed<M: Mac + KeyInit>(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        let Ok(mut mac) = <M as Mac>::new_from_slice(self.0.as_bytes()) else {
            return false; // HMAC takes keys of any length.
        };
        for part in parts {
            mac.update(part);
        }
        mac.verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The secrets that hold now: two while one replaces the other, so that what was signed before the
/// change is still taken.
#[derive(Debug, Clone)]
pub struct Secrets {
    current: Secret,
    previous: Option<Secret>,
}

impl Secrets {
    /// The secret that the vendor signs with, and the one that it signed with before.
    pub fn new(current: Secret, previous: Option<Secret>) -> Self {
        Self { current, previous }
    }

    /// Whether `signature` is the HMAC of `parts`, joined, under one of the secrets. Takes the same
    /// time wherever they differ.
    pub(crate) fn signed<M: Mac + KeyInit>(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        let current = self.current.signed::<M>(parts, signature);
        let previous =
            self.previous.as_ref().is_some_and(|secret| secret.signed::<M>(parts, signature));
        current || previous
    }
}

/// Whether bodies must be signed.
#[derive(Debug, Clone)]
pub enum Verification {
    /// Only what is signed with one of these secrets is taken.
    Required(Secrets),
    /// Everything is taken. For a stack on a laptop only, which nobody else can reach.
    Unsigned,
}

impl Verification {
    /// What the settings of a function mean: its secrets if it has any, else everything if
    /// `allows_unsigned`, else nothing: `None`. A blank secret is none.
    pub fn choose(
        current: Option<String>,
        previous: Option<String>,
        allows_unsigned: bool,
    ) -> Option<Self> {
        let secret = |text: Option<String>| text.and_then(|text| Secret::parse(&text).ok());
        match (secret(current), secret(previous)) {
            (Some(current), previous) => Some(Self::Required(Secrets::new(current, previous))),
            // A rotation that has only begun, or was ended the wrong way round.
            (None, Some(previous)) => Some(Self::Required(Secrets::new(previous, None))),
            (None, None) => allows_unsigned.then_some(Self::Unsigned),
        }
    }

    /// The body once `is_signed` finds it signed with one of the secrets, or at once where no
    /// signature is needed.
    ///
    /// # Errors
    /// That of `is_signed`.
    pub(crate) fn check<'a>(
        &self,
        body: &'a [u8],
        is_signed: impl FnOnce(&Secrets) -> Result<(), SignatureFault>,
    ) -> Result<VerifiedBody<'a>, SignatureFault> {
        if let Self::Required(secrets) = self {
            is_signed(secrets)?;
        }
        Ok(VerifiedBody(body))
    }
}

/// A body whose signature was right, or did not matter. Only `Verification::check` makes one, and
/// the store from what it kept, so that a parser cannot be given anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedBody<'a>(&'a [u8]);

impl<'a> VerifiedBody<'a> {
    /// A body that was verified when it came and kept since. For the store of kept bodies alone, which
    /// a test of the invariants checks.
    pub fn verified_before(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// The body exactly as it was signed.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Why a body was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// A header that is needed is missing or empty.
    #[error("the signature or its timestamp is missing")]
    Missing,
    /// The signature or its timestamp is not written as the vendor writes it.
    #[error("the signature or its timestamp is malformed")]
    Malformed,
    /// Signed with another secret, or changed on the way.
    #[error("the signature is wrong")]
    Wrong,
    /// Rightly signed, but too long ago, or too far in the future.
    #[error("the signature is not of this time")]
    Expired,
}

/// The header's value, if it came and says something.
///
/// # Errors
/// [`SignatureFault::Missing`] otherwise.
pub(crate) fn present(header: Option<&str>) -> Result<&str, SignatureFault> {
    header.filter(|value| !value.is_empty()).ok_or(SignatureFault::Missing)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use copilot_core::ticket::parse_time;

    use super::*;
    use crate::{intercom, zendesk};

    fn required(current: &str, previous: Option<&str>) -> Verification {
        let secret = |text| Secret::parse(text).unwrap();
        Verification::Required(Secrets::new(secret(current), previous.map(secret)))
    }

    #[test]
    fn the_settings_decide() {
        let choose = |current: &str, previous: &str, unsigned| {
            Verification::choose(Some(current.to_owned()), Some(previous.to_owned()), unsigned)
        };
        assert!(matches!(choose("a", "", true), Some(Verification::Required(_))));
        assert!(matches!(choose("", "b", true), Some(Verification::Required(_))));
        assert!(matches!(choose(" ", "", true), Some(Verification::Unsigned)));
        assert!(choose("", "", false).is_none());
        assert!(Verification::choose(None, None, false).is_none());
    }

    const BODY: &[u8] = br#"{"event_type": "foo.bar","data": {"key": "value"}}"#;
    const SECRET: &str = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
    const SIGNATURE: &str = "qtmu3iClLKujnujOBkwe7yjI34o5CzsLD04Uy4LbE2A=";
    const TIMESTAMP: &str = "1531420618";

    fn zendesk(signature: Option<&str>, timestamp: Option<&str>) -> Result<(), SignatureFault> {
        let now = parse_time(TIMESTAMP).unwrap();
        zendesk::verify(&required(SECRET, None), signature, timestamp, BODY, now).map(|_| ())
    }

    #[test]
    fn a_secret_is_never_shown_and_never_blank() {
        let shown = format!("{:?}", required("s3cret", Some("0lder")));
        assert!(!shown.contains("s3cret") && !shown.contains("0lder"), "{shown}");
        assert!(Secret::parse(" \n").is_err());
        assert_eq!(Secret::parse(" s3cret\n").unwrap().0, "s3cret");
    }

    #[test]
    fn the_faults_are_told_apart() {
        use SignatureFault::{Malformed, Missing, Wrong};
        assert_eq!(zendesk(Some(SIGNATURE), Some(TIMESTAMP)), Ok(()));
        for missing in [None, Some("")] {
            assert_eq!(zendesk(missing, Some(TIMESTAMP)), Err(Missing));
            assert_eq!(zendesk(Some(SIGNATURE), missing), Err(Missing));
        }
        let unpadded = SIGNATURE.trim_end_matches('=');
        for malformed in ["not base64!", unpadded, &format!("sha256={SIGNATURE}"), " "] {
            assert_eq!(zendesk(Some(malformed), Some(TIMESTAMP)), Err(Malformed), "{malformed}");
        }
        // The last digit of 32 bytes in base64 has two unused bits: 2A= and 2B= decode alike.
        let loose = SIGNATURE.replace("2A=", "2B=");
        assert_eq!(zendesk(Some(&loose), Some(TIMESTAMP)), Err(Malformed));
        let hex = "aad9aede20a52caba39ee8ce064c1eef28c8df8a390b3b0b0f4e14cb82db1360";
        for wrong in ["AAAA", hex] {
            assert_eq!(zendesk(Some(wrong), Some(TIMESTAMP)), Err(Wrong), "{wrong}");
        }
        assert_eq!(zendesk(Some(SIGNATURE), Some("1531420619")), Err(Wrong));
    }

    #[test]
    fn a_signature_holds_for_five_minutes_both_ways() {
        let at = |seconds: i64| {
            let now = DateTime::from_timestamp(1_531_420_618 + seconds, 0).unwrap();
            let required = required(SECRET, None);
            zendesk::verify(&required, Some(SIGNATURE), Some(TIMESTAMP), BODY, now).map(|_| ())
        };
        for seconds in [-300, 0, 300] {
            assert_eq!(at(seconds), Ok(()));
        }
        for seconds in [-301, 301, 1_000_000, -1_000_000] {
            assert_eq!(at(seconds), Err(SignatureFault::Expired));
        }
    }

    #[test]
    fn the_time_is_looked_at_only_after_the_signature() {
        let now = parse_time("2030-01-01T00:00:00Z").unwrap();
        let other = required("another secret", None);
        assert_eq!(
            zendesk::verify(&other, Some(SIGNATURE), Some(TIMESTAMP), BODY, now),
            Err(SignatureFault::Wrong)
        );
        assert_eq!(
            zendesk::verify(&other, Some(SIGNATURE), Some("yesterday"), BODY, now),
            Err(SignatureFault::Wrong)
        );
    }

    #[test]
    fn two_secrets_hold_while_one_replaces_the_other() {
        let now = parse_time(TIMESTAMP).unwrap();
        let check = |verification: &Verification| {
            zendesk::verify(verification, Some(SIGNATURE), Some(TIMESTAMP), BODY, now).is_ok()
        };
        assert!(check(&required(SECRET, Some("older"))));
        assert!(check(&required("newer", Some(SECRET))));
        assert!(!check(&required("newer", Some("older"))));
    }

    #[test]
    fn intercom_writes_sha1_and_lower_case_hex() {
        use SignatureFault::{Malformed, Missing, Wrong};
        let required = required("intercom_secret", None);
        let check = |signature| intercom::verify(&required, signature, b"{}").map(|_| ());
        let digits = "1a8f4a0ff8fea6bd6ef9d1d7a4a4a9b3f9a0b6ab";
        assert_eq!(check(None), Err(Missing));
        assert_eq!(check(Some(digits)), Err(Malformed));
        assert_eq!(check(Some("sha256=00")), Err(Malformed));
        assert_eq!(check(Some("sha1=+f")), Err(Malformed));
        assert_eq!(check(Some("sha1=0")), Err(Malformed));
        assert_eq!(check(Some("sha1=ÿÿ")), Err(Malformed));
        assert_eq!(check(Some("sha1=")), Err(Wrong));
        assert_eq!(check(Some(&format!("sha1={digits}"))), Err(Wrong));
    }

    #[test]
    fn unsigned_bodies_pass_only_where_that_is_chosen() {
        let now = parse_time(TIMESTAMP).unwrap();
        let body = zendesk::verify(&Verification::Unsigned, None, None, BODY, now).unwrap();
        assert_eq!(body.bytes(), BODY);
        assert!(intercom::verify(&Verification::Unsigned, None, BODY).is_ok());
    }
}
