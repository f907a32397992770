//! Whether a reply holds the answer: its passages have at least four fifths of the words of the answer that
//! people wrote.

use std::collections::HashSet;

use chrono::NaiveDate;
use copilot_core::ticket::{Confidence, LanguageCode};
use copilot_knowledge::reply::{Ticket, Voice, choose, compose};
use copilot_knowledge::words::WordReader;

use crate::base::{index, question};
use crate::data::{MeasureError, QuestionSet};
use crate::encoder::Reader;

/// Share of the answer's words that have to be there.
const HELD: f64 = 0.8;

/// What replies hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    pub questions: usize,
    /// Replies that hold the answer.
    pub held: usize,
    /// Words that a reply quotes, in the mean.
    pub words: f64,
}

/// Composes a reply to each question that comes with an answer.
///
/// # Errors
/// [`MeasureError`].
pub fn held(set: &QuestionSet, reader: Option<&Reader>) -> Result<Held, MeasureError> {
    let index = index(&set.articles, reader)?;
    let words = WordReader::new(Some(LanguageCode::ENGLISH));
    let mut held = Held::default();
    let mut quoted_words = 0;
    for asked in &set.questions {
        let Some(answer) = &asked.answer else { continue };
        held.questions += 1;
        let question = question(&asked.text, reader)?;
        let Ok(choice) = choose(&index, &question, None, None, Confidence::NONE) else { continue };
        let article = set.articles.iter().find(|article| article.id == choice.hit.id);
        let reply = article.and_then(|article| {
            compose(&choice, article, &Ticket::default(), &Voice::default(), NaiveDate::MIN).ok()
        });
        let Some(reply) = reply else { continue };
        let quoted = reply.quotations.iter().filter_map(|q| reply.text.get(q.place.clone()));
        let quoted = quoted.collect::<Vec<_>>().join(" ");
        quoted_words += quoted.split_whitespace().count();
        let there: HashSet<String> = words.words(&quoted).into_iter().collect();
        let wanted: HashSet<String> = words.words(answer).into_iter().collect();
        let found = wanted.iter().filter(|word| there.contains(*word)).count();
        held.held += usize::from(float(found) >= HELD * float(wanted.len()));
    }
    held.words = float(quoted_words) / float(held.questions.max(1));
    Ok(held)
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn float(count: usize) -> f64 {
    count as f64
}
