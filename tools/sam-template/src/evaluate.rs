//! Evaluates template values to JSON, only when something asks for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Settings;
use super::error::TemplateError;
use super::node::Node;
use super::place::{Place, list_names};
use super::sections::Sections;

/// Deepest chain of nested values, functions and conditions. Our own limit: it is twice what one
/// template tree can nest, and keeps the call stack small.
const DEPTH_LIMIT: usize = 128;

/// Evaluates the values of one template. It keeps what it found of conditions, so that each is worked
/// out once.
pub(super) struct Evaluator<'t> {
    pub(super) sections: &'t Sections<'t>,
    pub(super) settings: &'t Settings,
    pub(super) conditions: BTreeMap<&'t str, Progress>,
    depth: usize,
}

/// How far a condition is. Asking for one that is under way means it depends on itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum Progress {
    UnderWay,
    Done(bool),
}

impl<'t> Evaluator<'t> {
    /// # Errors
    /// [`TemplateError::Invalid`] when the settings give a parameter the template does not have.
    pub(super) fn new(
        sections: &'t Sections<'t>,
        settings: &'t Settings,
    ) -> Result<Evaluator<'t>, TemplateError> {
        for name in settings.parameters.keys() {
            if !sections.parameters.contains_key(name.as_str()) {
                return Err(Place::Section("Parameters").invalid(format!(
                    "a value was given for `{name}`, which the template does not have (it has: {})",
                    list_names(sections.parameters.keys().copied())
                )));
            }
        }
        Ok(Evaluator { sections, settings, conditions: BTreeMap::new(), depth: 0 })
    }

    /// The value of a node. Nothing means `AWS::NoValue`: the property is not there at all.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for a function that cannot be evaluated, an unknown name, and a
    /// value that depends on too many others.
    pub(super) fn evaluate(
        &mut self,
        node: &Node,
        place: &Place<'_>,
    ) -> Result<Option<Value>, TemplateError> {
        self.nested(place, |evaluator| match node {
            Node::Null => Ok(Some(Value::Null)),
            Node::Bool(value) => Ok(Some(Value::from(*value))),
            Node::Integer(value) => Ok(Some(Value::from(*value))),
            Node::Float(value) => Ok(Some(Value::from(*value))),
            Node::String(text) => Ok(Some(Value::from(text.clone()))),
            Node::List(items) => evaluator.evaluate_list(items, place).map(Some),
            Node::Map(entries) => evaluator.evaluate_map(entries, place).map(Some),
            Node::Function(name, argument) => evaluator.call(name, argument, place),
        })
    }

    fn evaluate_list(&mut self, items: &[Node], place: &Place<'_>) -> Result<Value, TemplateError> {
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            values.extend(self.evaluate(item, &place.item(index))?);
        }
        Ok(Value::Array(values))
    }

    fn evaluate_map(
        &mut self,
        entries: &[(String, Node)],
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        let mut values = Map::new();
        for (key, node) in entries {
            if key.starts_with("Fn::") {
                return Err(place.invalid(format!("the function {key} must be the only key here")));
            }
            if let Some(value) = self.evaluate(node, &place.key(key))? {
                values.insert(key.clone(), value);
            }
        }
        Ok(Value::Object(values))
    }

    /// Runs one level deeper, within the depth limit.
    pub(super) fn nested<T>(
        &mut self,
        place: &Place<'_>,
        work: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.depth >= DEPTH_LIMIT {
            return Err(place.invalid(format!(
                "the value depends on other values through more than {DEPTH_LIMIT} levels"
            )));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::super::document;
    use super::*;

    pub(in super::super) fn settings() -> Settings {
        Settings {
            region: "eu-west-1".to_owned(),
            account_id: "000000000000".to_owned(),
            stack_name: "support".to_owned(),
            queue_url_base: "http://127.0.0.1:9324".to_owned(),
            parameters: BTreeMap::new(),
        }
    }

    /// Evaluates the `Metadata` of a template that has the given other sections.
    pub(in super::super) fn value_with(
        settings: &Settings,
        sections: &str,
        value: &str,
    ) -> Result<Option<Value>, String> {
        let mut text = format!("{sections}\n");
        if !sections.contains("Resources:") {
            text.push_str("Resources: {Unused: {Type: 'AWS::Logs::LogGroup'}}\n");
        }
        text.push_str(&format!("Metadata: {value}\n"));
        let document = document::parse(&text).map_err(|error| error.to_string())?;
        let sections = Sections::read(&document).map_err(|error| error.to_string())?;
        let mut evaluator =
            Evaluator::new(&sections, settings).map_err(|error| error.to_string())?;
        let node = document.get("Metadata").unwrap();
        evaluator.evaluate(node, &Place::Section("Metadata")).map_err(|error| error.to_string())
    }

    pub(in super::super) fn value(sections: &str, value: &str) -> Value {
        value_with(&settings(), sections, value).unwrap().unwrap()
    }

    pub(in super::super) fn refused(sections: &str, value: &str) -> String {
        value_with(&settings(), sections, value).unwrap_err()
    }

    #[test]
    fn plain_values_and_dynamic_references_stay_as_they_are() {
        assert_eq!(
            value("", "{a: [1, 0.5, true, ~], b: '{{resolve:ssm:/support/key:1}}'}"),
            json!({"a": [1, 0.5, true, null], "b": "{{resolve:ssm:/support/key:1}}"})
        );
    }

    #[test]
    fn no_value_removes_the_entry() {
        assert_eq!(
            value("", "{a: !Ref 'AWS::NoValue', b: [1, !Ref 'AWS::NoValue', 2]}"),
            json!({"b": [1, 2]})
        );
        let nothing = value_with(&settings(), "", "!Ref AWS::NoValue").unwrap();
        assert_eq!(nothing, None);
    }

    #[test]
    fn a_function_beside_another_key_is_refused_with_its_place() {
        assert_eq!(
            refused("", "{a: [{Fn::Sub: x, b: 1}]}"),
            "template Metadata.a[0]: the function Fn::Sub must be the only key here"
        );
    }

    #[test]
    fn an_unknown_parameter_override_is_refused() {
        let mut settings = settings();
        settings.parameters.insert("Stge".to_owned(), "dev".to_owned());
        let message =
            value_with(&settings, "Parameters: {Stage: {Type: String}}", "1").unwrap_err();
        assert!(message.contains("`Stge`"), "{message}");
        assert!(message.contains("it has: Stage"), "{message}");
    }

    #[test]
    fn long_chains_run_into_the_depth_limit() {
        let mut conditions = String::from("Conditions:\n");
        for level in 0..400 {
            conditions.push_str(&format!("  C{level}: !Condition C{}\n", level + 1));
        }
        conditions.push_str("  C400: !Equals [a, a]\n");
        let message = refused(&conditions, "!If [C0, a, b]");
        assert!(message.contains("more than 128 levels"), "{message}");
    }
}
