//! Why a template cannot be turned into a deployment.

use std::io;
use std::path::PathBuf;

/// A template the local stack cannot run. Each message is one sentence for a developer at a
/// terminal.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read the template {path}: {source}", path = path.display())]
    Unreadable {
        /// The file as it was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The text is not YAML as CloudFormation accepts it.
    #[error("template line {line}, column {column}: {detail}")]
    Syntax {
        /// Line of the text, from 1.
        line: usize,
        /// Column of the line in characters, from 1.
        column: usize,
        /// What is wrong there.
        detail: String,
    },
    /// The text is YAML, but it does not describe something the local stack can run.
    #[error("template {path}: {detail}")]
    Invalid {
        /// Where in the template, such as
        /// `Resources.CreateTicket.Properties.Environment.Variables.TABLE_NAME`.
        path: String,
        /// What is wrong there.
        detail: String,
    },
}
