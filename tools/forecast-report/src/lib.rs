//! Forecasts how many tickets will come out of a file of a team's own tickets, and says how right such
//! forecasts would have been.
//!
//! In reading order: `arguments` is what the command line says; [`file_report`] reads the file;
//! `tickets` is when its tickets came; `figures` is what is found out of them; `text`, `html` and
//! `output` show it.

mod arguments;
mod error;
mod figures;
mod html;
mod output;
mod text;
mod tickets;
mod wording;

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use copilot_forecast::daily::Calendar;
use copilot_forecast::zone::Zone;
use file_report::columns::Columns;
use file_report::encoding::TextFacts;
use file_report::input::{InputError, shown_name};

pub use arguments::ForecastArguments;
pub use error::ForecastReportError;
use figures::FiguresError;
use tickets::{RowCounts, Tickets};

/// How the name of a report ends that nobody named.
const REPORT_ENDING: &str = "forecast-report.html";
/// Largest file of events, in bytes.
const EVENTS_BYTES: u64 = 1024 * 1024;

/// What the figures are of.
#[derive(Debug, Clone)]
struct RunFacts {
    /// The file's name, fit to be shown.
    file: String,
    /// What was taken from which column.
    columns: Vec<(&'static str, String)>,
    rows: RowCounts,
    zone: Zone,
    run_at: DateTime<Utc>,
    /// How its text is written.
    text: TextFacts,
}

/// Forecasts from the file that `arguments` names, writes the report with plots, and returns the
/// figures as text. `now` is the time of the run: what came after it does not count.
///
/// # Errors
/// [`ForecastReportError`]. Then no file is written.
pub fn run(
    arguments: &ForecastArguments,
    now: DateTime<Utc>,
) -> Result<String, ForecastReportError> {
    let input = &arguments.input;
    let file = &input.file;
    let calendar = calendar(arguments.events.as_deref())?;
    let (mut rows, text) = input.open(&arguments.named_columns(), false)?;
    let (mut report, output) = input.begin_files(
        arguments.report.as_deref(),
        (REPORT_ENDING, html::REPORT_MARK),
        arguments.output.as_deref(),
        arguments.overwrite,
    )?;
    let tickets = Tickets::read(&mut rows, now)
        .map_err(|source| InputError::Rows { file: file.clone(), source })?;
    let zone = arguments.zone;
    let days = tickets.days(zone).ok_or_else(|| ForecastReportError::NoTimes {
        file: file.clone(),
        unread: tickets.rows.without_time + tickets.rows.to_come,
        unreadable: tickets.rows.unreadable,
    })?;
    let figures = figures::figures(&tickets, days, zone, &calendar, usize::from(arguments.days))
        .map_err(|error| at(file, error))?;
    let facts = RunFacts {
        file: shown_name(file),
        columns: columns(rows.columns()),
        rows: tickets.rows,
        zone,
        run_at: now,
        text,
    };
    report.write(html::page(&facts, &figures).as_bytes())?;
    let mut shown = text::report(&facts, &figures);
    shown.push_str(&format!("\nThe report with plots is {}\n", report.path().display()));
    if let Some(mut output) = output {
        output.write(output::HEADINGS.as_bytes())?;
        for half_hour in &figures.half_hours {
            output.write(output::line(half_hour, zone).as_bytes())?;
        }
        shown.push_str(&format!("Each half hour is in {}\n", output.path().display()));
        output.complete()?;
    }
    report.complete()?;
    Ok(shown)
}

fn calendar(file: Option<&Path>) -> Result<Calendar, ForecastReportError> {
    let Some(file) = file else { return Ok(Calendar::default()) };
    let events = |source| ForecastReportError::Events { file: file.to_owned(), source };
    if fs::metadata(file).map_err(events)?.len() > EVENTS_BYTES {
        return Err(events(std::io::ErrorKind::FileTooLarge.into()));
    }
    let text = fs::read_to_string(file).map_err(events)?;
    Calendar::parse(&text)
        .map_err(|source| ForecastReportError::Calendar { file: file.to_owned(), source })
}

fn columns(columns: &Columns) -> Vec<(&'static str, String)> {
    let taken = [("created", columns.created), ("id", columns.id), ("label", columns.label)];
    taken.into_iter().filter_map(|(what, place)| Some((what, columns.shown(place?)))).collect()
}

fn at(file: &Path, error: FiguresError) -> ForecastReportError {
    let file = file.to_owned();
    match error {
        FiguresError::Slots(source) => ForecastReportError::Slots { file, source },
        FiguresError::Series(source) => ForecastReportError::Series { file, source },
        FiguresError::Forecast(source) => ForecastReportError::Forecast { file, source },
    }
}
