//! How forecasts are measured: from many past days, each of what was known then.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use copilot_forecast::daily::{
    Backtest, Calendar, DailyCounts, NoForecast, Origins, Replay, Score, backtest_replay, forecast,
    tickets,
};
use copilot_forecast::slots::{Profile, SlotCounts, today_factor};

/// The first day that is forecast of the questions, and every how many days another one is made.
pub const FIRST: NaiveDate = NaiveDate::from_ymd_opt(2022, 10, 12).unwrap();
const EVERY: usize = 9;
/// Days ahead that are reported.
pub const AHEAD: [usize; 3] = [7, 14, 28];
/// The first day that is forecast by the hour, and how many forecasts of a week are made.
const FIRST_BY_HOUR: NaiveDate = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
const WEEKS_BY_HOUR: usize = 123;

/// Days between the first of the series and `date`.
fn place(first: NaiveDate, date: NaiveDate) -> usize {
    usize::try_from(date.signed_duration_since(first).num_days()).unwrap_or_default()
}

/// Where the daily forecasts of the questions start: 146 origins with 28 days after each.
pub fn origins(counts: &DailyCounts) -> Vec<usize> {
    let days = counts.counts().len();
    (place(counts.first(), FIRST)..=days.saturating_sub(28)).step_by(EVERY).collect()
}

/// The questions by day, at 7, 14 and 28 days from the same origins.
pub fn daily(counts: &DailyCounts, calendar: &Calendar) -> Result<[Backtest; 3], NoForecast> {
    let replay = Replay::new(counts, calendar, 0);
    let first = place(counts.first(), FIRST);
    let mut found = [Backtest::default(); 3];
    for (found, ahead) in found.iter_mut().zip(AHEAD) {
        // All look as far as 28 days, so that they are of the same origins.
        let until = counts.until(counts.counts().len() - (28 - ahead));
        *found = backtest_replay(&until, &replay, Origins { first, every: EVERY, ahead })?;
    }
    Ok(found)
}

/// The same at 14 days by the year of the origin.
pub fn by_year(
    counts: &DailyCounts,
    calendar: &Calendar,
) -> Result<BTreeMap<i32, Backtest>, NoForecast> {
    let replay = Replay::new(counts, calendar, 0);
    let mut years = BTreeMap::new();
    let all = origins(counts);
    for year in all.iter().map(|origin| counts.day(*origin).year()) {
        let of_year = || all.iter().filter(|origin| counts.day(**origin).year() == year);
        let (Some(first), Some(last)) = (of_year().next(), of_year().next_back()) else { continue };
        let until = counts.until(last + 14);
        let origins = Origins { first: *first, every: EVERY, ahead: 14 };
        years.insert(year, backtest_replay(&until, &replay, origins)?);
    }
    Ok(years)
}

/// At 14 days with only so many days of history.
pub fn cold_start(counts: &DailyCounts, days: usize) -> Result<Score, NoForecast> {
    let mut score = Score::default();
    for origin in origins(counts) {
        let known = &counts.counts()[origin - days..origin];
        // A series of at least three days, on the calendar, is one.
        let Ok(known) = DailyCounts::new(counts.day(origin - days), known.to_vec()) else {
            continue;
        };
        let found = forecast(&known, &Calendar::default(), 14)?;
        for (place, day) in found.days.iter().enumerate() {
            score.add(day.tickets, f64::from(counts.counts()[origin + place]));
        }
    }
    Ok(score)
}

/// What forecasts by the hour are off by.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByHour {
    pub hour: Score,
    pub four_hours: Score,
    pub day: Score,
    pub held_80: f64,
    pub held_95: f64,
    /// The mean of the same hour of the last eight weeks.
    pub average: Score,
}

/// The next week by the hour, 123 times.
pub fn by_hour(slots: &SlotCounts, counts: &DailyCounts) -> ByHour {
    let replay = Replay::new(counts, &Calendar::default(), 0);
    let first = place(counts.first(), FIRST_BY_HOUR);
    let mut found = ByHour::default();
    let (mut held_80, mut held_95, mut all) = (0.0, 0.0, 0.0);
    for origin in (first..=slots.days() - 7).step_by(EVERY).take(WEEKS_BY_HOUR) {
        let profile = Profile::of(slots, origin);
        let Some((_, logs)) = replay.forecast(origin) else { continue };
        for (ahead, log) in logs.iter().enumerate().take(7) {
            let day = tickets(*log);
            let weekday = counts.day(origin + ahead).weekday().num_days_from_monday() as usize;
            let expected: Vec<f64> = profile.shares(weekday).iter().map(|s| s * day).collect();
            let came = slots.day(origin + ahead);
            let number = |count: &u32| f64::from(*count);
            for (hour, (expected, came)) in expected.iter().zip(came).enumerate() {
                found.hour.add(*expected, number(came));
                let (narrow, wide) = profile.ranges(*expected);
                held_80 += f64::from(u8::from(narrow.holds(*came)));
                held_95 += f64::from(u8::from(wide.holds(*came)));
                all += 1.0;
                let weeks = (1..=8).map(|week| number(&slots.day(origin + ahead - 7 * week)[hour]));
                found.average.add(weeks.sum::<f64>() / 8.0, number(came));
            }
            for (expected, came) in expected.chunks(4).zip(came.chunks(4)) {
                found.four_hours.add(expected.iter().sum(), came.iter().map(number).sum());
            }
            found.day.add(day, came.iter().map(number).sum());
        }
    }
    (found.held_80, found.held_95) = (held_80 / all, held_95 / all);
    found
}

/// The rest of each day from the same origins on, as forecast before it and corrected at each hour.
pub fn today(slots: &SlotCounts, counts: &DailyCounts) -> Vec<(usize, Score, Score)> {
    let replay = Replay::new(counts, &Calendar::default(), 0);
    let first = place(counts.first(), FIRST);
    let mut scores = vec![(0, Score::default(), Score::default()); slots.per_day()];
    for origin in (first..slots.days()).step_by(3) {
        let profile = Profile::of(slots, origin);
        let Some((_, logs)) = replay.forecast(origin) else { continue };
        let weekday = counts.day(origin).weekday().num_days_from_monday() as usize;
        let (day, came) = (tickets(logs[0]), slots.day(origin));
        for (hour, score) in scores.iter_mut().enumerate().skip(1) {
            let past: f64 = profile.shares(weekday)[..hour].iter().sum::<f64>() * day;
            let seen: u32 = came[..hour].iter().sum();
            let rest = f64::from(came[hour..].iter().sum::<u32>());
            score.0 = hour;
            score.1.add(day - past, rest);
            score.2.add((day - past) * today_factor(seen, past), rest);
        }
    }
    scores.split_off(1)
}
