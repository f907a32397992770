//! Where the output of the functions goes.

mod readable;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// Longest line in bytes; a longer one goes on as a line of its own. The limit of a CloudWatch
/// event was this for long, and it bounds the memory of a process that never ends its line.
const MAXIMUM_LINE_BYTES: usize = 256 * 1024;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person at a terminal: `12:03:04.123 create-ticket  INFO  message key=value`.
    /// Times are UTC. Lines that are not JSON stand as they are after time and name.
    Readable,
    /// Each line as CloudWatch would receive it, and between them the
    /// `platform.start` and `platform.report` records of Lambda.
    Json,
}

/// Takes the output of the functions line by line and writes each line at once.
///
/// Cheap to clone; all clones write to the same output. An output that fails is
/// given up line by line: a closed terminal does not end the functions. The standard
/// output is locked for one line at a time.
#[derive(Clone)]
pub struct LogWriter {
    format: LogFormat,
    output: Arc<Mutex<Box<dyn Write + Send>>>,
}

/// How one invocation went, as `platform.report` tells it.
pub(crate) struct InvocationReport<'a> {
    pub(crate) function: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) duration: Duration,
    pub(crate) memory_mb: u32,
    /// Only on the first invocation of a process.
    pub(crate) init_duration: Option<Duration>,
    pub(crate) end: InvocationEnd,
}

/// The `status` of a `platform.report`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InvocationEnd {
    Success,
    /// The function answered with an error.
    Error {
        error_type: String,
    },
    /// The process ended; `description` says how.
    Failure {
        description: String,
    },
    Timeout,
}

impl LogWriter {
    /// Writes to `output`, which should not block for long.
    pub fn new(format: LogFormat, output: Box<dyn Write + Send>) -> Self {
        Self { format, output: Arc::new(Mutex::new(output)) }
    }

    /// [`LogFormat::Readable`] on the standard output of the local stack.
    pub fn readable() -> Self {
        Self::new(LogFormat::Readable, Box::new(std::io::stdout()))
    }

    /// [`LogFormat::Json`] on the standard output of the local stack.
    pub fn json() -> Self {
        Self::new(LogFormat::Json, Box::new(std::io::stdout()))
    }

    /// Copies `stream`, an output of a process of `function`, until it ends.
    pub(crate) async fn copy_lines(self, function: String, stream: impl AsyncRead + Unpin) {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        loop {
            let chunk = match reader.fill_buf().await {
                Ok([]) | Err(_) => break,
                Ok(chunk) => chunk,
            };
            let end_of_line = chunk.iter().position(|byte| *byte == b'\n');
            let room = MAXIMUM_LINE_BYTES - line.len();
            let taken = end_of_line.unwrap_or(chunk.len()).min(room);
            line.extend_from_slice(&chunk[..taken]);
            let ended = end_of_line == Some(taken);
            reader.consume(taken + usize::from(ended));
            if ended || line.len() == MAXIMUM_LINE_BYTES {
                self.function_line(&function, &line);
                line.clear();
            }
        }
        if !line.is_empty() {
            self.function_line(&function, &line);
        }
    }

    /// Writes one line of a function, without its line end.
    pub(crate) fn function_line(&self, function: &str, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        if line.is_empty() {
            return;
        }
        match self.format {
            LogFormat::Readable => self.write(readable::line(function, line, Utc::now())),
            LogFormat::Json => self.write(line.to_owned()),
        }
    }

    /// Records that an event was handed to a process.
    pub(crate) fn invocation_started(&self, request_id: &str) {
        if self.format == LogFormat::Json {
            let record = json!({ "requestId": request_id, "version": "$LATEST" });
            self.write(platform_record("platform.start", &record, Utc::now()));
        }
    }

    /// Records how an invocation ended. The readable form only tells of the ends
    /// of which the function itself cannot write.
    pub(crate) fn invocation_ended(&self, report: &InvocationReport<'_>) {
        if self.format == LogFormat::Json {
            let record = report_record(report);
            self.write(platform_record("platform.report", &record, Utc::now()));
            return;
        }
        let text = match &report.end {
            InvocationEnd::Success | InvocationEnd::Error { .. } => return,
            InvocationEnd::Failure { description } => format!("the process {description}"),
            InvocationEnd::Timeout => format!(
                "no answer within {:.3} s: the process was killed",
                report.duration.as_secs_f64()
            ),
        };
        self.write(readable::notice(report.function, &text, Utc::now()));
    }

    fn write(&self, mut line: String) {
        line.push('\n');
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let written = output.write_all(line.as_bytes());
        // Nothing is left to tell the failure to: this is where messages go.
        let _ = written.and_then(|()| output.flush());
    }
}

fn platform_record(record_type: &str, record: &Value, now: DateTime<Utc>) -> String {
    json!({
        "time": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "type": record_type,
        "record": record,
    })
    .to_string()
}

fn report_record(report: &InvocationReport<'_>) -> Value {
    let mut metrics = json!({
        "durationMs": milliseconds(report.duration),
        "billedDurationMs": milliseconds(report.duration).ceil() as u64,
        "memorySizeMB": report.memory_mb,
    });
    if let Some(init_duration) = report.init_duration {
        metrics["initDurationMs"] = json!(milliseconds(init_duration));
    }
    let mut record = json!({ "requestId": report.request_id, "metrics": metrics });
    record["status"] = json!(match &report.end {
        InvocationEnd::Success => "success",
        InvocationEnd::Error { .. } => "error",
        InvocationEnd::Failure { .. } => "failure",
        InvocationEnd::Timeout => "timeout",
    });
    match &report.end {
        InvocationEnd::Error { error_type } => record["errorType"] = json!(error_type),
        InvocationEnd::Failure { .. } => record["errorType"] = json!("Runtime.ExitError"),
        InvocationEnd::Success | InvocationEnd::Timeout => {}
    }
    record
}

/// Milliseconds with three decimals, as Lambda reports them.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captured::CapturedLog;

    fn writer(format: LogFormat) -> (LogWriter, CapturedLog) {
        let captured = CapturedLog::default();
        (LogWriter::new(format, Box::new(captured.clone())), captured)
    }

    fn report(end: InvocationEnd, init_ms: Option<u64>) -> InvocationReport<'static> {
        InvocationReport {
            function: "create-ticket",
            request_id: "r-1",
            duration: Duration::from_micros(12_345),
            memory_mb: 256,
            init_duration: init_ms.map(Duration::from_millis),
            end,
        }
    }

    #[tokio::test]
    async fn json_lines_pass_unchanged() {
        let (writer, captured) = writer(LogFormat::Json);
        let output: &[u8] = b"{\"level\": \"INFO\"}\r\nplain\n\nlast without end";
        writer.copy_lines("f".to_owned(), output).await;
        assert_eq!(captured.text(), "{\"level\": \"INFO\"}\nplain\nlast without end\n");
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_cut_in_pieces() {
        let (writer, captured) = writer(LogFormat::Json);
        let mut output = vec![b'a'; MAXIMUM_LINE_BYTES + 3];
        output.extend_from_slice(b"\nnext\n");
        writer.copy_lines("f".to_owned(), std::io::Cursor::new(output)).await;
        let text = captured.text();
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [MAXIMUM_LINE_BYTES, 3, 4]);
    }

    #[tokio::test]
    async fn a_line_of_exactly_the_limit_stays_one_line() {
        let (writer, captured) = writer(LogFormat::Json);
        let mut output = vec![b'a'; MAXIMUM_LINE_BYTES];
        output.extend_from_slice(b"\nnext\n");
        writer.copy_lines("f".to_owned(), std::io::Cursor::new(output)).await;
        assert_eq!(captured.text().lines().count(), 2);
    }

    #[tokio::test]
    async fn bytes_that_are_not_utf8_are_replaced() {
        let (writer, captured) = writer(LogFormat::Json);
        writer.copy_lines("f".to_owned(), &b"a\xffb\n"[..]).await;
        assert_eq!(captured.text(), "a\u{fffd}b\n");
    }

    #[test]
    fn platform_records_have_lambdas_fields() {
        let (writer, captured) = writer(LogFormat::Json);
        writer.invocation_started("r-1");
        writer.invocation_ended(&report(InvocationEnd::Success, Some(80)));
        writer.invocation_ended(&report(InvocationEnd::Timeout, None));
        let lines: Vec<Value> =
            captured.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["type"], "platform.start");
        assert_eq!(lines[0]["record"], json!({ "requestId": "r-1", "version": "$LATEST" }));
        assert_eq!(lines[1]["type"], "platform.report");
        assert_eq!(
            lines[1]["record"],
            json!({
                "requestId": "r-1",
                "status": "success",
                "metrics": {
                    "durationMs": 12.345,
                    "billedDurationMs": 13,
                    "memorySizeMB": 256,
                    "initDurationMs": 80.0,
                },
            })
        );
        assert_eq!(lines[2]["record"]["status"], "timeout");
        assert!(lines[2]["record"]["metrics"]["initDurationMs"].is_null());
    }

    #[test]
    fn the_readable_form_tells_of_a_killed_process_only() {
        let (writer, captured) = writer(LogFormat::Readable);
        writer.invocation_started("r-1");
        writer.invocation_ended(&report(InvocationEnd::Success, None));
        assert_eq!(captured.text(), "");
        writer.invocation_ended(&report(InvocationEnd::Timeout, None));
        let text = captured.text();
        assert!(
            text.ends_with(
                " create-ticket  ERROR no answer within 0.012 s: the process was killed\n"
            ),
            "{text}"
        );
    }
}
