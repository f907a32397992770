//! Why the stack does not start, in sentences for a developer at a terminal.

use super::data_files::DamagedFile;
use super::{EraseError, KeptBodiesError, RunScheduleError};
use crate::access::CallRecordError;
use crate::aws_json::CallError;
use crate::cargo::BuildError;
use crate::dynamodb::DynamoDbError;
use crate::gateway::RouteError;
use crate::key_file::KeyFileError;
use lambda_process::StartError;
use sam_template::TemplateError;
use sqs::SqsError;

/// Why a task of a stack is not done.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    KeptBodies(#[from] KeptBodiesError),
    #[error(transparent)]
    RunSchedule(#[from] RunScheduleError),
    #[error(transparent)]
    Erase(#[from] EraseError),
}

/// Why the stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    #[error("Port {port} on 127.0.0.1 cannot be used: {source}. Choose another with {option}.")]
    Port {
        port: u16,
        /// The option that changes it.
        option: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("The data folder {path} cannot be used: {source}")]
    DataFolder {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "The data folder {0} is in use by another local stack. Stop it, or choose another with --data-dir."
    )]
    DataFolderInUse(String),
    #[error(transparent)]
    DamagedFile(#[from] DamagedFile),
    /// The template is not found at or above this folder.
    #[error("There is no {0} here or in a folder above. Name one with --template.")]
    NoTemplate(String),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("The function {name} does not start: {source}")]
    Function {
        name: String,
        #[source]
        source: StartError,
    },
    #[error(transparent)]
    DynamoDb(#[from] DynamoDbError),
    #[error(transparent)]
    Sqs(#[from] SqsError),
    /// The other SQS does not take a queue.
    #[error("The queue {name} cannot be made: {source}")]
    Queue {
        name: String,
        #[source]
        source: CallError,
    },
    #[error(transparent)]
    Calls(#[from] CallRecordError),
    /// There is no key to check tokens with, or none to derive ids under.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Routes(#[from] RouteError),
    #[error(
        "Functions take credentials from the environment alone, and AWS_ACCESS_KEY_ID is not set. \
         Set it as `aws configure export-credentials --format env` prints it."
    )]
    NoCredentials,
    #[error("The system refuses to {what}: {source}")]
    System {
        what: &'static str,
        #[source]
        source: std::io::Error,
    },
}
