//! Sentences that the text and the page share.

pub use file_report::html::percent;

use copilot_core::ticket::Confidence;

use crate::figures::{Figures, Share};
use crate::{CREATED, RunFacts};

/// What shares of an export do not tell.
pub const LIMITS_OF_SHARES: &str = "These figures count what the AI suggests for the tickets of this one file. They do not say that a \
     suggestion is right, and other tickets may look different.";
/// What accuracy on labels does not tell.
pub const LIMITS_OF_ACCURACY: &str = "Accuracy is agreement with the labels of this file, which people chose and may have chosen \
     otherwise. It is no proof for other tickets: wording, products and customers change. The intervals \
     hold only if the rows are a fair sample; copies of one text, or rows in groups, make them too narrow. \
     A threshold that is chosen on this file looks better on it than it is.";
/// What the table of other thresholds is.
pub const OTHER_THRESHOLDS: &str = "By confidence alone: from each on, how many of the labelled rows that is, and how many are right";
/// Confidences that are shown as thresholds, in thousandths.
const THRESHOLDS: [u16; 8] = [500, 600, 700, 800, 850, 900, 950, 990];

/// A share with its counts and its interval.
pub fn share(share: Share) -> String {
    if share.whole == 0 {
        return "none".to_owned();
    }
    let (low, high) = share.interval();
    format!(
        "{:.3} ({} of {}; 95 % interval {low:.3} to {high:.3})",
        share.share(),
        share.part,
        share.whole
    )
}

/// What became of the rows, one line for each thing that is to be known.
pub fn reading(facts: &RunFacts, figures: &Figures) -> Vec<String> {
    let mut lines = vec![format!(
        "Rows: {}; with a suggestion {}, without a text {}, not readable {}.",
        figures.rows, figures.suggested, figures.blank, figures.unreadable
    )];
    lines.extend(facts.text.remark());
    if facts.limit.is_some_and(|limit| limit <= figures.rows) {
        lines.push("The file may have more rows: no more were to be read.".to_owned());
    }
    if figures.cut > 0 {
        lines.push(format!(
            "Of {}, a text is longer than the product keeps and was cut. If these are many, a quote may not be closed.",
            rows(figures.cut)
        ));
    }
    if figures.short > 0 {
        lines.push(format!(
            "Of {}, values are missing at the end and count as empty. If these are many, a line break may not be quoted.",
            rows(figures.short)
        ));
    }
    if figures.times_unreadable > 0 {
        let ambiguous = match figures.times_ambiguous {
            0 => String::new(),
            count => format!(" (of {count}, day and month cannot be told apart)"),
        };
        lines.push(format!(
            "Of {}, the time of creation cannot be read{ambiguous}; the time of this run counts.",
            rows(figures.times_unreadable)
        ));
    } else if !facts.columns.iter().any(|(what, _)| *what == CREATED) {
        lines.push("No column names the time of creation; the time of this run counts.".to_owned());
    }
    lines
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// How many are for review.
pub fn review(facts: &RunFacts, figures: &Figures) -> String {
    format!(
        "For review: {} of {} ({}), with a threshold of {}; why (a ticket may have several reasons):",
        figures.for_review,
        figures.suggested,
        percent(figures.review_share()),
        facts.threshold.share()
    )
}

/// How many labels count.
pub fn labels(figures: &Figures) -> Vec<String> {
    let labels = &figures.labels;
    let mut lines = vec![format!(
        "Rows with a label of ours: {}; without a label {}; with one that means none of our categories {}.",
        labels.confusion.total(),
        labels.without,
        labels.unknown.total()
    )];
    if labels.unknown.total() > 0 {
        lines.push(
            "These labels are left out of the figures; --map LABEL=CATEGORY says what they mean:"
                .to_owned(),
        );
    }
    lines
}

/// The confidences that are shown as thresholds, the one of this run among them, in their order.
pub fn thresholds(facts: &RunFacts) -> Vec<Confidence> {
    let usual = THRESHOLDS
        .iter()
        .filter_map(|thousandths| Confidence::parse(f64::from(*thousandths) / 1000.0).ok());
    let mut thresholds: Vec<Confidence> = usual.chain([facts.threshold]).collect();
    thresholds.sort_unstable();
    thresholds.dedup();
    thresholds
}
