//! Where things are in this repository, and cargo as its tools call it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The language model of the sentence encoder, from the root of the workspace. `cargo xtask
/// second-opinion` fetches it.
pub const LANGUAGE_MODEL: &str = "shared/embedding/model/all-minilm-l6-v2-int8.onnx";

/// Names a folder in which the functions and the tests' own function are built already, so that whatever
/// runs them builds nothing. `cargo xtask test` sets it: it builds the whole workspace with one choice of
/// features, and so the SDK and everything else once, not twice.
pub const BUILT_FUNCTIONS_VARIABLE: &str = "COPILOT_FUNCTIONS_DIR";

/// Beginnings of the variables in which cargo describes one package to a program (Cargo book,
/// "Environment variables Cargo sets for crates").
const PACKAGE_VARIABLES: [&str; 6] =
    ["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_", "OUT_DIR"];

/// The root of the workspace that this program was built from.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Cargo in the workspace at `root`, without what it tells the program that it has started itself:
/// build scripts would take that for a change of their own package, and each change of caller would
/// build half of it again.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in std::env::vars_os().filter(|(name, _)| describes_a_package(name)) {
        command.env_remove(name);
    }
    command
}

fn describes_a_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    PACKAGE_VARIABLES.iter().any(|prefix| name.starts_with(prefix))
}

/// The functions of the workspace at `root`, each with its folder from there: `create-ticket` is in
/// `functions/tickets/create-ticket`. Anything else that lies in `functions`, such as the files
/// that some systems leave in every folder, is none; neither is there one if there is no such
/// folder.
///
/// # Errors
/// A folder cannot be read.
pub fn functions(root: &Path) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut functions = BTreeMap::new();
    for feature in folders(&root.join("functions"))? {
        for folder in folders(&feature)? {
            if !folder.join("Cargo.toml").is_file() {
                continue;
            }
            if let (Some(name), Ok(path)) = (folder.file_name(), folder.strip_prefix(root)) {
                functions.insert(name.to_string_lossy().into_owned(), path.to_owned());
            }
        }
    }
    Ok(functions)
}

/// The folder of the events of `function`, from the root of the workspace at `root`: `events`
/// mirrors `functions`.
///
/// # Errors
/// The folder of functions cannot be read, or there is no such function.
pub fn events(root: &Path, function: &str) -> io::Result<PathBuf> {
    let folder = functions(root)?
        .remove(function)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, function.to_owned()))?;
    let folder: PathBuf = folder.components().skip(1).collect();
    Ok(Path::new("events").join(folder))
}

fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(parent) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_root_is_where_the_template_is() {
        assert!(root().join("template.yaml").is_file());
    }

    #[test]
    fn the_encoder_builds_in_the_same_language_model() {
        // Its build script is a part of what is deployed and so cannot depend on this crate.
        let script = fs::read_to_string(root().join("shared/embedding/build.rs")).unwrap();
        let file = LANGUAGE_MODEL.strip_prefix("shared/embedding/").unwrap();
        assert!(script.contains(&format!("\"{file}\"")));
    }

    #[test]
    fn only_crates_are_functions() {
        let workspace = tempfile::tempdir().unwrap();
        let functions = || functions(workspace.path()).unwrap();
        assert!(functions().is_empty());
        let folder = workspace.path().join("functions/tickets");
        fs::create_dir_all(folder.join("create-ticket")).unwrap();
        fs::write(folder.join("create-ticket/Cargo.toml"), "").unwrap();
        fs::create_dir(folder.join("empty")).unwrap();
        fs::write(folder.join(".DS_Store"), "").unwrap();
        fs::write(workspace.path().join("functions/.DS_Store"), "").unwrap();
        let expected =
            [("create-ticket".to_owned(), "functions/tickets/create-ticket".into())].into();
        assert_eq!(functions(), expected);
    }

    #[test]
    fn each_function_has_its_events() {
        for function in functions(&root()).unwrap().into_keys() {
            assert!(root().join(events(&root(), &function).unwrap()).is_dir(), "{function}");
        }
        assert!(events(&root(), "no-such-function").is_err());
    }

    #[test]
    fn cargo_is_not_told_of_the_package_of_this_program() {
        // Cargo tells it to whatever it runs, these tests too.
        assert!(std::env::var_os("CARGO_PKG_NAME").is_some());
        let command = cargo(&root());
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            let removed = (OsStr::new(name), None);
            assert!(command.get_envs().any(|variable| variable == removed), "{name}");
        }
    }
}
