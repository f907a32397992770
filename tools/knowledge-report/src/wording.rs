//! Sentences that the text and the page share.

pub use file_report::html::percent;

use crate::articles::Articles;
use crate::figures::{AtFloor, Figures, HitRates};
use crate::questions::Questions;

/// What the figures do not tell.
pub const LIMITS: &str = "The questions of a file are those that somebody wrote down. What customers really ask is in \
     tickets: put theirs into the file, with the article that answered each.";

/// Above the curve.
pub const CURVE: &str = "A reply is suggested only from a confidence on. The higher it is, the fewer replies there are, and \
     the more of them are right.";

/// Headings of the curve.
pub const CURVE_HEADINGS: [&str; 4] =
    ["Confidence from", "Answered", "Of these right", "Answered without an article"];

/// What was read.
pub fn reading(articles: &Articles, questions: &Questions, figures: &Figures) -> Vec<String> {
    let mut lines = vec![format!(
        "{} articles with {} passages; {} drafts or archived, {} files refused.",
        articles.published.len(),
        figures.passages,
        articles.others,
        articles.refused.len()
    )];
    let with = questions.with_article();
    let without = questions.without_article();
    lines.push(if with + without == 0 {
        format!(
            "{} questions; the file does not say which article answers them.",
            questions.asked.len()
        )
    } else {
        format!(
            "{} questions: {with} with an article of the folder, {without} that none answers.",
            questions.asked.len()
        )
    });
    if questions.unreadable + questions.left_out > 0 {
        lines.push(format!(
            "{} rows could not be read, {} were too many.",
            questions.unreadable, questions.left_out
        ));
    }
    lines
}

/// How it was searched.
pub fn method(figures: &Figures) -> &'static str {
    if figures.by_meaning.is_some() {
        "Searched by words (BM25) and by meaning (all-MiniLM-L6-v2), half each."
    } else {
        "Searched by words alone (BM25): this program was built without the language model (cargo xtask second-opinion)."
    }
}

/// The ways to search with their hit rates.
pub fn ways(figures: &Figures) -> Vec<(&'static str, HitRates)> {
    let meaning = figures.by_meaning.map(|rates| ("words and meaning", rates));
    std::iter::once(("words alone", figures.by_words)).chain(meaning).collect()
}

/// One line of the curve.
pub fn at_floor(at: &AtFloor) -> [String; 4] {
    let share = |share: Option<f64>| share.map_or("–".to_owned(), percent);
    [format!("{:.1}", at.floor), percent(at.answered), share(at.right), share(at.unanswerable)]
}
