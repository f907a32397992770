//! Suggests for one ticket.

use std::time::Instant;

use copilot_core::error::Error;
use copilot_core::queue::AiWork;
use copilot_core::store::{Store, Suggested};
use copilot_core::telemetry::{TriageOutcome, Triaged, triaged};
use copilot_core::ticket::{ModelName, Ticket, now};
use copilot_triage::Triage;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// What suggests.
    pub triage: Triage,
}

impl Handler {
    /// Suggests for the ticket that `work` names, unless it has been. A ticket that was erased or closed
    /// meanwhile needs no suggestion.
    ///
    /// # Errors
    /// That the store does not answer; the message then comes again.
    pub async fn handle(&self, work: AiWork) -> Result<(), Error> {
        let started = Instant::now();
        let suggest = async |ticket: &Ticket| self.triage.suggest(ticket);
        let suggested = self.store.suggest(work.ticket_id, suggest, now).await;
        let outcome = match &suggested {
            Ok(Suggested::Now(ticket)) => TriageOutcome::Suggested {
                model: ticket.ai_model.as_ref().map_or("", ModelName::as_str),
                needs_review: ticket.ai_needs_review == Some(true),
                fell_back: false,
            },
            Ok(Suggested::LeftAlone(_)) => TriageOutcome::LeftAlone,
            // Its message is sent only once it is stored, so it was there.
            Err(Error::NotFound(_)) => TriageOutcome::Gone,
            Err(_) => return suggested.map(drop),
        };
        triaged(&Triaged {
            ticket_id: work.ticket_id,
            trace_id: work.trace_id.as_deref(),
            outcome,
            duration: started.elapsed(),
        });
        Ok(())
    }
}
