//! Everything together: what is suggested for a ticket.

use copilot_core::ticket::{Confidence, ModelName, NotAModelName, Priority, Suggestion, Ticket};

/// From which confidence on a suggestion is set on its ticket; below, a person is asked to look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold(Confidence);

/// The text is no number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the confidence from which suggestions are set must be a number from 0 to 1")]
pub struct NotAThreshold;

impl Threshold {
    /// Reads a number from 0 to 1, such as `0.8`.
    ///
    /// # Errors
    /// [`NotAThreshold`].
    pub fn parse(text: &str) -> Result<Self, NotAThreshold> {
        let share = text.parse().map_err(|_| NotAThreshold)?;
        Confidence::parse(share).map(Self).map_err(|_| NotAThreshold)
    }

    /// Whether a suggestion of this confidence is set on its ticket.
    pub fn is_reached_by(self, confidence: Confidence) -> bool {
        confidence >= self.0
    }
}

/// What suggests for tickets.
#[derive(Debug)]
pub struct Triage {
    threshold: Threshold,
    model: ModelName,
}

impl Triage {
    /// With the embedded model.
    ///
    /// # Errors
    /// Stub.
    pub fn new(threshold: Threshold) -> Result<Self, NotAModelName> {
        Ok(Self { threshold, model: ModelName::parse("stub@1")? })
    }

    /// What is suggested for `ticket`.
    pub fn suggest(&self, _ticket: &Ticket) -> Suggestion {
        let confidence = Confidence::NONE;
        Suggestion {
            category: None,
            priority: Priority::Medium,
            confidence,
            reasons: Vec::new(),
            extracted: Vec::new(),
            order_id: None,
            language: None,
            model: self.model.clone(),
            needs_review: !self.threshold.is_reached_by(confidence),
        }
    }
}
