//! Step `faults`: no ticket is lost or doubled under faults.

use std::process::Command;
use std::time::Duration;

use super::StepError;
use crate::process;
use crate::project::Project;

/// How long the run may take when nothing is built yet. The faults themselves take a minute.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Runs the fault harness with the seed that it has by itself.
///
/// # Errors
/// A ticket was lost or doubled, or the run proved too little.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let mut command = Command::new("cargo");
    command.current_dir(&project.root).args(["run", "--locked", "--package", "fault-harness"]);
    Ok(process::run(command, LIMIT).await?)
}
