//! `Content-Type` and `Content-Disposition`: a word and named values, which may be split and encoded
//! (RFC 2231), put in encoded words against the rules, or left unclosed.

use super::{charset, encoded_words, transfer};
use crate::limits;

/// A value such as `text/plain; charset=utf-8`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Parameters {
    /// What stands first, in lower case.
    pub word: String,
    /// Names in lower case with their values, decoded.
    values: Vec<(String, String)>,
}

/// A piece of a value: `name*number*=text`.
struct Piece {
    name: String,
    number: usize,
    is_extended: bool,
    text: String,
}

impl Parameters {
    pub fn parse(value: &str) -> Self {
        let decoded = encoded_words::decode(value);
        let (word, rest) = decoded.split_once(';').unwrap_or((&decoded, ""));
        let pieces = pieces(rest);
        let mut names: Vec<&str> = Vec::new();
        for piece in &pieces {
            if !names.contains(&piece.name.as_str()) {
                names.push(&piece.name);
            }
        }
        let values = names.iter().map(|name| ((*name).to_owned(), joined(name, &pieces))).collect();
        Self { word: word.trim().to_ascii_lowercase(), values }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The value that the pieces of one name make. Those of RFC 2231 go before a plain one, which is there
/// for old programs.
fn joined(name: &str, pieces: &[Piece]) -> String {
    let mut own: Vec<&Piece> = pieces.iter().filter(|piece| piece.name == name).collect();
    let has_extended = own.iter().any(|piece| piece.is_extended || piece.number != usize::MAX);
    if !has_extended {
        return own.first().map(|piece| piece.text.clone()).unwrap_or_default();
    }
    own.retain(|piece| piece.is_extended || piece.number != usize::MAX);
    own.sort_by_key(|piece| piece.number);
    let mut label = None;
    let mut bytes = Vec::new();
    for (place, piece) in own.iter().enumerate() {
        let mut text = piece.text.as_str();
        if place == 0 && piece.is_extended {
            let mut parts = text.splitn(3, '\'');
            if let (Some(charset), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next())
            {
                label = Some(charset);
                text = rest;
            }
        }
        if piece.is_extended {
            bytes.extend(transfer::unescaped(text.as_bytes(), b'%').0)
        } else {
            bytes.extend(text.bytes())
        }
    }
    charset::decode(&bytes, label).text
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while pieces.len() < limits::PARAMETERS {
        rest = rest.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        let Some((name, after)) = rest.split_once('=') else { break };
        if let Some(semicolon) = name.rfind(';') {
            // Names without a value.
            rest = &rest[semicolon..];
            continue;
        }
        let (text, after) = value(after.trim_start());
        rest = after;
        let mut parts = name.trim().split('*');
        let base = parts.next().unwrap_or_default().to_ascii_lowercase();
        let further: Vec<&str> = parts.collect();
        let number = further.first().and_then(|number| number.parse().ok()).unwrap_or(usize::MAX);
        let is_extended = further.last() == Some(&"");
        pieces.push(Piece { name: base, number, is_extended, text });
    }
    pieces
}

/// A quoted or bare value, and what follows it. Quotes that are not closed reach to the end.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            // A path of Windows is written without escapes by many.
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => {}
            },
            character => value.push(character),
        }
    }
    (value.trim_end().to_owned(), "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_found_however_they_are_written() {
        for (text, name, value) in [
            ("text/plain; charset=utf-8", "charset", "utf-8"),
            ("text/plain;charset=\"utf-8\" ; x", "charset", "utf-8"),
            ("multipart/mixed; boundary = \"b 1", "boundary", "b 1"),
            (
                "a; filename*0*=us-ascii''Grundri%DF; filename*1*=%20K%FCche.pdf",
                "filename",
                "Grundriß Küche.pdf",
            ),
            ("a; filename*1=b.pdf; filename*0=a", "filename", "ab.pdf"),
            ("a; filename=x.pdf; filename*=UTF-8''%E2%82%AC.pdf", "filename", "€.pdf"),
            ("a; filename*=iso-8859-1''%E9%ZZ.pdf", "filename", "é%ZZ.pdf"),
            ("a; filename*=noquotes.pdf", "filename", "noquotes.pdf"),
            ("a; name=\"=?utf-8?Q?J=C3=B6rg.pdf?=\"", "name", "Jörg.pdf"),
            ("a; name=\"a\\\"b;c.pdf\"; y=1", "name", "a\"b;c.pdf"),
            ("a; name=\"C:\\dir\\b.pdf\"", "name", "C:\\dir\\b.pdf"),
            ("a; flag; b=c", "b", "c"),
        ] {
            assert_eq!(Parameters::parse(text).get(name), Some(value), "{text}");
        }
        assert_eq!(Parameters::parse("=?utf-8?Q?text/plain?=").word, "text/plain");
        assert_eq!(Parameters::parse("TEXT/HTML").word, "text/html");
        assert_eq!(Parameters::parse("").word, "");
    }

    proptest! {
        #[test]
        fn never_panics(text in ".*|([a-z*=;\"'%\\\\ 0-9é]|name|filename){0,60}") {
            Parameters::parse(&text);
        }
    }
}
