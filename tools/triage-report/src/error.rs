//! Why there is no report.

use std::io;
use std::path::PathBuf;

use copilot_triage::ParseThresholdError;

use crate::encoding::EncodingError;
use crate::files::FileError;
use crate::rows::ReadError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum TriageReportError {
    #[error("{} cannot be read: {source}", file.display())]
    System { file: PathBuf, source: io::Error },
    /// It is a folder or a pipe.
    #[error("{} is no regular file", file.display())]
    NotAFile { file: PathBuf },
    /// Its name does not tell what it is.
    #[error("the name of {} ends neither in .csv, .tsv, .json, .jsonl nor .ndjson; say what it is with --format", file.display())]
    UnknownFormat { file: PathBuf },
    #[error("{} {source}", file.display())]
    Encoding { file: PathBuf, source: EncodingError },
    #[error("{} {source}", file.display())]
    Rows { file: PathBuf, source: ReadError },
    #[error("{} has no row to suggest for: {blank} without a text, {unreadable} that cannot be read{first}", file.display())]
    NothingToSuggestFor {
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
    #[error("a suggestion cannot be written: {0}")]
    Output(#[from] serde_json::Error),
    #[error("the AI does not start: {0}")]
    Triage(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Threshold(#[from] ParseThresholdError),
}
