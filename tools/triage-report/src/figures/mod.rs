//! What is counted of the suggestions. Only counts are kept, however many rows there are.

mod confidence;
mod quality;
mod tally;

use copilot_core::ticket::{Category, Confidence, Priority, ReasonFor, Suggestion};
use serde_json::Value;

use crate::labels::LabelMap;
pub use confidence::{Bin, ConfidenceCounts};
use file_report::rows::{Created, Row, RowFault};
pub use quality::{ClassQuality, Confusion, Share};
pub use tally::Tally;

/// Rows that cannot be read and are named.
const FAULTS_NAMED: usize = 10;
pub const CATEGORIES: usize = Category::ALL.len();
/// Our categories, and "none" after them.
pub const ANSWERS: usize = CATEGORIES + 1;
/// What stands for a value that is not there.
pub const NONE_NAME: &str = "none";
/// The reason of a suggestion that gives none and is not sure.
const BELOW_THRESHOLD: &str = "confidence below the threshold";
/// The reason of one that gives none and is sure.
const NO_REASON: &str = "no reason given";
/// What stands for a language that is not known.
const UNKNOWN_NAME: &str = "unknown";

/// All that is counted.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Rows of the file: those with a suggestion, without a text, and not readable.
    pub rows: u64,
    /// Rows without a text.
    pub blank: u64,
    /// Rows that cannot be read.
    pub unreadable: u64,
    /// The first of them.
    pub first_faults: Vec<RowFault>,
    /// Rows of which a text was cut.
    pub cut: u64,
    /// Rows with fewer values than the file has headings.
    pub short: u64,
    /// Rows whose time of creation cannot be read.
    pub times_unreadable: u64,
    /// Of these, those whose day and month cannot be told apart.
    pub times_ambiguous: u64,
    /// Rows with a suggestion.
    pub suggested: u64,
    /// Of these, those for review.
    pub for_review: u64,
    /// By suggested category, in the order of [`Category::ALL`], "none" last.
    pub categories: [CategoryCount; ANSWERS],
    /// By suggested priority, in the order of [`Priority::ALL`].
    pub priorities: [u64; Priority::ALL.len()],
    pub confidence: ConfidenceCounts,
    /// By reason for review; a row may have several.
    pub review_reasons: Tally,
    pub languages: Tally,
    /// Values that the texts name, by their kind.
    pub extracted_values: Tally,
    /// Rows that name at least one value of a kind.
    pub extracted_rows: Tally,
    pub models: Tally,
    /// What is known from labels.
    pub labels: LabelFigures,
}

/// Rows of one suggested category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CategoryCount {
    pub rows: u64,
    /// Of these, those for review.
    pub for_review: u64,
    /// The sum of their confidences, in thousandths.
    confidence_thousandths: u64,
}

impl CategoryCount {
    /// Their mean confidence, if there are any.
    pub fn mean_confidence(&self) -> Option<f64> {
        (self.rows > 0).then(|| ratio(self.confidence_thousandths, self.rows) / 1000.0)
    }
}

/// What labels tell of the suggestions. Classes are places of answers.
#[derive(Debug, Clone, Default)]
pub struct LabelFigures {
    /// Rows without a label.
    pub without: u64,
    /// Labels that mean none of our categories.
    pub unknown: Tally,
    /// Labels against suggestions.
    pub confusion: Confusion,
    /// The same of rows that are not for review.
    pub sure: Confusion,
}

impl LabelFigures {
    /// Each of our categories that labels or suggestions name.
    pub fn categories(&self) -> Vec<ClassQuality> {
        let mut classes = self.confusion.classes();
        classes.retain(|class| class.class < CATEGORIES);
        classes
    }
}

impl Figures {
    /// Counts a row without a text.
    pub fn add_blank(&mut self) {
        self.rows += 1;
        self.blank += 1;
    }

    /// Counts a row that cannot be read.
    pub fn add_unreadable(&mut self, fault: RowFault) {
        self.rows += 1;
        self.unreadable += 1;
        if self.first_faults.len() < FAULTS_NAMED {
            self.first_faults.push(fault);
        }
    }

    /// Counts a row and what is suggested for it, with `threshold` as the confidence to be sure
    /// from.
    pub fn add(
        &mut self,
        row: &Row,
        suggestion: &Suggestion,
        labels: &LabelMap,
        threshold: Confidence,
    ) {
        self.rows += 1;
        self.cut += u64::from(row.was_cut);
        self.short += u64::from(row.is_short);
        let is_ambiguous = row.created == Created::Ambiguous;
        self.times_ambiguous += u64::from(is_ambiguous);
        self.times_unreadable += u64::from(is_ambiguous || row.created == Created::Unreadable);
        let label = self.add_label(row.label.as_deref(), suggestion, labels);
        self.add_suggestion(suggestion, label);
        if suggestion.needs_review {
            self.add_review_reasons(suggestion, threshold);
        }
    }

    fn add_label(
        &mut self,
        label: Option<&str>,
        suggestion: &Suggestion,
        labels: &LabelMap,
    ) -> Option<Category> {
        let Some(label) = label else {
            self.labels.without += 1;
            return None;
        };
        let Some(category) = labels.category(label) else {
            self.labels.unknown.add(label);
            return None;
        };
        let (wanted, suggested) = (answer(Some(category)), answer(suggestion.category));
        self.labels.confusion.add(wanted, suggested);
        if !suggestion.needs_review {
            self.labels.sure.add(wanted, suggested);
        }
        Some(category)
    }

    fn add_suggestion(&mut self, suggestion: &Suggestion, label: Option<Category>) {
        self.suggested += 1;
        self.for_review += u64::from(suggestion.needs_review);
        let count = &mut self.categories[answer(suggestion.category)];
        count.rows += 1;
        count.for_review += u64::from(suggestion.needs_review);
        count.confidence_thousandths += u64::from(thousandths(suggestion.confidence));
        let priority = Priority::ALL.iter().position(|known| *known == suggestion.priority);
        self.priorities[priority.unwrap_or_default()] += 1;
        let is_right = label.map(|label| suggestion.category == Some(label));
        self.confidence.add(suggestion.confidence, is_right);
        let language = suggestion.language.map(String::from);
        self.languages.add(language.as_deref().unwrap_or(UNKNOWN_NAME));
        self.models.add(suggestion.model.as_str());
        let mut kinds: Vec<String> = suggestion.extracted.iter().map(kind).collect();
        for kind in &kinds {
            self.extracted_values.add(kind);
        }
        kinds.sort_unstable();
        kinds.dedup();
        for kind in &kinds {
            self.extracted_rows.add(kind);
        }
    }

    fn add_review_reasons(&mut self, suggestion: &Suggestion, threshold: Confidence) {
        let reasons = suggestion.reasons.iter();
        let mut rules: Vec<&str> = reasons
            .filter(|reason| reason.speaks_for == ReasonFor::Review)
            .map(|reason| reason.rule.as_str())
            .collect();
        rules.sort_unstable();
        rules.dedup();
        if rules.is_empty() {
            let is_unsure = suggestion.confidence < threshold;
            self.review_reasons.add(if is_unsure { BELOW_THRESHOLD } else { NO_REASON });
        }
        for rule in rules {
            self.review_reasons.add(rule);
        }
    }

    /// The share of suggestions that are for review.
    pub fn review_share(&self) -> f64 {
        ratio(self.for_review, self.suggested)
    }

    /// Whether any row has a label that means one of our categories.
    pub fn has_labels(&self) -> bool {
        self.labels.confusion.total() > 0
    }
}

/// `part` of `whole`, 0 of nothing.
pub fn ratio(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of rows are below 2^52")]
    let (part, whole) = (part as f64, whole as f64);
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// The place of a suggested category among the answers.
fn answer(category: Option<Category>) -> usize {
    let place = |category| Category::ALL.iter().position(|known| *known == category);
    category.and_then(place).unwrap_or(CATEGORIES)
}

/// The name of the answer at `place`.
pub fn answer_name(place: usize) -> &'static str {
    Category::ALL.get(place).map_or(NONE_NAME, |category| category.name())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1000")]
fn thousandths(confidence: Confidence) -> u16 {
    (confidence.share() * 1000.0).round() as u16
}

/// The kind of a value that a text names, as it is called where the value is stored.
fn kind(extracted: &copilot_core::ticket::Extracted) -> String {
    let stored = serde_json::to_value(extracted).unwrap_or_default();
    stored.get("kind").and_then(Value::as_str).unwrap_or(UNKNOWN_NAME).to_owned()
}

#[cfg(test)]
pub mod tests;
