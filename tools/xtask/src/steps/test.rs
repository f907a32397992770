//! Step `test`: the tests in Rust, with moto as the independent reference for SQS.

mod snapshots;

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::StepError;
use super::tools::python::AWS;
use crate::cargo;
use crate::process::{self, Process};
use crate::project::{Project, free_port};
pub use snapshots::SnapshotsError;

/// Names the address of the reference to the contract tests in `tools/sqs/tests`.
const REFERENCE_VARIABLE: &str = "SQS_REFERENCE_ENDPOINT";
/// Tells the local stack where to note what functions may do and what they do.
const CALLS_VARIABLE: &str = "COPILOT_CALLS_FILE";
/// How long moto may take until it answers.
const MOTO_START_LIMIT: Duration = Duration::from_secs(60);
/// How long moto may take for one answer.
const MOTO_ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// How long the tests may take when nothing is built yet.
const TEST_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The test of `--quick` that goes from end to end.
const QUICK_TEST: &str = "end_to_end::a_ticket_is_created_read_listed_and_moved";

/// Runs all tests of the workspace, with those that need the language model or moto, and finds snapshots
/// that none of them looks at.
///
/// # Errors
/// A test failed, a snapshot is of no test, or moto did not start.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let (_moto, endpoint) = start_moto(project).await?;
    let calls_file = project.calls_file();
    let seen_snapshots = project.scratch.join("snapshots.txt");
    for file in [&calls_file, &seen_snapshots] {
        forget(file).map_err(|source| StepError::System {
            action: "remove what an earlier run noted",
            source,
        })?;
    }
    cargo::build_programs(project).await?;
    let mut test = cargo::command(project);
    cargo::with_built_functions(project, &mut test);
    test.args(["test", "--workspace", "--locked", "--", "--include-ignored"])
        .env(REFERENCE_VARIABLE, endpoint)
        .env(CALLS_VARIABLE, calls_file)
        .env(snapshots::SEEN_VARIABLE, &seen_snapshots);
    process::run(test, TEST_LIMIT).await?;
    Ok(snapshots::check(&project.root, &seen_snapshots)?)
}

/// Runs the unit tests and one test from end to end.
///
/// # Errors
/// A test failed.
pub async fn quick(project: &Project) -> Result<(), StepError> {
    cargo::build_programs(project).await?;
    let all = ["test", "--workspace", "--locked", "--quiet"];
    for further in [&["--lib", "--bins"][..], &["--test", "product", "--", "--exact", QUICK_TEST]] {
        let mut test = cargo::command(project);
        cargo::with_built_functions(project, &mut test);
        test.args(all).args(further);
        process::run(test, TEST_LIMIT).await?;
    }
    Ok(())
}

fn forget(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn start_moto(project: &Project) -> Result<(Process, String), StepError> {
    let port = free_port()
        .map_err(|source| StepError::System { action: "find a port for moto", source })?;
    let mut command = Command::new(AWS.program(project, "moto_server")?);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let log = project.scratch.join("moto.log");
    let mut moto = Process::start_in_background("moto", command, &log)?;
    let endpoint = format!("http://127.0.0.1:{port}");
    let client = reqwest::Client::new();
    let answers = async || {
        let answer = client.get(&endpoint).timeout(MOTO_ANSWER_LIMIT).send().await;
        answer.is_ok().then_some(())
    };
    moto.wait_until(MOTO_START_LIMIT, answers).await?;
    Ok((moto, endpoint))
}
