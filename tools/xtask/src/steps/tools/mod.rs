//! Step `tools`: installs what the other steps need beyond Rust.
//!
//! Programs from Python packages go into `.tools`. Chromium and its driver come from Debian's
//! packages, which are of one version always.

pub mod language_model;
pub mod python;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::StepError;
use crate::process;
use crate::project::{Project, find_program};

/// How long one installation may take.
const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);
/// The programs that the browser test needs, which are the names of Debian's packages or near it.
const BROWSER_PROGRAMS: [&str; 2] = ["chromium", "chromedriver"];

/// Why a tool is missing.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// The step `tools` has not run.
    #[error("{} is missing; run `cargo xtask test tools` first.", .0.display())]
    NotInstalled(PathBuf),
    /// This program may not install Debian's packages here.
    #[error(
        "Chromium and ChromeDriver are missing. Install them, on Debian as root with \
         `apt-get install chromium chromium-driver`, so that `chromium` and `chromedriver` are in PATH."
    )]
    NoBrowser,
    /// A file of the environment could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Installs what is missing.
///
/// # Errors
/// [`ToolsError`], or an installation that failed.
pub async fn run(project: &Project) -> Result<(), StepError> {
    for environment in python::ENVIRONMENTS {
        environment.install(project).await?;
    }
    language_model::install(project).await?;
    install_browser(project).await
}

/// A program of the browser test.
///
/// # Errors
/// [`ToolsError::NoBrowser`].
pub fn browser_program(name: &str) -> Result<PathBuf, ToolsError> {
    find_program(name).ok_or(ToolsError::NoBrowser)
}

fn read(path: &Path) -> Result<Vec<u8>, ToolsError> {
    std::fs::read(path).map_err(|source| ToolsError::File { path: path.to_owned(), source })
}

async fn install_browser(project: &Project) -> Result<(), StepError> {
    if BROWSER_PROGRAMS.iter().all(|name| find_program(name).is_some()) {
        println!("Chromium and ChromeDriver are installed.");
        return Ok(());
    }
    if !nix::unistd::geteuid().is_root() || find_program("apt-get").is_none() {
        return Err(ToolsError::NoBrowser.into());
    }
    println!("Installing Chromium and ChromeDriver …");
    let commands: [&[&str]; 2] = [
        &["update"],
        &["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"],
    ];
    for arguments in commands {
        let mut command = Command::new("apt-get");
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        process::run_quietly(command, &project.scratch.join("apt.log"), INSTALL_LIMIT).await?;
    }
    for name in BROWSER_PROGRAMS {
        browser_program(name)?;
    }
    Ok(())
}
