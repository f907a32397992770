//! The files in the data folder: whether they are whole, and that nobody else reads them.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::StackError;
use super::service::BackingService;
use crate::access::ACCESS_KEY_FILE;

/// Only their owner may read and write them. SQLite gives the files that it makes beside one of its
/// own the same mode.
const FILE_MODE: u32 = 0o600;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "{what} in {} cannot be used: {why}. Move the file away to keep it, or start with --reset to \
     forget all tickets and messages.",
    path.display()
)]
pub struct DamagedFile {
    what: &'static str,
    path: PathBuf,
    why: Damage,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("it is no file")]
    NoFile,
    #[error("it is empty although the other data are there")]
    Empty,
    /// In SQLite's words, which name no content.
    #[error("it is damaged ({0})")]
    Damaged(String),
    #[error("{0}")]
    Unreadable(#[from] rusqlite::Error),
}

/// Refuses a folder in which a file was damaged, cut or emptied: what is left of it would answer some
/// requests and fail others.
pub(super) fn check(data_dir: &Path) -> Result<(), StackError> {
    for service in BackingService::ALL {
        let path = data_dir.join(service.file());
        let others_are_there = BackingService::ALL
            .iter()
            .filter(|other| **other != service)
            .any(|other| length(&data_dir.join(other.file())).is_some_and(|bytes| bytes > 0));
        check_file(&path, others_are_there).map_err(|why| {
            let what = match service {
                BackingService::DynamoDb => "The tickets",
                BackingService::Sqs => "The messages",
            };
            StackError::DamagedFile(DamagedFile { what, path, why })
        })?;
    }
    Ok(())
}

fn check_file(path: &Path, others_are_there: bool) -> Result<(), Damage> {
    if path.exists() && !path.is_file() {
        return Err(Damage::NoFile);
    }
    match length(path) {
        None => return Ok(()),
        // One that was never written to is no loss.
        Some(0) if others_are_there => return Err(Damage::Empty),
        Some(_) => {}
    }
    let database = Connection::open(path)?;
    let verdict: String = database.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(Damage::Damaged(verdict)) }
}

fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|metadata| metadata.len())
}

/// Takes the files from all but their owner. One that is gone meanwhile needs nothing.
pub(super) fn make_private(data_dir: &Path) {
    let Ok(entries) = fs::read_dir(data_dir) else { return };
    for entry in entries.flatten() {
        if BackingService::has_file(&entry.file_name()) {
            let _ = fs::set_permissions(entry.path(), fs::Permissions::from_mode(FILE_MODE));
        }
    }
}

/// Puts the access key of this run where other programs of the same person find it.
pub(super) fn keep_access_key(data_dir: &Path, key: &str) -> Result<(), StackError> {
    let path = data_dir.join(ACCESS_KEY_FILE);
    // The key of an earlier run may not be replaced in place: its file may be anybody's to read.
    let _ = fs::remove_file(&path);
    let file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&path);
    file.and_then(|mut file| writeln!(file, "{key}"))
        .map_err(|source| StackError::DataFolder { path: path.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with both files, of some pages each.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for service in BackingService::ALL {
            let database = Connection::open(folder.path().join(service.file())).unwrap();
            database.execute_batch("CREATE TABLE t (a TEXT PRIMARY KEY, b BLOB)").unwrap();
            for number in 0..200 {
                let row = (number.to_string(), vec![7_u8; 500]);
                database.execute("INSERT INTO t VALUES (?, ?)", row).unwrap();
            }
        }
        folder
    }

    fn refusal(damage: impl FnOnce(&Path)) -> Option<String> {
        let folder = folder();
        damage(folder.path());
        check(folder.path()).err().map(|error| error.to_string())
    }

    #[test]
    fn a_whole_folder_and_a_new_one_are_taken() {
        assert_eq!(refusal(|_| {}), None);
        assert_eq!(refusal(|path| fs::remove_file(path.join("sqs.sqlite")).unwrap()), None);
        assert!(check(tempfile::tempdir().unwrap().path()).is_ok());
        // A stack that was killed as it made its first file.
        let new = tempfile::tempdir().unwrap();
        fs::write(new.path().join("dynamodb.sqlite"), "").unwrap();
        assert!(check(new.path()).is_ok());
    }

    #[test]
    fn each_damage_is_told_with_the_file_and_the_remedy() {
        for name in ["dynamodb.sqlite", "sqs.sqlite"] {
            let edit = |edit: fn(&mut Vec<u8>)| {
                refusal(|path| {
                    let path = path.join(name);
                    let mut bytes = fs::read(&path).unwrap();
                    edit(&mut bytes);
                    fs::write(&path, bytes).unwrap();
                })
            };
            let damages = [
                edit(Vec::clear),
                edit(|bytes| bytes.truncate(bytes.len() / 2)),
                edit(|bytes| bytes.truncate(10_000)),
                edit(|bytes| bytes[..100].fill(0xA5)),
                edit(|bytes| bytes.iter_mut().skip(8_192).for_each(|byte| *byte ^= 0x5A)),
                edit(|bytes| *bytes = b"no database at all, but a text".to_vec()),
                refusal(|path| {
                    fs::remove_file(path.join(name)).unwrap();
                    fs::create_dir(path.join(name)).unwrap();
                }),
            ];
            for (number, sentence) in damages.into_iter().enumerate() {
                let sentence = sentence.unwrap_or_else(|| panic!("{name} {number} was taken"));
                assert!(sentence.contains(name) && sentence.contains("--reset"), "{sentence}");
            }
        }
    }
}
