//! Tasks that a running stack is asked to do, through a socket in its data folder: who may look into the
//! folder may ask.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::options::Task;
use crate::stack::{Stack, TaskError};

/// The name of the socket in the data folder.
const FILE_NAME: &str = "control";
/// Longest request, in bytes.
const REQUEST_BYTES: u64 = 1024 * 1024;
/// Longest time for a client to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(5);

/// What the running stack answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// What the task has to say, line by line.
    Lines(Vec<String>),
    /// Why it was not done.
    Failure(String),
}

/// Why the running stack has not done a task.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The stack's own words.
    #[error("{0}")]
    Refused(String),
    #[error("The running stack in {} does not answer: {source}", folder.display())]
    Broken {
        folder: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Where a running stack takes tasks.
#[derive(Debug)]
pub struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl ControlSocket {
    /// Opens the socket of the data folder, whose lock the caller holds.
    ///
    /// # Errors
    /// The path is too long for a socket, or the system refuses.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(FILE_NAME);
        // One of a stack that was killed.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self { listener: UnixListener::bind(&path)?, path })
    }

    /// Does the tasks that are asked for, one after the other, for as long as it is polled.
    pub async fn serve(&self, stack: &Stack) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) = answer(stream, stack).await {
                        tracing::warn!(%error, "a task that was asked for is not answered");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "no task can be asked for");
                    return std::future::pending().await;
                }
            }
        }
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        // A socket that is left behind is replaced by the next stack.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(mut stream: UnixStream, stack: &Stack) -> io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut line = String::new();
    let mut reading = BufReader::new(reading.take(REQUEST_BYTES));
    tokio::time::timeout(REQUEST_TIME, reading.read_line(&mut line)).await??;
    let answer = match serde_json::from_str::<Task>(&line) {
        Ok(task) => match stack.perform(&task).await {
            Ok(lines) => Answer::Lines(lines),
            Err(error) => Answer::Failure(error.to_string()),
        },
        Err(_) => Answer::Failure("The running stack is of another version.".to_owned()),
    };
    let answer = serde_json::to_string(&answer)? + "\n";
    writing.write_all(answer.as_bytes()).await
}

/// Has the stack that runs on this data folder do `task`; nothing when none runs there.
///
/// # Errors
/// [`ControlError`].
pub async fn ask(data_dir: &Path, task: &Task) -> Result<Option<Vec<String>>, ControlError> {
    let Ok(mut stream) = UnixStream::connect(data_dir.join(FILE_NAME)).await else {
        return Ok(None);
    };
    let broken = |source| ControlError::Broken { folder: data_dir.to_owned(), source };
    let request = serde_json::to_string(task).map_err(|error| broken(error.into()))? + "\n";
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.map_err(broken)?;
    match serde_json::from_str(&text).map_err(|error| broken(error.into()))? {
        Answer::Lines(lines) => Ok(Some(lines)),
        Answer::Failure(sentence) => Err(ControlError::Refused(sentence)),
    }
}

impl Stack {
    /// Does a task.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn perform(&self, task: &Task) -> Result<Vec<String>, TaskError> {
        match task {
            Task::Unreadable => Ok(self.unreadable().await?),
            Task::Replay => Ok(self.replay().await?),
            Task::RunSchedule { function, input } => {
                let answer = self.run_schedule_with(function, input.as_ref()).await?;
                Ok(vec![answer.to_string()])
            }
            Task::Erase(customer) => Ok(self.erase(&customer.customer_id).await?),
        }
    }
}
