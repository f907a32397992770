//! Verifies what Intercom sends, reads it and acts on it.

use copilot_aws::store::KeptBody;
use copilot_channels::intercom;
use copilot_channels::signature::{Verification, verify_intercom};
use copilot_core::error::Error;
use copilot_service::http::{Replayed, Request, Response};
use copilot_service::webhook::Webhook;

/// What the function needs.
pub struct Handler {
    webhook: Webhook,
}

const SIGNATURE: &str = "x-hub-signature";
/// What tells of a delivery, kept with a body that cannot be read.
const DELIVERY: [&str; 2] = ["content-type", "user-agent"];

impl Handler {
    /// The handler of this webhook.
    pub fn new(webhook: Webhook) -> Self {
        Self { webhook }
    }

    /// Answers 201 with a new ticket, 200 when something else was done, or nothing was to do.
    ///
    /// # Errors
    /// That the signature is wrong, or that a service does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("POST, HEAD, GET")?;
        if request.method() != "POST" {
            // Intercom asks so whether the address exists before it uses it.
            return Ok(Response::empty());
        }
        let check = |verification: &Verification| {
            verify_intercom(verification, request.header(SIGNATURE), request.body())
        };
        let body = self.webhook.verify(check).await?;
        self.webhook.take(intercom::parse(body), request, &DELIVERY).await
    }

    /// Puts kept bodies through again, those after the position `after`.
    ///
    /// # Errors
    /// That a service does not answer.
    pub async fn replay(&self, after: Option<&str>) -> Result<Replayed, Error> {
        self.webhook.replay(after, |kept: &KeptBody| intercom::parse(kept.verified())).await
    }
}
