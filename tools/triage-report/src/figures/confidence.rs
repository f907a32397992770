//! Suggestions by their confidence: the histogram, and what labels tell of it.

use copilot_core::ticket::Confidence;

use super::{Share, ratio, thousandths};

/// Bars of the histogram, each of a tenth; the last holds 1 too.
pub const BINS: usize = 10;
/// Values that a confidence has: thousandths from 0 to 1000.
const VALUES: usize = 1001;

/// Counts by confidence. As it has a thousand and one values, nothing is lost.
#[derive(Debug, Clone)]
pub struct ConfidenceCounts {
    counts: Vec<Count>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    rows: u64,
    labelled: u64,
    right: u64,
}

/// One bar of the histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Where it begins, from 0 to 1.
    pub from: f64,
    /// Where it ends; that belongs to the next, but for the last.
    pub to: f64,
    /// Suggestions in it.
    pub rows: u64,
    /// How many of those with a label are right.
    pub right: Share,
    /// The mean confidence of those with a label.
    pub mean_confidence: f64,
}

/// The suggestions with a label whose confidence is at least `from`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sure {
    pub from: f64,
    /// How many of all with a label they are.
    pub coverage: Share,
    /// How many of them are right.
    pub right: Share,
}

impl Default for ConfidenceCounts {
    fn default() -> Self {
        Self { counts: vec![Count::default(); VALUES] }
    }
}

impl ConfidenceCounts {
    /// Counts one suggestion, and whether it is right where a label tells.
    pub fn add(&mut self, confidence: Confidence, is_right: Option<bool>) {
        let count = &mut self.counts[usize::from(thousandths(confidence))];
        count.rows += 1;
        count.labelled += u64::from(is_right.is_some());
        count.right += u64::from(is_right == Some(true));
    }

    pub fn bins(&self) -> [Bin; BINS] {
        let width = (VALUES - 1) / BINS;
        std::array::from_fn(|place| {
            let end = if place + 1 == BINS { VALUES } else { (place + 1) * width };
            let counts = &self.counts[place * width..end];
            let sum = |pick: fn(&Count) -> u64| counts.iter().map(pick).sum::<u64>();
            let labelled = sum(|count| count.labelled);
            let thousandths: u64 = (place * width..end)
                .zip(counts)
                .map(|(at, count)| at as u64 * count.labelled)
                .sum();
            Bin {
                from: ratio(place as u64, BINS as u64),
                to: ratio(place as u64 + 1, BINS as u64),
                rows: sum(|count| count.rows),
                right: Share { part: sum(|count| count.right), whole: labelled },
                mean_confidence: ratio(thousandths, labelled) / 1000.0,
            }
        })
    }

    /// What would be sure from `confidence` on.
    pub fn sure_from(&self, confidence: Confidence) -> Sure {
        let first = usize::from(thousandths(confidence));
        let sum = |from: usize, pick: fn(&Count) -> u64| {
            self.counts[from..].iter().map(pick).sum::<u64>()
        };
        let labelled = sum(first, |count| count.labelled);
        let all = sum(0, |count| count.labelled);
        Sure {
            from: confidence.share(),
            coverage: Share { part: labelled, whole: all },
            right: Share { part: sum(first, |count| count.right), whole: labelled },
        }
    }

    /// How far confidence and accuracy lie apart: the mean over the bars of the histogram, each
    /// weighted by its suggestions with a label (the expected calibration error).
    pub fn calibration_gap(&self) -> f64 {
        let bins = self.bins();
        let labelled: u64 = bins.iter().map(|bin| bin.right.whole).sum();
        bins.iter()
            .map(|bin| {
                let gap = (bin.right.share() - bin.mean_confidence).abs();
                gap * ratio(bin.right.whole, labelled)
            })
            .sum()
    }

    /// The mean confidence of all suggestions.
    pub fn mean(&self) -> f64 {
        let rows: u64 = self.counts.iter().map(|count| count.rows).sum();
        let thousandths: u64 =
            (0..).zip(&self.counts).map(|(at, count): (u64, _)| at * count.rows).sum();
        ratio(thousandths, rows) / 1000.0
    }
}
