//! `train`: the model's file from data.

use std::path::{Path, PathBuf};

use copilot_triage::category::CategoryModel;
use thiserror::Error;

use crate::arguments::{DataArguments, RecipeArguments};
use crate::dataset::{DatasetError, sources};
use crate::evaluate::WANTED_ACCURACY;
use crate::measures::{Judged, review_threshold};
use crate::protocol::{HeldOut, leave_one_source_out, temperature_of_all, train_table};
use crate::recipe::{CountedRow, train};

/// Arguments of `train`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Where to write the model
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Why no model could be written.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The data.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The file.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

/// A model's file could not be written.
#[derive(Debug, Error)]
#[error("cannot write {path}: {error}")]
pub struct Unwritable {
    path: PathBuf,
    error: std::io::Error,
}

/// Trains on all sources. The temperature, and the threshold that is printed for the model card, come
/// from models that leave one out.
pub fn run(arguments: &Arguments) -> Result<(), TrainError> {
    let rows = arguments.data.counted()?;
    let sources = sources_of(&rows);
    let recipe = arguments.recipe.recipe();
    let held_out = leave_one_source_out(&rows, &sources, train_table(&rows, recipe));
    let judged: Vec<Judged> = held_out.iter().flat_map(HeldOut::judged).collect();
    let (threshold, coverage) = review_threshold(&judged, WANTED_ACCURACY);

    let mut trained = train(&rows.iter().collect::<Vec<_>>(), recipe);
    trained.temperature = temperature_of_all(&held_out) as f32;
    println!(
        "{} rows of {} sources; temperature {:.3}; review below {threshold:.3} (covers {:.1} %)",
        rows.len(),
        sources.len(),
        trained.temperature,
        100.0 * coverage,
    );
    let bytes = CategoryModel::quantise(trained).to_bytes();
    write(&arguments.output, &bytes)?;
    println!("{}: {} bytes", arguments.output.display(), bytes.len());
    Ok(())
}

/// Writes a model's file.
///
/// # Errors
/// [`Unwritable`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Unwritable> {
    std::fs::write(path, bytes).map_err(|error| Unwritable { path: path.to_owned(), error })
}

/// The sources of counted rows, in alphabetical order.
pub fn sources_of(rows: &[CountedRow]) -> Vec<String> {
    sources(rows.iter().map(|row| &row.row))
}
