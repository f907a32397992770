//! Public counts, read from a folder that is not part of the repository: their licences do not allow it.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, NaiveDate, NaiveDateTime, Timelike};
use copilot_forecast::daily::{Calendar, DailyCounts};
use copilot_forecast::slots::SlotCounts;

/// Why the data cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    System(#[from] std::io::Error),
    #[error("{file}: line {line} cannot be read")]
    Line { file: String, line: usize },
    #[error(transparent)]
    Calendar(#[from] copilot_forecast::daily::CalendarError),
    #[error(transparent)]
    Series(#[from] copilot_forecast::daily::SeriesError),
    #[error(transparent)]
    Slots(#[from] copilot_forecast::slots::SlotsError),
}

/// The sets that the figures are of.
#[derive(Debug, Clone)]
pub struct Data {
    /// Questions to the support of a browser, by day.
    pub questions: DailyCounts,
    /// The same by hour of the clock, whole days.
    pub questions_by_hour: SlotCounts,
    /// The largest topics of the same.
    pub topics: Vec<(String, DailyCounts)>,
    /// The browser's releases.
    pub releases: Calendar,
    /// Calls to a bank, by day; none at the weekend.
    pub calls: DailyCounts,
    /// The same by half hour.
    pub calls_by_half_hour: SlotCounts,
}

impl Data {
    /// Reads `sumo-firefox-support`, `firefox-releases` and `bank-calls` in `folder`.
    pub fn read(folder: &Path) -> Result<Self, DataError> {
        let questions = folder.join("sumo-firefox-support");
        let daily = records(&questions.join("daily_counts.csv"))?;
        let daily = day_sums(&daily, 0, 1)?;
        let mut by_topic: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for record in records(&questions.join("daily_counts_by_topic.csv"))? {
            by_topic.entry(record.get(1).cloned().unwrap_or_default()).or_default().push(record);
        }
        let mut topics = Vec::new();
        for (topic, records) in by_topic {
            topics.push((topic, day_sums(&records, 0, 2)?));
        }
        topics.sort_by_key(|(_, counts)| {
            std::cmp::Reverse(counts.counts().iter().map(|count| u64::from(*count)).sum::<u64>())
        });
        topics.truncate(5);
        let releases = folder.join("firefox-releases/releases.csv");
        let calls_by_half_hour =
            slots(&records(&folder.join("bank-calls/bank_calls_5min.csv"))?, 48)?;
        Ok(Self {
            questions: daily,
            questions_by_hour: slots(&records(&questions.join("hourly_counts.csv"))?, 24)?,
            topics,
            releases: Calendar::parse(&std::fs::read_to_string(releases)?)?,
            calls: calls_by_half_hour.daily()?,
            calls_by_half_hour,
        })
    }
}

fn records(file: &Path) -> Result<Vec<Vec<String>>, DataError> {
    let mut reader = csv::Reader::from_path(file)?;
    let records = reader.records();
    records.map(|record| Ok(record?.iter().map(str::to_owned).collect())).collect()
}

fn day_sums(records: &[Vec<String>], day: usize, count: usize) -> Result<DailyCounts, DataError> {
    let mut sums: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    for (line, record) in records.iter().enumerate() {
        let parsed =
            || Some((record.get(day)?.parse().ok()?, record.get(count)?.parse::<u32>().ok()?));
        let (date, count) = parsed().ok_or_else(|| fault("counts by day", line))?;
        *sums.entry(date).or_default() += count;
    }
    let ends = sums.first_key_value().zip(sums.last_key_value());
    let ((first, _), (last, _)) = ends.ok_or_else(|| fault("counts by day", 0))?;
    let days = first.iter_days().take_while(|day| day <= last);
    Ok(DailyCounts::new(
        *first,
        days.map(|day| sums.get(&day).copied().unwrap_or_default()).collect(),
    )?)
}

/// Counts by part of the day, without the first and the last day, which may not be whole.
fn slots(records: &[Vec<String>], per_day: usize) -> Result<SlotCounts, DataError> {
    let mut sums: BTreeMap<NaiveDate, Vec<u32>> = BTreeMap::new();
    for (line, record) in records.iter().enumerate() {
        let parsed = || {
            let time = NaiveDateTime::parse_from_str(record.first()?, "%Y-%m-%d %H:%M:%S").ok()?;
            Some((time, record.get(1)?.parse::<u32>().ok()?))
        };
        let (time, count) = parsed().ok_or_else(|| fault("counts by time", line))?;
        let day = sums.entry(time.date()).or_insert_with(|| vec![0; per_day]);
        let slot = time.num_seconds_from_midnight() as usize * per_day / (24 * 60 * 60);
        day[slot] += count;
    }
    let ends = sums.first_key_value().zip(sums.last_key_value());
    let ((first, _), (last, _)) = ends.ok_or_else(|| fault("counts by time", 0))?;
    let first = *first + Days::new(1);
    let days = first.iter_days().take_while(|day| day < last);
    let empty = vec![0; per_day];
    let counts = days.flat_map(|day| sums.get(&day).unwrap_or(&empty).iter().copied()).collect();
    Ok(SlotCounts::new(first, per_day, counts)?)
}

fn fault(file: &str, line: usize) -> DataError {
    DataError::Line { file: file.to_owned(), line: line + 2 }
}
