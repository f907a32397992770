//! The intrinsic functions that make values.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::node::{IntrinsicName, Node};
use super::place::Place;
use super::reading::text;

impl Evaluator<'_> {
    /// Evaluates one function.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for wrong arguments, for unknown names and for a function the
    /// local stack cannot evaluate.
    pub(super) fn call(
        &mut self,
        name: &IntrinsicName,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<Option<Value>, TemplateError> {
        match name {
            IntrinsicName::Ref => {
                let name =
                    literal(argument, "Ref takes the name of a parameter or resource", place)?;
                self.reference(name, place)
            }
            IntrinsicName::GetAtt => self.get_att(argument, place).map(Some),
            IntrinsicName::Sub => self.substitute(argument, place).map(Some),
            IntrinsicName::If => self.choose(argument, place),
            IntrinsicName::Join => self.join(argument, place).map(Some),
            IntrinsicName::Equals
            | IntrinsicName::Not
            | IntrinsicName::And
            | IntrinsicName::Or
            | IntrinsicName::Condition => Err(place.invalid(format!(
                "the function {} belongs in the Conditions section",
                name.long_form()
            ))),
            IntrinsicName::Unsupported(name) => {
                Err(place.invalid(format!("the local stack cannot evaluate the function {name}")))
            }
        }
    }

    fn get_att(&mut self, argument: &Node, place: &Place<'_>) -> Result<Value, TemplateError> {
        const USAGE: &str = "Fn::GetAtt takes `Resource.Attribute`";
        let path = literal(argument, USAGE, place)?;
        let (logical_id, attribute) = path.split_once('.').ok_or_else(|| place.invalid(USAGE))?;
        self.attribute(logical_id, attribute, place)
    }

    fn choose(
        &mut self,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<Option<Value>, TemplateError> {
        const USAGE: &str = "Fn::If takes the name of a condition and two values";
        let [condition, if_true, if_false] = arguments(argument, USAGE, place)?;
        let condition = literal(condition, USAGE, place)?;
        let chosen = if self.condition_holds(condition, place)? { if_true } else { if_false };
        self.evaluate(chosen, place)
    }

    fn join(&mut self, argument: &Node, place: &Place<'_>) -> Result<Value, TemplateError> {
        const USAGE: &str = "Fn::Join takes a separator and a list";
        let [separator, list] = arguments(argument, USAGE, place)?;
        let separator = literal(separator, USAGE, place)?;
        let Some(Value::Array(items)) = self.evaluate(list, place)? else {
            return Err(place.invalid(USAGE));
        };
        let items: Result<Vec<_>, _> = items.into_iter().map(|item| text(item, place)).collect();
        Ok(Value::String(items?.join(separator)))
    }
}

/// Exactly `COUNT` arguments, written out as a list.
fn arguments<'n, const COUNT: usize>(
    argument: &'n Node,
    usage: &str,
    place: &Place<'_>,
) -> Result<&'n [Node; COUNT], TemplateError> {
    match argument {
        Node::List(items) => items.as_slice().try_into().map_err(|_| place.invalid(usage)),
        _ => Err(place.invalid(usage)),
    }
}

/// Text that is written out, not made by a function.
pub(super) fn literal<'n>(
    node: &'n Node,
    usage: &str,
    place: &Place<'_>,
) -> Result<&'n str, TemplateError> {
    match node {
        Node::String(text) => Ok(text),
        _ => Err(place.invalid(usage)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, value};

    #[test]
    fn join_takes_scalars_and_lists_that_a_parameter_gives() {
        assert_eq!(value("", "!Join ['-', [a, 1, true]]"), json!("a-1-true"));
        assert_eq!(value("", "!Join ['', []]"), json!(""));
        let list = "Parameters: {L: {Type: CommaDelimitedList, Default: 'a, b'}}";
        assert_eq!(value(list, "!Join ['/', !Ref L]"), json!("a/b"));
    }

    #[test]
    fn wrong_arguments_say_what_is_expected() {
        for (text, expected) in [
            ("!Ref [a]", "Ref takes the name"),
            ("!GetAtt NoDot", "Fn::GetAtt takes"),
            ("!GetAtt [a, b]", "Fn::GetAtt takes"),
            ("!Sub [a, {}]", "Fn::Sub takes"),
            ("!Sub '${Open'", "in Fn::Sub, "),
            ("!Sub '${AWS::NoValue}'", "`AWS::NoValue` is AWS::NoValue"),
            ("!If [A, b]", "Fn::If takes"),
            ("!If [A, b, c]", "there is no condition `A`"),
            ("!Join ['-', text]", "Fn::Join takes"),
            ("!Join ['-', [[a]]]", "must be text"),
            ("!ImportValue other", "cannot evaluate the function Fn::ImportValue"),
            ("!Equals [a, b]", "belongs in the Conditions section"),
            ("{Fn::Length: [a]}", "cannot evaluate the function Fn::Length"),
        ] {
            let message = refused("", text);
            assert!(message.contains(expected), "{text} gave {message}");
        }
    }
}
