//! The files that are written. None of another's is replaced unasked.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes at the beginning of a file that the mark of a report is looked for in.
const MARK_BYTES: u64 = 1024;
/// How the name of a file ends until it is complete.
const PART_ENDING: &str = ".part";

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} is there already; name another file, or replace it with --overwrite", path.display())]
    Exists { path: PathBuf },
    /// It would take the place of what is read or of what else is written.
    #[error("{} cannot be two files at once", path.display())]
    Same { path: PathBuf },
    /// A folder, a device, a pipe or a link: what stands there would be replaced or lead elsewhere.
    #[error("{} is no regular file; name another", path.display())]
    NotRegular { path: PathBuf },
    #[error("{} cannot be written: {source}", path.display())]
    System { path: PathBuf, source: io::Error },
}

/// The report's file beside `input`: `tickets.csv` has `tickets.triage-report.html` for the ending
/// `triage-report.html`.
pub fn report_beside(input: &Path, ending: &str) -> PathBuf {
    input.with_extension(ending)
}

/// Whether two paths name one file. One that is not there is known by its folder and name.
pub fn are_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
            Some(folder.join(path.file_name()?))
        })
    };
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// A file that appears under its name only once it is complete.
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    part: PathBuf,
    writer: BufWriter<File>,
    is_complete: bool,
}

impl PendingFile {
    /// Begins to write `path`. A file that is there stays unless `overwrite` says otherwise or it
    /// is an earlier report, which has the `mark` of this one near its beginning.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn create(path: &Path, overwrite: bool, mark: Option<&str>) -> Result<Self, FileError> {
        let system = |source| FileError::System { path: path.to_owned(), source };
        if let Ok(there) = fs::symlink_metadata(path) {
            if !there.is_file() {
                return Err(FileError::NotRegular { path: path.to_owned() });
            }
            let may_replace = overwrite || mark.is_some_and(|mark| is_marked(path, mark));
            if !may_replace {
                return Err(FileError::Exists { path: path.to_owned() });
            }
        }
        let mut part = path.as_os_str().to_owned();
        // No other run has this number, and what is there under this name is not ours to replace.
        part.push(format!(".{}{PART_ENDING}", std::process::id()));
        let part = PathBuf::from(part);
        let file = File::create_new(&part).map_err(system)?;
        let writer = BufWriter::new(file);
        Ok(Self { path: path.to_owned(), part, writer, is_complete: false })
    }

    /// The name that it will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `bytes` at the end.
    ///
    /// # Errors
    /// [`FileError::System`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.writer.write_all(bytes).map_err(|source| self.system(source))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`FileError::System`].
    pub fn complete(mut self) -> Result<(), FileError> {
        self.writer.flush().map_err(|source| self.system(source))?;
        fs::rename(&self.part, &self.path).map_err(|source| self.system(source))?;
        self.is_complete = true;
        Ok(())
    }

    fn system(&self, source: io::Error) -> FileError {
        FileError::System { path: self.path.clone(), source }
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.is_complete {
            // If it stays, its name says that it is a part.
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn is_marked(path: &Path, mark: &str) -> bool {
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MARK_BYTES).read_to_end(&mut beginning));
    read.is_ok() && String::from_utf8_lossy(&beginning).contains(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "a report of ours";

    fn write(path: &Path, overwrite: bool, replaces_report: bool) -> Result<(), FileError> {
        let mut file = PendingFile::create(path, overwrite, replaces_report.then_some(MARK))?;
        file.write(format!("<!-- {MARK} --> new").as_bytes())?;
        file.complete()
    }

    #[test]
    fn only_an_earlier_report_is_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        write(&path, false, true).unwrap();
        write(&path, false, true).unwrap();
        assert!(matches!(write(&path, false, false), Err(FileError::Exists { .. })));
        fs::write(&path, "mine").unwrap();
        assert!(matches!(write(&path, false, true), Err(FileError::Exists { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        write(&path, true, false).unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with("new"));
    }

    #[test]
    fn what_is_not_completed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output.jsonl");
        let mut file = PendingFile::create(&path, false, None).unwrap();
        file.write(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let nowhere = folder.path().join("none").join("output.jsonl");
        assert!(matches!(write(&nowhere, true, false), Err(FileError::System { .. })));
        assert!(matches!(write(folder.path(), true, false), Err(FileError::NotRegular { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        fs::write(folder.path().join("mine"), "mine").unwrap();
        std::os::unix::fs::symlink(folder.path().join("mine"), &link).unwrap();
        for path in [socket.as_path(), &link, Path::new("/dev/null"), Path::new("/dev/stdout")] {
            for overwrite in [true, false] {
                let refused = write(path, overwrite, true);
                assert!(matches!(refused, Err(FileError::NotRegular { .. })), "{path:?}");
            }
        }
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&link).unwrap(), "mine");
    }

    #[test]
    fn one_file_under_two_names_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "").unwrap();
        let around = folder.path().join("b").join("..").join("a.csv");
        fs::create_dir(folder.path().join("b")).unwrap();
        assert!(are_same(&path, &around));
        assert!(!are_same(&path, &folder.path().join("c.csv")));
        assert!(are_same(&folder.path().join("c"), &folder.path().join("b/../c")));
        let beside = report_beside(Path::new("x/a.b.csv"), "triage-report.html");
        assert_eq!(beside, Path::new("x/a.b.triage-report.html"));
    }
}
