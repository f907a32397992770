//! Reads a ticket from the body and takes it in.

use copilot_aws::queue::Queue;
use copilot_aws::store::Store;
use copilot_channels::parse_create;
use copilot_core::error::Error;
use copilot_core::ticket::Identity;
use copilot_service::acceptance::accept;
use copilot_service::http::{Access, Request, Response};

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// Where AI work is queued.
    pub queue: Queue,
    /// What callers may do.
    pub access: Access,
}

impl Handler {
    /// Answers 201 with the new ticket; a request whose `Idempotency-Key` came before, with the
    /// answer of then.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("POST")?;
        let sources = self.access.sources(request)?;
        let key = request.idempotency_key()?;
        let mut new = parse_create(request.json_body()?, sources)?;
        if let Some(key) = key {
            new.identity = Identity::Request(key.identity(request.caller()));
        }
        accept(&self.store, &self.queue, &new, request.trace_id()).await
    }
}
