//! Sets the fields of a ticket that the body names.

use copilot_aws::store::{RequestedChange, Store};
use copilot_channels::parse_patch;
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, now};
use copilot_service::http::{Access, Request, Response, Scope};

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// What callers may do.
    pub access: Access,
}

impl Handler {
    /// Answers 200 with the ticket as it is then.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("PATCH")?;
        self.access.require(Scope::Change, request)?;
        let ticket_id = TicketId::parse_in_path(request.path_parameter("ticket_id"))?;
        let patch = parse_patch(request.merge_patch_body()?)?;
        let requested = RequestedChange {
            expected: &request.expected_version()?,
            agent: request.caller(),
            note: None,
        };
        let ticket = self.store.patch(ticket_id, &patch, requested, now()).await?;
        Response::ticket(&ticket.into())
    }
}
