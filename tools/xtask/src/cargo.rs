//! Cargo, and what it builds for the steps.

use std::process::Command;
use std::time::Duration;

use crate::process::{self, ProcessError};
use crate::project::Project;

/// How long cargo may take when nothing is built yet.
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Cargo in the root of the workspace.
pub fn command(project: &Project) -> Command {
    workspace::cargo(&project.root)
}

/// Builds everything that the steps run: the tests, the functions and the local stack, with one choice of
/// crates and targets. To cargo, another choice is another choice of features, for which it would build
/// what they depend on once more.
///
/// The functions then have the features that other crates of the workspace ask of their dependencies. What
/// is deployed is built one function at a time; the step `sam-local` does that and runs each.
///
/// # Errors
/// They do not compile.
pub async fn build_programs(project: &Project) -> Result<(), ProcessError> {
    let mut build = command(project);
    build.args(["build", "--workspace", "--bins", "--tests", "--locked"]);
    process::run(build, BUILD_LIMIT).await
}

/// Lets `command`, which starts a local stack, take the functions of [`build_programs`].
pub fn with_built_functions(project: &Project, command: &mut Command) {
    command.env(workspace::BUILT_FUNCTIONS_VARIABLE, &project.binaries);
}
