//! The log of functions, kept in memory for a test to read.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::logs::{LogFormat, LogWriter};

/// Longest time that a test waits for a line.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was logged so far. Clones share it.
#[derive(Clone, Default)]
pub struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl CapturedLog {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes each line as CloudWatch would.
    pub fn writer(&self) -> LogWriter {
        LogWriter::new(LogFormat::Json, Box::new(self.clone()))
    }

    /// All of it.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Waits until a line is logged: the output of a process comes by a pipe.
    ///
    /// # Panics
    /// No such line comes within ten seconds.
    pub async fn line_with(&self, part: &str) -> String {
        let started = Instant::now();
        loop {
            if let Some(line) = self.text().lines().find(|line| line.contains(part)) {
                return line.to_owned();
            }
            assert!(started.elapsed() < PATIENCE, "{}", self.text());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
