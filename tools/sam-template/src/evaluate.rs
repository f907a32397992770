//! Evaluates template values to JSON, only when something asks for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Settings;
use super::error::TemplateError;
use super::node::Node;
use super::place::{Place, list_names};
use super::sections::Sections;

/// Deepest chain of nested values, functions, names and conditions. Our own limit: it is twice
/// what one template tree can nest, and keeps the call stack small.
const DEPTH_LIMIT: usize = 128;

/// Most work in nodes and bytes of text for one template: 16 times the largest template. It stops
/// names that multiply, such as a queue name made of two other names, each made of two more.
const WORK_LIMIT: usize = 16 * 1024 * 1024;

/// Evaluates the values of one template. It remembers conditions and names, so each is worked out
/// once.
pub(super) struct Evaluator<'t> {
    pub(super) sections: &'t Sections<'t>,
    pub(super) settings: &'t Settings,
    pub(super) conditions: BTreeMap<&'t str, Progress<bool>>,
    /// Physical names by logical id.
    pub(super) names: BTreeMap<&'t str, Progress<String>>,
    depth: usize,
    work: usize,
}

/// How far a remembered value is. Asking for one that is under way means it depends on itself.
#[derive(Debug, Clone)]
pub(super) enum Progress<T> {
    UnderWay,
    Done(T),
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
        Ok(Evaluator {
            sections,
            settings,
            conditions: BTreeMap::new(),
            names: BTreeMap::new(),
            depth: 0,
            work: 0,
        })
    }

    /// The value of a node. Nothing means `AWS::NoValue`: the property is not there at all.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for a function that cannot be evaluated, an unknown name, a
    /// value that depends on itself, and work over the limits.
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
            Node::String(text) => evaluator.produce(text.clone(), place).map(Some),
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
            self.spend(key.len(), place)?;
            if let Some(value) = self.evaluate(node, &place.key(key))? {
                values.insert(key.clone(), value);
            }
        }
        Ok(Value::Object(values))
    }

    /// Text that a function made, counted as work.
    pub(super) fn produce(
        &mut self,
        text: String,
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        self.spend(text.len(), place)?;
        Ok(Value::String(text))
    }

    pub(super) fn spend(&mut self, amount: usize, place: &Place<'_>) -> Result<(), TemplateError> {
        self.work = self.work.saturating_add(amount);
        if self.work > WORK_LIMIT {
            return Err(place.invalid(format!(
                "the values of the template add up to more than {WORK_LIMIT} bytes"
            )));
        }
        Ok(())
    }

    /// Runs one level deeper, within the depth limit.
    pub(super) fn nested<T>(
        &mut self,
        place: &Place<'_>,
        work: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        self.spend(1, place)?;
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
    fn names_that_multiply_run_into_the_work_limit() {
        let mut resources = String::from(
            "Resources:\n  Q0: {Type: 'AWS::SQS::Queue', Properties: {QueueName: aaaaaaaa}}\n",
        );
        for level in 1..30 {
            let previous = level - 1;
            resources.push_str(&format!(
                "  Q{level}: {{Type: 'AWS::SQS::Queue', Properties: {{QueueName: !Sub '${{Q{previous}.QueueName}}${{Q{previous}.QueueName}}'}}}}\n"
            ));
        }
        let message = refused(&resources, "!GetAtt Q29.QueueName");
        assert!(message.contains("add up to more than"), "{message}");
    }

    #[test]
    fn long_chains_run_into_the_depth_limit() {
        let mut resources = String::from("Resources:\n");
        for level in 0..400 {
            let next = level + 1;
            resources.push_str(&format!(
                "  Q{level}: {{Type: 'AWS::SQS::Queue', Properties: {{QueueName: !GetAtt Q{next}.QueueName}}}}\n"
            ));
        }
        resources.push_str("  Q400: {Type: 'AWS::SQS::Queue'}\n");
        let message = refused(&resources, "!GetAtt Q0.QueueName");
        assert!(message.contains("more than 128 levels"), "{message}");
    }
}
