//! Until when a ticket is to be answered and resolved.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use copilot_core::ticket::Priority;

use crate::staffing::hours::OpeningHours;
use crate::zone::{HalfHour, Zone};

/// Longest target: a year.
const TARGET_MAXIMUM: TimeDelta = TimeDelta::days(365);
/// Furthest that opening hours are looked for, in half hours: five years.
const HALF_HOURS_AHEAD: u32 = 5 * 366 * 48;
/// Length of a half hour.
const HALF_HOUR: TimeDelta = TimeDelta::minutes(30);

/// The text is no targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must name each priority once with the times to the first answer and to the resolution, such as \"critical=30m/4h high=2h/1d medium=8h/3d low=1d/5d\""
)]
pub struct ParseTargetsError;

/// How soon tickets of one priority are to be answered and resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The first answer.
    pub first_response: TimeDelta,
    /// The resolution.
    pub resolution: TimeDelta,
}

/// The targets of each priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    by_priority: [Target; Priority::ALL.len()],
}

impl Targets {
    /// Reads targets such as `critical=30m/4h high=2h/1d medium=8h/3d low=1d/5d`, in minutes, hours and
    /// days. A day is 24 hours, of opening hours too.
    ///
    /// # Errors
    /// [`ParseTargetsError`].
    pub fn parse(text: &str) -> Result<Self, ParseTargetsError> {
        let mut found = [None; Priority::ALL.len()];
        for part in text.split_whitespace() {
            let (name, times) = part.split_once('=').ok_or(ParseTargetsError)?;
            let place = Priority::ALL.iter().position(|known| known.name() == name);
            let (response, resolution) = times.split_once('/').ok_or(ParseTargetsError)?;
            let target = Target {
                first_response: duration(response).ok_or(ParseTargetsError)?,
                resolution: duration(resolution).ok_or(ParseTargetsError)?,
            };
            let slot = place.and_then(|place| found.get_mut(place)).ok_or(ParseTargetsError)?;
            if slot.is_some() || target.resolution < target.first_response {
                return Err(ParseTargetsError);
            }
            *slot = Some(target);
        }
        let [Some(low), Some(medium), Some(high), Some(critical)] = found else {
            return Err(ParseTargetsError);
        };
        Ok(Self { by_priority: [low, medium, high, critical] })
    }

    /// The target of a priority.
    pub fn of(&self, priority: Priority) -> Target {
        let place = Priority::ALL.iter().position(|known| *known == priority);
        self.by_priority[place.unwrap_or_default()]
    }
}

fn duration(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: i64 = digits.parse().ok()?;
    let time = match unit {
        'm' => TimeDelta::minutes(count),
        'h' => TimeDelta::hours(count),
        'd' => TimeDelta::days(count),
        _ => return None,
    };
    (time > TimeDelta::zero() && time <= TARGET_MAXIMUM).then_some(time)
}

/// In which hours time counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    hours: OpeningHours,
    zone: Zone,
}

impl Clock {
    /// In all.
    pub const ALWAYS: Self = Self { hours: OpeningHours::ALWAYS, zone: Zone::UTC };

    /// In `hours` of the clock in `zone`.
    pub fn new(hours: OpeningHours, zone: Zone) -> Self {
        Self { hours, zone }
    }

    /// The moment at which `time` has passed since `from`; nothing if that is not within five years.
    pub fn after(&self, from: DateTime<Utc>, time: TimeDelta) -> Option<DateTime<Utc>> {
        let Self { hours, zone } = self;
        if *hours == OpeningHours::ALWAYS {
            return from.checked_add_signed(time);
        }
        let mut left = time;
        let mut half_hour = HalfHour::of(from);
        for _ in 0..HALF_HOURS_AHEAD {
            let (day, clock) = zone.place(half_hour);
            if hours.is_open(day.weekday(), clock) {
                let start = half_hour.begins().max(from);
                let end = half_hour.begins().checked_add_signed(HALF_HOUR)?;
                let part = end.signed_duration_since(start);
                if left <= part {
                    return start.checked_add_signed(left);
                }
                left = left.checked_sub(&part)?;
            }
            half_hour = half_hour.next();
        }
        None
    }
}

/// How a ticket stands towards a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was reached.
    Met,
    /// It was reached too late.
    MetLate,
    /// It is missed in so much time, by the wall clock.
    BreachesIn(TimeDelta),
    /// It was missed so long ago.
    BreachedFor(TimeDelta),
}

/// How what was due at `due` stands at `now`, if it was done at `done`.
pub fn standing(due: DateTime<Utc>, done: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Standing {
    match done {
        Some(done) if done <= due => Standing::Met,
        Some(_) => Standing::MetLate,
        None if now <= due => Standing::BreachesIn(due.signed_duration_since(now)),
        None => Standing::BreachedFor(now.signed_duration_since(due)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "critical=30m/4h high=2h/1d medium=8h/3d low=1d/5d";

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn targets_are_read() {
        let targets = Targets::parse(TEXT).unwrap();
        let critical = targets.of(Priority::Critical);
        assert_eq!(critical.first_response, TimeDelta::minutes(30));
        assert_eq!(targets.of(Priority::Low).resolution, TimeDelta::days(5));
        for wrong in [
            "",
            "critical=30m/4h",
            "critical=30m/4h high=2h/1d medium=8h/3d low=1d",
            "critical=30m/4h high=2h/1d medium=8h/3d low=0h/5d",
            "critical=30m/4h high=2h/1d medium=8h/3d low=9d/5d",
            "critical=30m/4h high=2h/1d medium=8h/3d low=1d/400d",
            "critical=30m/4h critical=30m/4h high=2h/1d medium=8h/3d low=1d/5d",
            "critical=30m/4h high=2h/1d medium=8h/3d none=1d/5d",
            "critical=30m/4h high=2h/1d medium=8h/3d low=1dä/5d",
        ] {
            assert_eq!(Targets::parse(wrong), Err(ParseTargetsError), "{wrong}");
        }
    }

    #[test]
    fn opening_hours_stop_the_clock() {
        let hours = OpeningHours::parse("Mon-Fri 09:00-17:00").unwrap();
        let open = Clock::new(hours, Zone::parse("Europe/Berlin").unwrap());
        let after = |from: &str, minutes| open.after(time(from), TimeDelta::minutes(minutes));
        // 16:50 on a Friday in Berlin: ten minutes are left of that day.
        assert_eq!(after("2026-03-27T15:50:00Z", 10), Some(time("2026-03-27T16:00:00Z")));
        // The clock is put forward on the Sunday.
        assert_eq!(after("2026-03-27T15:50:00Z", 30), Some(time("2026-03-30T07:20:00Z")));
        assert_eq!(after("2026-03-28T00:00:00Z", 480), Some(time("2026-03-30T15:00:00Z")));
        assert_eq!(
            Clock::ALWAYS.after(time("2026-03-28T00:00:00Z"), TimeDelta::hours(1)),
            Some(time("2026-03-28T01:00:00Z"))
        );
    }

    #[test]
    fn a_ticket_stands_met_late_or_due() {
        let due = time("2026-03-27T12:00:00Z");
        let at = |text: &str| Some(time(text));
        assert_eq!(standing(due, at("2026-03-27T12:00:00Z"), due), Standing::Met);
        assert_eq!(standing(due, at("2026-03-27T12:00:01Z"), due), Standing::MetLate);
        let now = time("2026-03-27T11:00:00Z");
        assert_eq!(standing(due, None, now), Standing::BreachesIn(TimeDelta::hours(1)));
        let now = time("2026-03-27T14:00:00Z");
        assert_eq!(standing(due, None, now), Standing::BreachedFor(TimeDelta::hours(2)));
    }
}
