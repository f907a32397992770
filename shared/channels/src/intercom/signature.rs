//! How Intercom signs: the header `X-Hub-Signature` holds `sha1=` and the lower-case hex of HMAC-SHA1
//! over the body. Source: <https://developers.intercom.com/docs/webhooks/webhook-notifications>.

use hmac::Hmac;
use sha1::Sha1;

use crate::signature::{SignatureFault, Verification, VerifiedBody, present};

/// Checks what Intercom sent: `signature` as its header holds it, `body` as it came.
///
/// Intercom signs no time, so an old body that somebody recorded passes again; that is harmless
/// because the same conversation is the same ticket.
///
/// # Errors
/// [`SignatureFault`], but never [`SignatureFault::Expired`].
pub fn verify<'a>(
    verification: &Verification,
    signature: Option<&str>,
    body: &'a [u8],
) -> Result<VerifiedBody<'a>, SignatureFault> {
    verification.check(body, |secrets| {
        let digits = present(signature)?.strip_prefix("sha1=").ok_or(SignatureFault::Malformed)?;
        let signature = lower_case_hex(digits).ok_or(SignatureFault::Malformed)?;
        match secrets.signed::<Hmac<Sha1>>(&[body], &signature) {
            true => Ok(()),
            false => Err(SignatureFault::Wrong),
        }
    })
}

/// The bytes that the digits stand for. Upper case is refused: one signature has one spelling.
fn lower_case_hex(digits: &str) -> Option<Vec<u8>> {
    let lower_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !digits.len().is_multiple_of(2) || !digits.as_bytes().iter().all(lower_hex) {
        return None;
    }
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
