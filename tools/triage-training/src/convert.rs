//! `convert`: a model's file of layout 1 as one of layout 2, which names its classes. Every weight stays
//! as it is.

use std::path::{Path, PathBuf};

use copilot_triage::category::{
    CategoryModel, ParseModelError, ParseSentenceHeadError, SentenceHead,
};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::train::{Unwritable, write};

/// The classes of layout 1, in the order of its numbers.
const CLASSES: [&str; 7] =
    ["shipping", "billing", "technical", "account", "refund", "order", "general"];
const MODEL: [u8; 8] = *b"CATMODEL";
const HEAD: [u8; 8] = *b"SENTHEAD";
/// Where the checksum of a model stands in layout 1.
const MODEL_CHECKSUM_AT: usize = 84;
const CHECKSUM_BYTES: usize = 32;

/// Arguments of `convert`.
#[derive(clap::Args)]
pub struct Arguments {
    /// A model's file or a head's file of layout 1
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Where to write it; may be the same
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Why nothing was converted.
#[derive(Debug, Error)]
pub enum ConvertError {
    /// The file that is to be converted.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is no file of layout 1.
    #[error("the file is no model and no head of layout 1, or it is damaged")]
    NotLayout1,
    /// What came of it is no model.
    #[error(transparent)]
    Model(#[from] ParseModelError),
    /// What came of it is no head.
    #[error(transparent)]
    Head(#[from] ParseSentenceHeadError),
    /// The file that was to be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
}

/// Converts one file.
pub fn run(arguments: &Arguments) -> Result<(), ConvertError> {
    let bytes = converted(&read(&arguments.input)?)?;
    write(&arguments.output, &bytes)?;
    println!("{}: {} bytes", arguments.output.display(), bytes.len());
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, ConvertError> {
    std::fs::read(path).map_err(|error| ConvertError::Unreadable { path: path.to_owned(), error })
}

fn converted(bytes: &[u8]) -> Result<Vec<u8>, ConvertError> {
    if bytes.starts_with(&MODEL) {
        let bytes = model(bytes).ok_or(ConvertError::NotLayout1)?;
        CategoryModel::parse(&bytes)?;
        Ok(bytes)
    } else {
        let bytes = head(bytes).ok_or(ConvertError::NotLayout1)?;
        SentenceHead::parse(&bytes)?;
        Ok(bytes)
    }
}

/// Layout 1 has its temperature at byte 16, then a review threshold that nobody read, then the numbers.
fn model(bytes: &[u8]) -> Option<Vec<u8>> {
    let (header, rest) = bytes.split_at_checked(MODEL_CHECKSUM_AT)?;
    let (checksum, table) = rest.split_at_checked(CHECKSUM_BYTES)?;
    let version = version(header, MODEL, checksum, &[header, table])?;
    let (temperature, numbers) = (header.get(16..20)?, header.get(24..)?);
    let bits = u16::from(*header.get(12)?).to_le_bytes();
    let begin = [&MODEL, 2_u16.to_le_bytes().as_slice(), version, &bits, &classes()].concat();
    let header = [begin.as_slice(), temperature, numbers].concat();
    let sum = Sha256::new().chain_update(&header).chain_update(table).finalize();
    Some([header.as_slice(), sum.as_slice(), table].concat())
}

fn head(bytes: &[u8]) -> Option<Vec<u8>> {
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    let version = version(content, HEAD, checksum, &[content])?;
    let begin = [&HEAD, 2_u16.to_le_bytes().as_slice(), version, &classes()].concat();
    let content = [begin.as_slice(), content.get(12..)?].concat();
    let sum = Sha256::digest(&content);
    Some([content.as_slice(), sum.as_slice()].concat())
}

/// The version of a model that is in layout 1 and undamaged.
fn version<'a>(
    header: &'a [u8],
    magic: [u8; 8],
    checksum: &[u8],
    content: &[&[u8]],
) -> Option<&'a [u8]> {
    let sum = content.iter().fold(Sha256::new(), |sum, part| sum.chain_update(part)).finalize();
    let begin = [magic.as_slice(), &1_u16.to_le_bytes()].concat();
    let is_layout_1 = header.starts_with(&begin) && sum.as_slice() == checksum;
    header.get(10..12).filter(|_| is_layout_1)
}

fn classes() -> Vec<u8> {
    let names: String = CLASSES.iter().flat_map(|name| [name, "\n"]).collect();
    let counts = [CLASSES.len() as u16, names.len() as u16].map(u16::to_le_bytes);
    [counts.concat(), names.into_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use copilot_triage::category::KnownClasses;

    use super::*;

    /// A head of layout 1 with some numbers.
    fn head_of_layout_1() -> Vec<u8> {
        let mut bytes = [HEAD.as_slice(), &[1, 0, 9, 0]].concat();
        for number in [0.5_f32, 1.5] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend([7; 32]);
        for place in 0..7 * (1 + copilot_embedding::SENTENCE_LENGTH) {
            bytes.extend((place as f32 / 1e4).to_le_bytes());
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        bytes
    }

    #[test]
    fn a_head_keeps_its_numbers() {
        let before = head_of_layout_1();
        let after = SentenceHead::parse(&converted(&before).unwrap()).unwrap();
        assert_eq!((after.version, after.weight, after.temperature), (9, 0.5, 1.5));
        assert_eq!(after.classes, KnownClasses::ALL);
        assert_eq!(after.intercepts[6], 6e-4);
        assert_eq!(after.weights[1], std::array::from_fn(|class| (14 + class) as f32 / 1e4));
    }

    /// As layout 1 had it, from a file of layout 2.
    fn model_of_layout_1(bytes: &[u8]) -> Vec<u8> {
        let numbers_at = 14 + classes().len();
        let (header, rest) = bytes.split_at(numbers_at + 8 + 56);
        let table = &rest[CHECKSUM_BYTES..];
        let numbers = &header[numbers_at..];
        let header = [
            MODEL.as_slice(),
            &[1, 0],
            &header[10..12],
            &[16, 7, 0, 0],
            &numbers[..4],
            &0.9_f32.to_le_bytes(),
            &numbers[4..],
        ]
        .concat();
        let sum = Sha256::new().chain_update(&header).chain_update(table).finalize();
        [header.as_slice(), &sum, table].concat()
    }

    #[test]
    fn a_model_keeps_its_numbers() {
        let shipped = CategoryModel::embedded().unwrap().to_bytes();
        let before = model_of_layout_1(&shipped);
        assert_eq!(before.len(), 524_404);
        assert_eq!(converted(&before).unwrap(), shipped);
    }

    #[test]
    fn other_bytes_are_refused() {
        let head = head_of_layout_1();
        let mut damaged = head.clone();
        damaged[100] ^= 1;
        let twice = converted(&head).unwrap();
        for bytes in [b"".as_slice(), b"CATMODEL", &head[1..], &damaged, &twice] {
            assert!(matches!(converted(bytes), Err(ConvertError::NotLayout1)));
        }
    }
}
