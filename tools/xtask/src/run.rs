//! Runs steps: one after the other, or in two lanes at once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures_util::future::join;
use tokio::sync::Notify;

use crate::process;
use crate::project::Project;
use crate::steps::StepError;
use crate::{Running, Step};

/// Where a step runs when all of them run. Each lane runs its steps in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What compiles, and so keeps every core busy; what it prints is shown as it comes.
    Main,
    /// What waits for the network or for a single core. What its programs print goes to a file, and is
    /// shown if the step fails.
    Side,
}

/// What became of a step.
enum Outcome {
    Passed,
    Failed(StepError),
    /// With what was missing.
    LeftOut(String),
    /// Another step failed meanwhile.
    Stopped,
}

impl Outcome {
    fn of(result: Result<(), StepError>, strict: bool) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(StepError::NotPossibleHere(why)) if !strict => Self::LeftOut(why),
            Err(error) => Self::Failed(error),
        }
    }

    fn verdict(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "FAILED",
            Self::LeftOut(_) => "NOT RUN",
            Self::Stopped => "stopped",
        }
    }
}

/// What the lanes know of each other.
struct Progress {
    strict: bool,
    outcomes: RefCell<Vec<(&'static str, Outcome, Duration)>>,
    ended: RefCell<BTreeSet<&'static str>>,
    /// At the end of each step.
    changed: Notify,
}

impl Progress {
    fn new(strict: bool) -> Self {
        Self {
            strict,
            outcomes: RefCell::default(),
            ended: RefCell::default(),
            changed: Notify::new(),
        }
    }

    fn failed(&self) -> bool {
        let outcomes = self.outcomes.borrow();
        outcomes.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
    }

    fn end(&self, step: &'static str, outcome: Outcome, duration: Duration) {
        self.outcomes.borrow_mut().push((step, outcome, duration));
        self.ended.borrow_mut().insert(step);
        self.changed.notify_waiters();
    }

    async fn until(&self, condition: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            if condition(self) {
                return;
            }
            changed.await;
        }
    }

    /// Runs one step, unless another fails meanwhile.
    async fn run(&self, step: &Step, work: Running<'_>) {
        println!("==> {}: {}", step.name, step.purpose);
        let start = Instant::now();
        let outcome = tokio::select! {
            result = work => Outcome::of(result, self.strict),
            () = self.until(Self::failed) => Outcome::Stopped,
        };
        println!("<== {}: {} in {:.1} s", step.name, outcome.verdict(), seconds(start.elapsed()));
        self.end(step.name, outcome, start.elapsed());
    }

    fn finish(&self) -> ExitCode {
        print_summary(&self.outcomes.borrow());
        if self.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Runs `steps` in the order given, up to the first that fails.
pub async fn in_order(project: &Project, steps: &[&Step], strict: bool) -> ExitCode {
    let progress = Progress::new(strict);
    for step in steps {
        progress.run(step, (step.run)(project)).await;
        if progress.failed() {
            break;
        }
    }
    progress.finish()
}

/// Runs `steps`, each in its lane, until one fails.
pub async fn in_lanes(project: &Project, steps: &[Step], strict: bool) -> ExitCode {
    let start = Instant::now();
    let progress = Progress::new(strict);
    join(lane(project, &progress, steps, Lane::Main), lane(project, &progress, steps, Lane::Side))
        .await;
    let exit_code = progress.finish();
    println!("{:<14}{:<7}  {:>7.1} s", "all", "", seconds(start.elapsed()));
    exit_code
}

async fn lane(project: &Project, progress: &Progress, steps: &[Step], lane: Lane) {
    for step in steps.iter().filter(|step| step.lane == lane) {
        let is_ready = |progress: &Progress| {
            step.after.iter().all(|name| progress.ended.borrow().contains(name))
        };
        progress.until(|progress| is_ready(progress) || progress.failed()).await;
        if progress.failed() {
            return;
        }
        let work = (step.run)(project);
        let work = match lane {
            Lane::Main => work,
            Lane::Side => {
                let log = project.scratch.join(format!("step-{}.log", step.name));
                Box::pin(process::with_output_in(log, work))
            }
        };
        progress.run(step, work).await;
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

fn print_summary(outcomes: &[(&str, Outcome, Duration)]) {
    println!();
    for (name, outcome, duration) in outcomes {
        println!("{name:<14}{:<7}  {:>7.1} s", outcome.verdict(), seconds(*duration));
    }
    for (name, outcome, _) in outcomes {
        match outcome {
            Outcome::Passed | Outcome::Stopped => {}
            Outcome::Failed(error) => eprintln!("error: {name}: {error}"),
            Outcome::LeftOut(why) => eprintln!(
                "WARNING: {name} was not run, so nothing is known of it here: {why}\n\
                 With `cargo xtask test --strict` this is a failure."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, lane: Lane, after: &'static [&'static str]) -> Step {
        Step { name, purpose: "", lane, after, run: |_| Box::pin(async { Ok(()) }) }
    }

    async fn names(steps: &[Step]) -> Vec<(&'static str, &'static str)> {
        let project = Project::of_this_program();
        let progress = Progress::new(true);
        join(
            lane(&project, &progress, steps, Lane::Main),
            lane(&project, &progress, steps, Lane::Side),
        )
        .await;
        let outcomes = progress.outcomes.borrow();
        outcomes.iter().map(|(name, outcome, _)| (*name, outcome.verdict())).collect()
    }

    #[tokio::test]
    async fn a_step_waits_for_those_of_the_other_lane_that_it_names() {
        let mut steps = [
            step("install", Lane::Side, &[]),
            step("test", Lane::Main, &["install"]),
            step("browse", Lane::Side, &["test"]),
        ];
        steps[0].run = |_| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                Ok(())
            })
        };
        let expected = [("install", "passed"), ("test", "passed"), ("browse", "passed")];
        assert_eq!(names(&steps).await, expected);
    }

    #[tokio::test]
    async fn a_failure_stops_both_lanes() {
        let mut steps = [
            step("endless", Lane::Main, &[]),
            step("failing", Lane::Side, &[]),
            step("never", Lane::Side, &[]),
            step("waiting", Lane::Main, &["never"]),
        ];
        steps[0].run = |_| Box::pin(std::future::pending());
        steps[1].run =
            |_| Box::pin(async { Err(StepError::NotPossibleHere("no network".to_owned())) });
        assert_eq!(names(&steps).await, [("failing", "FAILED"), ("endless", "stopped")]);
    }

    #[test]
    fn what_cannot_run_here_fails_only_when_asked() {
        let outcome = |strict| {
            let result = Err(StepError::NotPossibleHere("no network".to_owned()));
            Outcome::of(result, strict).verdict()
        };
        assert_eq!(outcome(false), "NOT RUN");
        assert_eq!(outcome(true), "FAILED");
        assert_eq!(Outcome::of(Ok(()), true).verdict(), "passed");
    }
}
