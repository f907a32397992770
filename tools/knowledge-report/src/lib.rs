//! Asks a folder of articles the questions of a file, and says what it would answer, how often that is
//! right, and what no article answers. Nothing is stored.
//!
//! In reading order: `arguments` is what the command line says; `articles` reads the folder;
//! [`file_report`] reads the questions; `figures` asks them; `text` and `html` show what was found.

mod arguments;
mod articles;
mod error;
mod figures;
mod html;
mod questions;
mod text;
mod wording;

use chrono::{DateTime, Utc};
use file_report::input::{InputError, shown_name};

pub use arguments::KnowledgeArguments;
pub use error::KnowledgeReportError;

use articles::Articles;
use figures::Figures;
use questions::Questions;

/// How the name of a report ends that nobody named.
const REPORT_ENDING: &str = "knowledge-report.html";

/// What the figures are of.
#[derive(Debug, Clone)]
struct RunFacts {
    /// The folder's name and the file's, fit to be shown.
    folder: String,
    file: String,
    run_at: DateTime<Utc>,
}

/// Asks the folder that `arguments` names the questions of the file, writes the report with a plot, and
/// returns the figures as text.
///
/// # Errors
/// [`KnowledgeReportError`]. Then no file is written.
pub fn run(
    arguments: &KnowledgeArguments,
    now: DateTime<Utc>,
) -> Result<String, KnowledgeReportError> {
    let input = &arguments.questions;
    let articles = Articles::read(&arguments.folder, arguments.language)?;
    let (mut rows, _) = input.open(&arguments.named_columns(), false)?;
    let ending = (REPORT_ENDING, html::REPORT_MARK);
    let (mut report, _) =
        input.begin_files(arguments.report.as_deref(), ending, None, arguments.overwrite)?;
    let questions = Questions::read(&mut rows, &articles)
        .map_err(|source| InputError::Rows { file: input.file.clone(), source })?;
    if questions.asked.is_empty() {
        return Err(KnowledgeReportError::NoQuestions { file: input.file.clone() });
    }
    let figures = Figures::of(&articles, &questions, arguments.floor, now.date_naive())?;
    let facts = RunFacts {
        folder: shown_name(&arguments.folder),
        file: shown_name(&input.file),
        run_at: now,
    };
    report.write(html::page(&facts, &articles, &questions, &figures).as_bytes())?;
    let mut shown = text::report(&facts, &articles, &questions, &figures);
    shown.push_str(&format!("\nThe report with every question is {}\n", report.path().display()));
    report.complete()?;
    Ok(shown)
}
