//! Step `fuzz`: the fuzz targets compile. Running them needs a nightly compiler (`tools/fuzz/README.md`);
//! they are a workspace of their own, which no other step builds.

use std::time::Duration;

use super::StepError;
use crate::project::Project;
use crate::{cargo, process};

/// How long it may take when nothing is built yet.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Tells the build script of `libfuzzer-sys` where the fuzzer itself lies, so that it does not compile it,
/// which is C++. Only a program that is linked needs it, and a check links none.
const FUZZER_VARIABLE: &str = "CUSTOM_LIBFUZZER_PATH";

/// Checks the targets.
///
/// # Errors
/// They do not compile.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let mut command = cargo::command(project);
    command.args(["check", "--locked", "--manifest-path", "tools/fuzz/Cargo.toml", "--target-dir"]);
    command.arg(&project.target).env(FUZZER_VARIABLE, "/dev/null");
    Ok(process::run(command, LIMIT).await?)
}
