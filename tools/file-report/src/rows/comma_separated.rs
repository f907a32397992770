//! Rows of values between commas, semicolons or tabs, as RFC 4180 quotes them.

use std::borrow::Cow;
use std::io::{self, Read};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Terminator};
use serde::Serializer;

use super::comma_layout::{CarriageReturns, LINE_BREAK, Layout};
use super::row::Fields;
use super::{ROW_BYTES_MAXIMUM, ReadError, ReadRow, RowFault, RowFaultKind};
use crate::columns::Columns;

/// The rows, under a line of headings.
#[derive(Debug)]
pub struct CommaSeparatedRows<R> {
    reader: Reader<Metered<R>>,
    record: StringRecord,
    headings: usize,
    /// Bytes before the headings, which are one line.
    separator_line: u64,
    keeps_originals: bool,
}

impl<R: Read> CommaSeparatedRows<R> {
    /// Begins to read.
    pub fn new(mut file: R, layout: Layout, keeps_originals: bool) -> io::Result<Self> {
        io::copy(&mut file.by_ref().take(layout.separator_line), &mut io::sink())?;
        let metered = Metered {
            file,
            left: ROW_BYTES_MAXIMUM,
            is_exceeded: false,
            last: LINE_BREAK,
            line_breaks: layout.has_carriage_returns.then(|| CarriageReturns::new(layout)),
        };
        let reader = ReaderBuilder::new()
            .delimiter(layout.delimiter)
            // A carriage return before it is taken off here: the reader would count lines wrong.
            .terminator(Terminator::Any(LINE_BREAK))
            .has_headers(false)
            .flexible(true)
            .from_reader(metered);
        Ok(Self {
            reader,
            record: StringRecord::new(),
            headings: 0,
            separator_line: layout.separator_line,
            keeps_originals,
        })
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
        self.separator_line + self.reader.position().byte()
    }

    /// The line that is read next, or empty lines before it.
    fn next_line(&self) -> u64 {
        self.reader.position().line() + u64::from(self.separator_line > 0)
    }

    /// The next row. Empty lines are none.
    pub fn next(&mut self, columns: &Columns) -> Result<Option<ReadRow>, ReadError> {
        loop {
            let earliest = self.next_line();
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

    /// The fields of the record, without the carriage returns before the line's end.
    fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.record.len()).filter_map(|place| self.field(place))
    }

    fn field(&self, place: usize) -> Option<&str> {
        let field = self.record.get(place)?;
        let is_last = place + 1 == self.record.len();
        Some(if is_last { field.trim_end_matches('\r') } else { field })
    }

    /// The line where the record begins. Empty lines before it are passed over with it, so that is
    /// known only from its end: each line break in it is one line, its own end another.
    fn line(&self, earliest: u64) -> u64 {
        let breaks: usize = self.record.iter().map(|field| field.matches('\n').count()).sum();
        let end = self.next_line();
        end.saturating_sub(breaks as u64 + 1).max(earliest)
    }

    /// The row. Values that are missing at its end are empty, as Excel and Outlook leave them out;
    /// what is too many is nothing only if it is empty.
    fn row(&self, columns: &Columns, line: u64) -> ReadRow {
        let found = self.record.len();
        if self.fields().skip(self.headings).any(|field| !field.trim().is_empty()) {
            let kind = RowFaultKind::FieldCount { expected: self.headings, found };
            return ReadRow::Unreadable(RowFault { line, kind });
        }
        let mut fields = Fields::read(columns, |place, _| self.field(place).map(Cow::Borrowed));
        fields.is_short = found < self.headings;
        fields.row(line, || {
            if !self.keeps_originals {
                return None;
            }
            let mut original = Vec::new();
            let pairs = columns.names.iter().zip(self.fields().chain(std::iter::repeat("")));
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
    /// What makes line breaks of carriage returns, where those end lines.
    line_breaks: Option<CarriageReturns>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        if most == 0 && !buffer.is_empty() {
            self.is_exceeded = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut read = self.file.read(&mut buffer[..most])?;
        if let Some(line_breaks) = &mut self.line_breaks {
            line_breaks.replace(&mut buffer[..read]);
        }
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
        let layout = Layout::of(file.as_bytes()).unwrap();
        let mut rows = CommaSeparatedRows::new(file.as_bytes(), layout, true).unwrap();
        let columns = Columns::choose(rows.headings().unwrap(), &NamedColumns::default()).unwrap();
        std::iter::from_fn(|| rows.next(&columns).unwrap()).collect()
    }

    /// The line, subject and text of each row, and the line alone of those that cannot be read.
    fn texts(file: &str) -> Vec<(u64, String, String)> {
        let text = |row: &ReadRow| match row {
            ReadRow::Row(row) => (row.line, row.subject.clone(), row.description.clone()),
            ReadRow::Unreadable(fault) => (fault.line, String::new(), String::new()),
            ReadRow::Blank => (0, String::new(), String::new()),
        };
        read(file).iter().map(text).collect()
    }

    fn plain() -> Layout {
        Layout::of(&b"a,b\n"[..]).unwrap()
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
                ["a,body", "1,\"x", "\"\"y\"", "", "", "2,\"z\"", "", "", "4,last"].join(end);
            let lines: Vec<(u64, String)> =
                texts(&file).into_iter().map(|(line, _, text)| (line, text)).collect();
            let expected = [(2, format!("x{end}\"y")), (6, "z".into()), (9, "last".into())];
            assert_eq!(lines, expected);
        }
    }

    #[test]
    fn a_row_with_more_values_is_named_and_the_next_is_read() {
        let rows = read("subject,body\n\"a\nb\",c\na,b,c\n\n , \nx,y");
        assert_eq!(rows.len(), 4, "{rows:?}");
        let kind = RowFaultKind::FieldCount { expected: 2, found: 3 };
        assert_eq!(rows[1], ReadRow::Unreadable(RowFault { line: 4, kind }));
        assert_eq!(rows[2], ReadRow::Blank);
        assert!(matches!(&rows[3], ReadRow::Row(row) if row.line == 7), "{:?}", rows[3]);
    }

    #[test]
    fn values_that_are_missing_at_the_end_are_empty() {
        for (file, is_short) in [
            ("subject,body,category,owner\nLate,Where is it?,shipping\n", true),
            ("subject;body;category\r\nLate;Where is it?\r\n", true),
            ("subject\tbody\tcategory\tnotes\nLate\tWhere is it?", true),
            ("subject,body\nLate,Where is it?,,\n", false),
            ("subject,body\nLate,Where is it?, \r\n", false),
        ] {
            let row = only(file);
            assert_eq!((row.subject.as_str(), row.description.as_str()), ("Late", "Where is it?"));
            assert_eq!(row.is_short, is_short, "{file}");
        }
        assert_eq!(
            only("id,body,owner\n1,x\n").original.as_deref(),
            Some(r#"{"id":"1","body":"x","owner":""}"#)
        );
    }

    #[test]
    fn a_line_that_says_what_stands_between_values_is_no_heading() {
        for file in [
            "sep=;\r\nsubject;body\r\nLate, again;x\r\n",
            "SEP=,\nsubject,body\n\"Late, again\",x\n",
            "sep=\t\nsubject\tbody\nLate, again\tx",
            "\"sep=|\"\nsubject|body\nLate, again|x",
            "sep=^\nsubject^body\nLate, again^x",
            "sep=;;;;\nsubject;body\nLate, again;x",
            "sep=\nsubject;body\nLate, again;x",
            "sep=;\rsubject;body\rLate, again;x\r",
        ] {
            assert_eq!(texts(file), [(3, "Late, again".into(), "x".into())], "{file:?}");
        }
        // A heading of its own.
        assert_eq!(only("sep=a,body\n1,x\n").description, "x");
    }

    #[test]
    fn lines_may_end_with_a_carriage_return_alone() {
        let row = |line, subject: &str, text: &str| (line, subject.to_owned(), text.to_owned());
        for (file, expected) in [
            ("subject,body\ra,b\rc,d\r", vec![row(2, "a", "b"), row(3, "c", "d")]),
            ("subject;body\r\ra;b\rc;d", vec![row(3, "a", "b"), row(4, "c", "d")]),
            // Excel for Mac writes a line break in a value as one.
            (
                "subject,body\ra,\"one\ntwo \"\"x\"\"\"\r5\" tablet,d\r",
                vec![row(2, "a", "one\ntwo \"x\""), row(4, "5\" tablet", "d")],
            ),
            ("subject,body\ra,\"one\rtwo\"\rc,d", vec![row(2, "a", "one\rtwo"), row(3, "c", "d")]),
            // These end with both.
            ("subject,body\r\r\na,b\r\r\n", vec![row(2, "a", "b")]),
            ("subject,\"body\r\"\r\na,b\r\n", vec![row(2, "a", "b")]),
        ] {
            assert_eq!(texts(file), expected, "{file:?}");
        }
    }

    #[test]
    fn an_endless_row_does_not_fill_the_memory() {
        let endless = std::io::repeat(b'x').take(u64::MAX);
        let file = (&b"subject,body\na,b\n\"never closed "[..]).chain(endless);
        let mut rows = CommaSeparatedRows::new(file, plain(), false).unwrap();
        let columns = Columns::choose(rows.headings().unwrap(), &NamedColumns::default()).unwrap();
        assert!(matches!(rows.next(&columns), Ok(Some(ReadRow::Row(_)))));
        let refusal = rows.next(&columns).unwrap_err();
        assert!(matches!(refusal, ReadError::EndlessRow { line: 3 }), "{refusal}");

        let endless = std::io::repeat(b'"').take(u64::MAX);
        let mut rows = CommaSeparatedRows::new(endless, plain(), false).unwrap();
        let refusal = rows.headings().unwrap_err();
        assert!(matches!(refusal, ReadError::EndlessRow { line: 1 }), "{refusal}");
    }
}
