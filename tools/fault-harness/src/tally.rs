//! What happened in a run, counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::schedule::{FaultKind, Service};

/// Counts that many tasks add to.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Mutex<Counts>,
}

/// The counts.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Faults that were injected.
    pub injected: BTreeMap<(Service, FaultKind), u64>,
    /// Processes that were to be killed but were not found, or had given up on the call.
    pub kills_missed: u64,
    /// Answers to clients by status.
    pub answers: BTreeMap<u16, u64>,
    /// Answers that said that they repeat the first one.
    pub replayed: u64,
    /// Requests of clients that got no answer.
    pub unanswered: u64,
    /// Requests that clients sent again because they had no 201 yet.
    pub retries: u64,
    /// Times that stranded tickets were queued again under faults.
    pub sweeps: u64,
    /// Those of them that a fault ended early.
    pub sweeps_failed: u64,
}

impl Tally {
    /// Counts a fault.
    pub fn injected(&self, service: Service, kind: FaultKind) {
        *self.counts().injected.entry((service, kind)).or_default() += 1;
    }

    /// Counts a process that could not be killed.
    pub fn kill_missed(&self) {
        self.counts().kills_missed += 1;
    }

    /// Counts an answer.
    pub fn answered(&self, status: u16, replayed: bool) {
        let mut counts = self.counts();
        *counts.answers.entry(status).or_default() += 1;
        counts.replayed += u64::from(replayed);
    }

    /// Counts a request without an answer.
    pub fn unanswered(&self) {
        self.counts().unanswered += 1;
    }

    /// Counts a request that is sent again.
    pub fn retried(&self) {
        self.counts().retries += 1;
    }

    /// Counts a time that stranded tickets were queued again.
    pub fn swept(&self, succeeded: bool) {
        let mut counts = self.counts();
        counts.sweeps += 1;
        counts.sweeps_failed += u64::from(!succeeded);
    }

    /// The counts so far.
    pub fn snapshot(&self) -> Counts {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Faults that no call to the service met.
    pub fn not_injected(&self) -> Vec<(Service, FaultKind)> {
        let all =
            Service::ALL.into_iter().flat_map(|service| FaultKind::ALL.map(|kind| (service, kind)));
        all.filter(|(service, kind)| *service == Service::DynamoDb || !kind.is_of_transactions())
            .filter(|fault| !self.injected.contains_key(fault))
            .collect()
    }

    /// The counts of this part of a run and another one.
    pub fn and(mut self, other: Self) -> Self {
        for (fault, count) in other.injected {
            *self.injected.entry(fault).or_default() += count;
        }
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
        self.kills_missed += other.kills_missed;
        self.replayed += other.replayed;
        self.unanswered += other.unanswered;
        self.retries += other.retries;
        self.sweeps += other.sweeps;
        self.sweeps_failed += other.sweeps_failed;
        self
    }

    /// Processes that were killed.
    pub fn kills(&self) -> u64 {
        let killed = [FaultKind::KilledBefore, FaultKind::KilledAfter];
        let counted = self.injected.iter().filter(|((_, kind), _)| killed.contains(kind));
        counted.map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_was_never_injected_is_named() {
        let tally = Tally::default();
        for service in Service::ALL {
            for kind in FaultKind::ALL {
                if (service, kind) != (Service::Sqs, FaultKind::Stall) {
                    tally.injected(service, kind);
                }
            }
        }
        assert_eq!(tally.snapshot().not_injected(), [(Service::Sqs, FaultKind::Stall)]);
        assert_eq!(tally.snapshot().kills(), 4);
    }
}
