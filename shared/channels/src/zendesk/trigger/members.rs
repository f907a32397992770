//! The members of a trigger's body under whichever names an account gives them.

use serde_json::{Map, Value};

use super::super::super::lenient;
use super::super::super::placeholder::is_unfilled;

/// The members of a ticket, and those that stand around it.
pub(super) struct Members<'a> {
    /// The ticket's own first.
    pub(super) scopes: Vec<&'a Map<String, Value>>,
}

/// What templates wrap a ticket in.
const WRAPPERS: [&str; 6] = ["data", "payload", "detail", "details", "event", "body"];

impl<'a> Members<'a> {
    /// Finds the ticket in a body: `ticket`, perhaps within a wrapper, or the body itself.
    pub(super) fn of(body: &'a Value) -> Self {
        let Some(outer) = body.as_object() else { return Self { scopes: Vec::new() } };
        let mut scopes = vec![outer];
        let wrapper = WRAPPERS.iter().find_map(|name| object(outer, name));
        scopes.extend(wrapper.filter(|inner| object(outer, "ticket").is_none() && has_id(inner)));
        let ticket = object(outer, "ticket").or_else(|| object(wrapper?, "ticket"));
        scopes.extend(ticket);
        scopes.reverse();
        Self { scopes }
    }

    /// The members of one object alone.
    pub(super) fn only(members: &'a Map<String, Value>) -> Self {
        Self { scopes: vec![members] }
    }

    /// The first of `names` that has a value; null when none has. The names are in lower case and
    /// without separators.
    pub(super) fn first(&self, names: &[&str]) -> &'a Value {
        const NOTHING: &Value = &Value::Null;
        names
            .iter()
            .flat_map(|name| self.scopes.iter().map(move |scope| (*name, *scope)))
            .find_map(|(name, scope)| {
                scope
                    .iter()
                    .find(|(member, value)| lenient::is_named(member, name) && has_value(value))
                    .map(|(_, value)| value)
            })
            .unwrap_or(NOTHING)
    }

    /// Whether the body is the template itself: its number is a placeholder, or all that could be words
    /// are.
    pub(super) fn are_unfilled(&self) -> bool {
        let texts = || {
            let members = self.scopes.iter().flat_map(|scope| scope.iter());
            members.filter_map(|(name, value)| value.as_str().map(|text| (name, text)))
        };
        let is_id = |name: &str| ["id", "ticketid"].iter().any(|id| lenient::is_named(name, id));
        let is_text = |name: &str| {
            let texts = ["title", "subject", "description", "comment", "tickettitle"];
            texts.iter().any(|text| lenient::is_named(name, text))
        };
        texts().any(|(name, text)| is_id(name) && is_unfilled(text))
            || (texts().any(|(name, text)| is_text(name) && is_unfilled(text))
                && texts().all(|(name, text)| is_unfilled(text) || !is_text(name)))
    }
}

fn object<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    members.iter().find(|(member, _)| lenient::is_named(member, name))?.1.as_object()
}

fn has_id(members: &Map<String, Value>) -> bool {
    let is_id =
        |name: &String| ["id", "ticketid", "ticket"].iter().any(|id| lenient::is_named(name, id));
    members.keys().any(is_id)
}

/// A placeholder without a value comes as `""`.
fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty() && !is_unfilled(text),
        _ => true,
    }
}
