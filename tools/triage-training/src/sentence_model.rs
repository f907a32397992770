//! `sentence-scores`: what the sentence model and the ensemble bring on sources that neither has seen, and
//! the linear part of the sentence model.

use std::path::PathBuf;
use std::rc::Rc;

use copilot_embedding::{SENTENCE_LENGTH, Sentence, SentenceError, Sentences};
use copilot_triage::category::SentenceHead;
use copilot_triage::category::regression::{CLASSES, Settings, fit};
use thiserror::Error;

use crate::arguments::{DataArguments, RecipeArguments};
use crate::dataset::DatasetError;
use crate::evaluate::{WANTED_ACCURACY, print_calibration, print_table};
use crate::measures::{Judged, Scored, accuracy, accuracy_at_coverage, review_threshold};
use crate::protocol::{
    HeldOut, Scorer, is_trained_on, leave_one_source_out, remembering, temperature_of_all,
    train_table,
};
use crate::recipe::{CountedRow, Recipe, classes, examples};
use crate::train::{Unwritable, sources_of, write};

/// Version of the linear part that this program trains. Count it up when a new one is shipped.
const HEAD_VERSION: u16 = 1;
/// How much the sentence model's scores count against the word model's. A half did better than one
/// on the sources of the model card.
const SHARE: f32 = 0.5;
/// Strength of the squared penalty: one over what scikit-learn calls C.
const PENALTY: f64 = 0.1;

/// Arguments of `sentence-scores`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// Where to write the linear part, trained on all sources
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Why the sentence model cannot be measured or trained.
#[derive(Debug, Error)]
pub enum SentenceModelTrainingError {
    /// The data.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The language model.
    #[error(transparent)]
    Sentence(#[from] SentenceError),
    /// The program was built without it.
    #[error("the language model is missing; run `cargo xtask second-opinion`, then build again")]
    NoLanguageModel,
    /// A thread that read texts broke down.
    #[error("the texts could not be read")]
    Interrupted,
    /// The file.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

/// Prints how the word model, the sentence model and the ensemble do, and writes the linear part if
/// there is a file to write it to.
pub fn run(arguments: &Arguments) -> Result<(), SentenceModelTrainingError> {
    let rows = arguments.data.counted()?;
    let recipe = arguments.recipe.recipe();
    let (sentences, checksum) = read_sentences(&rows)?;
    let sources = sources_of(&rows);
    println!("{} rows of {} sources", rows.len(), sources.len());

    let table = remembering(train_table(&rows, recipe));
    let sentence = remembering(train_sentence_model(&rows, &sentences, recipe));
    let together = |left_out: &[&String]| -> Scorer<'_> {
        let (table, sentence) = (table(left_out), sentence(left_out));
        Rc::new(move |place| {
            let (mut scores, other) = (table(place), sentence(place));
            for (score, other) in scores.iter_mut().zip(other) {
                *score += SHARE * other;
            }
            scores
        })
    };
    let alone = leave_one_source_out(&rows, &sources, &table);
    let other = leave_one_source_out(&rows, &sources, &sentence);
    let both = leave_one_source_out(&rows, &sources, together);
    for (name, held_out) in
        [("word model", &alone), ("sentence model", &other), ("ensemble", &both)]
    {
        println!("\n{name}");
        print_table(held_out);
        print_calibration(held_out);
    }
    print_as_deployed(&alone, &other, &both);

    if let Some(path) = &arguments.output {
        let mut head = train_head(rows.iter().zip(&sentences), recipe);
        head.language_model = checksum;
        head.temperature = temperature_of_all(&both) as f32;
        let bytes = head.to_bytes();
        write(path, &bytes)?;
        println!(
            "\n{}: {} bytes, temperature {:.3}",
            path.display(),
            bytes.len(),
            head.temperature
        );
    }
    Ok(())
}

/// As the worker does it: the ensemble decides when the word model is below the threshold, and what the
/// two models disagree on is for review whatever the confidence.
fn print_as_deployed(alone: &[HeldOut], other: &[HeldOut], both: &[HeldOut]) {
    let judged: Vec<Judged> = alone.iter().flat_map(HeldOut::judged).collect();
    let (threshold, _) = review_threshold(&judged, WANTED_ACCURACY);
    let (mut mean, count) = (0.0, alone.len() as f64);
    let (mut by_ensemble, mut agreed) = (0, Vec::new());
    let (mut sure, mut everything) = (Vec::new(), Vec::new());
    println!("\nthe ensemble decides when the word model is below {threshold:.3}");
    for ((alone, other), both) in alone.iter().zip(other).zip(both) {
        let mut decided: Vec<Scored> = Vec::new();
        for ((one, sentence), joined) in alone.scored.iter().zip(&other.scored).zip(&both.scored) {
            let judged = one.judged(alone.temperature);
            let agrees = one.predicted() == sentence.predicted();
            if agrees {
                agreed.push(*one);
            }
            if judged.confidence >= threshold {
                decided.push(*one);
                sure.push(judged);
                everything.push(judged);
            } else {
                by_ensemble += 1;
                decided.push(*joined);
                let judged = joined.judged(both.temperature);
                everything.push(judged);
                if agrees && judged.confidence >= threshold {
                    sure.push(judged);
                }
            }
        }
        let share = accuracy(&decided);
        mean += share / count;
        println!("  {:<22} accuracy {share:.3}", alone.source);
    }
    let right = |judged: &[Judged]| judged.iter().filter(|one| one.right).count();
    println!("mean of the sources {:.4}", mean);
    println!(
        "the ensemble decides {by_ensemble} of {}; both agree on {} of all, {:.3} of these are right",
        everything.len(),
        agreed.len(),
        accuracy(&agreed)
    );
    println!(
        "set without a person: {} of {} texts, {} right",
        sure.len(),
        everything.len(),
        right(&sure)
    );
    println!(
        "accuracy at 80 % {:.3}, at 60 % {:.3}",
        accuracy_at_coverage(&everything, 0.8),
        accuracy_at_coverage(&everything, 0.6)
    );
}

/// Trains the sentence model's linear part.
fn train_sentence_model<'a>(
    rows: &'a [CountedRow],
    sentences: &'a [Sentence],
    recipe: Recipe,
) -> impl Fn(&[&String]) -> Scorer<'a> {
    move |left_out| {
        let read = rows.iter().zip(sentences);
        let chosen = read.filter(|(row, _)| is_trained_on(row, left_out));
        let head = train_head(chosen, recipe);
        Rc::new(move |place| {
            sentences.get(place).map_or([0.0; CLASSES], |one| head.log_probabilities(one))
        })
    }
}

fn train_head<'a>(
    rows: impl Iterator<Item = (&'a CountedRow, &'a Sentence)>,
    recipe: Recipe,
) -> SentenceHead {
    let (rows, sentences): (Vec<&CountedRow>, Vec<&Sentence>) = rows.unzip();
    let features = sentences.into_iter().map(|sentence| (0..).zip(*sentence).collect());
    let examples = examples(&rows, recipe, features);
    let settings =
        Settings { penalty: PENALTY, intercept_penalty: 0.0, max_iterations: 100, tolerance: 1e-5 };
    let found = fit(&examples, SENTENCE_LENGTH, settings);
    SentenceHead {
        version: HEAD_VERSION,
        classes: classes(&rows),
        weight: SHARE,
        temperature: 1.0,
        language_model: [0; 32],
        intercepts: found.intercepts.map(|value| value as f32),
        weights: found.weights.iter().map(|row| row.map(|value| value as f32)).collect(),
    }
}

/// The vectors of all rows, and the checksum of the language model that made them. Each processor
/// reads a part of the rows.
fn read_sentences(
    rows: &[CountedRow],
) -> Result<(Vec<Sentence>, [u8; 32]), SentenceModelTrainingError> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let part = rows.len().div_ceil(processors).max(1);
    let read = |rows: &[CountedRow]| -> Result<_, SentenceModelTrainingError> {
        let sentences = Sentences::load()?.ok_or(SentenceModelTrainingError::NoLanguageModel)?;
        let mut vectors = Vec::with_capacity(rows.len());
        for row in rows {
            vectors.push(sentences.sentence(&row.row.text)?);
        }
        Ok((vectors, sentences.checksum()))
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = rows.chunks(part).map(|rows| scope.spawn(|| read(rows))).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let (mut all, mut checksum) = (Vec::with_capacity(rows.len()), [0; 32]);
    for part in parts {
        let (vectors, of_model) = part.map_err(|_| SentenceModelTrainingError::Interrupted)??;
        all.extend(vectors);
        checksum = of_model;
    }
    Ok((all, checksum))
}
