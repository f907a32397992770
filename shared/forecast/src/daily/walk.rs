//! Forecasts from each day of the past, made only of what was known then.

use super::calendar::Calendar;
use super::effects::EffectLearner;
use super::level::{Level, level};
use super::series::DailyCounts;
use super::weekday::WeekdayEffects;
use crate::limits::HORIZON_DAYS;
use crate::numbers::median;

/// Same weekdays whose middle is the third part of the mean.
const WEEKS: usize = 8;
/// Its share in the mean.
const USUAL_SHARE: f64 = 0.25;

/// A forecast of each day to come as the logarithm of one more than the tickets.
pub type Logs = [f64; HORIZON_DAYS];

/// A series that is gone through day by day.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    counts: &'a DailyCounts,
    logs: Vec<f64>,
    effects: EffectLearner,
    /// How many days are known.
    days: usize,
}

/// What a forecast from one day is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    pub level: Level,
    pub weekdays: WeekdayEffects,
}

impl<'a> Walk<'a> {
    pub fn new(counts: &'a DailyCounts, calendar: &Calendar) -> Self {
        let logs = counts.counts().iter().map(|count| f64::from(*count).ln_1p()).collect();
        Self { counts, logs, effects: EffectLearner::new(counts, calendar), days: 0 }
    }

    /// Goes on until `days` days are known.
    pub fn advance(&mut self, days: usize) {
        let first = self.counts.weekday(0);
        while self.days < days.min(self.logs.len()) {
            self.days += 1;
            if !self.effects.learned().is_empty() {
                let known = &self.logs[..self.days];
                let weekdays = WeekdayEffects::of(known, first);
                self.effects.learn(self.days, |place| weekdays.without(known, first, place));
            }
        }
    }

    /// What events change, as it is known by now.
    pub fn effects(&self) -> &EffectLearner {
        &self.effects
    }

    /// Level and weekdays as they are known by now.
    pub fn parts(&self) -> Parts {
        let first = self.counts.weekday(0);
        let known = &self.logs[..self.days];
        let weekdays = WeekdayEffects::of(known, first);
        let value = |place: usize| {
            Some(weekdays.without(known, first, place)? - self.effects.effect(place))
        };
        Parts { level: level(value, self.days), weekdays }
    }

    /// The forecast from here.
    pub fn forecast(&self, parts: &Parts) -> Logs {
        let mut logs = [0.0; HORIZON_DAYS];
        let usual = self.usual_weekdays(parts);
        for (ahead, log) in logs.iter_mut().enumerate() {
            let place = self.days + ahead;
            let weekday = self.counts.weekday(place);
            if parts.weekdays.closed[weekday] {
                continue;
            }
            let smoothed =
                (parts.level.slow + parts.level.fast) / 2.0 + parts.weekdays.effects[weekday];
            let mean = match usual[weekday] {
                Some(usual) => smoothed + USUAL_SHARE * (usual - smoothed),
                None => smoothed,
            };
            *log = (mean + self.effects.effect(place)).max(0.0);
        }
        logs
    }

    /// What the slow level alone says of the day at `place`; nothing of a closed one.
    pub fn by_level(&self, parts: &Parts, place: usize) -> Option<f64> {
        let weekday = self.counts.weekday(place);
        let effects = parts.weekdays.effects[weekday] + self.effects.effect(place);
        (!parts.weekdays.closed[weekday]).then(|| (parts.level.slow + effects).max(0.0))
    }

    /// A known day without what its weekday and events add; nothing of a closed one.
    pub fn usual(&self, parts: &Parts, place: usize) -> Option<f64> {
        let first = self.counts.weekday(0);
        let known = &self.logs[..self.days];
        Some(parts.weekdays.without(known, first, place)? - self.effects.effect(place))
    }

    /// The middle of the last same weekdays, without what events changed and as if a sudden change
    /// of the level had always been.
    fn usual_weekdays(&self, parts: &Parts) -> [Option<f64>; 7] {
        let shifted = |place: usize| match parts.level.shift {
            Some(shift) if place < shift.place => shift.by,
            _ => 0.0,
        };
        let mut usual = [None; 7];
        for back in 1..=7.min(self.days) {
            let places = (0..WEEKS).filter_map(|week| self.days.checked_sub(back + 7 * week));
            let mut values: Vec<f64> = places
                .map(|place| self.logs[place] - self.effects.effect(place) + shifted(place))
                .collect();
            if values.len() >= 3 {
                usual[self.counts.weekday(self.days - back)] = Some(median(&mut values));
            }
        }
        usual
    }

    /// What the same weekday of the last week says, from the day when `days` were known. Before there
    /// is a week, the last day stands for all.
    pub fn last_week(&self, days: usize) -> Logs {
        std::array::from_fn(|ahead| match days {
            0 => 0.0,
            1..7 => self.logs[days - 1],
            _ => self.logs[days - 7 + ahead % 7],
        })
    }
}
