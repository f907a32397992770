//! Rows of values between commas, semicolons or tabs, as RFC 4180 quotes them.

use std::io::{self, Read};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Terminator};
use serde::Serializer;

use super::row::Fields;
use super::{ROW_BYTES_MAXIMUM, ReadError, ReadRow, RowFault, RowFaultKind};
use crate::columns::Columns;

/// What may stand between values, the most usual first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// What ends a line, maybe after a carriage return.
const LINE_BREAK: u8 = b'\n';
/// Bytes of the headings that are looked at to tell what stands between values.
const HEADINGS_BYTES: u64 = 64 * 1024;

/// What stands between the values: of what may, that which is in the headings most often.
pub fn delimiter(file: impl Read) -> io::Result<u8> {
    let mut beginning = Vec::new();
    file.take(HEADINGS_BYTES).read_to_end(&mut beginning)?;
    let mut counts = DELIMITERS.map(|delimiter| (delimiter, 0));
    let mut is_quoted = false;
    for byte in beginning {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(*delimiter == byte);
                }
            }
        }
    }
    // Of equals the first.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    Ok(most.map_or(DELIMITERS[0], |(delimiter, _)| *delimiter))
}

/// The rows, under a line of headings.
#[derive(Debug)]
pub struct CommaSeparatedRows<R> {
    reader: Reader<Metered<R>>,
    record: StringRecord,
    headings: usize,
    keeps_originals: bool,
}

impl<R: Read> CommaSeparatedRows<R> {
    /// Begins to read.
    pub fn new(file: R, delimiter: u8, keeps_originals: bool) -> Self {
        let metered =
            Metered { file, left: ROW_BYTES_MAXIMUM, is_exceeded: false, last: LINE_BREAK };
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            // A carriage return before it is taken off here: the reader would count lines wrong.
            .terminator(Terminator::Any(LINE_BREAK))
            .has_headers(false)
            .flexible(true)
            .from_reader(metered);
        Self { reader, record: StringRecord::new(), headings: 0, keeps_originals }
    }

    /// The headings. They are read before the rows.
    pub fn headings(&mut self) -> Result<Vec<String>, ReadError> {
        match self.reader.read_record(&mut self.record) {
            Ok(_) => {
                let names: Vec<String> = self.fields().map(str::to_owned).collect();
                self.headings = names.len();
                Ok(names)
            }
            Err(error) => Err(self.fatal(error, 1)),
        }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.reader.position().byte()
    }

    /// The next row. Empty lines are none.
    pub fn next(&mut self, columns: &Columns) -> Result<Option<ReadRow>, ReadError> {
        loop {
            let earliest = self.reader.position().line();
            self.reader.get_mut().left = ROW_BYTES_MAXIMUM;
            match self.reader.read_record(&mut self.record) {
                Ok(false) => return Ok(None),
                Ok(true) if self.record.len() == 1 && self.fields().all(str::is_empty) => {}
                Ok(true) => return Ok(Some(self.row(columns, self.line(earliest)))),
                Err(error) if matches!(error.kind(), ErrorKind::Utf8 { .. }) => {
                    let fault = RowFault { line: earliest, kind: RowFaultKind::NotUtf8 };
                    return Ok(Some(ReadRow::Unreadable(fault)));
                }
                Err(error) => return Err(self.fatal(error, earliest)),
            }
        }
    }

    /// The fields of the record, without the carriage return before the line's end.
    fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.record.len()).filter_map(|place| self.field(place))
    }

    fn field(&self, place: usize) -> Option<&str> {
        let field = self.record.get(place)?;
        let is_last = place + 1 == self.record.len();
        Some(if is_last { field.strip_suffix('\r').unwrap_or(field) } else { field })
    }

    /// The line where the record begins. Empty lines before it are passed over with it, so that is
    /// known only from its end: each line break in it is one line, its own end another.
    fn line(&self, earliest: u64) -> u64 {
        let breaks: usize = self.record.iter().map(|field| field.matches('\n').count()).sum();
        let end = self.reader.position().line();
        end.saturating_sub(breaks as u64 + 1).max(earliest)
    }

    fn row(&self, columns: &Columns, line: u64) -> ReadRow {
        if self.record.len() != self.headings {
            let kind =
                RowFaultKind::FieldCount { expected: self.headings, found: self.record.len() };
            return ReadRow::Unreadable(RowFault { line, kind });
        }
        let field = |place| Ok::<_, std::convert::Infallible>(self.field(place));
        let Ok(fields) = Fields::read(columns, field);
        fields.row(line, || {
            if !self.keeps_originals {
                return None;
            }
            let mut original = Vec::new();
            let pairs = columns.names.iter().zip(self.fields());
            serde_json::Serializer::new(&mut original).collect_map(pairs).ok()?;
            String::from_utf8(original).ok()
        })
    }

    fn fatal(&self, error: csv::Error, line: u64) -> ReadError {
        if self.reader.get_ref().is_exceeded {
            return ReadError::EndlessRow { line };
        }
        match error.into_kind() {
            ErrorKind::Io(source) => ReadError::System(source),
            // The headings.
            _ => ReadError::System(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Gives no more bytes than one row may have until it is told that the next one begins, and a line
/// break at the end if there is none.
#[derive(Debug)]
struct Metered<R> {
    file: R,
    left: usize,
    is_exceeded: bool,
    last: u8,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        if most == 0 && !buffer.is_empty() {
            self.is_exceeded = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut read = self.file.read(&mut buffer[..most])?;
        if read == 0 && most > 0 && self.last != LINE_BREAK {
            buffer[0] = LINE_BREAK;
            read = 1;
        }
        if read > 0 {
            self.last = buffer[read - 1];
        }
        self.left -= read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::NamedColumns;
    use crate::rows::Row;

    fn read(file: &str) -> Vec<ReadRow> {
        let between = delimiter(file.as_bytes()).unwrap();
        let mut rows = CommaSeparatedRows::new(file.as_bytes(), between, true);
        let columns = Columns::choose(rows.headings().unwrap(), &NamedColumns::default()).unwrap();
        std::iter::from_fn(|| rows.next(&columns).unwrap()).collect()
    }

    fn only(file: &str) -> Row {
        match read(file).as_slice() {
            [ReadRow::Row(row)] => (**row).clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn quotes_line_breaks_and_a_byte_order_mark_are_read() {
        let row = only("\u{feff}id,subject,body\r\n1,\"Late, \"\"again\"\"\",\"One\r\ntwo\"\r\n");
        assert_eq!(row.subject, "Late, \"again\"");
        assert_eq!(row.description, "One\r\ntwo");
        assert_eq!(row.line, 2);
        assert_eq!(
            row.original.as_deref(),
            Some(r#"{"id":"1","subject":"Late, \"again\"","body":"One\r\ntwo"}"#)
        );
    }

    #[test]
    fn values_may_stand_between_semicolons_or_tabs() {
        assert_eq!(only("id;body;\"a,b,c\"\n1;x, y;z\n").description, "x, y");
        assert_eq!(only("id\tbody\n1\tx;y\n").description, "x;y");
        assert_eq!(only("body\nx;y\n").description, "x;y");
    }

    #[test]
    fn lines_are_counted_over_line_breaks_and_empty_lines() {
        for end in ["\n", "\r\n"] {
            let file =
                ["a,body", "1,\"x", "\"\"y\"", "", "", "2,\"z\"", "3", "", "4,last"].join(end);
            let line = |row: &ReadRow| match row {
                ReadRow::Row(row) => (row.line, row.description.clone()),
                ReadRow::Unreadable(fault) => (fault.line, String::new()),
                ReadRow::Blank => (0, String::new()),
            };
            let lines: Vec<(u64, String)> = read(&file).iter().map(line).collect();
            let expected = [
                (2, format!("x{end}\"y")),
                (6, "z".into()),
                (7, String::new()),
                (9, "last".into()),
            ];
            assert_eq!(lines, expected);
        }
    }

    #[test]
    fn a_row_with_other_fields_is_named_and_the_next_is_read() {
        let rows = read("subject,body\n\"a\nb\",c\nonly\na,b,c\n\n , \nx,y");
        assert_eq!(rows.len(), 5, "{rows:?}");
        let fault = |line, found| {
            let kind = RowFaultKind::FieldCount { expected: 2, found };
            ReadRow::Unreadable(RowFault { line, kind })
        };
        assert_eq!(rows[1], fault(4, 1));
        assert_eq!(rows[2], fault(5, 3));
        assert_eq!(rows[3], ReadRow::Blank);
        assert!(matches!(&rows[4], ReadRow::Row(row) if row.line == 8), "{:?}", rows[4]);
    }

    #[test]
    fn an_endless_row_does_not_fill_the_memory() {
        let endless = std::io::repeat(b'x').take(u64::MAX);
        let file = (&b"subject,body\na,b\n\"never closed "[..]).chain(endless);
        let mut rows = CommaSeparatedRows::new(file, b',', false);
        let columns = Columns::choose(rows.headings().unwrap(), &NamedColumns::default()).unwrap();
        assert!(matches!(rows.next(&columns), Ok(Some(ReadRow::Row(_)))));
        let refusal = rows.next(&columns).unwrap_err();
        assert!(matches!(refusal, ReadError::EndlessRow { line: 3 }), "{refusal}");

        let endless = std::io::repeat(b'"').take(u64::MAX);
        let refusal = CommaSeparatedRows::new(endless, b',', false).headings().unwrap_err();
        assert!(matches!(refusal, ReadError::EndlessRow { line: 1 }), "{refusal}");
    }
}
