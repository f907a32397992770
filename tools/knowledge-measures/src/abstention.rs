//! How sure is sure enough: fits the weights of the signals and judges them on sets that they were not fitted on.

use copilot_knowledge::confidence::{Coefficients, SIGNALS, confidence};

use crate::data::{Data, MeasureError};
use crate::encoder::Reader;
use crate::judged::{Judged, judge};
use crate::regression::{AtFloor, Example, at_floor, auroc, fit};

/// Confidences that are shown.
pub const FLOORS: [f64; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];
/// Questions of another domain.
const FOREIGN: usize = 300;
/// Questions of one set at most, so that none outweighs the others.
const QUESTIONS: usize = 300;
/// Articles of a base: all, a middling and a small one. Scores depend on it.
const BASES: [usize; 3] = [usize::MAX, 80, 20];
/// What the questions of another domain weigh beside those of the set.
const FOREIGN_WEIGHT: f64 = 0.25;
/// Parts of which one is judged by weights that were fitted on the others.
const FOLDS: usize = 10;

/// The examples of each set, the whole base first.
pub struct AllJudged {
    sets: Vec<Vec<Judged>>,
}

/// What is found of one set.
pub struct Outcome {
    pub name: &'static str,
    pub auroc: f64,
    pub curve: Vec<AtFloor>,
    /// Share of questions of another domain that are answered, by the floors.
    pub foreign: Vec<f64>,
}

impl AllJudged {
    /// Asks all questions; without `reader` by words alone.
    ///
    /// # Errors
    /// [`MeasureError`].
    pub fn of(
        data: &Data,
        named: &[String],
        reader: Option<&Reader>,
    ) -> Result<Self, MeasureError> {
        let tickets: Vec<String> = data
            .cases
            .iter()
            .rev()
            .take(FOREIGN)
            .map(|case| format!("{}\n{}", case.title, case.text))
            .collect();
        let foreign: Vec<&str> = tickets.iter().map(String::as_str).collect();
        let mut sets = Vec::new();
        for set in data.sets(named) {
            let bases = BASES.map(|articles| judge(set, (QUESTIONS, articles), &foreign, reader));
            sets.push(bases.into_iter().collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Self { sets })
    }

    /// The weights fitted on all sets but the one at `without`.
    pub fn fitted(&self, without: Option<usize>) -> Coefficients {
        let mut examples = Vec::new();
        let sets = self.sets.iter().enumerate().filter(|(place, _)| Some(*place) != without);
        for judged in sets.flat_map(|(_, bases)| bases) {
            examples.extend(weighed(&judged.examples, 1.0));
            examples.extend(weighed(&judged.foreign, FOREIGN_WEIGHT));
        }
        fit(&examples)
    }

    /// Each set judged by weights that were fitted on the others.
    pub fn left_out(&self) -> Vec<Outcome> {
        if self.sets.len() < 2 {
            return Vec::new();
        }
        let sets = self.sets.iter().enumerate().filter_map(|(place, bases)| {
            let weights = self.fitted(Some(place));
            Some(outcome(bases.first()?, |example| weights.share(&example.signals)))
        });
        sets.collect()
    }

    /// Each set judged by the weights that the product has, which were fitted on it too.
    pub fn shipped(&self, by_meaning: bool) -> Vec<Outcome> {
        let share = |example: &Example| confidence(&example.signals, by_meaning).share();
        self.sets.iter().filter_map(|bases| Some(outcome(bases.first()?, share))).collect()
    }

    /// The first set alone, in ten parts by question.
    pub fn by_parts(&self) -> Option<Outcome> {
        let judged = self.sets.first()?.first()?;
        let fitted: Vec<Coefficients> = (0..FOLDS)
            .map(|fold| {
                let others = judged.examples.iter().filter(|e| e.question % FOLDS != fold);
                fit(&others.copied().collect::<Vec<_>>())
            })
            .collect();
        Some(outcome(judged, |example| fitted[example.question % FOLDS].share(&example.signals)))
    }
}

fn weighed(examples: &[Example], weight: f64) -> impl Iterator<Item = Example> {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let weight = weight / examples.len().max(1) as f64;
    examples.iter().map(move |example| Example { weight, ..*example })
}

fn outcome(judged: &Judged, share: impl Fn(&Example) -> f64) -> Outcome {
    let sure: Vec<(f64, Example)> = judged.examples.iter().map(|e| (share(e), *e)).collect();
    let foreign: Vec<(f64, Example)> = judged.foreign.iter().map(|e| (share(e), *e)).collect();
    let right: Vec<(f64, bool)> = sure.iter().map(|(sure, e)| (*sure, e.is_right)).collect();
    Outcome {
        name: judged.name,
        auroc: auroc(&right),
        curve: FLOORS.into_iter().map(|floor| at_floor(&sure, floor)).collect(),
        foreign: FLOORS
            .into_iter()
            .map(|floor| at_floor(&foreign, floor).unanswerable_answered)
            .collect(),
    }
}

/// The beginning of `shared/knowledge/src/confidence/coefficients.rs`.
pub const SOURCE: &str = "//! Written by `knowledge-measures train`.\n\nuse super::Coefficients;\n";

/// The weights as that file has them.
pub fn source(name: &str, about: &str, weights: &Coefficients) -> String {
    let mut text = format!(
        "\n/// {about}\npub(super) const {name}: Coefficients = Coefficients {{\n    signals: [\n"
    );
    let signals: [(f64, f64, f64); SIGNALS] = weights.signals;
    for (mean, deviation, weight) in signals {
        text.push_str(&format!("        ({mean:.4}, {deviation:.4}, {weight:.4}),\n"));
    }
    text.push_str(&format!("    ],\n    intercept: {:.4},\n}};\n", weights.intercept));
    text
}
