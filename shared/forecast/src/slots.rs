//! Tickets by part of the day: the share that each half hour has of its day.

use chrono::NaiveDate;

use crate::daily::{DailyCounts, Range, SeriesError};
use crate::limits;
use crate::numbers::number;
use crate::poisson::CountDistribution;
use crate::zone::{HALF_HOURS_A_DAY, HalfHour, Zone};

/// Weeks that a profile is taken from.
const WEEKS: usize = 8;
/// The weight, in tickets, of the profile of all working days, or of the weekend, in that of one day.
const SHARED_WEIGHT: f64 = 1000.0;
/// The weight, in tickets of a slot, of what the slots around it say.
const AROUND_WEIGHT: f64 = 60.0;
/// Hours over which neighbours are taken together, as a variance in hours squared.
const AROUND_VARIANCE: f64 = 0.5;
/// The weight, in tickets, of the past expectation when a day is corrected by what came so far.
const TODAY_WEIGHT: f64 = 60.0;
/// How much wider than chance the counts of a part of a day are, where too few are known to tell.
const EXCESS: f64 = 0.22;

/// Why counts by part of the day are no series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlotsError {
    /// There is no complete day.
    #[error("has no complete day")]
    Empty,
    /// The day does not have such slots.
    #[error("must have whole days of 1 to {} slots", HALF_HOURS_A_DAY)]
    Slots,
    /// Too many days.
    #[error("has more than {} days", limits::HISTORY_DAYS)]
    TooLong,
}

/// Counts by equal parts of the clock's day, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotCounts {
    first: NaiveDate,
    per_day: usize,
    counts: Vec<u32>,
}

impl SlotCounts {
    /// The counts of whole days from `first` on, each of `per_day` slots.
    ///
    /// # Errors
    /// [`SlotsError`].
    pub fn new(first: NaiveDate, per_day: usize, counts: Vec<u32>) -> Result<Self, SlotsError> {
        if counts.is_empty() {
            return Err(SlotsError::Empty);
        }
        if !(1..=HALF_HOURS_A_DAY).contains(&per_day) || !counts.len().is_multiple_of(per_day) {
            return Err(SlotsError::Slots);
        }
        if counts.len() / per_day > limits::HISTORY_DAYS {
            return Err(SlotsError::TooLong);
        }
        Ok(Self { first, per_day, counts })
    }

    /// The half hours of the clock in `zone`, with as many tickets as came in each, from the day `first`
    /// up to the day before `today`. What came before or after that does not count.
    ///
    /// # Errors
    /// [`SlotsError`].
    pub fn of(
        zone: Zone,
        first: NaiveDate,
        today: NaiveDate,
        came: impl IntoIterator<Item = (HalfHour, u32)>,
    ) -> Result<Self, SlotsError> {
        let days =
            usize::try_from(today.signed_duration_since(first).num_days()).unwrap_or_default();
        if days > limits::HISTORY_DAYS {
            return Err(SlotsError::TooLong);
        }
        let mut counts = vec![0_u32; days * HALF_HOURS_A_DAY];
        for (half_hour, count) in came {
            let (day, clock) = zone.place(half_hour);
            let day = usize::try_from(day.signed_duration_since(first).num_days()).ok();
            let place = day.map(|day| day * HALF_HOURS_A_DAY + clock);
            if let Some(slot) = place.and_then(|place| counts.get_mut(place)) {
                *slot = slot.saturating_add(count);
            }
        }
        Self::new(first, HALF_HOURS_A_DAY, counts)
    }

    /// The first day.
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// Slots of a day.
    pub fn per_day(&self) -> usize {
        self.per_day
    }

    /// Days.
    pub fn days(&self) -> usize {
        self.counts.len() / self.per_day
    }

    /// The slots of the day at `place`, counted from the first; empty beyond the last.
    pub fn day(&self, place: usize) -> &[u32] {
        self.counts.chunks_exact(self.per_day).nth(place).unwrap_or_default()
    }

    /// Their sums by day.
    ///
    /// # Errors
    /// [`SeriesError::BeyondCalendar`].
    pub fn daily(&self) -> Result<DailyCounts, SeriesError> {
        let days = self.counts.chunks_exact(self.per_day);
        let sum = |day: &[u32]| day.iter().fold(0_u32, |sum, count| sum.saturating_add(*count));
        DailyCounts::new(self.first, days.map(sum).collect())
    }
}

/// The share of each part of the day in the day's tickets, by weekday.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    shares: [Vec<f64>; 7],
    excess: f64,
}

impl Profile {
    /// The shares of the last eight weeks of the first `known` days.
    pub fn of(slots: &SlotCounts, known: usize) -> Self {
        let per_day = slots.per_day;
        let known = known.min(slots.days());
        let mut sums: [Vec<f64>; 7] = std::array::from_fn(|_| vec![0.0; per_day]);
        for place in known.saturating_sub(WEEKS * 7)..known {
            let weekday = weekday(slots.first, place);
            for (sum, count) in sums[weekday].iter_mut().zip(slots.day(place)) {
                *sum += f64::from(*count);
            }
        }
        let smooth = smoothed(&sums);
        let pool = |days: std::ops::Range<usize>| shares(&mut added(&smooth[days], per_day));
        let (work, weekend) = (pool(0..5), pool(5..7));
        let all = shares(&mut added(&smooth, per_day));
        let shares = std::array::from_fn(|day| {
            let shared = if day < 5 { &work } else { &weekend };
            // Where no weekend was open yet, it is taken to be as the other days.
            let shared = shared.as_ref().or(all.as_ref());
            let mut sums = smooth[day].clone();
            if let Some(shared) = shared {
                sums.iter_mut().zip(shared).for_each(|(sum, share)| *sum += SHARED_WEIGHT * share);
            }
            shares(&mut sums).unwrap_or_else(|| vec![1.0 / number(per_day); per_day])
        });
        let mut profile = Self { shares, excess: EXCESS };
        profile.excess = profile.excess_of(slots, known);
        profile
    }

    /// The shares of the slots of a weekday, Monday being 0. They add up to 1.
    pub fn shares(&self, weekday: usize) -> &[f64] {
        &self.shares[weekday % 7]
    }

    /// How much wider than chance the counts of a slot are, as [`CountDistribution::excess`].
    pub fn excess(&self) -> f64 {
        self.excess
    }

    /// The 80 % and the 95 % range of a slot with this expectation: by chance alone the first, as wide
    /// as the past was the second.
    pub fn ranges(&self, tickets: f64) -> (Range, Range) {
        let chance = CountDistribution { mean: tickets, excess: 0.0 };
        let wide = CountDistribution { mean: tickets, excess: self.excess };
        (
            Range { low: chance.quantile(0.1), high: chance.quantile(0.9) },
            Range { low: wide.quantile(0.025), high: wide.quantile(0.975) },
        )
    }

    /// The tickets of a day by half hour, as many half hours as the day has in `zone`. They add up to
    /// `tickets`. The profile must be one of half hours.
    pub fn half_hours(&self, zone: Zone, date: NaiveDate, tickets: f64) -> Vec<(HalfHour, f64)> {
        let shares = self.shares(weekday(date, 0));
        let share = |clock: usize| shares.get(clock).copied().unwrap_or_default();
        let half_hours = zone.half_hours(date);
        let whole: f64 = half_hours.iter().map(|(_, clock)| share(*clock)).sum();
        let whole = if whole > 0.0 { whole } else { 1.0 };
        half_hours
            .into_iter()
            .map(|(half_hour, clock)| (half_hour, tickets * share(clock) / whole))
            .collect()
    }

    /// By the moments of the days that the profile was taken from.
    fn excess_of(&self, slots: &SlotCounts, known: usize) -> f64 {
        let (mut beyond, mut squares) = (0.0, 0.0);
        for place in known.saturating_sub(WEEKS * 7)..known {
            let day = slots.day(place);
            let tickets: f64 = day.iter().map(|count| f64::from(*count)).sum();
            for (count, share) in day.iter().zip(self.shares(weekday(slots.first, place))) {
                let mean = tickets * share;
                beyond += (f64::from(*count) - mean).powi(2) - mean;
                squares += mean * mean;
            }
        }
        if known < WEEKS * 7 || squares <= 0.0 {
            return EXCESS;
        }
        // Days themselves are forecast with an error too.
        (beyond / squares).max(0.0) + DAY_EXCESS
    }
}

/// What the error of the day's forecast adds to the variance of its parts.
const DAY_EXCESS: f64 = 0.05;

/// Corrects the rest of a day: the factor for what is still to come when `seen` tickets came where
/// `expected` were to come. A few tickets prove little, so the factor is shrunk.
pub fn today_factor(seen: u32, expected: f64) -> f64 {
    (f64::from(seen) + TODAY_WEIGHT) / (expected.max(0.0) + TODAY_WEIGHT)
}

fn weekday(first: NaiveDate, place: usize) -> usize {
    use chrono::Datelike;
    (first.weekday().num_days_from_monday() as usize + place) % 7
}

fn added(days: &[Vec<f64>], per_day: usize) -> Vec<f64> {
    let mut sums = vec![0.0; per_day];
    for day in days {
        sums.iter_mut().zip(day).for_each(|(sum, count)| *sum += count);
    }
    sums
}

/// `sums` as shares of their whole; none of nothing.
fn shares(sums: &mut [f64]) -> Option<Vec<f64>> {
    let whole: f64 = sums.iter().sum();
    (whole > 0.0).then(|| sums.iter().map(|sum| sum / whole).collect())
}

/// Sums by weekday and slot, each drawn towards those around it, the more the fewer it has: where
/// many tickets come, a slot without any is outside of opening hours.
fn smoothed(sums: &[Vec<f64>; 7]) -> [Vec<f64>; 7] {
    let per_day = sums[0].len();
    let raw: Vec<f64> = sums.iter().flatten().copied().collect();
    let mut around = raw.clone();
    let slot_hours = 24.0 / number(per_day);
    // Each passage of 1/4 1/2 1/4 adds half a slot squared.
    let passages = crate::poisson::whole(AROUND_VARIANCE / (0.5 * slot_hours * slot_hours));
    for _ in 0..passages {
        let before = around.clone();
        let count = before.len();
        for place in 0..count {
            let (left, right) = (before[(place + count - 1) % count], before[(place + 1) % count]);
            around[place] = (left + right) / 4.0 + before[place] / 2.0;
        }
    }
    let mixed: Vec<f64> = raw
        .iter()
        .zip(&around)
        .map(|(own, around)| {
            let share = AROUND_WEIGHT / (AROUND_WEIGHT + around);
            own + share * (around - own)
        })
        .collect();
    std::array::from_fn(|day| mixed[day * per_day..(day + 1) * per_day].to_vec())
}
