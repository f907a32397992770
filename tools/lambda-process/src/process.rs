//! One process of a function, from its start to its end.

mod supervisor;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use crate::environment::process_environment;
use crate::logs::{InvocationEnd, InvocationReport, LogWriter};
use crate::pool::InvokeError;
use crate::runtime_api::{Answered, Invocation, RuntimeApi};
use crate::{FunctionConfiguration, INIT_LIMIT};
use supervisor::supervise;

/// Account in the function's ARN; a local stack has none of its own.
const LOCAL_ACCOUNT_ID: &str = "000000000000";

/// Region in the function's ARN if its environment names none.
const DEFAULT_REGION: &str = "us-east-1";

/// How a process ended, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProcessExit {
    #[error("exited with status {0}")]
    Code(i32),
    #[error("was ended by signal {0}")]
    Signal(i32),
    /// It reported during init that it cannot start.
    #[error("failed during init: {error_type}: {message}")]
    InitFailed {
        /// Type of the error as the process named it.
        error_type: String,
        /// What the process said about it.
        message: String,
    },
    /// It asked for no event within [`INIT_LIMIT`].
    #[error("did not finish its init in time")]
    InitTimedOut,
    #[error("could not be started: {reason}")]
    NotStarted {
        /// What the operating system said.
        reason: String,
    },
    #[error("ended for an unknown reason")]
    Unknown,
    #[error("was stopped with its pool")]
    Stopped,
}

/// Why the first process of a function could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("function {function} may have no process at all")]
    NoProcessAllowed {
        /// Name of the function.
        function: String,
    },
    /// The binary does not exist or is not executable.
    #[error("{} cannot be run", executable.display())]
    Executable { executable: PathBuf, source: std::io::Error },
    /// No port for the Runtime API of the process could be opened.
    #[error("the runtime API could not be opened")]
    RuntimeApi(#[source] std::io::Error),
    /// The process ended, reported an error or took too long before it asked for its first event.
    #[error("a process of function {function} {exit}")]
    Init {
        /// Name of the function.
        function: String,
        exit: ProcessExit,
    },
}

impl StartError {
    pub(crate) fn into_exit(self) -> ProcessExit {
        match self {
            Self::Init { exit, .. } => exit,
            Self::Executable { source, .. } | Self::RuntimeApi(source) => {
                ProcessExit::NotStarted { reason: source.to_string() }
            }
            other @ Self::NoProcessAllowed { .. } => {
                ProcessExit::NotStarted { reason: other.to_string() }
            }
        }
    }
}

/// What became of an event.
pub(crate) enum Attempt {
    /// The process certainly did not see it.
    NotDelivered,
    Finished(Result<Bytes, InvokeError>),
}

/// What all processes of a pool share.
pub(crate) struct PoolContext {
    pub(crate) configuration: FunctionConfiguration,
    pub(crate) logs: LogWriter,
    /// Becomes true when the pool is stopped.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// A running process. Dropping it kills the process.
pub(crate) struct FunctionProcess {
    context: Arc<PoolContext>,
    api: RuntimeApi,
    exit: watch::Receiver<Option<ProcessExit>>,
    kill: watch::Sender<bool>,
    init_duration: Duration,
    init_reported: AtomicBool,
}

impl FunctionProcess {
    /// Starts a process and waits until it asks for its first event. `alive` is
    /// held until the process has been reaped.
    pub(crate) async fn start(
        context: Arc<PoolContext>,
        alive: mpsc::Sender<()>,
    ) -> Result<Self, StartError> {
        let started = Instant::now();
        let api = RuntimeApi::start().await.map_err(StartError::RuntimeApi)?;
        let child = spawn(&context, &api).await?;
        let (kill, killed) = watch::channel(false);
        let exit = supervise(child, killed, context.stopping.clone(), alive);
        let mut process = Self {
            context,
            api,
            exit,
            kill,
            init_duration: Duration::ZERO,
            init_reported: AtomicBool::new(false),
        };
        let failure = tokio::select! {
            // What a process says of its failure tells more than its exit status.
            biased;
            initialised = process.api.initialised() => match initialised {
                Ok(()) => None,
                Err(error) => Some(ProcessExit::InitFailed {
                    error_type: error.error_type,
                    message: error.message,
                }),
            },
            exit = process.exited() => Some(exit),
            () = tokio::time::sleep(INIT_LIMIT) => Some(ProcessExit::InitTimedOut),
        };
        if let Some(exit) = failure {
            process.kill().await;
            return Err(StartError::Init {
                function: process.context.configuration.name.clone(),
                exit,
            });
        }
        process.init_duration = started.elapsed();
        Ok(process)
    }

    pub(crate) fn has_exited(&self) -> bool {
        self.exit.borrow().is_some()
    }

    /// Hands one event to the process and waits for its answer. A process that
    /// does not answer in time is killed.
    pub(crate) async fn handle(&self, event: Bytes, request_id: &str) -> Attempt {
        let timeout = self.context.configuration.timeout;
        let started = Instant::now();
        let invocation = self.invocation(event, request_id);
        let Ok(delivered) = self.api.deliver(invocation).await else {
            return Attempt::NotDelivered;
        };
        self.context.logs.invocation_started(request_id);
        let outcome = tokio::select! {
            // An answer counts, also of a process that ends right after it.
            biased;
            answered = delivered.answer => self.answered(answered).await,
            exit = self.exited() => Err(InvokeError::Crashed { exit }),
            () = tokio::time::sleep(timeout) => Err(InvokeError::TimedOut { after: timeout }),
        };
        if matches!(outcome, Err(InvokeError::TimedOut { .. })) {
            self.kill().await;
        }
        self.report(request_id, started.elapsed(), &outcome);
        Attempt::Finished(outcome)
    }

    /// Waits until the process asks for its next event. `false` if it has ended
    /// or does not ask within the function's timeout; it is killed then.
    pub(crate) async fn becomes_idle(&self) -> bool {
        tokio::select! {
            () = self.api.waiting() => return true,
            _ = self.exited() => {}
            () = tokio::time::sleep(self.context.configuration.timeout) => {}
        }
        self.kill().await;
        false
    }

    /// Kills the process and waits until it is reaped.
    pub(crate) async fn kill(&self) {
        self.kill.send_replace(true);
        self.exited().await;
    }

    /// Waits until the process has ended and tells how.
    async fn exited(&self) -> ProcessExit {
        let mut exit = self.exit.clone();
        match exit.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(exit)) => exit.clone(),
            _ => ProcessExit::Unknown,
        }
    }

    async fn answered(
        &self,
        answered: Result<Answered, oneshot::error::RecvError>,
    ) -> Result<Bytes, InvokeError> {
        match answered {
            Ok(Answered { answer, .. }) => answer.map_err(|error| InvokeError::Function {
                error_type: error.error_type,
                message: error.message,
            }),
            Err(_) => {
                self.kill().await;
                Err(InvokeError::Crashed { exit: self.exited().await })
            }
        }
    }

    fn invocation(&self, event: Bytes, request_id: &str) -> Invocation {
        let configuration = &self.context.configuration;
        let region =
            configuration.environment.get("AWS_REGION").map_or(DEFAULT_REGION, String::as_str);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = now.saturating_add(configuration.timeout);
        Invocation {
            request_id: request_id.to_owned(),
            event,
            deadline_ms: u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX),
            function_arn: format!(
                "arn:aws:lambda:{region}:{LOCAL_ACCOUNT_ID}:function:{}",
                configuration.name
            ),
            trace_id: trace_id(now),
        }
    }

    fn report(&self, request_id: &str, duration: Duration, outcome: &Result<Bytes, InvokeError>) {
        let configuration = &self.context.configuration;
        let first = !self.init_reported.swap(true, Ordering::Relaxed);
        let end = match outcome {
            Ok(_) => InvocationEnd::Success,
            Err(InvokeError::Function { error_type, .. }) => {
                InvocationEnd::Error { error_type: error_type.clone() }
            }
            Err(InvokeError::TimedOut { .. }) => InvocationEnd::Timeout,
            Err(other) => InvocationEnd::Failure { description: other.to_string() },
        };
        self.context.logs.invocation_ended(&InvocationReport {
            function: &configuration.name,
            request_id,
            duration,
            memory_mb: configuration.memory_mb,
            init_duration: first.then_some(self.init_duration),
            end,
        });
    }
}

/// A trace header of an untraced invocation: `Root=1-<epoch>-<96 bits>`.
fn trace_id(now: Duration) -> String {
    let unique = Uuid::new_v4().simple().to_string();
    let unique = unique.get(..24).unwrap_or_default();
    format!("Root=1-{:08x}-{unique};Sampled=0", now.as_secs())
}

async fn spawn(context: &PoolContext, api: &RuntimeApi) -> Result<Child, StartError> {
    let configuration = &context.configuration;
    let not_runnable =
        |source| StartError::Executable { executable: configuration.executable.clone(), source };
    // Absolute, because the process starts in another folder.
    let executable =
        tokio::fs::canonicalize(&configuration.executable).await.map_err(not_runnable)?;
    let task_root = executable.parent().unwrap_or(Path::new("/"));
    let mut child = Command::new(&executable)
        .env_clear()
        .envs(process_environment(configuration, task_root, api.address()))
        .current_dir(task_root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: Ctrl-C in the terminal reaches the local stack only,
        // which then stops its processes in order, with all that they started.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(not_runnable)?;
    let name = &configuration.name;
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(context.logs.clone().copy_lines(name.clone(), stdout));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(context.logs.clone().copy_lines(name.clone(), stderr));
    }
    Ok(child)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_has_the_form_of_x_ray() {
        let id = trace_id(Duration::from_secs(0x5759_e988));
        let unique = id.strip_prefix("Root=1-5759e988-").unwrap();
        let unique = unique.strip_suffix(";Sampled=0").unwrap();
        assert_eq!(unique.len(), 24);
        assert!(unique.chars().all(|character| character.is_ascii_hexdigit()));
    }

    #[test]
    fn an_exit_reads_as_a_sentence_with_the_process() {
        let exit = ProcessExit::Signal(9);
        assert_eq!(format!("the process {exit}"), "the process was ended by signal 9");
    }
}
