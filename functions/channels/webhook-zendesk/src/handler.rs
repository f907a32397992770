//! Verifies what Zendesk sends, reads it and acts on it.

use copilot_aws::store::KeptBody;
use copilot_channels::signature::{Verification, verify_zendesk};
use copilot_channels::zendesk;
use copilot_core::error::Error;
use copilot_core::ticket::now;
use copilot_service::http::{Replayed, Request, Response};
use copilot_service::webhook::Webhook;

/// What the function needs.
pub struct Handler {
    webhook: Webhook,
}

const SIGNATURE: &str = "x-zendesk-webhook-signature";
const TIMESTAMP: &str = "x-zendesk-webhook-signature-timestamp";
const ACCOUNT: &str = "x-zendesk-account-id";
/// What tells of a delivery, kept with a body that cannot be read.
const DELIVERY: [&str; 4] =
    [ACCOUNT, TIMESTAMP, "x-zendesk-webhook-id", "x-zendesk-webhook-invocation-id"];

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
        request.require_method("POST")?;
        let (signature, timestamp) = (request.header(SIGNATURE), request.header(TIMESTAMP));
        let check = |verification: &Verification| {
            verify_zendesk(verification, signature, timestamp, request.body(), now())
        };
        let body = self.webhook.verify(check).await?;
        let event = zendesk::parse(body, request.header(ACCOUNT));
        self.webhook.take(event, request, &DELIVERY).await
    }

    /// Puts kept bodies through again, those after the position `after`.
    ///
    /// # Errors
    /// That a service does not answer.
    pub async fn replay(&self, after: Option<&str>) -> Result<Replayed, Error> {
        let parse = |kept: &KeptBody| zendesk::parse(kept.verified(), kept.header(ACCOUNT));
        self.webhook.replay(after, parse).await
    }
}
