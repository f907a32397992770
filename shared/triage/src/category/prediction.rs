//! What the model says of a text.

use copilot_core::ticket::Category;

use super::adaptation::Adaptation;
use super::classes::KnownClasses;
use super::model::CategoryModel;
use super::reasons::{Reason, reasons};
use super::regression::{CLASSES, softmax};

/// What a text is about, how sure that is, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Calibrated probability of each category, in the order of [`Category::ALL`]: 0 for one that has
    /// no weights and that agents have not taught.
    pub probabilities: [f32; CLASSES],
    /// The most probable category.
    pub category: Category,
    /// Its probability. On texts of a source that training has not seen, about this part of such
    /// predictions is right.
    pub confidence: f32,
    /// The words that speak most for the category, the strongest first.
    pub reasons: Vec<Reason>,
}

impl CategoryModel {
    /// Says what `text` is about: a ticket's subject and description as one text. What stands
    /// after [`super::MAX_TEXT_CHARS`] is not read.
    pub fn predict(&self, text: &str) -> Prediction {
        self.predict_with(None, text)
    }

    /// As [`CategoryModel::predict`], corrected by what agents taught. An adaptation of another
    /// version of the model takes no part.
    pub fn predict_with(&self, adaptation: Option<&Adaptation>, text: &str) -> Prediction {
        let head = Head::new(self, adaptation);
        let vector = self.vector(text);
        let scores = head.scores(&vector);
        head.prediction(text, &vector, &scores, self.temperature())
    }

    /// Scores of the classes before calibration, -∞ for a category without weights. They are what
    /// another model's scores can be added to, and what calibration is measured on.
    pub fn scores(&self, text: &str) -> [f32; CLASSES] {
        Head::new(self, None).scores(&self.vector(text))
    }
}

/// The weights of the model with what agents taught added.
pub(super) struct Head<'a> {
    pub(super) model: &'a CategoryModel,
    pub(super) adaptation: Option<&'a Adaptation>,
    /// What can be suggested.
    classes: KnownClasses,
}

impl<'a> Head<'a> {
    /// An adaptation of another version of the model takes no part.
    pub(super) fn new(model: &'a CategoryModel, adaptation: Option<&'a Adaptation>) -> Self {
        let adaptation = adaptation.filter(|adapted| adapted.model_version() == model.version());
        let taught = adaptation.map_or(KnownClasses::NONE, Adaptation::classes);
        Self { model, adaptation, classes: model.classes().or(taught) }
    }

    /// The model itself, ready to be taught `classes` besides its own.
    pub(super) fn to_teach(model: &'a CategoryModel, classes: KnownClasses) -> Self {
        Self { model, adaptation: None, classes: model.classes().or(classes) }
    }

    /// What `scores` mean at a temperature, with the words that speak for it.
    pub(super) fn prediction(
        &self,
        text: &str,
        vector: &[(u32, f32)],
        scores: &[f32; CLASSES],
        temperature: f32,
    ) -> Prediction {
        let probabilities = softmax(&scores.map(|score| f64::from(score) / f64::from(temperature)))
            .map(|probability| probability as f32);
        let class = largest(&probabilities);
        let (category, confidence) = Category::ALL
            .iter()
            .zip(&probabilities)
            .nth(class)
            .map_or((Category::General, 0.0), |(category, confidence)| (*category, *confidence));
        let reasons = reasons(text, vector, |row| self.preference(row, class));
        Prediction { probabilities, category, confidence, reasons }
    }

    pub(super) fn scores(&self, vector: &[(u32, f32)]) -> [f32; CLASSES] {
        let mut scores = self.model.intercepts();
        if let Some(adaptation) = self.adaptation {
            add(&mut scores, &adaptation.intercepts(), 1.0);
        }
        for (row, value) in vector {
            add(&mut scores, &self.row_weights(*row), *value);
        }
        self.classes.or_else(&scores, f32::NEG_INFINITY)
    }

    /// How much more a row speaks for a class than for the classes on average.
    fn preference(&self, row: u32, class: usize) -> f32 {
        let weights = self.row_weights(row);
        let mean = weights.iter().sum::<f32>() / self.classes.count() as f32;
        weights.get(class).copied().unwrap_or_default() - mean
    }

    fn row_weights(&self, row: u32) -> [f32; CLASSES] {
        let mut weights = self.model.row_weights(row);
        if let Some(correction) = self.adaptation.and_then(|adapted| adapted.row_weights(row)) {
            add(&mut weights, &correction, 1.0);
        }
        weights
    }
}

/// The place of the largest number; the first of equals.
pub(super) fn largest(numbers: &[f32; CLASSES]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (place, number) in numbers.iter().enumerate() {
        if *number > best.1 {
            best = (place, *number);
        }
    }
    best.0
}

fn add(sum: &mut [f32; CLASSES], other: &[f32; CLASSES], times: f32) {
    for (value, other) in sum.iter_mut().zip(other) {
        *value += other * times;
    }
}
