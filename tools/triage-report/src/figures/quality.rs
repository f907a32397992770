//! How often suggestions agree with labels.

use std::collections::{BTreeMap, BTreeSet};

use super::ratio;

/// The normal deviate of an interval of 95 %.
const DEVIATE_95: f64 = 1.959_964;

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub part: u64,
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

/// Labels against suggestions, both as numbers of classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusion {
    /// By label and suggestion, without zeros.
    counts: BTreeMap<(usize, usize), u64>,
}

/// How well one class is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassQuality {
    pub class: usize,
    /// Of those suggested, the right ones.
    pub precision: Share,
    /// Of those labelled, the found ones.
    pub recall: Share,
    /// The harmonic mean of both, 0 when nothing is right.
    pub f1: f64,
}

impl Confusion {
    pub fn add(&mut self, label: usize, suggested: usize) {
        *self.counts.entry((label, suggested)).or_default() += 1;
    }

    /// How often `suggested` was suggested for `label`.
    pub fn count(&self, label: usize, suggested: usize) -> u64 {
        self.counts.get(&(label, suggested)).copied().unwrap_or_default()
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many suggestions are the label.
    pub fn accuracy(&self) -> Share {
        Share { part: self.sum(|label, suggested| label == suggested), whole: self.total() }
    }

    /// Each class that labels or suggestions name, in order.
    pub fn classes(&self) -> Vec<ClassQuality> {
        let named: BTreeSet<usize> =
            self.counts.keys().flat_map(|(label, suggested)| [*label, *suggested]).collect();
        named.into_iter().map(|class| self.class(class)).collect()
    }

    /// The mean F1 of the classes that labels name, each as heavy as the others.
    pub fn macro_f1(&self) -> f64 {
        let classes = self.classes();
        let labelled = classes.iter().filter(|class| class.recall.whole > 0);
        let f1: Vec<f64> = labelled.map(|class| class.f1).collect();
        if f1.is_empty() {
            return 0.0;
        }
        f1.iter().sum::<f64>() / ratio(f1.len() as u64, 1)
    }

    fn class(&self, class: usize) -> ClassQuality {
        let right = self.count(class, class);
        let suggested = self.sum(|_, suggested| suggested == class);
        let labelled = self.sum(|label, _| label == class);
        ClassQuality {
            class,
            precision: Share { part: right, whole: suggested },
            recall: Share { part: right, whole: labelled },
            f1: ratio(2 * right, suggested + labelled),
        }
    }

    fn sum(&self, is_meant: impl Fn(usize, usize) -> bool) -> u64 {
        let meant =
            self.counts.iter().filter(|((label, suggested), _)| is_meant(*label, *suggested));
        meant.map(|(_, count)| count).sum()
    }
}
