//! Measures the functions against peers and prints tables: cold start, first and later requests,
//! processor time, memory, size, and the local stack under load. `cargo xtask bench` builds all
//! that it needs and runs it.
//!
//! Each process of a function runs alone against a Runtime API and a stand-in for AWS in this
//! program, with one request at a time, as in Lambda. Candidates take turns, so that what else the
//! machine does hits all of them; a ratio therefore says more than a time. Needs Linux.

mod candidate;
mod event;
mod floor;
mod function_process;
mod http_client;
mod invocation;
mod lists;
mod load;
mod machine;
mod measure;
mod report;
mod size;
mod stand_in;
mod statistics;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use candidate::Programs;
use clap::{Parser, Subcommand};
use function_process::Transport;
use load::{Load, LoadError, LoadFigures};
use machine::Machine;
use measure::Amount;
use report::{CreatorsOver, ONE_ROOT, Report};
use stand_in::StandIn;

/// Measures the functions.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Against peers: cold start, requests, memory, size, load
    Functions(Options),
    /// Pages of lists in tables of several sizes
    Lists(lists::Options),
}

#[derive(Debug, clap::Args)]
struct Options {
    #[command(flatten)]
    programs: Programs,
    #[command(flatten)]
    amount: Amount,
    #[command(flatten)]
    load: Load,
    /// How long the stand-in for AWS takes for each answer, in milliseconds
    #[arg(long, default_value_t = 0)]
    service_ms: u64,
    /// Folder for what the candidates print
    #[arg(long)]
    logs: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("the folder for logs cannot be made: {0}")]
    NoFolder(#[source] std::io::Error),
    #[error(transparent)]
    StandIn(#[from] stand_in::StandInError),
    #[error(transparent)]
    Candidate(#[from] candidate::CandidateError),
    #[error(transparent)]
    Process(#[from] function_process::ProcessError),
    #[error(transparent)]
    Floor(#[from] floor::FloorError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Lists(#[from] lists::ListsError),
}

const TRANSPORTS: [(Transport, &str); 3] = [
    (Transport::HttpsSystemRoots, "HTTPS, trusting a system's roots"),
    (Transport::HttpsOneRoot, ONE_ROOT),
    (Transport::Http, "HTTP"),
];

#[tokio::main]
async fn main() -> ExitCode {
    let report = match CommandLine::parse().command {
        Command::Functions(options) => run(&options).await.map(|report| report.to_string()),
        Command::Lists(options) => match lists::run(&options).await {
            Ok(report) => Ok(report.to_string()),
            Err(error) => Err(error.into()),
        },
    };
    match report {
        Ok(report) => {
            // Nobody reads what cannot be written.
            let _ = write!(std::io::stdout(), "{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<Report, BenchError> {
    let Options { programs, amount, load, service_ms, logs } = options;
    std::fs::create_dir_all(logs).map_err(BenchError::NoFolder)?;
    let machine = Machine::now();
    let stand_in = StandIn::start(logs, Duration::from_millis(*service_ms)).await?;
    let mut candidates = Vec::from(candidate::creators(programs)?);
    let (mut creators, mut functions) = (Vec::new(), Vec::new());
    for (transport, words) in TRANSPORTS {
        progress(words);
        let floor_ms = floor::measure(&stand_in, transport).await?;
        let with_others = transport == Transport::HttpsOneRoot;
        if with_others {
            candidates.extend(candidate::other_functions(programs)?);
        }
        let all = measure::measure(&mut candidates, &stand_in, transport, *amount, logs).await?;
        if let Some((measured @ [create, ..], others)) = all.split_first_chunk::<3>() {
            creators.push(CreatorsOver { transport: words, measured: *measured, floor_ms });
            if with_others {
                functions.push(*create);
                functions.extend(others);
            }
        }
        candidates.truncate(3);
    }
    let load = match load.clients {
        0 => None,
        _ => Some((*load, under_load(programs, *load, logs).await?)),
    };
    Ok(Report { machine, amount: *amount, creators, functions, load })
}

async fn under_load(
    programs: &Programs,
    load: Load,
    logs: &Path,
) -> Result<[LoadFigures; 2], LoadError> {
    progress("the local stack under load");
    let local_stack = load::local_stack(programs, load, logs).await?;
    progress("FastAPI under load");
    Ok([local_stack, load::fastapi(programs, load, logs).await?])
}

/// Standard output holds the tables alone.
fn progress(what: &str) {
    let _ = writeln!(std::io::stderr(), "Measuring: {what} …");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }
}
