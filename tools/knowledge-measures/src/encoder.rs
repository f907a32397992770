//! The sentence encoder, with what it has read before kept in a file: it is most of a measurement's time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use copilot_embedding::Sentences;
use copilot_knowledge::index::{Encoder, MEANING_LENGTH, Meaning};

use crate::data::MeasureError;

/// Reads texts, each once.
pub struct Reader {
    sentences: Option<Sentences>,
    kept: RefCell<HashMap<String, Meaning>>,
    file: Option<PathBuf>,
}

/// What stands before the numbers of each text in the file.
const LENGTH_BYTES: usize = 4;

impl Reader {
    /// None: words alone are compared.
    pub fn none() -> Self {
        Self { sentences: None, kept: RefCell::default(), file: None }
    }

    /// Loads the encoder. What it reads is kept in `file`, if there is one.
    ///
    /// # Errors
    /// [`MeasureError`].
    pub fn load(file: Option<PathBuf>) -> Result<Self, MeasureError> {
        let sentences = Sentences::load()?;
        let kept = file.as_deref().filter(|file| file.is_file()).map(fs::read).transpose()?;
        let kept = RefCell::new(parse(&kept.unwrap_or_default()));
        Ok(Self { sentences, kept, file })
    }

    /// Whose vectors they are; none without the language model.
    pub fn encoder(&self) -> Option<Encoder> {
        self.sentences.as_ref().map(Sentences::checksum)
    }

    /// What a text means; none without the language model.
    ///
    /// # Errors
    /// [`MeasureError`].
    pub fn meaning(&self, text: &str) -> Result<Option<Meaning>, MeasureError> {
        let Some(sentences) = &self.sentences else { return Ok(None) };
        if let Some(meaning) = self.kept.borrow().get(text) {
            return Ok(Some(meaning.clone()));
        }
        let meaning = Meaning::of(&sentences.sentence(text)?);
        self.kept.borrow_mut().insert(text.to_owned(), meaning.clone());
        Ok(Some(meaning))
    }

    /// Writes what was read.
    ///
    /// # Errors
    /// [`MeasureError`].
    pub fn keep(&self) -> Result<(), MeasureError> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut bytes = Vec::new();
        for (text, meaning) in self.kept.borrow().iter() {
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
            bytes.extend(meaning.numbers().iter().map(|number| number.cast_unsigned()));
        }
        Ok(fs::write(file, bytes)?)
    }
}

fn parse(bytes: &[u8]) -> HashMap<String, Meaning> {
    let mut kept = HashMap::new();
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH_BYTES>()
        && let Some((text, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize)
        && let Some((numbers, after)) = after.split_first_chunk::<MEANING_LENGTH>()
    {
        if let Ok(text) = std::str::from_utf8(text) {
            kept.insert(text.to_owned(), Meaning::restored(numbers.map(u8::cast_signed)));
        }
        rest = after;
    }
    kept
}
