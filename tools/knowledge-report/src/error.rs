//! Why there is no report.

use std::io;
use std::path::PathBuf;

use copilot_embedding::SentenceError;
use copilot_knowledge::index::IndexFault;
use file_report::files::FileError;
use file_report::input::InputError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeReportError {
    /// The folder cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// Nothing in it can be searched.
    #[error(
        "{} holds no published article: {files} files in Markdown or HTML, {refused} of them refused{}",
        folder.display(),
        first.as_deref().map_or(String::new(), |first| format!(" ({first})"))
    )]
    NoArticles { folder: PathBuf, files: usize, refused: usize, first: Option<String> },
    /// More than is read.
    #[error("{} holds more than {limit} files", folder.display())]
    TooManyFiles { folder: PathBuf, limit: usize },
    /// The file of questions cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// It holds none.
    #[error("{} holds no question", file.display())]
    NoQuestions { file: PathBuf },
    /// The articles are too many for one index.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// The language model fails.
    #[error(transparent)]
    Encoder(#[from] SentenceError),
    /// The report cannot be written.
    #[error(transparent)]
    Files(#[from] FileError),
}
