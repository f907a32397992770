//! Why there is no report.

use std::path::PathBuf;

use copilot_triage::ParseThresholdError;
use file_report::files::FileError;
use file_report::input::InputError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum TriageReportError {
    /// The file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
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
