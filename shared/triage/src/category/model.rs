//! The model and its file.
//!
//! The file, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `CATMODEL` |
//! | 2, 2, 2 | version of this layout; version of the model; bits of the table |
//! | 2, 2 | classes; bytes of their names |
//! | that many | the names of the classes, each followed by a line feed |
//! | 4, 4 | temperature; what a step of inverse frequency is worth |
//! | 4 + 4 for each class | what a step of weight is worth, for all classes; their intercepts |
//! | 32 | SHA-256 of all the rest |
//! | 65,536 | inverse frequency of each row of the table |
//! | 65,536 for each class | for each row, its weight for each class |
//!
//! The categories of the program need not be the classes of the file: see [`super::classes`].

use std::sync::LazyLock;

use thiserror::Error;

use super::bytes::{take, take_numbers};
use super::checksum::{CHECKSUM_BYTES, checksum, with_checksum};
use super::classes::{FileClasses, KnownClasses};
use super::features::{TABLE_BITS, TABLE_ROWS, count_rows};
use super::regression::CLASSES;
use super::vector::InverseFrequencies;

const MAGIC: [u8; 8] = *b"CATMODEL";
/// Version of the layout that this program reads and writes.
const LAYOUT_VERSION: u16 = 2;
/// A weight, an intercept or a scale beyond this is no result of training.
const LARGEST_NUMBER: f32 = 1_000.0;
/// A temperature outside of this is no result of calibration.
const TEMPERATURES: std::ops::RangeInclusive<f32> = 0.05..=20.0;

/// Why bytes are not a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseModelError {
    /// Too few or too many bytes for what the file says it holds.
    #[error("{0} bytes are not a model")]
    Length(usize),
    /// Something else altogether.
    #[error("the file does not begin as a model does")]
    Magic,
    /// Made for another version of this program.
    #[error("layout {0} of the file is not known")]
    Layout(u16),
    /// Made for another table.
    #[error("the model's table is not the one of this program")]
    Table,
    /// Names of classes that are not as described, or none of a category.
    #[error("the model names no classes, or none that is a category")]
    Classes,
    /// Damaged.
    #[error("the checksum does not fit")]
    Checksum,
    /// A number that no training gives.
    #[error("a number of the model is out of range")]
    Number,
}

/// What training found, before it is rounded to bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// Counted up by hand for each model that is shipped.
    pub version: u16,
    /// The categories that it was trained on.
    pub classes: KnownClasses,
    /// Of the rows of the table.
    pub frequencies: InverseFrequencies,
    /// For each row of the table, what it adds to the score of each class.
    pub weights: Vec<[f64; CLASSES]>,
    /// What each class starts with.
    pub intercepts: [f64; CLASSES],
    /// Scores are divided by it, so that confidence is what accuracy is on unseen sources.
    pub temperature: f32,
}

/// Says what a ticket is about, in the order of [`copilot_core::ticket::Category::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryModel {
    version: u16,
    classes: KnownClasses,
    frequencies: InverseFrequencies,
    weights: Vec<[i8; CLASSES]>,
    scales: [f32; CLASSES],
    /// A category without weights starts with the least of the others: agents teach it against them.
    intercepts: [f32; CLASSES],
    temperature: f32,
}

/// The model that is part of the program.
static EMBEDDED: LazyLock<Result<CategoryModel, ParseModelError>> =
    LazyLock::new(|| CategoryModel::parse(include_bytes!("../../model/category.model")));

impl CategoryModel {
    /// The model that is part of the program. The first call reads it; the others are free.
    ///
    /// # Errors
    ///
    /// [`ParseModelError`] if the program was built with a damaged file.
    pub fn embedded() -> Result<&'static Self, ParseModelError> {
        EMBEDDED.as_ref().map_err(|error| *error)
    }

    /// Rounds what training found to bytes.
    pub fn quantise(trained: TrainedModel) -> Self {
        let mut largest = [0.0_f64; CLASSES];
        for row in &trained.weights {
            let row = &trained.classes.or_else(row, 0.0);
            for (largest, weight) in largest.iter_mut().zip(row) {
                *largest = largest.max(weight.abs());
            }
        }
        let scales = largest.map(|largest| (largest / f64::from(i8::MAX)) as f32);
        let mut weights = vec![[0_i8; CLASSES]; TABLE_ROWS];
        for (steps, row) in weights.iter_mut().zip(&trained.weights) {
            for ((step, weight), scale) in steps.iter_mut().zip(row).zip(&scales) {
                *step = quantised(*weight, *scale);
            }
        }
        let intercepts = trained.intercepts.map(|intercept| intercept as f32);
        Self {
            version: trained.version,
            classes: trained.classes,
            frequencies: trained.frequencies,
            weights,
            scales,
            intercepts: with_least(trained.classes, &intercepts),
            temperature: trained.temperature,
        }
    }

    /// Reads a file as [`CategoryModel::to_bytes`] makes it.
    ///
    /// # Errors
    ///
    /// [`ParseModelError`] says what is wrong; no bytes make this panic.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseModelError> {
        let wrong_length = ParseModelError::Length(bytes.len());
        let mut rest = bytes;
        if take::<8>(&mut rest).ok_or(wrong_length)? != MAGIC {
            return Err(ParseModelError::Magic);
        }
        let layout = u16::from_le_bytes(take(&mut rest).ok_or(wrong_length)?);
        if layout != LAYOUT_VERSION {
            return Err(ParseModelError::Layout(layout));
        }
        let version = u16::from_le_bytes(take(&mut rest).ok_or(wrong_length)?);
        if take(&mut rest).ok_or(wrong_length)? != table_bits() {
            return Err(ParseModelError::Table);
        }
        let classes = FileClasses::take(&mut rest).ok_or(ParseModelError::Classes)?;
        if classes.known().count() == 0 {
            return Err(ParseModelError::Classes);
        }
        let numbers = take_numbers(&mut rest, 2).ok_or(wrong_length)?;
        let scales = take_numbers(&mut rest, classes.count()).ok_or(wrong_length)?;
        let intercepts = take_numbers(&mut rest, classes.count()).ok_or(wrong_length)?;
        let checksum_at = bytes.len() - rest.len();
        let expected: [u8; CHECKSUM_BYTES] = take(&mut rest).ok_or(wrong_length)?;
        if rest.len() != TABLE_ROWS * (1 + classes.count()) {
            return Err(wrong_length);
        }
        if expected != checksum(bytes, checksum_at) {
            return Err(ParseModelError::Checksum);
        }
        let [temperature, frequency_scale] = *numbers.as_slice() else { return Err(wrong_length) };
        let in_range = TEMPERATURES.contains(&temperature)
            && (0.0..=LARGEST_NUMBER).contains(&frequency_scale)
            && scales.iter().all(|scale| (0.0..=LARGEST_NUMBER).contains(scale))
            && intercepts.iter().all(|intercept: &f32| intercept.abs() <= LARGEST_NUMBER);
        if !in_range {
            return Err(ParseModelError::Number);
        }
        let (steps, weights) = rest.split_at_checked(TABLE_ROWS).unwrap_or_default();
        let frequencies =
            InverseFrequencies::from_parts(steps.to_vec(), frequency_scale).ok_or(wrong_length)?;
        let weights = weights.chunks_exact(classes.count());
        let weights = weights.map(|row| classes.spread(row).map(|byte| i8::from_le_bytes([byte])));
        Ok(Self {
            version,
            classes: classes.known(),
            frequencies,
            weights: weights.collect(),
            scales: classes.spread(&scales),
            intercepts: with_least(classes.known(), &classes.spread(&intercepts)),
            temperature,
        })
    }

    /// The file of this model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(LAYOUT_VERSION.to_le_bytes());
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(table_bits());
        bytes.extend(self.classes.to_bytes());
        let numbers = [self.temperature, self.frequencies.scale()];
        let (scales, intercepts) =
            (self.classes.columns(&self.scales), self.classes.columns(&self.intercepts));
        for number in numbers.into_iter().chain(scales).chain(intercepts) {
            bytes.extend(number.to_le_bytes());
        }
        let checksum_at = bytes.len();
        bytes.extend([0; CHECKSUM_BYTES]);
        bytes.extend(self.frequencies.steps());
        let weights = self.weights.iter().flat_map(|row| self.classes.columns(row));
        bytes.extend(weights.flat_map(i8::to_le_bytes));
        with_checksum(bytes, checksum_at)
    }

    /// What a ticket's suggestion names as its author, such as `hashed-ngrams@1`.
    pub fn name(&self) -> String {
        format!("hashed-ngrams@{}", self.version)
    }

    /// Counted up for each model that is shipped.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The categories that it has weights for. The others are suggested only when agents have taught
    /// them.
    pub fn classes(&self) -> KnownClasses {
        self.classes
    }

    pub(super) fn temperature(&self) -> f32 {
        self.temperature
    }

    pub(super) fn intercepts(&self) -> [f32; CLASSES] {
        self.intercepts
    }

    /// The vector that the weights apply to.
    pub(super) fn vector(&self, text: &str) -> Vec<(u32, f32)> {
        self.frequencies.vector(&count_rows(text))
    }

    /// What a row of the table adds to the score of each class.
    pub(super) fn row_weights(&self, row: u32) -> [f32; CLASSES] {
        let steps = self.weights.get(row as usize).copied().unwrap_or_default();
        let mut weights = self.scales;
        for (weight, step) in weights.iter_mut().zip(steps) {
            *weight *= f32::from(step);
        }
        weights
    }
}

#[cfg(test)]
impl CategoryModel {
    /// As if its file named one class otherwise.
    pub(crate) fn with_name_changed(&self, name: &str, other: &str) -> Self {
        assert_eq!(name.len(), other.len(), "the file keeps its form");
        let mut bytes = self.to_bytes();
        let place = bytes.windows(name.len()).position(|part| part == name.as_bytes());
        let place = place.expect("the model has the class");
        bytes[place..place + name.len()].copy_from_slice(other.as_bytes());
        let classes_at = 14;
        let length = usize::from(u16::from_le_bytes([bytes[16], bytes[17]]));
        let numbers = 4 * (2 + 2 * self.classes.count());
        Self::parse(&with_checksum(bytes, classes_at + 4 + length + numbers))
            .expect("the file is a model still")
    }
}

/// The step that is nearest to `weight`.
pub(super) fn quantised(weight: f64, scale: f32) -> i8 {
    if scale > 0.0 {
        let bound = f64::from(i8::MAX);
        (weight / f64::from(scale)).round().clamp(-bound, bound) as i8
    } else {
        0
    }
}

/// The intercepts, and the least of them for each category without weights.
fn with_least(classes: KnownClasses, intercepts: &[f32; CLASSES]) -> [f32; CLASSES] {
    let least = classes.columns(intercepts).fold(f32::INFINITY, f32::min);
    classes.or_else(intercepts, least)
}

fn table_bits() -> [u8; 2] {
    u16::from(TABLE_BITS).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::classes::MAX_CLASSES_BYTES;
    use super::*;

    fn trained() -> TrainedModel {
        let documents = [count_rows("where is my parcel"), count_rows("I want a refund")];
        let mut weights = vec![[0.0; CLASSES]; TABLE_ROWS];
        for (class, document) in [0, 4].into_iter().zip(&documents) {
            for row in document {
                weights[row.row as usize][class] = 0.5 + f64::from(row.row) / 1e6;
            }
        }
        TrainedModel {
            version: 7,
            classes: KnownClasses::ALL,
            frequencies: InverseFrequencies::of_documents(documents.iter().map(Vec::as_slice)),
            weights,
            intercepts: [0.25; CLASSES],
            temperature: 1.5,
        }
    }

    const NUMBERS_AT: usize = 14 + MAX_CLASSES_BYTES;
    const CHECKSUM_AT: usize = NUMBERS_AT + 4 * (2 + 2 * CLASSES);
    const TABLE_AT: usize = CHECKSUM_AT + CHECKSUM_BYTES;

    /// With the checksum made anew, so that what comes after it is tested too.
    fn with_checksum(bytes: Vec<u8>) -> Vec<u8> {
        super::with_checksum(bytes, CHECKSUM_AT)
    }

    #[test]
    fn a_file_gives_back_the_model() {
        let model = CategoryModel::quantise(trained());
        let bytes = model.to_bytes();
        assert_eq!(bytes.len(), TABLE_AT + TABLE_ROWS * (1 + CLASSES));
        assert_eq!(CategoryModel::parse(&bytes).unwrap(), model);
        assert_eq!(model.name(), "hashed-ngrams@7");
        assert_eq!(model.to_bytes(), CategoryModel::quantise(trained()).to_bytes());
    }

    #[test]
    fn rounding_changes_a_weight_by_half_a_step_at_most() {
        let trained = trained();
        let model = CategoryModel::quantise(trained.clone());
        for (row, weights) in (0..).zip(&trained.weights) {
            for ((weight, rounded), scale) in
                weights.iter().zip(model.row_weights(row)).zip(model.scales)
            {
                assert!((weight - f64::from(rounded)).abs() <= 0.501 * f64::from(scale));
            }
        }
    }

    #[test]
    fn a_file_of_another_length_is_no_model() {
        let bytes = CategoryModel::quantise(trained()).to_bytes();
        for length in (0..256).chain((256..bytes.len()).step_by(10_007)) {
            let wanted = match length {
                14..NUMBERS_AT => ParseModelError::Classes,
                _ => ParseModelError::Length(length),
            };
            assert_eq!(CategoryModel::parse(&bytes[..length]), Err(wanted));
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        let wanted = ParseModelError::Length(bytes.len() + 1);
        assert_eq!(CategoryModel::parse(&longer), Err(wanted));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let bytes = CategoryModel::quantise(trained()).to_bytes();
        for place in
            (0..18).chain((18..TABLE_AT).step_by(9)).chain((TABLE_AT..bytes.len()).step_by(90_001))
        {
            let mut garbled = bytes.clone();
            garbled[place] ^= 0x11;
            let wanted = match place {
                0..8 => ParseModelError::Magic,
                8..10 => ParseModelError::Layout(u16::from_le_bytes([garbled[8], garbled[9]])),
                12..14 => ParseModelError::Table,
                14..18 => ParseModelError::Classes,
                _ => ParseModelError::Checksum,
            };
            assert_eq!(CategoryModel::parse(&garbled), Err(wanted), "byte {place}");
        }
    }

    #[test]
    fn hostile_numbers_with_a_right_checksum_are_refused() {
        let bytes = CategoryModel::quantise(trained()).to_bytes();
        let hostile = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e30];
        for place in (NUMBERS_AT..CHECKSUM_AT).step_by(4) {
            let number = hostile[place / 4 % hostile.len()];
            let mut garbled = bytes.clone();
            garbled[place..place + 4].copy_from_slice(&number.to_le_bytes());
            let garbled = with_checksum(garbled);
            assert_eq!(
                CategoryModel::parse(&garbled),
                Err(ParseModelError::Number),
                "byte {place}"
            );
        }
        let mut zero = bytes;
        zero[NUMBERS_AT..NUMBERS_AT + 4].copy_from_slice(&0.0_f32.to_le_bytes());
        assert_eq!(CategoryModel::parse(&with_checksum(zero)), Err(ParseModelError::Number));
    }

    #[test]
    fn a_class_that_is_no_category_is_left_out() {
        let model = CategoryModel::quantise(trained());
        let other = model.with_name_changed("refund", "spells");
        assert!(!other.classes().contains(4) && other.classes().count() == CLASSES - 1);
        let text = "I want a refund";
        assert_eq!(other.predict(text).probabilities[4], 0.0);
        let (before, after) = (model.scores(text), other.scores(text));
        assert_eq!((before[0], before[6]), (after[0], after[6]));
        // Its own file does without the class.
        assert_eq!(CategoryModel::parse(&other.to_bytes()).unwrap(), other);
        let none = TrainedModel { classes: KnownClasses::NONE, ..trained() };
        let none = CategoryModel::quantise(none).to_bytes();
        assert_eq!(CategoryModel::parse(&none), Err(ParseModelError::Classes));
    }

    #[test]
    fn any_table_predicts_without_a_panic() {
        let mut bytes = CategoryModel::quantise(trained()).to_bytes();
        for (place, byte) in bytes[TABLE_AT..].iter_mut().enumerate() {
            *byte = (place.wrapping_mul(2_654_435_761) >> 7) as u8;
        }
        let model = CategoryModel::parse(&with_checksum(bytes)).unwrap();
        for text in ["", "Where is my order?", "\u{0}\u{fffd}", "£ @ / 0 注文 a@b.cd"] {
            let prediction = model.predict(text);
            let sum: f32 = prediction.probabilities.iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{text:?}: {sum}");
        }
    }
}
