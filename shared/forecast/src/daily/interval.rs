//! How far forecasts were off, and so how far this one may be: split conformal intervals.

use super::replay::{Replay, tickets};
use super::series::DailyCounts;
use crate::limits::{HORIZON_DAYS, INTERVAL_DAYS, INTERVAL_ERRORS_MINIMUM};
use crate::numbers::number;
use crate::poisson::{CountDistribution, whole};

/// Days ahead whose errors are taken together: each group ends before this day.
const GROUPS: [usize; 4] = [7, 14, 28, HORIZON_DAYS];
/// Probabilities of the ends of the intervals: 95 %, 80 %, 80 %, 95 %.
const SHARES: [f64; 4] = [0.025, 0.1, 0.9, 0.975];

/// A range of whole tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: u32,
    /// The most.
    pub high: u32,
}

impl Range {
    /// Whether `count` is in it.
    pub fn holds(self, count: u32) -> bool {
        (self.low..=self.high).contains(&count)
    }
}

/// What a range is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeBasis {
    /// How far forecasts of the past year were off.
    PastErrors,
    /// Chance alone: there is not enough history to know more. The true range is wider.
    NotEnoughHistory,
}

/// Where the ends of the intervals lie, as differences of logarithms, by group of days ahead.
#[derive(Debug, Clone)]
pub struct Errors {
    by_group: [Option<[f64; SHARES.len()]>; GROUPS.len()],
}

impl Errors {
    /// From the forecasts of the year before the day on which `known` days were known.
    pub fn before(counts: &DailyCounts, replay: &Replay<'_>, known: usize) -> Self {
        let first = replay.from().max(known.saturating_sub(INTERVAL_DAYS));
        let mut errors: [Vec<f64>; GROUPS.len()] = Default::default();
        let mut origins = [0; GROUPS.len()];
        for origin in first..known {
            let Some((_, logs)) = replay.forecast(origin) else { continue };
            let days = (known - origin).min(HORIZON_DAYS);
            for (group, errors) in errors.iter_mut().enumerate() {
                let start = group.checked_sub(1).map_or(0, |before| GROUPS[before]);
                origins[group] += usize::from(days > start);
                let came = &counts.counts()[origin..origin + days.min(GROUPS[group])];
                for (came, log) in came.iter().zip(&logs).skip(start) {
                    errors.push(f64::from(*came).ln_1p() - log);
                }
            }
        }
        let mut by_group = [None; GROUPS.len()];
        for (group, errors) in errors.iter_mut().enumerate() {
            if origins[group] >= INTERVAL_ERRORS_MINIMUM {
                by_group[group] = Some(SHARES.map(|share| end(errors, share)));
            }
        }
        // What lies further ahead than errors are known of is at least as uncertain.
        for group in 1..GROUPS.len() {
            by_group[group] = by_group[group].or(by_group[group - 1]);
        }
        Self { by_group }
    }

    /// The 80 % and the 95 % range of the day `ahead` days after the first one to come.
    pub fn ranges(&self, ahead: usize, log: f64) -> (Range, Range, RangeBasis) {
        let group = GROUPS.iter().position(|end| ahead < *end).unwrap_or(GROUPS.len() - 1);
        let Some(ends) = self.by_group[group] else {
            let chance = CountDistribution { mean: tickets(log), excess: 0.0 };
            let [least, low, high, most] = SHARES.map(|share| chance.quantile(share));
            let (narrow, wide) = (Range { low, high }, Range { low: least, high: most });
            return (narrow, wide, RangeBasis::NotEnoughHistory);
        };
        let end = |place: usize| tickets((log + ends[place]).max(0.0));
        let range =
            |low: f64, high: f64| Range { low: whole(low.floor()), high: whole(high.ceil()) };
        (range(end(1), end(2)), range(end(0), end(3)), RangeBasis::PastErrors)
    }
}

/// The end of an interval: the error that `share` of them do not exceed, or on the upper side one
/// more, as an interval must hold for an error that is not among them.
fn end(errors: &mut [f64], share: f64) -> f64 {
    let count = errors.len();
    let exact = share.max(1.0 - share) * (number(count) + 1.0);
    let rank = (whole(exact.ceil()) as usize).clamp(1, count) - 1;
    let place = if share < 0.5 { count - 1 - rank } else { rank };
    *errors.select_nth_unstable_by(place, f64::total_cmp).1
}
