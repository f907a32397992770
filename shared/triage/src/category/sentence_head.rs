//! The linear model over a sentence's vector, and its file.
//!
//! The file, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `SENTHEAD` |
//! | 2, 2 | version of this layout; version of the model |
//! | 2, 2 | classes; bytes of their names |
//! | that many | the names of the classes, each followed by a line feed |
//! | 4, 4 | weight of this model; temperature of both together |
//! | 32 | SHA-256 of the language model that it was trained with |
//! | 4 for each class | its intercept |
//! | 1,536 for each class | for each number of the vector, its weight for each class |
//! | 32 | SHA-256 of all before |

use copilot_embedding::{SENTENCE_LENGTH, Sentence};
use sha2::{Digest, Sha256};

use super::bytes::{take, take_numbers};
use super::classes::{FileClasses, KnownClasses};
use super::ensemble::SentenceScores;
use super::regression::{CLASSES, softmax};

const MAGIC: [u8; 8] = *b"SENTHEAD";
/// Version of the layout that this program reads and writes.
const LAYOUT_VERSION: u16 = 2;
const CHECKSUM_BYTES: usize = 32;
/// A weight or an intercept beyond this is no result of training.
const LARGEST_NUMBER: f32 = 1_000.0;
/// A weight outside of this, or a temperature, is no result of training.
const WEIGHTS: std::ops::RangeInclusive<f32> = 0.05..=20.0;

/// Why bytes are not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseSentenceHeadError {
    /// Too few or too many bytes, or something else altogether.
    #[error("the file does not have the form of a head")]
    Form,
    /// Made for another version of this program.
    #[error("layout {0} of the file is not known")]
    Layout(u16),
    /// Names of classes that are not as described, or none of a category.
    #[error("the head names no classes, or none that is a category")]
    Classes,
    /// Damaged.
    #[error("the checksum does not fit")]
    Checksum,
    /// A number that no training gives.
    #[error("a number of the head is out of range")]
    Number,
}

/// Scores the categories from a sentence's vector.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceHead {
    /// Counted up by hand for each head that is shipped.
    pub version: u16,
    /// The categories that it has weights for.
    pub classes: KnownClasses,
    /// How much this model counts against the word model.
    pub weight: f32,
    /// The scores of both together are divided by it, so that confidence is what accuracy is.
    pub temperature: f32,
    /// Of the language model's file.
    pub language_model: [u8; CHECKSUM_BYTES],
    /// What each class starts with.
    pub intercepts: [f32; CLASSES],
    /// For each number of the vector, what it adds to the score of each class.
    pub weights: Vec<[f32; CLASSES]>,
}

impl SentenceHead {
    /// Reads a file as [`SentenceHead::to_bytes`] makes it.
    ///
    /// # Errors
    /// [`ParseSentenceHeadError`]; no bytes make this panic.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseSentenceHeadError> {
        let (content, checksum) =
            bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(ParseSentenceHeadError::Form)?;
        let mut rest = content;
        if take::<8>(&mut rest).ok_or(ParseSentenceHeadError::Form)? != MAGIC {
            return Err(ParseSentenceHeadError::Form);
        }
        let layout = u16::from_le_bytes(take(&mut rest).ok_or(ParseSentenceHeadError::Form)?);
        if layout != LAYOUT_VERSION {
            return Err(ParseSentenceHeadError::Layout(layout));
        }
        if *checksum != <[u8; CHECKSUM_BYTES]>::from(Sha256::digest(content)) {
            return Err(ParseSentenceHeadError::Checksum);
        }
        let form = ParseSentenceHeadError::Form;
        let version = u16::from_le_bytes(take(&mut rest).ok_or(form)?);
        let classes = FileClasses::take(&mut rest).ok_or(ParseSentenceHeadError::Classes)?;
        if classes.known().count() == 0 {
            return Err(ParseSentenceHeadError::Classes);
        }
        let numbers = take_numbers(&mut rest, 2).ok_or(form)?;
        let language_model = take(&mut rest).ok_or(form)?;
        let intercepts = take_numbers(&mut rest, classes.count()).ok_or(form)?;
        let weights = take_numbers(&mut rest, classes.count() * SENTENCE_LENGTH).ok_or(form)?;
        let [weight, temperature] = *numbers.as_slice() else { return Err(form) };
        if !rest.is_empty() {
            return Err(form);
        }
        let is_in_range = |number: &f32| number.abs() <= LARGEST_NUMBER;
        let in_range = [weight, temperature].iter().all(|number| WEIGHTS.contains(number))
            && intercepts.iter().all(is_in_range)
            && weights.iter().all(is_in_range);
        if !in_range {
            return Err(ParseSentenceHeadError::Number);
        }
        Ok(Self {
            version,
            classes: classes.known(),
            weight,
            temperature,
            language_model,
            intercepts: classes.spread(&intercepts),
            weights: weights.chunks_exact(classes.count()).map(|row| classes.spread(row)).collect(),
        })
    }

    /// The file of this head.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(LAYOUT_VERSION.to_le_bytes());
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(self.classes.to_bytes());
        bytes.extend(self.weight.to_le_bytes());
        bytes.extend(self.temperature.to_le_bytes());
        bytes.extend(self.language_model);
        for number in std::iter::once(&self.intercepts)
            .chain(&self.weights)
            .flat_map(|row| self.classes.columns(row))
        {
            bytes.extend(number.to_le_bytes());
        }
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }

    /// Logarithm of the probability of each class; -∞ for one without weights.
    pub fn log_probabilities(&self, sentence: &Sentence) -> [f32; CLASSES] {
        let mut scores = self.intercepts.map(f64::from);
        for (weights, value) in self.weights.iter().zip(sentence) {
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += f64::from(*weight) * f64::from(*value);
            }
        }
        let probabilities = softmax(&self.classes.or_else(&scores, f64::NEG_INFINITY));
        let logarithms = probabilities.map(|one| one.max(f64::MIN_POSITIVE).ln() as f32);
        self.classes.or_else(&logarithms, f32::NEG_INFINITY)
    }

    /// The scores of a sentence, to be combined with those of the word model.
    pub fn scores(&self, sentence: &Sentence) -> SentenceScores {
        SentenceScores {
            version: self.version,
            log_probabilities: self.log_probabilities(sentence),
            weight: self.weight,
            temperature: self.temperature,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::classes::MAX_CLASSES_BYTES;
    use super::*;

    const NUMBERS_AT: usize = 12 + MAX_CLASSES_BYTES;

    fn head() -> SentenceHead {
        let weights = (0..SENTENCE_LENGTH)
            .map(|place| std::array::from_fn(|class| (place * 7 + class) as f32 / 1e3))
            .collect();
        SentenceHead {
            version: 3,
            classes: KnownClasses::ALL,
            weight: 0.5,
            temperature: 1.5,
            language_model: [7; CHECKSUM_BYTES],
            intercepts: [0.25; CLASSES],
            weights,
        }
    }

    fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.truncate(bytes.len() - CHECKSUM_BYTES);
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }

    #[test]
    fn a_file_gives_back_the_head() {
        let bytes = head().to_bytes();
        assert_eq!(SentenceHead::parse(&bytes), Ok(head()));
    }

    #[test]
    fn the_shipped_head_can_be_read() {
        let head = SentenceHead::parse(super::super::sentence_model::HEAD).unwrap();
        assert_eq!(head.to_bytes(), super::super::sentence_model::HEAD);
    }

    #[test]
    fn any_changed_or_missing_byte_is_noticed() {
        let bytes = head().to_bytes();
        for place in (0..80).chain((80..bytes.len()).step_by(97)) {
            let mut garbled = bytes.clone();
            garbled[place] ^= 0x11;
            let wanted = match place {
                0..8 => ParseSentenceHeadError::Form,
                8..10 => {
                    ParseSentenceHeadError::Layout(u16::from_le_bytes([garbled[8], garbled[9]]))
                }
                _ => ParseSentenceHeadError::Checksum,
            };
            assert_eq!(SentenceHead::parse(&garbled), Err(wanted), "byte {place}");
            assert!(SentenceHead::parse(&bytes[..place]).is_err(), "{place} bytes");
        }
        let longer = SentenceHead::parse(&[bytes, vec![0]].concat());
        assert_eq!(longer, Err(ParseSentenceHeadError::Checksum));
    }

    #[test]
    fn a_head_of_another_length_is_refused_even_with_a_right_checksum() {
        let bytes = head().to_bytes();
        for content in [bytes.len() - 36, bytes.len() - 31, bytes.len() - 28] {
            let mut other = bytes.clone();
            other.resize(content, 0);
            let checksum = Sha256::digest(&other);
            other.extend(checksum);
            assert_eq!(SentenceHead::parse(&other), Err(ParseSentenceHeadError::Form));
        }
    }

    #[test]
    fn a_category_that_the_file_does_not_name_has_no_score() {
        let without = SentenceHead { classes: KnownClasses::NONE.with(0).with(2), ..head() };
        let parsed = SentenceHead::parse(&without.to_bytes()).unwrap();
        let scores = parsed.log_probabilities(&[0.05; SENTENCE_LENGTH]);
        assert!(scores[0].is_finite() && scores[2].is_finite());
        assert_eq!(scores[1], f32::NEG_INFINITY);
        let none = SentenceHead { classes: KnownClasses::NONE, ..head() };
        assert_eq!(SentenceHead::parse(&none.to_bytes()), Err(ParseSentenceHeadError::Classes));
    }

    #[test]
    fn hostile_numbers_with_a_right_checksum_are_refused() {
        let bytes = head().to_bytes();
        for (index, place) in
            (NUMBERS_AT..NUMBERS_AT + 8).chain(NUMBERS_AT + 40..2_000).step_by(4).enumerate()
        {
            let number = [f32::NAN, f32::INFINITY, f32::MAX, -1e30][index % 4];
            let mut garbled = bytes.clone();
            garbled[place..place + 4].copy_from_slice(&number.to_le_bytes());
            let parsed = SentenceHead::parse(&with_checksum(garbled));
            assert_eq!(parsed, Err(ParseSentenceHeadError::Number), "byte {place}");
        }
    }

    #[test]
    fn a_vector_is_scored_by_its_weights() {
        let mut head = head();
        head.weights = vec![[0.0; CLASSES]; SENTENCE_LENGTH];
        head.weights[1][2] = 5.0;
        let mut sentence = [0.0; SENTENCE_LENGTH];
        sentence[1] = 1.0;
        let probabilities = head.log_probabilities(&sentence).map(f32::exp);
        let others = (CLASSES - 1) as f32;
        let wanted = 5.0_f32.exp() / (5.0_f32.exp() + others);
        assert!((probabilities[2] - wanted).abs() < 1e-5);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
