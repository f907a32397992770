//! How many tickets a second the local stack takes, and the same API in FastAPI, from the same
//! clients, one after the other.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::StatusCode;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::candidate::{self, Programs};
use crate::event::{EventError, Events};
use crate::http_client::{CallError, HttpClient, Reply};
use crate::measure::milliseconds;
use crate::statistics::percentile;

/// How long a server may take until it answers; the local stack has cargo look at the functions.
const START_LIMIT: Duration = Duration::from_secs(15 * 60);
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// How long each is under the same load before it counts: it starts processes and fills caches.
const WARM_UP: Duration = Duration::from_secs(3);

/// How much load there is.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Load {
    /// Clients that each create one ticket after the other; 0 measures no load
    #[arg(long, default_value_t = 16)]
    pub clients: u32,
    /// How long they do it, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,
}

/// What a server did under load.
#[derive(Debug, Clone, Copy)]
pub struct LoadFigures {
    /// Tickets created a second.
    pub creates_per_second: f64,
    /// What half of the creates took at most, in milliseconds.
    pub p50_ms: f64,
    /// What 99 of 100 creates took at most, in milliseconds.
    pub p99_ms: f64,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A server cannot be started.
    #[error("{name} cannot be run: {source}")]
    NotRun {
        /// The server.
        name: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A server ended or does not answer.
    #[error("{name} does not answer; its log is {}", log.display())]
    NotReady {
        /// The server.
        name: &'static str,
        /// What it printed.
        log: PathBuf,
    },
    /// A create failed.
    #[error("a create failed: {0}")]
    Call(#[from] CallError),
    /// A create was refused.
    #[error("a create was answered {status}: {body}")]
    Refused {
        /// How.
        status: StatusCode,
        /// With what.
        body: String,
    },
    /// There is nothing to send.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A client broke off.
    #[error("a client broke off: {0}")]
    Client(#[from] tokio::task::JoinError),
}

/// The local stack under `load`, built with `--release` as the functions that it runs.
///
/// # Errors
/// [`LoadError`].
pub async fn local_stack(
    programs: &Programs,
    load: Load,
    folder: &Path,
) -> Result<LoadFigures, LoadError> {
    let name = "the local stack";
    let port = free_port(name).await?;
    let mut command = Command::new(programs.functions.join("local-stack"));
    command.current_dir(workspace::root()).args(["--release", "--reset", "--port"]);
    command.arg(port.to_string()).args(["--dynamodb-port", "0", "--sqs-port", "0", "--data-dir"]);
    command.arg(folder.join("local-stack-data"));
    // Settings of whoever measures do not count.
    for (variable, _) in std::env::vars_os() {
        if variable.as_encoded_bytes().starts_with(b"COPILOT_") {
            command.env_remove(variable);
        }
    }
    of_server(name, command, port, load, folder).await
}

/// The FastAPI peer under `load`, with the faster event loop and parser that uvicorn knows, in one
/// process: its tickets are in the memory of it.
///
/// # Errors
/// [`LoadError`].
pub async fn fastapi(
    programs: &Programs,
    load: Load,
    folder: &Path,
) -> Result<LoadFigures, LoadError> {
    let name = "FastAPI";
    let port = free_port(name).await?;
    let mut command = Command::new(programs.fastapi.join("bin/uvicorn"));
    command.current_dir(workspace::root().join("tools/bench/peers/fastapi"));
    command.args(["app:app", "--no-access-log", "--loop", "uvloop", "--http", "httptools"]);
    command.args(["--port", &port.to_string()]);
    of_server(name, command, port, load, folder).await
}

async fn of_server(
    name: &'static str,
    mut command: Command,
    port: u16,
    load: Load,
    folder: &Path,
) -> Result<LoadFigures, LoadError> {
    let log = folder.join(format!("{}.log", name.replace(' ', "-")));
    let not_run = |source| LoadError::NotRun { name, source };
    let output = File::create(&log).map_err(not_run)?;
    let errors = output.try_clone().map_err(not_run)?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors).kill_on_drop(true);
    let mut server = command.spawn().map_err(not_run)?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    if !is_ready(&mut server, address).await {
        return Err(LoadError::NotReady { name, log });
    }
    create(address, load.clients, WARM_UP).await?;
    let start = Instant::now();
    let times = create(address, load.clients, Duration::from_secs(load.seconds)).await?;
    let elapsed = start.elapsed();
    stop(server).await;
    Ok(LoadFigures {
        creates_per_second: times.len() as f64 / elapsed.as_secs_f64(),
        p50_ms: percentile(&times, 50).unwrap_or(f64::NAN),
        p99_ms: percentile(&times, 99).unwrap_or(f64::NAN),
    })
}

async fn is_ready(server: &mut Child, address: SocketAddr) -> bool {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT && matches!(server.try_wait(), Ok(None)) {
        if let Ok(mut client) = HttpClient::connect(address).await
            && client.get("/health").await.is_ok_and(|reply| reply.status.is_success())
        {
            return true;
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    false
}

/// Creates tickets from `clients` connections at once for `time`; how long each took, in
/// milliseconds.
async fn create(address: SocketAddr, clients: u32, time: Duration) -> Result<Vec<f64>, LoadError> {
    let events = Arc::new(Mutex::new(candidate::creates()?));
    let end = Instant::now() + time;
    let mut running = JoinSet::new();
    for _ in 0..clients {
        running.spawn(client(address, events.clone(), end));
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.extend(done??);
    }
    Ok(times)
}

async fn client(
    address: SocketAddr,
    events: Arc<Mutex<Events>>,
    end: Instant,
) -> Result<Vec<f64>, LoadError> {
    let mut connection = HttpClient::connect(address).await?;
    let headers = [("content-type", "application/json")];
    let mut times = Vec::new();
    while Instant::now() < end {
        let body: Bytes = events.lock().await.next_body()?;
        let start = Instant::now();
        let Reply { status, body } = connection.post("/api/tickets/create", &headers, body).await?;
        times.push(milliseconds(start.elapsed()));
        if status != StatusCode::CREATED {
            let body = String::from_utf8_lossy(&body).into_owned();
            return Err(LoadError::Refused { status, body });
        }
    }
    Ok(times)
}

/// Lets the server end its own processes; one that does not is killed when it is dropped.
async fn stop(mut server: Child) {
    const STOP_LIMIT: Duration = Duration::from_secs(10);
    let pid = server.id().and_then(|id| i32::try_from(id).ok());
    if let Some(pid) = pid {
        // An error means that it has ended.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::SIGTERM);
        let _ = tokio::time::timeout(STOP_LIMIT, server.wait()).await;
    }
}

async fn free_port(name: &'static str) -> Result<u16, LoadError> {
    let not_run = |source| LoadError::NotRun { name, source };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(not_run)?;
    Ok(listener.local_addr().map_err(not_run)?.port())
}
