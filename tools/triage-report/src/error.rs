//! Why there is no report.

use std::io;
use std::path::PathBuf;

use copilot_triage::ParseThresholdError;

use super::encoding::EncodingError;
use super::files::FileError;
use super::rows::ReadError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum TriageReportError {
    /// The system does not give the file.
    #[error("{} cannot be read: {source}", file.display())]
    System {
        /// The file.
        file: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// It is a folder or a pipe.
    #[error("{} is no regular file", file.display())]
    NotAFile {
        /// It.
        file: PathBuf,
    },
    /// Its name does not tell what it is.
    #[error("the name of {} ends neither in .csv, .tsv, .jsonl nor .ndjson; say what it is with --format", file.display())]
    UnknownFormat {
        /// The file.
        file: PathBuf,
    },
    /// It is no text.
    #[error("{} {source}", file.display())]
    Encoding {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: EncodingError,
    },
    /// Its rows cannot be read.
    #[error("{} {source}", file.display())]
    Rows {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: ReadError,
    },
    /// No row has a text.
    #[error("{} has no row to suggest for: {blank} without a text, {unreadable} that cannot be read{first}", file.display())]
    NothingToSuggestFor {
        /// The file.
        file: PathBuf,
        /// Rows without a text.
        blank: u64,
        /// Rows that cannot be read.
        unreadable: u64,
        /// The first of those, in brackets.
        first: String,
    },
    /// The report or the output cannot be written.
    #[error(transparent)]
    Files(#[from] FileError),
    /// A suggestion has no form in JSON.
    #[error("a suggestion cannot be written: {0}")]
    Output(#[from] serde_json::Error),
    /// The AI does not start.
    #[error("the AI does not start: {0}")]
    Triage(Box<dyn std::error::Error + Send + Sync>),
    /// The threshold is none.
    #[error(transparent)]
    Threshold(#[from] ParseThresholdError),
}
