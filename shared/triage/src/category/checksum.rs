//! The checksum in the files of models: SHA-256 of all the rest.

use sha2::{Digest, Sha256};

/// Bytes of a checksum.
pub(super) const CHECKSUM_BYTES: usize = 32;

/// The checksum of what stands before and after its place.
pub(super) fn checksum(bytes: &[u8], checksum_at: usize) -> [u8; CHECKSUM_BYTES] {
    let mut digest = Sha256::new();
    digest.update(bytes.get(..checksum_at).unwrap_or_default());
    digest.update(bytes.get(checksum_at + CHECKSUM_BYTES..).unwrap_or_default());
    digest.finalize().into()
}

/// The bytes with their checksum at its place.
pub(super) fn with_checksum(mut bytes: Vec<u8>, checksum_at: usize) -> Vec<u8> {
    let sum = checksum(&bytes, checksum_at);
    if let Some(place) = bytes.get_mut(checksum_at..checksum_at + CHECKSUM_BYTES) {
        place.copy_from_slice(&sum);
    }
    bytes
}
