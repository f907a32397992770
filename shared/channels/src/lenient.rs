//! Reads single values of a vendor's JSON in whichever of the usual spellings they come. A missing
//! member is null here, as `value["name"]` gives it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::contact::Contact;
use super::event::{AccountId, Unreadable};
use super::html;
use super::lenient_json::{self, LenientJson};
use super::placeholder;
use copilot_core::limits;
use copilot_core::ticket::{CustomerName, Description, ExternalId, Tag, parse_time};

/// The body as a JSON object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    if body.len() > limits::BODY_BYTES {
        return Err(Unreadable { reason: "the body is too large" });
    }
    let Ok(LenientJson { value, duplicates, .. }) = lenient_json::parse(body) else {
        return Err(Unreadable { reason: "the body is not JSON" });
    };
    // A text that breaks out of a template must not replace what names the ticket.
    if duplicates.iter().any(|name| names_an_identity(name)) {
        return Err(Unreadable {
            reason: "a member that names the ticket or its account comes twice",
        });
    }
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Unreadable { reason: "the body is JSON, but not an object" }),
    }
}

/// Whether a member of this name says which ticket, account, message or customer is meant.
fn names_an_identity(name: &str) -> bool {
    let identities =
        ["id", "ticketid", "accountid", "appid", "requesterid", "requesteremail", "email"];
    identities.iter().any(|identity| is_named(name, identity))
}

/// Whether a member is called `name`, whatever its case and however its words are joined.
pub(super) fn is_named(member: &str, name: &str) -> bool {
    let letters = member.chars().filter(|letter| !matches!(letter, '_' | '.' | '-' | ' '));
    letters.map(|letter| letter.to_ascii_lowercase()).eq(name.chars())
}

/// A text with words in it. Blank is absent: placeholders without a value come as `""`.
pub(super) fn words(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| Description::fit(text).is_ok())
}

/// An id, as a number or as a text.
pub(super) fn id(value: &Value) -> Option<ExternalId> {
    match value {
        Value::Number(number) if !number.is_f64() => ExternalId::parse(&number.to_string()).ok(),
        Value::String(text) => ExternalId::parse(text).ok(),
        _ => None,
    }
}

/// An account's or an app's id, as a number or as a text.
pub(super) fn account(value: &Value) -> Option<AccountId> {
    id(value).and_then(|id| AccountId::parse(id.as_str()))
}

/// What an object says of a person: address, name and id.
pub(super) fn person(value: &Value) -> Contact {
    let name = Contact { name: name(&value["name"]), id: id(&value["id"]), ..Contact::default() };
    name.or(Contact::of(&value["email"]))
}

/// A person's name.
pub(super) fn name(value: &Value) -> Option<CustomerName> {
    let name = words(value).filter(|name| !placeholder::is_unfilled(name));
    name.and_then(|name| CustomerName::fit(&html::decoded(name)).ok())
}

/// A text of one line, which some vendors write as HTML, as words.
pub(super) fn line(value: &Value) -> Option<Cow<'_, str>> {
    let line = match html::readable_text(words(value)?) {
        Cow::Borrowed(plain) => html::decoded(plain),
        text => text,
    };
    Some(line).filter(|text| Description::fit(text).is_ok())
}

/// A truth, as such or as a text in any case.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A time, as RFC 3339 or as seconds since 1970. Zero means never.
pub(super) fn time(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::Number(number) if number.as_i64() != Some(0) => parse_time(&number.to_string()),
        Value::String(text) => parse_time(text.trim()),
        _ => None,
    }
}

/// Labels: each once, in their order, no more than [`limits::TAGS`].
pub(super) fn tags<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Tag> {
    let mut tags = Vec::new();
    for tag in names.filter_map(|name| Tag::fit(name).ok()) {
        if tags.len() == limits::TAGS {
            break;
        }
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn blank_is_absent() {
        for value in [json!(null), json!(""), json!(" \n"), json!("\u{7}"), json!(7), json!([])] {
            assert_eq!(words(&value), None, "{value}");
        }
        assert_eq!(words(&json!(" a ")), Some(" a "));
    }

    #[test]
    fn ids_are_numbers_or_texts() {
        let text = |value| id(&value).map(|id| id.as_str().to_owned());
        assert_eq!(text(json!(18_446_744_073_709_551_615_u64)).unwrap(), "18446744073709551615");
        assert_eq!(text(json!(" 123 ")).unwrap(), "123");
        for value in [json!(1.5), json!(""), json!(null), json!(true), json!("x".repeat(256))] {
            assert_eq!(text(value), None);
        }
        assert_eq!(account(&json!("a:b")), None);
    }

    #[test]
    fn truths_and_times_come_in_several_spellings() {
        assert_eq!(truth(&json!("True")), Some(true));
        assert_eq!(truth(&json!(false)), Some(false));
        assert_eq!(truth(&json!("no")), None);
        let seconds = time(&json!(1_596_634_805)).unwrap();
        assert_eq!(time(&json!("1596634805")), Some(seconds));
        assert_eq!(time(&json!("2020-08-05T13:40:05.000+00:00")), Some(seconds));
        for value in [json!(0), json!(-1), json!(1e300), json!(null), json!("soon")] {
            assert_eq!(time(&value), None, "{value}");
        }
    }

    #[test]
    fn tags_are_kept_once_and_bounded() {
        let names: Vec<String> = (0..200).map(|index| format!("tag{}", index / 2)).collect();
        assert_eq!(tags(names.iter().map(String::as_str)).len(), limits::TAGS);
        let tags = tags(["b", " ", "a", "b"].into_iter());
        assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["b", "a"]);
    }
}
