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

/// Builds the programs that steps run, together with the tests of the whole workspace, as the step
/// `test` does. To cargo, another choice of crates or targets is another choice of features, for which
/// it would build what they depend on once more.
///
/// # Errors
/// They do not compile.
pub async fn build_programs(project: &Project) -> Result<(), ProcessError> {
    let mut build = command(project);
    build.args(["build", "--workspace", "--tests", "--locked"]);
    build.args(["--bin", "local-stack", "--bin", "fault-harness"]);
    process::run(build, BUILD_LIMIT).await
}
