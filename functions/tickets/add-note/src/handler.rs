//! Adds an internal note to a ticket.

use copilot_aws::store::{NewNote, Noted, Store};
use copilot_channels::parse_note;
use copilot_core::error::Error;
use copilot_core::ticket::{ActorName, TicketId, now};
use copilot_service::http::{Access, Request, Response, Scope};

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// What callers may do.
    pub access: Access,
}

impl Handler {
    /// Answers 201 with the note, also when the same request added it before.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("POST")?;
        self.access.require(Scope::Change, request)?;
        let ticket_id = TicketId::parse_in_path(request.path_parameter("ticket_id"))?;
        let key = request.idempotency_key()?;
        let written = parse_note(request.json_body()?)?;
        let named = written.actor.as_ref().map(ActorName::unverified);
        let id = key.map(|key| key.note_id(request.caller(), ticket_id));
        let note = NewNote {
            id: id.as_deref(),
            text: &written.text,
            agent: request.caller().or(named.as_deref()),
        };
        match self.store.add_note(ticket_id, note, now()).await? {
            Noted::Now(note) => Response::noted(&note.into(), ticket_id),
            Noted::Before(note) => Response::noted_before(&note.into(), ticket_id),
        }
    }
}
