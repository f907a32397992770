//! The rows of a file, one after the other. Never more than one is held.

mod comma_layout;
mod comma_separated;
mod json;
mod json_list;
mod json_values;
mod lines;
mod row;

use std::fs::File;
use std::io;

use crate::columns::{ColumnError, Columns, NamedColumns, Needs};
use crate::created::{DateOrder, DateOrderEvidence};
use crate::encoding::DecodedText;
use crate::input::Format;
pub use row::{Created, Row, RowFault, RowFaultKind};

use comma_separated::CommaSeparatedRows;
use json::JsonRows;

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
    /// What the first rows are cannot be told: they are too long.
    #[error(
        "has nothing but rows of more than {} bytes at its beginning, the first on line {line}; if its rows are not on lines of their own, save it so",
        ROW_BYTES_MAXIMUM
    )]
    OnlyLongRows {
        /// The line of the first, counted from 1.
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
    CommaSeparated(CommaSeparatedRows<DecodedText<File>>),
    Json(JsonRows<DecodedText<File>>),
}

impl Rows {
    /// Begins to read. `open` opens the file: it is looked at first, for its columns and for the
    /// order of the numbers in its dates. With `keeps_originals` each row comes with all its columns.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(
        open: impl Fn() -> io::Result<DecodedText<File>>,
        format: Format,
        named: &NamedColumns,
        keeps_originals: bool,
    ) -> Result<Self, ReadError> {
        let (names, form) = Form::open(&open, format, keeps_originals)?;
        let mut columns = Columns::choose(names, named)?;
        if columns.created.is_some() {
            let (_, dates) = Form::open(&open, format, false)?;
            columns.date_order = date_order(dates, &columns);
        }
        Ok(Self { form, columns })
    }

    /// The columns of the file.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        match &self.form {
            Form::CommaSeparated(rows) => rows.position(),
            Form::Json(rows) => rows.position(),
        }
    }

    /// The next row, or `None` at the end.
    ///
    /// # Errors
    /// [`ReadError`]; then there is no further row.
    pub fn next_row(&mut self) -> Result<Option<ReadRow>, ReadError> {
        self.form.next(&self.columns)
    }
}

impl Form {
    /// Begins to read, and says what the columns are called.
    fn open(
        open: &impl Fn() -> io::Result<DecodedText<File>>,
        format: Format,
        keeps_originals: bool,
    ) -> Result<(Vec<String>, Self), ReadError> {
        match format {
            Format::Csv => {
                let layout = comma_layout::Layout::of(open()?)?;
                let mut rows = CommaSeparatedRows::new(open()?, layout, keeps_originals)?;
                Ok((rows.headings()?, Self::CommaSeparated(rows)))
            }
            Format::Jsonl => {
                let layout = json::Layout::of(open()?)?;
                let names = json::names(open()?, layout)?;
                Ok((names, Self::Json(JsonRows::new(open()?, layout, keeps_originals))))
            }
        }
    }

    fn next(&mut self, columns: &Columns) -> Result<Option<ReadRow>, ReadError> {
        match self {
            Self::CommaSeparated(rows) => rows.next(columns),
            Self::Json(rows) => rows.next(columns),
        }
    }
}

/// The order of the numbers in the dates of a file, from all its rows.
fn date_order(mut rows: Form, columns: &Columns) -> DateOrder {
    // The time of creation is read as if it were the text.
    let dates = Columns {
        needs: Needs::Text,
        id: None,
        text: columns.created,
        subject: None,
        label: None,
        created: None,
        ..columns.clone()
    };
    let mut evidence = DateOrderEvidence::default();
    // What cannot be read is said when the rows are read.
    while let Ok(Some(row)) = rows.next(&dates) {
        if let ReadRow::Row(row) = row {
            evidence.add(&row.description);
        }
    }
    evidence.order()
}
