//! Learns from corrections, and puts what was learned into use if it is better.

use std::collections::{HashMap, HashSet};

use copilot_aws::store::{AdaptationFigures, AdaptationVersion, Correction, Store};
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, now};
use copilot_service::telemetry::{Gauge, measure};

use copilot_triage::category::{
    Adaptation, CategoryModel, Correction as Example, MAX_CORRECTIONS, ticket_text,
};
use copilot_triage::learning::{Lesson, NumberedCorrection, learn};
use serde::Serialize;
use serde_json::Value;

/// What the function needs.
pub struct Handler {
    /// Where tickets, corrections and what was learned are kept.
    pub store: Store,
}

/// What one run has done.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The version that is in use now; 0 is the model as it was delivered.
    version: AdaptationVersion,
    /// Whether this run has put it into use.
    activated: bool,
    /// How what was learned did; nothing when there were too few corrections.
    figures: Option<AdaptationFigures>,
}

impl Handler {
    /// Learns from the newest corrections, unless `event` names a version to `use`: `{"use": 0}` goes
    /// back to the model as it was delivered.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a version that is not there; [`Error::Malformed`] for a `use` that is no
    /// version; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn handle(&self, event: &Value) -> Result<Outcome, Error> {
        let outcome = match event.get("use") {
            Some(version) => self.put_into_use(version).await?,
            None => self.train().await?,
        };
        measure(&[(Gauge::LearnedVersion, u64::from(outcome.version))]);
        let figures = outcome.figures.as_ref();
        tracing::info!(
            version = outcome.version,
            activated = outcome.activated,
            learned_from = figures.map(|figures| figures.learned_from),
            judged_by = figures.map(|figures| figures.judged_by),
            accuracy_before = figures.map(|figures| figures.accuracy_before),
            accuracy = figures.map(|figures| figures.accuracy),
            "retrained"
        );
        Ok(outcome)
    }

    async fn put_into_use(&self, version: &Value) -> Result<Outcome, Error> {
        let version = version.as_u64().and_then(|version| version.try_into().ok());
        let version = version.ok_or_else(|| Error::Malformed("`use` must be a version".into()))?;
        self.store.use_adaptation(version, now()).await?;
        Ok(Outcome { version, activated: true, figures: None })
    }

    async fn train(&self) -> Result<Outcome, Error> {
        let defect = |source: Box<dyn std::error::Error + Send + Sync>| Error::Internal {
            operation: "learn from corrections",
            source: Some(source),
        };
        // Before the corrections are read: what is erased meanwhile voids the lesson.
        let unlearnings = self.store.unlearnings().await?;
        let version = self.store.active_adaptation().await?;
        let present = match version {
            0 => None,
            _ => Some(self.store.adaptation(version).await?),
        };
        let present = present.map(|bytes| Adaptation::parse(&bytes)).transpose();
        let present = present.map_err(|error| defect(error.into()))?;
        let model = CategoryModel::embedded().map_err(|error| defect(error.into()))?;
        let lesson = learn(self.corrections().await?, present.as_ref(), model)
            .map_err(|error| defect(error.into()))?;
        let Some(lesson) = lesson else {
            return Ok(Outcome { version, activated: false, figures: None });
        };
        let figures = figures(&lesson);
        if !lesson.comparison.is_better() {
            return Ok(Outcome { version, activated: false, figures: Some(figures) });
        }
        let next = self.store.newest_adaptation().await? + 1;
        let bytes = lesson.adaptation.to_bytes();
        self.store.keep_adaptation(next, &bytes, &figures, unlearnings, now()).await?;
        self.store.use_adaptation(next, now()).await?;
        Ok(Outcome { version: next, activated: true, figures: Some(figures) })
    }

    /// The newest corrections with the texts of their tickets, each ticket once: its latest holds.
    async fn corrections(&self) -> Result<Vec<NumberedCorrection>, Error> {
        let mut found = Vec::new();
        let mut seen: HashSet<TicketId> = HashSet::new();
        let mut position: Option<String> = None;
        while found.len() < MAX_CORRECTIONS {
            let page = self.store.corrections(PAGE_CORRECTIONS, position.as_deref()).await?;
            let latest: Vec<Correction> =
                page.corrections.into_iter().filter(|one| seen.insert(one.ticket_id)).collect();
            found.extend(self.with_texts(&latest).await?);
            position = page.next;
            if position.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn with_texts(
        &self,
        corrections: &[Correction],
    ) -> Result<Vec<NumberedCorrection>, Error> {
        let tickets = self.store.corrected_tickets(corrections).await?;
        let mut texts: HashMap<TicketId, String> = tickets
            .into_iter()
            .map(|ticket| {
                let text = ticket_text(ticket.subject.as_str(), ticket.description.as_str());
                (ticket.ticket_id, text)
            })
            .collect();
        let example = |one: &Correction| {
            let text = texts.remove(&one.ticket_id)?;
            let correction = Example { text, category: one.right };
            Some(NumberedCorrection { number: one.ticket_id.digits(), correction })
        };
        Ok(corrections.iter().filter_map(example).collect())
    }
}

/// Corrections that are read at once: their tickets are one batch.
const PAGE_CORRECTIONS: u32 = 100;

fn figures(lesson: &Lesson) -> AdaptationFigures {
    AdaptationFigures {
        learned_from: lesson.learned_from,
        judged_by: lesson.comparison.count,
        accuracy_before: lesson.comparison.before,
        accuracy: lesson.comparison.after,
    }
}
