//! The same plan with other numbers. Nothing is stored.

use super::backlog::{Arrival, Course, Period, simulate};
use super::erlang::StaffingError;
use crate::limits::HORIZON_DAYS;
use crate::poisson::whole;

/// Most tickets of one plan, so that a large factor does not fill the memory.
const ARRIVALS: usize = 5_000_000;

/// People, and what they are to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The time with the people at work.
    pub periods: Vec<Period>,
    /// Tickets that wait and that come.
    pub arrivals: Vec<Arrival>,
    /// Within how many seconds of opening hours tickets are to be answered.
    pub target_seconds: f64,
}

/// What is different.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// So many times the tickets to come.
    pub tickets: f64,
    /// So many more people whenever somebody is at work, or fewer.
    pub people: i32,
    /// So many times the tickets in an hour of work.
    pub productivity: f64,
}

impl Change {
    /// Nothing.
    pub const NONE: Self = Self { tickets: 1.0, people: 0, productivity: 1.0 };
}

impl Plan {
    /// How it goes.
    pub fn course(&self) -> Course {
        simulate(&self.periods, &self.arrivals, self.target_seconds)
    }

    /// The plan with `change`. Tickets that wait already stay as many.
    ///
    /// # Errors
    /// [`StaffingError`] for factors that are none or give too many tickets.
    pub fn with(&self, change: &Change) -> Result<Self, StaffingError> {
        if !(change.tickets.is_finite() && change.tickets >= 0.0) {
            return Err(StaffingError::Tickets);
        }
        if !(change.productivity.is_finite() && change.productivity > 0.0) {
            return Err(StaffingError::Time);
        }
        let many = change.tickets * crate::numbers::number(self.arrivals.len());
        if many > crate::numbers::number(ARRIVALS) {
            return Err(StaffingError::TooMany);
        }
        let mut arrivals = Vec::new();
        let mut carried: f64 = 0.5;
        for arrival in &self.arrivals {
            let mut copies = 1;
            if arrival.at >= 0.0 {
                carried += change.tickets;
                copies = whole(carried.floor());
                carried -= f64::from(copies);
            }
            let work_seconds = arrival.work_seconds / change.productivity;
            let arrival = Arrival { work_seconds, ..*arrival };
            arrivals.extend(std::iter::repeat_n(arrival, copies as usize));
        }
        let mut periods = self.periods.clone();
        for period in periods.iter_mut().filter(|period| period.people > 0) {
            period.people = period.people.saturating_add_signed(change.people);
        }
        Ok(Self { periods, arrivals, target_seconds: self.target_seconds })
    }
}

/// What waits at the end of each day, at the least, as expected, and at the most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BacklogDay {
    /// If as few tickets come as may.
    pub low: usize,
    /// As it is expected.
    pub expected: usize,
    /// If as many come.
    pub high: usize,
    /// Age of the oldest as it is expected, in seconds.
    pub oldest_seconds: f64,
}

/// The backlog by day, for plans whose tickets are as few as may come, as expected, and as many, and
/// whose days have `periods_a_day` periods each. At most as many days as are forecast.
pub fn backlog_by_day(plans: [&Plan; 3], periods_a_day: usize) -> Vec<BacklogDay> {
    let [low, expected, high] = plans.map(Plan::course);
    let ends = |course: &Course| -> Vec<_> {
        course.backlog.chunks_exact(periods_a_day.max(1)).filter_map(<[_]>::last).copied().collect()
    };
    let (low, expected, high) = (ends(&low), ends(&expected), ends(&high));
    let days = low.iter().zip(&expected).zip(&high).take(HORIZON_DAYS);
    days.map(|((low, expected), high)| BacklogDay {
        low: low.tickets,
        expected: expected.tickets,
        high: high.tickets,
        oldest_seconds: expected.oldest_seconds,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::Priority;

    use super::*;
    use crate::staffing::backlog::{Outlook, spread};

    const HOUR: f64 = 3600.0;

    fn plan(tickets_a_day: f64) -> Plan {
        let day =
            [Period { seconds: 8.0 * HOUR, people: 5 }, Period { seconds: 16.0 * HOUR, people: 0 }];
        let expected: Vec<f64> =
            (0..20).map(|half| if half % 2 == 0 { tickets_a_day } else { 0.0 }).collect();
        Plan {
            periods: day.repeat(10),
            arrivals: spread(&expected, 12.0 * HOUR, Priority::Medium, 1200.0),
            target_seconds: 8.0 * HOUR,
        }
    }

    #[test]
    fn a_change_is_seen_and_nothing_is_stored() {
        let plan = plan(100.0);
        let before = plan.course();
        assert_eq!(plan.with(&Change::NONE).unwrap(), plan);
        let more = plan.with(&Change { tickets: 1.5, ..Change::NONE }).unwrap();
        assert_eq!(more.arrivals.len(), 1500);
        assert!(matches!(more.course().outlook, Outlook::NeverClears { .. }));
        let hired = more.with(&Change { people: 3, ..Change::NONE }).unwrap();
        assert!(matches!(hired.course().outlook, Outlook::Clears { .. }));
        let quicker = more.with(&Change { productivity: 1.6, ..Change::NONE }).unwrap();
        assert!(matches!(quicker.course().outlook, Outlook::Clears { .. }));
        let alone = plan.with(&Change { people: -9, ..Change::NONE }).unwrap();
        assert_eq!(alone.course().answered, 0);
        assert_eq!(plan.course(), before);
        for wrong in [f64::NAN, -1.0, f64::INFINITY, 1e12] {
            assert!(plan.with(&Change { tickets: wrong, ..Change::NONE }).is_err());
        }
        assert!(plan.with(&Change { productivity: 0.0, ..Change::NONE }).is_err());
    }

    #[test]
    fn the_backlog_has_a_range_by_day() {
        let days = backlog_by_day([&plan(80.0), &plan(125.0), &plan(150.0)], 2);
        assert_eq!(days.len(), 10);
        // What comes after work, a third of the day's, waits until the morning.
        assert_eq!((days[9].low, days[9].expected, days[9].high), (28, 90, 324));
        assert!(days.iter().all(|day| day.low <= day.expected && day.expected <= day.high));
    }
}
