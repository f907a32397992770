//! Step `faults`: no ticket is lost or doubled under faults.

use std::process::Command;
use std::time::Duration;

use super::StepError;
use crate::project::Project;
use crate::{cargo, process};

/// How long the run may take when no function is built yet. The faults themselves take a minute.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Runs the fault harness with the seed that it has by itself.
///
/// # Errors
/// A ticket was lost or doubled, or the run proved too little.
pub async fn run(project: &Project) -> Result<(), StepError> {
    cargo::build_programs(project).await?;
    let mut command = Command::new(project.binaries.join("fault-harness"));
    command.current_dir(&project.root);
    cargo::with_built_functions(project, &mut command);
    Ok(process::run(command, LIMIT).await?)
}
