//! Suggests for one ticket.

use std::sync::Arc;
use std::time::Instant;

use copilot_aws::queue::AiTask;
use copilot_aws::store::{Store, Suggested};
use copilot_core::error::Error;
use copilot_core::ticket::{Suggestion, Ticket, now};
use copilot_service::limits;
use copilot_service::telemetry::{TriageOutcome, Triaged, triaged};
use copilot_triage::{Threshold, Triage};
use tokio::sync::OnceCell;
use tokio::task::JoinError;

use crate::bedrock::{Bedrock, BedrockSuggestion, NoBedrockSuggestion};
use crate::decision::decide;
use crate::learned::LearnedTriage;
use crate::sentence_model;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// What suggests.
    pub triage: LearnedTriage,
    /// The model in Bedrock that suggests category and priority besides, if there is one.
    pub bedrock: Option<Bedrock>,
    /// From which confidence on a suggestion is set on its ticket.
    pub threshold: Threshold,
}

impl Handler {
    /// Suggests for the ticket that `work` names, unless it has been. A ticket that was erased or closed
    /// meanwhile needs no suggestion.
    ///
    /// # Errors
    /// That the store does not answer, or not within [`limits::AI_WORK_TIME`]; the message then comes
    /// again.
    pub async fn handle(&self, work: AiTask) -> Result<(), Error> {
        let started = Instant::now();
        // When the ticket changes meanwhile, it is suggested for again. Its texts stay, so what Bedrock
        // suggests holds and is neither paid nor waited for twice.
        let suggested_by_bedrock: OnceCell<Result<BedrockSuggestion, NoBedrockSuggestion>> =
            OnceCell::new();
        let suggest = async |ticket: &Ticket| {
            let Some(bedrock) = &self.bedrock else { return self.suggest_embedded(ticket).await };
            let own = suggested(&self.triage.current(&self.store).await, ticket).await;
            let by_bedrock = suggested_by_bedrock.get_or_init(|| bedrock.suggest(ticket)).await;
            let suggestion = decide(own, by_bedrock, bedrock.name(), self.threshold);
            // Only now, since Bedrock takes its time.
            Suggestion { processed_at: now(), ..suggestion }
        };
        let suggesting = self.store.suggest(work.ticket_id, suggest);
        let suggested = match tokio::time::timeout(limits::AI_WORK_TIME, suggesting).await {
            Ok(suggested) => suggested,
            Err(_) => Err(Error::unavailable("do AI work in time")),
        };
        let outcome = match &suggested {
            Ok(Suggested::Now(ticket)) => TriageOutcome::Suggested {
                model: ticket.suggestion.as_ref().map_or("", |made| made.model.as_str()),
                needs_review: ticket.suggestion.as_ref().is_some_and(|made| made.needs_review),
                fell_back: matches!(suggested_by_bedrock.get(), Some(Err(_))),
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

    /// What the embedded models suggest for `ticket`: the word model, and the ensemble with the sentence
    /// model when the word model is below the threshold and the function was built with the other.
    async fn suggest_embedded(&self, ticket: &Ticket) -> Suggestion {
        let triage = self.triage.current(&self.store).await;
        let own = suggested(&triage, ticket).await;
        let Some(text) = triage.below_threshold(ticket, &own) else { return own };
        match sentence_model::scores(text.clone()).await {
            Some(scores) => triage.with_sentence_model(own, &scores, &text),
            None => own,
        }
    }
}

/// What the embedded model suggests, on a thread of its own: with the part of a processor that a function
/// has, a long text takes a while, and calls for the other tickets of a batch must be answered meanwhile.
async fn suggested(triage: &Arc<Triage>, ticket: &Ticket) -> Suggestion {
    let (worker, its_ticket) = (Arc::clone(triage), ticket.clone());
    let task = tokio::task::spawn_blocking(move || worker.suggest(&its_ticket, now()));
    match task.await.map_err(JoinError::try_into_panic) {
        Ok(suggestion) => suggestion,
        // As if it had happened here: the message comes again.
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The process ends, and the task never began.
        Err(Err(_)) => triage.suggest(ticket, now()),
    }
}
