//! The forecasts of the past, and with them which method is the better one now.

use super::calendar::Calendar;
use super::effects::EffectLearner;
use super::series::DailyCounts;
use super::walk::{Logs, Parts, Walk};
use crate::limits::HISTORY_DAYS_MINIMUM;

/// Days ahead that the methods are compared on.
const COMPARED_AHEAD: usize = 14;
/// Days whose forecasts are compared.
const COMPARED_DAYS: usize = 56;
/// Fewest of them: over a few days the luckier method wins.
const COMPARED_DAYS_MINIMUM: usize = 28;
/// Part of the errors below which last week's counts are the better forecast. They seldom are, and
/// never by chance alone: their own noise is in them.
const BETTER: f64 = 0.9;

/// How a forecast is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Two smoothed levels and the middle of the last weekdays, with weekdays and events.
    SmoothedLevel,
    /// The same weekday of the last week, where that was closer of late.
    LastWeek,
}

/// Sums of absolute errors, in tickets.
#[derive(Debug, Clone, Copy, Default)]
struct Errors {
    smoothed: f64,
    last_week: f64,
}

/// Forecasts from every day of the past, each made of what was known by then.
#[derive(Debug, Clone)]
pub struct Replay<'a> {
    counts: &'a DailyCounts,
    walk: Walk<'a>,
    /// The number of days that the first forecast knew.
    from: usize,
    smoothed: Vec<Logs>,
    methods: Vec<Method>,
    /// Of each day since then, what the methods' forecasts of it were off by.
    errors: Vec<Errors>,
    parts: Parts,
}

impl<'a> Replay<'a> {
    /// Forecasts from each day on which at least `from` days were known, up to the last.
    pub fn new(counts: &'a DailyCounts, calendar: &Calendar, from: usize) -> Self {
        let days = counts.counts().len();
        let from = from.max(HISTORY_DAYS_MINIMUM).min(days);
        let mut walk = Walk::new(counts, calendar);
        walk.advance(from);
        let parts = walk.parts();
        let smoothed = vec![walk.forecast(&parts)];
        let mut replay = Self {
            counts,
            walk,
            from,
            smoothed,
            methods: vec![Method::SmoothedLevel],
            errors: Vec::new(),
            parts,
        };
        for known in from + 1..=days {
            replay.walk.advance(known);
            replay.parts = replay.walk.parts();
            replay.smoothed.push(replay.walk.forecast(&replay.parts));
            replay.errors.push(replay.errors_of(known - 1));
            replay.methods.push(replay.better());
        }
        replay
    }

    /// The method and its forecast from the day on which `known` days were known, if it was made.
    pub fn forecast(&self, known: usize) -> Option<(Method, Logs)> {
        let place = known.checked_sub(self.from)?;
        let method = *self.methods.get(place)?;
        let logs = match method {
            Method::SmoothedLevel => *self.smoothed.get(place)?,
            Method::LastWeek => self.walk.last_week(known),
        };
        Some((method, logs))
    }

    /// What the same weekday of the week before says, from the same day.
    pub fn last_week(&self, known: usize) -> Logs {
        self.walk.last_week(known)
    }

    /// What the last forecast is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What events change, as it is known on the last day.
    pub fn effects(&self) -> &EffectLearner {
        self.walk.effects()
    }

    /// Days that the first forecast knew.
    pub fn from(&self) -> usize {
        self.from
    }

    /// What the forecasts of the day at `place` were off by, those of each day before it.
    fn errors_of(&self, place: usize) -> Errors {
        let came = f64::from(self.counts.counts()[place]);
        let mut errors = Errors::default();
        for ahead in 0..COMPARED_AHEAD {
            let Some(origin) =
                place.checked_sub(ahead).filter(|origin| *origin >= self.from.max(7))
            else {
                break;
            };
            let week = f64::from(self.counts.counts()[origin - 7 + ahead % 7]);
            errors.smoothed += (tickets(self.smoothed[origin - self.from][ahead]) - came).abs();
            errors.last_week += (week - came).abs();
        }
        errors
    }

    fn better(&self) -> Method {
        if self.errors.len() < COMPARED_DAYS_MINIMUM {
            return Method::SmoothedLevel;
        }
        let recent = &self.errors[self.errors.len().saturating_sub(COMPARED_DAYS)..];
        let smoothed: f64 = recent.iter().map(|errors| errors.smoothed).sum();
        let last_week: f64 = recent.iter().map(|errors| errors.last_week).sum();
        if last_week < BETTER * smoothed { Method::LastWeek } else { Method::SmoothedLevel }
    }
}

/// Tickets of a logarithm, to a thousandth: beyond that there is nothing but rounding.
pub fn tickets(log: f64) -> f64 {
    (log.exp_m1() * 1000.0).round().max(0.0) / 1000.0
}
