//! Step `schemathesis`: Schemathesis sends a local stack what the OpenAPI document allows and what it
//! forbids, and holds every answer against the document. `tools/xtask/schemathesis/schemathesis.toml` says
//! which checks are off, and why.

use std::process::Command;
use std::time::Duration;

use super::StepError;
use super::tools::python::SCHEMATHESIS;
use crate::local_stack::LocalStack;
use crate::process;
use crate::project::Project;

/// What Schemathesis draws its requests from; the same seed draws the same requests.
const SEED: &str = "1";
/// How long everything may take. On two cores it takes about 40 s.
const LIMIT: Duration = Duration::from_secs(10 * 60);
const CONFIGURATION: &str = "tools/xtask/schemathesis/schemathesis.toml";

/// Tests every operation of the document.
///
/// # Errors
/// An answer is not as the document says, or the local stack did not start.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let program = SCHEMATHESIS.program(project, "st")?;
    let stack = LocalStack::start(project, "schemathesis", &[]).await?;
    // Hypothesis, which draws the requests, keeps a folder where it runs.
    let folder = project.scratch.join("schemathesis");
    std::fs::create_dir_all(&folder)
        .map_err(|source| StepError::System { action: "make a folder for Schemathesis", source })?;
    let mut command = Command::new(&program);
    command.current_dir(&folder).arg("--config-file").arg(project.root.join(CONFIGURATION)).args([
        "run",
        &format!("{}/openapi.json", stack.addresses.api),
        "--seed",
        SEED,
    ]);
    // Settings of whoever runs the tests do not count.
    for (variable, _) in std::env::vars_os() {
        if variable.as_encoded_bytes().starts_with(b"SCHEMATHESIS_") {
            command.env_remove(variable);
        }
    }
    let result = process::run(command, LIMIT).await;
    if result.is_err() {
        println!(
            "To repeat it, start `cargo run -- --reset` and run, in the project's folder:\n\
             {} --config-file {CONFIGURATION} run http://127.0.0.1:8000/openapi.json --seed {SEED}",
            program.display()
        );
    }
    Ok(result?)
}
