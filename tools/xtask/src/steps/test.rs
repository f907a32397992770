//! Step `test`: the tests in Rust, with moto as the independent reference for SQS.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::StepError;
use super::tools::python::AWS;
use crate::cargo;
use crate::process::{self, Process};
use crate::project::{Project, free_port};

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

/// Runs all tests of the workspace.
///
/// # Errors
/// A test failed, or moto did not start.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let (_moto, endpoint) = start_moto(project).await?;
    let calls_file = project.calls_file();
    forget(&calls_file).map_err(|source| StepError::System {
        action: "remove the calls of an earlier run",
        source,
    })?;
    let mut test = cargo::command(project);
    test.args(["test", "--workspace", "--locked"])
        .env(REFERENCE_VARIABLE, endpoint)
        .env(CALLS_VARIABLE, calls_file);
    Ok(process::run(test, TEST_LIMIT).await?)
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
