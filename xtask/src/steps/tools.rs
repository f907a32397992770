//! Step `tools`: installs what the other steps need beyond Rust.
//!
//! SAM CLI and moto go, at the versions of `xtask/requirements.txt`, into a Python environment in
//! `.tools`. Chromium and its driver come from Debian's packages, which are of one version always.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};

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
    install_python_environment(project).await?;
    install_browser(project).await
}

/// A program of the Python environment.
///
/// # Errors
/// [`ToolsError::NotInstalled`].
pub fn python_program(project: &Project, name: &str) -> Result<PathBuf, ToolsError> {
    let program = project.python_program(name);
    if program.is_file() { Ok(program) } else { Err(ToolsError::NotInstalled(program)) }
}

/// A program of the browser test.
///
/// # Errors
/// [`ToolsError::NoBrowser`].
pub fn browser_program(name: &str) -> Result<PathBuf, ToolsError> {
    find_program(name).ok_or(ToolsError::NoBrowser)
}

async fn install_python_environment(project: &Project) -> Result<(), StepError> {
    let requirements = project.root.join("xtask/requirements.txt");
    let wanted = fingerprint(&read(&requirements)?, &project.python);
    let stamp = project.python.join("installed.sha256");
    let python = project.python_program("python");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        println!("SAM CLI and moto are installed.");
        return Ok(());
    }
    println!("Installing SAM CLI and moto …");
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(&project.python);
    process::run_quietly(create, &project.scratch.join("venv.log"), INSTALL_LIMIT).await?;
    let mut install = Command::new(python);
    install.args(["-m", "pip", "install", "--disable-pip-version-check", "--requirement"]);
    install.arg(&requirements);
    process::run_quietly(install, &project.scratch.join("pip.log"), INSTALL_LIMIT).await?;
    // Last: without it, an installation that was interrupted is made again.
    std::fs::write(&stamp, wanted).map_err(|source| ToolsError::File { path: stamp, source }.into())
}

fn read(path: &Path) -> Result<Vec<u8>, ToolsError> {
    std::fs::read(path).map_err(|source| ToolsError::File { path: path.to_owned(), source })
}

/// Says what is installed where: an environment does not survive being moved.
fn fingerprint(requirements: &[u8], environment: &Path) -> String {
    let hash = Sha256::new()
        .chain_update(environment.as_os_str().as_encoded_bytes())
        .chain_update([0])
        .chain_update(requirements)
        .finalize();
    format!("{hash:x}")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_requirement_or_place_is_another_environment() {
        let place = Path::new("/a/.tools/python");
        let first = fingerprint(b"moto==5.2.5\n", place);
        assert_eq!(first, fingerprint(b"moto==5.2.5\n", place));
        assert_ne!(first, fingerprint(b"moto==5.2.6\n", place));
        assert_ne!(first, fingerprint(b"moto==5.2.5\n", Path::new("/b/.tools/python")));
    }

    #[test]
    fn every_requirement_is_pinned() {
        let requirements = Project::of_this_program().root.join("xtask/requirements.txt");
        let text = std::fs::read_to_string(requirements).unwrap();
        assert!(text.contains("aws-sam-cli==") && text.contains("moto=="));
        for line in text.lines() {
            let (name, version) = line.split_once("==").expect(line);
            assert!(
                !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()),
                "{line}"
            );
        }
    }

    #[test]
    fn a_missing_program_says_how_to_get_it() {
        let project = Project { python: "/nowhere".into(), ..Project::of_this_program() };
        let error = python_program(&project, "sam").unwrap_err();
        assert_eq!(
            error.to_string(),
            "/nowhere/bin/sam is missing; run `cargo xtask test tools` first."
        );
    }
}
