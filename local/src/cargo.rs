//! Builds the functions.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
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

/// Beginnings of the variables in which Cargo describes one package to a program (Cargo book,
/// "Environment variables Cargo sets for crates").
const OF_A_PACKAGE: [&str; 6] =
    ["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_", "OUT_DIR"];

/// The language model of second opinions, which `cargo xtask second-opinion` fetches. Without it what
/// runs it need not be built, which takes minutes: it is the only default feature of the functions.
/// From the root of the workspace.
pub const LANGUAGE_MODEL: &str = "second-opinion/model/all-minilm-l6-v2-int8.onnx";

/// Builds `binaries`, each the only binary of the crate of its name, in the workspace at
/// `workspace`, and says where they are. Cargo's progress goes to standard error.
///
/// They are built on their own: in one command with the local stack they would get the features
/// that its crates ask for, and would not be what is deployed. All other functions of the workspace are
/// built with them: to Cargo another choice of crates is another choice of features, for which it would
/// build what they depend on once more.
///
/// # Errors
/// [`BuildError`].
pub async fn build(
    workspace: &Path,
    binaries: &[String],
    release: bool,
) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace).args([
        "build",
        "--quiet",
        "--locked",
        "--message-format=json-render-diagnostics",
    ]);
    // What `cargo run` and `cargo test` tell the program that they start would look to build scripts
    // like a change of their own package, and each change of caller would build half of it again.
    let inherited = |name: &OsString| {
        let name = name.to_string_lossy();
        OF_A_PACKAGE.iter().any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| inherited(name)) {
        command.env_remove(name);
    }
    if release {
        command.arg("--release");
    }
    if !workspace.join(LANGUAGE_MODEL).is_file() {
        command.arg("--no-default-features");
    }
    let mut packages = functions(workspace)?;
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

/// The crates of `workspace` that are functions: those in its folder `functions`, if it has one. What
/// else lies there, such as the files that some systems leave in every folder, is none.
fn functions(workspace: &Path) -> Result<BTreeSet<String>, BuildError> {
    let entries = match std::fs::read_dir(workspace.join("functions")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(BuildError::NoFunctions(error)),
    };
    let mut functions = BTreeSet::new();
    for entry in entries {
        let entry = entry.map_err(BuildError::NoFunctions)?;
        if entry.path().join("Cargo.toml").is_file() {
            functions.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(functions)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_crates_are_functions() {
        let workspace = tempfile::tempdir().unwrap();
        assert!(functions(workspace.path()).unwrap().is_empty());
        let folder = workspace.path().join("functions");
        fs::create_dir_all(folder.join("create-ticket")).unwrap();
        fs::write(folder.join("create-ticket/Cargo.toml"), "").unwrap();
        fs::create_dir(folder.join("empty")).unwrap();
        fs::write(folder.join(".DS_Store"), "").unwrap();
        let expected = BTreeSet::from(["create-ticket".to_owned()]);
        assert_eq!(functions(workspace.path()).unwrap(), expected);
    }
}
