//! What a value of JSON says, where a text or a label belongs.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::row::Meaning;

/// Members that hold what an object stands for: its words, or its name.
const NAMING_MEMBERS: [&str; 9] =
    ["text", "plain", "body", "value", "display_value", "name", "label", "title", "displayName"];
/// Members that hold the parts of a text that is kept as a tree, as in Jira.
const PART_MEMBERS: [&str; 2] = ["content", "children"];
/// Members whose own members count as columns: the ticket itself, as REST interfaces wrap it.
const WRAPPERS: [&str; 5] = ["fields", "properties", "source", "ticket", "attributes"];

/// The names of an object's members, with those of the objects that hold the ticket.
pub fn names(object: &Map<String, Value>) -> Vec<String> {
    let mut names = Vec::new();
    for (name, value) in object {
        match value {
            Value::Object(inner) if WRAPPERS.contains(&name.as_str()) => {
                names.extend(inner.keys().map(|inner| format!("{name}.{inner}")));
            }
            _ => names.push(name.clone()),
        }
    }
    names
}

/// The value of the column `name`.
pub fn value<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        object.get(outer)?.as_object()?.get(inner)
    })
}

/// What `value` says; nothing if it says nothing that can be read so.
pub fn said(value: &Value, meaning: Meaning) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(_) | Value::Number(_) => Some(Cow::Owned(value.to_string())),
        Value::Array(values) => match meaning {
            Meaning::One => only(values),
            Meaning::Words => words(values),
        },
        Value::Object(members) => object(members, meaning),
    }
}

/// The one thing that a list holds. Of several none is the one that is meant.
fn only(values: &[Value]) -> Option<Cow<'_, str>> {
    let mut said = values.iter().filter_map(|value| said(value, Meaning::One));
    let first = said.next()?;
    said.all(|further| further == first).then_some(first)
}

/// The words of a list, each part on a line, and those of one line together.
fn words(values: &[Value]) -> Option<Cow<'_, str>> {
    let are_inline = values.iter().all(|value| value["type"] == "text");
    let parts: Vec<Cow<'_, str>> =
        values.iter().filter_map(|value| said(value, Meaning::Words)).collect();
    match parts.len() {
        0 => None,
        1 => parts.into_iter().next(),
        _ => Some(Cow::Owned(parts.join(if are_inline { "" } else { "\n" }))),
    }
}

fn object(members: &Map<String, Value>, meaning: Meaning) -> Option<Cow<'_, str>> {
    let naming = NAMING_MEMBERS.iter().filter_map(|name| members.get(*name));
    let named = naming.filter(|value| !value.is_array()).find_map(|value| said(value, meaning));
    named.or_else(|| {
        let parts = PART_MEMBERS.iter().find_map(|name| members.get(*name))?;
        said(parts, meaning)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_label_is_one_thing_or_none() {
        for (value, label) in [
            (json!("billing"), Some("billing")),
            (json!(["billing"]), Some("billing")),
            (json!(["billing", null]), Some("billing")),
            (json!(["billing", "billing"]), Some("billing")),
            (json!([{"id": 7, "name": "billing", "color": "red"}]), Some("billing")),
            (json!({"self": "https://j.example", "value": "billing", "id": "1"}), Some("billing")),
            (json!({"display_value": "Billing", "link": "https://s.example"}), Some("Billing")),
            (json!({"type": "list", "content": ["billing"]}), Some("billing")),
            (json!(7), Some("7")),
            (json!(["billing", "vip"]), None),
            (json!([]), None),
            (json!(null), None),
            (json!({"id": 7}), None),
            (json!([{"id": 7}]), None),
        ] {
            assert_eq!(said(&value, Meaning::One).as_deref(), label, "{value}");
        }
    }

    #[test]
    fn a_text_keeps_all_its_words() {
        for (value, text) in [
            (json!(["Where is it?"]), Some("Where is it?")),
            (json!(["Hello", "Where is it?"]), Some("Hello\nWhere is it?")),
            (json!({"plain": "Where is it?", "html": "<p>Where is it?</p>"}), Some("Where is it?")),
            (
                json!({"type": "doc", "version": 1, "content": [
                    {"type": "paragraph", "content": [
                        {"type": "text", "text": "My parcel "},
                        {"type": "text", "text": "is late.", "marks": [{"type": "strong"}]},
                    ]},
                    {"type": "paragraph", "content": [{"type": "text", "text": "Where is it?"}]},
                ]}),
                Some("My parcel is late.\nWhere is it?"),
            ),
            (json!([]), None),
            (json!({"id": 7}), None),
        ] {
            assert_eq!(said(&value, Meaning::Words).as_deref(), text, "{value}");
        }
    }

    #[test]
    fn the_members_of_a_wrapped_ticket_are_columns() {
        let object = json!({"key": "A-1", "fields": {"summary": "Late"}, "customer": {"id": 1}});
        let object = object.as_object().unwrap();
        let mut names = names(object);
        names.sort();
        assert_eq!(names, ["customer", "fields.summary", "key"]);
        assert_eq!(value(object, "fields.summary"), Some(&json!("Late")));
        assert_eq!(value(object, "customer.name"), None);
    }
}
