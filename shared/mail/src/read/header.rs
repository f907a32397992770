//! The header of a mail or of a part of it: its fields, and where the body begins.

use super::charset;
use super::encoded_words;
use crate::limits;

/// The fields of a header, in order.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
    /// Whether there were more fields, or longer ones, than are read.
    pub is_cut: bool,
    /// Whether other programs may read other fields: it ends in a line that is none, or holds bytes that
    /// some take for the end of a line.
    pub is_ambiguous: bool,
    /// The charset that bytes outside of ASCII are in, if they are not UTF-8: what the body declares.
    pub body_charset: Option<String>,
}

impl<'a> Header<'a> {
    /// Reads the header that `bytes` begin with. Gives it with the place where the body begins: behind
    /// the first empty line, or at the first line that is no field.
    pub fn read(bytes: &'a [u8]) -> (Self, usize) {
        let mut header = Self::default();
        let (mut at, mut read) = (0, 0);
        while let Some(line) = line_at(bytes, at) {
            if line.trim_ascii().is_empty() {
                return (header, at + line.len());
            }
            let Some((name, _)) = field(line) else {
                // Some gateways add a line that mailboxes of old begin with.
                if at == 0 && line.starts_with(b"From ") {
                    at += line.len();
                    continue;
                }
                header.is_ambiguous = true;
                return (header, at);
            };
            let mut end = at + line.len();
            while let Some(next) = line_at(bytes, end) {
                if !matches!(next.first(), Some(b' ' | b'\t')) || next.trim_ascii().is_empty() {
                    break;
                }
                end += next.len();
            }
            let length = end - at;
            if header.fields.len() < limits::HEADER_FIELDS && read + length <= limits::HEADER_BYTES
            {
                // The name is followed by a colon, perhaps behind spaces.
                let whole = bytes.get(at..end).unwrap_or_default();
                header.is_ambiguous |= has_odd_bytes(whole);
                let colon = whole.iter().position(|byte| *byte == b':').unwrap_or(name.len());
                header.fields.push((name, whole.get(colon + 1..).unwrap_or_default()));
                read += length;
            } else {
                header.is_cut = true;
            }
            at = end;
        }
        (header, bytes.len())
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The values of every field `name`, as they came.
    fn raw<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'a [u8]> + 'h {
        let wanted =
            move |(known, _): &&(&[u8], &[u8])| known.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(wanted).map(|(_, value)| *value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.raw(name).next().is_some()
    }

    pub fn count(&self, name: &str) -> usize {
        self.raw(name).count()
    }

    /// The values of every field `name` as text on one line each, their encoded words left as they are.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.raw(name).map(|value| self.line(value)).collect()
    }

    /// The value of the first field `name`, likewise.
    pub fn first(&self, name: &str) -> Option<String> {
        self.raw(name).next().map(|value| self.line(value))
    }

    /// The value of the first field `name` as people read it.
    pub fn readable(&self, name: &str) -> Option<String> {
        let text = encoded_words::decode(&self.first(name)?);
        let text = charset::one_line(&text);
        (!text.is_empty()).then_some(text)
    }

    fn line(&self, value: &[u8]) -> String {
        let text = charset::of_header(value, self.body_charset.as_deref());
        let unfolded = text.replace("\r\n", "").replace('\n', "");
        let spaced = unfolded.chars().map(|c| if c.is_control() { ' ' } else { c });
        spaced.collect::<String>().trim().to_owned()
    }
}

/// The line at `at` with its end, if there is one.
pub(super) fn line_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
    rest.get(..end)
}

/// Whether there is a NUL, or a carriage return that no line feed follows.
fn has_odd_bytes(field: &[u8]) -> bool {
    field.contains(&0) || field.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n')
}

/// The name and the value of a field, if a line is one.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| (name, line.get(colon + 1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, String) {
        let (header, body) = Header::read(text.as_bytes());
        let fields = header
            .fields
            .iter()
            .map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), header.line(value)));
        (fields.collect(), text[body..].to_owned())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fields_are_unfolded_and_the_body_follows() {
        let expected = (pairs(&[("A", "1 2"), ("b", "3")]), "body\n".to_owned());
        assert_eq!(read("A: 1\r\n 2\r\nb : 3\r\n\r\nbody\n"), expected);
        assert_eq!(read("A: 1\n 2\nb :3\n\nbody\n"), expected);
        assert_eq!(read("From x y\nA: 1\n 2\nb:3\n\nbody\n"), expected);
    }

    #[test]
    fn a_line_that_is_no_field_is_the_body() {
        assert_eq!(
            read("A: 1\nno field\nb: 2\n"),
            (pairs(&[("A", "1")]), "no field\nb: 2\n".into())
        );
        assert_eq!(read("hello\nworld\n"), (vec![], "hello\nworld\n".into()));
        assert_eq!(read(""), (vec![], String::new()));
        assert_eq!(read("A:"), (pairs(&[("A", "")]), String::new()));
    }

    #[test]
    fn a_bomb_of_fields_is_cut_and_the_body_still_found() {
        let many = format!("Subject: hi\n{}\nbody", "X: y\n".repeat(10_000));
        let (header, body) = Header::read(many.as_bytes());
        assert!(header.is_cut && header.fields.len() == limits::HEADER_FIELDS);
        assert_eq!((&many[body..], header.readable("subject").as_deref()), ("body", Some("hi")));
        let long = format!("X: {}\nSubject: hi\n\nbody", "y".repeat(1_000_000));
        let (header, body) = Header::read(long.as_bytes());
        assert!(header.is_cut);
        assert_eq!((&long[body..], header.readable("subject").as_deref()), ("body", Some("hi")));
    }
}
