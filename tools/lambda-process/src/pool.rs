//! The processes of one function.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use uuid::Uuid;

use crate::process::{Attempt, FunctionProcess, PoolContext};
use crate::{
    FunctionConfiguration, LogWriter, MAXIMUM_EVENT_BYTES, MAXIMUM_WAIT_FOR_PROCESS, ProcessExit,
    StartError,
};

/// Pause after a first failed start of a process; it doubles with each further one.
const FIRST_START_PAUSE: Duration = Duration::from_millis(250);

/// Longest pause between two starts that fail.
const MAXIMUM_START_PAUSE: Duration = Duration::from_secs(30);

/// How long an answer is held back for the process to ask for its next event. It does so within a
/// millisecond; with this a caller's next event finds the process free and starts no second one.
const RETURN_GRACE: Duration = Duration::from_millis(250);

/// Processes of one function that answer its events. Clones share the processes.
///
/// Dropping the last clone kills the processes; [`FunctionPool::stop`] ends them
/// in order. If the local stack itself dies, the connection of each process to its
/// Runtime API breaks, on which the Rust runtime of Lambda exits.
#[derive(Clone)]
pub struct FunctionPool {
    shared: Arc<Shared>,
}

/// Why an event got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    #[error("answered with an error: {error_type}: {message}")]
    Function {
        /// Type of the error as the function named it.
        error_type: String,
        /// What the function said about it.
        message: String,
    },
    /// The process ended before it answered, or none could be started.
    #[error("{exit}")]
    Crashed { exit: ProcessExit },
    /// The process took longer than the function's timeout and was killed.
    #[error("gave no answer within {after:?}")]
    TimedOut { after: Duration },
    /// All processes were busy for [`MAXIMUM_WAIT_FOR_PROCESS`].
    #[error("had no free process for {waited:?}")]
    NoFreeProcess {
        /// How long the event waited.
        waited: Duration,
    },
    /// The event is over [`MAXIMUM_EVENT_BYTES`]; no process saw it.
    #[error("got an event of {bytes} bytes, more than Lambda takes")]
    EventTooLarge {
        /// Size of the event.
        bytes: usize,
    },
}

struct Shared {
    context: Arc<PoolContext>,
    /// One permit for each process that may be busy or starting. Idle processes hold none; since a
    /// new one is only started when none is idle, there are never more processes than permits.
    slots: Arc<Semaphore>,
    state: Mutex<State>,
    stopping: watch::Sender<bool>,
    /// Closed when the last process has been reaped.
    all_reaped: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

struct State {
    /// The most recently used one is last.
    idle: Vec<FunctionProcess>,
    failed_start: Option<FailedStart>,
    /// Cloned for each process; gone once the pool is stopped.
    alive: Option<mpsc::Sender<()>>,
}

struct FailedStart {
    exit: ProcessExit,
    next_attempt: Instant,
    pause: Duration,
}

/// A process in use with its place in the pool.
struct Lease {
    process: FunctionProcess,
    slot: OwnedSemaphorePermit,
}

impl FunctionPool {
    /// Starts one process and waits until it asks for its first event, for at most
    /// [`super::INIT_LIMIT`].
    ///
    /// # Errors
    ///
    /// If the binary cannot be run or its init fails; no process is left then.
    pub async fn start(
        configuration: FunctionConfiguration,
        logs: LogWriter,
    ) -> Result<Self, StartError> {
        if configuration.maximum_processes == 0 {
            return Err(StartError::NoProcessAllowed { function: configuration.name });
        }
        let slots = configuration.maximum_processes.min(Semaphore::MAX_PERMITS);
        let (stopping, stop_requested) = watch::channel(false);
        let (alive, all_reaped) = mpsc::channel(1);
        let context = Arc::new(PoolContext { configuration, logs, stopping: stop_requested });
        let first = FunctionProcess::start(Arc::clone(&context), alive.clone()).await?;
        Ok(Self {
            shared: Arc::new(Shared {
                context,
                slots: Arc::new(Semaphore::new(slots)),
                state: Mutex::new(State {
                    idle: vec![first],
                    failed_start: None,
                    alive: Some(alive),
                }),
                stopping,
                all_reaped: tokio::sync::Mutex::new(all_reaped),
            }),
        })
    }

    /// Has a process handle `event` (JSON, at most [`MAXIMUM_EVENT_BYTES`]) and returns its answer.
    ///
    /// An event is handed over once: it goes to another process only if the first one certainly did
    /// not get it. A caller that stops waiting does not stop the function, as in AWS.
    ///
    /// # Errors
    ///
    /// See [`InvokeError`]; a crash or timeout is told at once.
    pub async fn invoke(&self, event: Bytes) -> Result<Bytes, InvokeError> {
        if event.len() > MAXIMUM_EVENT_BYTES {
            return Err(InvokeError::EventTooLarge { bytes: event.len() });
        }
        let request_id = Uuid::new_v4().to_string();
        // Each attempt uses up one idle process that has gone.
        for _ in 0..=self.shared.context.configuration.maximum_processes {
            let lease = self.shared.lease().await?;
            let shared = Arc::clone(&self.shared);
            let (event, request_id) = (event.clone(), request_id.clone());
            let run = tokio::spawn(async move { shared.run(lease, event, &request_id).await });
            match run.await {
                Ok(Attempt::Finished(outcome)) => return outcome,
                Ok(Attempt::NotDelivered) => {}
                Err(_) => break,
            }
        }
        Err(InvokeError::Crashed { exit: ProcessExit::Unknown })
    }

    /// Name of the function.
    pub fn function(&self) -> &str {
        &self.shared.context.configuration.name
    }

    /// Ends all processes: SIGTERM, and SIGKILL after 2 s. Returns when the last
    /// one has been reaped. Events in work and later ones get
    /// [`InvokeError::Crashed`].
    pub async fn stop(&self) {
        self.shared.slots.close();
        self.shared.state().alive = None;
        self.shared.stopping.send_replace(true);
        let mut all_reaped = self.shared.all_reaped.lock().await;
        // Nothing is ever sent: this ends when the last sender is gone.
        while all_reaped.recv().await.is_some() {}
        self.shared.state().idle.clear();
    }
}

impl Shared {
    async fn run(self: Arc<Self>, lease: Lease, event: Bytes, request_id: &str) -> Attempt {
        let attempt = lease.process.handle(event, request_id).await;
        if matches!(attempt, Attempt::NotDelivered) {
            lease.process.kill().await;
            return attempt;
        }
        let returned = tokio::spawn(async move { self.take_back(lease).await });
        let _ = tokio::time::timeout(RETURN_GRACE, returned).await;
        attempt
    }

    async fn take_back(&self, lease: Lease) {
        let Lease { process, slot } = lease;
        if process.becomes_idle().await {
            self.state().idle.push(process);
        }
        // Only now, so that the next one finds the process idle.
        drop(slot);
    }

    /// An idle process, or a new one if none is idle.
    async fn lease(&self) -> Result<Lease, InvokeError> {
        let asked = Instant::now();
        let slot = Arc::clone(&self.slots).acquire_owned();
        let Ok(slot) = tokio::time::timeout(MAXIMUM_WAIT_FOR_PROCESS, slot).await else {
            return Err(InvokeError::NoFreeProcess { waited: asked.elapsed() });
        };
        let slot = slot.map_err(|_| stopped())?;
        if let Some(process) = self.state().pop_idle() {
            return Ok(Lease { process, slot });
        }
        let process = self.start_process().await?;
        Ok(Lease { process, slot })
    }

    async fn start_process(&self) -> Result<FunctionProcess, InvokeError> {
        let alive = {
            let mut state = self.state();
            let alive = state.alive.clone().ok_or_else(stopped)?;
            state.claim_start()?;
            alive
        };
        let started = FunctionProcess::start(Arc::clone(&self.context), alive).await;
        let mut state = self.state();
        match started {
            Ok(process) => {
                state.failed_start = None;
                Ok(process)
            }
            Err(_) if *self.stopping.borrow() => Err(stopped()),
            Err(error) => {
                let exit = error.into_exit();
                state.record_failed_start(exit.clone());
                Err(InvokeError::Crashed { exit })
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pop_idle(&mut self) -> Option<FunctionProcess> {
        while let Some(process) = self.idle.pop() {
            if !process.has_exited() {
                return Some(process);
            }
        }
        None
    }

    /// Refuses during the pause after a failed start. When the pause is over, one
    /// caller may try and the others keep being refused meanwhile.
    fn claim_start(&mut self) -> Result<(), InvokeError> {
        let Some(failed) = &mut self.failed_start else {
            return Ok(());
        };
        let now = Instant::now();
        if now < failed.next_attempt {
            return Err(InvokeError::Crashed { exit: failed.exit.clone() });
        }
        failed.next_attempt = now + failed.pause;
        Ok(())
    }

    fn record_failed_start(&mut self, exit: ProcessExit) {
        let pause = match &self.failed_start {
            Some(failed) => (failed.pause * 2).min(MAXIMUM_START_PAUSE),
            None => FIRST_START_PAUSE,
        };
        self.failed_start = Some(FailedStart { exit, next_attempt: Instant::now() + pause, pause });
    }
}

fn stopped() -> InvokeError {
    InvokeError::Crashed { exit: ProcessExit::Stopped }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State { idle: Vec::new(), failed_start: None, alive: None }
    }

    #[test]
    fn failed_starts_pause_longer_each_time_up_to_the_limit() {
        let mut state = state();
        assert_eq!(state.claim_start(), Ok(()));
        let mut pauses = Vec::new();
        for _ in 0..10 {
            state.record_failed_start(ProcessExit::Code(1));
            pauses.push(state.failed_start.as_ref().unwrap().pause);
            let refused = InvokeError::Crashed { exit: ProcessExit::Code(1) };
            assert_eq!(state.claim_start(), Err(refused));
        }
        assert_eq!(pauses[..3], [250, 500, 1000].map(Duration::from_millis));
        assert_eq!(pauses[9], MAXIMUM_START_PAUSE);
    }

    #[test]
    fn after_the_pause_one_caller_tries_and_the_others_are_refused() {
        let mut state = state();
        state.record_failed_start(ProcessExit::Code(1));
        state.failed_start.as_mut().unwrap().next_attempt = Instant::now();
        assert_eq!(state.claim_start(), Ok(()));
        assert!(state.claim_start().is_err());
    }

    fn configuration(maximum_processes: usize) -> FunctionConfiguration {
        FunctionConfiguration {
            name: "f".to_owned(),
            executable: "/bin/true".into(),
            timeout: Duration::from_secs(1),
            memory_mb: 128,
            environment: std::collections::BTreeMap::new(),
            maximum_processes,
        }
    }

    fn no_logs() -> LogWriter {
        LogWriter::new(crate::LogFormat::Json, Box::new(std::io::sink()))
    }

    #[tokio::test]
    async fn a_pool_without_any_process_is_refused() {
        let started = FunctionPool::start(configuration(0), no_logs()).await;
        assert!(matches!(started, Err(StartError::NoProcessAllowed { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_does_not_wait_for_ever_for_a_process() {
        let (stopping, stop_requested) = watch::channel(false);
        let shared = Shared {
            context: Arc::new(PoolContext {
                configuration: configuration(1),
                logs: no_logs(),
                stopping: stop_requested,
            }),
            // As if the only process were busy.
            slots: Arc::new(Semaphore::new(0)),
            state: Mutex::new(state()),
            stopping,
            all_reaped: tokio::sync::Mutex::new(mpsc::channel(1).1),
        };
        let asked = tokio::time::Instant::now();
        let refused = shared.lease().await.err();
        assert!(matches!(refused, Some(InvokeError::NoFreeProcess { .. })));
        assert_eq!(asked.elapsed().as_secs(), MAXIMUM_WAIT_FOR_PROCESS.as_secs());
    }
}
