//! One run: start the stack behind the proxies, load it, mend everything, check.

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use lambda_process::{LogFormat, LogWriter};
use local_stack::options::Options;
use local_stack::stack::{RunScheduleError, Stack, StackError};
use tempfile::TempDir;

use crate::checker::{Findings, check};
use crate::evidence::{Evidence, EvidenceError};
use crate::load::{CLIENTS, ClientError, Load};
use crate::proxy::{Injection, Proxy, ProxyError};
use crate::schedule::{CYCLE, Schedule, Service};
use crate::seed::Seed;
use crate::tally::Counts;

/// Creates of a run whose length is not given.
const CREATES: u64 = 2_000;
/// How often a run looks whether it is long enough.
const LOOK: Duration = Duration::from_millis(50);
/// The scheduled function that queues stranded tickets again.
const SWEEP: &str = "requeue-stranded";
/// Pause between two of its runs under faults.
const SWEEP_PAUSE: Duration = Duration::from_secs(4);
/// How long clients may take to come to an end once no faults are injected any more: ten tries of
/// at most 10 s each.
const RECOVERY_LIMIT: Duration = Duration::from_secs(120);
/// Name of the file with the functions' logs, in the folder of the run.
pub const LOG: &str = "functions.log";

/// Why a run could not be made. It says nothing about the product.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No folder for the data.
    #[error("no folder for the data: {0}")]
    Folder(#[source] io::Error),
    /// No proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The stack does not start.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// The stack has no embedded services.
    #[error("the stack does not run with embedded services")]
    NotEmbedded,
    /// No client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Clients hang.
    #[error("clients had not come to an end {RECOVERY_LIMIT:?} after the last fault")]
    Hanging,
    /// Stranded tickets cannot be queued again although no faults are injected any more.
    #[error("without faults: {0}")]
    Sweep(#[from] RunScheduleError),
    /// The stores cannot be read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
}

/// What a run was and found.
#[derive(Debug)]
pub struct Outcome {
    /// How long faults were injected.
    pub faults_lasted: Duration,
    /// How long the whole run took.
    pub lasted: Duration,
    /// Creates that were begun.
    pub creates: usize,
    /// What happened on the way.
    pub counts: Counts,
    /// Tickets in the table.
    pub tickets: usize,
    /// Messages in the queue.
    pub messages: usize,
    /// What the check found.
    pub findings: Findings,
    /// Data and logs, which go with this.
    pub folder: TempDir,
}

/// Runs for `length`, or until enough creates were begun and each disruption has come.
///
/// # Errors
/// [`RunError`].
pub async fn run(seed: Seed, length: Option<Duration>) -> Result<Outcome, RunError> {
    let began = Instant::now();
    let folder = tempfile::tempdir().map_err(RunError::Folder)?;
    let log = File::create(folder.path().join(LOG)).map_err(RunError::Folder)?;
    let injection = Arc::new(Injection::new(Schedule { seed }));
    let proxies = Service::ALL.map(|service| Proxy::start(service, Arc::clone(&injection)));
    let [dynamodb, sqs] = proxies;
    let (dynamodb, sqs) = (dynamodb?, sqs?);

    let logs = LogWriter::new(LogFormat::Readable, Box::new(log));
    let options = options(folder.path(), &dynamodb, &sqs);
    let stack = Stack::start_with_logs(options, logs).await?;
    let addresses = stack.addresses().clone();
    dynamodb.pass_on_to(addresses.dynamodb.as_deref().ok_or(RunError::NotEmbedded)?);
    sqs.pass_on_to(addresses.sqs.as_deref().ok_or(RunError::NotEmbedded)?);

    injection.begin();
    let load = Load::new(&addresses.api, Arc::clone(&injection));
    let records = tokio::select! {
        records = load.run() => records?,
        never = sweep_under_faults(&stack, &injection) => match never {},
        () = end_in_time(&load, &injection, length) => return Err(RunError::Hanging),
    };
    // What was stalled reaches its store even now.
    dynamodb.idle().await;
    sqs.idle().await;
    sweep(&stack).await?;
    let evidence = Evidence::read(&addresses).await?;
    stack.stop().await;
    Ok(Outcome {
        faults_lasted: injection.elapsed(),
        lasted: began.elapsed(),
        creates: records.len(),
        counts: injection.tally.snapshot(),
        tickets: evidence.tickets.len(),
        messages: evidence.messages.len(),
        findings: check(&records, &evidence),
        folder,
    })
}

fn options(folder: &Path, dynamodb: &Proxy, sqs: &Proxy) -> Options {
    let environment = [
        format!("AWS_ENDPOINT_URL_DYNAMODB={}", dynamodb.endpoint()),
        format!("AWS_ENDPOINT_URL_SQS={}", sqs.endpoint()),
        // Every ticket whose AI work is not known to be delivered counts as stranded at once.
        "STRANDED_AFTER_SECONDS=0".to_owned(),
    ];
    let processes = CLIENTS.to_string();
    let mut arguments = vec!["local-stack", "--port", "0", "--processes", &processes];
    // What was sent stays in the queue, where it is compared with what was answered.
    arguments.extend(["--parameter", "TriageModel=none"]);
    for variable in &environment {
        arguments.extend(["--env", variable]);
    }
    let mut options = Options::parse_from(arguments);
    options.data_dir = folder.to_owned();
    options.template = workspace::root().join("template.yaml");
    options
}

/// Ends the faults when the run is long enough. Comes back only when clients hang after that.
async fn end_in_time(load: &Load, injection: &Injection, length: Option<Duration>) {
    let is_long_enough = || match length {
        Some(length) => injection.elapsed() >= length,
        None => load.begun() >= CREATES && injection.elapsed() >= CYCLE,
    };
    while !is_long_enough() {
        tokio::time::sleep(LOOK).await;
    }
    injection.end();
    tokio::time::sleep(RECOVERY_LIMIT).await;
}

/// Queues stranded tickets again while faults hit that as well. Never ends.
async fn sweep_under_faults(stack: &Stack, injection: &Injection) -> Infallible {
    loop {
        tokio::time::sleep(SWEEP_PAUSE).await;
        // With faults it rarely gets through; what it has done by then must be right.
        let succeeded = stack.run_schedule(SWEEP).await.is_ok();
        injection.tally.swept(succeeded);
    }
}

/// Queues stranded tickets again until none is left.
async fn sweep(stack: &Stack) -> Result<(), RunError> {
    while stack.run_schedule(SWEEP).await?["has_more"] == true {}
    Ok(())
}
