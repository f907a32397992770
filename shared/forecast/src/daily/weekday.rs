//! What a day of the week changes, and on which of them nobody writes.

use crate::numbers::{mean, middle, number};

/// Weeks that the effects are taken from.
const WEEKS: usize = 52;
/// Weeks in a row without a ticket on a weekday for it to count as closed.
const CLOSED_WEEKS: usize = 3;
/// Fewest of them, where there are no more yet.
const CLOSED_WEEKS_MINIMUM: usize = 2;
/// How likely such weeks may be by chance.
const CLOSED_BY_CHANCE: f64 = 0.001;
/// Days that count as having differed as much as days usually do, before others were seen:
const PRIOR_DAYS: f64 = 7.0;
/// by chance, and by this variance of the logarithm beyond it.
const PRIOR_VARIANCE: f64 = 0.03;
/// An effect seen in so many weeks counts half at least: a few weeks prove little.
const HALF_WEIGHT_WEEKS: f64 = 4.0;

/// What each weekday adds to the logarithm; of a closed one nothing is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeekdayEffects {
    /// From the first weekday on, Monday being 0.
    pub effects: [f64; 7],
    /// The same, for what is closed.
    pub closed: [bool; 7],
}

impl WeekdayEffects {
    /// The effects, from the logarithms of the days up to now. The first day has the weekday `first`.
    pub fn of(logs: &[f64], first: usize) -> Self {
        let closed = closed(logs, first);
        let mut deviations = deviations(logs, first, &closed);
        let chance = (-mean(&logs[logs.len().saturating_sub(28)..])).exp();
        let (mut squares, mut days) = ((chance + PRIOR_VARIANCE) * PRIOR_DAYS, PRIOR_DAYS);
        let mut effects = [0.0; 7];
        for (effect, deviations) in effects.iter_mut().zip(&mut deviations) {
            *effect = middle(deviations);
            squares += deviations.iter().map(|value| (value - *effect).powi(2)).sum::<f64>();
            days += number(deviations.len().saturating_sub(1));
        }
        let open: Vec<usize> = (0..7).filter(|day| !closed[*day]).collect();
        let spread =
            open.iter().map(|day| effects[*day].powi(2)).sum::<f64>() / number(open.len().max(1));
        // Effects that stand out of what differs from week to week are believed sooner.
        let half = (squares / days / spread.max(1e-12)).min(HALF_WEIGHT_WEEKS);
        for (effect, deviations) in effects.iter_mut().zip(&deviations) {
            let weeks = number(deviations.len());
            *effect *= weeks / (weeks + half).max(1e-12);
        }
        let mean = mean(&open.iter().map(|day| effects[*day]).collect::<Vec<_>>());
        effects.iter_mut().for_each(|effect| *effect -= mean);
        Self { effects, closed }
    }

    /// The logarithm of a day without what its weekday adds; none on a closed one.
    pub fn without(&self, logs: &[f64], first: usize, place: usize) -> Option<f64> {
        let weekday = (first + place) % 7;
        (!self.closed[weekday]).then(|| logs[place] - self.effects[weekday])
    }
}

/// How far days lie from the open days of the week around them, by weekday.
fn deviations(logs: &[f64], first: usize, closed: &[bool; 7]) -> [Vec<f64>; 7] {
    let mut deviations: [Vec<f64>; 7] = Default::default();
    let mut empty_weeks = [0; 7];
    let mut opened = [false; 7];
    let is_open = |place: usize| !closed[(first + place) % 7];
    let from = logs.len().saturating_sub(WEEKS * 7).max(3);
    if logs.len() < 14 {
        // A single day of some weekdays says nothing of the others.
        return deviations;
    }
    for place in (from..logs.len().saturating_sub(3)).rev() {
        let weekday = (first + place) % 7;
        if closed[weekday] || opened[weekday] {
            continue;
        }
        let (mut sum, mut days) = (0.0, 0);
        for near in (place - 3..=place + 3).filter(|near| is_open(*near)) {
            sum += logs[near];
            days += 1;
        }
        let around = sum / number(days);
        // Where many tickets come around it, a row of empty weeks is a time when it was closed.
        let is_empty =
            logs[place] <= 0.0 && around.exp_m1() * number(CLOSED_WEEKS) > -CLOSED_BY_CHANCE.ln();
        empty_weeks[weekday] = if is_empty { empty_weeks[weekday] + 1 } else { 0 };
        deviations[weekday].push(logs[place] - around);
        if empty_weeks[weekday] == CLOSED_WEEKS {
            let known = deviations[weekday].len() - CLOSED_WEEKS;
            deviations[weekday].truncate(known);
            opened[weekday] = true;
        }
    }
    deviations
}

fn closed(logs: &[f64], first: usize) -> [bool; 7] {
    let recent = logs.len().saturating_sub(CLOSED_WEEKS * 7)..logs.len();
    let (mut days, mut tickets) = ([0; 7], [0.0; 7]);
    for place in recent {
        // Where nothing comes on the days before it either, the day of the week is not the reason.
        let before = &logs[place.saturating_sub(6)..place];
        days[(first + place) % 7] += usize::from(before.iter().any(|log| *log > 0.0));
        tickets[(first + place) % 7] += logs[place].exp_m1();
    }
    let all: f64 = tickets.iter().sum();
    let closed: [bool; 7] =
        std::array::from_fn(|day| tickets[day] <= 0.0 && days[day] >= CLOSED_WEEKS_MINIMUM);
    let open: usize = (0..7).filter(|day| !closed[*day]).map(|day| days[day]).sum();
    // With a few tickets a week an empty weekday is chance.
    let by_chance = (-all / number(open.max(1)) * number(CLOSED_WEEKS_MINIMUM)).exp();
    if by_chance > CLOSED_BY_CHANCE { [false; 7] } else { closed }
}
