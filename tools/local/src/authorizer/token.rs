//! Issues tokens.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header, encode, get_current_timestamp};
use serde::Serialize;

use super::{ISSUER, SigningKey};

/// What a token is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Who calls with it, such as `agent-7`.
    pub subject: String,
    /// Whom it is for; the API takes only its own, [`super::AUDIENCE`].
    pub audience: String,
    /// What its bearer may do, as the claim `scope` says it: words between spaces.
    pub scope: String,
    /// How long it is valid from now, in whole seconds.
    pub expires_in: Duration,
}

/// The token cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("The token cannot be signed: {0}")]
pub struct TokenError(#[from] jsonwebtoken::errors::Error);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'static str,
    sub: &'a str,
    aud: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    iat: u64,
    exp: u64,
}

/// Issues a token.
///
/// # Errors
/// [`TokenError`].
pub fn issue(key: &SigningKey, request: &TokenRequest) -> Result<String, TokenError> {
    let now = get_current_timestamp();
    let claims = Claims {
        iss: ISSUER,
        sub: &request.subject,
        aud: &request.audience,
        scope: &request.scope,
        iat: now,
        exp: now.saturating_add(request.expires_in.as_secs()),
    };
    Ok(encode(&Header::new(Algorithm::HS256), &claims, &key.encoding())?)
}
