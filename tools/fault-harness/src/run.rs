//! One run of two parts: start the stack behind the proxies, load it, end the faults, let everything
//! settle, check. The first part creates tickets and looks at what was sent; the second one changes
//! tickets while the AI works on them.

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use lambda_process::{LogFormat, LogWriter};
use local_stack::options::Options;
use local_stack::stack::{Addresses, RunScheduleError, Stack, StackError};
use tempfile::TempDir;

use crate::changes::{
    self, ChangeFindings, Changes, ZENDESK_SECRET, all_settled, changed_tickets, hurry_queue,
};
use crate::checker::{Findings, check};
use crate::evidence::{DEAD_LETTER_QUEUE, Evidence, EvidenceError, messages, queue_url, services};
use crate::load::{CLIENTS, ClientError, Load};
use crate::proxy::{Injection, Proxy, ProxyError};
use crate::schedule::{CYCLE, Schedule, Service};
use crate::seed::Seed;
use crate::tally::Counts;

/// Creates of a run whose length is not given.
const CREATES: u64 = 1_200;
/// Cases of changes of such a run.
const CASES: u64 = 120;
/// How often a run looks whether it is long enough.
const LOOK: Duration = Duration::from_millis(50);
/// The scheduled function that queues stranded tickets again.
const SWEEP: &str = "requeue-stranded";
/// Pause between two of its runs under faults.
const SWEEP_PAUSE: Duration = Duration::from_secs(4);
/// How long clients may take to come to an end once no faults are injected any more: ten tries of
/// at most 10 s each.
const RECOVERY_LIMIT: Duration = Duration::from_secs(120);
/// How long AI work may take to be done once no faults are injected any more.
const SETTLING_LIMIT: Duration = Duration::from_secs(60);
/// Pause between two looks whether it is done.
const SETTLING_LOOK: Duration = Duration::from_millis(200);
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
    /// What happened on the way.
    pub counts: Counts,
    /// The part that creates tickets.
    pub creates: Created,
    /// The part that changes them.
    pub changes: Changed,
    /// Data and logs, which go with this.
    pub folder: TempDir,
}

/// The part that creates tickets.
#[derive(Debug, Default)]
pub struct Created {
    /// Creates that were begun.
    pub begun: usize,
    /// Tickets in the table.
    pub tickets: usize,
    /// Messages in the queue.
    pub messages: usize,
    /// What the check found.
    pub findings: Findings,
}

/// The part that changes tickets.
#[derive(Debug, Default)]
pub struct Changed {
    /// Cases that were begun.
    pub begun: usize,
    /// What the check found.
    pub findings: ChangeFindings,
}

/// Runs for `length`, half of it for each part, or until enough was begun and each disruption has come
/// in each part.
///
/// # Errors
/// [`RunError`].
pub async fn run(seed: Seed, length: Option<Duration>) -> Result<Outcome, RunError> {
    let began = Instant::now();
    let folder = tempfile::tempdir().map_err(RunError::Folder)?;
    let length = length.map(|length| length / 2);

    // What was sent stays in the queue, where it is compared with what was answered.
    let first =
        Part::start(seed, folder.path(), "creates", &["--parameter", "TriageModel=none"]).await?;
    let creates = create(&first, length).await?;
    let (lasted, counts) = first.stop().await;

    // Every suggestion counts as sure, so that the AI sets what agents set too.
    let secret = format!("ZENDESK_WEBHOOK_SECRET={ZENDESK_SECRET}");
    let further = [
        "--parameter",
        "TriageModel=embedded",
        "--parameter",
        "TriageConfidence=0.01",
        "--env",
        &secret,
    ];
    let second = Part::start(seed, folder.path(), "changes", &further).await?;
    let changes = change(&second, length).await?;
    let (also_lasted, further_counts) = second.stop().await;

    Ok(Outcome {
        faults_lasted: lasted + also_lasted,
        lasted: began.elapsed(),
        counts: counts.and(further_counts),
        creates,
        changes,
        folder,
    })
}

/// A stack behind proxies.
struct Part {
    injection: Arc<Injection>,
    dynamodb: Proxy,
    sqs: Proxy,
    stack: Stack,
    addresses: Addresses,
}

impl Part {
    /// Starts a stack with its data in the folder `name` of `folder`. Its log goes on in the one file.
    async fn start(
        seed: Seed,
        folder: &Path,
        name: &str,
        further: &[&str],
    ) -> Result<Self, RunError> {
        let log = File::options().create(true).append(true).open(folder.join(LOG));
        let log = log.map_err(RunError::Folder)?;
        let injection = Arc::new(Injection::new(Schedule { seed }));
        let proxies = Service::ALL.map(|service| Proxy::start(service, Arc::clone(&injection)));
        let [dynamodb, sqs] = proxies;
        let (dynamodb, sqs) = (dynamodb?, sqs?);
        let logs = LogWriter::new(LogFormat::Readable, Box::new(log));
        let options = options(&folder.join(name), &dynamodb, &sqs, further);
        let stack = Stack::start_with_logs(options, logs).await?;
        let addresses = stack.addresses().clone();
        dynamodb.pass_on_to(addresses.dynamodb.as_deref().ok_or(RunError::NotEmbedded)?);
        sqs.pass_on_to(addresses.sqs.as_deref().ok_or(RunError::NotEmbedded)?);
        Ok(Self { injection, dynamodb, sqs, stack, addresses })
    }

    /// Lets everything that is under way come to its end, without faults.
    async fn settle(&self) -> Result<(), RunError> {
        // What was stalled reaches its store even now.
        self.dynamodb.idle().await;
        self.sqs.idle().await;
        sweep(&self.stack).await
    }

    async fn stop(self) -> (Duration, Counts) {
        self.stack.stop().await;
        (self.injection.elapsed(), self.injection.tally.snapshot())
    }
}

async fn create(part: &Part, length: Option<Duration>) -> Result<Created, RunError> {
    part.injection.begin();
    let load = Load::new(&part.addresses.api, Arc::clone(&part.injection));
    let is_enough = || load.begun() >= CREATES;
    let records = tokio::select! {
        records = load.run() => records?,
        never = sweep_under_faults(part) => match never {},
        () = end_in_time(&part.injection, length, is_enough) => return Err(RunError::Hanging),
    };
    part.settle().await?;
    let evidence = Evidence::read(&part.addresses).await?;
    Ok(Created {
        begun: records.len(),
        tickets: evidence.tickets.len(),
        messages: evidence.messages.len(),
        findings: check(&records, &evidence),
    })
}

async fn change(part: &Part, length: Option<Duration>) -> Result<Changed, RunError> {
    hurry_queue(&part.addresses).await?;
    part.injection.begin();
    let load = Changes::new(&part.addresses.api, Arc::clone(&part.injection));
    let is_enough = || load.begun() >= CASES;
    let records = tokio::select! {
        records = load.run() => records?,
        never = sweep_under_faults(part) => match never {},
        () = end_in_time(&part.injection, length, is_enough) => return Err(RunError::Hanging),
    };
    part.settle().await?;
    let settled = async {
        while !all_settled(&part.addresses).await? {
            tokio::time::sleep(SETTLING_LOOK).await;
        }
        Ok::<(), EvidenceError>(())
    };
    // What is not done by then is found by the check.
    if let Ok(outcome) = tokio::time::timeout(SETTLING_LIMIT, settled).await {
        outcome?;
    }
    let tickets = changed_tickets(&part.addresses).await?;
    let (_, sqs) = services(&part.addresses)?;
    let dead_letters = messages(&sqs, &queue_url(&part.addresses, DEAD_LETTER_QUEUE)?).await?;
    let findings = changes::check(&records, &tickets, dead_letters);
    Ok(Changed { begun: records.len(), findings })
}

fn options(folder: &Path, dynamodb: &Proxy, sqs: &Proxy, further: &[&str]) -> Options {
    let environment = [
        format!("AWS_ENDPOINT_URL_DYNAMODB={}", dynamodb.endpoint()),
        format!("AWS_ENDPOINT_URL_SQS={}", sqs.endpoint()),
        // Every ticket whose AI work is not known to be delivered counts as stranded at once.
        "STRANDED_AFTER_SECONDS=0".to_owned(),
    ];
    let processes = CLIENTS.to_string();
    let mut arguments = vec!["local-stack", "--port", "0", "--processes", &processes];
    arguments.extend(further);
    for variable in &environment {
        arguments.extend(["--env", variable]);
    }
    let mut options = Options::parse_from(arguments);
    options.data_dir = folder.to_owned();
    options.template = workspace::root().join("template.yaml");
    options
}

/// Ends the faults when the part is long enough. Comes back only when clients hang after that.
async fn end_in_time(
    injection: &Injection,
    length: Option<Duration>,
    is_enough: impl Fn() -> bool,
) {
    let is_long_enough = || match length {
        Some(length) => injection.elapsed() >= length,
        None => is_enough() && injection.elapsed() >= CYCLE,
    };
    while !is_long_enough() {
        tokio::time::sleep(LOOK).await;
    }
    injection.end();
    tokio::time::sleep(RECOVERY_LIMIT).await;
}

/// Queues stranded tickets again while faults hit that as well. Never ends.
async fn sweep_under_faults(part: &Part) -> Infallible {
    loop {
        tokio::time::sleep(SWEEP_PAUSE).await;
        // With faults it rarely gets through; what it has done by then must be right.
        let succeeded = part.stack.run_schedule(SWEEP).await.is_ok();
        part.injection.tally.swept(succeeded);
    }
}

/// Queues stranded tickets again until none is left.
async fn sweep(stack: &Stack) -> Result<(), RunError> {
    while stack.run_schedule(SWEEP).await?["has_more"] == true {}
    Ok(())
}
