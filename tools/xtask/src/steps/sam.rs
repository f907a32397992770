//! Step `sam`: template.yaml is valid, and once SAM has translated it, no function reaches beyond the stack.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::tools::python::AWS;
use super::{StepError, translated};
use crate::local_stack::REGION;
use crate::process;
use crate::project::Project;

/// How long the check may take.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// What the variables begin with that SAM CLI and the AWS SDK take settings from.
const FOREIGN_SETTINGS: [&str; 2] = ["AWS_", "SAM_CLI_"];

/// Checks the template with SAM CLI, with cfn-lint down to what is merely advice, and as SAM translates it.
/// Nothing is sent anywhere.
///
/// # Errors
/// The template is not valid.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let mut command = command(project)?;
    command.args(["validate", "--lint", "--template", "template.yaml", "--region", REGION]);
    process::run(command, LIMIT).await?;

    let mut lint = Command::new(AWS.program(project, "cfn-lint")?);
    // SAM CLI lints too, but shows errors and warnings only.
    lint.current_dir(&project.root).args([
        "--include-checks",
        "I",
        "--",
        "template.yaml",
        "edge.yaml",
    ]);
    process::run(lint, LIMIT).await?;
    translated::run(project).await
}

/// SAM CLI in the project's folder. Settings and credentials of whoever runs this do not count, and
/// nothing is sent anywhere.
///
/// # Errors
/// It is not installed, or its settings cannot be written.
pub fn command(project: &Project) -> Result<Command, StepError> {
    let settings = project.scratch.join("sam");
    write_settings(&settings)
        .map_err(|source| StepError::System { action: "write settings for SAM CLI", source })?;
    let mut command = Command::new(AWS.program(project, "sam")?);
    for (variable, _) in std::env::vars_os() {
        let name = variable.as_encoded_bytes();
        if FOREIGN_SETTINGS.iter().any(|prefix| name.starts_with(prefix.as_bytes())) {
            command.env_remove(variable);
        }
    }
    command
        .current_dir(&project.root)
        .env("SAM_CLI_TELEMETRY", "0")
        // SAM CLI reads and writes its settings here instead of in the home folder.
        .env("__SAM_CLI_APP_DIR", settings)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ok(command)
}

/// SAM CLI looks for a newer version of itself when it has not done so for a week: it has.
fn write_settings(folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let settings = json!({"lastVersionCheck": now.as_secs_f64(), "telemetryEnabled": false});
    std::fs::write(folder.join("metadata.json"), settings.to_string())
}
