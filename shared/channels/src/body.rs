//! Reading a JSON body field by field, so that one answer can name every fault.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::lenient_json::{self, LenientJson};
use copilot_core::error::{Error, Fault};
use copilot_core::limits;
use copilot_core::ticket::{TextFault, is_blank};

/// A body that is a JSON object, and the faults found in it so far.
pub struct JsonObject {
    members: Map<String, Value>,
    faults: Vec<Fault>,
}

impl JsonObject {
    /// Reads `body`.
    ///
    /// # Errors
    /// [`Error::TooLarge`] over [`limits::BODY_BYTES`]; [`Error::Malformed`] for what is no JSON
    /// object in UTF-8, or is nested deeper than 127 levels (serde_json's limit).
    pub fn read(body: &[u8]) -> Result<Self, Error> {
        if body.len() > limits::BODY_BYTES {
            return Err(Error::TooLarge);
        }
        let text = std::str::from_utf8(body)
            .map_err(|_| Error::Malformed("The body is not UTF-8.".into()))?;
        if text.trim().is_empty() {
            return Err(Error::Malformed("The body is empty; a JSON object is expected.".into()));
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => Ok(Self { members, faults: Vec::new() }),
            Ok(_) => Err(Error::Malformed("The body is JSON, but not an object.".into())),
            Err(error) => match lenient_json::parse(body) {
                // Halves of emoji, which programs cut off that count in UTF-16, and a byte order mark.
                Ok(LenientJson { value: Value::Object(members), is_repaired: false, .. }) => {
                    Ok(Self { members, faults: Vec::new() })
                }
                _ => Err(Error::Malformed(describe(&error))),
            },
        }
    }

    /// The text of the field `name`, read by `parse`; `None` and a fault when it is missing, blank
    /// or wrong.
    pub fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, TextFault>,
    ) -> Option<T> {
        match self.members.get(name) {
            None | Some(Value::Null) => self.refuse(name, "Is required."),
            Some(Value::String(text)) if is_blank(text) => {
                self.refuse(name, "Is required and must not be blank.")
            }
            Some(Value::String(text)) => match parse(text) {
                Ok(value) => Some(value),
                Err(fault) => self.refuse(name, fault.to_string()),
            },
            Some(_) => self.refuse(name, "Must be a string."),
        }
    }

    /// Like [`JsonObject::required`], but missing, null and blank are simply `None`.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, TextFault>,
    ) -> Option<T> {
        match self.members.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if is_blank(text) => None,
            Some(_) => self.required(name, parse),
        }
    }

    /// What the field `name` holds, a null too; `None` when it is absent.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Notes a fault in the field `name`.
    pub fn refuse<T>(&mut self, name: &str, detail: impl Into<String>) -> Option<T> {
        self.refuse_at(&[name], detail)
    }

    /// Notes a fault in the member `names[0]`, `names[1]`… of the body. No more than
    /// [`limits::FAULTS_REPORTED`] are kept.
    pub fn refuse_at<T>(&mut self, names: &[&str], detail: impl Into<String>) -> Option<T> {
        if self.faults.len() < limits::FAULTS_REPORTED {
            self.faults.push(Fault::at(names, detail));
        }
        None
    }

    /// Ends the reading: unknown fields are faults too.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the first [`limits::FAULTS_REPORTED`] faults, if there are any.
    pub fn finish(mut self, known: &[&str]) -> Result<(), Error> {
        for name in self.members.keys().filter(|name| !known.contains(&name.as_str())) {
            if self.faults.len() >= limits::FAULTS_REPORTED {
                break;
            }
            self.faults.push(Fault::at(&[name], "Is not a known field."));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Error::Invalid(self.faults)) }
    }
}

/// Where JSON breaks off, in our words: the parser's own may quote the body.
fn describe(error: &serde_json::Error) -> Cow<'static, str> {
    let what = if error.is_eof() { "ends too early" } else { "is not valid JSON" };
    format!("The body {what} at line {}, column {}.", error.line(), error.column()).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn detail(body: &[u8]) -> String {
        match JsonObject::read(body) {
            Err(Error::Malformed(detail)) => detail.into_owned(),
            Err(error) => error.to_string(),
            Ok(_) => "read".to_owned(),
        }
    }

    #[test]
    fn says_why_a_body_cannot_be_read() {
        assert_eq!(detail(b""), "The body is empty; a JSON object is expected.");
        assert_eq!(detail(b"\xff{}"), "The body is not UTF-8.");
        assert_eq!(detail(b"[1]"), "The body is JSON, but not an object.");
        assert_eq!(
            detail(b"{\"a\": 1,\n secret}"),
            "The body is not valid JSON at line 2, column 2."
        );
        assert_eq!(detail(b"{\"a\": \"b"), "The body ends too early at line 1, column 8.");
        assert_eq!(detail(b"{\"a\": \"\\ud800\"}"), "read");
        assert_eq!(detail(b"\xef\xbb\xbf{}"), "read");
    }

    #[test]
    fn refuses_deep_nesting_and_large_bodies() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(detail(deep.as_bytes()), "The body is not valid JSON at line 1, column 132.");
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(limits::BODY_BYTES));
        assert_eq!(detail(large.as_bytes()), "body over 262144 bytes");
    }

    #[test]
    fn thousands_of_unknown_fields_give_a_bounded_answer() {
        let fields: Vec<String> = (0..5_000).map(|index| format!("\"f{index}\":1")).collect();
        let body = format!("{{{}}}", fields.join(","));
        let Err(Error::Invalid(faults)) = JsonObject::read(body.as_bytes()).unwrap().finish(&[])
        else {
            panic!("accepted");
        };
        assert_eq!(faults.len(), limits::FAULTS_REPORTED);
    }

    proptest! {
        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = JsonObject::read(&body);
        }
    }
}
