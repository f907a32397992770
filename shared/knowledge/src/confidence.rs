//! How sure it is that the first article of a search answers the question: ten signals, weighed by a logistic
//! regression that was fitted on public questions with and without an article that answers them
//! (docs/knowledge.md).

mod coefficients;

use copilot_core::ticket::Confidence;

use crate::index::Signals;

/// How many signals there are.
pub const SIGNALS: usize = 10;

/// The weights of the signals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// For each signal its mean, its standard deviation and the weight of its distance from the mean.
    pub signals: [(f64, f64, f64); SIGNALS],
    /// Added to all.
    pub intercept: f64,
}

impl Coefficients {
    /// The share of such questions that the article answers.
    pub fn share(&self, signals: &Signals) -> f64 {
        let weighed = values(signals).into_iter().zip(self.signals).map(
            |(value, (mean, deviation, weight))| {
                if deviation > 0.0 { (value - mean) / deviation * weight } else { 0.0 }
            },
        );
        let sum = self.intercept + weighed.sum::<f64>();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// The signals in the order of [`Coefficients`].
pub fn values(signals: &Signals) -> [f64; SIGNALS] {
    let Signals {
        nearness,
        score,
        margin,
        share_of_words,
        share_in_title,
        words_agree,
        meaning_agrees,
        best_nearness,
        score_of_words,
        rarest_missing,
    } = *signals;
    [
        nearness,
        score,
        margin,
        share_of_words,
        share_in_title,
        words_agree,
        meaning_agrees,
        best_nearness,
        score_of_words,
        rarest_missing,
    ]
}

/// How sure it is; `by_meaning` says whether meanings were compared.
pub fn confidence(signals: &Signals, by_meaning: bool) -> Confidence {
    let coefficients = if by_meaning { &coefficients::BY_MEANING } else { &coefficients::BY_WORDS };
    Confidence::parse(coefficients.share(signals)).unwrap_or(Confidence::NONE)
}
