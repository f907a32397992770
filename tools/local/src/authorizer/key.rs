//! The key that signs tokens, kept in the data folder.

use std::path::Path;

use jsonwebtoken::{DecodingKey, EncodingKey};

use super::hmac_sha256;
use crate::key_file::{self, KEY_BYTES, KeyFileError};

/// The name of its file. A reset leaves it: tokens then go on to be valid.
const FILE_NAME: &str = "token-signing-key";

/// A secret key for HS256.
#[derive(Clone)]
pub struct SigningKey([u8; KEY_BYTES]);

impl SigningKey {
    /// The key of the data folder; it is made when there is none.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn open(data_dir: &Path) -> Result<Self, KeyFileError> {
        key_file::open(data_dir, FILE_NAME).map(Self::from_bytes)
    }

    pub(super) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        hmac_sha256::install();
        Self(bytes)
    }

    pub(super) fn encoding(&self) -> EncodingKey {
        EncodingKey::from_secret(&self.0)
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_secret(&self.0)
    }
}
