//! Reads JSON as other systems really write it.
//!
//! A vendor's signed body is a customer's words; one odd character in a member that nobody reads must
//! not cost them. So this reader takes, besides JSON (RFC 8259): a byte order mark and UTF-16, halves of
//! surrogate pairs (each becomes U+FFFD), raw control characters in strings, a comma before a closing
//! bracket, numbers of any size, and values nested too deep to be anything that is read. What it could
//! not take over as it stands is null or left out, and it says which kinds of repair it made.

use serde_json::{Map, Number, Value};

/// Deepest nesting that is read; what lies deeper becomes null. Vendors' payloads have about ten levels.
const DEPTH: usize = 64;
/// Largest whole number that a float holds exactly, 2^53 (IEEE 754 binary64).
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
/// Stands for what is no character, such as half of a surrogate pair.
const REPLACEMENT: char = '\u{fffd}';

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct LenientJson {
    /// The value.
    pub value: Value,
    /// The names of members that an object holds twice; the last one counts. Each name once.
    pub duplicates: Vec<String>,
    /// Whether anything but characters was repaired: commas, numbers, nesting, raw control characters.
    pub is_repaired: bool,
}

/// The text is no JSON, however leniently it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no JSON at byte {at}")]
pub struct ParseLenientJsonError {
    /// The byte of the decoded text at which reading ended.
    pub at: usize,
}

/// Reads a whole body.
///
/// # Errors
/// [`ParseLenientJsonError`]; no bytes make this panic.
pub fn parse(body: &[u8]) -> Result<LenientJson, ParseLenientJsonError> {
    let text = decoded(body);
    let mut reader = Reader { text: &text, at: 0, duplicates: Vec::new(), is_repaired: false };
    let value = reader.value(0)?;
    reader.skip_white_space();
    if reader.at < text.len() {
        return Err(reader.error());
    }
    let Reader { duplicates, is_repaired, .. } = reader;
    Ok(LenientJson { value, duplicates, is_repaired })
}

/// The text of a body in UTF-8 or, with a byte order mark, UTF-16, without the mark.
fn decoded(body: &[u8]) -> String {
    let utf_16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match body {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is read next; always at a character's beginning.
    at: usize,
    duplicates: Vec<String>,
    is_repaired: bool,
}

impl Reader<'_> {
    fn error(&self) -> ParseLenientJsonError {
        ParseLenientJsonError { at: self.at }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn take(&mut self, expected: char) -> bool {
        let is_there = self.peek() == Some(expected);
        if is_there {
            self.at += expected.len_utf8();
        }
        is_there
    }

    fn skip_white_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}']).len();
    }

    fn value(&mut self, depth: usize) -> Result<Value, ParseLenientJsonError> {
        self.skip_white_space();
        match self.peek() {
            Some('{' | '[') if depth >= DEPTH => self.skip_nested(),
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('"') => self.string().map(Value::String),
            Some('-' | '0'..='9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, ParseLenientJsonError> {
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error())
    }

    fn object(&mut self, depth: usize) -> Result<Value, ParseLenientJsonError> {
        let mut members = Map::new();
        self.take('{');
        loop {
            self.skip_white_space();
            if self.take('}') {
                self.is_repaired |= !members.is_empty();
                return Ok(Value::Object(members));
            }
            if self.peek() != Some('"') {
                return Err(self.error());
            }
            let name = self.string()?;
            self.skip_white_space();
            if !self.take(':') {
                return Err(self.error());
            }
            let value = self.value(depth + 1)?;
            if members.insert(name.clone(), value).is_some() && !self.duplicates.contains(&name) {
                self.duplicates.push(name);
            }
            self.skip_white_space();
            if self.take('}') {
                return Ok(Value::Object(members));
            }
            if !self.take(',') {
                return Err(self.error());
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, ParseLenientJsonError> {
        let mut elements = Vec::new();
        self.take('[');
        loop {
            self.skip_white_space();
            if self.take(']') {
                self.is_repaired |= !elements.is_empty();
                return Ok(Value::Array(elements));
            }
            elements.push(self.value(depth + 1)?);
            self.skip_white_space();
            if self.take(']') {
                return Ok(Value::Array(elements));
            }
            if !self.take(',') {
                return Err(self.error());
            }
        }
    }

    /// Passes over an object or array without a call for each level.
    fn skip_nested(&mut self) -> Result<Value, ParseLenientJsonError> {
        self.is_repaired = true;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Some('"') => {
                    self.string()?;
                    continue;
                }
                Some('{' | '[') => open += 1,
                Some('}' | ']') => open -= 1,
                Some(_) => {}
                None => return Err(self.error()),
            }
            self.next();
            if open == 0 {
                return Ok(Value::Null);
            }
        }
    }

    fn string(&mut self) -> Result<String, ParseLenientJsonError> {
        let mut text = String::new();
        self.take('"');
        loop {
            let plain = self.rest().find(|c: char| c == '"' || c == '\\' || c < ' ');
            let plain = plain.ok_or_else(|| self.error())?;
            text.push_str(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => self.escape(&mut text)?,
                Some(control) => {
                    self.is_repaired = true;
                    text.push(control);
                }
                None => return Err(self.error()),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), ParseLenientJsonError> {
        let character = match self.next() {
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let unit = self.hexadecimal()?;
                self.character(unit)
            }
            _ => return Err(self.error()),
        };
        text.push(character);
        Ok(())
    }

    /// The character of the UTF-16 unit `first` with the one that follows it, if both are a pair.
    fn character(&mut self, first: u16) -> char {
        let before = self.at;
        let mut units = vec![first];
        let is_first_half = (0xd800..0xdc00).contains(&first);
        if is_first_half && self.take('\\') && self.take('u') {
            units.extend(self.hexadecimal());
        }
        let mut characters = char::decode_utf16(units);
        match characters.next() {
            Some(Ok(character)) => character,
            _ => {
                // What follows the half is read on its own.
                self.at = before;
                REPLACEMENT
            }
        }
    }

    fn hexadecimal(&mut self) -> Result<u16, ParseLenientJsonError> {
        let digits =
            self.rest().get(..4).filter(|four| four.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|four| u16::from_str_radix(four, 16).ok());
        let unit = unit.ok_or_else(|| self.error())?;
        self.at += 4;
        Ok(unit)
    }

    /// A number: a whole one also when it is written as a float, null when nothing holds it.
    fn number(&mut self) -> Result<Value, ParseLenientJsonError> {
        let rest = self.rest();
        let is_part = |c: char| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let written = rest.get(..length).unwrap_or_default();
        if !is_number(written) {
            return Err(self.error());
        }
        let value = match serde_json::from_str::<Number>(written) {
            Ok(number) => whole(&number).unwrap_or(number).into(),
            Err(_) => {
                self.is_repaired = true;
                Value::Null
            }
        };
        self.at += length;
        Ok(value)
    }
}

/// Whether the text is a number as JSON writes it (RFC 8259, section 6), of any size.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        }
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    are_digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(are_digits)
        && exponent.is_none_or(are_digits)
}

/// The whole number that a float stands for, if it is one.
fn whole(number: &Number) -> Option<Number> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    if float.fract() != 0.0 || float.abs() > LARGEST_EXACT {
        return None;
    }
    // Exact: it is whole and within 2^53.
    Some(Number::from(float as i64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        parse(text.as_bytes()).unwrap().value
    }

    #[test]
    fn odd_characters_are_taken() {
        for (text, expected) in [
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\udc00x""#, "\u{fffd}x"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            ("\"one\n\ntwo\tthree\"", "one\n\ntwo\tthree"),
            ("\u{feff}\"a\"", "a"),
            (r#""\u0041\/\b""#, "A/\u{8}"),
        ] {
            assert_eq!(value(text), json!(expected), "{text:?}");
        }
        assert_eq!(parse(b"\"a\xff\"").unwrap().value, json!("a\u{fffd}"));
        let utf_16: Vec<u8> =
            "\u{feff}{\"é\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&utf_16).unwrap().value, json!({"é": 1}));
    }

    #[test]
    fn odd_values_do_not_decide() {
        assert_eq!(value(r#"{"a":1e400,"b":-1E999,"id":7}"#), json!({"a":null,"b":null,"id":7}));
        assert_eq!(
            value(r#"{"id":8810021.0,"n":-3e2,"x":1.5}"#),
            json!({"id":8810021,"n":-300,"x":1.5})
        );
        let deep = format!(
            r#"{{"id":7,"deep":{}"]"{},"words":"kept"}}"#,
            "[".repeat(9_000),
            "]".repeat(9_000)
        );
        let read = value(&deep);
        assert_eq!((&read["id"], &read["words"]), (&json!(7), &json!("kept")));
        assert_eq!(value("[1, 2,]"), json!([1, 2]));
        assert_eq!(value("{\"a\": 1,\n}"), json!({"a": 1}));
        assert!(!parse(br#"{"a":"\ud800"}"#).unwrap().is_repaired);
        assert!(parse(b"[1,]").unwrap().is_repaired);
    }

    #[test]
    fn names_that_come_twice_are_told() {
        let read =
            parse(br#"{"id":1,"ticket":{"id":2,"id":3},"id":4,"x":[{"y":1,"y":1}]}"#).unwrap();
        assert_eq!(read.duplicates, ["id", "y"]);
        assert_eq!(read.value["ticket"]["id"], 3);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "01",
            "1.",
            "-",
            "+1",
            "tru",
            "1 2",
            "{\"a\":1 \"b\":2}",
            "[,]",
            "{,}",
            "'a'",
            "NaN",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse("[".repeat(200_000).as_bytes()).is_err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            "\\PC*|.{0,9}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::hash_map(".{0,5}", inner, 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_reads_as_it_does_elsewhere(document in any_json(), is_pretty in any::<bool>()) {
            let text = if is_pretty {
                serde_json::to_string_pretty(&document).unwrap()
            } else {
                document.to_string()
            };
            let read = parse(text.as_bytes()).unwrap();
            prop_assert_eq!(read, LenientJson { value: document, duplicates: vec![], is_repaired: false });
        }

        #[test]
        fn any_bytes_are_taken(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&body);
        }

        #[test]
        fn what_nearly_is_json_is_taken(
            text in r#"([{}\[\],:"\\]|\\u[dD][89a-fA-F][0-9]{2}|[0-9eE.+-]{1,4}|true|null|a| ){0,40}"#
        ) {
            if let Ok(value) = serde_json::from_str::<Value>(&text)
                && !text.contains(['.', 'e', 'E'])
            {
                prop_assert_eq!(parse(text.as_bytes()).unwrap().value, value);
            } else {
                let _ = parse(text.as_bytes());
            }
        }
    }
}
