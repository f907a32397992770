//! Moves a ticket to the status that the body names.

use copilot_aws::store::{RequestedChange, Store};
use copilot_channels::parse_status_change;
use copilot_core::error::Error;
use copilot_core::ticket::{ActorName, Note, TicketId, now};
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
    /// What is wrong with the request, that the lifecycle forbids the change, or that the store
    /// does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("PUT")?;
        self.access.require(Scope::Change, request)?;
        let ticket_id = TicketId::parse_in_path(request.path_parameter("ticket_id"))?;
        let change = parse_status_change(request.json_body()?)?;
        let named = change.actor.as_ref().map(ActorName::unverified);
        let requested = RequestedChange {
            expected: &request.expected_version()?,
            agent: request.caller().or(named.as_deref()),
            note: change.note.as_ref().map(Note::as_str),
        };
        let ticket = self.store.change_status(ticket_id, change.status, requested, now()).await?;
        Response::ticket(&ticket.into())
    }
}
