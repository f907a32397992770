//! The project's tasks. `cargo xtask test` is the one command that runs every check, and that
//! installs what the checks need beyond Rust.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod local_stack;
mod process;
mod project;
mod steps;

use std::pin::Pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use project::Project;
use steps::{StepError, browser, checks, emulator, policies, sam, test, tools};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: cargo xtask test [--list] [STEP…]";
/// What a shell reports for a program that Ctrl-C ended.
const EXIT_INTERRUPTED: u8 = 130;

struct Step {
    name: &'static str,
    purpose: &'static str,
    run: fn(&Project) -> Running<'_>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<(), StepError>> + 'a>>;

/// Every step, in the order in which they run.
const STEPS: [Step; 9] = [
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
        purpose: "installs what the next steps need: SAM CLI, moto, Chromium",
        run: |project| Box::pin(tools::run(project)),
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
        name: "browser",
        purpose: "the page at /docs creates a ticket, in Chromium",
        run: |project| Box::pin(browser::run(project)),
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
    /// Positions in [`STEPS`].
    Run(Vec<usize>),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Request::parse(&arguments) {
        Ok(Request::List) => {
            for step in &STEPS {
                println!("{:<10}{}", step.name, step.purpose);
            }
            ExitCode::SUCCESS
        }
        // Dropping the steps stops what they started.
        Ok(Request::Run(steps)) => tokio::select! {
            exit_code = run(&steps) => exit_code,
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
        match (first.as_str(), rest) {
            ("test", [option]) if option == "--list" => Ok(Self::List),
            ("test", []) => Ok(Self::Run((0..STEPS.len()).collect())),
            ("test", names) if !names.iter().any(|name| name.starts_with('-')) => {
                names.iter().map(|name| position(name)).collect::<Result<_, _>>().map(Self::Run)
            }
            _ => Err(CommandLineError::Usage),
        }
    }
}

fn position(name: &str) -> Result<usize, CommandLineError> {
    let found = STEPS.iter().position(|step| step.name == name);
    found.ok_or_else(|| CommandLineError::NoSuchStep(name.to_owned()))
}

async fn run(steps: &[usize]) -> ExitCode {
    let project = Project::of_this_program();
    let mut durations = Vec::new();
    let mut failure = None;
    for step in steps.iter().filter_map(|position| STEPS.get(*position)) {
        println!("==> {}: {}", step.name, step.purpose);
        let start = Instant::now();
        let result = (step.run)(&project).await;
        durations.push((step.name, start.elapsed()));
        if let Err(error) = result {
            failure = Some((step.name, error));
            break;
        }
    }
    print_summary(&durations, failure.as_ref().map(|(name, _)| *name));
    match failure {
        None => ExitCode::SUCCESS,
        Some((name, error)) => {
            eprintln!("error: {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_summary(durations: &[(&str, Duration)], failed: Option<&str>) {
    println!();
    for (name, duration) in durations {
        let result = if failed == Some(name) { "FAILED" } else { "passed" };
        println!("{name:<10}{result}  {:>7.1} s", duration.as_secs_f64());
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
        assert_eq!(parse(&["test"]), Ok(Request::Run((0..STEPS.len()).collect())));
    }

    #[test]
    fn named_steps_run_in_the_order_given() {
        assert_eq!(parse(&["test", "sam", "fmt"]), Ok(Request::Run(vec![7, 0])));
        assert_eq!(parse(&["test", "--list"]), Ok(Request::List));
    }

    #[test]
    fn anything_else_is_refused() {
        let unknown = CommandLineError::NoSuchStep("lint".to_owned());
        assert_eq!(parse(&["test", "fmt", "lint"]), Err(unknown));
        for arguments in [&[][..], &["fmt"], &["test", "--all"], &["test", "fmt", "--list"]] {
            assert_eq!(parse(arguments), Err(CommandLineError::Usage), "{arguments:?}");
        }
    }
}
