//! What known events change, learned from how it was before.

use chrono::NaiveDate;

use super::calendar::{Calendar, EventName};
use super::series::DailyCounts;
use crate::limits;
use crate::numbers::{median, middle, number};

/// Days around an event that it may change: from the day before on.
pub const DAYS_BEFORE: usize = 1;
/// The day of the event and the days after it.
pub const DAYS_AFTER: usize = 14;
/// All of them.
pub const DAYS: usize = DAYS_BEFORE + DAYS_AFTER;
/// Days before and after a day whose middle it is compared with.
const AROUND: usize = 14;
/// An effect as large as chance counts half after so many occurrences.
const HALF_WEIGHT: f64 = 10.0;
/// A sum of squares over the days of an event that chance seldom exceeds: its mean is `DAYS`.
const SQUARES_MINIMUM: f64 = 38.0;
/// A single day so many standard errors away is an effect by itself.
const ONE_DAY_MINIMUM: f64 = 3.8;

/// Which day around which event a day is.
type Around = (usize, usize);

/// How much an event changes the logarithm on each day around it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventEffect {
    /// Its name.
    pub name: EventName,
    /// How often it was seen.
    pub occurrences: usize,
    /// From the day before it on; all zero while it is not known to change anything.
    pub effects: [f64; DAYS],
}

/// Learns effects day by day, and so never from what was not known yet.
#[derive(Debug, Clone)]
pub struct EffectLearner {
    /// For each day, past and to come, where it stands around which events.
    around: Vec<Vec<Around>>,
    seen: Vec<[Vec<f64>; DAYS]>,
    /// How far days lie from the middle of those around them.
    distances: Vec<f64>,
    learned: Vec<EventEffect>,
}

impl EffectLearner {
    pub fn new(counts: &DailyCounts, calendar: &Calendar) -> Self {
        let days = counts.counts().len() + limits::HORIZON_DAYS;
        let mut around = vec![Vec::new(); days];
        for (event, (_, dates)) in calendar.events().enumerate() {
            let mut last = vec![None; days];
            for date in dates {
                mark(&mut last, place(counts, *date));
            }
            for (around, offset) in around.iter_mut().zip(last) {
                around.extend(offset.map(|offset| (event, offset)));
            }
        }
        let learned: Vec<EventEffect> = calendar
            .events()
            .map(|(name, _)| EventEffect {
                name: name.clone(),
                occurrences: 0,
                effects: [0.0; DAYS],
            })
            .collect();
        Self {
            around,
            seen: vec![Default::default(); learned.len()],
            distances: Vec::new(),
            learned,
        }
    }

    /// What events add on the day at `place`.
    pub fn effect(&self, place: usize) -> f64 {
        let Some(around) = self.around.get(place) else { return 0.0 };
        around.iter().map(|(event, offset)| self.learned[*event].effects[*offset]).sum()
    }

    /// The effects as they are known now.
    pub fn learned(&self) -> &[EventEffect] {
        &self.learned
    }

    /// Events around the day at `place`.
    pub fn names(&self, place: usize) -> impl Iterator<Item = (&EventName, f64)> {
        let around = self.around.get(place).map(Vec::as_slice).unwrap_or_default();
        around.iter().map(|(event, offset)| {
            (&self.learned[*event].name, self.learned[*event].effects[*offset])
        })
    }

    /// Takes the day that lies [`AROUND`] days behind the last of `days` that are known. `value` is
    /// the logarithm of a day without what its weekday adds; a closed day has none.
    pub fn learn(&mut self, days: usize, value: impl Fn(usize) -> Option<f64>) {
        if self.learned.is_empty() || days < 2 * AROUND + 1 {
            return;
        }
        let day = days - 1 - AROUND;
        let Some(own) = value(day) else { return };
        let mut near: Vec<f64> = (day - AROUND..days).filter_map(&value).collect();
        let distance = own - median(&mut near);
        self.distances.push(distance);
        let all = self.effect(day);
        let mut changed: Vec<usize> = Vec::new();
        for place in 0..self.around[day].len() {
            let (event, offset) = self.around[day][place];
            // What other events of that day are known to change is not this one's doing.
            let others = all - self.learned[event].effects[offset];
            self.seen[event][offset].push(distance - others);
            changed.push(event);
        }
        for event in changed {
            self.relearn(event);
        }
    }

    fn relearn(&mut self, event: usize) {
        let seen = &mut self.seen[event];
        let occurrences = seen[DAYS_BEFORE].len();
        let learned = &mut self.learned[event];
        learned.occurrences = occurrences;
        learned.effects = [0.0; DAYS];
        if occurrences < limits::EVENT_OCCURRENCES_MINIMUM {
            return;
        }
        let chance =
            1.4826 * median(&mut self.distances.iter().map(|d| d.abs()).collect::<Vec<_>>());
        let chance = chance.max(1e-6);
        let mut squares = 0.0;
        let mut furthest: f64 = 0.0;
        for (effect, seen) in learned.effects.iter_mut().zip(seen) {
            let count = number(seen.len());
            *effect = middle(seen);
            let error = chance / count.max(1.0).sqrt() * 1.1;
            squares += (*effect / error).powi(2);
            furthest = furthest.max((*effect / error).abs());
            let certain = (chance / effect.abs().max(1e-9)).powi(2).min(HALF_WEIGHT);
            *effect *= count / (count + certain);
        }
        if squares < SQUARES_MINIMUM && furthest < ONE_DAY_MINIMUM {
            learned.effects = [0.0; DAYS];
        }
    }
}

/// Where `date` lies in the series, counted from its first day.
fn place(counts: &DailyCounts, date: NaiveDate) -> i64 {
    date.signed_duration_since(counts.first()).num_days()
}

/// Marks the days around the event at `place`. The day before it is still the earlier event's, if
/// that is near.
fn mark(days: &mut [Option<usize>], place: i64) {
    for offset in 0..DAYS {
        let day = place - DAYS_BEFORE as i64 + offset as i64;
        let Some(day) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) else {
            continue;
        };
        if offset >= DAYS_BEFORE || day.is_none() {
            *day = Some(offset);
        }
    }
}
