//! How often suggestions agree with labels.

use copilot_core::ticket::Category;

use super::{ANSWERS, CATEGORIES, answer, ratio};

/// The normal deviate of an interval of 95 %.
const DEVIATE_95: f64 = 1.959_964;

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

impl Share {
    /// The share, 0 of nothing.
    pub fn share(self) -> f64 {
        ratio(self.part, self.whole)
    }

    /// Where the true share lies in 95 of 100 samples of this size (Wilson's interval).
    pub fn interval(self) -> (f64, f64) {
        if self.whole == 0 {
            return (0.0, 1.0);
        }
        let share = self.share();
        let per_row = 1.0 / ratio(self.whole, 1);
        let square = DEVIATE_95 * DEVIATE_95 * per_row;
        let centre = share + square / 2.0;
        let spread = DEVIATE_95 * (share * (1.0 - share) * per_row + square * per_row / 4.0).sqrt();
        let low = (centre - spread) / (1.0 + square);
        let high = (centre + spread) / (1.0 + square);
        (low.max(0.0), high.min(1.0))
    }
}

/// Labels against suggestions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusion {
    /// By label, then by suggestion: our categories in their order, "none" last among suggestions.
    pub counts: [[u64; ANSWERS]; CATEGORIES],
}

/// How well one category is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassQuality {
    /// The category.
    pub name: &'static str,
    /// Of those suggested, the right ones.
    pub precision: Share,
    /// Of those labelled, the found ones.
    pub recall: Share,
    /// The harmonic mean of both, 0 when nothing is right.
    pub f1: f64,
}

impl Confusion {
    /// Counts one.
    pub fn add(&mut self, label: Category, suggested: Option<Category>) {
        if let Some(counts) = self.counts.get_mut(answer(Some(label))) {
            counts[answer(suggested)] += 1;
        }
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// How many suggestions are the label. One of no category is not.
    pub fn accuracy(&self) -> Share {
        let right = (0..CATEGORIES).map(|class| self.counts[class][class]).sum();
        Share { part: right, whole: self.total() }
    }

    /// Each category that labels or suggestions name.
    pub fn classes(&self) -> Vec<ClassQuality> {
        (0..CATEGORIES)
            .map(|class| self.class(class))
            .filter(|class| class.recall.whole > 0 || class.precision.whole > 0)
            .collect()
    }

    /// The mean F1 of the categories that labels name, each as heavy as the others.
    pub fn macro_f1(&self) -> f64 {
        let present: Vec<f64> = (0..CATEGORIES)
            .map(|class| self.class(class))
            .filter(|class| class.recall.whole > 0)
            .map(|class| class.f1)
            .collect();
        if present.is_empty() {
            return 0.0;
        }
        present.iter().sum::<f64>() / ratio(present.len() as u64, 1)
    }

    fn class(&self, class: usize) -> ClassQuality {
        let right = self.counts[class][class];
        let suggested = self.counts.iter().map(|counts| counts[class]).sum();
        let labelled = self.counts[class].iter().sum();
        ClassQuality {
            name: super::answer_name(class),
            precision: Share { part: right, whole: suggested },
            recall: Share { part: right, whole: labelled },
            f1: ratio(2 * right, suggested + labelled),
        }
    }
}
