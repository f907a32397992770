//! Secret keys in the data folder, drawn at random when they are first asked for.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// As long as SHA-256, the least that HS256 takes (RFC 7518, section 3.2).
pub const KEY_BYTES: usize = 32;
/// Only who runs the local stack may read it.
const FILE_MODE: u32 = 0o600;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("The key {} cannot be used: {source}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// It is of another length than a key.
    #[error("{} is no key. Remove it, and a new one is made.", .0.display())]
    NoKey(PathBuf),
    #[error("The system refuses random numbers for a key: {0}")]
    NoRandomness(getrandom::Error),
}

/// The key in the file `name` of the data folder; it is made when there is none. Several processes that
/// do so at once get the same one. A reset of the folder leaves it.
///
/// # Errors
/// [`KeyFileError`].
pub fn open(data_dir: &Path, name: &str) -> Result<[u8; KEY_BYTES], KeyFileError> {
    let path = data_dir.join(name);
    let failed = |source| KeyFileError::File { path: path.clone(), source };
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; KEY_BYTES];
            getrandom::fill(&mut key).map_err(KeyFileError::NoRandomness)?;
            create(&path, &key).and_then(|()| fs::read(&path)).map_err(failed)?
        }
        read => read.map_err(failed)?,
    };
    bytes.try_into().map_err(|_| KeyFileError::NoKey(path))
}

/// Puts the whole file there at once, unless another process has done so.
fn create(path: &Path, key: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("key.{}", Uuid::new_v4()));
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

    const NAME: &str = "some-key";

    #[test]
    fn a_key_is_made_once_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("new");
        let keys: Vec<[u8; KEY_BYTES]> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| open(&data_dir, NAME).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert!(keys[0].iter().any(|byte| *byte != 0));
        let names: Vec<_> =
            fs::read_dir(&data_dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [NAME]);
        let mode = fs::metadata(data_dir.join(NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, FILE_MODE);

        assert_ne!(open(&data_dir, "other-key").unwrap(), keys[0]);
        assert_ne!(open(&folder.path().join("other"), NAME).unwrap(), keys[0]);
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), "short").unwrap();
        let refused = open(folder.path(), NAME);
        assert!(matches!(refused, Err(KeyFileError::NoKey(_))));
    }
}
