//! `cargo xtask bench`: builds the functions and what they are measured against, and measures;
//! `cargo xtask bench lists`: builds `read-tickets` and measures lists.

use std::path::PathBuf;
use std::time::Duration;

use crate::project::Project;
use crate::steps::StepError;
use crate::steps::binaries::{self, BinaryError};
use crate::steps::tools::language_model;
use crate::steps::tools::python::{BENCH_FASTAPI, BENCH_PYTHON};
use crate::{cargo, process};

/// How long cargo may take to build everything optimised from nothing.
const BUILD_LIMIT: Duration = Duration::from_secs(90 * 60);
/// How long measuring may take; with the usual numbers it is about five minutes.
const BENCH_LIMIT: Duration = Duration::from_secs(3 * 60 * 60);
/// What measures lists instead of functions.
const LISTS: &str = "lists";
/// A folder of the target folder.
const PLAIN_RUST_TARGET: &str = "bench/plain-rust";
/// What the plain Rust peer is known to hold.
const KNOWN_STACK: &str = "aws-lc-rs";

/// Builds and measures; `arguments` go to the program that does.
///
/// # Errors
/// Something cannot be built, installed or measured.
pub async fn run(project: &Project, arguments: &[String]) -> Result<(), StepError> {
    let mut bench = cargo::command(project);
    bench.args(["run", "--quiet", "--release", "--locked", "--package", "bench", "--"]);
    let (command, arguments) = match arguments.split_first() {
        Some((first, rest)) if first == LISTS => (LISTS, rest),
        _ => ("functions", arguments),
    };
    bench.arg(command);
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        bench.arg("--help");
        return Ok(process::run(bench, BUILD_LIMIT).await?);
    }
    let (release, logs) = (project.target.join("release"), project.scratch.join("bench"));
    bench.arg("--logs").arg(logs);
    if command == LISTS {
        build(project, &["--package", "read-tickets"]).await?;
        bench.arg("--read-tickets").arg(release.join("read-tickets")).args(arguments);
        return Ok(process::run(bench, BENCH_LIMIT).await?);
    }
    BENCH_PYTHON.install(project).await?;
    BENCH_FASTAPI.install(project).await?;
    // Triage is measured with its second opinion.
    language_model::install(project).await?;
    let functions = functions(project)?;
    // On their own: in one command with other crates they would get the features that those ask for.
    let packages = functions.iter().flat_map(|name| ["--package", name.as_str()]);
    build(project, &packages.collect::<Vec<_>>()).await?;
    build(project, &["--package", "local-stack"]).await?;
    let plain_rust = build_plain_rust(project).await?;

    bench.arg("--functions").arg(&release).arg("--plain-rust").arg(plain_rust);
    bench.arg("--python").arg(BENCH_PYTHON.path(project));
    bench.arg("--fastapi").arg(BENCH_FASTAPI.path(project));
    bench.args(arguments);
    Ok(process::run(bench, BENCH_LIMIT).await?)
}

/// The functions: each crate in `functions` has a program of its name.
fn functions(project: &Project) -> Result<Vec<String>, StepError> {
    let unreadable = |source| StepError::System { action: "list the functions", source };
    Ok(workspace::functions(&project.root).map_err(unreadable)?.into_keys().collect())
}

async fn build(project: &Project, packages: &[&str]) -> Result<(), StepError> {
    let mut build = cargo::command(project);
    build.args(["build", "--release", "--locked"]).args(packages);
    Ok(process::run(build, BUILD_LIMIT).await?)
}

/// Builds the peer, and finds in it what the step `binaries` looks for: were it blind, this shows it.
async fn build_plain_rust(project: &Project) -> Result<PathBuf, StepError> {
    let target = project.target.join(PLAIN_RUST_TARGET);
    let mut build = cargo::command(project);
    build.current_dir(project.root.join("tools/bench/peers/plain-rust"));
    build.args(["build", "--release", "--locked", "--target-dir"]).arg(&target);
    process::run(build, BUILD_LIMIT).await?;
    let program = target.join("release/plain-rust");
    if binaries::other_stacks(&program)?.contains(KNOWN_STACK) {
        Ok(program)
    } else {
        Err(BinaryError::Blind(program).into())
    }
}
