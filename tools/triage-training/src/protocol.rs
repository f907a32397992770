//! Leave one source out: each source is judged by a model trained on all the others.
//!
//! A random split would be flattering: texts of one source resemble each other, templates most of
//! all. The temperature that a source is judged with comes from models that were trained without
//! this source and without the source that they were judged on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use copilot_triage::category::CategoryModel;
use copilot_triage::category::regression::CLASSES;

use crate::measures::{Judged, Scored, fit_temperature};
use crate::recipe::{CountedRow, Recipe, train_model};

/// Judgement of one source by a model that has not seen it.
pub struct HeldOut {
    /// The source.
    pub source: String,
    /// One for each of its rows.
    pub scored: Vec<Scored>,
    /// From the other sources only.
    pub temperature: f64,
}

impl HeldOut {
    /// The predictions, calibrated.
    pub fn judged(&self) -> Vec<Judged> {
        self.scored.iter().map(|one| one.judged(self.temperature)).collect()
    }
}

/// Scores the row at a place.
pub type Scorer<'a> = Rc<dyn Fn(usize) -> [f32; CLASSES] + 'a>;

/// Judges every source. `train` trains on all sources but those that it is given.
pub fn leave_one_source_out<'a>(
    rows: &[CountedRow],
    sources: &[String],
    train: impl Fn(&[&String]) -> Scorer<'a>,
) -> Vec<HeldOut> {
    let pairs = without_pairs(rows, sources, &train);
    let mut judged = Vec::with_capacity(sources.len());
    for (place, source) in sources.iter().enumerate() {
        let nested: Vec<&[Scored]> = pairs
            .iter()
            .filter_map(|pair| {
                let other = 1 - pair.places.iter().position(|one| *one == place)?;
                pair.scored.get(other).map(Vec::as_slice)
            })
            .collect();
        judged.push(HeldOut {
            source: source.clone(),
            scored: score(rows, source, &train(&[source])),
            temperature: fit_temperature(&nested),
        });
    }
    judged
}

/// Trains the table by a recipe.
pub fn train_table<'a>(
    rows: &'a [CountedRow],
    recipe: Recipe,
) -> impl Fn(&[&String]) -> Scorer<'a> {
    move |left_out| {
        let model = train_without(rows, left_out, recipe);
        Rc::new(move |place| {
            rows.get(place).map_or([0.0; CLASSES], |row| model.scores(&row.row.text))
        })
    }
}

/// As `train`, but trains once for each set of sources that is left out.
pub fn remembering<'a>(
    train: impl Fn(&[&String]) -> Scorer<'a>,
) -> impl Fn(&[&String]) -> Scorer<'a> {
    let trained: RefCell<BTreeMap<Vec<String>, Scorer<'a>>> = RefCell::default();
    move |left_out| {
        let sources: Vec<String> = left_out.iter().map(|source| (*source).clone()).collect();
        if let Some(scorer) = trained.borrow().get(&sources) {
            return Rc::clone(scorer);
        }
        let scorer = train(left_out);
        trained.borrow_mut().insert(sources, Rc::clone(&scorer));
        scorer
    }
}

/// The temperature for a model that is trained on all sources.
pub fn temperature_of_all(held_out: &[HeldOut]) -> f64 {
    let groups: Vec<&[Scored]> = held_out.iter().map(|one| one.scored.as_slice()).collect();
    fit_temperature(&groups)
}

/// Scores the rows of a source.
fn score(rows: &[CountedRow], source: &str, scorer: &Scorer<'_>) -> Vec<Scored> {
    rows.iter()
        .enumerate()
        .filter(|(_, row)| is_judged(row, source))
        .map(|(place, row)| Scored { scores: scorer(place), class: row.row.class })
        .collect()
}

/// Whether a row is one of those that a source is judged by.
pub fn is_judged(row: &CountedRow, source: &str) -> bool {
    row.row.source == source && !row.row.is_definition
}

/// Trains on every source but some.
pub fn train_without(rows: &[CountedRow], left_out: &[&String], recipe: Recipe) -> CategoryModel {
    let rest: Vec<&CountedRow> = rows.iter().filter(|row| is_trained_on(row, left_out)).collect();
    train_model(&rest, recipe)
}

/// Whether a row takes part in training when these sources are left out.
pub fn is_trained_on(row: &CountedRow, left_out: &[&String]) -> bool {
    row.row.is_definition || !left_out.contains(&&row.row.source)
}

/// Two sources judged by one model that has seen neither.
struct Pair {
    places: [usize; 2],
    scored: [Vec<Scored>; 2],
}

fn without_pairs<'a>(
    rows: &[CountedRow],
    sources: &[String],
    train: impl Fn(&[&String]) -> Scorer<'a>,
) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (second_place, second) in sources.iter().enumerate() {
        for (first_place, first) in sources.iter().enumerate().take(second_place) {
            let scorer = train(&[first, second]);
            pairs.push(Pair {
                places: [first_place, second_place],
                scored: [score(rows, first, &scorer), score(rows, second, &scorer)],
            });
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Row;
    use crate::recipe::{SHIPPED, count};

    #[test]
    fn a_source_is_judged_by_the_others_alone() {
        // Only source "a" says what "zorbl" is about, so that nothing can be known of it when "a"
        // is left out; "refund" is in all of them.
        let row = |source: &str, text: &str, class| Row {
            source: source.to_owned(),
            text: text.to_owned(),
            class,
            is_definition: false,
        };
        let rows = count(vec![
            row("a", "zorbl", 2),
            row("a", "refund", 4),
            row("b", "refund", 4),
            row("b", "parcel", 0),
            row("c", "refund", 4),
            row("c", "parcel", 0),
        ]);
        let sources = ["a", "b", "c"].map(str::to_owned);
        let held_out = leave_one_source_out(&rows, &sources, train_table(&rows, SHIPPED));
        let of_a: Vec<usize> = held_out[0].scored.iter().map(|one| one.predicted()).collect();
        let right: Vec<usize> = held_out[0].scored.iter().map(|one| one.class).collect();
        assert_eq!(right.len(), 2);
        assert!(!of_a.contains(&2), "{of_a:?}");
        assert!(of_a.contains(&4));
        for one in &held_out[1..] {
            assert!(one.scored.iter().all(|scored| scored.predicted() == scored.class));
            assert!(one.temperature > 0.0);
        }
    }
}
