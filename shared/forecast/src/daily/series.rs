//! How many tickets came on each day.

use chrono::{Datelike, Days, NaiveDate};

use crate::limits;

/// Counts of consecutive days, the oldest first. The last day is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyCounts {
    first: NaiveDate,
    counts: Vec<u32>,
}

/// Why counts are no series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// There is no day.
    #[error("has no day")]
    Empty,
    /// There are too many days.
    #[error("has more than {} days", limits::HISTORY_DAYS)]
    TooLong,
    /// The days, or those that are forecast from them, lie beyond the calendar.
    #[error("lies beyond the calendar")]
    BeyondCalendar,
}

impl DailyCounts {
    /// The counts of the days from `first` on.
    ///
    /// # Errors
    /// [`SeriesError`].
    pub fn new(first: NaiveDate, counts: Vec<u32>) -> Result<Self, SeriesError> {
        if counts.is_empty() {
            return Err(SeriesError::Empty);
        }
        if counts.len() > limits::HISTORY_DAYS {
            return Err(SeriesError::TooLong);
        }
        let days = (counts.len() + 2 * limits::HORIZON_DAYS) as u64;
        first.checked_add_days(Days::new(days)).ok_or(SeriesError::BeyondCalendar)?;
        Ok(Self { first, counts })
    }

    /// The first day.
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub fn last(&self) -> NaiveDate {
        self.day(self.counts.len().saturating_sub(1))
    }

    /// The counts, the oldest first.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The day at `place`, counted from the first; places beyond the last day are days to come.
    pub fn day(&self, place: usize) -> NaiveDate {
        self.first.checked_add_days(Days::new(place as u64)).unwrap_or(NaiveDate::MAX)
    }

    /// The same series as it was known when only its first `days` days had passed.
    pub fn until(&self, days: usize) -> Self {
        let days = days.clamp(1, self.counts.len());
        Self { first: self.first, counts: self.counts[..days].to_vec() }
    }

    /// Monday is 0.
    pub(crate) fn weekday(&self, place: usize) -> usize {
        (self.first.weekday().num_days_from_monday() as usize + place) % 7
    }
}
