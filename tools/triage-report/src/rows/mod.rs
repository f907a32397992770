//! The rows of a file, one after the other. Never more than one is held.

mod comma_separated;
mod json_lines;
mod row;

use std::fs::File;
use std::io;

use crate::arguments::Format;
use crate::columns::{ColumnError, Columns, NamedColumns};
pub use row::{Created, Row, RowFault, RowFaultKind};

use comma_separated::CommaSeparatedRows;
use json_lines::JsonLinesRows;

/// Longest row, in bytes. A ticket's text has at most 32,000 characters; the rest is room for other
/// columns. A quote that is never closed makes one row of all that follows, and must not fill the
/// memory.
const ROW_BYTES_MAXIMUM: usize = 4 * 1024 * 1024;

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadRow {
    /// With a text.
    Row(Box<Row>),
    /// Without a text: there is nothing to suggest for.
    Blank,
    /// One that cannot be read.
    Unreadable(RowFault),
}

/// Why a file cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("cannot be read: {0}")]
    System(#[from] io::Error),
    #[error(transparent)]
    Columns(#[from] ColumnError),
    #[error(
        "has a row of more than {} bytes from line {line} on; a quote may not be closed there",
        ROW_BYTES_MAXIMUM
    )]
    EndlessRow {
        /// The line where it begins, counted from 1.
        line: u64,
    },
}

/// The rows of a file.
#[derive(Debug)]
pub struct Rows {
    form: Form,
    columns: Columns,
}

#[derive(Debug)]
enum Form {
    CommaSeparated(CommaSeparatedRows<File>),
    JsonLines(JsonLinesRows<File>),
}

impl Rows {
    /// Begins to read. `open` opens the file: its beginning is looked at first.
    /// With `keeps_originals` each row comes with all its columns.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(
        open: impl Fn() -> io::Result<File>,
        format: Format,
        named: &NamedColumns,
        keeps_originals: bool,
    ) -> Result<Self, ReadError> {
        let (names, form) = match format {
            Format::Csv => {
                let delimiter = comma_separated::delimiter(open()?)?;
                let mut rows = CommaSeparatedRows::new(open()?, delimiter, keeps_originals);
                (rows.headings()?, Form::CommaSeparated(rows))
            }
            Format::Jsonl => {
                let names = json_lines::names(open()?)?;
                (names, Form::JsonLines(JsonLinesRows::new(open()?, keeps_originals)))
            }
        };
        Ok(Self { form, columns: Columns::choose(names, named)? })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        match &self.form {
            Form::CommaSeparated(rows) => rows.position(),
            Form::JsonLines(rows) => rows.position(),
        }
    }

    /// The next row, or `None` at the end.
    ///
    /// # Errors
    /// [`ReadError`]; then there is no further row.
    pub fn next(&mut self) -> Result<Option<ReadRow>, ReadError> {
        match &mut self.form {
            Form::CommaSeparated(rows) => rows.next(&self.columns),
            Form::JsonLines(rows) => rows.next(&self.columns),
        }
    }
}
