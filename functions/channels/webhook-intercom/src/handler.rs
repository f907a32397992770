//! Acts on what Intercom sends.

use copilot_core::error::Error;
use copilot_service::http::{Request, Response};
use copilot_service::webhook::Webhook;

pub struct Handler {
    pub webhook: Webhook,
}

impl Handler {
    /// Answers 201 with a new ticket, 200 with anything else.
    ///
    /// # Errors
    /// That the signature is wrong, or that a service does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("POST, HEAD, GET")?;
        if request.method() != "POST" {
            // Intercom checks that the address exists before it uses it.
            return Ok(Response::empty());
        }
        self.webhook.handle(request).await
    }
}
