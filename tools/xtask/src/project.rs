//! Where things are in the repository and on this machine.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

/// Places in one checkout of the repository.
pub struct Project {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// Where it puts the programs of the `dev` profile.
    pub binaries: PathBuf,
    /// Logs and profiles of the programs that steps start.
    pub scratch: PathBuf,
    /// Pictures of the page, for a person to look at.
    pub screenshots: PathBuf,
    /// Where [`crate::steps::tools`] installs.
    pub tools: PathBuf,
}

impl Project {
    /// The checkout that this program was built from.
    pub fn of_this_program() -> Self {
        let root = workspace::root();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(directory) => root.join(directory),
            None => root.join("target"),
        };
        Self {
            binaries: target.join("debug"),
            scratch: target.join("xtask"),
            screenshots: target.join("screenshots"),
            tools: root.join(".tools"),
            root,
            target,
        }
    }

    /// What functions may do and what they did in the last run of the step `test`.
    pub fn calls_file(&self) -> PathBuf {
        self.scratch.join("calls.jsonl")
    }
}

/// The program of that name in `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// A port of 127.0.0.1 that nothing uses at this moment, for programs that cannot choose one.
///
/// # Errors
/// The system has none.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_name() {
        assert!(find_program("sh").unwrap().is_absolute());
        assert_eq!(find_program("no-such-program-anywhere"), None);
    }
}
