//! Rows of JSON objects, one on each line.

use std::io::{self, BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::row::Fields;
use super::{ROW_BYTES_MAXIMUM, ReadError, ReadRow, RowFault, RowFaultKind};
use crate::columns::{COLUMN_NAME_CHARACTERS, Columns};
use crate::safe_text::on_one_line;

/// Lines at the beginning whose names count as columns: a name may be missing where it has no
/// value.
const LINES_LOOKED_AT: usize = 200;
/// Most names that count as columns.
const COLUMNS_MAXIMUM: usize = 1000;
/// A mark that some programs write before the first character.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The names in the first lines, each once, in their order.
pub fn names(file: impl Read) -> io::Result<Vec<String>> {
    let mut lines = Lines::new(file);
    let mut names: Vec<String> = Vec::new();
    for _ in 0..LINES_LOOKED_AT {
        match lines.next()? {
            None => break,
            Some(false) => {}
            Some(true) => {
                let object: Map<String, Value> =
                    serde_json::from_slice(&lines.line).unwrap_or_default();
                for (name, _) in object {
                    if names.len() < COLUMNS_MAXIMUM && !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
    }
    Ok(names)
}

#[derive(Debug)]
pub struct JsonLinesRows<R> {
    lines: Lines<R>,
    keeps_originals: bool,
}

impl<R: Read> JsonLinesRows<R> {
    /// Begins to read.
    pub fn new(file: R, keeps_originals: bool) -> Self {
        Self { lines: Lines::new(file), keeps_originals }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.lines.position
    }

    /// The next row. Lines of white space are none.
    pub fn next(&mut self, columns: &Columns) -> Result<Option<ReadRow>, ReadError> {
        loop {
            let row = match self.lines.next()? {
                None => return Ok(None),
                Some(true) if self.lines.line.trim_ascii().is_empty() => continue,
                Some(true) => self.row(columns),
                Some(false) => Err(RowFaultKind::TooLong { limit: ROW_BYTES_MAXIMUM }),
            };
            let line = self.lines.number;
            let fault = |kind| ReadRow::Unreadable(RowFault { line, kind });
            return Ok(Some(row.unwrap_or_else(fault)));
        }
    }

    fn row(&self, columns: &Columns) -> Result<ReadRow, RowFaultKind> {
        let text = std::str::from_utf8(&self.lines.line).map_err(|_| RowFaultKind::NotUtf8)?;
        let value: Value = serde_json::from_str(text).map_err(|_| RowFaultKind::NotJson)?;
        let Value::Object(object) = value else {
            return Err(RowFaultKind::NotAnObject);
        };
        let texts = object
            .iter()
            .filter(|(_, value)| value.is_number() || value.is_boolean())
            .map(|(name, value)| (name.as_str(), value.to_string()))
            .collect::<Vec<_>>();
        let fields = Fields::read(columns, |place| {
            let name = columns.names.get(place).map_or("", String::as_str);
            match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.as_str())),
                Some(Value::Array(_) | Value::Object(_)) => Err(RowFaultKind::NotAText {
                    column: on_one_line(name, COLUMN_NAME_CHARACTERS),
                }),
                Some(_) => {
                    let found = texts.iter().find(|(known, _)| *known == name);
                    Ok(found.map(|(_, text)| text.as_str()))
                }
            }
        })?;
        let original = || self.keeps_originals.then(|| text.trim().to_owned());
        Ok(fields.row(self.lines.number, original))
    }
}

/// The lines of a file. A line that is too long is passed over.
#[derive(Debug)]
struct Lines<R> {
    file: BufReader<R>,
    /// The line that was read, without its end.
    line: Vec<u8>,
    /// Its number, counted from 1.
    number: u64,
    /// How many bytes were read.
    position: u64,
}

impl<R: Read> Lines<R> {
    fn new(file: R) -> Self {
        Self { file: BufReader::new(file), line: Vec::new(), number: 0, position: 0 }
    }

    /// Reads the next line: `None` at the end, `false` when it is too long.
    fn next(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let mut fits = true;
        let mut is_anything = false;
        loop {
            let filled = match self.file.fill_buf() {
                Ok(filled) => filled,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = filled.iter().position(|byte| *byte == b'\n');
            let part = &filled[..end.unwrap_or(filled.len())];
            is_anything |= !filled.is_empty();
            fits &= self.line.len() + part.len() <= ROW_BYTES_MAXIMUM;
            if fits {
                self.line.extend_from_slice(part);
            }
            let is_last = filled.is_empty();
            let read = part.len() + usize::from(end.is_some());
            self.file.consume(read);
            self.position += read as u64;
            if end.is_some() || is_last {
                break;
            }
        }
        if !is_anything {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
            self.line.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Some(fits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::NamedColumns;

    fn read(file: &[u8]) -> Vec<ReadRow> {
        let columns = Columns::choose(names(file).unwrap(), &NamedColumns::default()).unwrap();
        let mut rows = JsonLinesRows::new(file, true);
        std::iter::from_fn(|| rows.next(&columns).unwrap()).collect()
    }

    #[test]
    fn objects_are_read_with_a_byte_order_mark_and_either_line_end() {
        let file = "\u{feff}{\"body\": \"One\\ntwo\", \"id\": 7}\r\n\r\n\
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
        let mut file = b"{\"body\": \"x\"}\n{\"body\": \n[1]\n{\"body\": [\"x\"]}\n\xff\n".to_vec();
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
                (4, RowFaultKind::NotAText { column: "body".to_owned() }),
                (5, RowFaultKind::NotUtf8),
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
}
