//! The project's tasks. `cargo xtask test` is the one command that runs every check, and that
//! installs what the checks need beyond Rust.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

mod bench;
mod cargo;
mod local_stack;
mod process;
mod project;
mod run;
mod steps;

use std::pin::Pin;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use project::Project;
use run::Lane;
use steps::{
    StepError, binaries, browser, checkov, checks, dependencies, emulator, faults, fuzz, policies,
    sam, sam_local, schemathesis, test, tools,
};
use tokio::signal::unix::{SignalKind, signal};

/// What a shell reports for a program that Ctrl-C ended.
const EXIT_INTERRUPTED: u8 = 130;

struct Step {
    name: &'static str,
    purpose: &'static str,
    /// Where it runs when all run.
    lane: Lane,
    /// Steps of other lanes that it waits for.
    after: &'static [&'static str],
    run: fn(&Project) -> Running<'_>,
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<(), StepError>> + 'a>>;

const FMT: Step = Step {
    name: "fmt",
    purpose: "the code is formatted",
    lane: Lane::Main,
    after: &[],
    run: |project| Box::pin(checks::fmt(project)),
};

const CLIPPY: Step = Step {
    name: "clippy",
    purpose: "the code has no lints",
    lane: Lane::Main,
    after: &[],
    run: |project| Box::pin(checks::clippy(project)),
};

/// Every step, in the order in which they run.
const STEPS: [Step; 17] = [
    FMT,
    CLIPPY,
    Step {
        name: "doc",
        purpose: "the documentation has no broken links",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(checks::doc(project)),
    },
    Step {
        name: "fuzz",
        purpose: "the fuzz targets compile",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(fuzz::run(project)),
    },
    Step {
        name: "tools",
        purpose: "installs what the next steps need beyond Rust",
        lane: Lane::Side,
        after: &[],
        run: |project| Box::pin(tools::run(project)),
    },
    Step {
        name: "dependencies",
        purpose: "licences and sources of the dependencies are as deny.toml wants them",
        lane: Lane::Side,
        after: &[],
        run: |project| Box::pin(dependencies::run(project)),
    },
    Step {
        name: "advisories",
        purpose: "no dependency has a known vulnerability",
        lane: Lane::Side,
        after: &[],
        run: |project| Box::pin(dependencies::advisories(project)),
    },
    Step {
        name: "sam",
        purpose: "template.yaml is valid",
        lane: Lane::Side,
        after: &[],
        run: |project| Box::pin(sam::run(project)),
    },
    Step {
        name: "checkov",
        purpose: "template.yaml keeps to AWS's good practice",
        lane: Lane::Side,
        after: &[],
        run: |project| Box::pin(checkov::run(project)),
    },
    Step {
        name: "test",
        purpose: "the tests in Rust, with moto as the reference for SQS",
        lane: Lane::Main,
        after: &["tools"],
        run: |project| Box::pin(test::run(project)),
    },
    Step {
        name: "policies",
        purpose: "no policy grants a permission that the step test did not use",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(async { policies::run(project) }),
    },
    Step {
        name: "faults",
        purpose: "no ticket is lost or doubled under faults",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(faults::run(project)),
    },
    Step {
        name: "emulator",
        purpose: "each function answers AWS's Runtime Interface Emulator",
        lane: Lane::Side,
        after: &["test"],
        run: |project| Box::pin(emulator::run(project)),
    },
    Step {
        name: "browser",
        purpose: "the page at /docs creates a ticket, in Chromium",
        lane: Lane::Side,
        after: &["test"],
        run: |project| Box::pin(browser::run(project)),
    },
    Step {
        name: "schemathesis",
        purpose: "the API does what its OpenAPI document says, whatever it is sent",
        lane: Lane::Side,
        after: &["test"],
        run: |project| Box::pin(schemathesis::run(project)),
    },
    Step {
        name: "sam-local",
        purpose: "SAM CLI builds every function and runs each in a container",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(sam_local::run(project)),
    },
    Step {
        name: "binaries",
        purpose: "each function that sam build has built holds one TLS stack and one HTTP stack",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(async { binaries::run(project) }),
    },
];

/// What `--quick` runs: what daily work needs, in a few minutes.
const QUICK: [Step; 3] = [
    FMT,
    CLIPPY,
    Step {
        name: "test",
        purpose: "the unit tests, and one ticket from end to end",
        lane: Lane::Main,
        after: &[],
        run: |project| Box::pin(test::quick(project)),
    },
];

/// The project's tasks.
#[derive(Debug, PartialEq, Eq, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
enum Task {
    /// Run every check, or the steps that are named, and install what they need
    Test(TestArguments),
    /// Fetch the language model that triage asks when it is unsure (23 MB); what is built after that has
    /// it built in
    SecondOpinion,
    /// Measure the functions against peers; `bench --help` lists its options, and `bench lists` measures
    /// lists in tables of several sizes
    #[command(disable_help_flag = true)]
    Bench {
        /// For the program that measures
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Debug, PartialEq, Eq, clap::Args)]
struct TestArguments {
    /// Name the steps instead
    #[arg(long, conflicts_with_all = ["strict", "quick", "steps"])]
    list: bool,
    /// Fail where a step cannot run on this machine, instead of leaving it out
    #[arg(long)]
    strict: bool,
    /// Only the format, the lints, the unit tests and one ticket from end to end
    #[arg(long, conflicts_with = "steps")]
    quick: bool,
    /// Only these, one after the other
    #[arg(value_name = "STEP", value_parser = STEPS.map(|step| step.name))]
    steps: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let project = Project::of_this_program();
    let task = CommandLine::parse().task;
    // Dropping a task stops what it has started.
    tokio::select! {
        exit_code = perform(&project, task) => exit_code,
        () = interrupted() => ExitCode::from(EXIT_INTERRUPTED),
    }
}

async fn perform(project: &Project, task: Task) -> ExitCode {
    match task {
        Task::Test(TestArguments { list: true, .. }) => {
            for step in &STEPS {
                println!("{:<14}{}", step.name, step.purpose);
            }
            ExitCode::SUCCESS
        }
        Task::Test(TestArguments { strict, quick: true, .. }) => {
            run::in_order(project, &QUICK.each_ref(), strict).await
        }
        Task::Test(TestArguments { strict, steps, .. }) if steps.is_empty() => {
            run::in_lanes(project, &STEPS, strict).await
        }
        Task::Test(TestArguments { strict, steps, .. }) => {
            let named = |name: &String| STEPS.iter().find(|step| step.name == name);
            let steps: Vec<&Step> = steps.iter().filter_map(named).collect();
            run::in_order(project, &steps, strict).await
        }
        Task::SecondOpinion => {
            exit_code("second-opinion", tools::language_model::install(project).await)
        }
        Task::Bench { arguments } => exit_code("bench", bench::run(project, &arguments).await),
    }
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

    fn parse(arguments: &[&str]) -> Option<Task> {
        let arguments = ["cargo xtask"].iter().chain(arguments);
        CommandLine::try_parse_from(arguments).ok().map(|command_line| command_line.task)
    }

    fn test(strict: bool, quick: bool, steps: &[&str]) -> Option<Task> {
        let steps = steps.iter().map(|&step| step.to_owned()).collect();
        Some(Task::Test(TestArguments { list: false, strict, quick, steps }))
    }

    #[test]
    fn steps_are_all_or_those_that_are_named() {
        assert_eq!(parse(&["test"]), test(false, false, &[]));
        assert_eq!(parse(&["test", "--strict"]), test(true, false, &[]));
        assert_eq!(parse(&["test", "--quick"]), test(false, true, &[]));
        assert_eq!(parse(&["test", "sam", "fmt"]), test(false, false, &["sam", "fmt"]));
        assert_eq!(parse(&["test", "fmt", "--strict"]), test(true, false, &["fmt"]));
        assert!(matches!(
            parse(&["test", "--list"]),
            Some(Task::Test(TestArguments { list: true, .. }))
        ));
    }

    #[test]
    fn options_of_a_measurement_are_passed_on() {
        let arguments = vec!["lists".to_owned(), "--cold".to_owned(), "5".to_owned()];
        assert_eq!(parse(&["bench", "lists", "--cold", "5"]), Some(Task::Bench { arguments }));
        let arguments = vec!["--help".to_owned()];
        assert_eq!(parse(&["bench", "--help"]), Some(Task::Bench { arguments }));
        assert_eq!(parse(&["bench"]), Some(Task::Bench { arguments: Vec::new() }));
    }

    #[test]
    fn the_language_model_is_fetched_by_a_command_of_its_own() {
        assert_eq!(parse(&["second-opinion"]), Some(Task::SecondOpinion));
    }

    #[test]
    fn anything_else_is_refused() {
        for arguments in [
            &[][..],
            &["fmt"],
            &["test", "--all"],
            &["test", "fmt", "lint"],
            &["test", "fmt", "--list"],
            &["test", "fmt", "--quick"],
            &["test", "--strict", "--list"],
            &["second-opinion", "--strict"],
            &["second-opinion", "now"],
        ] {
            assert_eq!(parse(arguments), None, "{arguments:?}");
        }
    }

    /// Otherwise a step would wait for ever.
    #[test]
    fn a_step_waits_only_for_steps_before_it() {
        for (position, step) in STEPS.iter().enumerate() {
            for name in step.after {
                assert!(STEPS[..position].iter().any(|before| before.name == *name), "{name}");
            }
        }
    }
}
