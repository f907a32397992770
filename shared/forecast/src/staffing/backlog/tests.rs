//! By hand, and against Erlang C.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::staffing::erlang::{Load, without_abandonment};

/// An hour of work of 8 or 6 people, 6 hours a day, 3 tickets an hour each.
const HOUR: f64 = 3600.0;
const TICKET: f64 = 1200.0;

fn tickets(count: usize, at: f64) -> Vec<Arrival> {
    vec![Arrival { at, priority: Priority::Medium, work_seconds: TICKET }; count]
}

/// Days of which each begins with 6 hours of work, with 100 tickets open and 120 to come a day.
fn days(people: u32, days: usize) -> Course {
    let mut periods = Vec::new();
    let mut arrivals = tickets(100, -HOUR);
    for day in 0..days {
        periods.push(Period { seconds: 6.0 * HOUR, people });
        periods.push(Period { seconds: 18.0 * HOUR, people: 0 });
        arrivals.extend(tickets(120, number(day) * 24.0 * HOUR));
    }
    simulate(&periods, &arrivals, 6.0 * HOUR)
}

fn at_the_ends_of_days(course: &Course) -> Vec<usize> {
    course.backlog.iter().skip(1).step_by(2).map(|backlog| backlog.tickets).collect()
}

#[test]
fn eight_people_clear_a_hundred_tickets_in_five_days() {
    let course = days(8, 5);
    assert_eq!(at_the_ends_of_days(&course), [76, 52, 28, 4, 0]);
    assert_eq!(course.outlook, Outlook::Clears { period: 8 });
    assert_eq!(course.answered, 700);
}

#[test]
fn six_people_never_clear_them() {
    let course = days(6, 5);
    assert_eq!(at_the_ends_of_days(&course), [112, 124, 136, 148, 160]);
    let excess_work_seconds = 60.0 * TICKET;
    assert_eq!(course.outlook, Outlook::NeverClears { excess_work_seconds });
    assert_eq!(days(8, 3).outlook, Outlook::ClearsLater);
}

#[test]
fn it_equals_erlang_c_when_fed_with_its_assumptions() {
    let (people, arrivals) = (14, 4_000_000);
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let mut exponential = |mean: f64| -mean * (1.0 - random.random::<f64>()).ln();
    let mut at = 0.0;
    let come: Vec<Arrival> = (0..arrivals)
        .map(|_| {
            at += exponential(18.0);
            Arrival { at, priority: Priority::Low, work_seconds: exponential(180.0) }
        })
        .collect();
    let course = simulate(&[Period { seconds: at + 10.0 * HOUR, people }], &come, 20.0);
    // Of the arrivals and the work as they were drawn: their chance is not the simulation's.
    let work: f64 = come.iter().map(|ticket| ticket.work_seconds).sum();
    let load = Load::new(number(arrivals), at, work / number(arrivals)).unwrap();
    let expected = without_abandonment(load, people, 20.0).unwrap().mean_wait_seconds;
    assert_eq!(course.answered, arrivals);
    let ratio = course.mean_wait_seconds / expected;
    assert!((0.98..1.02).contains(&ratio), "{} for {expected}", course.mean_wait_seconds);
}

#[test]
fn the_urgent_go_first_and_the_old_before_the_new() {
    let one = |at: f64, priority| Arrival { at, priority, work_seconds: HOUR };
    let arrivals = [
        one(0.0, Priority::Low),
        one(1.0, Priority::Low),
        one(2.0, Priority::Critical),
        one(3.0, Priority::Low),
    ];
    let periods = [Period { seconds: 2.5 * HOUR, people: 1 }, Period { seconds: HOUR, people: 0 }];
    let course = simulate(&periods, &arrivals, HOUR);
    // The first and the critical one are done; the second is taken up and put back.
    assert_eq!((course.answered, course.backlog[1].tickets), (2, 2));
    assert_eq!(course.backlog[1].oldest_seconds, 3.5 * HOUR - 1.0);
    let later = [periods[0], periods[1], Period { seconds: HOUR, people: 1 }];
    let course = simulate(&later, &arrivals, HOUR);
    assert_eq!((course.answered, course.backlog[2].tickets), (3, 1));
}

#[test]
fn the_smallest_crew_is_found_and_one_fewer_fails() {
    let open: Vec<(f64, bool)> =
        (0..10).flat_map(|_| [(6.0 * HOUR, true), (18.0 * HOUR, false)]).collect();
    let mut expected = Vec::new();
    for _ in 0..10 {
        expected.extend([90.0, 30.0]);
    }
    // Half of a day each, so that most come while somebody is there.
    let arrivals = spread(&expected, 12.0 * HOUR, Priority::Medium, TICKET);
    assert_eq!(arrivals.len(), 1200);
    let found = required(&open, &arrivals, 0.9, 6.0 * HOUR).unwrap();
    assert!(found.course.in_time >= 0.9);
    assert!(found.one_fewer.as_ref().unwrap().in_time < 0.9, "{found:?}");
    assert!((6..=8).contains(&found.people), "{}", found.people);
    assert_eq!(required(&open, &[], 0.9, HOUR).unwrap().people, 0);
    assert_eq!(required(&[(HOUR, false)], &arrivals, 0.9, HOUR), Err(StaffingError::NeverOpen));
    assert_eq!(required(&open, &arrivals, 2.0, HOUR), Err(StaffingError::Share));
}

#[test]
fn expected_tickets_come_as_whole_ones() {
    let arrivals = spread(&[0.4; 10], 60.0, Priority::Low, 1.0);
    assert_eq!(arrivals.len(), 4);
    assert!(arrivals.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(spread(&[-1.0, 0.0], 60.0, Priority::Low, 1.0).is_empty());
}
