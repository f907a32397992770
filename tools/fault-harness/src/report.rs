//! What a run is summed up in.

use std::fmt::{self, Display, Formatter};

use crate::run::Outcome;
use crate::schedule::{FaultKind, Service};
use crate::seed::Seed;

/// Violations that are shown; a run that lost everything has thousands.
const VIOLATIONS_SHOWN: usize = 20;
/// Most characters of a violation that are shown.
const VIOLATION_CHARACTERS: usize = 400;

/// An outcome, ready to be shown.
#[derive(Debug)]
pub struct Report<'a> {
    /// The seed of the run.
    pub seed: Seed,
    /// The command that replays it.
    pub command: &'a str,
    /// What the run found.
    pub outcome: &'a Outcome,
}

impl Report<'_> {
    /// Whether nothing was lost or doubled, and the run was one that could have found it.
    pub fn is_good(&self) -> bool {
        self.violations().is_empty() && self.outcome.counts.not_injected().is_empty()
    }

    /// What both parts found.
    fn violations(&self) -> Vec<String> {
        let Outcome { creates, changes, .. } = self.outcome;
        let created = creates.findings.violations.iter().map(ToString::to_string);
        created.chain(changes.findings.violations.iter().map(ToString::to_string)).collect()
    }

    fn faults(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<28}{:>10}{:>10}", "faults", Service::DynamoDb.name(), Service::Sqs.name())?;
        for kind in FaultKind::ALL {
            let count = |service| self.outcome.counts.injected.get(&(service, kind)).unwrap_or(&0);
            let (dynamodb, sqs) = (count(Service::DynamoDb), count(Service::Sqs));
            let sqs = if kind.is_of_transactions() { "-".to_owned() } else { sqs.to_string() };
            writeln!(f, "  {:<26}{dynamodb:>10}{sqs:>10}", kind.name())?;
        }
        Ok(())
    }

    fn verdict(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let violations = self.violations();
        for violation in violations.iter().take(VIOLATIONS_SHOWN) {
            let text: String = violation.chars().take(VIOLATION_CHARACTERS).collect();
            writeln!(f, "  {text}")?;
        }
        if violations.len() > VIOLATIONS_SHOWN {
            writeln!(f, "  and {} more", violations.len() - VIOLATIONS_SHOWN)?;
        }
        for (service, kind) in self.outcome.counts.not_injected() {
            writeln!(f, "  no fault of the kind {:?} met {}", kind.name(), service.name())?;
        }
        if self.is_good() {
            write!(f, "verdict: no ticket, change or message lost, none doubled")
        } else {
            write!(f, "verdict: FAILED with seed {}. Replay: {}", self.seed.0, self.command)
        }
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Outcome { counts, creates, changes, .. } = self.outcome;
        let findings = &creates.findings;
        writeln!(f, "seed      {}", self.seed.0)?;
        writeln!(
            f,
            "lasted    {:.1} s, {:.1} s of them with faults",
            self.outcome.lasted.as_secs_f64(),
            self.outcome.faults_lasted.as_secs_f64()
        )?;
        writeln!(
            f,
            "creates   {}: {} answered 201, {} without key or answer (of which {} made a ticket)",
            creates.begun, findings.answered, findings.maybe, findings.maybe_made
        )?;
        write!(f, "answers  ")?;
        for (status, count) in &counts.answers {
            write!(f, " {status}: {count},")?;
        }
        writeln!(f, " none: {}; {} replayed", counts.unanswered, counts.replayed)?;
        writeln!(f, "retries   {}", counts.retries)?;
        writeln!(f, "kills     {} ({} missed)", counts.kills(), counts.kills_missed)?;
        writeln!(f, "tickets   {}", creates.tickets)?;
        writeln!(
            f,
            "messages  {}; {} tickets have two or more",
            creates.messages, findings.told_twice
        )?;
        writeln!(
            f,
            "sweeps    {} under faults, {} of them ended by a fault",
            counts.sweeps, counts.sweeps_failed
        )?;
        writeln!(
            f,
            "replays   {} tell the delay of AI work otherwise than the first answer",
            findings.suggestions_differ
        )?;
        let findings = &changes.findings;
        writeln!(
            f,
            "cases     {}: {} changes and {} messages are there once; {} tickets triaged once, {} of \
             them classified by an agent too",
            changes.begun,
            findings.changes,
            findings.messages,
            findings.triaged,
            findings.contested
        )?;
        self.faults(f)?;
        self.verdict(f)
    }
}
