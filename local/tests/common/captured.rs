//! The log of functions, kept for a test to read.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses a part of it")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use local_stack::lambda::{LogFormat, LogWriter};

/// Longest time that a test waits for a line.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was logged so far. Clones share it.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    /// Takes each line as CloudWatch would.
    pub fn writer(&self) -> LogWriter {
        LogWriter::new(LogFormat::Json, Box::new(self.clone()))
    }

    /// All of it.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Waits until a line is logged: the output of a process comes by a pipe.
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
