//! A JWT authorizer as that of an API Gateway HTTP API, with an issuer of tokens of its own.
//!
//! API Gateway fetches public RSA keys from the issuer and takes no others. Here issuer and
//! authorizer are one program, so one secret key signs and checks (HS256); no other algorithm is
//! accepted, whatever a token says of itself.

mod claims;
mod hmac_sha256;
mod key;
mod token;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Map, Value};

use claims::{as_strings, has_audience, is_issued_in_the_future};
pub use key::SigningKey;
pub use token::{TokenError, TokenRequest, issue};

/// Who issues tokens. The name is reserved and leads nowhere (RFC 2606).
pub const ISSUER: &str = "https://local-stack.invalid";
/// Whom tokens are for.
pub const AUDIENCE: &str = "customer-support-copilot";

const BEARER: &str = "Bearer ";

/// Finds out who calls, by a token in the header `Authorization`.
pub struct JwtAuthorizer {
    key: DecodingKey,
    validation: Validation,
}

/// Why nobody is known to call. API Gateway answers each with 401; 403 is for a token without a
/// scope that the route asks for, and no route here asks for one ("Control access to HTTP APIs with
/// JWT authorizers" of the developer guide).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no token")]
    NoToken,
    /// It is no token, or of another algorithm.
    #[error("the token is malformed")]
    Malformed,
    /// It was signed with another key, or changed afterwards.
    #[error("the token has a wrong signature")]
    WrongSignature,
    #[error("the token does not have a valid issuer")]
    WrongIssuer,
    /// It is for somebody else. In API Gateway's words.
    #[error("the token does not have a valid audience")]
    WrongAudience,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    Early,
}

impl JwtAuthorizer {
    /// Accepts the tokens that are issued with `key`.
    pub fn new(key: &SigningKey) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        // `client_id` may stand in for the audience, which the crate does not know.
        validation.validate_aud = false;
        Self { key: key.decoding(), validation }
    }

    /// The claims of the token in `headers`, each as text, as functions get them.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn authorize(&self, headers: &HeaderMap) -> Result<Map<String, Value>, Refusal> {
        let header = headers.get(AUTHORIZATION).ok_or(Refusal::NoToken)?;
        let header = header.to_str().map_err(|_| Refusal::Malformed)?;
        // API Gateway takes the token with and without the name of the scheme.
        let token = match header.get(..BEARER.len()) {
            Some(scheme) if scheme.eq_ignore_ascii_case(BEARER) => &header[BEARER.len()..],
            _ => header,
        };
        let token = token.trim();
        if token.is_empty() {
            return Err(Refusal::NoToken);
        }
        let decoded = decode::<Map<String, Value>>(token, &self.key, &self.validation);
        let claims = decoded.map_err(|error| refusal(&error))?.claims;
        // The crate also takes a list that has it.
        if !claims.get("iss").is_some_and(Value::is_string) {
            return Err(Refusal::WrongIssuer);
        }
        if is_issued_in_the_future(&claims) {
            return Err(Refusal::Early);
        }
        if !has_audience(&claims, AUDIENCE) {
            return Err(Refusal::WrongAudience);
        }
        Ok(as_strings(claims))
    }
}

fn refusal(error: &Error) -> Refusal {
    match error.kind() {
        ErrorKind::InvalidSignature => Refusal::WrongSignature,
        ErrorKind::InvalidIssuer => Refusal::WrongIssuer,
        ErrorKind::ExpiredSignature => Refusal::Expired,
        ErrorKind::ImmatureSignature => Refusal::Early,
        _ => Refusal::Malformed,
    }
}

#[cfg(test)]
mod tests;
