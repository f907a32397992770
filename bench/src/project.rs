//! Where the project is.

use std::path::{Path, PathBuf};

/// The folder of the workspace that this program was built from.
pub fn root() -> PathBuf {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().unwrap_or(bench).to_owned()
}
