//! Builds the binary of the `test-function` package once per process, for tests that run it.

#![expect(clippy::unwrap_used, reason = "only tests use it")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Names a folder in which the program is built already. `cargo xtask test` sets it.
const BUILT_VARIABLE: &str = "COPILOT_FUNCTIONS_DIR";

/// Path of the built binary.
pub fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(build)
}

fn build() -> PathBuf {
    if let Some(folder) = std::env::var_os(BUILT_VARIABLE) {
        return Path::new(&folder).join("test-function");
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = target_folder();
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "test-function"])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(status.success(), "test-function could not be built");
    target.join("debug").join("test-function")
}

/// The folder cargo builds into: this test lies in `<target>/<profile>/deps`.
fn target_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("CARGO_TARGET_DIR") {
        return folder.into();
    }
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}
