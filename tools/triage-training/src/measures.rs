//! Measures of predictions: accuracy, F1, calibration, and accuracy by coverage.

use copilot_triage::category::regression::{CLASSES, softmax};
use triage_report::Confusion;

/// Bins of confidence for [`calibration_error`], as is usual.
const BINS: usize = 15;

/// What a model says of one text, and what is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Scores of the classes before calibration.
    pub scores: [f32; CLASSES],
    /// The right class.
    pub class: usize,
}

/// A prediction of one text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Probability of the predicted class.
    pub confidence: f64,
    /// Whether it is right.
    pub right: bool,
}

impl Scored {
    /// The class with the highest score.
    pub fn predicted(&self) -> usize {
        let mut best = (0, f32::NEG_INFINITY);
        for (class, score) in self.scores.iter().enumerate() {
            if *score > best.1 {
                best = (class, *score);
            }
        }
        best.0
    }

    /// The prediction with its probability at a temperature.
    pub fn judged(&self, temperature: f64) -> Judged {
        let probabilities = self.probabilities(temperature);
        let predicted = self.predicted();
        Judged {
            confidence: probabilities.get(predicted).copied().unwrap_or_default(),
            right: predicted == self.class,
        }
    }

    fn probabilities(&self, temperature: f64) -> [f64; CLASSES] {
        softmax(&self.scores.map(|score| f64::from(score) / temperature))
    }
}

/// Part of the predictions that are right.
pub fn accuracy(scored: &[Scored]) -> f64 {
    confusion(scored).accuracy().share()
}

/// Mean F1 over the classes that occur as right answers.
pub fn macro_f1(scored: &[Scored]) -> f64 {
    confusion(scored).macro_f1()
}

fn confusion(scored: &[Scored]) -> Confusion {
    let mut confusion = Confusion::default();
    scored.iter().for_each(|one| confusion.add(one.class, one.predicted()));
    confusion
}

/// Expected calibration error: how far confidence and accuracy are apart, over bins of equal width.
pub fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for one in judged {
        let bin = ((one.confidence * BINS as f64) as usize).min(BINS - 1);
        if let Some((confidence, right)) = bins.get_mut(bin) {
            *confidence += one.confidence;
            *right += f64::from(u8::from(one.right));
        }
    }
    let apart: f64 =
        bins.iter().map(|(confidence, right): &(f64, f64)| (confidence - right).abs()).sum();
    ratio(apart, judged.len() as f64)
}

/// The temperature with the least log loss. Each group of texts (a source) has the same weight.
pub fn fit_temperature(groups: &[&[Scored]]) -> f64 {
    // Log loss has one minimum in the logarithm of the temperature: golden-section search.
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let loss = |logarithm: f64| -> f64 {
        groups.iter().map(|group| log_loss(group, logarithm.exp())).sum()
    };
    let (mut low, mut high) = (0.1_f64.ln(), 10.0_f64.ln());
    for _ in 0..40 {
        let left = high - GOLDEN * (high - low);
        let right = low + GOLDEN * (high - low);
        if loss(left) < loss(right) {
            high = right;
        } else {
            low = left;
        }
    }
    f64::midpoint(low, high).exp()
}

/// Accuracy of the most confident part of the predictions.
pub fn accuracy_at_coverage(judged: &[Judged], coverage: f64) -> f64 {
    let mut sorted = judged.to_vec();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let kept = (sorted.len() as f64 * coverage).round() as usize;
    let right = sorted.iter().take(kept).filter(|one| one.right).count();
    ratio(right as f64, kept as f64)
}

/// The lowest confidence from which predictions are right in `wanted` of all cases, and the part
/// of predictions that reach it. (1, 0) if none do.
pub fn review_threshold(judged: &[Judged], wanted: f64) -> (f64, f64) {
    let mut sorted = judged.to_vec();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut right = 0.0;
    let mut found = (1.0, 0.0);
    for (index, one) in sorted.iter().enumerate() {
        right += f64::from(u8::from(one.right));
        let seen = (index + 1) as f64;
        let last_of_equals =
            sorted.get(index + 1).is_none_or(|next| next.confidence < one.confidence);
        if last_of_equals && right / seen >= wanted {
            found = (one.confidence, seen / sorted.len() as f64);
        }
    }
    found
}

fn log_loss(scored: &[Scored], temperature: f64) -> f64 {
    let sum: f64 = scored
        .iter()
        .map(|one| {
            let probability = one.probabilities(temperature).get(one.class).copied();
            -probability.unwrap_or_default().max(f64::MIN_POSITIVE).ln()
        })
        .sum();
    ratio(sum, scored.len() as f64)
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(predicted: usize, class: usize, score: f32) -> Scored {
        let mut scores = [0.0; CLASSES];
        scores[predicted] = score;
        Scored { scores, class }
    }

    #[test]
    fn accuracy_and_f1_count_what_is_right() {
        let all = [scored(0, 0, 1.0), scored(0, 0, 1.0), scored(0, 1, 1.0), scored(2, 1, 1.0)];
        assert_eq!(accuracy(&all), 0.5);
        // Class 0: precision 2/3, recall 1, F1 .8; class 1: never predicted; class 2 does not occur.
        assert!((macro_f1(&all) - 0.4).abs() < 1e-12);
        assert_eq!(accuracy(&[]), 0.0);
    }

    #[test]
    fn calibration_error_is_zero_only_where_confidence_is_accuracy() {
        let judged = |right| Judged { confidence: 0.5, right };
        assert!(calibration_error(&[judged(true), judged(false)]) < 1e-12);
        assert!((calibration_error(&[judged(true), judged(true)]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn overconfidence_is_cooled_down() {
        // Three of four are right at a score of 5: the best temperature makes that 75 %.
        let all: Vec<Scored> = (0..4).map(|n| scored(0, usize::from(n == 0), 5.0)).collect();
        let temperature = fit_temperature(&[&all]);
        assert!(temperature > 1.5);
        assert!((all[0].judged(temperature).confidence - 0.75).abs() < 0.05);
    }

    #[test]
    fn the_threshold_keeps_what_is_right_often_enough() {
        let judged = |confidence, right| Judged { confidence, right };
        let all = [judged(0.9, true), judged(0.8, true), judged(0.7, false), judged(0.6, false)];
        assert_eq!(accuracy_at_coverage(&all, 0.5), 1.0);
        assert_eq!(accuracy_at_coverage(&all, 1.0), 0.5);
        assert_eq!(review_threshold(&all, 0.9), (0.8, 0.5));
        assert_eq!(review_threshold(&all[2..], 0.9), (1.0, 0.0));
    }
}
