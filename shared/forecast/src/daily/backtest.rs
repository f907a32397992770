//! How right forecasts would have been.

use super::calendar::Calendar;
use super::forecast::{NoForecast, from_replay};
use super::replay::{Replay, tickets};
use super::series::DailyCounts;
use crate::limits::HORIZON_DAYS;
use crate::numbers::number;

/// Weeks of the average that workforce tools offer.
const AVERAGED_WEEKS: usize = 8;

/// Where forecasts start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origins {
    /// Days that the first forecast knows.
    pub first: usize,
    /// Days from one to the next.
    pub every: usize,
    /// Days that each reaches ahead; all of them have passed.
    pub ahead: usize,
}

/// What forecasts were off by, over all origins and days.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    off: f64,
    came: f64,
}

impl Score {
    /// Takes a forecast and what came.
    pub fn add(&mut self, forecast: f64, came: f64) {
        self.off += (forecast - came).abs();
        self.came += came;
    }

    /// The sum of absolute errors as a share of what came (WAPE); nothing where nothing came.
    pub fn wape(self) -> Option<f64> {
        (self.came > 0.0).then(|| self.off / self.came)
    }

    /// The sum of absolute errors.
    pub fn off(self) -> f64 {
        self.off
    }
}

/// How often counts were in their range.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cover {
    held: f64,
    all: f64,
    width: f64,
    came: f64,
}

impl Cover {
    fn add(&mut self, range: super::Range, came: u32) {
        self.held += f64::from(u8::from(range.holds(came)));
        self.all += 1.0;
        self.width += f64::from(range.high - range.low);
        self.came += f64::from(came);
    }

    /// The share of counts that were in it.
    pub fn share(self) -> Option<f64> {
        (self.all > 0.0).then(|| self.held / self.all)
    }

    /// Its mean width as a share of what came on average.
    pub fn width(self) -> Option<f64> {
        (self.came > 0.0).then(|| self.width / self.came)
    }
}

/// Forecasts of the past against what came, and against what simpler methods say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Backtest {
    /// How many forecasts.
    pub origins: usize,
    /// Ours.
    pub ours: Score,
    /// The same weekday of the last week.
    pub last_week: Score,
    /// The mean of the last eight same weekdays.
    pub eight_weeks: Score,
    /// The ranges that are to hold four of five.
    pub cover_80: Cover,
    /// The ranges that are to hold nineteen of twenty.
    pub cover_95: Cover,
}

impl Backtest {
    /// Whether ours were closer than both simpler methods.
    pub fn beats_simpler_methods(&self) -> bool {
        self.ours.off < self.last_week.off && self.ours.off < self.eight_weeks.off
    }
}

/// Makes the forecasts of `origins` again, each of what was known by then.
///
/// # Errors
/// [`NoForecast::TooFarAhead`].
pub fn backtest(
    counts: &DailyCounts,
    calendar: &Calendar,
    origins: Origins,
) -> Result<Backtest, NoForecast> {
    // What the first forecast needs for its ranges is made from the beginning.
    backtest_replay(counts, &Replay::new(counts, calendar, 0), origins)
}

/// The same of forecasts that were made already.
///
/// # Errors
/// [`NoForecast::TooFarAhead`].
pub fn backtest_replay(
    counts: &DailyCounts,
    replay: &Replay<'_>,
    Origins { first, every, ahead }: Origins,
) -> Result<Backtest, NoForecast> {
    if ahead > HORIZON_DAYS {
        return Err(NoForecast::TooFarAhead);
    }
    let mut found = Backtest::default();
    let days = counts.counts().len();
    for origin in (first.max(replay.from())..=days.saturating_sub(ahead)).step_by(every.max(1)) {
        let forecast = from_replay(counts, replay, origin, ahead)?;
        let last_week = replay.last_week(origin);
        found.origins += 1;
        for (place, day) in forecast.days.iter().enumerate() {
            let count = counts.counts()[origin + place];
            let came = f64::from(count);
            found.ours.add(day.tickets, came);
            found.last_week.add(tickets(last_week[place]), came);
            found.eight_weeks.add(eight_week_average(counts, origin, place), came);
            found.cover_80.add(day.range_80, count);
            found.cover_95.add(day.range_95, count);
        }
    }
    Ok(found)
}

/// The mean of the last eight same weekdays before the day on which `known` days were known; of all
/// days before there is one.
fn eight_week_average(counts: &DailyCounts, known: usize, ahead: usize) -> f64 {
    let counts = &counts.counts()[..known];
    let back = 7 - ahead % 7;
    let same: Vec<f64> = (0..AVERAGED_WEEKS)
        .filter_map(|week| known.checked_sub(back + 7 * week))
        .map(|place| f64::from(counts[place]))
        .collect();
    if same.is_empty() {
        let all: f64 = counts.iter().map(|count| f64::from(*count)).sum();
        return all / number(known.max(1));
    }
    same.iter().sum::<f64>() / number(same.len())
}

/// Brings the parts of a whole, such as categories, to its sum on each day. Where no part has any, all
/// get as much.
pub fn to_whole(whole: &[f64], parts: &mut [Vec<f64>]) {
    let count = number(parts.len());
    for (day, whole) in whole.iter().enumerate() {
        let sum: f64 = parts.iter().filter_map(|part| part.get(day)).sum();
        for value in parts.iter_mut().filter_map(|part| part.get_mut(day)) {
            *value = if sum > 0.0 { *value / sum * whole } else { whole / count };
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;
    use crate::simulated::{poisson, series};

    fn off(counts: Vec<u32>, first: usize) -> (f64, f64) {
        let origins = Origins { first, every: 1, ahead: 14 };
        let found = backtest(&series(counts), &Calendar::default(), origins).unwrap();
        (found.ours.off(), found.last_week.off())
    }

    #[test]
    fn no_listed_series_is_worse_than_the_last_week() {
        let constant = vec![50; 200];
        let mut spike = constant.clone();
        spike[100] = 500;
        let step = |low: u32, high: u32| -> Vec<u32> {
            (0..200).map(|day| if day < 100 { low } else { high }).collect()
        };
        for (name, counts) in [
            ("constant", constant),
            ("zero", vec![0; 200]),
            ("one", vec![1; 200]),
            ("spike", spike),
            ("level up", step(50, 100)),
            ("level down", step(100, 50)),
            ("small step", step(50, 60)),
            ("large step", step(20, 200)),
            ("end", step(3, 0)),
            ("beginning", step(0, 30)),
        ] {
            let (ours, last_week) = off(counts, 3);
            assert!(ours <= last_week, "{name}: {ours} {last_week}");
        }
    }

    #[test]
    fn chance_and_levels_are_met_better_than_by_the_last_week() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let levels = [
            (50.0, 100.0, 0.95),
            (100.0, 50.0, 0.9),
            (5.0, 10.0, 0.9),
            (0.5, 0.5, 1.0),
            (80.0, 80.0, 0.85),
        ];
        for (before, after, most) in levels {
            let week = [1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4];
            let counts = (0..200).map(|day| {
                let level = if day < 100 { before } else { after };
                poisson(&mut random, level * week[day % 7])
            });
            let (ours, last_week) = off(counts.collect(), 21);
            assert!(ours < most * last_week, "{before} {after}: {ours} {last_week}");
        }
    }

    #[test]
    fn closed_days_are_forecast_as_closed() {
        let counts: Vec<u32> = (0..120).map(|day| if day % 7 < 5 { 1000 } else { 0 }).collect();
        let (ours, last_week) = off(counts, 21);
        assert_eq!((ours, last_week), (0.0, 0.0));
    }

    #[test]
    fn a_spike_hardly_moves_the_next_week() {
        for level in [3, 10, 50, 400, 5000] {
            let mut counts = vec![level; 120];
            let usual = f64::from(level) * 7.0;
            counts[119] = level * 10;
            let next = super::super::forecast(&series(counts), &Calendar::default(), 7).unwrap();
            let sum: f64 = next.days.iter().map(|day| day.tickets).sum();
            assert!(sum <= 1.1 * usual, "{level}: {sum} for {usual}");
        }
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let mut parts = vec![vec![1.0, 0.0], vec![3.0, 0.0]];
        to_whole(&[8.0, 5.0], &mut parts);
        assert_eq!(parts, [[2.0, 2.5], [6.0, 2.5]]);
    }

    #[test]
    fn averages_are_of_the_same_weekday() {
        let counts = series((0..70).collect());
        assert_eq!(eight_week_average(&counts, 70, 0), (63 + 14) as f64 / 2.0);
        assert_eq!(eight_week_average(&counts, 70, 8), (64 + 15) as f64 / 2.0);
        assert_eq!(eight_week_average(&counts, 3, 0), 1.0);
    }
}
