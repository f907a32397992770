//! Cargo, and what it builds for the steps.

use std::process::Command;
use std::time::Duration;

use crate::process::{self, ProcessError};
use crate::project::Project;

/// How long cargo may take when nothing is built yet.
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
/// Beginnings of the variables in which cargo describes a package to the program that it starts, as it
/// does to this one. To build scripts they would look like a change: what the local stack or a person
/// builds, who do not pass them on, would be built anew in each turn.
const OF_A_PACKAGE: [&str; 6] =
    ["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_", "OUT_DIR"];

/// Cargo in the root of the workspace.
pub fn command(project: &Project) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&project.root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_A_PACKAGE.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
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

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn cargo_is_not_told_of_the_package_of_this_program() {
        // Cargo tells it to whatever it runs, these tests too.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let command = command(&Project::of_this_program());
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(
                command.get_envs().any(|variable| variable == (OsStr::new(name), None)),
                "{name}"
            );
        }
    }
}
