//! Step `emulator`: AWS's own Runtime Interface Emulator runs the binary of each function and
//! passes it events of `events/`. The data are in the local stack.

mod checks;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::StepError;
use super::tools::ToolsError;
use super::tools::python::AWS;
use crate::local_stack::{Addresses, LocalStack, REGION, TABLE_NAME, WITHOUT_TRIAGE};
use crate::process::Process;
use crate::project::{Project, free_port};
use checks::address_ticket;
pub use checks::{Body, CHECKS, Check, new_ticket_id};

/// How long the emulator may take until it takes requests.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long one answer may take, that of a cold start included.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// Where SAM CLI keeps the emulator, below the packages of its Python environment.
const EMULATOR_FOLDER: &str = "samcli/local/rapid";
/// What a function's folder follows in template.yaml.
const CODE_OF_FUNCTION: &str = "CodeUri: functions/";

/// Why a function does not pass.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// An event is not JSON.
    #[error("{} is not JSON: {source}", path.display())]
    NotJson {
        /// The event.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A function of the template has no check.
    #[error("No event is sent to {0}; add one to CHECKS.")]
    NotChecked(String),
    /// The emulator did not answer.
    #[error("{function} did not answer {event}: {source}")]
    NoAnswer {
        /// The function.
        function: &'static str,
        /// The event.
        event: &'static str,
        /// Why.
        source: reqwest::Error,
    },
    /// The function answered something else.
    #[error("{function} answered {event} with {answer}")]
    WrongAnswer {
        /// The function.
        function: &'static str,
        /// The event.
        event: &'static str,
        /// What came.
        answer: Value,
    },
}

/// Sends the events of `CHECKS` to the functions and looks at their answers.
///
/// # Errors
/// [`EmulatorError`], or the local stack or the emulator did not start.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let template = read(&project.root.join("template.yaml"))?;
    for function in functions_of(&template) {
        if !CHECKS.iter().any(|check| check.function == function) {
            return Err(EmulatorError::NotChecked(function.to_owned()).into());
        }
    }
    let stack = LocalStack::start(project, "emulator", &WITHOUT_TRIAGE).await?;
    let mut running: Option<Emulator> = None;
    let mut created_ticket = String::new();
    for check in &CHECKS {
        let emulator = match running.take() {
            Some(emulator) if emulator.function == check.function => emulator,
            _ => Emulator::start(project, &stack.addresses, check.function).await?,
        };
        let answer = emulator.send(project, check, &created_ticket).await?;
        if !check.accepts(&answer, &created_ticket) {
            let Check { function, event, .. } = *check;
            return Err(EmulatorError::WrongAnswer { function, event, answer }.into());
        }
        if check.body == Body::CreatedTicket {
            created_ticket = new_ticket_id(&answer).unwrap_or_default();
        }
        println!("{} answers {}", check.function, check.event);
        running = Some(emulator);
    }
    Ok(())
}

/// A function in the emulator.
struct Emulator {
    function: &'static str,
    url: String,
    client: reqwest::Client,
    _process: Process,
}

impl Emulator {
    async fn start(
        project: &Project,
        addresses: &Addresses,
        function: &'static str,
    ) -> Result<Self, StepError> {
        let port = || {
            free_port()
                .map_err(|source| StepError::System { action: "find a port", source })
                .map(|port| format!("127.0.0.1:{port}"))
        };
        let (address, runtime_api) = (port()?, port()?);
        let mut command = Command::new(emulator_program(project)?);
        // Without these addresses it would listen on all interfaces.
        command
            .args(["--runtime-interface-emulator-address", &address])
            .args(["--runtime-api-address", &runtime_api])
            .arg(project.binaries.join(function))
            .env_clear()
            .envs(environment(addresses, function));
        let log = project.scratch.join(format!("emulator-{function}.log"));
        let mut process = Process::start_in_background("emulator", command, &log)?;
        let connects = async || tokio::net::TcpStream::connect(&address).await.ok();
        process.wait_until(START_LIMIT, connects).await?;
        let url = format!("http://{address}/2015-03-31/functions/function/invocations");
        Ok(Self { function, url, client: reqwest::Client::new(), _process: process })
    }

    /// Sends the event of `check` and returns the answer.
    async fn send(
        &self,
        project: &Project,
        check: &Check,
        created_ticket: &str,
    ) -> Result<Value, EmulatorError> {
        let event = event_of(project, check, created_ticket)?;
        let no_answer = |source| {
            let Check { function, event, .. } = *check;
            EmulatorError::NoAnswer { function, event, source }
        };
        let request = self.client.post(&self.url).json(&event).timeout(ANSWER_LIMIT);
        request.send().await.map_err(no_answer)?.json().await.map_err(no_answer)
    }
}

/// The event of a check, about the ticket `created_ticket` when the check wants that.
///
/// # Errors
/// [`EmulatorError::File`] and [`EmulatorError::NotJson`].
pub fn event_of(
    project: &Project,
    check: &Check,
    created_ticket: &str,
) -> Result<Value, EmulatorError> {
    let path = event_file(project, check)?;
    let mut event: Value = serde_json::from_str(&read(&path)?)
        .map_err(|source| EmulatorError::NotJson { path, source })?;
    if check.of_created_ticket {
        address_ticket(&mut event, created_ticket);
    }
    Ok(event)
}

fn event_file(project: &Project, check: &Check) -> Result<PathBuf, EmulatorError> {
    let folder = workspace::events(&project.root, check.function)
        .map_err(|source| EmulatorError::File { path: project.root.join("events"), source })?;
    Ok(project.root.join(folder).join(check.event))
}

/// The emulator for this machine's processor.
fn emulator_program(project: &Project) -> Result<PathBuf, ToolsError> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let program = format!("site-packages/{EMULATOR_FOLDER}/aws-lambda-rie-{architecture}");
    let packages = AWS.path(project).join("lib");
    // One folder, named by the version of Python.
    let pythons = std::fs::read_dir(&packages).into_iter().flatten().filter_map(Result::ok);
    pythons
        .map(|python| python.path().join(&program))
        .find(|program| program.is_file())
        .ok_or_else(|| ToolsError::NotInstalled(packages.join("python3").join(program)))
}

fn environment(addresses: &Addresses, function: &str) -> [(&'static str, String); 18] {
    [
        ("AWS_ACCESS_KEY_ID", addresses.access_key.clone()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", addresses.dynamodb.clone()),
        ("AWS_ENDPOINT_URL_SQS", addresses.sqs.clone()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
        ("TABLE_NAME", TABLE_NAME.to_owned()),
        ("QUEUE_URL", addresses.queue_url()),
        ("STACK_KEY", "a key of at least 32 bytes, for tests".to_owned()),
        ("LIST_SHARDS", "4".to_owned()),
        ("STRANDED_AFTER_SECONDS", "300".to_owned()),
        ("TRIAGE_CONFIDENCE", "0.8".to_owned()),
        ("TRIAGE_MODEL", "embedded".to_owned()),
        ("BEDROCK_MASKING", "on".to_owned()),
        ("CLOSE_RESOLVED_AFTER_DAYS", "7".to_owned()),
        ("TICKET_RETENTION_DAYS", "0".to_owned()),
        // The samples are signed for the time in them, which is past.
        ("ALLOW_UNSIGNED_WEBHOOKS", "true".to_owned()),
    ]
}

fn functions_of(template: &str) -> impl Iterator<Item = &str> {
    let folders = template.lines().filter_map(|line| line.trim().strip_prefix(CODE_OF_FUNCTION));
    folders.filter_map(|folder| folder.rsplit('/').next())
}

fn read(path: &Path) -> Result<String, EmulatorError> {
    std::fs::read_to_string(path)
        .map_err(|source| EmulatorError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_checked_and_every_event_exists() {
        let project = Project::of_this_program();
        let template = read(&project.root.join("template.yaml")).unwrap();
        let functions: Vec<&str> = functions_of(&template).collect();
        assert!(functions.contains(&"create-ticket") && functions.contains(&"api-docs"));
        for function in &functions {
            assert!(CHECKS.iter().any(|check| check.function == *function), "{function}");
        }
        for Check { function, event, .. } in &CHECKS {
            assert!(functions.contains(function), "{function}");
            let folder = workspace::events(&project.root, function).unwrap();
            assert!(project.root.join(folder).join(event).is_file(), "{function} {event}");
        }
    }
}
