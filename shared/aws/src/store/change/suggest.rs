//! What the AI makes of a ticket, written once.

use super::Actor;
use super::write::{Decision, Written};
use crate::limits;
use crate::store::Store;
use copilot_core::error::Error;
use copilot_core::ticket::{Suggestion, Ticket, TicketId};

/// What became of the AI work on a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Suggested {
    /// The suggestion stands on the ticket now.
    Now(Ticket),
    /// The ticket is closed or has a suggestion already, and was left alone.
    LeftAlone(Ticket),
}

impl Store {
    /// Writes what `suggest` makes of the ticket as it is, together with an entry in its history, and
    /// ends its pending AI work. When another change comes first, it suggests again, for the
    /// ticket as it is then. Safe to repeat, in any order: a ticket is suggested for once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the ticket was erased; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn suggest(
        &self,
        ticket_id: TicketId,
        suggest: impl AsyncFn(&Ticket) -> Suggestion,
    ) -> Result<Suggested, Error> {
        for _ in 0..limits::CHANGE_ATTEMPTS {
            let seen = self.read(ticket_id).await?;
            if !seen.awaits_suggestion() {
                self.ai_work_delivered(ticket_id).await?;
                return Ok(Suggested::LeftAlone(seen));
            }
            let suggestion = suggest(&seen).await;
            let now = suggestion.processed_at;
            let name = format!("ai:{}", suggestion.model.as_str());
            let note = suggestion.summary();
            let Some(next) = seen.suggested(suggestion) else { continue };
            let decision = Decision {
                note: Some(&note),
                ends_ai_work: true,
                ..Decision::new(&seen, next, Actor::Ai { name: &name }, now)
            };
            if let Written::Done(changed) = self.write(&decision).await? {
                return Ok(Suggested::Now(*changed));
            }
        }
        Err(Error::unavailable("write a suggestion"))
    }
}
