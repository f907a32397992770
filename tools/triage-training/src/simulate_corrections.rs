//! `simulate-corrections`: what corrections by agents bring on a source that training has not seen.
//!
//! For each source a model is trained on all the others. It then learns from some texts of the
//! source, as an agent would correct them, and is judged on the rest of the source, and on the
//! other sources for what it may have unlearned.

use copilot_core::ticket::Category;
use copilot_triage::category::regression::CLASSES;
use copilot_triage::category::{AdaptError, CategoryModel, Correction};
use thiserror::Error;

use crate::arguments::{DataArguments, RecipeArguments};
use crate::dataset::DatasetError;
use crate::protocol::train_without;
use crate::recipe::CountedRow;
use crate::train::sources_of;

/// Arguments of `simulate-corrections`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Corrected texts of each category
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    corrections: usize,
}

/// Why nothing could be simulated.
#[derive(Debug, Error)]
pub enum SimulationError {
    /// The data.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// More corrections than the model learns from.
    #[error(transparent)]
    Adapt(#[from] AdaptError),
}

/// Prints what is gained and what is lost, source by source.
pub fn run(arguments: &Arguments) -> Result<(), SimulationError> {
    let rows = arguments.data.counted()?;
    let recipe = arguments.recipe.recipe();
    println!("{} corrected texts of each category", arguments.corrections);
    println!(
        "{:<24} {:>9} {:>7} {:>7} {:>7}   {:>14} {:>7}",
        "unseen source", "held back", "before", "after", "gain", "bytes learned", "ms"
    );
    for source in sources_of(&rows) {
        let model = train_without(&rows, &[&source], recipe);
        let (learned, held_back) = split(&rows, &source, arguments.corrections);
        let start = std::time::Instant::now();
        let adaptation = model.adapt(&learned)?;
        let milliseconds = start.elapsed().as_millis();
        let comparison = model.compare(None, &adaptation, &held_back);
        println!(
            "{source:<24} {:>9} {:>7.3} {:>7.3} {:>+7.3}   {:>14} {milliseconds:>7}",
            comparison.count,
            comparison.before,
            comparison.after,
            comparison.after - comparison.before,
            adaptation.to_bytes().len(),
        );
        for other in sources_of(&rows).iter().filter(|other| **other != source) {
            print_other(&model, &adaptation, &rows, other);
        }
    }
    Ok(())
}

fn print_other(
    model: &CategoryModel,
    adaptation: &copilot_triage::category::Adaptation,
    rows: &[CountedRow],
    other: &str,
) {
    let (_, all) = split(rows, other, 0);
    let comparison = model.compare(None, adaptation, &all);
    println!(
        "  {other:<22} {:>9} {:>7.3} {:>7.3} {:>+7.3}",
        comparison.count,
        comparison.before,
        comparison.after,
        comparison.after - comparison.before,
    );
}

/// The first texts of each category of a source, and the rest. Rows are in the order of their
/// hashes, so that the first are any.
fn split(rows: &[CountedRow], source: &str, count: usize) -> (Vec<Correction>, Vec<Correction>) {
    let mut taken = [0; CLASSES];
    let mut learned = Vec::new();
    let mut rest = Vec::new();
    for row in rows.iter().filter(|row| row.row.source == source && !row.row.is_definition) {
        let (Some(taken), Some(category)) =
            (taken.get_mut(row.row.class), Category::ALL.get(row.row.class))
        else {
            continue;
        };
        let correction = Correction { text: row.row.text.clone(), category: *category };
        if *taken < count {
            *taken += 1;
            learned.push(correction);
        } else {
            rest.push(correction);
        }
    }
    (learned, rest)
}
