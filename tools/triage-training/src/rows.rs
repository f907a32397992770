//! `rows`: the rows that training and evaluation use, as one CSV file.

use std::path::PathBuf;

use copilot_core::ticket::Category;
use thiserror::Error;

use crate::arguments::DataArguments;
use crate::dataset::DatasetError;

/// Arguments of `rows`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    /// Where to write the columns source, category, text and definition
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Why rows could not be written.
#[derive(Debug, Error)]
pub enum RowsError {
    /// The data.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The file.
    #[error("cannot write {path}: {error}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why it could not be written.
        error: csv::Error,
    },
}

/// Writes the rows in the order in which they are trained on.
pub fn run(arguments: &Arguments) -> Result<(), RowsError> {
    let rows = arguments.data.rows()?;
    let unwritable = |error| RowsError::Unwritable { path: arguments.output.clone(), error };
    let mut writer = csv::Writer::from_path(&arguments.output).map_err(unwritable)?;
    writer.write_record(["source", "category", "text", "definition"]).map_err(unwritable)?;
    for row in &rows {
        let category = Category::ALL.get(row.class).map_or("", |category| category.name());
        let definition = if row.is_definition { "1" } else { "0" };
        writer.write_record([&row.source, category, &row.text, definition]).map_err(unwritable)?;
    }
    writer.flush().map_err(|error| unwritable(error.into()))?;
    println!("{} rows", rows.len());
    Ok(())
}
