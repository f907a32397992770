//! How well a text fits a question by its words: BM25 (Robertson and Zaragoza, "The Probabilistic
//! Relevance Framework", 2009).
//!
//! Our own, since the crates that do it keep no form to store, and hash words to 32 bits.

/// How soon more of the same word no longer counts.
const SATURATION: f64 = 1.2;
/// How much a long text counts less than a short one.
const LENGTH_SHARE: f64 = 0.75;

/// How many texts there are, and their mean length in words.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    count: f64,
    mean_length: f64,
}

impl Texts {
    pub fn of(lengths: impl Iterator<Item = f64>) -> Self {
        let (count, sum) = lengths.fold((0.0, 0.0), |(n, sum), length| (n + 1.0, sum + length));
        Self { count, mean_length: if count > 0.0 { sum / count } else { 1.0 } }
    }

    /// The weight of a word that `with` texts have.
    pub fn weight(self, with: f64) -> f64 {
        (1.0 + (self.count - with + 0.5) / (with + 0.5)).ln()
    }

    /// What a word of that weight gives a text that has it `count` times.
    pub fn score(self, weight: f64, count: f64, length: f64) -> f64 {
        let share = 1.0 - LENGTH_SHARE + LENGTH_SHARE * length / self.mean_length.max(1.0);
        weight * count * (SATURATION + 1.0) / (count + SATURATION * share)
    }
}

/// Distances from the mean, in standard deviations; all 0 where there is no difference.
pub fn standardised(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt();
    let scaled = |value: &f64| if deviation > 1e-12 { (value - mean) / deviation } else { 0.0 };
    values.iter().map(scaled).collect()
}

/// The mean of two measures of the same things.
pub fn halves(one: &[f64], other: &[f64]) -> Vec<f64> {
    one.iter().zip(other).map(|(one, other)| f64::midpoint(*one, *other)).collect()
}
