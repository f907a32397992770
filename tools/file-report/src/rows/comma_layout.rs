//! How a file of values between commas, semicolons or tabs is laid out.

use std::io::{self, Read};

/// What may stand between values, the most usual first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// What ends a line, maybe after a carriage return.
pub const LINE_BREAK: u8 = b'\n';
/// Bytes of the headings that are looked at to tell what stands between values.
const HEADINGS_BYTES: u64 = 64 * 1024;
/// What the line begins with in which Excel is told what stands between values.
const SEPARATOR_LINE: &[u8] = b"sep=";

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// What stands between values.
    pub delimiter: u8,
    /// Bytes of a line `sep=;` before the headings; it is no row.
    pub separator_line: u64,
    /// Whether lines end with a carriage return alone, as they did on old Macs.
    pub has_carriage_returns: bool,
}

impl Layout {
    /// Looks at the beginning of a file. What stands between values is what a line `sep=;` says, or
    /// of what may, that which is in the headings most often.
    pub fn of(file: impl Read) -> io::Result<Self> {
        let mut beginning = Vec::new();
        file.take(HEADINGS_BYTES).read_to_end(&mut beginning)?;
        let (separator_line, named) = separator_line(&beginning);
        let mut counts = DELIMITERS.map(|delimiter| (delimiter, 0));
        let mut is_quoted = false;
        let headings = beginning.get(separator_line..).unwrap_or_default();
        let mut has_carriage_returns = false;
        for (at, byte) in headings.iter().enumerate() {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'\n' if !is_quoted => break,
                b'\r' if !is_quoted => {
                    let after = headings.get(at + 1..).unwrap_or_default();
                    has_carriage_returns = !after.starts_with(b"\n") && !after.starts_with(b"\r\n");
                    break;
                }
                _ if is_quoted => {}
                _ => {
                    for (delimiter, count) in &mut counts {
                        *count += usize::from(delimiter == byte);
                    }
                }
            }
        }
        // Of equals the first.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        let counted = most.map_or(DELIMITERS[0], |(delimiter, _)| *delimiter);
        Ok(Self {
            delimiter: named.unwrap_or(counted),
            separator_line: separator_line as u64,
            has_carriage_returns,
        })
    }
}

/// How many bytes the line `sep=;` has with its end, none if there is no such line, and what it says
/// stands between values.
fn separator_line(beginning: &[u8]) -> (usize, Option<u8>) {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let Some(end) = beginning.iter().position(is_end) else { return (0, None) };
    let (line, after) = beginning.split_at(end);
    let line: Vec<u8> = line.iter().copied().filter(|byte| *byte != b'"').collect();
    let begins = line.get(..SEPARATOR_LINE.len());
    if !begins.is_some_and(|begins| begins.eq_ignore_ascii_case(SEPARATOR_LINE)) {
        return (0, None);
    }
    let said = line.get(SEPARATOR_LINE.len()..).unwrap_or_default();
    // Who saves such a file anew may write the delimiter once for each column.
    let delimiter = said.first().copied().filter(u8::is_ascii);
    let is_one = said.iter().all(|byte| Some(*byte) == delimiter || *byte == b' ');
    if !is_one {
        return (0, None);
    }
    let line_end = if after.starts_with(b"\r\n") { 2 } else { 1 };
    (end + line_end, delimiter)
}

/// Makes line breaks of the carriage returns that end lines; those within quotes stay.
#[derive(Debug)]
pub struct CarriageReturns {
    delimiter: u8,
    place: Place,
}

/// Where in a row a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where a value begins.
    Start,
    Plain,
    Quoted,
    /// After a quote within quotes: the end of the value, or the first of two.
    Quote,
}

impl CarriageReturns {
    pub fn new(layout: Layout) -> Self {
        Self { delimiter: layout.delimiter, place: Place::Start }
    }

    pub fn replace(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.place = match (self.place, *byte) {
                (Place::Quoted, b'"') => Place::Quote,
                (Place::Quoted, _) | (Place::Start | Place::Quote, b'"') => Place::Quoted,
                (_, b'\r') => {
                    *byte = LINE_BREAK;
                    Place::Start
                }
                (_, LINE_BREAK) => Place::Start,
                (_, delimiter) if delimiter == self.delimiter => Place::Start,
                _ => Place::Plain,
            };
        }
    }
}
