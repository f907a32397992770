//! What the command line says of a report.

use std::path::PathBuf;

use clap::Args;
use copilot_forecast::limits::HORIZON_DAYS;
use copilot_forecast::zone::{ParseZoneError, Zone};
use file_report::columns::{NamedColumns, Needs};
use file_report::input::InputFile;

/// What to forecast, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ForecastArguments {
    #[command(flatten)]
    pub input: InputFile,

    /// Column of the time of creation [default: created_at, created, date or what exports call it]
    #[arg(long, value_name = "NAME")]
    pub created_column: Option<String>,

    /// Column of what tells tickets apart; one that is there twice counts once [default: id, number, key or what exports call it, if there is one]
    #[arg(long, value_name = "NAME")]
    pub id_column: Option<String>,

    /// Column of the category to forecast each by itself [default: category, label, type, tags or what exports call it, if there is one]
    #[arg(long, value_name = "NAME")]
    pub label_column: Option<String>,

    /// Time zone of the team, by which days begin; times that name no zone are taken as UTC
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub zone: Zone,

    /// File of events that are known ahead, such as releases or holidays: DATE,NAME on each line
    #[arg(long, value_name = "FILE.csv")]
    pub events: Option<PathBuf>,

    /// Days to forecast
    #[arg(long, value_name = "DAYS", default_value_t = 28, value_parser = clap::value_parser!(u8).range(1..=HORIZON_DAYS as i64))]
    pub days: u8,

    /// File of the report with plots [default: beside FILE, .forecast-report.html in place of its ending]
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,

    /// File to write the forecast of each half hour to, as CSV for workforce tools
    #[arg(long, value_name = "FILE.csv")]
    pub output: Option<PathBuf>,

    /// Replace files that are there already
    #[arg(long)]
    pub overwrite: bool,
}

impl ForecastArguments {
    /// The columns that the command line names.
    pub fn named_columns(&self) -> NamedColumns {
        NamedColumns {
            needs: Needs::Created,
            id: self.id_column.clone(),
            label: self.label_column.clone(),
            created: self.created_column.clone(),
            ..NamedColumns::default()
        }
    }
}

fn zone(name: &str) -> Result<Zone, ParseZoneError> {
    Zone::parse(name)
}
