//! Tickets that wait for hours or days, gone through by simulation.
//!
//! People take the most urgent ticket, and of those the oldest, and work on one at a time. Who leaves
//! while working on one puts it back; somebody goes on with it later.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use copilot_core::ticket::Priority;

use super::erlang::StaffingError;
use crate::numbers::number;

/// Most people that are tried.
const PEOPLE: u32 = 10_000;

/// A ticket to come, or one that waits already: then it came before 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// When, in seconds from the beginning.
    pub at: f64,
    /// How urgent it is.
    pub priority: Priority,
    /// Work on it, in seconds of somebody's time.
    pub work_seconds: f64,
}

/// A part of the time, such as a half hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// How long it is.
    pub seconds: f64,
    /// People at work in it.
    pub people: u32,
}

/// What waits at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// Tickets that are not answered, those that somebody works on included.
    pub tickets: usize,
    /// How long the oldest has waited, in seconds; 0 where none does.
    pub oldest_seconds: f64,
}

/// How it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// What waits at the end of each period.
    pub backlog: Vec<Backlog>,
    /// Tickets that were answered.
    pub answered: usize,
    /// How long they waited until somebody took them, on average in seconds.
    pub mean_wait_seconds: f64,
    /// The share answered within the target's time, of all whose time was over or who were answered.
    pub in_time: f64,
    /// How it goes on.
    pub outlook: Outlook,
}

/// Whether the backlog ever clears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outlook {
    /// In this period, for the first time, somebody at work has nothing to do.
    Clears {
        /// Counted from 0.
        period: usize,
    },
    /// Not within these periods, but people could do more than comes.
    ClearsLater,
    /// It grows, or stays: as much work comes as people can do, or more.
    NeverClears {
        /// By so many seconds of work, over all periods, what comes exceeds what people can do.
        excess_work_seconds: f64,
    },
}

/// Tickets as they are expected to come, spread evenly in each period. Parts of a ticket are carried
/// over, so that over all periods as many come as are expected, to one.
pub fn spread(
    expected: &[f64],
    period_seconds: f64,
    priority: Priority,
    work_seconds: f64,
) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    let mut carried: f64 = 0.5;
    for (place, expected) in expected.iter().enumerate() {
        carried += expected.max(0.0);
        let whole = crate::poisson::whole(carried.floor());
        carried -= f64::from(whole);
        arrivals.extend((0..whole).map(|ticket| Arrival {
            at: (number(place) + f64::from(ticket) / f64::from(whole)) * period_seconds,
            priority,
            work_seconds,
        }));
    }
    arrivals
}

/// Goes through `periods` with the tickets that wait and come. A ticket is in time if it is answered
/// within `target_seconds` of time in which somebody is at work.
pub fn simulate(periods: &[Period], arrivals: &[Arrival], target_seconds: f64) -> Course {
    let mut sorted: Vec<Arrival> = arrivals.to_vec();
    sorted.sort_by(|one, other| one.at.total_cmp(&other.at));
    let mut floor = Floor::new(periods, target_seconds);
    let mut next = sorted.iter().peekable();
    let mut backlog = Vec::with_capacity(periods.len());
    let (mut start, mut cleared) = (0.0, None);
    for period in periods {
        let end = start + period.seconds.max(0.0);
        floor.begin(start, period.people);
        let was_idle = floor.is_idle;
        loop {
            let arrival = next.peek().map_or(f64::INFINITY, |arrival| arrival.at.max(start));
            let done = floor.next_done();
            floor.note_idle(arrival.min(done).min(end));
            if arrival.min(done) >= end {
                break;
            }
            if done <= arrival {
                floor.finish();
            } else if let Some(arrival) = next.next() {
                floor.come(arrival, start);
            }
        }
        if floor.is_idle && !was_idle {
            cleared = Some(backlog.len());
        }
        floor.stop(end);
        backlog.push(floor.backlog(end));
        start = end;
    }
    floor.course(backlog, cleared, &sorted)
}

/// A ticket that nobody works on.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    came: f64,
    /// When somebody took it first.
    taken: Option<f64>,
    work_left: f64,
}

/// A ticket that somebody works on, by when it is done.
#[derive(Debug, Clone, Copy)]
struct InWork {
    done: f64,
    priority: usize,
    ticket: Waiting,
}

impl PartialEq for InWork {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for InWork {}
impl PartialOrd for InWork {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for InWork {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.done.total_cmp(&other.done).then(other.ticket.came.total_cmp(&self.ticket.came))
    }
}

/// Where people work.
struct Floor<'a> {
    periods: &'a [Period],
    /// Time with somebody at work before each period.
    worked_before: Vec<f64>,
    starts: Vec<f64>,
    target: f64,
    people: usize,
    now: f64,
    in_work: BinaryHeap<Reverse<InWork>>,
    /// By priority, the least urgent first.
    waiting: [VecDeque<Waiting>; Priority::ALL.len()],
    answered: usize,
    answered_in_time: usize,
    waited: f64,
    /// Whether somebody at work ever had nothing to do.
    is_idle: bool,
}

impl<'a> Floor<'a> {
    fn new(periods: &'a [Period], target: f64) -> Self {
        let (mut worked_before, mut starts) = (Vec::new(), Vec::new());
        let (mut worked, mut start) = (0.0, 0.0);
        for period in periods {
            worked_before.push(worked);
            starts.push(start);
            start += period.seconds.max(0.0);
            worked += if period.people > 0 { period.seconds.max(0.0) } else { 0.0 };
        }
        Self {
            periods,
            worked_before,
            starts,
            target,
            people: 0,
            now: 0.0,
            in_work: BinaryHeap::new(),
            waiting: Default::default(),
            answered: 0,
            answered_in_time: 0,
            waited: 0.0,
            is_idle: false,
        }
    }

    /// Time with somebody at work until `time`. What came before the beginning counts from there.
    fn worked_until(&self, time: f64) -> f64 {
        let place = self.starts.partition_point(|start| *start <= time);
        let Some(place) = place.checked_sub(1) else { return 0.0 };
        let into = (time - self.starts[place]).min(self.periods[place].seconds);
        self.worked_before[place] + if self.periods[place].people > 0 { into } else { 0.0 }
    }

    fn begin(&mut self, start: f64, people: u32) {
        self.now = start;
        self.people = people as usize;
        self.take_up();
    }

    /// Notes whether somebody has nothing to do from now until `time`.
    fn note_idle(&mut self, time: f64) {
        self.is_idle |= time > self.now + 1e-9 && self.in_work.len() < self.people;
    }

    fn next_done(&self) -> f64 {
        self.in_work.peek().map_or(f64::INFINITY, |Reverse(work)| work.done)
    }

    fn come(&mut self, arrival: &Arrival, start: f64) {
        self.now = arrival.at.max(start);
        let ticket =
            Waiting { came: arrival.at, taken: None, work_left: arrival.work_seconds.max(0.0) };
        self.waiting[place(arrival.priority)].push_back(ticket);
        self.take_up();
    }

    fn finish(&mut self) {
        let Some(Reverse(work)) = self.in_work.pop() else { return };
        self.now = work.done;
        self.answered += 1;
        self.waited += work.ticket.taken.unwrap_or(work.done) - work.ticket.came;
        let worked = self.worked_until(work.done) - self.worked_until(work.ticket.came);
        self.answered_in_time += usize::from(worked <= self.target + 1e-6);
        self.take_up();
    }

    /// Whoever is free takes the next ticket.
    fn take_up(&mut self) {
        while self.in_work.len() < self.people {
            let next = (0..self.waiting.len()).rev().find(|class| !self.waiting[*class].is_empty());
            let Some(priority) = next else { return };
            let Some(mut ticket) = self.waiting[priority].pop_front() else { return };
            ticket.taken = ticket.taken.or(Some(self.now));
            let done = self.now + ticket.work_left;
            self.in_work.push(Reverse(InWork { done, priority, ticket }));
        }
    }

    /// All stop working: what is left goes back to the front, the oldest first.
    fn stop(&mut self, end: f64) {
        let mut left: Vec<InWork> =
            std::mem::take(&mut self.in_work).into_iter().map(|Reverse(work)| work).collect();
        left.sort_by(|one, other| other.ticket.came.total_cmp(&one.ticket.came));
        for InWork { done, priority, mut ticket } in left {
            ticket.work_left = (done - end).max(0.0);
            self.waiting[priority].push_front(ticket);
        }
        self.now = end;
    }

    fn backlog(&self, end: f64) -> Backlog {
        let waiting = || self.waiting.iter().flatten();
        // What is done at this very moment no longer waits.
        let open = || waiting().filter(|ticket| ticket.taken.is_none() || ticket.work_left > 1e-6);
        let oldest = open().map(|ticket| end - ticket.came).fold(0.0, f64::max);
        Backlog { tickets: open().count(), oldest_seconds: oldest }
    }

    fn course(self, backlog: Vec<Backlog>, cleared: Option<usize>, arrivals: &[Arrival]) -> Course {
        let end = self.now;
        let is_late = |ticket: &&Waiting| {
            self.worked_until(end) - self.worked_until(ticket.came) > self.target + 1e-6
        };
        let late = self.waiting.iter().flatten().filter(is_late).count();
        let judged = self.answered + late;
        let comes: f64 =
            arrivals.iter().filter(|a| a.at >= 0.0 && a.at < end).map(|a| a.work_seconds).sum();
        let can: f64 = self.periods.iter().map(|p| p.seconds.max(0.0) * f64::from(p.people)).sum();
        let is_left = backlog.last().is_some_and(|backlog| backlog.tickets > 0);
        let outlook = match cleared {
            _ if is_left && comes >= can - 1e-6 => {
                Outlook::NeverClears { excess_work_seconds: comes - can }
            }
            Some(period) => Outlook::Clears { period },
            None => Outlook::ClearsLater,
        };
        Course {
            backlog,
            answered: self.answered,
            mean_wait_seconds: self.waited / number(self.answered.max(1)),
            in_time: if judged == 0 { 1.0 } else { number(self.answered_in_time) / number(judged) },
            outlook,
        }
    }
}

fn place(priority: Priority) -> usize {
    Priority::ALL.iter().position(|known| *known == priority).unwrap_or_default()
}

/// The people that meet a target by e-mail.
#[derive(Debug, Clone, PartialEq)]
pub struct RequiredForBacklog {
    /// At work in every open period.
    pub people: u32,
    /// How they do.
    pub course: Course,
    /// How one fewer would do, which misses the target; nothing where nobody is needed.
    pub one_fewer: Option<Course>,
}

/// The smallest number of people, the same in each of the periods that `open` names, who answer at
/// least `share` of the tickets within `target_seconds` of opening hours; one fewer does not.
///
/// # Errors
/// [`StaffingError`].
pub fn required(
    open: &[(f64, bool)],
    arrivals: &[Arrival],
    share: f64,
    target_seconds: f64,
) -> Result<RequiredForBacklog, StaffingError> {
    if !(0.0..=1.0).contains(&share) {
        return Err(StaffingError::Share);
    }
    if !arrivals.is_empty() && !open.iter().any(|(seconds, is_open)| *is_open && *seconds > 0.0) {
        return Err(StaffingError::NeverOpen);
    }
    let perform = |people: u32| {
        let period = |(seconds, is_open): &(f64, bool)| Period {
            seconds: *seconds,
            people: if *is_open { people } else { 0 },
        };
        simulate(&open.iter().map(period).collect::<Vec<_>>(), arrivals, target_seconds)
    };
    // Without anybody nothing is ever late by the team's own hours: so many as nobody never do.
    let is_met = |people: u32, course: &Course| {
        arrivals.is_empty() || (people > 0 && course.in_time >= share)
    };
    let mut people = 0;
    let mut course = perform(people);
    // More people are never worse, so after doubling, halving finds the smallest number.
    let mut enough = 1;
    if !is_met(people, &course) {
        while !is_met(enough, &perform(enough)) {
            if enough >= PEOPLE {
                return Err(StaffingError::TooMany);
            }
            people = enough;
            enough = (2 * enough).min(PEOPLE);
        }
        while enough - people > 1 {
            let middle = people + (enough - people) / 2;
            if is_met(middle, &perform(middle)) {
                enough = middle;
            } else {
                people = middle;
            }
        }
        course = perform(enough);
        people = enough;
    }
    let one_fewer = people.checked_sub(1).map(perform);
    Ok(RequiredForBacklog { people, course, one_fewer })
}

#[cfg(test)]
mod tests;
