//! Reads a ticket from what Zendesk sends and takes it in, once.

use copilot_core::acceptance::accept;
use copilot_core::error::Error;
use copilot_core::http::{Request, Response};
use copilot_core::intake::zendesk;
use copilot_core::queue::Queue;
use copilot_core::store::Store;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// Where AI work is queued.
    pub queue: Queue,
}

impl Handler {
    /// Answers 201 with the new ticket, or 200 with the ticket that the same thing became before.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("POST")?;
        let new = zendesk::parse(request.body())?;
        accept(&self.store, &self.queue, &new, request).await
    }
}
