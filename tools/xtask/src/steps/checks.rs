//! Steps `fmt`, `clippy` and `doc`: what cargo itself can say about the code.

use std::time::Duration;

use super::StepError;
use crate::project::Project;
use crate::{cargo, process};

/// How long one check may take when nothing is built yet.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The code is formatted.
///
/// # Errors
/// It is not.
pub async fn fmt(project: &Project) -> Result<(), StepError> {
    run(project, &["fmt", "--all", "--check"], &[]).await
}

/// The code has no lints.
///
/// # Errors
/// It has, or it does not compile.
pub async fn clippy(project: &Project) -> Result<(), StepError> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    run(project, &arguments, &[]).await
}

/// The documentation has no broken links.
///
/// # Errors
/// It has.
pub async fn doc(project: &Project) -> Result<(), StepError> {
    let arguments = ["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    // There are no examples. With them, cargo chooses the features that clippy has just checked the
    // dependencies with, instead of checking them once more.
    let targets = ["--lib", "--bins", "--examples"];
    let arguments = [&arguments[..], &targets].concat();
    run(project, &arguments, &[("RUSTDOCFLAGS", "-D warnings")]).await
}

async fn run(
    project: &Project,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), StepError> {
    let mut command = cargo::command(project);
    command.args(arguments).envs(environment.iter().copied());
    Ok(process::run(command, LIMIT).await?)
}
