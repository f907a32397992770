//! Times in which a whole service is gone.

use std::time::Duration;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::{Schedule, Service};
use crate::seed::Sequence;

/// The time in which each disruption comes once, in an order and at moments of its own.
pub const CYCLE: Duration = Duration::from_secs(20);

/// The four disruptions share a cycle.
const SLOT: Duration = Duration::from_secs(5);
/// When in its slot a disruption begins, in milliseconds.
const BEGIN_MS: std::ops::RangeInclusive<u64> = 1_000..=1_500;
/// How long every call to a service fails, in milliseconds.
const OUTAGE_MS: std::ops::RangeInclusive<u64> = 2_000..=3_000;
/// How long nothing listens on the port of a service, in milliseconds.
const CLOSED_PORT_MS: std::ops::RangeInclusive<u64> = 600..=1_200;

/// How a whole service is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disruption {
    /// Every call to it fails.
    Outage(Service),
    /// Nothing listens on its port.
    PortClosed(Service),
}

/// A disruption with its time, counted from the beginning of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// What it is.
    pub disruption: Disruption,
    /// Its first moment.
    pub begin: Duration,
    /// The first moment after it.
    pub end: Duration,
}

impl Schedule {
    /// The disruption at `elapsed`, if there is one.
    pub fn disruption(self, elapsed: Duration) -> Option<Disruption> {
        let windows = self.cycle(cycle_number(elapsed)).into_iter();
        windows
            .filter(|window| window.begin <= elapsed && elapsed < window.end)
            .map(|window| window.disruption)
            .next()
    }

    /// The next time after `elapsed` in which the port of `service` is to be closed.
    pub fn next_closed_port(self, service: Service, elapsed: Duration) -> Option<Window> {
        let now = cycle_number(elapsed);
        let windows = [now, now + 1].into_iter().flat_map(|cycle| self.cycle(cycle));
        windows
            .filter(|window| window.disruption == Disruption::PortClosed(service))
            .find(|window| window.begin > elapsed)
    }

    fn cycle(self, cycle: u32) -> [Window; 4] {
        let mut generator = self.seed.generator(Sequence::Disruptions, u64::from(cycle));
        let mut disruptions = [
            Disruption::Outage(Service::DynamoDb),
            Disruption::Outage(Service::Sqs),
            Disruption::PortClosed(Service::DynamoDb),
            Disruption::PortClosed(Service::Sqs),
        ];
        disruptions.shuffle(&mut generator);
        let mut slot = CYCLE * cycle;
        disruptions.map(|disruption| {
            let begin = slot + milliseconds(BEGIN_MS, &mut generator);
            let lasts = match disruption {
                Disruption::Outage(_) => OUTAGE_MS,
                Disruption::PortClosed(_) => CLOSED_PORT_MS,
            };
            slot += SLOT;
            Window { disruption, begin, end: begin + milliseconds(lasts, &mut generator) }
        })
    }
}

fn cycle_number(elapsed: Duration) -> u32 {
    u32::try_from(elapsed.as_secs() / CYCLE.as_secs()).unwrap_or(u32::MAX - 1)
}

fn milliseconds(range: std::ops::RangeInclusive<u64>, generator: &mut impl Rng) -> Duration {
    Duration::from_millis(generator.random_range(range))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    const SCHEDULE: Schedule = Schedule { seed: Seed(7) };
    const STEP: Duration = Duration::from_millis(100);

    #[test]
    fn each_cycle_has_each_disruption_once_and_one_at_a_time() {
        for cycle in 0..50 {
            let windows = SCHEDULE.cycle(cycle);
            let mut end = CYCLE * cycle;
            for window in &windows {
                assert!(end < window.begin && window.begin < window.end, "{windows:?}");
                end = window.end;
                let twice = windows.iter().filter(|other| other.disruption == window.disruption);
                assert_eq!(twice.count(), 1);
            }
            assert!(end < CYCLE * (cycle + 1));
        }
        assert_ne!(
            SCHEDULE.cycle(0).map(|window| window.begin),
            SCHEDULE.cycle(1).map(|window| window.begin - CYCLE)
        );
    }

    #[test]
    fn a_moment_knows_its_disruption() {
        for window in SCHEDULE.cycle(3) {
            assert_eq!(SCHEDULE.disruption(window.begin), Some(window.disruption));
            assert_eq!(SCHEDULE.disruption(window.end), None);
        }
        assert_eq!(SCHEDULE.disruption(Duration::ZERO), None);
    }

    #[test]
    fn the_next_closed_port_is_found_from_every_moment() {
        let mut elapsed = Duration::ZERO;
        while elapsed < CYCLE * 3 {
            let next = SCHEDULE.next_closed_port(Service::Sqs, elapsed).unwrap();
            assert_eq!(next.disruption, Disruption::PortClosed(Service::Sqs));
            assert!(elapsed < next.begin && next.begin < elapsed + CYCLE * 2);
            elapsed += STEP;
        }
    }
}
