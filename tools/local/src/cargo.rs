//! Builds the functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Why there are no functions to run.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Cargo itself could not be run.
    #[error("Cargo could not be run to build the functions: {0}")]
    NoCargo(#[source] std::io::Error),
    /// The functions of the workspace cannot be listed.
    #[error("The folder of functions cannot be read: {0}")]
    NoFunctions(#[source] std::io::Error),
    /// Cargo has said why, on standard error.
    #[error("The functions could not be built; see Cargo's messages above.")]
    Failed,
    /// A crate has no binary of its own name.
    #[error("The crate {0} has no binary of the same name.")]
    NoBinary(String),
}

/// Names a folder in which the functions are built already. `cargo xtask test` sets it: it builds the
/// whole workspace with one choice of features, and so the SDK and everything else once, not twice.
const BUILT_VARIABLE: &str = "COPILOT_FUNCTIONS_DIR";

/// One line of Cargo's messages; the others have no `executable`.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds `binaries`, each the only binary of the crate of its name, in the workspace at
/// `root`, and says where they are. Cargo's progress goes to standard error.
///
/// They are built on their own: in one command with the local stack they would get the features
/// that its crates ask for, and would not be what is deployed (but see [`BUILT_VARIABLE`]). All other functions of the workspace are
/// built with them: to Cargo another choice of crates is another choice of features, for which it would
/// build what they depend on once more.
///
/// # Errors
/// [`BuildError`].
pub async fn build(
    root: &Path,
    binaries: &[String],
    release: bool,
) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    if let Some(folder) = std::env::var_os(BUILT_VARIABLE).filter(|_| !release) {
        return built_in(Path::new(&folder), binaries);
    }
    let mut command = Command::from(workspace::cargo(root));
    command.args(["build", "--quiet", "--locked", "--message-format=json-render-diagnostics"]);
    if release {
        command.arg("--release");
    }
    // Without the language model its runtime, which takes minutes to compile, is not built either: it is
    // the only default feature of the functions.
    if !root.join(workspace::LANGUAGE_MODEL).is_file() {
        command.arg("--no-default-features");
    }
    let mut packages: BTreeSet<String> =
        workspace::functions(root).map_err(BuildError::NoFunctions)?.into_keys().collect();
    packages.extend(binaries.iter().cloned());
    for package in packages {
        command.args(["--package", &package]);
    }
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(BuildError::NoCargo)?;

    let mut executables = BTreeMap::new();
    if let Some(output) = process.stdout.take() {
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await.map_err(BuildError::NoCargo)? {
            let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
            if let (Some(executable), Some(target)) = (message.executable, message.target) {
                executables.insert(target.name, executable);
            }
        }
    }
    if !process.wait().await.map_err(BuildError::NoCargo)?.success() {
        return Err(BuildError::Failed);
    }
    match binaries.iter().find(|binary| !executables.contains_key(*binary)) {
        Some(missing) => Err(BuildError::NoBinary(missing.clone())),
        None => Ok(executables),
    }
}

fn built_in(folder: &Path, binaries: &[String]) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    let executable = |binary: &String| {
        let path = folder.join(binary);
        let found = path.is_file().then(|| (binary.clone(), path));
        found.ok_or_else(|| BuildError::NoBinary(binary.clone()))
    };
    binaries.iter().map(executable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_are_built_are_taken_from_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("create-ticket"), "").unwrap();
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let built = built_in(folder.path(), &names(&["create-ticket"])).unwrap();
        assert_eq!(built["create-ticket"], folder.path().join("create-ticket"));
        let missing = built_in(folder.path(), &names(&["create-ticket", "read-tickets"]));
        assert!(matches!(missing, Err(BuildError::NoBinary(name)) if name == "read-tickets"));
    }
}
