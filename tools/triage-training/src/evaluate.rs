//! `evaluate`: how well a recipe does on sources that it has not seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use copilot_core::ticket::Category;
use copilot_triage::category::regression::CLASSES;
use thiserror::Error;

use crate::arguments::{DataArguments, RecipeArguments};
use crate::dataset::DatasetError;
use crate::measures::{
    Judged, Scored, accuracy, accuracy_at_coverage, calibration_error, macro_f1, review_threshold,
};
use crate::protocol::{HeldOut, is_judged, leave_one_source_out, temperature_of_all, train_table};
use crate::recipe::CountedRow;
use crate::train::sources_of;

/// Accuracy that predictions must have, on sources not seen in training, to do without a person.
pub const WANTED_ACCURACY: f64 = 0.88;

/// Lengths of texts that are reported apart, in words.
const LENGTHS: [(usize, usize); 4] = [(0, 3), (4, 8), (9, 20), (21, usize::MAX)];

/// Arguments of `evaluate`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Predictions of another program for the same rows, to be measured in the same way: a CSV file
    /// with the columns source and category, and one log probability for each category
    #[arg(long, value_name = "FILE")]
    baseline: Vec<PathBuf>,
}

/// Why nothing could be measured.
#[derive(Debug, Error)]
pub enum EvaluateError {
    /// The data.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The predictions of another program.
    #[error("{path}: {error}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: csv::Error,
    },
    /// A row that is not as described.
    #[error("{path}: row {row} has no source, category and seven log probabilities")]
    NoPrediction {
        /// The file.
        path: PathBuf,
        /// Its place, from 1.
        row: usize,
    },
    /// Other rows than those of the data.
    #[error("{0}: these are not predictions for the same rows")]
    OtherRows(PathBuf),
}

/// Prints a table for each program and what calibration gives.
pub fn run(arguments: &Arguments) -> Result<(), EvaluateError> {
    let rows = arguments.data.counted()?;
    let sources = sources_of(&rows);
    let recipe = arguments.recipe.recipe();
    let mut wanted: BTreeMap<&str, [usize; CLASSES]> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.row.is_definition) {
        if let Some(count) = wanted.entry(&row.row.source).or_default().get_mut(row.row.class) {
            *count += 1;
        }
    }
    let baselines = arguments
        .baseline
        .iter()
        .map(|path| Ok((path, read_predictions(path, &wanted)?)))
        .collect::<Result<Vec<_>, EvaluateError>>()?;

    println!(
        "{} rows of {} sources, each judged by a model of the others",
        rows.len(),
        sources.len()
    );
    let held_out = leave_one_source_out(&rows, &sources, train_table(&rows, recipe));
    println!("\n{recipe:?}");
    print_table(&held_out);
    print_calibration(&held_out);
    print_lengths(&rows, &held_out);
    for (path, held_out) in &baselines {
        println!("\n{}", path.display());
        print_table(held_out);
    }
    Ok(())
}

/// A line for each source, and their mean.
pub fn print_table(held_out: &[HeldOut]) {
    println!(
        "{:<24} {:>5} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7} {:>7} {:>6}",
        "source",
        "rows",
        "majority",
        "accuracy",
        "macro F1",
        "at 80 %",
        "at 60 %",
        "raw ECE",
        "ECE",
        "temp."
    );
    let mut sums = [0.0; 2];
    for one in held_out {
        let measured = [accuracy(&one.scored), macro_f1(&one.scored)];
        for (sum, value) in sums.iter_mut().zip(measured) {
            *sum += value / held_out.len() as f64;
        }
        print_line(&one.source, &one.scored, &one.judged(), Some(measured), one.temperature);
    }
    println!("{:<24} {:>5} {:>8} {:>8.4} {:>8.4}", "mean", "", "", sums[0], sums[1]);
    let scored: Vec<Scored> = held_out.iter().flat_map(|one| one.scored.clone()).collect();
    let judged: Vec<Judged> = held_out.iter().flat_map(HeldOut::judged).collect();
    print_line("all rows", &scored, &judged, None, f64::NAN);
}

fn print_line(
    name: &str,
    scored: &[Scored],
    judged: &[Judged],
    measured: Option<[f64; 2]>,
    temperature: f64,
) {
    let raw: Vec<Judged> = scored.iter().map(|one| one.judged(1.0)).collect();
    let [accuracy, f1] = measured.unwrap_or([accuracy(scored), macro_f1(scored)]);
    println!(
        "{name:<24} {:>5} {:>8.3} {accuracy:>8.3} {f1:>8.3} {:>7.3} {:>7.3} {:>7.3} {:>7.3} {:>6.2}",
        scored.len(),
        majority(scored),
        accuracy_at_coverage(judged, 0.8),
        accuracy_at_coverage(judged, 0.6),
        calibration_error(&raw),
        calibration_error(judged),
        temperature,
    );
}

/// What calibration gives, and from which confidence on predictions are right often enough.
pub fn print_calibration(held_out: &[HeldOut]) {
    let judged: Vec<Judged> = held_out.iter().flat_map(HeldOut::judged).collect();
    let (threshold, coverage) = review_threshold(&judged, WANTED_ACCURACY);
    println!("temperature of a model of all sources: {:.3}", temperature_of_all(held_out));
    println!(
        "accuracy is {WANTED_ACCURACY} from confidence {threshold:.3}, which {:.1} % of all rows reach",
        100.0 * coverage
    );
    for one in held_out {
        let sure: Vec<Judged> =
            one.judged().into_iter().filter(|judged| judged.confidence >= threshold).collect();
        let right = sure.iter().filter(|judged| judged.right).count();
        let (own, coverage) = review_threshold(&one.judged(), WANTED_ACCURACY);
        println!(
            "  {:<22} {right} of {} right there; {WANTED_ACCURACY} from {own:.3}, which {:.1} % reach",
            one.source,
            sure.len(),
            100.0 * coverage
        );
    }
}

/// How often predictions are right by the length of the texts: all of them, and those from
/// [`WANTED_ACCURACY`] on, which is what a threshold of the same number sets by itself.
fn print_lengths(rows: &[CountedRow], held_out: &[HeldOut]) {
    println!(
        "by words: right of all, right of those at a confidence of {WANTED_ACCURACY} and above"
    );
    for one in held_out {
        print!("  {:<22}", one.source);
        let texts = rows.iter().filter(|row| is_judged(row, &one.source));
        let judged: Vec<(usize, Judged)> =
            texts.map(|row| row.row.text.split_whitespace().count()).zip(one.judged()).collect();
        for (from, to) in LENGTHS {
            let of_length = judged.iter().filter(|(words, _)| (from..=to).contains(words));
            let of_length: Vec<&Judged> = of_length.map(|(_, judged)| judged).collect();
            let sure = of_length.iter().filter(|judged| judged.confidence >= WANTED_ACCURACY);
            let sure: Vec<&&Judged> = sure.collect();
            let right = sure.iter().filter(|judged| judged.right).count();
            let all_right = of_length.iter().filter(|judged| judged.right).count();
            print!("  {from}+: {all_right} of {}, {right} of {}", of_length.len(), sure.len());
        }
        println!();
    }
}

/// Share of the largest class.
fn majority(scored: &[Scored]) -> f64 {
    let largest = (0..CLASSES)
        .map(|class| scored.iter().filter(|one| one.class == class).count())
        .max()
        .unwrap_or_default();
    largest as f64 / scored.len().max(1) as f64
}

fn read_predictions(
    path: &Path,
    wanted: &BTreeMap<&str, [usize; CLASSES]>,
) -> Result<Vec<HeldOut>, EvaluateError> {
    let csv_error = |error| EvaluateError::Csv { path: path.to_owned(), error };
    let mut reader = csv::Reader::from_path(path).map_err(csv_error)?;
    let mut by_source: BTreeMap<String, Vec<Scored>> = BTreeMap::new();
    for (place, record) in reader.records().enumerate() {
        let record = record.map_err(csv_error)?;
        let (source, scored) = parse_prediction(&record)
            .ok_or_else(|| EvaluateError::NoPrediction { path: path.to_owned(), row: place + 1 })?;
        by_source.entry(source).or_default().push(scored);
    }
    let same = by_source.len() == wanted.len()
        && by_source.iter().all(|(source, scored)| {
            let count = |class| scored.iter().filter(|one| one.class == class).count();
            wanted.get(source.as_str()) == Some(&std::array::from_fn(count))
        });
    if !same {
        return Err(EvaluateError::OtherRows(path.to_owned()));
    }
    let held_out = |(source, scored)| HeldOut { source, scored, temperature: 1.0 };
    Ok(by_source.into_iter().map(held_out).collect())
}

fn parse_prediction(record: &csv::StringRecord) -> Option<(String, Scored)> {
    let mut fields = record.iter();
    let source = fields.next()?.to_owned();
    let category = fields.next()?;
    let class = Category::ALL.iter().position(|known| known.name() == category)?;
    let mut scores = [0.0; CLASSES];
    for score in &mut scores {
        *score = fields.next()?.parse().ok().filter(|score: &f32| score.is_finite())?;
    }
    Some((source, Scored { scores, class }))
}
