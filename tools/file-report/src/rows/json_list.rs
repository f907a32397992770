//! The elements of a list in JSON, one after the other: an export is often one list, of any size.

use std::io::{self, BufRead, BufReader, Read};

use super::ROW_BYTES_MAXIMUM;
use crate::usual_names::is_usual_text;

/// Names of the list of tickets in what a REST interface answers.
const LIST_NAMES: [&str; 13] = [
    "tickets",
    "issues",
    "conversations",
    "requests",
    "cases",
    "incidents",
    "results",
    "result",
    "records",
    "rows",
    "items",
    "data",
    "value",
];
/// Names of an object around the list.
const OUTER_NAMES: [&str; 4] = ["_embedded", "data", "result", "response"];
/// Levels of objects that are looked into for the list.
const LEVELS: usize = 2;

/// Where the elements begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// Bytes before the first element.
    bytes: u64,
    /// Whether the file is lists and nothing else. Then others may follow, as pages do.
    is_bare: bool,
}

/// Where the elements of the list begin, if `beginning` is that of a file that is one list, or one
/// object around it.
pub fn start(beginning: &[u8]) -> Option<Start> {
    let first = beginning.iter().position(|byte| !byte.is_ascii_whitespace())?;
    match beginning.get(first)? {
        b'[' => Some(Start { bytes: first as u64 + 1, is_bare: true }),
        b'{' => wrapped(beginning, first),
        _ => None,
    }
}

/// The list in the object that begins at `first`. A row of its own is none: it names a text, or
/// another row follows it.
fn wrapped(beginning: &[u8], first: usize) -> Option<Start> {
    let mut found = None;
    // The name of the member at each level.
    let mut names: Vec<String> = Vec::new();
    let mut last_text = String::new();
    let mut depth = 0;
    let mut at = first;
    while let Some(byte) = beginning.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(beginning, at)?;
                last_text = String::from_utf8_lossy(beginning.get(at + 1..end)?).into_owned();
                at = end;
            }
            b':' if depth == names.len() + 1 && depth <= LEVELS => names.push(last_text.clone()),
            b',' if depth <= names.len() => names.truncate(depth - 1),
            b'[' if found.is_none() && depth == names.len() && is_list(&names) => {
                let after =
                    beginning.get(at + 1..)?.iter().find(|next| !next.is_ascii_whitespace());
                if after.is_none_or(|next| matches!(next, b'{' | b']')) {
                    found = Some(at as u64 + 1);
                }
                depth += 1;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                names.truncate(depth);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        if depth == 1 && names.first().is_some_and(|name| is_usual_text(name)) {
            return None;
        }
        at += 1;
    }
    let after = beginning.get(at + 1..).unwrap_or_default();
    let is_alone = depth > 0 || after.iter().all(u8::is_ascii_whitespace);
    found.filter(|_| is_alone).map(|bytes| Start { bytes, is_bare: false })
}

fn is_list(names: &[String]) -> bool {
    match names {
        [list] => LIST_NAMES.contains(&list.as_str()),
        [outer, list] => {
            OUTER_NAMES.contains(&outer.as_str()) && LIST_NAMES.contains(&list.as_str())
        }
        _ => false,
    }
}

/// The quote that ends the text beginning with the one at `start`.
fn end_of_string(beginning: &[u8], start: usize) -> Option<usize> {
    let mut is_escaped = false;
    let rest = beginning.get(start + 1..)?;
    let end = rest.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.map(|end| start + 1 + end)
}

/// The elements. One that is too long is passed over.
#[derive(Debug)]
pub struct Elements<R> {
    file: BufReader<R>,
    /// Bytes before the first element that were not read yet.
    before: u64,
    is_bare: bool,
    is_ended: bool,
    element: Vec<u8>,
    /// The line where the element begins, counted from 1.
    line: u64,
    line_breaks: u64,
    position: u64,
}

/// Where in an element the reading is.
#[derive(Debug, Default)]
struct Place {
    has_begun: bool,
    fits: bool,
    depth: usize,
    is_text: bool,
    is_escaped: bool,
}

impl<R: Read> Elements<R> {
    pub fn new(file: BufReader<R>, start: Start) -> Self {
        Self {
            file,
            before: start.bytes,
            is_bare: start.is_bare,
            is_ended: false,
            element: Vec::new(),
            line: 1,
            line_breaks: 0,
            position: 0,
        }
    }

    /// The element that was read.
    pub fn text(&self) -> &[u8] {
        &self.element
    }

    /// The line where it begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Reads the next element: `None` at the end, `false` when it is too long.
    pub fn next(&mut self) -> io::Result<Option<bool>> {
        self.element.clear();
        let mut place = Place { fits: true, ..Place::default() };
        loop {
            let Some(byte) = self.byte()? else {
                // A file that ends within an element has one that is no JSON.
                return Ok(place.has_begun.then_some(place.fits));
            };
            if self.before > 0 {
                self.before -= 1;
            } else if self.is_ended {
                // What is around the list is no element; after a bare list another may follow.
                self.is_ended = !(self.is_bare && byte == b'[');
            } else if self.take(byte, &mut place) {
                return Ok(Some(place.fits));
            }
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let filled = loop {
            match self.file.fill_buf() {
                Ok(filled) => break filled,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let byte = filled.first().copied();
        if let Some(byte) = byte {
            self.file.consume(1);
            self.position += 1;
            self.line_breaks += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    /// Takes a byte, and says whether the element ended before it.
    fn take(&mut self, byte: u8, place: &mut Place) -> bool {
        if place.is_text {
            place.is_text = byte != b'"' || place.is_escaped;
            place.is_escaped = byte == b'\\' && !place.is_escaped;
        } else {
            match byte {
                b',' if place.depth == 0 => return place.has_begun,
                b']' if place.depth == 0 => {
                    self.is_ended = true;
                    return place.has_begun;
                }
                b'[' | b'{' => place.depth += 1,
                b']' | b'}' => place.depth = place.depth.saturating_sub(1),
                b'"' => place.is_text = true,
                _ if byte.is_ascii_whitespace() && !place.has_begun => return false,
                _ => {}
            }
        }
        if !place.has_begun {
            place.has_begun = true;
            self.line = self.line_breaks + 1;
        }
        place.fits &= self.element.len() < ROW_BYTES_MAXIMUM;
        if place.fits {
            self.element.push(byte);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(file: &str) -> Vec<(u64, String)> {
        let start = start(file.as_bytes()).unwrap();
        let mut elements = Elements::new(BufReader::new(file.as_bytes()), start);
        let mut all = Vec::new();
        while let Some(fits) = elements.next().unwrap() {
            assert!(fits);
            all.push((elements.line(), String::from_utf8(elements.text().to_vec()).unwrap()));
        }
        assert_eq!(elements.position(), file.len() as u64);
        all
    }

    #[test]
    fn the_elements_of_a_list_are_read_one_after_the_other() {
        let pair = |line, element: &str| (line, element.to_owned());
        for (file, expected) in [
            ("[]", vec![]),
            (" [ ] \n", vec![]),
            ("[{\"a\":1},{\"b\":[1,{}]}]", vec![pair(1, "{\"a\":1}"), pair(1, "{\"b\":[1,{}]}")]),
            (
                "[\n{\"a\": \"]},\\\"\"}\n,\n7]\n",
                vec![pair(2, "{\"a\": \"]},\\\"\"}\n"), pair(4, "7")],
            ),
            ("[{\"a\":1}]\n[{\"b\":2}]", vec![pair(1, "{\"a\":1}"), pair(2, "{\"b\":2}")]),
            ("[{\"a\":1},{\"b\"", vec![pair(1, "{\"a\":1}"), pair(1, "{\"b\"")]),
            (
                "{\"count\": 1, \"tickets\": [{\"a\":1}, {\"b\":2}], \"users\": [{\"c\":3}]}",
                vec![pair(1, "{\"a\":1}"), pair(1, "{\"b\":2}")],
            ),
            ("{\n\"_embedded\": {\"conversations\": [{\"a\":1}]}}", vec![pair(2, "{\"a\":1}")]),
            ("{\"total\": {\"value\": 1}, \"issues\": [{\"a\":1}]}", vec![pair(1, "{\"a\":1}")]),
        ] {
            assert_eq!(elements(file), expected, "{file}");
        }
    }

    #[test]
    fn a_row_is_no_list() {
        for file in [
            "",
            "x",
            "{",
            "}",
            "{\"a\":1}",
            "{\"subject\": \"Late\", \"items\": [{\"sku\": 1}]}",
            "{\"items\": [{\"sku\": 1}], \"body\": \"Late\"}",
            "{\"items\": [{\"sku\": 1}]}\n{\"items\": [{\"sku\": 2}]}",
            "{\"data\": [1, 2]}",
            "{\"order\": {\"items\": [{\"sku\": 1}]}}",
        ] {
            assert_eq!(start(file.as_bytes()), None, "{file}");
        }
    }

    #[test]
    fn an_element_that_is_too_long_is_passed_over() {
        let long = "x".repeat(ROW_BYTES_MAXIMUM);
        let file = format!("[{{\"a\":\"{long}\"}}, {{\"b\":1}}]");
        let start = start(file.as_bytes()).unwrap();
        let mut elements = Elements::new(BufReader::new(file.as_bytes()), start);
        assert_eq!(elements.next().unwrap(), Some(false));
        assert_eq!(elements.next().unwrap(), Some(true));
        assert_eq!(elements.text(), b"{\"b\":1}");
        assert_eq!(elements.next().unwrap(), None);
    }
}
