//! The forecast of the days to come, with ranges and reasons.

use chrono::NaiveDate;

use super::calendar::{Calendar, EventName};
use super::effects::EventEffect;
use super::interval::{Errors, Range, RangeBasis};
use super::replay::{Method, Replay, tickets};
use super::series::DailyCounts;
use crate::limits::{
    COMPARED_DAYS_BEFORE_FORECAST, HISTORY_DAYS_MINIMUM, HORIZON_DAYS, INTERVAL_DAYS,
};

/// Name and version of how forecasts are made.
pub const MODEL: &str = "smoothed-level@1";

/// Why there is no forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoForecast {
    /// Too few days.
    #[error(
        "there are {days} complete days of tickets; a forecast needs at least {}",
        HISTORY_DAYS_MINIMUM
    )]
    TooFewDays {
        /// As many as there are.
        days: usize,
    },
    /// Further than forecasts reach.
    #[error("a forecast reaches at most {} days ahead", HORIZON_DAYS)]
    TooFarAhead,
}

/// What a day's forecast is made of, each as a factor of the level.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    /// Tickets on a day as any other, without weekday and events.
    pub level: f64,
    /// What the weekday makes of it; 0 on a closed day.
    pub weekday: f64,
    /// What each event near it makes of it; 1 where it is not known to change anything.
    pub events: Vec<(EventName, f64)>,
}

/// A day to come.
#[derive(Debug, Clone, PartialEq)]
pub struct DayForecast {
    /// Which one.
    pub date: NaiveDate,
    /// Tickets that are expected: about as many days have more as have fewer.
    pub tickets: f64,
    /// Holds the count on four days of five.
    pub range_80: Range,
    /// Holds the count on nineteen days of twenty.
    pub range_95: Range,
    /// What the ranges are made from.
    pub basis: RangeBasis,
    /// Why so many.
    pub reasons: Reasons,
}

/// The days to come.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyForecast {
    /// How it was made.
    pub method: Method,
    /// The last day whose tickets it knows.
    pub data_until: NaiveDate,
    /// Days of history that it was made from.
    pub history_days: usize,
    /// The days to come, the next one first.
    pub days: Vec<DayForecast>,
    /// What events are known to change.
    pub effects: Vec<EventEffect>,
}

/// Forecasts the next `days` days after the last of `counts`.
///
/// # Errors
/// [`NoForecast`].
pub fn forecast(
    counts: &DailyCounts,
    calendar: &Calendar,
    days: usize,
) -> Result<DailyForecast, NoForecast> {
    let known = counts.counts().len();
    let from = known.saturating_sub(INTERVAL_DAYS + COMPARED_DAYS_BEFORE_FORECAST);
    check(known, days)?;
    let replay = Replay::new(counts, calendar, from);
    from_replay(counts, &replay, known, days)
}

/// The forecast from the day on which `known` days were known, out of the forecasts of the past. Its
/// reasons and effects are those of the last day.
///
/// # Errors
/// [`NoForecast`].
pub fn from_replay(
    counts: &DailyCounts,
    replay: &Replay<'_>,
    known: usize,
    days: usize,
) -> Result<DailyForecast, NoForecast> {
    check(known, days)?;
    let (method, logs) = replay.forecast(known).ok_or(NoForecast::TooFewDays { days: known })?;
    let errors = Errors::before(counts, replay, known);
    let day = |ahead: usize| {
        let (range_80, range_95, basis) = errors.ranges(ahead, logs[ahead]);
        DayForecast {
            date: counts.day(known + ahead),
            tickets: tickets(logs[ahead]),
            range_80,
            range_95,
            basis,
            reasons: reasons(counts, replay, known + ahead),
        }
    };
    Ok(DailyForecast {
        method,
        data_until: counts.day(known - 1),
        history_days: known,
        days: (0..days).map(day).collect(),
        effects: replay.effects().learned().to_vec(),
    })
}

fn check(known: usize, days: usize) -> Result<(), NoForecast> {
    if known < HISTORY_DAYS_MINIMUM {
        return Err(NoForecast::TooFewDays { days: known });
    }
    if days > HORIZON_DAYS { Err(NoForecast::TooFarAhead) } else { Ok(()) }
}

fn reasons(counts: &DailyCounts, replay: &Replay<'_>, place: usize) -> Reasons {
    let parts = replay.parts();
    let weekday = counts.weekday(place);
    let factor = parts.weekdays.effects[weekday].exp();
    let events = replay.effects().names(place);
    Reasons {
        level: tickets((parts.level.slow + parts.level.fast) / 2.0),
        weekday: if parts.weekdays.closed[weekday] { 0.0 } else { factor },
        events: events.map(|(name, effect)| (name.clone(), effect.exp())).collect(),
    }
}
