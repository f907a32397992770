//! The time zone of a team, and the half hours of its days.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike, Utc};
use chrono_tz::Tz;

/// Seconds of a half hour.
const SECONDS: i64 = 30 * 60;
/// Half hours of a usual day.
pub const HALF_HOURS_A_DAY: usize = 48;

/// A half hour of UTC: it begins at a full or half hour there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfHour(i64);

impl HalfHour {
    /// The half hour that `time` is in.
    pub fn of(time: DateTime<Utc>) -> Self {
        Self(time.timestamp().div_euclid(SECONDS))
    }

    /// When it begins.
    pub fn begins(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.saturating_mul(SECONDS), 0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// No time zone has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of a time zone, such as UTC, Europe/Berlin or America/New_York")]
pub struct ParseZoneError;

/// A time zone of the IANA database, by which a team's days begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Reads a name such as `Europe/Berlin`.
    ///
    /// # Errors
    /// [`ParseZoneError`].
    pub fn parse(name: &str) -> Result<Self, ParseZoneError> {
        name.trim().parse().map(Self).map_err(|_| ParseZoneError)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day there in which `half_hour` begins, and the half hour of the clock, from 0 to 47.
    pub fn place(self, half_hour: HalfHour) -> (NaiveDate, usize) {
        let local = half_hour.begins().with_timezone(&self.0);
        (local.date_naive(), local.num_seconds_from_midnight() as usize / 1800)
    }

    /// The clock there at `time`, with its distance from UTC (RFC 3339).
    pub fn clock(self, time: DateTime<Utc>) -> String {
        time.with_timezone(&self.0).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    /// The half hours that begin on `day` there, with their half hour of the clock: 48, or 46 and 50
    /// where the clock is put forward and back by an hour. Times that the clock leaves out are missing,
    /// those that come twice are there twice.
    pub fn half_hours(self, day: NaiveDate) -> Vec<(HalfHour, usize)> {
        // The day begins within a day of the same time in UTC, wherever it is.
        let midnight = NaiveTime::MIN;
        let start = day.checked_sub_days(Days::new(1)).unwrap_or(day).and_time(midnight);
        let mut half_hour = HalfHour::of(Utc.from_utc_datetime(&start));
        let end = start.checked_add_signed(TimeDelta::days(3)).unwrap_or(start);
        let end = HalfHour::of(Utc.from_utc_datetime(&end));
        let mut half_hours = Vec::with_capacity(HALF_HOURS_A_DAY + 2);
        while half_hour < end {
            let (date, clock) = self.place(half_hour);
            if date == day {
                half_hours.push((half_hour, clock));
            }
            half_hour = half_hour.next();
        }
        half_hours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(zone: &str, day: &str) -> usize {
        Zone::parse(zone).unwrap().half_hours(day.parse().unwrap()).len()
    }

    #[test]
    fn days_have_as_many_half_hours_as_the_clock_says() {
        for (zone, day, expected) in [
            ("Europe/Berlin", "2026-03-29", 46),
            ("Europe/Berlin", "2026-10-25", 50),
            ("Europe/Berlin", "2026-10-26", 48),
            ("America/New_York", "2026-03-08", 46),
            ("America/New_York", "2026-11-01", 50),
            ("Australia/Lord_Howe", "2026-10-04", 47),
            ("Australia/Lord_Howe", "2026-04-05", 49),
            ("Asia/Kathmandu", "2026-03-29", 48),
            ("Pacific/Kiritimati", "2026-03-29", 48),
            ("Pacific/Apia", "2011-12-30", 0),
            ("UTC", "2026-03-29", 48),
        ] {
            assert_eq!(count(zone, day), expected, "{zone} {day}");
        }
    }

    #[test]
    fn a_half_hour_is_on_the_day_and_at_the_clock_of_its_zone() {
        let time = "2026-10-25T00:59:59Z".parse().unwrap();
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let (day, clock) = berlin.place(HalfHour::of(time));
        assert_eq!((day.to_string().as_str(), clock), ("2026-10-25", 5));
        // An hour later the clock says the same.
        let later = HalfHour::of(time).next().next();
        assert_eq!(berlin.place(later), (day, clock));
        assert_eq!(
            HalfHour::of("1969-12-31T23:59:59Z".parse().unwrap()).next().begins(),
            DateTime::UNIX_EPOCH
        );
        assert_eq!(Zone::parse("Europe/Atlantis"), Err(ParseZoneError));
    }
}
