//! Snapshots that no test looks at: left behind by a test that is gone or has another name.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Tells insta where to note each snapshot that a test looks at.
pub const SEEN_VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";
/// The folders that hold crates with tests.
const FOLDERS: [&str; 3] = ["functions", "shared", "tools"];
/// What insta calls a folder of snapshots, and how the names in it end.
const SNAPSHOTS: &str = "snapshots";
const EXTENSION: &str = "snap";

/// Why the snapshots do not pass.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotsError {
    /// A file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No test looks at them.
    #[error("no test looks at these snapshots:{}", lines(.0))]
    Orphaned(BTreeSet<PathBuf>),
}

fn lines(paths: &BTreeSet<PathBuf>) -> String {
    paths.iter().map(|path| format!("\n{}", path.display())).collect()
}

/// Fails if the workspace at `root` has snapshots that the file `seen` does not name.
///
/// # Errors
/// [`SnapshotsError`].
pub fn check(root: &Path, seen: &Path) -> Result<(), SnapshotsError> {
    let noted = std::fs::read_to_string(seen)
        .map_err(|source| SnapshotsError::Unreadable { path: seen.to_owned(), source })?;
    // A path that leads nowhere is of a snapshot that is new, which its test has failed for.
    let seen: BTreeSet<PathBuf> =
        noted.lines().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
    let mut all = BTreeSet::new();
    for folder in FOLDERS {
        let folder = root.join(folder);
        if folder.is_dir() {
            collect(&folder, &mut all)?;
        }
    }
    let orphaned: BTreeSet<PathBuf> = all.difference(&seen).cloned().collect();
    if orphaned.is_empty() { Ok(()) } else { Err(SnapshotsError::Orphaned(orphaned)) }
}

fn collect(folder: &Path, snapshots: &mut BTreeSet<PathBuf>) -> Result<(), SnapshotsError> {
    let unreadable = |source| SnapshotsError::Unreadable { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, snapshots)?;
        } else if folder.ends_with(SNAPSHOTS) && path.extension().is_some_and(|e| e == EXTENSION) {
            snapshots.insert(std::fs::canonicalize(&path).map_err(unreadable)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_snapshot_that_no_test_looks_at_is_found() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("tools/tests/snapshots");
        fs::create_dir_all(&folder).unwrap();
        for name in ["used.snap", "left.snap", "notes.md"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let seen = root.path().join("seen.txt");
        assert!(matches!(check(root.path(), &seen), Err(SnapshotsError::Unreadable { .. })));
        // As insta writes them: once for each look, and not always by the shortest way.
        let used = folder.join("../snapshots/used.snap");
        fs::write(&seen, format!("{0}\n{0}\n", used.display())).unwrap();
        let error = check(root.path(), &seen).unwrap_err();
        let left = fs::canonicalize(folder.join("left.snap")).unwrap();
        assert!(matches!(error, SnapshotsError::Orphaned(found) if found == [left].into()));
        fs::remove_file(folder.join("left.snap")).unwrap();
        check(root.path(), &seen).unwrap();
    }
}
