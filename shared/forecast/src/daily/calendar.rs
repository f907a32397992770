//! Events that are known ahead: releases, campaigns, holidays.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::limits;

/// The name of an event. Events of one name are taken to change the number of tickets alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventName(String);

impl EventName {
    /// Reads a name: some text on one line.
    ///
    /// # Errors
    /// [`CalendarError::Name`].
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let text = text.trim();
        let fits = !text.is_empty()
            && text.chars().count() <= limits::EVENT_NAME_CHARACTERS
            && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(CalendarError::Name) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How an event comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recurrence {
    /// Not at all.
    Once,
    /// Every so many days.
    Every {
        /// At least one.
        days: u16,
    },
    /// On the same day of each month; the last day of a month that lacks it.
    Monthly,
    /// On the same date of each year; 28 February in place of the 29th.
    Yearly,
}

/// Why there is no such calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A name that is none.
    #[error("must be 1 to {} characters on one line", limits::EVENT_NAME_CHARACTERS)]
    Name,
    /// Too many names.
    #[error("has more than {} different events", limits::EVENT_NAMES)]
    TooManyNames,
    /// Too many dates.
    #[error("has more than {} dates", limits::EVENT_DATES)]
    TooManyDates,
    /// A line of a file that is not `DATE,NAME`.
    #[error("line {line} is not a date as 2026-12-24, a comma and a name")]
    Line {
        /// Counted from 1.
        line: usize,
    },
}

/// Events with their dates, past and to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    dates: BTreeMap<EventName, Vec<NaiveDate>>,
}

impl Calendar {
    /// Adds the event on `date`, and as it comes again up to `until`.
    ///
    /// # Errors
    /// [`CalendarError::TooManyNames`] or [`CalendarError::TooManyDates`].
    pub fn add(
        &mut self,
        name: &EventName,
        date: NaiveDate,
        recurrence: Recurrence,
        until: NaiveDate,
    ) -> Result<(), CalendarError> {
        if !self.dates.contains_key(name) && self.dates.len() >= limits::EVENT_NAMES {
            return Err(CalendarError::TooManyNames);
        }
        let mut held: usize = self.dates.values().map(Vec::len).sum();
        let dates = self.dates.entry(name.clone()).or_default();
        for number in 0.. {
            let Some(next) = recurrence.date(date, number) else { break };
            if number > 0 && next > until {
                break;
            }
            if let Err(place) = dates.binary_search(&next) {
                if held >= limits::EVENT_DATES {
                    return Err(CalendarError::TooManyDates);
                }
                dates.insert(place, next);
                held += 1;
            }
        }
        Ok(())
    }

    /// Reads a file of events, one `DATE,NAME` a line, such as the public holidays of a country. A
    /// first line of headings, empty lines and lines that begin with `#` are passed over; what stands
    /// behind a second comma is a remark.
    ///
    /// # Errors
    /// [`CalendarError`].
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let mut calendar = Self::default();
        for (place, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            let is_heading = place == 0 && line.to_ascii_lowercase().starts_with("date");
            if line.is_empty() || line.starts_with('#') || is_heading {
                continue;
            }
            let fault = CalendarError::Line { line: place + 1 };
            let mut fields = line.split(',');
            let date = fields.next().and_then(|date| date.trim().parse().ok()).ok_or(fault)?;
            let name = fields.next().and_then(|name| EventName::parse(name).ok()).ok_or(fault)?;
            calendar.add(&name, date, Recurrence::Once, date)?;
        }
        Ok(calendar)
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// The events with their dates, in order.
    pub fn events(&self) -> impl Iterator<Item = (&EventName, &[NaiveDate])> {
        self.dates.iter().map(|(name, dates)| (name, dates.as_slice()))
    }
}

impl Recurrence {
    /// The date of the occurrence with this number, the first being 0.
    fn date(self, first: NaiveDate, number: u32) -> Option<NaiveDate> {
        match self {
            Self::Once => (number == 0).then_some(first),
            Self::Every { days } => {
                first.checked_add_days(Days::new(u64::from(days.max(1)) * u64::from(number)))
            }
            Self::Monthly => first.checked_add_months(Months::new(number)),
            Self::Yearly => {
                let year = first.year().checked_add(i32::try_from(number).ok()?)?;
                first.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(recurrence: Recurrence, first: &str, until: &str) -> Vec<String> {
        let mut calendar = Calendar::default();
        let name = EventName::parse("release").unwrap();
        calendar.add(&name, first.parse().unwrap(), recurrence, until.parse().unwrap()).unwrap();
        let dates = calendar.events().next().unwrap().1.to_vec();
        dates.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn events_come_again_as_they_say() {
        let every = Recurrence::Every { days: 28 };
        assert_eq!(
            dates(every, "2026-01-06", "2026-03-03"),
            ["2026-01-06", "2026-02-03", "2026-03-03"]
        );
        assert_eq!(dates(Recurrence::Once, "2026-01-06", "2030-01-01"), ["2026-01-06"]);
        assert_eq!(
            dates(Recurrence::Monthly, "2026-01-31", "2026-04-01"),
            ["2026-01-31", "2026-02-28", "2026-03-31"]
        );
        assert_eq!(
            dates(Recurrence::Yearly, "2024-02-29", "2026-12-31"),
            ["2024-02-29", "2025-02-28", "2026-02-28"]
        );
    }

    #[test]
    fn a_file_of_holidays_is_read() {
        let file = "\u{feff}date,event,country\n# made by hand\n\n2026-12-25, Christmas Day ,DE\r\n2025-12-25,Christmas Day,DE\n";
        let calendar = Calendar::parse(file).unwrap();
        let (name, dates) = calendar.events().next().unwrap();
        assert_eq!((name.as_str(), dates.len()), ("Christmas Day", 2));
        for (file, line) in
            [("2026-13-01,x", 1), ("date,event\n2026-01-01", 2), ("2026-01-01, ", 1)]
        {
            assert_eq!(Calendar::parse(file), Err(CalendarError::Line { line }));
        }
    }

    #[test]
    fn a_calendar_has_limits() {
        let mut calendar = Calendar::default();
        let name = EventName::parse("daily").unwrap();
        let first = NaiveDate::default();
        let endless = calendar.add(&name, first, Recurrence::Every { days: 0 }, NaiveDate::MAX);
        assert_eq!(endless, Err(CalendarError::TooManyDates));
        assert!(EventName::parse(&"x".repeat(101)).is_err());
        assert!(EventName::parse("a\nb").is_err());
    }
}
