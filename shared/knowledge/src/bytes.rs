//! Bytes as they are stored: a mark of what they are and two versions, numbers little-endian, texts with
//! their length before them, a checksum at the end. What is read may be anybody's.

use sha2::{Digest, Sha256};

use crate::index::{Encoder, MEANING_LENGTH, Meaning, RECIPE};

/// Bytes of the checksum: SHA-256 of all before.
pub const CHECKSUM_BYTES: usize = 32;

/// The bytes with their checksum.
pub fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// Why stored bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    /// They have another mark.
    Mark,
    /// They have another form, or were made by another recipe.
    Version,
    /// They were cut off or changed.
    Checksum,
}

/// What stored bytes begin with: what they are, the version of their form, and the recipe.
pub fn begun(mark: [u8; 4], form: u16) -> Vec<u8> {
    [mark.as_slice(), &form.to_le_bytes(), &RECIPE.to_le_bytes()].concat()
}

/// What stands between that beginning and the checksum.
pub fn opened(bytes: &[u8], mark: [u8; 4], form: u16) -> Result<Reader<'_>, NotOpened> {
    if !bytes.starts_with(&mark) {
        return Err(NotOpened::Mark);
    }
    let beginning = begun(mark, form);
    if !bytes.starts_with(&beginning) {
        return Err(NotOpened::Version);
    }
    let (content, checksum) =
        bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(NotOpened::Checksum)?;
    if Sha256::digest(content).as_slice() != checksum {
        return Err(NotOpened::Checksum);
    }
    Ok(Reader { rest: content.get(beginning.len()..).unwrap_or_default() })
}

/// Writes whose meanings follow, if any do.
pub fn write_encoder(bytes: &mut Vec<u8>, encoder: Option<Encoder>) {
    bytes.push(u8::from(encoder.is_some()));
    bytes.extend(encoder.iter().flatten());
}

/// Writes a meaning.
pub fn write_meaning(bytes: &mut Vec<u8>, meaning: &Meaning) {
    bytes.extend(meaning.numbers().iter().map(|number| number.cast_unsigned()));
}

/// Writes a number.
pub fn write_number(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// Writes a count; the limits keep them far below 2^32.
pub fn write_count(bytes: &mut Vec<u8>, count: usize) {
    write_number(bytes, u32::try_from(count).unwrap_or(u32::MAX));
}

/// Writes a text.
pub fn write_text(bytes: &mut Vec<u8>, text: &str) {
    write_count(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

/// Reads bytes. Whatever is not there is none.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Whether none is left.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next bytes.
    pub fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    /// The next number.
    pub fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// A count of things of which each has at least `bytes`: more than there can be is none.
    pub fn count(&mut self, bytes: usize) -> Option<usize> {
        let count = self.number()? as usize;
        (count.checked_mul(bytes)? <= self.rest.len()).then_some(count)
    }

    /// Yes or no.
    pub fn flag(&mut self) -> Option<bool> {
        match self.take::<1>()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    /// Whose meanings follow; the inner none where none do.
    pub fn encoder(&mut self) -> Option<Option<Encoder>> {
        Some(if self.flag()? { Some(self.take()?) } else { None })
    }

    /// The next meaning.
    pub fn meaning(&mut self) -> Option<Meaning> {
        Some(Meaning::restored(self.take::<MEANING_LENGTH>()?.map(u8::cast_signed)))
    }

    /// The next text.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}
