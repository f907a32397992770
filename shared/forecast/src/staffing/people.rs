//! The smallest number of people that meets a target.

use super::erlang::{self, Load, Performance, SERVERS, StaffingError};
use crate::poisson::whole;

/// Occupancy from which on people are flagged as overworked.
pub const HIGH_OCCUPANCY: f64 = 0.85;

/// What is to be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceTarget {
    /// This share
    share: f64,
    /// is answered within so many seconds,
    seconds: f64,
    /// and people are busy for at most this share of their time.
    occupancy: f64,
}

impl ServiceTarget {
    /// `share` answered within `seconds`, with at most `occupancy` of people's time taken.
    ///
    /// # Errors
    /// [`StaffingError::Share`] or [`StaffingError::Time`].
    pub fn new(share: f64, seconds: f64, occupancy: f64) -> Result<Self, StaffingError> {
        let is_share = (0.0..1.0).contains(&share);
        if !is_share || occupancy.is_nan() || occupancy <= 0.0 || occupancy > 1.0 {
            return Err(StaffingError::Share);
        }
        if !(seconds.is_finite() && seconds >= 0.0) {
            return Err(StaffingError::Time);
        }
        Ok(Self { share, seconds, occupancy })
    }

    fn is_met(&self, found: Option<&Performance>) -> bool {
        found.is_some_and(|found| {
            found.service_level >= self.share && found.occupancy <= self.occupancy
        })
    }
}

/// How people work who wait for calls or chats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crew {
    /// After how long those who wait give up, on average in seconds; nothing where that is unknown.
    /// Then nobody is taken to give up, which asks for more people than it takes.
    pub patience_seconds: Option<f64>,
    /// Chats that one person handles at once; 1 for calls.
    pub concurrency: u8,
    /// The share of paid time that is not work on tickets: breaks, training, illness.
    pub shrinkage: f64,
}

/// The people that a target takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Required {
    /// At work at once.
    pub people: u32,
    /// To be scheduled, so that as many are at work.
    pub scheduled: u32,
    /// How they do.
    pub performance: Performance,
    /// How one fewer would do, which misses the target; nothing where the queue would grow without
    /// end, or where nobody is needed.
    pub one_fewer: Option<Performance>,
    /// Whether they are busy for so much of their time that it will not last.
    pub is_overworked: bool,
    /// Whether chats share people, so that this is an approximation.
    pub is_approximate: bool,
}

/// The smallest number of people who meet `target`; one fewer does not.
///
/// # Errors
/// [`StaffingError`].
pub fn required(
    load: Load,
    target: &ServiceTarget,
    crew: &Crew,
) -> Result<Required, StaffingError> {
    if !(0.0..1.0).contains(&crew.shrinkage) || crew.concurrency == 0 {
        return Err(StaffingError::Share);
    }
    let concurrency = u32::from(crew.concurrency);
    let perform = |people: u32| {
        let servers = people.saturating_mul(concurrency);
        match crew.patience_seconds {
            Some(patience) => {
                erlang::with_abandonment(load, servers, patience, target.seconds).map(Some)
            }
            None => Ok(erlang::without_abandonment(load, servers, target.seconds)),
        }
    };
    // Service gets better and occupancy lower with everybody who comes, so halving finds the first.
    let (mut fewest, mut enough) = (0, SERVERS / concurrency);
    if !target.is_met(perform(enough)?.as_ref()) {
        return Err(StaffingError::TooMany);
    }
    // Doubling first: sums over many servers take long.
    let mut tried = 1;
    while tried < enough {
        if target.is_met(perform(tried)?.as_ref()) {
            enough = tried;
            break;
        }
        fewest = tried + 1;
        tried = tried.saturating_mul(2);
    }
    if target.is_met(perform(0)?.as_ref()) {
        (fewest, enough) = (0, 0);
    }
    while fewest < enough {
        let middle = fewest + (enough - fewest) / 2;
        if target.is_met(perform(middle)?.as_ref()) {
            enough = middle;
        } else {
            fewest = middle + 1;
        }
    }
    let performance = perform(enough)?.ok_or(StaffingError::TooMany)?;
    Ok(Required {
        people: enough,
        scheduled: scheduled(enough, crew.shrinkage),
        performance,
        one_fewer: enough.checked_sub(1).map(perform).transpose()?.flatten(),
        is_overworked: performance.occupancy > HIGH_OCCUPANCY,
        is_approximate: concurrency > 1,
    })
}

/// People to be scheduled so that `people` are at work.
fn scheduled(people: u32, shrinkage: f64) -> u32 {
    // A hair less, as 0.7 is not exactly that.
    whole((f64::from(people) / (1.0 - shrinkage) - 1e-9).ceil())
}

/// The people that a load of so many Erlang takes by the rule of the square root: the work itself and
/// `beta` times its root. A rule of thumb for large crews.
pub fn square_root_rule(erlang: f64, beta: f64) -> u32 {
    whole((erlang + beta * erlang.max(0.0).sqrt() - 1e-9).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLS: Crew = Crew { patience_seconds: None, concurrency: 1, shrinkage: 0.3 };

    fn calls() -> Load {
        Load::new(100.0, 1800.0, 180.0).unwrap()
    }

    #[test]
    fn the_smallest_number_is_found_and_one_fewer_fails() {
        let target = ServiceTarget::new(0.8, 20.0, 1.0).unwrap();
        let found = required(calls(), &target, &CALLS).unwrap();
        assert_eq!((found.people, found.scheduled), (14, 20));
        assert!(found.one_fewer.unwrap().service_level < 0.8);
        assert!(!found.is_overworked && !found.is_approximate);
        assert_eq!(square_root_rule(100.0, 1.0), 110);
    }

    #[test]
    fn every_number_is_the_smallest() {
        for tickets in [0.0, 0.3, 1.0, 7.0, 55.0, 400.0, 5000.0] {
            for patience_seconds in [None, Some(60.0), Some(600.0)] {
                for (share, seconds, occupancy) in
                    [(0.5, 0.0, 1.0), (0.8, 20.0, 0.85), (0.99, 5.0, 1.0)]
                {
                    let load = Load::new(tickets, 1800.0, 240.0).unwrap();
                    let target = ServiceTarget::new(share, seconds, occupancy).unwrap();
                    let crew = Crew { patience_seconds, ..CALLS };
                    let found = required(load, &target, &crew).unwrap();
                    assert!(target.is_met(Some(&found.performance)));
                    assert!(!target.is_met(found.one_fewer.as_ref()), "{tickets} {found:?}");
                    assert_eq!(found.people == 0, tickets == 0.0);
                }
            }
        }
    }

    #[test]
    fn chats_share_people_and_patience_saves_some() {
        let target = ServiceTarget::new(0.8, 20.0, 1.0).unwrap();
        let chats = Crew { concurrency: 3, ..CALLS };
        let found = required(calls(), &target, &chats).unwrap();
        assert_eq!((found.people, found.is_approximate), (5, true));
        let impatient = Crew { patience_seconds: Some(60.0), ..CALLS };
        assert!(required(calls(), &target, &impatient).unwrap().people < 14);
        // Busy people are flagged, and a limit of occupancy adds some.
        let large = Load::new(2000.0, 1800.0, 180.0).unwrap();
        assert!(required(large, &target, &CALLS).unwrap().is_overworked);
        let calm = ServiceTarget::new(0.8, 20.0, 0.85).unwrap();
        let found = required(large, &calm, &CALLS).unwrap();
        assert_eq!(found.people, whole((200.0_f64 / 0.85).ceil()));
    }

    #[test]
    fn what_is_no_target_is_refused() {
        assert_eq!(ServiceTarget::new(1.0, 20.0, 1.0), Err(StaffingError::Share));
        assert_eq!(ServiceTarget::new(0.8, f64::NAN, 1.0), Err(StaffingError::Time));
        assert_eq!(ServiceTarget::new(0.8, 20.0, 0.0), Err(StaffingError::Share));
        let target = ServiceTarget::new(0.8, 20.0, 1.0).unwrap();
        let nobody = Crew { shrinkage: 1.0, ..CALLS };
        assert_eq!(required(calls(), &target, &nobody), Err(StaffingError::Share));
        let endless = Load::new(1e9, 60.0, 60.0).unwrap();
        assert_eq!(required(endless, &target, &CALLS), Err(StaffingError::TooMany));
    }
}
