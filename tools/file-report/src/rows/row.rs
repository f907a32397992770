//! One row, as the product would hold its ticket.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use copilot_channels::html;
use copilot_core::limits;
use copilot_core::ticket::{Description, Subject};

use super::ReadRow;
use crate::columns::{Columns, Needs};
use crate::created::{self, DateOrder, UnreadTime};

/// Entities that programs write for characters of plain text.
const ENTITIES: [&str; 6] = ["amp", "lt", "gt", "quot", "apos", "nbsp"];
/// Longest entity that is looked for, in bytes.
const ENTITY_BYTES: usize = 10;

/// A ticket of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line where it begins, counted from 1.
    pub line: u64,
    /// What tells it from other tickets, where only times are needed.
    pub id: Option<String>,
    /// Its subject, cut as the product cuts; may be empty.
    pub subject: String,
    /// Its text, cut as the product cuts; may be empty.
    pub description: String,
    /// Whether one of them was cut.
    pub was_cut: bool,
    /// Whether it has fewer values than the file has headings.
    pub is_short: bool,
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
    /// The file says it in numbers that may be two days.
    Ambiguous,
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
    /// It has more fields than there are headings.
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

/// What a value is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Words, all of which count.
    Words,
    /// One thing, such as a label.
    One,
}

/// What a file says of a ticket.
#[derive(Debug, Default)]
pub struct Fields<'a> {
    pub needs: Needs,
    pub id: Option<Cow<'a, str>>,
    pub subject: Option<Cow<'a, str>>,
    pub text: Option<Cow<'a, str>>,
    pub label: Option<Cow<'a, str>>,
    pub created: Option<Cow<'a, str>>,
    pub date_order: DateOrder,
    pub is_short: bool,
}

impl<'a> Fields<'a> {
    /// Takes the field at each place that `columns` names.
    pub fn read(columns: &Columns, field: impl Fn(usize, Meaning) -> Option<Cow<'a, str>>) -> Self {
        let at = |place: Option<usize>, meaning| field(place?, meaning);
        // Where only times are needed, long texts need not be read.
        let words = |place: Option<usize>| match columns.needs {
            Needs::Text | Needs::Question => at(place, Meaning::Words),
            Needs::Created => None,
        };
        Self {
            needs: columns.needs,
            id: at(columns.id, Meaning::One),
            subject: words(columns.subject),
            text: words(columns.text),
            label: at(columns.label, Meaning::One),
            created: at(columns.created, Meaning::One),
            date_order: columns.date_order,
            is_short: false,
        }
    }

    /// The row; blank without a subject and a text. HTML becomes words, as in the webhooks.
    pub fn row(self, line: u64, original: impl FnOnce() -> Option<String>) -> ReadRow {
        let Self { needs, id, subject, text, label, created, date_order, is_short } = self;
        let subject = subject.as_deref().map(readable_words);
        let text = text.as_deref().map(readable_words);
        let fitted_subject = subject.as_deref().and_then(|text| Subject::fit(text).ok());
        let description = text.as_deref().and_then(|text| Description::fit(text).ok());
        if needs != Needs::Created && fitted_subject.is_none() && description.is_none() {
            return ReadRow::Blank;
        }
        let was_cut = exceeds(subject.as_deref(), limits::SUBJECT_CHARACTERS)
            || exceeds(text.as_deref(), limits::DESCRIPTION_CHARACTERS);
        let said = |value: Option<Cow<'a, str>>| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        ReadRow::Row(Box::new(Row {
            line,
            subject: fitted_subject.map(|subject| subject.as_str().to_owned()).unwrap_or_default(),
            description: description.map(|text| text.as_str().to_owned()).unwrap_or_default(),
            was_cut,
            is_short,
            created: created_at(created.as_deref(), date_order),
            id: said(id),
            label: said(label),
            original: original(),
        }))
    }
}

fn created_at(text: Option<&str>, order: DateOrder) -> Created {
    match text.map(str::trim) {
        None | Some("") => Created::Unsaid,
        Some(text) => match created::parse(text, order) {
            Ok(time) => Created::At(time),
            Err(UnreadTime::Ambiguous) => Created::Ambiguous,
            Err(UnreadTime::Unknown) => Created::Unreadable,
        },
    }
}

/// The text as a person reads it. Exports hold plain text, HTML as the webhooks do, and plain text
/// whose characters were written as entities (`I can&#39;t`).
fn readable_words(text: &str) -> Cow<'_, str> {
    let readable = html::readable_text(text);
    if matches!(readable, Cow::Borrowed(_)) && holds_entity(text) {
        // Preformatted, so that its lines stay; a `<` in it is no tag.
        let escaped = format!("<pre>{}</pre>", text.trim().replace('<', "&lt;"));
        return Cow::Owned(html::to_text(&escaped));
    }
    readable
}

/// Whether the text holds one of the entities that programs write for characters of plain text.
fn holds_entity(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let Some(end) = rest.bytes().take(ENTITY_BYTES).position(|byte| byte == b';') else {
            return false;
        };
        let name = rest.get(..end).unwrap_or_default();
        let digits = name.strip_prefix("#x").or_else(|| name.strip_prefix('#'));
        let is_number = |digits: &str| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        ENTITIES.contains(&name) || digits.is_some_and(is_number)
    })
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
        let cut = row(Fields { text: Some(long.as_str().into()), ..Fields::default() });
        assert!(cut.was_cut);
        assert_eq!(cut.description.chars().count(), limits::DESCRIPTION_CHARACTERS);
        let whole = format!(" {} ", &long[1..]);
        assert!(!row(Fields { text: Some(whole.as_str().into()), ..Fields::default() }).was_cut);
        let subject =
            row(Fields { subject: Some("Late\u{0}\nparcel".into()), ..Fields::default() });
        assert_eq!((subject.subject.as_str(), subject.was_cut), ("Late parcel", false));
    }

    #[test]
    fn without_a_text_a_row_is_blank() {
        let fields =
            Fields { subject: Some(" ".into()), text: Some("\n\u{0}".into()), ..Fields::default() };
        assert_eq!(fields.row(1, || None), ReadRow::Blank);
        assert_eq!(Fields::default().row(1, || None), ReadRow::Blank);
    }

    #[test]
    fn label_and_time_may_be_missing_or_unreadable() {
        let with = |label: Option<&'static str>, created: Option<&'static str>| {
            let (label, created) = (label.map(Cow::from), created.map(Cow::from));
            let text = Some("x".into());
            let row = row(Fields { text, label, created, ..Fields::default() });
            (row.label, row.created)
        };
        assert_eq!(with(None, None), (None, Created::Unsaid));
        assert_eq!(with(Some(" "), Some(" ")), (None, Created::Unsaid));
        let (label, created) = with(Some(" Billing "), Some("03/11/2024"));
        assert_eq!((label.as_deref(), created), (Some("Billing"), Created::Ambiguous));
        assert_eq!(with(None, Some("last week")).1, Created::Unreadable);
        assert!(matches!(with(None, Some("2024-11-03")).1, Created::At(_)));
    }

    #[test]
    fn html_and_entities_become_words() {
        for (text, words) in [
            ("<p>My parcel with the&nbsp;lamp</p>", "My parcel with the lamp"),
            ("<div style=\"color:#222222\">One<br>two</div>", "One\ntwo"),
            (
                "I can&#39;t log in &amp; you\n\ndon&apos;t help",
                "I can't log in & you\n\ndon't help",
            ),
            ("a &lt; b &#x1F600; &quot;c&quot;", "a < b 😀 \"c\""),
            ("a < b &amp; c > d", "a < b & c > d"),
            ("AT&T; R&D & more", "AT&T; R&D & more"),
            ("a < b and <b> is bold", "a < b and <b> is bold"),
        ] {
            let read = row(Fields { text: Some(text.into()), ..Fields::default() });
            assert_eq!(read.description, words, "{text}");
        }
        let subject = Some("<b>Order</b> &amp; <i>delivery</i>".into());
        assert_eq!(row(Fields { subject, ..Fields::default() }).subject, "Order & delivery");
        let tags = Fields { text: Some("<p> &nbsp; </p>".into()), ..Fields::default() };
        assert_eq!(tags.row(1, || None), ReadRow::Blank);
    }
}
