//! Days with far more or fewer tickets than were to come, and levels that changed.

use chrono::NaiveDate;

use crate::daily::{Calendar, DailyCounts, Walk, tickets};
use crate::limits::HISTORY_DAYS_MINIMUM;
use crate::numbers::{mean, median, number};
use crate::poisson::CountDistribution;

/// Standard deviations of the logarithm from which on a day is unusual.
const FAR: f64 = 4.0;
/// Where few tickets come, logarithms see little: there a count must be so unlikely by chance.
const BY_CHANCE: f64 = 1e-6;
/// The range that such a count lies in.
const FEW: f64 = 20.0;
/// Days before the first one that is judged.
const DAYS_BEFORE: usize = 28;
/// Days whose level is compared with those before them,
const LEVEL_DAYS: usize = 14;
/// and how many those are.
const LEVEL_DAYS_BEFORE: usize = 28;
/// The smallest change of the level that is said.
const LEVEL_CHANGE: f64 = 0.15;

/// Whether there were more tickets or fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More.
    High,
    /// Fewer.
    Low,
}

/// A day that is far from what was to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnusualDay {
    /// Which one.
    pub date: NaiveDate,
    /// As many as came.
    pub tickets: u32,
    /// As many as were expected on the day before.
    pub expected: f64,
    /// How far apart the logarithms are, in usual surprises.
    pub surprise: f64,
    /// On which side.
    pub direction: Direction,
}

/// The unusual days. The level is not moved by them, so a day is compared with what was usual before an
/// incident. On counts that vary by chance alone, there is less than one in two years.
pub fn unusual_days(counts: &DailyCounts, calendar: &Calendar) -> Vec<UnusualDay> {
    let mut walk = Walk::new(counts, calendar);
    let mut unusual = Vec::new();
    for place in DAYS_BEFORE.max(HISTORY_DAYS_MINIMUM)..counts.counts().len() {
        walk.advance(place);
        let parts = walk.parts();
        let Some(expected) = walk.by_level(&parts, place) else { continue };
        let came = counts.counts()[place];
        let mean = tickets(expected);
        let usual = parts.level.deviation.max((-expected / 2.0).exp());
        let surprise = (f64::from(came).ln_1p() - expected) / usual;
        let is_high = surprise > FAR || (mean < FEW && is_beyond_chance(came, mean));
        if is_high || surprise < -FAR {
            let direction = if is_high { Direction::High } else { Direction::Low };
            let date = counts.day(place);
            unusual.push(UnusualDay { date, tickets: came, expected: mean, surprise, direction });
        }
    }
    unusual
}

fn is_beyond_chance(came: u32, mean: f64) -> bool {
    // A level of nothing is known no better than to a tenth of a ticket.
    let chance = CountDistribution { mean: mean.max(0.1) * 1.5, excess: 0.0 };
    came > chance.quantile(1.0 - BY_CHANCE)
}

/// A level that changed and stayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelChange {
    /// About since when.
    pub since: NaiveDate,
    /// By this factor.
    pub factor: f64,
}

/// Whether the level of the last two weeks is another than that of the four weeks before.
pub fn level_change(counts: &DailyCounts, calendar: &Calendar) -> Option<LevelChange> {
    let days = counts.counts().len();
    let first = days.checked_sub(LEVEL_DAYS + LEVEL_DAYS_BEFORE)?;
    let mut walk = Walk::new(counts, calendar);
    walk.advance(days);
    let parts = walk.parts();
    let levels: Vec<f64> = (first..days).filter_map(|place| walk.usual(&parts, place)).collect();
    let (before, now) = levels.split_at(levels.len().checked_sub(LEVEL_DAYS.min(levels.len()))?);
    if before.len() < LEVEL_DAYS || now.is_empty() {
        return None;
    }
    let (old, new) = (median(&mut before.to_vec()), median(&mut now.to_vec()));
    let usual = median(&mut before.iter().map(|level| (level - old).abs()).collect::<Vec<_>>());
    let usual = (1.4826 * usual).max((-old / 2.0).exp());
    let error = usual * (1.57 / number(now.len()) + 1.57 / number(before.len())).sqrt();
    let change = new - old;
    if change.abs() < FAR * error || change.abs() < LEVEL_CHANGE {
        return None;
    }
    // Where the two parts differ most.
    let parting = |at: usize| {
        (mean(&levels[at..]) - mean(&levels[..at])).abs()
            * (number(at) * number(levels.len() - at)).sqrt()
    };
    let at =
        (7..levels.len() - 3).max_by(|one, other| parting(*one).total_cmp(&parting(*other)))?;
    let factor = new.exp_m1().max(0.01) / old.exp_m1().max(0.01);
    Some(LevelChange { since: counts.day(first + at), factor })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;
    use crate::simulated::{poisson, series};

    #[test]
    fn chance_alone_is_seldom_unusual() {
        let mut random = ChaCha8Rng::seed_from_u64(8);
        for mean in [0.2, 1.0, 4.0, 20.0, 80.0, 400.0] {
            let week = [1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4];
            let counts: Vec<u32> =
                (0..3650).map(|day| poisson(&mut random, mean * week[day % 7])).collect();
            let found = unusual_days(&series(counts), &Calendar::default());
            assert!(found.len() <= 5, "{mean}: {} in ten years: {found:?}", found.len());
        }
    }

    #[test]
    fn an_incident_is_found_on_the_day_and_does_not_become_usual() {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let mut counts: Vec<u32> = (0..200).map(|_| poisson(&mut random, 60.0)).collect();
        counts[150..154].copy_from_slice(&[150, 320, 210, 160]);
        counts[180] = 2;
        let found = unusual_days(&series(counts), &Calendar::default());
        let days: Vec<i64> = found
            .iter()
            .map(|day| day.date.signed_duration_since(NaiveDate::default()).num_days())
            .collect();
        assert_eq!(days, [150, 151, 152, 153, 180]);
        assert_eq!(found[4].direction, Direction::Low);
        // Few tickets: twelve where one comes in five days.
        let mut counts: Vec<u32> = (0..200).map(|day| u32::from(day % 5 == 0)).collect();
        counts[100] = 12;
        assert_eq!(unusual_days(&series(counts), &Calendar::default()).len(), 1);
    }

    #[test]
    fn a_new_level_is_said_and_chance_is_not() {
        let mut random = ChaCha8Rng::seed_from_u64(10);
        let mut counts: Vec<u32> = (0..300).map(|_| poisson(&mut random, 50.0)).collect();
        let none = (100..300).filter(|days| {
            level_change(&series(counts[..*days].to_vec()), &Calendar::default()).is_some()
        });
        assert_eq!(none.count(), 0);
        counts.extend((0..14).map(|_| poisson(&mut random, 80.0)));
        let change = level_change(&series(counts), &Calendar::default()).unwrap();
        assert!((1.4..1.8).contains(&change.factor), "{change:?}");
        let since = change.since.signed_duration_since(NaiveDate::default()).num_days();
        assert!((298..=302).contains(&since), "{since}");
    }
}
