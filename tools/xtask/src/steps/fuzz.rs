//! Step `fuzz`: the fuzz targets compile. Running them needs a nightly compiler (`tools/fuzz/README.md`);
//! they are a workspace of their own, which no other step builds.

use std::time::Duration;

use super::StepError;
use crate::project::Project;
use crate::{cargo, process};

/// How long it may take when nothing is built yet.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Checks the targets.
///
/// # Errors
/// They do not compile.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let mut command = cargo::command(project);
    command.args(["check", "--locked", "--manifest-path", "tools/fuzz/Cargo.toml", "--target-dir"]);
    command.arg(&project.target);
    Ok(process::run(command, LIMIT).await?)
}
