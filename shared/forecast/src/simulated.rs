//! Counts for tests, drawn by chance with a seed.

use chrono::NaiveDate;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::daily::DailyCounts;

/// A count of a Poisson distribution.
pub fn poisson(random: &mut ChaCha8Rng, mean: f64) -> u32 {
    let mut time = 0.0;
    (0..)
        .find(|_| {
            time -= (1.0 - random.random::<f64>()).ln();
            time > mean
        })
        .unwrap_or_default()
}

/// The counts of days from 1970 on, the first a Thursday.
pub fn series(counts: Vec<u32>) -> DailyCounts {
    DailyCounts::new(NaiveDate::default(), counts).unwrap()
}
