//! Rows of JSON objects: one on each line, or the elements of one list.

use std::io::{self, BufReader, Read};

use copilot_channels::lenient_json;
use serde_json::{Map, Value};

use super::json_list::{self, Elements};
use super::json_values;
use super::lines::Lines;
use super::row::Fields;
use super::{ROW_BYTES_MAXIMUM, ReadError, ReadRow, RowFault, RowFaultKind};
use crate::columns::Columns;

/// Rows at the beginning whose names count as columns: a name may be missing where it has no value.
const ROWS_LOOKED_AT: usize = 200;
/// Most names that count as columns.
const COLUMNS_MAXIMUM: usize = 1000;
/// Bytes at the beginning that tell where the rows are.
const BEGINNING_BYTES: u64 = 64 * 1024;

/// Where in a file the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One on each line; this byte ends it.
    Lines(u8),
    /// In a list.
    List(json_list::Start),
}

impl Layout {
    /// Looks at the beginning of a file.
    pub fn of(file: impl Read) -> io::Result<Self> {
        let mut beginning = Vec::new();
        file.take(BEGINNING_BYTES).read_to_end(&mut beginning)?;
        if let Some(start) = json_list::start(&beginning) {
            return Ok(Self::List(start));
        }
        let first_end = beginning.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let ends = first_end.and_then(|at| beginning.get(at..)).unwrap_or_default();
        let is_old = ends.starts_with(b"\r") && !ends.starts_with(b"\r\n");
        Ok(Self::Lines(if is_old { b'\r' } else { b'\n' }))
    }
}

/// The names in the first rows, each once, in their order.
pub fn names(file: impl Read, layout: Layout) -> Result<Vec<String>, ReadError> {
    let mut texts = Texts::new(file, layout);
    let mut names: Vec<String> = Vec::new();
    let mut first_too_long = None;
    for _ in 0..ROWS_LOOKED_AT {
        match texts.next()? {
            None => break,
            Some(false) => first_too_long = first_too_long.or(Some(texts.line())),
            Some(true) => {
                let Ok((object, _)) = object(texts.text()) else { continue };
                for name in json_values::names(&object) {
                    if names.len() < COLUMNS_MAXIMUM && !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
    }
    match first_too_long {
        Some(line) if names.is_empty() => Err(ReadError::OnlyLongRows { line }),
        _ => Ok(names),
    }
}

/// The texts of the rows, one after the other.
#[derive(Debug)]
enum Texts<R> {
    Lines(Lines<R>),
    List(Elements<R>),
}

impl<R: Read> Texts<R> {
    fn new(file: R, layout: Layout) -> Self {
        let file = BufReader::new(file);
        match layout {
            Layout::Lines(end) => Self::Lines(Lines::new(file, end)),
            Layout::List(start) => Self::List(Elements::new(file, start)),
        }
    }

    /// Reads the next text: `None` at the end, `false` when it is too long.
    fn next(&mut self) -> io::Result<Option<bool>> {
        match self {
            Self::Lines(lines) => lines.next(),
            Self::List(elements) => elements.next(),
        }
    }

    fn text(&self) -> &[u8] {
        match self {
            Self::Lines(lines) => lines.text(),
            Self::List(elements) => elements.text(),
        }
    }

    /// The line where it begins, counted from 1.
    fn line(&self) -> u64 {
        match self {
            Self::Lines(lines) => lines.number(),
            Self::List(elements) => elements.line(),
        }
    }

    /// How many bytes were read.
    fn position(&self) -> u64 {
        match self {
            Self::Lines(lines) => lines.position(),
            Self::List(elements) => elements.position(),
        }
    }
}

#[derive(Debug)]
pub struct JsonRows<R> {
    texts: Texts<R>,
    keeps_originals: bool,
}

impl<R: Read> JsonRows<R> {
    /// Begins to read.
    pub fn new(file: R, layout: Layout, keeps_originals: bool) -> Self {
        Self { texts: Texts::new(file, layout), keeps_originals }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.texts.position()
    }

    /// The next row. Lines of white space are none.
    pub fn next(&mut self, columns: &Columns) -> Result<Option<ReadRow>, ReadError> {
        loop {
            let row = match self.texts.next()? {
                None => return Ok(None),
                Some(true) if self.texts.text().trim_ascii().is_empty() => continue,
                Some(true) => self.row(columns),
                Some(false) => Err(RowFaultKind::TooLong { limit: ROW_BYTES_MAXIMUM }),
            };
            let line = self.texts.line();
            let fault = |kind| ReadRow::Unreadable(RowFault { line, kind });
            return Ok(Some(row.unwrap_or_else(fault)));
        }
    }

    fn row(&self, columns: &Columns) -> Result<ReadRow, RowFaultKind> {
        let text = self.texts.text();
        let (object, is_strict) = object(text)?;
        let fields = Fields::read(columns, |place, meaning| {
            let name = columns.names.get(place)?;
            json_values::said(json_values::value(&object, name)?, meaning)
        });
        let original = || self.keeps_originals.then(|| original(text, &object, is_strict));
        Ok(fields.row(self.texts.line(), original))
    }
}

/// The object that a text is, and whether it is JSON as the standard has it. What is not, such as
/// half of an emoji (U+FFFD stands for it), is read as in the webhooks.
fn object(text: &[u8]) -> Result<(Map<String, Value>, bool), RowFaultKind> {
    let (value, is_strict) = match serde_json::from_slice(text) {
        Ok(value) => (value, true),
        Err(_) => {
            let read = lenient_json::parse(text).map_err(|_| RowFaultKind::NotJson)?;
            (read.value, false)
        }
    };
    match value {
        Value::Object(object) => Ok((object, is_strict)),
        _ => Err(RowFaultKind::NotAnObject),
    }
}

/// The row as JSON on one line.
fn original(text: &[u8], object: &Map<String, Value>, is_strict: bool) -> String {
    match std::str::from_utf8(text) {
        // Line breaks stand between its values only.
        Ok(text) if is_strict => text.trim().replace(['\r', '\n'], " "),
        _ => serde_json::to_string(object).unwrap_or_else(|_| "null".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::NamedColumns;

    fn read(file: &[u8]) -> Vec<ReadRow> {
        let layout = Layout::of(file).unwrap();
        let names = names(file, layout).unwrap();
        let columns = Columns::choose(names, &NamedColumns::default()).unwrap();
        let mut rows = JsonRows::new(file, layout, true);
        std::iter::from_fn(|| rows.next(&columns).unwrap()).collect()
    }

    #[test]
    fn objects_are_read_with_either_line_end() {
        let file = "{\"body\": \"One\\ntwo\", \"id\": 7}\r\n\r\n\
                    {\"category\": \"Order\", \"body\": 2021}\n{\"body\": null}";
        let rows = read(file.as_bytes());
        let [ReadRow::Row(first), ReadRow::Row(second), ReadRow::Blank] = rows.as_slice() else {
            panic!("{rows:?}");
        };
        assert_eq!((first.line, first.description.as_str()), (1, "One\ntwo"));
        assert_eq!(first.original.as_deref(), Some("{\"body\": \"One\\ntwo\", \"id\": 7}"));
        assert_eq!((second.line, second.description.as_str()), (3, "2021"));
        assert_eq!(second.label.as_deref(), Some("Order"));
    }

    #[test]
    fn hostile_lines_are_named_and_the_next_is_read() {
        let mut file =
            b"{\"body\": \"x\"}\n{\"body\": \n[1]\n{\"body\": {\"id\": 7}}\n\xff\n".to_vec();
        file.extend("[".repeat(100_000).bytes());
        file.push(b'\n');
        file.extend("x".repeat(ROW_BYTES_MAXIMUM + 1).bytes());
        file.extend(b"\n{\"body\": \"y\"}");
        let rows = read(&file);
        let faults: Vec<(u64, RowFaultKind)> = rows
            .iter()
            .filter_map(|row| match row {
                ReadRow::Unreadable(fault) => Some((fault.line, fault.kind.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(
            faults,
            [
                (2, RowFaultKind::NotJson),
                (3, RowFaultKind::NotAnObject),
                (5, RowFaultKind::NotJson),
                (6, RowFaultKind::NotJson),
                (7, RowFaultKind::TooLong { limit: ROW_BYTES_MAXIMUM }),
            ]
        );
        assert!(matches!(&rows[rows.len() - 1], ReadRow::Row(row) if row.line == 8));
    }

    #[test]
    fn a_line_of_the_longest_size_is_read() {
        let frame = r#"{"body": "x", "y": ""}"#.len();
        let padding = "y".repeat(ROW_BYTES_MAXIMUM - frame);
        let line = format!(r#"{{"body": "x", "y": "{padding}"}}"#);
        assert_eq!(line.len(), ROW_BYTES_MAXIMUM);
        assert!(matches!(read(line.as_bytes()).as_slice(), [ReadRow::Row(_)]));
    }

    fn texts(file: &str) -> Vec<(u64, String, Option<String>)> {
        let text = |row: &ReadRow| match row {
            ReadRow::Row(row) => (row.line, row.description.clone(), row.label.clone()),
            other => panic!("{other:?}"),
        };
        read(file.as_bytes()).iter().map(text).collect()
    }

    #[test]
    fn half_of_an_emoji_is_one_damaged_character() {
        let file = "{\"body\": \"late \\ud83d\"}\n{\"body\": \"\\ude00 late\"}\n\
                    {\"body\": \"\\ud83d\\ud83d\\ude00\"}";
        let read = texts(file);
        let found: Vec<&str> = read.iter().map(|(_, text, _)| text.as_str()).collect();
        assert_eq!(found, ["late \u{fffd}", "\u{fffd} late", "\u{fffd}😀"]);
        let rows = super::tests::read(file.as_bytes());
        let ReadRow::Row(row) = &rows[0] else { panic!("{rows:?}") };
        // What is written can be read again.
        assert_eq!(row.original.as_deref(), Some("{\"body\":\"late \u{fffd}\"}"));
    }

    #[test]
    fn a_label_that_is_a_list_is_one_or_none() {
        let file = r#"{"body": "a", "category": ["shipping"]}
{"body": "b", "category": ["shipping", "billing"]}
{"body": ["c"], "category": [{"name": "billing"}]}
{"body": "d", "category": {"value": "account"}}"#;
        let label = |label: &str| Some(label.to_owned());
        let expected = [
            (1, "a".to_owned(), label("shipping")),
            (2, "b".to_owned(), None),
            (3, "c".to_owned(), label("billing")),
            (4, "d".to_owned(), label("account")),
        ];
        assert_eq!(texts(file), expected);
    }

    #[test]
    fn lists_and_old_line_ends_are_read() {
        let expected = [(1, "a".to_owned(), None), (1, "b".to_owned(), None)];
        assert_eq!(texts(r#"[{"body": "a"}, {"body": "b"}]"#), expected);
        assert_eq!(texts(r#"{"tickets": [{"body": "a"}, {"body": "b"}], "count": 2}"#), expected);
        let on_lines = |first| [(first, "a".to_owned(), None), (first + 1, "b".to_owned(), None)];
        assert_eq!(texts("[\n{\"body\": \"a\"},\n{\"body\": \"b\"}\n]"), on_lines(2));
        assert_eq!(texts("{\"body\": \"a\"}\r{\"body\": \"b\"}\r"), on_lines(1));
        let pretty = read(b"[\n  {\n    \"body\": \"a\"\n  }\n]\n");
        let [ReadRow::Row(row)] = pretty.as_slice() else { panic!("{pretty:?}") };
        assert_eq!((row.line, row.original.as_deref()), (2, Some("{     \"body\": \"a\"   }")));
    }

    #[test]
    fn a_beginning_of_rows_that_are_too_long_is_told() {
        let long = "x".repeat(ROW_BYTES_MAXIMUM);
        for file in [format!("{{\"body\": \"{long}\"}}\n"), format!("[{{\"body\": \"{long}\"}}]")] {
            let layout = Layout::of(file.as_bytes()).unwrap();
            let refusal = names(file.as_bytes(), layout).unwrap_err();
            assert!(matches!(refusal, ReadError::OnlyLongRows { line: 1 }), "{refusal}");
        }
    }
}
