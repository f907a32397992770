//! What is found out of the tickets of a file.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use copilot_forecast::daily::{
    self, Backtest, Calendar, DailyCounts, DailyForecast, Origins, Replay, to_whole,
};
use copilot_forecast::slots::{Profile, SlotCounts};
use copilot_forecast::trends::unusual::{LevelChange, UnusualDay, level_change, unusual_days};
use copilot_forecast::zone::{HalfHour, Zone};

use crate::tickets::Tickets;

/// Days ahead that are judged.
pub const AHEAD: [usize; 3] = [7, 14, 28];
/// Days that the first judged forecast knows, at least.
const KNOWN_DAYS: usize = 28;
/// Forecasts that are made again at most.
const ORIGINS: usize = 60;
/// Fewest of them that prove anything.
const ORIGINS_MINIMUM: usize = 8;
/// Days that are judged at most: two years.
const JUDGED_DAYS: usize = 730;
/// Labels that are shown by themselves.
const LABELS: usize = 8;
/// Days of which unusual ones are shown.
const UNUSUAL_DAYS: i64 = 90;

/// Whether forecasts are of use for this team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They were closer than both simpler methods.
    Recommended,
    /// They were not.
    NotRecommended,
    /// There is too little history to tell.
    TooLittleHistory,
}

/// The days to come of one label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelForecast {
    pub label: String,
    /// Tickets of the last 28 days.
    pub tickets: u64,
    /// Expected in the next seven.
    pub next_week: f64,
}

/// All that the report says.
#[derive(Debug, Clone)]
pub struct Figures {
    pub counts: DailyCounts,
    pub forecast: DailyForecast,
    /// By the days ahead of [`AHEAD`]; nothing where there are too few days.
    pub backtests: [Option<Backtest>; AHEAD.len()],
    pub profile: Profile,
    pub labels: Vec<LabelForecast>,
    pub unusual: Vec<UnusualDay>,
    pub level_change: Option<LevelChange>,
    /// Each half hour to come with its tickets, and the ranges of 80 %.
    pub half_hours: Vec<HalfHourForecast>,
}

/// A half hour to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfHourForecast {
    pub begins: DateTime<Utc>,
    pub tickets: f64,
    pub low: u32,
    pub high: u32,
}

impl Figures {
    /// What forecasts are judged by, and its days ahead: 14, or 7 where there are too few for that.
    pub fn judged(&self) -> Option<(usize, &Backtest)> {
        [1, 0].into_iter().find_map(|place| {
            let found = self.backtests[place].as_ref()?;
            (found.origins >= ORIGINS_MINIMUM).then_some((AHEAD[place], found))
        })
    }

    /// Whether forecasts are of use.
    pub fn verdict(&self) -> Verdict {
        match self.judged() {
            None => Verdict::TooLittleHistory,
            Some((_, found)) if found.beats_simpler_methods() => Verdict::Recommended,
            Some(_) => Verdict::NotRecommended,
        }
    }
}

/// What a day's slots, series or forecast cannot be made of.
#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    #[error(transparent)]
    Slots(#[from] copilot_forecast::slots::SlotsError),
    #[error(transparent)]
    Series(#[from] copilot_forecast::daily::SeriesError),
    #[error(transparent)]
    Forecast(#[from] copilot_forecast::daily::NoForecast),
}

/// Finds the figures of `tickets`, whose first and last days are `first` and `last`. The last one is not
/// complete: the export was made on it.
pub fn figures(
    tickets: &Tickets,
    (first, last): (NaiveDate, NaiveDate),
    zone: Zone,
    calendar: &Calendar,
    days: usize,
) -> Result<Figures, FiguresError> {
    let slots = SlotCounts::of(zone, first, last, tickets.all())?;
    let counts = slots.daily()?;
    let known = counts.counts().len();
    let replay = Replay::new(&counts, calendar, 0);
    let forecast = daily::from_replay(&counts, &replay, known, days)?;
    let backtests = [
        judged(&counts, &replay, AHEAD[0])?,
        judged(&counts, &replay, AHEAD[1])?,
        judged(&counts, &replay, AHEAD[2])?,
    ];
    let profile = Profile::of(&slots, known);
    let recent =
        |day: &UnusualDay| counts.last().signed_duration_since(day.date).num_days() < UNUSUAL_DAYS;
    let unusual = unusual_days(&counts, calendar).into_iter().filter(recent).collect();
    let level_change = level_change(&counts, calendar);
    let half_hours = half_hours(&forecast, &profile, zone);
    let labels = labels(tickets, (first, last), zone, calendar, &forecast)?;
    Ok(Figures { counts, forecast, backtests, profile, labels, unusual, level_change, half_hours })
}

fn judged(
    counts: &DailyCounts,
    replay: &Replay<'_>,
    ahead: usize,
) -> Result<Option<Backtest>, copilot_forecast::daily::NoForecast> {
    let days = counts.counts().len();
    let first = KNOWN_DAYS.max(days.saturating_sub(JUDGED_DAYS));
    let Some(room) = days.checked_sub(first + ahead) else { return Ok(None) };
    // Not a multiple of seven, so that forecasts start on every weekday.
    let mut every = (room + 1).div_ceil(ORIGINS);
    every += usize::from(every % 7 == 0);
    daily::backtest_replay(counts, replay, Origins { first, every, ahead }).map(Some)
}

fn half_hours(forecast: &DailyForecast, profile: &Profile, zone: Zone) -> Vec<HalfHourForecast> {
    let mut all = Vec::new();
    for day in &forecast.days {
        for (half_hour, tickets) in profile.half_hours(zone, day.date, day.tickets) {
            let (range, _) = profile.ranges(tickets);
            let begins = half_hour.begins();
            all.push(HalfHourForecast { begins, tickets, low: range.low, high: range.high });
        }
    }
    all
}

/// The largest labels with what is expected of each; all together are the whole.
fn labels(
    tickets: &Tickets,
    (first, last): (NaiveDate, NaiveDate),
    zone: Zone,
    calendar: &Calendar,
    forecast: &DailyForecast,
) -> Result<Vec<LabelForecast>, FiguresError> {
    let (mut by_label, mut others) = tickets.by_label();
    if by_label.len() < 2 {
        return Ok(Vec::new());
    }
    let recent = |came: &[(HalfHour, u32)]| -> u64 {
        let days =
            |half_hour: HalfHour| last.signed_duration_since(zone.place(half_hour).0).num_days();
        let recent = came.iter().filter(|(half_hour, _)| (1..=28).contains(&days(*half_hour)));
        recent.map(|(_, count)| u64::from(*count)).sum()
    };
    by_label.sort_by_cached_key(|(_, came)| std::cmp::Reverse(recent(came)));
    let smaller = by_label.split_off(by_label.len().min(LABELS));
    others.extend(smaller.into_iter().flat_map(|(_, came)| came));
    if !others.is_empty() {
        by_label.push(("others", others));
    }
    let mut parts = Vec::new();
    for (_, came) in &by_label {
        let counts = SlotCounts::of(zone, first, last, came.iter().copied())?.daily()?;
        let part = daily::forecast(&counts, calendar, forecast.days.len())?;
        parts.push(part.days.iter().map(|day| day.tickets).collect::<Vec<f64>>());
    }
    let whole: Vec<f64> = forecast.days.iter().map(|day| day.tickets).collect();
    to_whole(&whole, &mut parts);
    let found = by_label.iter().zip(&parts).map(|((label, came), part)| LabelForecast {
        label: if label.is_empty() { "(none)".to_owned() } else { (*label).to_owned() },
        tickets: recent(came),
        next_week: part.iter().take(7).sum(),
    });
    Ok(found.collect())
}

/// Tickets of each weekday and hour of the clock in a usual week, from the forecast's first seven days.
pub fn week_by_hour(figures: &Figures) -> [[f64; 24]; 7] {
    let mut week = [[0.0; 24]; 7];
    for day in figures.forecast.days.iter().take(7) {
        let weekday = day.date.weekday().num_days_from_monday() as usize;
        let shares = figures.profile.shares(weekday);
        for (hour, pair) in week[weekday].iter_mut().zip(shares.chunks(2)) {
            *hour = pair.iter().sum::<f64>() * day.tickets;
        }
    }
    week
}
