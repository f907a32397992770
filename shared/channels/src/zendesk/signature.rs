//! How Zendesk signs: the header `X-Zendesk-Webhook-Signature` holds the base64 of HMAC-SHA256 over
//! the timestamp header and the body. Source:
//! <https://developer.zendesk.com/documentation/webhooks/verifying/>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::Hmac;
use sha2::Sha256;

use crate::limits;
use crate::signature::{SignatureFault, Verification, VerifiedBody, present};
use copilot_core::ticket::parse_time;

/// Checks what Zendesk sent: `signature` and `timestamp` as their headers hold them, `body` as it
/// came, `now` the present time.
///
/// The timestamp is signed as it is written: ISO 8601 or seconds since 1970. It is looked at only
/// once the signature is right, so that a forger learns nothing from the answer.
///
/// # Errors
/// [`SignatureFault`]; [`SignatureFault::Expired`] when the timestamp is more than
/// [`limits::SIGNATURE_AGE`] away from `now`.
pub fn verify<'a>(
    verification: &Verification,
    signature: Option<&str>,
    timestamp: Option<&str>,
    body: &'a [u8],
    now: DateTime<Utc>,
) -> Result<VerifiedBody<'a>, SignatureFault> {
    verification.check(body, |secrets| {
        let (signature, timestamp) = (present(signature)?, present(timestamp)?);
        // Strict: padding is required and unused bits must be zero.
        let signature = STANDARD.decode(signature).map_err(|_| SignatureFault::Malformed)?;
        if !secrets.signed::<Hmac<Sha256>>(&[timestamp.as_bytes(), body], &signature) {
            return Err(SignatureFault::Wrong);
        }
        let signed_at = parse_time(timestamp).ok_or(SignatureFault::Malformed)?;
        match now.signed_duration_since(signed_at).abs().to_std() {
            Ok(distance) if distance <= limits::SIGNATURE_AGE => Ok(()),
            _ => Err(SignatureFault::Expired),
        }
    })
}
