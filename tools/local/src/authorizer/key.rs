//! The key that signs tokens, kept in the data folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jsonwebtoken::{DecodingKey, EncodingKey};
use uuid::Uuid;

use super::hmac_sha256;

/// The name of its file. A reset leaves it: tokens then go on to be valid.
const FILE_NAME: &str = "token-signing-key";
/// As long as the hash, the least that HS256 takes (RFC 7518, section 3.2).
const KEY_BYTES: usize = 32;
/// Only who runs the local stack may read it.
const FILE_MODE: u32 = 0o600;

/// A secret key for HS256.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    #[error("The key of tokens, {}, cannot be used: {source}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// It is of another length than a key.
    #[error("{} is no key of tokens. Remove it, and a new one is made.", .0.display())]
    NoKey(PathBuf),
    #[error("The system refuses random numbers for a key: {0}")]
    NoRandomness(getrandom::Error),
}

impl SigningKey {
    /// The key of the data folder; it is made when there is none. Several processes that do so at
    /// once get the same one.
    ///
    /// # Errors
    /// [`SigningKeyError`].
    pub fn open(data_dir: &Path) -> Result<Self, SigningKeyError> {
        let path = data_dir.join(FILE_NAME);
        let failed = |source| SigningKeyError::File { path: path.clone(), source };
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                getrandom::fill(&mut key).map_err(SigningKeyError::NoRandomness)?;
                create(&path, &key).and_then(|()| fs::read(&path)).map_err(failed)?
            }
            read => read.map_err(failed)?,
        };
        Self::from_bytes(&bytes).ok_or(SigningKeyError::NoKey(path))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        hmac_sha256::install();
        (bytes.len() == KEY_BYTES).then(|| Self(bytes.to_vec()))
    }

    pub(super) fn encoding(&self) -> EncodingKey {
        EncodingKey::from_secret(&self.0)
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_secret(&self.0)
    }
}

/// Puts the whole file there at once, unless another process has done so.
fn create(path: &Path, key: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("{FILE_NAME}.{}", Uuid::new_v4()));
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&unfinished)?;
    let linked = file.write_all(key).and_then(|()| fs::hard_link(&unfinished, path));
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("new");
        let keys: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let open = || SigningKey::open(&data_dir).unwrap().0;
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0] && key.len() == KEY_BYTES));
        assert!(keys[0].iter().any(|byte| *byte != 0));
        let names: Vec<_> =
            fs::read_dir(&data_dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME]);
        let mode = fs::metadata(data_dir.join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, FILE_MODE);

        let other = SigningKey::open(&folder.path().join("other")).unwrap();
        assert_ne!(other.0, keys[0]);
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "short").unwrap();
        let refused = SigningKey::open(folder.path());
        assert!(matches!(refused, Err(SigningKeyError::NoKey(_))));
    }
}
