//! The project's tasks. `cargo xtask test` is the one command that runs every check, and that
//! installs what the checks need beyond Rust.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod bench;
mod cargo;
mod local_stack;
mod process;
mod project;
mod steps;

use std::pin::Pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use project::Project;
use steps::{
    StepError, binaries, browser, checkov, checks, dependencies, emulator, faults, policies, sam,
    sam_local, schemathesis, test, tools,
};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: cargo xtask test [--list | --strict] [STEP…]
       cargo xtask second-opinion
       cargo xtask bench [lists] [OPTION…]
  --list    name the steps
  --strict  fail where a step cannot run on this machine, instead of leaving it out
  second-opinion
            fetches the language model that triage asks when it is unsure (21 MB); what is built after
            that has it built in
  bench     measures the functions against peers; `cargo xtask bench --help` lists its options;
            `cargo xtask bench lists` measures lists in tables of several sizes";
/// What a shell reports for a program that Ctrl-C ended.
const EXIT_INTERRUPTED: u8 = 130;

struct Step {
    name: &'static str,
    purpose: &'static str,
    run: fn(&Project) -> Running<'_>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<(), StepError>> + 'a>>;

/// Every step, in the order in which they run.
const STEPS: [Step; 16] = [
    Step {
        name: "fmt",
        purpose: "the code is formatted",
        run: |project| Box::pin(checks::fmt(project)),
    },
    Step {
        name: "clippy",
        purpose: "the code has no lints",
        run: |project| Box::pin(checks::clippy(project)),
    },
    Step {
        name: "doc",
        purpose: "the documentation has no broken links",
        run: |project| Box::pin(checks::doc(project)),
    },
    Step {
        name: "tools",
        purpose: "installs what the next steps need beyond Rust",
        run: |project| Box::pin(tools::run(project)),
    },
    Step {
        name: "dependencies",
        purpose: "licences and sources of the dependencies are as deny.toml wants them",
        run: |project| Box::pin(dependencies::run(project)),
    },
    Step {
        name: "advisories",
        purpose: "no dependency has a known vulnerability",
        run: |project| Box::pin(dependencies::advisories(project)),
    },
    Step {
        name: "test",
        purpose: "the tests in Rust, with moto as the reference for SQS",
        run: |project| Box::pin(test::run(project)),
    },
    Step {
        name: "policies",
        purpose: "no policy grants a permission that the step test did not use",
        run: |project| Box::pin(async { policies::run(project) }),
    },
    Step {
        name: "faults",
        purpose: "no ticket is lost or doubled under faults",
        run: |project| Box::pin(faults::run(project)),
    },
    Step {
        name: "emulator",
        purpose: "each function answers AWS's Runtime Interface Emulator",
        run: |project| Box::pin(emulator::run(project)),
    },
    Step {
        name: "sam",
        purpose: "template.yaml is valid",
        run: |project| Box::pin(sam::run(project)),
    },
    Step {
        name: "sam-local",
        purpose: "SAM CLI builds every function and runs each in a container",
        run: |project| Box::pin(sam_local::run(project)),
    },
    Step {
        name: "binaries",
        purpose: "each function that sam build has built holds one TLS stack and one HTTP stack",
        run: |project| Box::pin(async { binaries::run(project) }),
    },
    Step {
        name: "checkov",
        purpose: "template.yaml keeps to AWS's good practice",
        run: |project| Box::pin(checkov::run(project)),
    },
    Step {
        name: "browser",
        purpose: "the page at /docs creates a ticket, in Chromium",
        run: |project| Box::pin(browser::run(project)),
    },
    Step {
        name: "schemathesis",
        purpose: "the API does what its OpenAPI document says, whatever it is sent",
        run: |project| Box::pin(schemathesis::run(project)),
    },
];

/// Why the command line asks for nothing that can be done.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum CommandLineError {
    #[error("{USAGE}")]
    Usage,
    #[error("There is no step {0:?}; `cargo xtask test --list` names them all.")]
    NoSuchStep(String),
}

#[derive(Debug, PartialEq, Eq)]
enum Request {
    List,
    /// Fetches the language model.
    SecondOpinion,
    /// With the options for the program that measures.
    Bench(Vec<String>),
    Run {
        /// Positions in [`STEPS`].
        steps: Vec<usize>,
        /// Whether a step that cannot run here is a failure.
        strict: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let project = Project::of_this_program();
    match Request::parse(&arguments) {
        Ok(Request::List) => {
            for step in &STEPS {
                println!("{:<14}{}", step.name, step.purpose);
            }
            ExitCode::SUCCESS
        }
        Ok(Request::SecondOpinion) => tokio::select! {
            result = tools::language_model::install(&project) => {
                exit_code("second-opinion", result)
            }
            () = interrupted() => ExitCode::from(EXIT_INTERRUPTED),
        },
        Ok(Request::Bench(arguments)) => tokio::select! {
            result = bench::run(&project, &arguments) => {
                exit_code("bench", result)
            }
            () = interrupted() => ExitCode::from(EXIT_INTERRUPTED),
        },
        // Dropping the steps stops what they started.
        Ok(Request::Run { steps, strict }) => tokio::select! {
            exit_code = run(&project, &steps, strict) => exit_code,
            () = interrupted() => ExitCode::from(EXIT_INTERRUPTED),
        },
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

impl Request {
    fn parse(arguments: &[String]) -> Result<Self, CommandLineError> {
        let (first, rest) = arguments.split_first().ok_or(CommandLineError::Usage)?;
        if first == "bench" {
            return Ok(Self::Bench(rest.to_vec()));
        }
        let (strict, names) = match rest {
            [option, names @ ..] if option == "--strict" => (true, names),
            names => (false, names),
        };
        match (first.as_str(), names) {
            ("second-opinion", []) if !strict => Ok(Self::SecondOpinion),
            ("test", [option]) if option == "--list" && !strict => Ok(Self::List),
            ("test", []) => Ok(Self::Run { steps: (0..STEPS.len()).collect(), strict }),
            ("test", names) if !names.iter().any(|name| name.starts_with('-')) => {
                let steps = names.iter().map(|name| position(name)).collect::<Result<_, _>>()?;
                Ok(Self::Run { steps, strict })
            }
            _ => Err(CommandLineError::Usage),
        }
    }
}

fn position(name: &str) -> Result<usize, CommandLineError> {
    let found = STEPS.iter().position(|step| step.name == name);
    found.ok_or_else(|| CommandLineError::NoSuchStep(name.to_owned()))
}

/// What became of a step.
enum Outcome {
    Passed,
    Failed(StepError),
    /// With what was missing.
    LeftOut(String),
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
        }
    }
}

async fn run(project: &Project, steps: &[usize], strict: bool) -> ExitCode {
    let mut outcomes = Vec::new();
    for step in steps.iter().filter_map(|position| STEPS.get(*position)) {
        println!("==> {}: {}", step.name, step.purpose);
        let start = Instant::now();
        let outcome = Outcome::of((step.run)(project).await, strict);
        let goes_on = !matches!(outcome, Outcome::Failed(_));
        outcomes.push((step.name, outcome, start.elapsed()));
        if !goes_on {
            break;
        }
    }
    print_summary(&outcomes);
    let failed = outcomes.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)));
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Of a task that is no step.
fn exit_code(task: &str, result: Result<(), StepError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {task}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_summary(outcomes: &[(&str, Outcome, Duration)]) {
    println!();
    for (name, outcome, duration) in outcomes {
        println!("{name:<14}{:<7}  {:>7.1} s", outcome.verdict(), duration.as_secs_f64());
    }
    for (name, outcome, _) in outcomes {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed(error) => eprintln!("error: {name}: {error}"),
            Outcome::LeftOut(why) => eprintln!(
                "WARNING: {name} was not run, so nothing is known of it here: {why}\n\
                 With `cargo xtask test --strict` this is a failure."
            ),
        }
    }
}

/// Ready at Ctrl-C or SIGTERM.
async fn interrupted() {
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Request, CommandLineError> {
        Request::parse(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn without_names_every_step_runs_in_order() {
        let steps: Vec<usize> = (0..STEPS.len()).collect();
        let lenient = Request::Run { steps: steps.clone(), strict: false };
        assert_eq!(parse(&["test"]), Ok(lenient));
        assert_eq!(parse(&["test", "--strict"]), Ok(Request::Run { steps, strict: true }));
    }

    #[test]
    fn named_steps_run_in_the_order_given() {
        let steps = vec![position("sam").unwrap(), position("fmt").unwrap()];
        let lenient = Request::Run { steps: steps.clone(), strict: false };
        assert_eq!(parse(&["test", "sam", "fmt"]), Ok(lenient));
        let strict = Request::Run { steps, strict: true };
        assert_eq!(parse(&["test", "--strict", "sam", "fmt"]), Ok(strict));
        assert_eq!(parse(&["test", "--list"]), Ok(Request::List));
    }

    #[test]
    fn options_of_a_measurement_are_passed_on() {
        let options = vec!["--cold".to_owned(), "5".to_owned()];
        assert_eq!(parse(&["bench", "--cold", "5"]), Ok(Request::Bench(options)));
        assert_eq!(parse(&["bench"]), Ok(Request::Bench(Vec::new())));
    }

    #[test]
    fn the_language_model_is_fetched_by_a_command_of_its_own() {
        assert_eq!(parse(&["second-opinion"]), Ok(Request::SecondOpinion));
    }

    #[test]
    fn anything_else_is_refused() {
        let unknown = CommandLineError::NoSuchStep("lint".to_owned());
        assert_eq!(parse(&["test", "fmt", "lint"]), Err(unknown));
        for arguments in [
            &[][..],
            &["fmt"],
            &["test", "--all"],
            &["test", "fmt", "--list"],
            &["test", "fmt", "--strict"],
            &["test", "--strict", "--list"],
            &["second-opinion", "--strict"],
            &["second-opinion", "now"],
        ] {
            assert_eq!(parse(arguments), Err(CommandLineError::Usage), "{arguments:?}");
        }
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
