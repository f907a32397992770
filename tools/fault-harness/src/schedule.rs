//! Which fault meets which call.

mod disruption;
mod fault;

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::seed::{Seed, Sequence};

pub use disruption::{CYCLE, Disruption, Window};
pub use fault::{CancelReason, Fault, FaultKind};

/// What the functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Where tickets are.
    DynamoDb,
    /// Where messages are.
    Sqs,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::DynamoDb, Self::Sqs];

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
        }
    }
}

/// How many of 1,000 calls meet each fault.
const SHARES: [(u32, FaultKind); 12] = [
    (100, FaultKind::Delay),
    (7, FaultKind::Stall),
    (15, FaultKind::ClosedBefore),
    (15, FaultKind::ResetBefore),
    (40, FaultKind::ResetAfter),
    (25, FaultKind::Throttled),
    (12, FaultKind::ServerError),
    (12, FaultKind::Unavailable),
    (15, FaultKind::Truncated),
    (15, FaultKind::Garbage),
    (12, FaultKind::KilledBefore),
    (12, FaultKind::KilledAfter),
];

/// How many of 1,000 transactions meet each fault that only they can meet; the others meet what any call
/// meets.
const SHARES_OF_TRANSACTIONS: [(u32, FaultKind); 5] = [
    (25, FaultKind::Cancelled(CancelReason::Conflict)),
    (25, FaultKind::Cancelled(CancelReason::Throttled)),
    (25, FaultKind::Cancelled(CancelReason::ThroughputExceeded)),
    (15, FaultKind::Cancelled(CancelReason::ConditionFailed)),
    (15, FaultKind::InProgress),
];

/// What a call in an outage meets, one as likely as the other.
const IN_AN_OUTAGE: [FaultKind; 6] = [
    FaultKind::ClosedBefore,
    FaultKind::ResetBefore,
    FaultKind::ResetAfter,
    FaultKind::Throttled,
    FaultKind::ServerError,
    FaultKind::Unavailable,
];

/// How many of 1,000 connections are reset as soon as they stand.
const CONNECTIONS_RESET: u32 = 50;

/// Calls that one create may make to one service before their draws meet those of the next create.
const CALLS_OF_A_CREATE: u64 = 1 << 16;

/// Which call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallIdentity {
    /// The call number `nth` that the create `create` makes to the service, from 0.
    OfCreate {
        /// The create.
        create: u64,
        /// Its calls before this one.
        nth: u64,
    },
    /// A call that does not show its create, by its place among such calls.
    Other(u64),
}

/// The faults of a run.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// All draws come from it.
    pub seed: Seed,
}

impl Schedule {
    /// What happens to a call when the service is there.
    pub fn call(self, service: Service, identity: CallIdentity) -> Option<Fault> {
        draw(&SHARES, &mut self.generator(service, identity))
    }

    /// What happens to a transaction as such. Without a fault of its own it is a call like any other.
    pub fn transaction(self, identity: CallIdentity) -> Option<Fault> {
        let mut generator = self.seed.generator(Sequence::Transactions, identity.number());
        draw(&SHARES_OF_TRANSACTIONS, &mut generator)
    }

    /// What happens to a call in an outage.
    pub fn call_in_outage(self, service: Service, identity: CallIdentity) -> Option<Fault> {
        let mut generator = self.generator(service, identity);
        let kind = IN_AN_OUTAGE.get(generator.random_range(0..IN_AN_OUTAGE.len()));
        kind.and_then(|kind| Fault::draw(*kind, &mut generator))
    }

    /// Whether the connection `number` to `service` is reset as soon as it stands.
    pub fn resets_connection(self, service: Service, number: u64) -> bool {
        let mut generator = self.seed.generator(Sequence::Connections(service), number);
        generator.random_range(0..1000) < CONNECTIONS_RESET
    }

    fn generator(self, service: Service, identity: CallIdentity) -> ChaCha8Rng {
        let sequence = match identity {
            CallIdentity::OfCreate { .. } => Sequence::CallsOfCreates(service),
            CallIdentity::Other(_) => Sequence::OtherCalls(service),
        };
        self.seed.generator(sequence, identity.number())
    }
}

impl CallIdentity {
    /// Its place in its sequence of draws.
    fn number(self) -> u64 {
        match self {
            Self::OfCreate { create, nth } => {
                create.wrapping_mul(CALLS_OF_A_CREATE).wrapping_add(nth)
            }
            Self::Other(number) => number,
        }
    }
}

/// The fault of those with a share in 1,000 that is drawn, if any is.
fn draw(shares: &[(u32, FaultKind)], generator: &mut ChaCha8Rng) -> Option<Fault> {
    let mut drawn = generator.random_range(0..1000);
    for (share, kind) in shares {
        if drawn < *share {
            return Fault::draw(*kind, generator);
        }
        drawn -= share;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SCHEDULE: Schedule = Schedule { seed: Seed(7) };

    fn calls(service: Service, seed: u64) -> Vec<Option<Fault>> {
        let schedule = Schedule { seed: Seed(seed) };
        let identity = |number: u64| CallIdentity::OfCreate { create: number / 3, nth: number % 3 };
        (0..6_000).map(|number| schedule.call(service, identity(number))).collect()
    }

    #[test]
    fn a_seed_draws_the_same_faults_again_and_another_seed_others() {
        assert_eq!(calls(Service::Sqs, 7), calls(Service::Sqs, 7));
        assert_ne!(calls(Service::Sqs, 7), calls(Service::Sqs, 8));
        assert_ne!(calls(Service::Sqs, 7), calls(Service::DynamoDb, 7));
    }

    #[test]
    fn each_fault_has_its_share_and_most_calls_have_none() {
        let mut counted: BTreeMap<FaultKind, u32> = BTreeMap::new();
        for fault in calls(Service::DynamoDb, 7).into_iter().flatten() {
            *counted.entry(fault.kind()).or_default() += 1;
        }
        for (share, kind) in SHARES {
            let expected = share * 6;
            let found = counted.get(&kind).copied().unwrap_or_default();
            assert!((expected / 2..=expected * 2).contains(&found), "{kind:?}: {found}");
        }
        assert!(counted.values().sum::<u32>() < 3_000);
    }

    #[test]
    fn each_reason_cancels_its_share_of_transactions() {
        let identity = |number| CallIdentity::OfCreate { create: number, nth: 0 };
        let drawn = (0..6_000).filter_map(|number| SCHEDULE.transaction(identity(number)));
        let mut counted: BTreeMap<FaultKind, u32> = BTreeMap::new();
        for fault in drawn {
            assert!(fault.kind().is_of_transactions());
            *counted.entry(fault.kind()).or_default() += 1;
        }
        for (share, kind) in SHARES_OF_TRANSACTIONS {
            let (expected, found) = (share * 6, counted[&kind]);
            assert!((expected / 2..=expected * 2).contains(&found), "{kind:?}: {found}");
        }
        assert_eq!(counted.len(), SHARES_OF_TRANSACTIONS.len());
    }

    #[test]
    fn in_an_outage_no_call_gets_an_answer_that_helps() {
        for number in 0..1_000 {
            let fault = SCHEDULE.call_in_outage(Service::Sqs, CallIdentity::Other(number));
            assert!(fault.is_some_and(|fault| IN_AN_OUTAGE.contains(&fault.kind())), "{fault:?}");
        }
    }

    #[test]
    fn some_connections_are_reset() {
        let reset = (0..1_000).filter(|number| SCHEDULE.resets_connection(Service::Sqs, *number));
        assert!((25..=100).contains(&reset.count()));
    }
}
