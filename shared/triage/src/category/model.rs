//! The model and its file.
//!
//! The file, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `CATMODEL` |
//! | 2, 2 | version of this layout; version of the model |
//! | 1, 1, 2 | bits of the table; classes; zeros |
//! | 4, 4, 4 | temperature; review threshold; what a step of inverse frequency is worth |
//! | 28, 28 | for each class: what a step of weight is worth; its intercept |
//! | 32 | SHA-256 of all the rest |
//! | 65,536 | inverse frequency of each row of the table |
//! | 458,752 | for each row, its weight for each class |

use std::sync::LazyLock;

use copilot_core::ticket::Category;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::bytes::{take, take_numbers};
use super::features::{TABLE_BITS, TABLE_ROWS, count_rows};
use super::regression::CLASSES;
use super::vector::InverseFrequencies;

const MAGIC: [u8; 8] = *b"CATMODEL";
/// Version of the layout that this program reads and writes.
const LAYOUT_VERSION: u16 = 1;
const CHECKSUM_BYTES: usize = 32;
const CHECKSUM_AT: usize = 28 + 2 * 4 * CLASSES;
const TABLE_AT: usize = CHECKSUM_AT + CHECKSUM_BYTES;
/// Bytes of a model's file.
pub const MODEL_BYTES: usize = TABLE_AT + TABLE_ROWS * (1 + CLASSES);
/// A weight, an intercept or a scale beyond this is no result of training.
const LARGEST_NUMBER: f32 = 1_000.0;
/// A temperature outside of this is no result of calibration.
const TEMPERATURES: std::ops::RangeInclusive<f32> = 0.05..=20.0;

/// Why bytes are not a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAModel {
    /// Too few or too many bytes.
    #[error("a model has {MODEL_BYTES} bytes, not {0}")]
    Length(usize),
    /// Something else altogether.
    #[error("the file does not begin as a model does")]
    Magic,
    /// Made for another version of this program.
    #[error("layout {0} of the file is not known")]
    Layout(u16),
    /// Another table or other categories.
    #[error("the model's table or classes are not those of this program")]
    Shape,
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
    /// Of the rows of the table.
    pub frequencies: InverseFrequencies,
    /// For each row of the table, what it adds to the score of each class.
    pub weights: Vec<[f64; CLASSES]>,
    /// What each class starts with.
    pub intercepts: [f64; CLASSES],
    /// Scores are divided by it, so that confidence is what accuracy is on unseen sources.
    pub temperature: f32,
    /// Confidence from which accuracy on unseen sources is high enough to do without a person.
    pub review_threshold: f32,
}

/// Says what a ticket is about, in the order of [`Category::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryModel {
    version: u16,
    frequencies: InverseFrequencies,
    weights: Vec<[i8; CLASSES]>,
    scales: [f32; CLASSES],
    intercepts: [f32; CLASSES],
    temperature: f32,
    review_threshold: f32,
}

/// The model that is part of the program.
static EMBEDDED: LazyLock<Result<CategoryModel, NotAModel>> =
    LazyLock::new(|| CategoryModel::parse(include_bytes!("../../model/category.model")));

impl CategoryModel {
    /// The model that is part of the program. The first call reads it; the others are free.
    ///
    /// # Errors
    ///
    /// [`NotAModel`] if the program was built with a damaged file.
    pub fn embedded() -> Result<&'static Self, NotAModel> {
        EMBEDDED.as_ref().map_err(|error| *error)
    }

    /// Rounds what training found to bytes.
    pub fn quantise(trained: TrainedModel) -> Self {
        let mut largest = [0.0_f64; CLASSES];
        for row in &trained.weights {
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
        Self {
            version: trained.version,
            frequencies: trained.frequencies,
            weights,
            scales,
            intercepts: trained.intercepts.map(|intercept| intercept as f32),
            temperature: trained.temperature,
            review_threshold: trained.review_threshold,
        }
    }

    /// Reads a file as [`CategoryModel::to_bytes`] makes it.
    ///
    /// # Errors
    ///
    /// [`NotAModel`] says what is wrong; no bytes make this panic.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAModel> {
        let wrong_length = NotAModel::Length(bytes.len());
        if bytes.len() != MODEL_BYTES {
            return Err(wrong_length);
        }
        let mut rest = bytes;
        if take::<8>(&mut rest).ok_or(wrong_length)? != MAGIC {
            return Err(NotAModel::Magic);
        }
        let layout = u16::from_le_bytes(take(&mut rest).ok_or(wrong_length)?);
        if layout != LAYOUT_VERSION {
            return Err(NotAModel::Layout(layout));
        }
        let version = u16::from_le_bytes(take(&mut rest).ok_or(wrong_length)?);
        if take::<4>(&mut rest).ok_or(wrong_length)? != shape() {
            return Err(NotAModel::Shape);
        }
        let [temperature, review_threshold, frequency_scale] =
            take_numbers(&mut rest).ok_or(wrong_length)?;
        let scales = take_numbers(&mut rest).ok_or(wrong_length)?;
        let intercepts = take_numbers(&mut rest).ok_or(wrong_length)?;
        let expected: [u8; CHECKSUM_BYTES] = take(&mut rest).ok_or(wrong_length)?;
        if expected != checksum(bytes) {
            return Err(NotAModel::Checksum);
        }
        let in_range = TEMPERATURES.contains(&temperature)
            && (0.0..=1.0).contains(&review_threshold)
            && (0.0..=LARGEST_NUMBER).contains(&frequency_scale)
            && scales.iter().all(|scale| (0.0..=LARGEST_NUMBER).contains(scale))
            && intercepts.iter().all(|intercept: &f32| intercept.abs() <= LARGEST_NUMBER);
        if !in_range {
            return Err(NotAModel::Number);
        }
        let (steps, weights) = rest.split_at_checked(TABLE_ROWS).unwrap_or_default();
        let frequencies =
            InverseFrequencies::from_parts(steps.to_vec(), frequency_scale).ok_or(wrong_length)?;
        let (weights, _) = weights.as_chunks::<CLASSES>();
        let weights = weights.iter().map(|row| row.map(|byte| i8::from_le_bytes([byte]))).collect();
        Ok(Self {
            version,
            frequencies,
            weights,
            scales,
            intercepts,
            temperature,
            review_threshold,
        })
    }

    /// The file of this model: [`MODEL_BYTES`] bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MODEL_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(LAYOUT_VERSION.to_le_bytes());
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(shape());
        let numbers = [self.temperature, self.review_threshold, self.frequencies.scale()];
        for number in numbers.iter().chain(&self.scales).chain(&self.intercepts) {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend([0; CHECKSUM_BYTES]);
        bytes.extend(self.frequencies.steps());
        bytes.extend(self.weights.iter().flatten().flat_map(|step| step.to_le_bytes()));
        let sum = checksum(&bytes);
        if let Some(place) = bytes.get_mut(CHECKSUM_AT..TABLE_AT) {
            place.copy_from_slice(&sum);
        }
        bytes
    }

    /// What a ticket's suggestion names as its author, such as `hashed-ngrams@1`.
    pub fn name(&self) -> String {
        format!("hashed-ngrams@{}", self.version)
    }

    /// Counted up for each model that is shipped.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// Below this confidence (0 to 1) a person should decide.
    pub fn review_threshold(&self) -> f32 {
        self.review_threshold
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

/// The step that is nearest to `weight`.
pub(super) fn quantised(weight: f64, scale: f32) -> i8 {
    if scale > 0.0 {
        let bound = f64::from(i8::MAX);
        (weight / f64::from(scale)).round().clamp(-bound, bound) as i8
    } else {
        0
    }
}

fn shape() -> [u8; 4] {
    [TABLE_BITS, Category::ALL.len() as u8, 0, 0]
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut digest = Sha256::new();
    digest.update(bytes.get(..CHECKSUM_AT).unwrap_or_default());
    digest.update(bytes.get(TABLE_AT..).unwrap_or_default());
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
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
            frequencies: InverseFrequencies::of_documents(documents.iter().map(Vec::as_slice)),
            weights,
            intercepts: [0.25; CLASSES],
            temperature: 1.5,
            review_threshold: 0.6,
        }
    }

    /// With the checksum made anew, so that what comes after it is tested too.
    fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
        let sum = checksum(&bytes);
        bytes[CHECKSUM_AT..TABLE_AT].copy_from_slice(&sum);
        bytes
    }

    #[test]
    fn a_file_gives_back_the_model() {
        let model = CategoryModel::quantise(trained());
        let bytes = model.to_bytes();
        assert_eq!(bytes.len(), MODEL_BYTES);
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
            assert_eq!(CategoryModel::parse(&bytes[..length]), Err(NotAModel::Length(length)));
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(CategoryModel::parse(&longer), Err(NotAModel::Length(MODEL_BYTES + 1)));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let bytes = CategoryModel::quantise(trained()).to_bytes();
        for place in
            (0..16).chain((16..TABLE_AT).step_by(9)).chain((TABLE_AT..bytes.len()).step_by(90_001))
        {
            let mut garbled = bytes.clone();
            garbled[place] ^= 0x11;
            let wanted = match place {
                0..8 => NotAModel::Magic,
                8..10 => NotAModel::Layout(u16::from_le_bytes([garbled[8], garbled[9]])),
                12..16 => NotAModel::Shape,
                _ => NotAModel::Checksum,
            };
            assert_eq!(CategoryModel::parse(&garbled), Err(wanted), "byte {place}");
        }
    }

    #[test]
    fn hostile_numbers_with_a_right_checksum_are_refused() {
        let bytes = CategoryModel::quantise(trained()).to_bytes();
        let hostile = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e30];
        for place in (16..CHECKSUM_AT).step_by(4) {
            let number = hostile[place / 4 % hostile.len()];
            let mut garbled = bytes.clone();
            garbled[place..place + 4].copy_from_slice(&number.to_le_bytes());
            let garbled = with_checksum(garbled);
            assert_eq!(CategoryModel::parse(&garbled), Err(NotAModel::Number), "byte {place}");
        }
        let mut zero = bytes;
        zero[16..20].copy_from_slice(&0.0_f32.to_le_bytes());
        assert_eq!(CategoryModel::parse(&with_checksum(zero)), Err(NotAModel::Number));
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
