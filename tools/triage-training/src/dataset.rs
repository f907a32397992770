//! Reads data sets: folders of CSV files with a text and a category in each row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use copilot_core::ticket::Category;
use copilot_triage::category::normalise::words;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The column that holds the category in upper case; rows without one are left out.
const LABEL_COLUMN: &str = "cat";
/// Columns that make the text, the first set that a file has.
const TEXT_COLUMNS: [&[&str]; 3] = [&["text"], &["utterance"], &["title", "content"]];
/// A bigger file is no data set of this program.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// One text and what it is about.
#[derive(Debug, Clone)]
pub struct Row {
    /// The folder's name.
    pub source: String,
    /// As people wrote it.
    pub text: String,
    /// The place of its category in [`Category::ALL`].
    pub class: usize,
    /// Whether it says what its category means, rather than being from a source: such rows are
    /// always trained on and never judged.
    pub is_definition: bool,
}

/// Why data cannot be read.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// A folder or a file.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// What was to be read.
        path: PathBuf,
        /// Why it could not be.
        error: std::io::Error,
    },
    /// A row is no CSV.
    #[error("{path}: {error}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: csv::Error,
    },
    /// Longer than any data set here.
    #[error("{0} is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge(PathBuf),
    /// A label that no category has.
    #[error("{path}: no category is named {label:?}")]
    UnknownCategory {
        /// The file.
        path: PathBuf,
        /// What stands in the column of categories.
        label: String,
    },
    /// A folder without any labelled text.
    #[error("{0} holds no CSV file with a category and a text")]
    NothingThere(PathBuf),
}

/// Reads folders, and keeps at most `cap` texts of each source and category.
///
/// Texts of one source that are equal once normalised are kept once. Which texts are kept depends
/// on their SHA-256 alone, so that the same files give the same rows in the same order, and files
/// that are sorted do not favour what stands first.
pub fn read(folders: &[PathBuf], cap: usize) -> Result<Vec<Row>, DatasetError> {
    let mut rows = BTreeMap::new();
    for folder in folders {
        let source = source_name(folder);
        let mut found = Vec::new();
        for file in csv_files(folder)? {
            read_file(&file, &source, &mut found)?;
        }
        if found.is_empty() {
            return Err(DatasetError::NothingThere(folder.clone()));
        }
        for row in found {
            let normalised = normalised(&row.text);
            let order: [u8; 32] = Sha256::digest(normalised).into();
            rows.entry((order, source.clone())).or_insert(row);
        }
    }
    let mut kept: BTreeMap<(String, usize), usize> = BTreeMap::new();
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.retain(|row| {
        let count = kept.entry((row.source.clone(), row.class)).or_default();
        *count += 1;
        *count <= cap
    });
    Ok(rows)
}

/// Reads a folder of texts that say what the categories mean.
pub fn read_definitions(folder: &Path) -> Result<Vec<Row>, DatasetError> {
    let mut rows = read(&[folder.to_owned()], usize::MAX)?;
    for row in &mut rows {
        row.is_definition = true;
    }
    Ok(rows)
}

/// The sources of rows, in alphabetical order, without definitions.
pub fn sources<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<String> {
    let judged = rows.into_iter().filter(|row| !row.is_definition);
    let sources: BTreeSet<&String> = judged.map(|row| &row.source).collect();
    sources.into_iter().cloned().collect()
}

fn source_name(folder: &Path) -> String {
    folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}

fn normalised(text: &str) -> String {
    words(text).into_iter().map(|word| word.normalised).collect::<Vec<_>>().join(" ")
}

fn csv_files(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let unreadable = |error| DatasetError::Unreadable { path: folder.to_owned(), error };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path, source: &str, rows: &mut Vec<Row>) -> Result<(), DatasetError> {
    let csv_error = |error| DatasetError::Csv { path: path.to_owned(), error };
    let metadata = std::fs::metadata(path)
        .map_err(|error| DatasetError::Unreadable { path: path.to_owned(), error })?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(DatasetError::TooLarge(path.to_owned()));
    }
    let mut reader = csv::Reader::from_path(path).map_err(csv_error)?;
    let header = reader.headers().map_err(csv_error)?.clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let text_columns = TEXT_COLUMNS
        .iter()
        .find_map(|names| names.iter().map(|name| column(name)).collect::<Option<Vec<usize>>>());
    let (Some(label_column), Some(text_columns)) = (column(LABEL_COLUMN), text_columns) else {
        return Ok(());
    };
    for record in reader.records() {
        let record = record.map_err(csv_error)?;
        let label = record.get(label_column).unwrap_or_default();
        if label.is_empty() {
            continue;
        }
        let class = class_of(label).ok_or_else(|| DatasetError::UnknownCategory {
            path: path.to_owned(),
            label: label.to_owned(),
        })?;
        let mut parts: Vec<&str> =
            text_columns.iter().filter_map(|column| record.get(*column)).collect();
        parts.dedup();
        rows.push(Row {
            source: source.to_owned(),
            text: parts.join("\n"),
            class,
            is_definition: false,
        });
    }
    Ok(())
}

fn class_of(label: &str) -> Option<usize> {
    let label = label.to_ascii_lowercase();
    Category::ALL.iter().position(|known| known.name() == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (file, content) in files {
            std::fs::write(folder.join(file), content).unwrap();
        }
        folder
    }

    #[test]
    fn rows_are_read_once_and_capped() {
        let folder = folder(
            "rows",
            &[
                ("a.csv", "text,intent,cat\nWhere is it?,x,SHIPPING\nwhere is it,x,SHIPPING\n,,\n"),
                ("b.csv", "cat,title,content\nACCOUNT,\"Sign\nin\",fails\nACCOUNT,same,same\n"),
                ("counts.csv", "date,tickets\n2020-01-01,3\n"),
                ("README.md", "no data"),
            ],
        );
        let rows = read(std::slice::from_ref(&folder), 800).unwrap();
        let mut texts: Vec<(&str, usize)> =
            rows.iter().map(|row| (row.text.as_str(), row.class)).collect();
        texts.sort_unstable();
        assert_eq!(texts, [("Sign\nin\nfails", 3), ("Where is it?", 0), ("same", 3)]);
        assert_eq!(read(std::slice::from_ref(&folder), 1).unwrap().len(), 2);
        assert_eq!(sources(&rows).len(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_data_set_is_refused() {
        let unknown = folder("unknown", &[("a.csv", "text,cat\nhello,GREETING\n")]);
        assert!(matches!(
            read(std::slice::from_ref(&unknown), 1),
            Err(DatasetError::UnknownCategory { label, .. }) if label == "GREETING"
        ));
        let empty = folder("empty", &[]);
        assert!(matches!(
            read(std::slice::from_ref(&empty), 1),
            Err(DatasetError::NothingThere(_))
        ));
        std::fs::remove_dir_all(unknown).unwrap();
        std::fs::remove_dir_all(empty).unwrap();
    }
}
