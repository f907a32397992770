//! Why the stack does not start, in sentences for a developer at a terminal.

use crate::access::CallRecordError;
use crate::authorizer::SigningKeyError;
use crate::aws_json::CallError;
use crate::cargo::BuildError;
use crate::dynamodb::DynamoDbError;
use crate::gateway::RouteError;
use lambda_process::StartError;
use sam_template::TemplateError;
use sqs::SqsError;

/// Why the stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The webhook is reachable there.
    #[error("Port {port} on 127.0.0.1 cannot be used: {source}. Choose another with {option}.")]
    Port {
        /// The port.
        port: u16,
        /// The option that changes it.
        option: &'static str,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The data cannot be kept there.
    #[error("The data folder {path} cannot be used: {source}")]
    DataFolder {
        /// The folder.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Another local stack uses the data.
    #[error(
        "The data folder {0} is in use by another local stack. Stop it, or choose another with --data-dir."
    )]
    DataFolderInUse(String),
    /// The template is not found at or above this folder.
    #[error("There is no {0} here or in a folder above. Name one with --template.")]
    NoTemplate(String),
    /// The template is wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The functions cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A function does not start.
    #[error("The function {name} does not start: {source}")]
    Function {
        /// The function.
        name: String,
        /// Why.
        #[source]
        source: StartError,
    },
    /// The tables cannot be had.
    #[error(transparent)]
    DynamoDb(#[from] DynamoDbError),
    /// The queues cannot be had.
    #[error(transparent)]
    Sqs(#[from] SqsError),
    /// The other SQS does not take a queue.
    #[error("The queue {name} cannot be made: {source}")]
    Queue {
        /// The queue.
        name: String,
        /// Why.
        #[source]
        source: CallError,
    },
    /// The file of calls cannot be written.
    #[error(transparent)]
    Calls(#[from] CallRecordError),
    /// There is no key to check tokens with.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// The routes contradict each other.
    #[error(transparent)]
    Routes(#[from] RouteError),
    /// The functions find no credentials for AWS.
    #[error(
        "Functions take credentials from the environment alone, and AWS_ACCESS_KEY_ID is not set. \
         Set it as `aws configure export-credentials --format env` prints it."
    )]
    NoCredentials,
    /// The system refuses something basic.
    #[error("The system refuses to {what}: {source}")]
    System {
        /// What.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
