//! Keeps what an agent has begun to write on a ticket.

use copilot_aws::store::Store;
use copilot_channels::parse_draft;
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, now};
use copilot_service::http::{Access, Request, Response, Scope};

/// Whose the drafts are where nobody asks who calls.
const NOBODY_IN_PARTICULAR: &str = "agent";

/// What the function needs.
pub struct Handler {
    /// Where tickets and drafts are kept.
    pub store: Store,
    /// What callers may do.
    pub access: Access,
}

impl Handler {
    /// Answers 200 with the caller's draft as it is or is now kept, or 204 once there is none.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("GET, PUT, DELETE")?;
        let scope = if request.method() == "GET" { Scope::Read } else { Scope::Change };
        self.access.require(scope, request)?;
        let ticket_id = TicketId::parse_in_path(request.path_parameter("ticket_id"))?;
        let agent = request.caller().unwrap_or(NOBODY_IN_PARTICULAR);
        let draft = match request.method() {
            "DELETE" => {
                self.store.delete_draft(ticket_id, agent).await?;
                return Ok(Response::gone(ticket_id));
            }
            "PUT" => {
                let text = parse_draft(request.json_body()?)?;
                self.store.save_draft(ticket_id, agent, &text, now()).await?
            }
            _ => self.store.read_draft(ticket_id, agent, now()).await?,
        };
        Response::draft(&draft.into(), ticket_id)
    }
}
