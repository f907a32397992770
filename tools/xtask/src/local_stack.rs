//! The local stack, started on free ports with data of its own.

use std::io;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::cargo;
use crate::process::{Process, ProcessError};
use crate::project::Project;

/// How long it may take until everything runs: it builds the functions first.
const START_LIMIT: Duration = Duration::from_secs(30 * 60);
/// The region that the functions are told.
pub const REGION: &str = "us-east-1";
/// The table of template.yaml, as the local stack names it.
pub const TABLE_NAME: &str = "customer-support-copilot-TicketTable";
/// The queue of template.yaml under the address of SQS.
const QUEUE_PATH: &str = "000000000000/customer-support-copilot-AiQueue";

/// Why there is no local stack.
#[derive(Debug, thiserror::Error)]
pub enum LocalStackError {
    /// No folder for its data.
    #[error("There is no folder for the local stack's data: {0}")]
    NoDataFolder(#[source] io::Error),
    /// It could not be built, or did not start.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

/// Options with which AI work stays in its queue: what compares versions or counts messages must not race
/// with it.
pub const WITHOUT_TRIAGE: [&str; 2] = ["--parameter", "TriageModel=none"];

/// A running local stack; it stops, and its data go, when this is dropped.
pub struct LocalStack {
    /// Where its parts are.
    pub addresses: Addresses,
    _process: Process,
    // After the process: a field is dropped after those above it.
    _data: TempDir,
}

/// Where the parts of a local stack are.
#[derive(Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The API, without a slash at the end.
    pub api: String,
    /// DynamoDB.
    pub dynamodb: String,
    /// SQS.
    pub sqs: String,
    /// What DynamoDB and SQS are called with.
    pub access_key: String,
}

impl LocalStack {
    /// Builds the local stack and starts it with `further` options; `name` is that of its log.
    ///
    /// # Errors
    /// [`LocalStackError`].
    pub async fn start(
        project: &Project,
        name: &str,
        further: &[&str],
    ) -> Result<Self, LocalStackError> {
        cargo::build_programs(project).await?;
        let data = tempfile::tempdir().map_err(LocalStackError::NoDataFolder)?;
        let mut command = Command::new(project.binaries.join("local-stack"));
        command.current_dir(&project.root).args(["--port", "0", "--data-dir"]).arg(data.path());
        command.args(further);
        // Settings of whoever runs the tests do not count.
        for (variable, _) in std::env::vars_os() {
            if variable.as_encoded_bytes().starts_with(b"COPILOT_") {
                command.env_remove(variable);
            }
        }
        command.env("AWS_REGION", REGION);
        cargo::with_built_functions(project, &mut command);
        let log = project.scratch.join(format!("local-stack-{name}.log"));
        let mut process = Process::start_in_background("local-stack", command, &log)?;
        let read = async || Addresses::parse(&std::fs::read_to_string(&log).unwrap_or_default());
        let addresses = process.wait_until(START_LIMIT, read).await?;
        Ok(Self { addresses, _process: process, _data: data })
    }
}

impl Addresses {
    /// The URL of the queue of template.yaml.
    pub fn queue_url(&self) -> String {
        format!("{}/{QUEUE_PATH}", self.sqs)
    }

    /// What the local stack prints once everything runs, or nothing as long as a line is missing.
    fn parse(output: &str) -> Option<Self> {
        let finished = &output[..=output.rfind('\n')?];
        let address = |part: &str| {
            finished.lines().find_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
                [name, address] if name == part && address.starts_with("http://") => {
                    Some(address.to_owned())
                }
                _ => None,
            })
        };
        let access_key =
            finished.lines().find_map(|line| line.trim().strip_prefix("Access key")).map(str::trim);
        Some(Self {
            api: address("API")?,
            dynamodb: address("DynamoDB")?,
            sqs: address("SQS")?,
            access_key: access_key?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str = "\nThe customer support copilot is ready.\n  \
         API        http://127.0.0.1:43211\n  Docs       http://127.0.0.1:43211/docs\n  \
         DynamoDB   http://127.0.0.1:43212\n  SQS        http://127.0.0.1:43213\n  \
         Access key a1b2c3d4\n";

    #[test]
    fn addresses_are_read_from_the_summary() {
        let addresses = Addresses::parse(SUMMARY).unwrap();
        assert_eq!(addresses.api, "http://127.0.0.1:43211");
        assert_eq!(addresses.dynamodb, "http://127.0.0.1:43212");
        assert_eq!(addresses.access_key, "a1b2c3d4");
        assert_eq!(
            addresses.queue_url(),
            "http://127.0.0.1:43213/000000000000/customer-support-copilot-AiQueue"
        );
    }

    #[test]
    fn no_part_of_a_summary_is_taken_for_the_whole() {
        for end in 0..SUMMARY.len() {
            assert_eq!(Addresses::parse(&SUMMARY[..end]), None, "{end}");
        }
    }

    #[test]
    fn a_log_line_is_not_an_address() {
        assert_eq!(Addresses::parse("API stopped\nDynamoDB AWS\nSQS AWS\n"), None);
    }
}
