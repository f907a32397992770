//! The values of parameters and pseudo parameters.

use serde_json::Value;

use super::Settings;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::node::Node;
use super::physical_names::partition;
use super::place::{Place, list_names};

impl Evaluator<'_> {
    /// The value of a pseudo parameter, apart from `AWS::NoValue`.
    pub(super) fn pseudo_parameter(&self, name: &str) -> Option<String> {
        let Settings { region, account_id, stack_name, .. } = self.settings;
        Some(match name {
            "AWS::Region" => region.clone(),
            "AWS::AccountId" => account_id.clone(),
            "AWS::StackName" => stack_name.clone(),
            // On AWS each stack that is made has another number at the end; here there is one stack.
            "AWS::StackId" => {
                self.settings.arn("cloudformation", &format!("stack/{stack_name}/local"))
            }
            "AWS::Partition" => partition(region).to_owned(),
            _ => return None,
        })
    }

    /// The value of a parameter of the template: text, or a list of text.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] when it has no value, or one that is not allowed.
    pub(super) fn parameter(
        &mut self,
        name: &str,
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        let section = Place::Section("Parameters");
        let declared_at = section.key(name);
        let sections = self.sections;
        let declaration = sections.parameters.get(name).copied();
        let Some(Node::String(type_name)) = declaration.and_then(|node| node.get("Type")) else {
            return Err(declared_at.invalid("the parameter has no Type"));
        };
        let default = declaration.and_then(|node| node.get("Default"));
        let value = match (self.settings.parameters.get(name), default) {
            (Some(given), _) => given.clone(),
            (None, Some(default)) => scalar_text(default, &declared_at.key("Default"))?,
            (None, None) => {
                return Err(place.invalid(format!(
                    "the parameter `{name}` has no default, so it needs to be given a value"
                )));
            }
        };
        check_allowed(&value, declaration, &declared_at)?;
        if type_name == "CommaDelimitedList" {
            return Ok(value.split(',').map(|item| Value::from(item.trim())).collect());
        }
        Ok(Value::String(value))
    }
}

fn check_allowed(
    value: &str,
    declaration: Option<&Node>,
    declared_at: &Place<'_>,
) -> Result<(), TemplateError> {
    let Some(Node::List(allowed)) = declaration.and_then(|node| node.get("AllowedValues")) else {
        return Ok(());
    };
    let place = declared_at.key("AllowedValues");
    let mut allowed_texts = Vec::new();
    for (index, item) in allowed.iter().enumerate() {
        allowed_texts.push(scalar_text(item, &place.item(index))?);
    }
    if allowed_texts.iter().any(|allowed| allowed == value) {
        return Ok(());
    }
    Err(declared_at.invalid(format!(
        "the value `{value}` is not allowed (allowed: {})",
        list_names(allowed_texts.iter().map(String::as_str))
    )))
}

fn scalar_text(node: &Node, place: &Place<'_>) -> Result<String, TemplateError> {
    match node {
        Node::String(value) => Ok(value.clone()),
        Node::Bool(value) => Ok(value.to_string()),
        Node::Integer(value) => Ok(value.to_string()),
        Node::Float(value) => Ok(Value::from(*value).to_string()),
        other => Err(place.invalid(format!("this must be text, but it is {}", other.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, settings, value, value_with};

    #[test]
    fn pseudo_parameters_follow_the_region() {
        assert_eq!(value("", "!Ref AWS::AccountId"), json!("000000000000"));
        assert_eq!(value("", "!Ref AWS::Partition"), json!("aws"));
        let mut china = settings();
        china.region = "cn-north-1".to_owned();
        let text = value_with(&china, "", "!Ref AWS::Partition");
        assert_eq!(text, Ok(Some(json!("aws-cn"))));
    }

    #[test]
    fn parameters_take_the_given_value_over_the_default() {
        let parameters = "Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, live]}
  Days: {Type: Number, Default: 30}
  Zones: {Type: CommaDelimitedList, Default: 'a, b'}
  Bare: {Type: String}
";
        assert_eq!(value(parameters, "!Ref Stage"), json!("dev"));
        assert_eq!(value(parameters, "!Ref Days"), json!("30"));
        assert_eq!(value(parameters, "!Ref Zones"), json!(["a", "b"]));
        assert!(refused(parameters, "!Ref Bare").contains("no default"));
        let mut settings = settings();
        for (name, given) in [("Stage", "live"), ("Bare", "b")] {
            settings.parameters.insert(name.to_owned(), given.to_owned());
        }
        let given = value_with(&settings, parameters, "[!Ref Stage, !Ref Bare]");
        assert_eq!(given, Ok(Some(json!(["live", "b"]))));
        settings.parameters.insert("Stage".to_owned(), "test".to_owned());
        let message = value_with(&settings, parameters, "!Ref Stage").unwrap_err();
        assert!(
            message
                .contains("Parameters.Stage: the value `test` is not allowed (allowed: dev, live)")
        );
    }
}
