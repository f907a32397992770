//! The level: two exponential smoothings whose surprises are clipped.

use crate::numbers::{median, number};

/// Share of a new day in the slow and in the fast level.
const SLOW: f64 = 0.1;
const FAST: f64 = 0.3;
/// Days that are smoothed; what came before has no weight left.
const DAYS: usize = 120;
/// A surprise counts as so many of the usual ones at most.
const CLIP: f64 = 2.5;
/// And never as more than this: one day does not move the level by more than a tenth.
const CLIP_MAXIMUM: f64 = 0.6;
/// Share of a new surprise in the usual one.
const SCALE_SHARE: f64 = 0.05;
/// The standard deviation of a normal error by its mean absolute value.
const DEVIATION_BY_MEAN: f64 = 1.253_314;
/// The same by its median.
const DEVIATION_BY_MEDIAN: f64 = 1.4826;
/// Days after which chance counts half: by then the series has shown how much differs.
const CHANCE_DAYS: f64 = 7.0;
/// Days in a row that are a new level,
const SHIFT_DAYS: usize = 4;
/// all so many usual surprises away, on one side,
const SHIFT_MINIMUM: f64 = 3.0;
/// and so many apart at most: an incident comes and goes, so its days differ more.
const SHIFT_SPREAD: f64 = 2.0;
/// Or so many times as far apart as chance makes days of the new level.
const SHIFT_SPREAD_BY_CHANCE: f64 = 3.0;

/// Where the level is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    pub slow: f64,
    pub fast: f64,
    /// The usual surprise, as a standard deviation of the logarithm.
    pub deviation: f64,
    /// The last sudden change.
    pub shift: Option<Shift>,
}

/// A level that changed at once and stayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The place of its first day.
    pub place: usize,
    /// By how much the logarithm changed.
    pub by: f64,
}

/// The level behind `values`, the oldest first; a day that is `None` says nothing.
pub fn level(values: impl Fn(usize) -> Option<f64>, days: usize) -> Level {
    let start = days.saturating_sub(DAYS);
    let mut first: Vec<f64> = (start..days).filter_map(&values).take(7).collect();
    let middle = median(&mut first);
    let mut level = Level {
        slow: middle,
        fast: middle,
        deviation: first_surprise(&values, start, days, middle),
        shift: None,
    };
    let mut run = Run::default();
    let mut seen = 0;
    for place in start..days {
        let Some(value) = values(place) else { continue };
        seen += 1;
        let chance = chance(level.slow) * CHANCE_DAYS / (CHANCE_DAYS + number(place));
        let usual = level.deviation.max(chance);
        let clip = (CLIP * usual).min(CLIP_MAXIMUM);
        let surprise = value - level.slow;
        // The first days have no level before them: each counts as much as those before it.
        let share = 1.0 / number(seen + 1);
        level.fast += FAST.max(share) * (value - level.fast).clamp(-clip, clip);
        level.slow += SLOW.max(share) * surprise.clamp(-clip, clip);
        let size = surprise.abs().min(clip) * DEVIATION_BY_MEAN;
        level.deviation += SCALE_SHARE * (size - level.deviation);
        run.add(Day { place, value, surprise }, usual);
        if let Some((shift, now)) = run.shift(usual) {
            (level.slow, level.fast, level.shift) = (now, now, Some(shift));
            run = Run::default();
        }
    }
    level
}

/// The standard deviation that chance alone gives the logarithm of a count (Poisson).
fn chance(level: f64) -> f64 {
    (-level / 2.0).exp()
}

/// The usual surprise at the beginning, from how far the first days lie apart.
fn first_surprise(
    values: &impl Fn(usize) -> Option<f64>,
    start: usize,
    days: usize,
    middle: f64,
) -> f64 {
    let first = (start..days).filter_map(values).take(28);
    let mut distances: Vec<f64> = first.map(|value| (value - middle).abs()).collect();
    median(&mut distances) * DEVIATION_BY_MEDIAN
}

/// A day far from the level.
#[derive(Debug, Clone, Copy)]
struct Day {
    place: usize,
    value: f64,
    surprise: f64,
}

/// Days in a row that are far from the level, on one side of it.
#[derive(Debug, Default)]
struct Run {
    days: Vec<Day>,
}

impl Run {
    fn add(&mut self, day: Day, usual: f64) {
        let is_far = day.surprise.abs() > SHIFT_MINIMUM * usual;
        if !is_far || self.days.last().is_some_and(|last| last.surprise * day.surprise < 0.0) {
            self.days.clear();
        }
        if is_far {
            self.days.push(day);
        }
        if self.days.len() > SHIFT_DAYS {
            self.days.remove(0);
        }
    }

    /// The change and the new level, if these days are one.
    fn shift(&self, usual: f64) -> Option<(Shift, f64)> {
        let first = self.days.first().filter(|_| self.days.len() == SHIFT_DAYS)?;
        let values = || self.days.iter().map(|day| day.value);
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        let now = median(&mut values().collect::<Vec<_>>());
        let shift = Shift { place: first.place, by: now - (first.value - first.surprise) };
        let spread = (SHIFT_SPREAD * usual).max(SHIFT_SPREAD_BY_CHANCE * chance(now));
        (high - low <= spread + 1e-9).then_some((shift, now))
    }
}
