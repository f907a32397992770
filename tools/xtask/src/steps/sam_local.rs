//! Step `sam-local`: SAM CLI builds every function of template.yaml, runs each in a container and serves
//! the API from containers, by the commands in docs/local-stack.md. The data are in a local stack.

mod api;
mod base_image;
mod binary;
mod engine;
mod relay;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::emulator::{Body, CHECKS, Check, EmulatorError, event_of, new_ticket_id};
use super::tools::python::AWS;
use super::{StepError, sam};
use crate::local_stack::{LocalStack, REGION, WITHOUT_TRIAGE};
use crate::process;
use crate::project::Project;
use engine::{Engine, EngineError, OwnEngine};
use relay::Relay;

/// How long the build may take when nothing is built yet. On two cores it takes about 3 minutes.
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);
/// How long one function may take, its container included.
const INVOKE_LIMIT: Duration = Duration::from_secs(2 * 60);
/// The processor that is built for: this machine's, so that what is built runs here.
const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
/// What is proved is that the build works, not how fast its result is.
const QUICK_BUILD: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
];
/// Where `local/sam-local-env.json` looks for the stores.
const DYNAMODB_PORT: u16 = 8001;
const SQS_PORT: u16 = 8002;

/// Why the functions do not pass.
#[derive(Debug, thiserror::Error)]
pub enum SamLocalError {
    /// No container can run here.
    #[error("the functions were built, but no container can run here: {0}")]
    NoEngine(#[source] EngineError),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A function was not built, or not so that it runs on Lambda.
    #[error("{function}: {source}")]
    Binary {
        /// The logical id of the function.
        function: String,
        /// What is wrong.
        source: binary::BinaryError,
    },
    /// A function in a container answered something else.
    #[error("{function} answered {event} with {answer}")]
    WrongAnswer {
        /// The function.
        function: &'static str,
        /// The event.
        event: &'static str,
        /// What came.
        answer: String,
    },
    /// The API did not answer as it should.
    #[error(transparent)]
    Api(#[from] api::ApiError),
}

/// Builds every function, runs each with an event of `events/`, and calls the API.
///
/// # Errors
/// [`SamLocalError`], or a program failed. Where no Docker engine can start, it is
/// [`StepError::NotPossibleHere`], but a failure in CI.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let template = read(&project.root.join("template.yaml"))?;
    let built = build(project, &functions_of(&template)).await?;
    let engine = match Engine::start(project).await {
        Ok(engine) => engine,
        Err(error) => {
            let error = SamLocalError::NoEngine(error);
            let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
            return Err(if is_ci {
                error.into()
            } else {
                StepError::NotPossibleHere(error.to_string())
            });
        }
    };
    if let Some(engine) = engine.own() {
        make_base_image(project, engine).await?;
    }
    let stack = LocalStack::start(project, "sam-local", &WITHOUT_TRIAGE).await?;
    let _relays = [
        relay(&engine, DYNAMODB_PORT, &stack.addresses.dynamodb).await?,
        relay(&engine, SQS_PORT, &stack.addresses.sqs).await?,
    ];
    let access_key = &stack.addresses.access_key;
    let sam_local = SamLocal { project, engine: &engine, built: &built, access_key };
    invoke_each(&sam_local, &functions_of(&template)).await?;
    api::check(&sam_local).await
}

/// A function of the template.
struct Function<'a> {
    logical_id: &'a str,
    /// The name of its folder in `functions/` and `events/`.
    name: &'a str,
}

/// Builds the functions; returns the folder of what is built. That is not `.aws-sam`: what is built here
/// must never be deployed.
async fn build(project: &Project, functions: &[Function<'_>]) -> Result<PathBuf, StepError> {
    let folder = project.scratch.join("sam-local");
    let built = folder.join("build");
    let mut command = sam::command(project)?;
    command
        .args(["build", "--region", REGION, "--parameter-overrides"])
        .arg(format!("Architecture={ARCHITECTURE}"))
        .arg("--build-dir")
        .arg(&built)
        .envs(QUICK_BUILD)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("PATH", path_with_tools(project))
        // Nothing but packages is fetched: the toolchain that is here has to do.
        .env("RUSTUP_DIST_SERVER", "http://127.0.0.1:9");
    process::run_quietly(command, &project.scratch.join("sam-build.log"), BUILD_LIMIT).await?;
    for Function { logical_id, .. } in functions {
        binary::check(&built.join(logical_id).join("bootstrap")).map_err(|source| {
            SamLocalError::Binary { function: (*logical_id).to_owned(), source }
        })?;
        println!("{logical_id} is built for {ARCHITECTURE}");
    }
    Ok(built)
}

/// SAM CLI looks for cargo-lambda in `PATH`, and that for Zig, which links.
fn path_with_tools(project: &Project) -> std::ffi::OsString {
    let mut path = AWS.path(project).join("bin").into_os_string();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}

async fn make_base_image(project: &Project, engine: &OwnEngine) -> Result<(), StepError> {
    let folder = tempfile::tempdir().map_err(|source| StepError::System {
        action: "make a folder for the base image",
        source,
    })?;
    lay_out(&folder)?;
    let image = base_image::name(ARCHITECTURE);
    let imported = engine.import(project, folder.path(), &image).await;
    Ok(imported.map_err(SamLocalError::NoEngine)?)
}

fn lay_out(folder: &TempDir) -> Result<(), SamLocalError> {
    let path = folder.path();
    base_image::lay_out(path)
        .map_err(|source| SamLocalError::File { path: path.to_owned(), source })
}

/// Lets containers reach a part of the local stack at `port` of the bridge's address.
async fn relay(engine: &Engine, port: u16, endpoint: &str) -> Result<Relay, StepError> {
    let target = endpoint.trim_start_matches("http://").to_owned();
    Relay::start((engine.bridge_address, port).into(), target)
        .await
        .map_err(|source| StepError::System { action: "listen for containers", source })
}

/// What `sam local` runs with.
struct SamLocal<'a> {
    project: &'a Project,
    engine: &'a Engine,
    /// The folder of what is built.
    built: &'a Path,
    /// What containers call the stores with.
    access_key: &'a str,
}

impl SamLocal<'_> {
    /// `sam local` with `arguments`, and with the settings of samconfig.toml.
    fn command(&self, arguments: &[&str]) -> Result<Command, StepError> {
        let mut command = sam::command(self.project)?;
        command
            .arg("local")
            .args(arguments)
            .args(["--region", REGION, "--parameter-overrides"])
            .arg(format!("Architecture={ARCHITECTURE}"))
            .arg("--config-file")
            .arg(self.project.root.join("samconfig.toml"))
            .arg("--template")
            .arg(self.built.join("template.yaml"));
        // It hands its own credentials to the containers.
        command.env("AWS_ACCESS_KEY_ID", self.access_key);
        command.env("AWS_SECRET_ACCESS_KEY", "local").env_remove("AWS_SESSION_TOKEN");
        if let Some(engine) = self.engine.own() {
            command.arg("--skip-pull-image").env("DOCKER_HOST", engine.host());
        }
        Ok(command)
    }

    /// Runs a function once, in a container of its own.
    async fn invoke(&self, function: &Function<'_>, event: &Value) -> Result<String, StepError> {
        let name = format!("sam-local-{}", function.name);
        let path = self.project.scratch.join(format!("{name}.json"));
        std::fs::write(&path, event.to_string())
            .map_err(|source| SamLocalError::File { path: path.clone(), source })?;
        let mut command = self.command(&["invoke", function.logical_id])?;
        command.arg("--event").arg(path);
        let log = self.project.scratch.join(format!("{name}.log"));
        Ok(process::run_for_output(command, &log, INVOKE_LIMIT).await?)
    }
}

async fn invoke_each(
    sam_local: &SamLocal<'_>,
    functions: &[Function<'_>],
) -> Result<(), StepError> {
    let mut created_ticket = String::new();
    for function in functions {
        let mut is_checked = false;
        for check in CHECKS.iter().filter(|check| check.function == function.name) {
            is_checked = true;
            let check = in_container(check);
            let event = event_of(sam_local.project, &check, &created_ticket)?;
            let output = sam_local.invoke(function, &event).await?;
            let answer: Value = serde_json::from_str(&output).unwrap_or_default();
            if !check.accepts(&answer, &created_ticket) {
                let Check { function, event, .. } = check;
                return Err(SamLocalError::WrongAnswer { function, event, answer: output }.into());
            }
            if check.body == Body::CreatedTicket {
                created_ticket = new_ticket_id(&answer).unwrap_or_default();
            }
            println!("{} answers {} in a container", check.function, check.event);
        }
        if !is_checked {
            return Err(EmulatorError::NotChecked(function.name.to_owned()).into());
        }
    }
    Ok(())
}

/// The check of a function that finds only what the template declares: a webhook has no secret there, and
/// then takes nothing in.
fn in_container(check: &Check) -> Check {
    if check.function.starts_with("webhook-") {
        Check { statuses: &[503], body: Body::Problem, ..*check }
    } else {
        *check
    }
}

/// The functions in the order of the template, in which a ticket is created before it is read.
fn functions_of(template: &str) -> Vec<Function<'_>> {
    let mut logical_id = "";
    let mut functions = Vec::new();
    for line in template.lines() {
        let key = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'));
        if let Some(key) = key.filter(|key| key.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            logical_id = key;
        }
        if let Some((_, name)) = line
            .trim()
            .strip_prefix("CodeUri: functions/")
            .and_then(|folder| folder.split_once('/'))
        {
            functions.push(Function { logical_id, name });
        }
    }
    functions
}

fn read(path: &Path) -> Result<String, SamLocalError> {
    std::fs::read_to_string(path)
        .map_err(|source| SamLocalError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_from_the_template() {
        let template = read(&Project::of_this_program().root.join("template.yaml")).unwrap();
        let functions = functions_of(&template);
        let count = template.matches("Type: AWS::Serverless::Function").count();
        assert_eq!(functions.len(), count);
        let first = &functions[0];
        assert_eq!((first.logical_id, first.name), ("CreateTicketFunction", "create-ticket"));
        for Function { name, .. } in functions {
            assert!(CHECKS.iter().any(|check| check.function == name), "{name}");
        }
    }

    /// Cached, a build misses changes in `shared/`; in parallel, builds take each other's binaries.
    #[test]
    fn no_environment_builds_cached_or_in_parallel() {
        let settings = read(&Project::of_this_program().root.join("samconfig.toml")).unwrap();
        for line in settings.lines().map(|line| line.replace(' ', "")) {
            assert!(line != "cached=true" && line != "parallel=true", "{line}");
        }
    }

    #[test]
    fn the_sample_environment_names_the_relays_and_the_local_stacks_resources() {
        let path = Project::of_this_program().root.join("tools/local/sam-local-env.json");
        let sample: Value = serde_json::from_str(&read(&path).unwrap()).unwrap();
        let variables = &sample["Parameters"];
        let sqs = format!("http://host.docker.internal:{SQS_PORT}");
        let dynamodb = format!("http://host.docker.internal:{DYNAMODB_PORT}");
        assert_eq!(variables["AWS_ENDPOINT_URL_DYNAMODB"], dynamodb);
        assert_eq!(variables["AWS_ENDPOINT_URL_SQS"], sqs);
        assert_eq!(variables["TABLE_NAME"], crate::local_stack::TABLE_NAME);
        let addresses = crate::local_stack::Addresses {
            api: String::new(),
            dynamodb,
            sqs,
            access_key: String::new(),
        };
        assert_eq!(variables["QUEUE_URL"], addresses.queue_url());
    }
}
