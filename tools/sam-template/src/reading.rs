//! Reads the properties of a resource as the types the local stack needs.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::node::Node;
use super::place::Place;

/// The properties of a resource or of an event, over the defaults that `Globals` gives them.
#[derive(Clone, Copy)]
pub(super) struct Properties<'n> {
    pub(super) own: Option<&'n Node>,
    pub(super) place: Place<'n>,
    pub(super) globals: Option<(&'n Node, Place<'n>)>,
}

impl<'n> Properties<'n> {
    /// Properties that have no globals.
    pub(super) fn plain(own: Option<&'n Node>, place: Place<'n>) -> Properties<'n> {
        Properties { own, place, globals: None }
    }

    /// Where the property stands: in `Globals` when only they have it.
    fn place_of<'k>(&'k self, name: &'k str) -> Place<'k> {
        let is_own = self.own.is_some_and(|own| own.get(name).is_some());
        match &self.globals {
            Some((globals, place)) if !is_own && globals.get(name).is_some() => place.key(name),
            _ => self.place.key(name),
        }
    }

    /// An error about one property.
    pub(super) fn invalid(&self, name: &str, detail: impl Into<String>) -> TemplateError {
        self.place_of(name).invalid(detail)
    }
}

impl Evaluator<'_> {
    /// The value of a property. Nothing when it is not there or is `AWS::NoValue`.
    pub(super) fn property(
        &mut self,
        properties: &Properties<'_>,
        name: &str,
    ) -> Result<Option<Value>, TemplateError> {
        let own = properties.own.and_then(|own| own.get(name));
        let own = own.map(|node| (node, properties.place.key(name)));
        let global = properties
            .globals
            .as_ref()
            .and_then(|(globals, place)| globals.get(name).map(|node| (node, place.key(name))));
        match self.layered(global, own)? {
            Some(Value::Null) => {
                Err(properties.invalid(name, "CloudFormation does not accept null here"))
            }
            value => Ok(value),
        }
    }

    pub(super) fn text_property(
        &mut self,
        properties: &Properties<'_>,
        name: &str,
    ) -> Result<Option<String>, TemplateError> {
        let value = self.property(properties, name)?;
        value.map(|value| text(value, &properties.place_of(name))).transpose()
    }

    pub(super) fn boolean_property(
        &mut self,
        properties: &Properties<'_>,
        name: &str,
    ) -> Result<Option<bool>, TemplateError> {
        let value = self.property(properties, name)?;
        value.map(|value| boolean(value, &properties.place_of(name))).transpose()
    }

    pub(super) fn integer_property(
        &mut self,
        properties: &Properties<'_>,
        name: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, TemplateError> {
        let value = self.property(properties, name)?;
        value.map(|value| integer(value, range, &properties.place_of(name))).transpose()
    }

    pub(super) fn map_property(
        &mut self,
        properties: &Properties<'_>,
        name: &str,
    ) -> Result<Option<Map<String, Value>>, TemplateError> {
        match self.property(properties, name)? {
            None => Ok(None),
            Some(Value::Object(entries)) => Ok(Some(entries)),
            Some(other) => {
                Err(properties
                    .invalid(name, format!("this must be a map, but it is {}", kind(&other))))
            }
        }
    }

    pub(super) fn list_property(
        &mut self,
        properties: &Properties<'_>,
        name: &str,
    ) -> Result<Option<Vec<Value>>, TemplateError> {
        match self.property(properties, name)? {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(properties
                .invalid(name, format!("this must be a list, but it is {}", kind(&other)))),
        }
    }

    /// Merges a global value with a function's own, as SAM does: maps merge, and anything else is the
    /// function's own when it has one. A function such as `!If` is not merged, it overrides. (SAM joins
    /// lists; no property that is read here is one in `Globals`.)
    fn layered(
        &mut self,
        global: Option<(&Node, Place<'_>)>,
        own: Option<(&Node, Place<'_>)>,
    ) -> Result<Option<Value>, TemplateError> {
        match (global, own) {
            (None, None) => Ok(None),
            (
                Some((Node::Map(global_entries), global_place)),
                Some((Node::Map(own_entries), own_place)),
            ) => {
                let mut own_left: BTreeMap<&str, &Node> =
                    own_entries.iter().map(|(key, node)| (key.as_str(), node)).collect();
                let mut merged = Map::new();
                for (key, node) in global_entries {
                    let global = Some((node, global_place.key(key)));
                    let own = own_left.remove(key.as_str()).map(|node| (node, own_place.key(key)));
                    if let Some(value) = self.layered(global, own)? {
                        merged.insert(key.clone(), value);
                    }
                }
                for (key, node) in own_left {
                    if let Some(value) = self.evaluate(node, &own_place.key(key))? {
                        merged.insert(key.to_owned(), value);
                    }
                }
                Ok(Some(Value::Object(merged)))
            }
            (_, Some((node, place))) | (Some((node, place)), None) => self.evaluate(node, &place),
        }
    }
}

/// Text as CloudFormation prints a scalar.
pub(super) fn text(value: Value, place: &Place<'_>) -> Result<String, TemplateError> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        other => Err(place.invalid(format!("this must be text, but it is {}", kind(&other)))),
    }
}

/// A boolean, or the text `true` or `false` that a parameter gives.
pub(super) fn boolean(value: Value, place: &Place<'_>) -> Result<bool, TemplateError> {
    match &value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        other => Err(place.invalid(format!("this must be true or false, but it is {other}"))),
    }
}

/// A whole number in the range, or its digits as text that a parameter gives.
pub(super) fn integer(
    value: Value,
    range: RangeInclusive<u32>,
    place: &Place<'_>,
) -> Result<u32, TemplateError> {
    let number = match &value {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    };
    if let Some(number) = number.filter(|number| range.contains(number)) {
        return Ok(number);
    }
    let found = match &value {
        Value::Array(_) | Value::Object(_) => kind(&value).to_owned(),
        scalar => scalar.to_string(),
    };
    Err(place.invalid(format!(
        "this must be a whole number from {} to {}, but it is {found}",
        range.start(),
        range.end()
    )))
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document;
    use super::super::evaluate::tests::settings;
    use super::super::sections::Sections;
    use super::*;

    fn merged(global: &str, own: &str) -> Result<Option<Value>, String> {
        let resources = "Resources: {A: {Type: T}}";
        let sections_node = document::parse(resources).unwrap();
        let sections = Sections::read(&sections_node).unwrap();
        let settings = settings();
        let mut evaluator = Evaluator::new(&sections, &settings).unwrap();
        let global = document::parse(global).unwrap();
        let own = document::parse(own).unwrap();
        let properties = Properties {
            own: Some(&own),
            place: Place::Section("Own"),
            globals: Some((&global, Place::Section("Globals"))),
        };
        evaluator.property(&properties, "P").map_err(|error| error.to_string())
    }

    #[test]
    fn maps_merge_and_scalars_override() {
        let value = merged("P: {A: 1, B: {C: 1, D: 1}, S: s}", "P: {B: {D: 2}, S: t, N: 3}");
        assert_eq!(value, Ok(Some(json!({"A": 1, "B": {"C": 1, "D": 2}, "S": "t", "N": 3}))));
        assert_eq!(merged("P: 1", "Q: 2"), Ok(Some(json!(1))));
        assert_eq!(merged("Q: 1", "Q: 2"), Ok(None));
    }

    #[test]
    fn a_function_overrides_instead_of_merging() {
        let value = merged("P: {A: 1, B: 2}", "P: {A: !Ref 'AWS::NoValue'}");
        assert_eq!(value, Ok(Some(json!({"B": 2}))));
        assert_eq!(merged("P: {A: 1}", "P: !Ref AWS::NoValue"), Ok(None));
    }

    #[test]
    fn errors_point_at_the_layer_that_has_the_value() {
        let message = merged("P: {A: !Ref Nope}", "P: {B: 1}").unwrap_err();
        assert!(message.starts_with("template Globals.P.A: "), "{message}");
        let message = merged("P: {B: 1}", "P: {A: !Ref Nope}").unwrap_err();
        assert!(message.starts_with("template Own.P.A: "), "{message}");
        let message = merged("P: ~", "Q: 1").unwrap_err();
        assert!(message.starts_with("template Globals.P: "), "{message}");
    }

    #[test]
    fn scalars_convert_and_refuse() {
        let place = Place::Section("X");
        assert_eq!(text(json!(1.5), &place).unwrap(), "1.5");
        assert_eq!(text(json!(false), &place).unwrap(), "false");
        assert!(text(json!(null), &place).is_err());
        assert!(boolean(json!("true"), &place).unwrap());
        assert!(boolean(json!(1), &place).is_err());
        assert_eq!(integer(json!("7"), 1..=9, &place).unwrap(), 7);
        for refused in [json!(0), json!(10), json!(1.5), json!("x"), json!(-1), json!([1])] {
            assert!(integer(refused.clone(), 1..=9, &place).is_err(), "{refused}");
        }
    }
}
