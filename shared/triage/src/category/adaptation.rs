//! What the agents of one tenant taught: sparse corrections of the model's weights.
//!
//! The texts that the model was trained on are not at hand where agents work. So the model's own
//! scores are the starting point, and a penalty on every difference keeps the corrected weights
//! near: what no correction speaks of stays as it is.
//!
//! The bytes of an adaptation, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `CATADAPT` |
//! | 2, 2, 4 | version of this layout; version of the model; rows |
//! | 2, 2 | classes; bytes of their names |
//! | that many | the names of the classes, each followed by a line feed |
//! | 4 + 4 for each class | what a step of weight is worth, for all classes; what is added to their intercepts |
//! | 32 | SHA-256 of all the rest |
//! | 2 + 1 for each class, for each row | row of the table; what is added to its weight for each class |
//!
//! Layout 1 names no classes: it has those of [`LAYOUT_1_CLASSES`]. It is read, as it lies in tables of
//! deployed products, and no longer written.

use copilot_core::ticket::Category;
use thiserror::Error;

use super::bytes::{take, take_numbers};
use super::checksum::{CHECKSUM_BYTES, checksum, with_checksum};
use super::classes::{FileClasses, KnownClasses, MAX_CLASSES_BYTES};
use super::model::{CategoryModel, quantised};
use super::prediction::Head;
use super::regression::{CLASSES, Coefficients, Example, Settings, fit};

/// Most corrections that an adaptation learns from: less than a second's work for short texts.
pub const MAX_CORRECTIONS: usize = 2_000;
/// Most rows of the table that an adaptation changes, those that change most.
pub const MAX_ADAPTED_ROWS: usize = 16_384;
/// Most bytes of an adaptation: 147,620, well within the 400 KB of a DynamoDB item.
pub const MAX_ADAPTATION_BYTES: usize = 16
    + MAX_CLASSES_BYTES
    + 2 * 4 * CLASSES
    + CHECKSUM_BYTES
    + MAX_ADAPTED_ROWS * (ROW_NUMBER_BYTES + CLASSES);
/// A correction is one text against thousands that the model was trained on.
const CORRECTION_WEIGHT: f32 = 5.0;
/// How strongly weights are held near those of the model, chosen by `simulate-corrections`: less
/// learns faster and unlearns more. Intercepts hardly move, for corrections are no fair sample of
/// how frequent the categories are.
const SETTINGS: Settings =
    Settings { penalty: 4.5, intercept_penalty: 1_000.0, max_iterations: 60, tolerance: 1e-5 };

const MAGIC: [u8; 8] = *b"CATADAPT";
const LAYOUT_VERSION: u16 = 2;
/// The classes of layout 1, which does not name them. They never change.
const LAYOUT_1_CLASSES: &[u8] = b"shipping\nbilling\ntechnical\naccount\nrefund\norder\ngeneral\n";
const LAYOUT_1_CLASS_COUNT: usize = 7;
/// Of the number of a row, before its steps.
const ROW_NUMBER_BYTES: usize = 2;
/// A number beyond this is no result of [`CategoryModel::adapt`].
const LARGEST_NUMBER: f32 = 1_000.0;

/// A ticket whose category an agent set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Subject and description, as for [`CategoryModel::predict`].
    pub text: String,
    /// What the agent set.
    pub category: Category,
}

/// Why corrections cannot be learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AdaptError {
    /// More than [`MAX_CORRECTIONS`].
    #[error("{0} corrections are more than {MAX_CORRECTIONS}")]
    TooMany(usize),
}

/// Why bytes are not an adaptation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseAdaptationError {
    /// Not the bytes of as many rows as the header says, or more rows than are allowed.
    #[error("{0} bytes are not an adaptation")]
    Length(usize),
    /// Something else altogether.
    #[error("the bytes do not begin as an adaptation does")]
    Magic,
    /// Made by another version of this program.
    #[error("layout {0} is not known")]
    Layout(u16),
    /// Damaged.
    #[error("the checksum does not fit")]
    Checksum,
    /// Names of classes that are not as described.
    #[error("the names of the classes cannot be read")]
    Classes,
    /// A number that no learning gives.
    #[error("a number is out of range")]
    Number,
    /// A row twice, or rows out of order.
    #[error("the rows are not in order")]
    Order,
}

/// Sparse corrections of a model's weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptation {
    model_version: u16,
    /// Those that it has weights for: the model's and what agents taught besides.
    classes: KnownClasses,
    scales: [f32; CLASSES],
    intercepts: [f32; CLASSES],
    /// In the order of the rows, each once.
    rows: Vec<AdaptedRow>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct AdaptedRow {
    row: u16,
    steps: [i8; CLASSES],
}

/// How often the model was right on corrections that it did not learn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Corrections that were judged.
    pub count: usize,
    /// Part of them that was right with what is in use.
    pub before: f32,
    /// Part of them that is right with what was learned.
    pub after: f32,
}

impl Comparison {
    /// Whether the adapted model was right more often. Never true without corrections to judge.
    pub fn is_better(&self) -> bool {
        self.after > self.before
    }
}

impl CategoryModel {
    /// Learns from corrections. The same corrections in the same order give the same adaptation.
    ///
    /// # Errors
    ///
    /// [`AdaptError::TooMany`] beyond [`MAX_CORRECTIONS`]: the caller chooses which, such as the
    /// latest.
    pub fn adapt(&self, corrections: &[Correction]) -> Result<Adaptation, AdaptError> {
        if corrections.len() > MAX_CORRECTIONS {
            return Err(AdaptError::TooMany(corrections.len()));
        }
        let vectors: Vec<_> = corrections.iter().map(|one| self.vector(&one.text)).collect();
        let mut rows: Vec<u32> = vectors.iter().flatten().map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows.dedup();
        let taught = corrections.iter().fold(KnownClasses::NONE, |classes, correction| {
            classes.with(place(correction.category))
        });
        let head = Head::to_teach(self, taught);
        let examples: Vec<Example> = corrections
            .iter()
            .zip(&vectors)
            .map(|(correction, vector)| Example {
                features: columns(vector, &rows),
                offset: head.scores(vector),
                target: target(correction.category),
                weight: CORRECTION_WEIGHT,
            })
            .collect();
        let found = fit(&examples, rows.len(), SETTINGS);
        Ok(Adaptation::quantise(self.version(), self.classes().or(taught), &rows, &found))
    }

    /// Compares the model with `present`, if there is one, and with `adaptation` on corrections held
    /// back from learning.
    pub fn compare(
        &self,
        present: Option<&Adaptation>,
        adaptation: &Adaptation,
        held_back: &[Correction],
    ) -> Comparison {
        let mut right = [0_usize; 2];
        for correction in held_back {
            for (right, adaptation) in right.iter_mut().zip([present, Some(adaptation)]) {
                let prediction = self.predict_with(adaptation, &correction.text);
                *right += usize::from(prediction.category == correction.category);
            }
        }
        let part = |right: usize| right as f32 / held_back.len().max(1) as f32;
        let [before, after] = right.map(part);
        Comparison { count: held_back.len(), before, after }
    }
}

impl Adaptation {
    /// The version of the model that it corrects.
    pub fn model_version(&self) -> u16 {
        self.model_version
    }

    /// Reads bytes as [`Adaptation::to_bytes`] makes them.
    ///
    /// # Errors
    ///
    /// [`ParseAdaptationError`] says what is wrong; no bytes make this panic.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseAdaptationError> {
        let wrong_length = ParseAdaptationError::Length(bytes.len());
        let mut rest = bytes;
        if take::<8>(&mut rest).ok_or(wrong_length)? != MAGIC {
            return Err(ParseAdaptationError::Magic);
        }
        let layout = u16::from_le_bytes(take(&mut rest).ok_or(wrong_length)?);
        let model_version = u16::from_le_bytes(take(&mut rest).ok_or(wrong_length)?);
        let count = u32::from_le_bytes(take(&mut rest).ok_or(wrong_length)?) as usize;
        let classes = match layout {
            1 => FileClasses::parse(LAYOUT_1_CLASSES, LAYOUT_1_CLASS_COUNT),
            LAYOUT_VERSION => FileClasses::take(&mut rest),
            _ => return Err(ParseAdaptationError::Layout(layout)),
        };
        let classes = classes.ok_or(ParseAdaptationError::Classes)?;
        let scales = take_numbers(&mut rest, classes.count()).ok_or(wrong_length)?;
        let intercepts = take_numbers(&mut rest, classes.count()).ok_or(wrong_length)?;
        let checksum_at = bytes.len() - rest.len();
        let expected = take::<CHECKSUM_BYTES>(&mut rest).ok_or(wrong_length)?;
        let row_bytes = ROW_NUMBER_BYTES + classes.count();
        if count > MAX_ADAPTED_ROWS || rest.len() != count * row_bytes {
            return Err(wrong_length);
        }
        if expected != checksum(bytes, checksum_at) {
            return Err(ParseAdaptationError::Checksum);
        }
        let in_range = scales.iter().all(|scale| (0.0..=LARGEST_NUMBER).contains(scale))
            && intercepts.iter().all(|intercept: &f32| intercept.abs() <= LARGEST_NUMBER);
        if !in_range {
            return Err(ParseAdaptationError::Number);
        }
        let rows = rest.chunks_exact(row_bytes);
        let rows: Option<Vec<AdaptedRow>> =
            rows.map(|row| AdaptedRow::parse(row, &classes)).collect();
        let rows = rows.ok_or(wrong_length)?;
        if !rows.is_sorted_by(|a, b| a.row < b.row) {
            return Err(ParseAdaptationError::Order);
        }
        let (scales, intercepts) = (classes.spread(&scales), classes.spread(&intercepts));
        Ok(Self { model_version, classes: classes.known(), scales, intercepts, rows })
    }

    /// At most [`MAX_ADAPTATION_BYTES`] bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(LAYOUT_VERSION.to_le_bytes());
        bytes.extend(self.model_version.to_le_bytes());
        bytes.extend((self.rows.len() as u32).to_le_bytes());
        bytes.extend(self.classes.to_bytes());
        for number in
            self.classes.columns(&self.scales).chain(self.classes.columns(&self.intercepts))
        {
            bytes.extend(number.to_le_bytes());
        }
        let checksum_at = bytes.len();
        bytes.extend([0; CHECKSUM_BYTES]);
        for row in &self.rows {
            bytes.extend(row.row.to_le_bytes());
            bytes.extend(self.classes.columns(&row.steps).flat_map(i8::to_le_bytes));
        }
        with_checksum(bytes, checksum_at)
    }

    pub(super) fn classes(&self) -> KnownClasses {
        self.classes
    }

    pub(super) fn intercepts(&self) -> [f32; CLASSES] {
        self.intercepts
    }

    pub(super) fn row_weights(&self, row: u32) -> Option<[f32; CLASSES]> {
        let place = self.rows.binary_search_by_key(&row, |adapted| u32::from(adapted.row)).ok()?;
        let adapted = self.rows.get(place)?;
        let mut weights = self.scales;
        for (weight, step) in weights.iter_mut().zip(adapted.steps) {
            *weight *= f32::from(step);
        }
        Some(weights)
    }

    /// Rounds to bytes, and keeps the rows that change most.
    fn quantise(
        model_version: u16,
        classes: KnownClasses,
        rows: &[u32],
        found: &Coefficients,
    ) -> Self {
        let mut largest = [0.0_f64; CLASSES];
        for weights in &found.weights {
            for (largest, weight) in largest.iter_mut().zip(weights) {
                *largest = largest.max(weight.abs());
            }
        }
        let scales = largest.map(|largest| (largest / f64::from(i8::MAX)) as f32);
        let mut adapted: Vec<AdaptedRow> = rows
            .iter()
            .zip(&found.weights)
            .filter_map(|(row, weights)| {
                let mut steps = [0; CLASSES];
                for ((step, weight), scale) in steps.iter_mut().zip(weights).zip(&scales) {
                    *step = quantised(*weight, *scale);
                }
                let row = u16::try_from(*row).ok()?;
                steps.iter().any(|step| *step != 0).then_some(AdaptedRow { row, steps })
            })
            .collect();
        adapted.sort_by_key(|row| std::cmp::Reverse(row.change()));
        adapted.truncate(MAX_ADAPTED_ROWS);
        adapted.sort_by_key(|row| row.row);
        let intercepts = found.intercepts.map(|intercept| intercept as f32);
        Self { model_version, classes, scales, intercepts, rows: adapted }
    }
}

impl AdaptedRow {
    fn parse(bytes: &[u8], classes: &FileClasses) -> Option<Self> {
        let (row, steps) = bytes.split_first_chunk()?;
        let steps = classes.spread(steps).map(|step| i8::from_le_bytes([step]));
        Some(Self { row: u16::from_le_bytes(*row), steps })
    }

    fn change(&self) -> u32 {
        self.steps.iter().map(|step| u32::from(step.unsigned_abs())).sum()
    }
}

/// The vector with each row of the table replaced by its place in `rows`.
fn columns(vector: &[(u32, f32)], rows: &[u32]) -> Vec<(u32, f32)> {
    vector
        .iter()
        .filter_map(|(row, value)| Some((rows.binary_search(row).ok()? as u32, *value)))
        .collect()
}

fn target(category: Category) -> [f32; CLASSES] {
    Category::ALL.map(|one| if one == category { 1.0 } else { 0.0 })
}

fn place(category: Category) -> usize {
    Category::ALL.iter().position(|one| *one == category).unwrap_or(CLASSES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrections() -> Vec<Correction> {
        ["frobnicator 12 is grumbling", "the frobnicator grumbles again", "grumbling, frobnicator"]
            .map(|text| Correction { text: text.to_owned(), category: Category::Shipping })
            .to_vec()
    }

    fn adaptation() -> (&'static CategoryModel, Adaptation) {
        let model = CategoryModel::embedded().unwrap();
        (model, model.adapt(&corrections()).unwrap())
    }

    #[test]
    fn what_agents_taught_is_known_afterwards() {
        let (model, adaptation) = adaptation();
        let text = "Grumbling noises of my frobnicator";
        assert_ne!(model.predict(text).category, Category::Shipping);
        assert_eq!(model.predict_with(Some(&adaptation), text).category, Category::Shipping);
        let held_back = [Correction { text: text.to_owned(), category: Category::Shipping }];
        let comparison = model.compare(None, &adaptation, &held_back);
        assert_eq!(comparison, Comparison { count: 1, before: 0.0, after: 1.0 });
        assert!(comparison.is_better());
        assert!(!model.compare(None, &adaptation, &[]).is_better());
    }

    #[test]
    fn what_no_correction_speaks_of_stays() {
        let (model, adaptation) = adaptation();
        for text in ["I want a refund", "I forgot my password", "I was charged twice"] {
            let before = model.predict(text).category;
            assert_eq!(model.predict_with(Some(&adaptation), text).category, before, "{text}");
        }
    }

    #[test]
    fn learning_is_the_same_each_time_and_survives_bytes() {
        let (model, adaptation) = adaptation();
        assert_eq!(model.adapt(&corrections()).unwrap(), adaptation);
        let bytes = adaptation.to_bytes();
        assert!(bytes.len() <= MAX_ADAPTATION_BYTES);
        assert_eq!(Adaptation::parse(&bytes).unwrap(), adaptation);
        let nothing = model.adapt(&[]).unwrap();
        assert_eq!(Adaptation::parse(&nothing.to_bytes()).unwrap(), nothing);
        let text = "where is my parcel";
        assert_eq!(model.predict_with(Some(&nothing), text), model.predict(text));
    }

    #[test]
    fn corrections_have_a_limit() {
        let model = CategoryModel::embedded().unwrap();
        let one = Correction { text: String::new(), category: Category::Order };
        let many = vec![one; MAX_CORRECTIONS + 1];
        assert_eq!(model.adapt(&many), Err(AdaptError::TooMany(MAX_CORRECTIONS + 1)));
        assert!(model.adapt(&many[1..]).is_ok());
    }

    #[test]
    fn an_adaptation_of_another_model_takes_no_part() {
        let (model, mut adaptation) = adaptation();
        adaptation.model_version += 1;
        let text = "grumbling frobnicator";
        assert_eq!(model.predict_with(Some(&adaptation), text), model.predict(text));
    }

    #[test]
    fn truncated_and_garbled_bytes_are_refused() {
        let (_, adaptation) = adaptation();
        let bytes = adaptation.to_bytes();
        for length in 0..bytes.len() {
            assert!(Adaptation::parse(&bytes[..length]).is_err(), "{length} bytes");
        }
        for place in 0..bytes.len() {
            for bit in [0x01, 0x80] {
                let mut garbled = bytes.clone();
                garbled[place] ^= bit;
                // The model's version is not checked: it is under the checksum.
                assert!(Adaptation::parse(&garbled).is_err(), "byte {place}");
            }
        }
    }

    #[test]
    fn hostile_bytes_with_a_right_checksum_are_refused() {
        let (_, adaptation) = adaptation();
        let classes = adaptation.classes.count();
        let numbers_at = 16 + adaptation.classes.to_bytes().len();
        let checksum_at = numbers_at + 2 * 4 * classes;
        let (rows_at, row_bytes) = (checksum_at + CHECKSUM_BYTES, ROW_NUMBER_BYTES + classes);
        let parse = |bytes: Vec<u8>| Adaptation::parse(&with_checksum(bytes, checksum_at));
        for place in (numbers_at..checksum_at).step_by(4) {
            let mut garbled = adaptation.to_bytes();
            garbled[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
            assert_eq!(parse(garbled), Err(ParseAdaptationError::Number));
        }
        let mut twice = adaptation.to_bytes();
        twice.copy_within(rows_at..rows_at + row_bytes, rows_at + row_bytes);
        assert_eq!(parse(twice), Err(ParseAdaptationError::Order));
        let mut huge = adaptation.to_bytes();
        huge[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        let length = huge.len();
        assert_eq!(parse(huge), Err(ParseAdaptationError::Length(length)));
    }
}
