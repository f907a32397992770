//! How large what is deployed is.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// What is packed for Lambda.
pub enum Deployed {
    Program(PathBuf),
    /// A program in Python and the environment with the packages that it needs.
    Python {
        program: PathBuf,
        /// The folder of the environment.
        environment: PathBuf,
    },
}

/// What Lambda's runtime for Python brings along or nobody deploys.
const NOT_DEPLOYED: [&str; 9] = [
    "__pycache__",
    "_distutils_hack",
    "awslambdaric",
    "boto3",
    "botocore",
    "pip",
    "pkg_resources",
    "s3transfer",
    "setuptools",
];
/// What a ZIP file holds of each file besides its name, which it holds twice (APPNOTE.TXT, 4.3.7
/// and 4.3.12).
const ZIP_ENTRY_BYTES: u64 = 30 + 46;
/// What a ZIP file ends with (APPNOTE.TXT, 4.3.16).
const ZIP_END_BYTES: u64 = 22;

/// Sizes in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Of the files.
    pub files: u64,
    /// Of the ZIP file with them, deflated at level 9.
    pub zip: u64,
}

/// Why there is no size.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct SizeError {
    path: PathBuf,
    source: io::Error,
}

/// The size of what is deployed.
///
/// # Errors
/// A file cannot be read.
pub fn of(deployed: &Deployed) -> Result<Size, SizeError> {
    let mut size = Size { files: 0, zip: ZIP_END_BYTES };
    match deployed {
        Deployed::Program(program) => size.add(program)?,
        Deployed::Python { program, environment } => {
            size.add(program)?;
            let libraries = environment.join("lib");
            for version in entries(&libraries)? {
                size.add_folder(&version.join("site-packages"))?;
            }
        }
    }
    Ok(size)
}

impl Size {
    fn add_folder(&mut self, folder: &Path) -> Result<(), SizeError> {
        for path in entries(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // The data of a package stand beside it: `boto3-1.2.3.dist-info`.
            let package = name.split('-').next().unwrap_or_default();
            if NOT_DEPLOYED.contains(&package) {
                continue;
            }
            if path.is_dir() {
                self.add_folder(&path)?;
            } else {
                self.add(&path)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path) -> Result<(), SizeError> {
        let failed = |source| SizeError { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let mut encoder = DeflateEncoder::new(Count(0), Compression::best());
        self.files += io::copy(&mut file, &mut encoder).map_err(failed)?;
        let Count(deflated) = encoder.finish().map_err(failed)?;
        let name = path.file_name().unwrap_or_default().len();
        let name = u64::try_from(name).unwrap_or(u64::MAX);
        self.zip += deflated + ZIP_ENTRY_BYTES + 2 * name;
        Ok(())
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, SizeError> {
    let failed = |source| SizeError { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

/// Counts what is written.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_zeros_is_small_in_a_zip_file() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bootstrap");
        std::fs::write(&program, vec![0; 1_000_000]).unwrap();
        let size = of(&Deployed::Program(program)).unwrap();
        assert_eq!(size.files, 1_000_000);
        assert!((100..5_000).contains(&size.zip), "{size:?}");
    }

    #[test]
    fn what_the_runtime_brings_along_is_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        let packages = folder.path().join("lib/python3.13/site-packages");
        for package in ["boto3", "boto3-1.2.3.dist-info", "pydantic"] {
            std::fs::create_dir_all(packages.join(package)).unwrap();
            std::fs::write(packages.join(package).join("file.py"), "0123456789").unwrap();
        }
        let program = folder.path().join("program.py");
        std::fs::write(&program, "0").unwrap();
        let environment = folder.path().to_owned();
        assert_eq!(of(&Deployed::Python { program, environment }).unwrap().files, 11);
    }
}
