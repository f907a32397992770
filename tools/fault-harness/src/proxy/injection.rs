//! The times of a run, and what both proxies share.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::ledger::Ledger;
use crate::schedule::{CallIdentity, Disruption, Fault, FaultKind, Schedule, Service, Window};
use crate::tally::Tally;

/// Which faults are injected, and what came of them.
#[derive(Debug)]
pub struct Injection {
    /// Which fault meets which call.
    pub schedule: Schedule,
    /// What was injected.
    pub tally: Tally,
    /// Whose calls they are.
    pub ledger: Ledger,
    phase: watch::Sender<Phase>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    NotBegun,
    Since(Instant),
    /// It lasted so long.
    Over(Duration),
}

impl Injection {
    /// Injects nothing until [`Injection::begin`].
    pub fn new(schedule: Schedule) -> Self {
        let phase = watch::Sender::new(Phase::NotBegun);
        Self { schedule, tally: Tally::default(), ledger: Ledger::default(), phase }
    }

    /// Begins to inject.
    pub fn begin(&self) {
        self.phase.send_replace(Phase::Since(Instant::now()));
    }

    /// From now on every call passes.
    pub fn end(&self) {
        self.phase.send_replace(Phase::Over(self.elapsed()));
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Over(_))
    }

    /// Time since the beginning, up to the end.
    pub fn elapsed(&self) -> Duration {
        match *self.phase.borrow() {
            Phase::NotBegun => Duration::ZERO,
            Phase::Since(beginning) => beginning.elapsed(),
            Phase::Over(lasted) => lasted,
        }
    }

    fn is_under_way(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Since(_))
    }

    /// The fault that a call meets, which is counted. Kills are counted once they are done.
    pub(super) fn fault(
        &self,
        service: Service,
        identity: CallIdentity,
        is_transaction: bool,
    ) -> Option<Fault> {
        if !self.is_under_way() {
            return None;
        }
        if self.schedule.disruption(self.elapsed()) == Some(Disruption::Outage(service)) {
            self.tally.injected(service, FaultKind::Outage);
            return self.schedule.call_in_outage(service, identity);
        }
        let own = is_transaction.then(|| self.schedule.transaction(identity)).flatten();
        let fault = own.or_else(|| self.schedule.call(service, identity))?;
        if !matches!(fault, Fault::KilledBefore | Fault::KilledAfter) {
            self.tally.injected(service, fault.kind());
        }
        Some(fault)
    }

    /// Whether a connection is reset as soon as it stands, which is counted.
    pub(super) fn resets_connection(&self, service: Service, number: u64) -> bool {
        let resets = self.is_under_way() && self.schedule.resets_connection(service, number);
        if resets {
            self.tally.injected(service, FaultKind::ConnectionReset);
        }
        resets
    }

    /// Waits until the port of `service` is to be closed. After the end, for ever.
    pub(super) async fn closed_port(&self, service: Service) -> Window {
        let mut phase = self.phase.subscribe();
        // The sender lives as long as `self`.
        let _ = phase.wait_for(|phase| matches!(phase, Phase::Since(_))).await;
        let now = self.elapsed();
        match self.schedule.next_closed_port(service, now) {
            Some(window) => {
                tokio::time::sleep(window.begin.saturating_sub(now)).await;
                if self.is_under_way() { window } else { std::future::pending().await }
            }
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn faults_come_between_beginning_and_end_alone() {
        let injection = Injection::new(Schedule { seed: Seed(7) });
        let met = |injection: &Injection| {
            let calls = (0..200).map(CallIdentity::Other);
            calls.filter_map(|call| injection.fault(Service::Sqs, call, false)).count()
        };
        assert_eq!((met(&injection), injection.is_over()), (0, false));
        injection.begin();
        assert!(met(&injection) > 20);
        injection.end();
        assert_eq!((met(&injection), injection.is_over()), (0, true));
        assert!(!(0..200).any(|number| injection.resets_connection(Service::Sqs, number)));
    }
}
