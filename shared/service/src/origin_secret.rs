//! The secret by which a stranger's request shows that it came through the edge in front of the API.
//!
//! An edge, such as a content delivery network with a firewall, holds each address to a rate. The API's
//! own address stays open beside it, so what comes there without the secret creates no ticket.

use copilot_core::error::Error;
use copilot_core::stack_key::{Purpose, StackKey};

/// The header in which the edge sends the secret.
pub const HEADER: &str = "x-origin-secret";

const NOT_THROUGH_THE_EDGE: &str =
    "Tickets are not created at this address. Use the one that the help desk publishes.";

/// Knows the secret again without keeping it, in a time that tells nothing of it.
#[derive(Debug, Clone)]
pub struct OriginSecret {
    key: StackKey,
    code: [u8; 32],
}

impl OriginSecret {
    /// The secret in `text`, to be known again under the secret of the stack.
    pub fn new(key: StackKey, text: &str) -> Self {
        let code = key.code(Purpose::OriginSecret, &[text.as_bytes()]);
        Self { key, code }
    }

    /// Refuses a request that brings another secret or none.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn check(&self, given: Option<&str>) -> Result<(), Error> {
        let is_ours =
            |given: &str| self.key.has_made(&self.code, Purpose::OriginSecret, &[given.as_bytes()]);
        if given.is_some_and(is_ours) {
            Ok(())
        } else {
            Err(Error::Forbidden(NOT_THROUGH_THE_EDGE.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_alone_lets_in() {
        let key: StackKey = "0123456789abcdef0123456789abcdef".parse().unwrap();
        let secret = OriginSecret::new(key, "the secret of the edge");
        assert!(secret.check(Some("the secret of the edge")).is_ok());
        for given in [None, Some(""), Some("the secret of the edg"), Some("The secret of the edge")]
        {
            let refused = secret.check(given);
            assert!(matches!(refused, Err(Error::Forbidden(_))), "{given:?}");
        }
    }
}
