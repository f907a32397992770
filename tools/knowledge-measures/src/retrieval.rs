//! How often the right article is found.

use copilot_knowledge::article::ArticleId;
use copilot_knowledge::index::ArticleHit;

use crate::base::{PUBLIC, index, question};
use crate::data::{MeasureError, QuestionSet};
use crate::encoder::Reader;

/// Articles that are looked at.
pub const LOOKED_AT: usize = 50;

/// Shares of questions whose article is found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HitRates {
    pub questions: usize,
    first: f64,
    three: f64,
    five: f64,
    reciprocal: f64,
}

impl HitRates {
    /// Counts one more question.
    pub fn count(&mut self, hits: &[ArticleHit], wanted: &[ArticleId]) {
        self.questions += 1;
        let place = hits.iter().position(|hit| wanted.contains(&hit.id));
        if let Some(place) = place {
            self.first += f64::from(u8::from(place < 1));
            self.three += f64::from(u8::from(place < 3));
            self.five += f64::from(u8::from(place < 5));
            #[expect(clippy::cast_precision_loss, reason = "at most fifty")]
            let place = place as f64;
            self.reciprocal += 1.0 / (place + 1.0);
        }
    }

    /// Hit rates at 1, 3 and 5, and the mean reciprocal rank.
    pub fn shares(&self) -> [f64; 4] {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let count = self.questions.max(1) as f64;
        [self.first, self.three, self.five, self.reciprocal].map(|sum| sum / count)
    }
}

/// Asks every question of a set; without `reader` by words alone.
///
/// # Errors
/// [`MeasureError`].
pub fn hit_rates(set: &QuestionSet, reader: Option<&Reader>) -> Result<HitRates, MeasureError> {
    let index = index(&set.articles, reader)?;
    let mut rates = HitRates::default();
    for asked in &set.questions {
        let question = question(&asked.text, reader)?;
        let found = index.search(&question, PUBLIC, None, LOOKED_AT);
        rates.count(&found.articles, &asked.articles);
    }
    Ok(rates)
}
