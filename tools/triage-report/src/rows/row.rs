//! One row, as the product would hold its ticket.

use std::fmt;

use chrono::{DateTime, Utc};
use copilot_core::limits;
use copilot_core::ticket::{Description, Subject};

use super::ReadRow;
use crate::columns::Columns;
use crate::created;

/// A ticket of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line where it begins, counted from 1.
    pub line: u64,
    /// Its subject, cut as the product cuts; may be empty.
    pub subject: String,
    /// Its text, cut as the product cuts; may be empty.
    pub description: String,
    /// Whether one of them was cut.
    pub was_cut: bool,
    pub created: Created,
    /// The label that people chose; nothing where the row has none.
    pub label: Option<String>,
    /// All its columns as a JSON object, if they are to be kept.
    pub original: Option<String>,
}

/// When a ticket was created, as far as the file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Then.
    At(DateTime<Utc>),
    /// The file does not say.
    Unsaid,
    /// The file says it in a form that is not known.
    Unreadable,
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The line where it begins, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub kind: RowFaultKind,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFaultKind {
    /// It has more or fewer fields than there are headings.
    #[error("has {found} fields where the headings are {expected}")]
    FieldCount {
        /// As many as there are headings.
        expected: usize,
        /// As many as it has.
        found: usize,
    },
    #[error("is not text in UTF-8")]
    NotUtf8,
    #[error("is not JSON")]
    NotJson,
    #[error("is no JSON object")]
    NotAnObject,
    /// A list or an object where a text belongs.
    #[error("has no text in {column:?}")]
    NotAText {
        /// The column, fit to be shown.
        column: String,
    },
    #[error("has more than {limit} bytes")]
    TooLong {
        /// The most that it may have.
        limit: usize,
    },
}

impl fmt::Display for RowFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {} {}", self.line, self.kind)
    }
}

/// What a file says of a ticket.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    pub subject: Option<&'a str>,
    pub text: Option<&'a str>,
    pub label: Option<&'a str>,
    pub created: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// Takes the field at each place that `columns` names.
    pub fn read<E>(
        columns: &Columns,
        mut field: impl FnMut(usize) -> Result<Option<&'a str>, E>,
    ) -> Result<Self, E> {
        let mut at = |place: Option<usize>| place.map_or(Ok(None), &mut field);
        Ok(Self {
            subject: at(columns.subject)?,
            text: at(columns.text)?,
            label: at(columns.label)?,
            created: at(columns.created)?,
        })
    }

    /// The row; blank without a subject and a text.
    pub fn row(self, line: u64, original: impl FnOnce() -> Option<String>) -> ReadRow {
        let subject = self.subject.and_then(|text| Subject::fit(text).ok());
        let description = self.text.and_then(|text| Description::fit(text).ok());
        if subject.is_none() && description.is_none() {
            return ReadRow::Blank;
        }
        let was_cut = exceeds(self.subject, limits::SUBJECT_CHARACTERS)
            || exceeds(self.text, limits::DESCRIPTION_CHARACTERS);
        let created = match self.created.map(str::trim) {
            None | Some("") => Created::Unsaid,
            Some(text) => created::parse(text).map_or(Created::Unreadable, Created::At),
        };
        let label = self.label.map(str::trim).filter(|label| !label.is_empty());
        ReadRow::Row(Box::new(Row {
            line,
            subject: subject.map(|subject| subject.as_str().to_owned()).unwrap_or_default(),
            description: description.map(|text| text.as_str().to_owned()).unwrap_or_default(),
            was_cut,
            created,
            label: label.map(str::to_owned),
            original: original(),
        }))
    }
}

fn exceeds(text: Option<&str>, limit: usize) -> bool {
    text.is_some_and(|text| text.trim().chars().nth(limit).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: Fields<'_>) -> Row {
        match fields.row(7, || None) {
            ReadRow::Row(row) => *row,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_are_cut_as_the_product_cuts_them() {
        let long = "x".repeat(limits::DESCRIPTION_CHARACTERS + 1);
        let cut = row(Fields { text: Some(&long), ..Fields::default() });
        assert!(cut.was_cut);
        assert_eq!(cut.description.chars().count(), limits::DESCRIPTION_CHARACTERS);
        let whole = format!(" {} ", &long[1..]);
        assert!(!row(Fields { text: Some(&whole), ..Fields::default() }).was_cut);
        let subject = row(Fields { subject: Some("Late\u{0}\nparcel"), ..Fields::default() });
        assert_eq!((subject.subject.as_str(), subject.was_cut), ("Late  parcel", false));
    }

    #[test]
    fn without_a_text_a_row_is_blank() {
        let fields = Fields { subject: Some(" "), text: Some("\n\u{0}"), ..Fields::default() };
        assert_eq!(fields.row(1, || None), ReadRow::Blank);
        assert_eq!(Fields::default().row(1, || None), ReadRow::Blank);
    }

    #[test]
    fn label_and_time_may_be_missing_or_unreadable() {
        let with = |label, created| {
            let row = row(Fields { text: Some("x"), label, created, ..Fields::default() });
            (row.label, row.created)
        };
        assert_eq!(with(None, None), (None, Created::Unsaid));
        assert_eq!(with(Some(" "), Some(" ")), (None, Created::Unsaid));
        let (label, created) = with(Some(" Billing "), Some("03/11/2024"));
        assert_eq!((label.as_deref(), created), (Some("Billing"), Created::Unreadable));
        assert!(matches!(with(None, Some("2024-11-03")).1, Created::At(_)));
    }
}
