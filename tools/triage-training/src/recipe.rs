//! How a model is trained: everything that was tried is one of these settings.

use std::collections::{BTreeMap, BTreeSet};

use copilot_triage::category::features::{RowCount, TABLE_ROWS, count_rows};
use copilot_triage::category::regression::{CLASSES, Example, Settings, fit};
use copilot_triage::category::vector::InverseFrequencies;
use copilot_triage::category::{CategoryModel, KnownClasses, TrainedModel};

use crate::dataset::Row;

/// Most texts of one category that are taken from one source.
pub const CAP: usize = 400;
/// Version of the model that this program trains. Count it up when a new model is shipped.
pub const MODEL_VERSION: u16 = 1;

/// Settings of training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Strength of the squared penalty: one over what scikit-learn calls C.
    pub penalty: f64,
    /// How far the weights of categories are evened out: 0 leaves each text the same weight, 1
    /// gives each category the same weight in all.
    pub category_balance: f32,
    /// The same for sources.
    pub source_balance: f32,
    /// How many texts of a source each definition of a category stands for.
    pub definition_weight: f32,
    /// Part of the probability that a label leaves to the other categories.
    pub label_smoothing: f32,
}

/// The recipe of the first trial: plain logistic regression.
pub const REFERENCE: Recipe = Recipe {
    penalty: 1.0,
    category_balance: 0.0,
    source_balance: 0.0,
    definition_weight: 1.0,
    label_smoothing: 0.0,
};

/// The recipe of the model that is shipped.
pub const SHIPPED: Recipe = Recipe {
    penalty: 1.0,
    category_balance: 1.0,
    source_balance: 0.0,
    definition_weight: 30.0,
    label_smoothing: 0.0,
};

/// A row with its n-grams counted, which is the same for every recipe.
#[derive(Debug, Clone)]
pub struct CountedRow {
    /// The text and its category.
    pub row: Row,
    counts: Vec<RowCount>,
}

/// Counts the n-grams of rows.
pub fn count(rows: Vec<Row>) -> Vec<CountedRow> {
    rows.into_iter().map(|row| CountedRow { counts: count_rows(&row.text), row }).collect()
}

/// Trains on rows. The result has temperature 1 yet.
pub fn train(rows: &[&CountedRow], recipe: Recipe) -> TrainedModel {
    let frequencies =
        InverseFrequencies::of_documents(rows.iter().map(|row| row.counts.as_slice()));
    let columns = Columns::of(rows);
    let features = rows.iter().map(|row| columns.replace(frequencies.vector(&row.counts)));
    let examples = examples(rows, recipe, features);
    let settings = Settings {
        penalty: recipe.penalty,
        intercept_penalty: 0.0,
        max_iterations: 60,
        tolerance: 1e-5,
    };
    let found = fit(&examples, columns.rows.len(), settings);
    TrainedModel {
        version: MODEL_VERSION,
        classes: classes(rows),
        frequencies,
        weights: columns.table(&found.weights),
        intercepts: found.intercepts,
        temperature: 1.0,
    }
}

/// The categories that texts of `rows` are about: a model names no others.
pub fn classes(rows: &[&CountedRow]) -> KnownClasses {
    rows.iter().fold(KnownClasses::NONE, |classes, row| classes.with(row.row.class))
}

/// What a model learns from rows: the features of each, with the label and the weight that the recipe
/// gives it.
pub fn examples(
    rows: &[&CountedRow],
    recipe: Recipe,
    features: impl Iterator<Item = Vec<(u32, f32)>>,
) -> Vec<Example> {
    let weights = example_weights(rows, recipe);
    rows.iter()
        .zip(features)
        .zip(weights)
        .map(|((row, features), weight)| {
            let target = smoothed(row.row.class, recipe.label_smoothing);
            Example { features, offset: [0.0; CLASSES], target, weight }
        })
        .collect()
}

/// As [`train`], rounded as it would be shipped.
pub fn train_model(rows: &[&CountedRow], recipe: Recipe) -> CategoryModel {
    CategoryModel::quantise(train(rows, recipe))
}

fn smoothed(class: usize, smoothing: f32) -> [f32; CLASSES] {
    let mut target = [smoothing / CLASSES as f32; CLASSES];
    if let Some(probability) = target.get_mut(class) {
        *probability += 1.0 - smoothing;
    }
    target
}

/// Weights that even out categories and sources; they add up to the number of rows.
fn example_weights(rows: &[&CountedRow], recipe: Recipe) -> Vec<f32> {
    let mut by_source: BTreeMap<&str, f32> = BTreeMap::new();
    for row in rows {
        *by_source.entry(&row.row.source).or_default() += 1.0;
    }
    let mut weights: Vec<f32> = rows
        .iter()
        .map(|row| {
            let in_source = by_source.get(row.row.source.as_str()).copied().unwrap_or(1.0);
            let weight = in_source.powf(-recipe.source_balance);
            if row.row.is_definition { recipe.definition_weight } else { weight }
        })
        .collect();
    let mut by_category = [0.0_f32; CLASSES];
    for (row, weight) in rows.iter().zip(&weights) {
        if let Some(sum) = by_category.get_mut(row.row.class) {
            *sum += weight;
        }
    }
    for (row, weight) in rows.iter().zip(&mut weights) {
        let in_category = by_category.get(row.row.class).copied().unwrap_or(1.0);
        *weight *= in_category.powf(-recipe.category_balance);
    }
    let mean = weights.iter().sum::<f32>() / rows.len() as f32;
    weights.iter().map(|weight| weight / mean).collect()
}

/// The rows of the table that occur, in order: only these have columns in the regression.
struct Columns {
    rows: Vec<u32>,
}

impl Columns {
    fn of(rows: &[&CountedRow]) -> Self {
        let counts = rows.iter().flat_map(|row| &row.counts);
        let occurring: BTreeSet<u32> = counts.map(|count| count.row).collect();
        Self { rows: occurring.into_iter().collect() }
    }

    fn replace(&self, vector: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
        vector
            .into_iter()
            .filter_map(|(row, value)| Some((self.rows.binary_search(&row).ok()? as u32, value)))
            .collect()
    }

    fn table(&self, weights: &[[f64; CLASSES]]) -> Vec<[f64; CLASSES]> {
        let mut table = vec![[0.0; CLASSES]; TABLE_ROWS];
        for (row, weights) in self.rows.iter().zip(weights) {
            if let Some(place) = table.get_mut(*row as usize) {
                *place = *weights;
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(source: &str, text: &str, class: usize) -> Row {
        let is_definition = source == "definitions";
        Row { source: source.to_owned(), text: text.to_owned(), class, is_definition }
    }

    fn rows() -> Vec<CountedRow> {
        count(vec![
            row("a", "where is my parcel", 0),
            row("a", "has my parcel shipped", 0),
            row("a", "I want a refund", 4),
            row("b", "refund me please", 4),
            row("definitions", "money back", 4),
        ])
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let rows = rows();
        let rows: Vec<&CountedRow> = rows.iter().collect();
        let model = train_model(&rows, SHIPPED);
        assert_eq!(model.to_bytes(), train_model(&rows, SHIPPED).to_bytes());
        assert_ne!(model.to_bytes(), train_model(&rows, REFERENCE).to_bytes());
        assert_eq!(model.predict("my parcel").probabilities.len(), CLASSES);
        let scores = model.scores("the parcel");
        assert!(scores[0] > scores[4]);
    }

    #[test]
    fn balance_gives_categories_the_same_weight() {
        let rows = rows();
        let rows: Vec<&CountedRow> = rows.iter().collect();
        let recipe = Recipe { category_balance: 1.0, definition_weight: 3.0, ..REFERENCE };
        let weights = example_weights(&rows, recipe);
        let of_class = |class| {
            let of = rows.iter().zip(&weights).filter(|(row, _)| row.row.class == class);
            of.map(|(_, weight)| weight).sum::<f32>()
        };
        assert!((of_class(0) - of_class(4)).abs() < 1e-5);
        assert!((weights[4] / weights[3] - 3.0).abs() < 1e-5);
        assert!((weights.iter().sum::<f32>() - 5.0).abs() < 1e-4);
    }

    #[test]
    fn smoothing_keeps_a_distribution() {
        let target = smoothed(2, 0.7);
        assert!((target.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((target[2] - 0.4).abs() < 1e-6 && (target[0] - 0.1).abs() < 1e-6);
    }
}
