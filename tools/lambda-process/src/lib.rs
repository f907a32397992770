//! Runs real Lambda binaries: a pool of processes per function, each process
//! served by its own Lambda Runtime API.
//!
//! A process handles one event at a time, as an execution environment does in
//! AWS. An idle process is reused; when all are busy a new one is started, up to
//! [`FunctionConfiguration::maximum_processes`].
//!
//! [`RuntimeApi`] alone serves who starts a process himself, to measure it.

mod captured;
mod environment;
mod limited_body;
mod logs;
mod pool;
mod process;
mod runtime_api;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use captured::CapturedLog;
pub use limited_body::{LimitedBodyError, read_limited};
pub use logs::{LogFormat, LogWriter};
pub use pool::{FunctionPool, InvokeError};
pub use process::{ProcessExit, StartError};
pub use runtime_api::{Answered, Delivered, FunctionError, Invocation, NotDelivered, RuntimeApi};

/// Processes one function may have at once unless its configuration says otherwise.
pub const DEFAULT_MAXIMUM_PROCESSES: usize = 8;

/// Largest event of a synchronous invocation, in bytes (Lambda quota: 6 MB).
pub const MAXIMUM_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// Largest answer of a synchronous invocation, in bytes. Lambda allows 100 bytes
/// more than for the event, and names this number in its error message.
pub const MAXIMUM_RESPONSE_BYTES: usize = 6 * 1024 * 1024 + 100;

/// Longest time a process may take from its start to its first request for an
/// event (Lambda's limit for the init phase).
pub const INIT_LIMIT: Duration = Duration::from_secs(10);

/// Longest time an invocation waits for a free process. One second below the
/// 30 s integration limit of an HTTP API, so that the caller gets this answer.
pub const MAXIMUM_WAIT_FOR_PROCESS: Duration = Duration::from_secs(29);

/// What a function is and how its processes run.
#[derive(Debug, Clone)]
pub struct FunctionConfiguration {
    /// Name of the function, as in its ARN and its log group.
    pub name: String,
    /// The compiled Lambda binary.
    pub executable: PathBuf,
    /// Longest time for one event; a process that takes longer is killed.
    pub timeout: Duration,
    /// Memory size in MB. Told to the process and logged, not enforced.
    pub memory_mb: u32,
    /// Variables of the function: its own, and the credentials, region and endpoints it shall use.
    /// They win over the ones set by the local stack, except `AWS_LAMBDA_RUNTIME_API`.
    pub environment: BTreeMap<String, String>,
    /// Most processes at once, at least 1; see [`DEFAULT_MAXIMUM_PROCESSES`].
    pub maximum_processes: usize,
}
