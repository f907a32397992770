//! Step `sam`: template.yaml is valid.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::StepError;
use super::tools::python::AWS;
use crate::local_stack::REGION;
use crate::process;
use crate::project::Project;

/// How long the check may take.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Checks the template with SAM CLI, and with cfn-lint down to what is merely advice. Nothing is sent anywhere.
///
/// # Errors
/// The template is not valid.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let settings = project.scratch.join("sam");
    write_settings(&settings)
        .map_err(|source| StepError::System { action: "write settings for SAM CLI", source })?;
    let mut command = Command::new(AWS.program(project, "sam")?);
    command
        .current_dir(&project.root)
        .args(["validate", "--lint", "--template", "template.yaml", "--region", REGION])
        .env("SAM_CLI_TELEMETRY", "0")
        // SAM CLI reads and writes its settings here instead of in the home folder.
        .env("__SAM_CLI_APP_DIR", settings);
    process::run(command, LIMIT).await?;

    let mut lint = Command::new(AWS.program(project, "cfn-lint")?);
    // SAM CLI lints too, but shows errors and warnings only.
    lint.current_dir(&project.root).args(["--include-checks", "I", "--", "template.yaml"]);
    Ok(process::run(lint, LIMIT).await?)
}

/// SAM CLI looks for a newer version of itself when it has not done so for a week: it has.
fn write_settings(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let settings = json!({"lastVersionCheck": now.as_secs_f64(), "telemetryEnabled": false});
    std::fs::write(folder.join("metadata.json"), settings.to_string())
}
