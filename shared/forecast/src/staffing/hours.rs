//! When people are there: opening hours, and the shifts that cover what is needed.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::zone::{HALF_HOURS_A_DAY, Zone};

/// The text is no opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be days with times at full or half hours, such as \"Mon-Fri 09:00-17:30; Sat 10:00-14:00\""
)]
pub struct ParseOpeningHoursError;

/// The half hours of the clock's week in which a team works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    open: [[bool; HALF_HOURS_A_DAY]; 7],
}

impl OpeningHours {
    /// All day, every day.
    pub const ALWAYS: Self = Self { open: [[true; HALF_HOURS_A_DAY]; 7] };

    /// Reads days with times, such as `Mon-Fri 09:00-17:30; Sat 10:00-14:00`. Times that end before
    /// they begin go on to the next day.
    ///
    /// # Errors
    /// [`ParseOpeningHoursError`].
    pub fn parse(text: &str) -> Result<Self, ParseOpeningHoursError> {
        let mut open = [[false; HALF_HOURS_A_DAY]; 7];
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (days, times) = part.split_once(' ').ok_or(ParseOpeningHoursError)?;
            let (from, to) = times.trim().split_once('-').ok_or(ParseOpeningHoursError)?;
            let (from, to) = (slot(from)?, slot(to)?);
            if from == to || from == HALF_HOURS_A_DAY {
                return Err(ParseOpeningHoursError);
            }
            let length = if to > from { to - from } else { to + HALF_HOURS_A_DAY - from };
            for day in weekdays(days)? {
                for place in from..from + length {
                    open[(day + place / HALF_HOURS_A_DAY) % 7][place % HALF_HOURS_A_DAY] = true;
                }
            }
        }
        if open.iter().flatten().any(|open| *open) {
            Ok(Self { open })
        } else {
            Err(ParseOpeningHoursError)
        }
    }

    /// Whether the team works on this weekday in this half hour of the clock.
    pub fn is_open(&self, weekday: Weekday, clock: usize) -> bool {
        let day = &self.open[weekday.num_days_from_monday() as usize];
        day.get(clock).copied().unwrap_or_default()
    }

    /// For each half hour of a day in `zone`, whether the team works.
    pub fn of_day(&self, zone: Zone, day: NaiveDate) -> Vec<bool> {
        let half_hours = zone.half_hours(day);
        half_hours.iter().map(|(_, clock)| self.is_open(day.weekday(), *clock)).collect()
    }
}

fn slot(text: &str) -> Result<usize, ParseOpeningHoursError> {
    let (hour, minute) = text.trim().split_once(':').ok_or(ParseOpeningHoursError)?;
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return Err(ParseOpeningHoursError);
    }
    let hour: usize = hour.parse().map_err(|_| ParseOpeningHoursError)?;
    let half = match minute {
        "00" => 0,
        "30" => 1,
        _ => return Err(ParseOpeningHoursError),
    };
    let slot = 2 * hour + half;
    if slot <= HALF_HOURS_A_DAY { Ok(slot) } else { Err(ParseOpeningHoursError) }
}

/// The days of `Mon`, `Mon-Fri` or `Mon,Wed`, Monday being 0.
fn weekdays(text: &str) -> Result<Vec<usize>, ParseOpeningHoursError> {
    let day = |name: &str| {
        let weekday: Weekday = name.trim().parse().map_err(|_| ParseOpeningHoursError)?;
        Ok(weekday.num_days_from_monday() as usize)
    };
    let mut days = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            None => days.push(day(part)?),
            Some((from, to)) => {
                let (from, to) = (day(from)?, day(to)?);
                days.extend((0..=(to + 7 - from) % 7).map(|further| (from + further) % 7));
            }
        }
    }
    Ok(days)
}

/// The fewest shifts of `length` half hours that have as many people as `required` in every half
/// hour: for each shift, the half hour at which it begins. The last may reach beyond the end.
///
/// Each begins where somebody is missing for the first time. No other choice covers more of what comes
/// after, so no fewer do.
pub fn shifts(required: &[u32], length: usize) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    for (place, required) in required.iter().enumerate() {
        let there = starts.iter().rev().take_while(|start| place - **start < length.max(1)).count();
        let missing = (*required as usize).saturating_sub(there);
        starts.extend(std::iter::repeat_n(place, missing));
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> usize {
        OpeningHours::parse(text).unwrap().open.iter().flatten().filter(|open| **open).count()
    }

    #[test]
    fn opening_hours_are_read() {
        assert_eq!(open("Mon-Fri 09:00-17:30; Sat 10:00-14:00"), 5 * 17 + 8);
        assert_eq!(open("Sat-Mon,Wed 0:00-24:00"), 4 * 48);
        // Over midnight, and over the end of the week.
        let night = OpeningHours::parse("sunday 22:00-06:00").unwrap();
        assert!(night.is_open(Weekday::Sun, 47) && night.is_open(Weekday::Mon, 11));
        assert!(!night.is_open(Weekday::Mon, 12) && !night.is_open(Weekday::Sun, 11));
        for wrong in [
            "",
            "Mon",
            "Mon 9-17",
            "Mon 09:15-17:00",
            "Mon 09:00-09:00",
            "Xyz 09:00-10:00",
            "Mon 25:00-26:00",
            "Mon +9:00-10:00",
        ] {
            assert_eq!(OpeningHours::parse(wrong), Err(ParseOpeningHoursError), "{wrong}");
        }
    }

    #[test]
    fn a_short_day_has_fewer_hours() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let hours = OpeningHours::parse("Mon-Sun 01:00-05:00").unwrap();
        let open = |day: &str| {
            hours.of_day(berlin, day.parse().unwrap()).into_iter().filter(|open| *open).count()
        };
        assert_eq!((open("2026-03-29"), open("2026-10-25"), open("2026-10-26")), (6, 10, 8));
    }

    #[test]
    fn shifts_cover_what_is_required_and_no_fewer_do() {
        let required = [0, 1, 3, 3, 2, 0, 4, 1];
        let starts = shifts(&required, 3);
        assert_eq!(starts, [1, 2, 2, 6, 6, 6, 6]);
        for (place, required) in required.iter().enumerate() {
            let there =
                starts.iter().filter(|start| **start <= place && place < **start + 3).count();
            assert!(there >= *required as usize, "{place}");
        }
        assert_eq!(shifts(&[2, 2, 2, 2], 4), [0, 0]);
        assert_eq!(shifts(&[], 4), [0_usize; 0]);
        assert_eq!(shifts(&[1, 1], 0), [0, 1]);
    }
}
