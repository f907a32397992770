//! Runs the AI over a file of a team's own tickets and says what it makes of them.
//!
//! In reading order: `arguments` is what the command line says; [`file_report`] reads the file; `work`
//! suggests for each row; `figures` is what is counted of it, with the help
//! of `labels`; `text` and `html` show the figures. Rows are read, suggested for and counted one
//! after the other, so a file may have millions of them.

mod arguments;
mod error;
mod examples;
mod figures;
mod html;
mod labels;
mod output;
mod text;
mod wording;
mod work;

use std::num::NonZeroU64;
use std::path::Path;

use chrono::{DateTime, Utc};
use copilot_core::ticket::Confidence;
use copilot_triage::{Threshold, Triage};
use file_report::columns::{Columns, NamedColumns};
use file_report::encoding::TextFacts;
use file_report::files::{FileError, PendingFile};
use file_report::input::{InputError, shown_name};
use file_report::rows::ReadError;
use indicatif::{ProgressBar, ProgressStyle};

pub use arguments::TriageArguments;
pub use error::TriageReportError;
use examples::Examples;
use figures::Figures;
pub use figures::{ClassQuality, Confusion, Share};
use labels::LabelMap;
use work::Outcome;

/// How the name of a report ends that nobody named.
const REPORT_ENDING: &str = "triage-report.html";
/// Rows after which the bar shows their number anew.
const PROGRESS_ROWS: u64 = 64;
/// The bar that shows how far the work is. It is shown on a terminal only.
const PROGRESS: &str = "{bar:40} {bytes} of {total_bytes}, {msg} rows, {eta} left";

/// The column of labels, in [`RunFacts::columns`].
const LABEL: &str = "label";
/// The column of the time of creation there.
const CREATED: &str = "created";

/// What the figures are of.
#[derive(Debug, Clone)]
struct RunFacts {
    /// The file's name, fit to be shown.
    file: String,
    /// What was taken from which column.
    columns: Vec<(&'static str, String)>,
    /// From which confidence on a suggestion counts as sure.
    threshold: Confidence,
    /// The most rows that were to be read, if that was said.
    limit: Option<u64>,
    run_at: DateTime<Utc>,
    /// How its text is written.
    text: TextFacts,
}

impl RunFacts {
    /// Whether there is a column of labels.
    fn has_labels(&self) -> bool {
        self.columns.iter().any(|(what, _)| *what == LABEL)
    }
}

/// Runs the AI over the file that `arguments` names, writes the report with plots, and returns the
/// figures as text. `now` is the time of the run, which counts for rows that name no time.
///
/// # Errors
/// [`TriageReportError`]. Then no file is written.
pub fn run(arguments: &TriageArguments, now: DateTime<Utc>) -> Result<String, TriageReportError> {
    let file = &arguments.input.file;
    let (rows, read) =
        arguments.input.open(&named_columns(arguments), arguments.output.is_some())?;
    let facts = facts(arguments, rows.columns(), read, now);
    let (mut report, mut output) = arguments.input.begin_files(
        arguments.report.as_deref(),
        (REPORT_ENDING, html::REPORT_MARK),
        arguments.output.as_deref(),
        arguments.overwrite,
    )?;
    let threshold = Threshold::parse(&arguments.threshold.share().to_string())?;
    let triage = Triage::new(threshold).map_err(|error| TriageReportError::Triage(error.into()))?;
    // It was read when the command line was.
    let orders = arguments.order_pattern.as_deref().and_then(|pattern| pattern.parse().ok());
    let triage = triage.with_orders(orders);

    let mut counted = Counted {
        figures: Figures::default(),
        examples: arguments.examples.then(Examples::default),
        labels: LabelMap::new(&arguments.label_mappings),
        threshold: arguments.threshold,
    };
    let bar = progress_bar(read.bytes);
    let each = |outcome| {
        counted.add(outcome, output.as_mut())?;
        if counted.figures.rows.is_multiple_of(PROGRESS_ROWS) {
            bar.set_message(counted.figures.rows.to_string());
        }
        Ok(())
    };
    let progress = |position| bar.set_position(position);
    let done = work::suggest_all(rows, &triage, arguments.limit, now, each, progress);
    bar.finish_and_clear();
    done.map_err(|stop: Stop| stop.at(file))?;

    let Counted { figures, examples, .. } = counted;
    if figures.suggested == 0 {
        return Err(nothing_to_suggest_for(file, &figures));
    }
    report.write(html::page(&facts, &figures, examples.as_ref()).as_bytes())?;
    let mut shown = text::report(&facts, &figures);
    shown.push_str(&format!("\nThe report with plots is {}\n", report.path().display()));
    report.complete()?;
    if let Some(output) = output {
        let path = output.path().display();
        shown.push_str(&format!("Each row with its suggestion is in {path}\n"));
        output.complete()?;
    }
    Ok(shown)
}

/// The columns that the command line names.
fn named_columns(arguments: &TriageArguments) -> NamedColumns {
    NamedColumns {
        subject: arguments.subject_column.clone(),
        text: arguments.text_column.clone(),
        label: arguments.label_column.clone(),
        created: arguments.created_column.clone(),
        ..NamedColumns::default()
    }
}

fn facts(
    arguments: &TriageArguments,
    columns: &Columns,
    text: TextFacts,
    now: DateTime<Utc>,
) -> RunFacts {
    let taken = [
        ("subject", columns.subject),
        ("text", columns.text),
        (LABEL, columns.label),
        (CREATED, columns.created),
    ];
    let shown = |(what, place): (_, Option<usize>)| Some((what, columns.shown(place?)));
    RunFacts {
        file: shown_name(&arguments.input.file),
        columns: taken.into_iter().filter_map(shown).collect(),
        threshold: arguments.threshold,
        limit: arguments.limit.map(NonZeroU64::get),
        run_at: now,
        text,
    }
}

/// What is kept of the rows.
struct Counted {
    figures: Figures,
    examples: Option<Examples>,
    labels: LabelMap,
    threshold: Confidence,
}

impl Counted {
    fn add(&mut self, outcome: Outcome, output: Option<&mut PendingFile>) -> Result<(), Stop> {
        match outcome {
            Outcome::Blank => self.figures.add_blank(),
            Outcome::Unreadable(fault) => self.figures.add_unreadable(fault),
            Outcome::Suggested(row, suggestion) => {
                self.figures.add(&row, &suggestion, &self.labels, self.threshold);
                if let Some(examples) = &mut self.examples {
                    examples.add(&row, &suggestion);
                }
                if let Some(output) = output {
                    output.write(output::line(&row, &suggestion)?.as_bytes())?;
                }
            }
        }
        Ok(())
    }
}

/// Why the work stops early.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error(transparent)]
    Rows(#[from] ReadError),
    #[error(transparent)]
    Files(#[from] FileError),
    #[error(transparent)]
    Output(#[from] serde_json::Error),
}

impl Stop {
    /// The same, with the file that was read.
    fn at(self, file: &Path) -> TriageReportError {
        match self {
            Self::Rows(source) => InputError::Rows { file: file.to_owned(), source }.into(),
            Self::Files(error) => error.into(),
            Self::Output(error) => error.into(),
        }
    }
}

fn nothing_to_suggest_for(file: &Path, figures: &Figures) -> TriageReportError {
    let first = figures.first_faults.first();
    TriageReportError::NothingToSuggestFor {
        file: file.to_owned(),
        blank: figures.blank,
        unreadable: figures.unreadable,
        first: first.map(|fault| format!(" ({fault})")).unwrap_or_default(),
    }
}

fn progress_bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    // A template that cannot be read leaves the bar as it is.
    if let Ok(style) = ProgressStyle::with_template(PROGRESS) {
        bar.set_style(style);
    }
    bar
}
