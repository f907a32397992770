//! Builds the binary of the `test-function` package once per process, for tests that run it.

#![expect(clippy::unwrap_used, reason = "only tests use it")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Path of the built binary.
pub fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(build)
}

fn build() -> PathBuf {
    if let Some(folder) = std::env::var_os(workspace::BUILT_FUNCTIONS_VARIABLE) {
        return Path::new(&folder).join("test-function");
    }
    let target = target_folder();
    let status = workspace::cargo(&workspace::root())
        .args(["build", "--quiet", "--package", "test-function", "--target-dir"])
        .arg(&target)
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
