//! How long forecasts of large counts take.

use std::time::Instant;

use chrono::NaiveDate;
use copilot_forecast::daily::{Calendar, Origins, Replay, backtest_replay, from_replay};
use copilot_forecast::slots::{Profile, SlotCounts};
use copilot_forecast::zone::{HALF_HOURS_A_DAY, Zone};

use crate::Outcome;

/// Five years.
const DAYS: usize = 1826;
/// Series, such as channels by category.
const SERIES: usize = 20;
/// Past forecasts of each that are judged.
const ORIGINS: usize = 60;
/// Days that are forecast.
const AHEAD: usize = 28;

/// Twenty series of five years of half hours: their forecasts by half hour and 60 past ones of each.
pub fn run() -> Outcome {
    let series: Vec<SlotCounts> = (0..SERIES).map(made_up).collect::<Result<_, _>>()?;
    let zone = Zone::parse("Europe/Berlin")?;
    let start = Instant::now();
    let (mut half_hours, mut judged) = (0, 0);
    for slots in &series {
        let counts = slots.daily()?;
        let replay = Replay::new(&counts, &Calendar::default(), 0);
        let every = (DAYS - 2 * 366) / ORIGINS;
        let first = DAYS - AHEAD - every * (ORIGINS - 1);
        judged +=
            backtest_replay(&counts, &replay, Origins { first, every, ahead: AHEAD })?.origins;
        let profile = Profile::of(slots, DAYS);
        for day in from_replay(&counts, &replay, DAYS, AHEAD)?.days {
            half_hours += profile.half_hours(zone, day.date, day.tickets).len();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{SERIES} series of {DAYS} days: {half_hours} half hours forecast, {judged} past forecasts judged"
    );
    println!("{seconds:.2} s of one core; {} of memory at most", peak_memory());
    Ok(())
}

/// Counts with a level that drifts, weekdays and hours.
fn made_up(number: usize) -> Result<SlotCounts, copilot_forecast::slots::SlotsError> {
    let mut state = number as u64 + 1;
    let mut random = move || {
        // xorshift64*: any numbers do.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as u32
    };
    let mut level = 40 + random() % 200;
    let mut counts = Vec::with_capacity(DAYS * HALF_HOURS_A_DAY);
    for day in 0..DAYS {
        level = (level + random() % 9).saturating_sub(4).clamp(5, 1000);
        let weekday = if day % 7 < 5 { 4 } else { 1 };
        for slot in 0..HALF_HOURS_A_DAY {
            let hour = if (16..40).contains(&slot) { 3 } else { 1 };
            counts.push((level * weekday * hour / 200) + random() % 3);
        }
    }
    SlotCounts::new(NaiveDate::default(), HALF_HOURS_A_DAY, counts)
}

/// The most memory that this process had, as Linux counts it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("an unknown amount".to_owned(), |peak| peak.trim().to_owned())
}
