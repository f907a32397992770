//! Bytes as they are stored: numbers little-endian, texts with their length before them, a checksum at the
//! end. What is read may be anybody's.

use sha2::{Digest, Sha256};

/// Bytes of the checksum: SHA-256 of all before.
pub const CHECKSUM_BYTES: usize = 32;

/// The bytes with their checksum.
pub fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes
}

/// What stands before the checksum, if that fits.
pub fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    (Sha256::digest(content).as_slice() == checksum).then_some(content)
}

/// Whether `bytes` have each of `parts` one after the other at their beginning.
pub fn begin<const N: usize>(bytes: &[u8], parts: [&[u8]; N]) -> [bool; N] {
    let mut rest = Some(bytes);
    parts.map(|part| {
        let taken = rest.and_then(|rest| rest.split_at_checked(part.len()));
        rest = taken.map(|(_, rest)| rest);
        taken.is_some_and(|(taken, _)| taken == part)
    })
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
    /// Begins to read.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

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

    /// The next text.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}
