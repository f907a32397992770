//! A few tickets of each category, for those who ask for them.

use copilot_core::ticket::{Category, Suggestion};

use crate::figures::{ANSWERS, CATEGORIES};
use file_report::rows::Row;
use file_report::safe_text::{on_one_line, with_card_numbers_masked};

/// Tickets of each category.
const EXAMPLES_EACH: usize = 3;
/// Longest text that is shown, in characters.
const TEXT_CHARACTERS: usize = 280;

/// A ticket that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Where it stands in the file.
    pub line: u64,
    /// Its subject, masked.
    pub subject: String,
    /// The beginning of its text, masked.
    pub text: String,
    /// The label that people chose.
    pub label: Option<String>,
    /// How sure the AI is, from 0 to 1.
    pub confidence: f64,
    /// Whether it is for review.
    pub needs_review: bool,
}

/// The first tickets of each suggested category, "none" last.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    pub by_answer: [Vec<Example>; ANSWERS],
}

impl Examples {
    /// Takes the ticket, unless there are enough of its category.
    pub fn add(&mut self, row: &Row, suggestion: &Suggestion) {
        let place = suggestion
            .category
            .and_then(|category| Category::ALL.iter().position(|known| *known == category));
        let examples = &mut self.by_answer[place.unwrap_or(CATEGORIES)];
        if examples.len() >= EXAMPLES_EACH {
            return;
        }
        let shown = |text: &str| on_one_line(&with_card_numbers_masked(text), TEXT_CHARACTERS);
        examples.push(Example {
            line: row.line,
            subject: shown(&row.subject),
            text: shown(&row.description),
            label: row.label.as_deref().map(shown),
            confidence: suggestion.confidence.share(),
            needs_review: suggestion.needs_review,
        });
    }
}
