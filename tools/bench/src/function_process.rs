//! One process of a candidate, started as Lambda does it, and what the system knows of it.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lambda_process::RuntimeApi;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::candidate::Candidate;
use crate::event::EventError;
use crate::invocation::{Outcome, invoke};
use crate::stand_in::StandIn;

/// How candidates reach the stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS, trusting as many roots as a system does.
    HttpsSystemRoots,
    /// HTTPS, trusting one root.
    HttpsOneRoot,
    Http,
}

/// A running candidate. Dropping it kills the process.
pub struct FunctionProcess {
    name: &'static str,
    status: Option<u64>,
    log: PathBuf,
    api: RuntimeApi,
    child: Child,
}

/// Why a candidate could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started or ended, or its log not be opened.
    #[error("{name} cannot be run: {source}")]
    NotRun { name: &'static str, source: io::Error },
    /// It ended or gave no answer in time.
    #[error("{name} gave no answer; its log is {}", log.display())]
    NoAnswer { name: &'static str, log: PathBuf },
    /// Another answer than the one that is to be measured.
    #[error("{name} answered {answer}; its log is {}", log.display())]
    WrongAnswer { name: &'static str, answer: String, log: PathBuf },
    #[error("the system says nothing of {name} in {}", file.display())]
    Unknown { name: &'static str, file: PathBuf },
    #[error(transparent)]
    Event(#[from] EventError),
}

/// The beginning of a process.
#[derive(Debug, Clone, Copy)]
pub struct ColdStart {
    /// From the start of the process to the answer to its first event, without what it takes to
    /// hand the event over once the process has asked for it.
    pub total: Duration,
    /// From the start of the process to its asking for an event.
    pub init: Duration,
    /// From the first event to its answer.
    pub first: Duration,
}

impl FunctionProcess {
    /// Starts `candidate`, hands it one event as soon as it asks, and waits for the answer.
    ///
    /// # Errors
    /// [`ProcessError`].
    pub async fn start(
        candidate: &mut Candidate,
        stand_in: &StandIn,
        transport: Transport,
        log: PathBuf,
    ) -> Result<(Self, ColdStart), ProcessError> {
        let name = candidate.name;
        let not_run = |source| ProcessError::NotRun { name, source };
        let output = File::create(&log).map_err(not_run)?;
        let errors = output.try_clone().map_err(not_run)?;
        let api = RuntimeApi::start().await.map_err(not_run)?;
        let (program, arguments) = &candidate.command;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&candidate.folder).env_clear();
        command.envs(environment(stand_in, transport)).envs(candidate.variables.iter().copied());
        command.env("AWS_LAMBDA_RUNTIME_API", api.address().to_string());
        command.stdin(Stdio::null()).stdout(output).stderr(errors).kill_on_drop(true);
        let event = candidate.events.next()?;

        let started = Instant::now();
        let child = command.spawn().map_err(not_run)?;
        let mut process = Self { name, status: candidate.status, log, api, child };
        let outcome = process.answer(event).await?;
        let (init, first) = (outcome.asked - started, outcome.time());
        Ok((process, ColdStart { total: init + first, init, first }))
    }

    /// Ends the process and waits until it has gone with all its memory, so that its end takes
    /// nothing from the next one's start.
    ///
    /// # Errors
    /// [`ProcessError::NotRun`].
    pub async fn stop(mut self) -> Result<(), ProcessError> {
        let name = self.name;
        self.child.kill().await.map_err(|source| ProcessError::NotRun { name, source })
    }

    /// Hands over one more event and says how long the answer took.
    ///
    /// # Errors
    /// [`ProcessError`].
    pub async fn invoke(&mut self, candidate: &mut Candidate) -> Result<Duration, ProcessError> {
        Ok(self.answer(candidate.events.next()?).await?.time())
    }

    async fn answer(&mut self, event: Bytes) -> Result<Outcome, ProcessError> {
        let (name, log) = (self.name, || self.log.clone());
        let Some(outcome) = invoke(&self.api, &mut self.child, event).await else {
            return Err(ProcessError::NoAnswer { name, log: log() });
        };
        let wrong = match &outcome.answer {
            Ok(answer) if self.is_right(answer) => return Ok(outcome),
            Ok(answer) => String::from_utf8_lossy(answer).into_owned(),
            Err(error) => format!("{}: {}", error.error_type, error.message),
        };
        Err(ProcessError::WrongAnswer { name, answer: wrong, log: log() })
    }

    fn is_right(&self, answer: &[u8]) -> bool {
        serde_json::from_slice::<Value>(answer)
            .is_ok_and(|answer| answer["statusCode"].as_u64() == self.status)
    }

    /// The most memory that it has had, in bytes.
    ///
    /// # Errors
    /// [`ProcessError::Unknown`].
    pub fn peak_memory(&self) -> Result<u64, ProcessError> {
        self.read("status", |text| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
        })
    }

    /// The time that all its threads together have had a processor.
    ///
    /// # Errors
    /// [`ProcessError::Unknown`].
    pub fn processor_time(&self) -> Result<Duration, ProcessError> {
        let file = self.file("task");
        let threads = std::fs::read_dir(&file)
            .map_err(|_| ProcessError::Unknown { name: self.name, file })?;
        let mut total = Duration::ZERO;
        for thread in threads.flatten() {
            let path = format!("task/{}/schedstat", thread.file_name().to_string_lossy());
            total += self.read(&path, |text| {
                text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
            })?;
        }
        Ok(total)
    }

    fn read<T>(&self, path: &str, find: impl Fn(&str) -> Option<T>) -> Result<T, ProcessError> {
        let file = self.file(path);
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        find(&text).ok_or(ProcessError::Unknown { name: self.name, file })
    }

    fn file(&self, path: &str) -> PathBuf {
        // A process that has ended has no number, and no such file.
        PathBuf::from(format!("/proc/{}/{path}", self.child.id().unwrap_or_default()))
    }
}

/// What Lambda tells a function, what template.yaml tells ours, and the way to the stand-in.
fn environment(stand_in: &StandIn, transport: Transport) -> Vec<(&'static str, String)> {
    let mut variables: Vec<(&'static str, String)> = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("_HANDLER", "bootstrap"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2024/11/03/[$LATEST]0123456789abcdef"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("TABLE_NAME", "tickets"),
        ("CLOSE_RESOLVED_AFTER_DAYS", "7"),
        ("TICKET_RETENTION_DAYS", "0"),
        ("STACK_KEY", "a key of at least 32 bytes, for the bench"),
        ("LIST_SHARDS", "4"),
        ("STRANDED_AFTER_SECONDS", "300"),
        ("TRIAGE_CONFIDENCE", "0.8"),
        ("TRIAGE_MODEL", "embedded"),
        ("BEDROCK_MASKING", "on"),
        ("WEBHOOK_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:webhook"),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .collect();
    let (address, roots) = match transport {
        Transport::HttpsSystemRoots => (&stand_in.https, Some(&stand_in.system_roots)),
        Transport::HttpsOneRoot => (&stand_in.https, Some(&stand_in.own_root)),
        Transport::Http => (&stand_in.http, None),
    };
    variables.push(("AWS_ENDPOINT_URL", address.clone()));
    variables.push(("QUEUE_URL", format!("{address}/123456789012/ai-work")));
    if let Some(roots) = roots {
        // Each SDK looks at one of them.
        variables.push(("AWS_CA_BUNDLE", roots.display().to_string()));
        variables.push(("SSL_CERT_FILE", roots.display().to_string()));
    }
    variables
}
