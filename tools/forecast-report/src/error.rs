//! Why there is no report.

use std::io;
use std::path::PathBuf;

use copilot_forecast::daily::{CalendarError, NoForecast, SeriesError};
use copilot_forecast::slots::SlotsError;
use file_report::files::FileError;
use file_report::input::InputError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ForecastReportError {
    /// The file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// No row says when its ticket was created.
    #[error("{} has no row with a time of creation that can be read: {unread} without, {unreadable} that cannot be read", file.display())]
    NoTimes {
        file: PathBuf,
        /// Rows whose time is missing or cannot be read.
        unread: u64,
        /// Rows that cannot be read.
        unreadable: u64,
    },
    /// The file of events cannot be read.
    #[error("{} cannot be read: {source}", file.display())]
    Events { file: PathBuf, source: io::Error },
    #[error("{}: {source}", file.display())]
    Calendar { file: PathBuf, source: CalendarError },
    #[error("{}: {source}", file.display())]
    Forecast { file: PathBuf, source: NoForecast },
    #[error("{}: the tickets by half hour {source}", file.display())]
    Slots { file: PathBuf, source: SlotsError },
    #[error("{}: the tickets by day {source}", file.display())]
    Series { file: PathBuf, source: SeriesError },
    /// The report or the output cannot be written.
    #[error(transparent)]
    Files(#[from] FileError),
}
