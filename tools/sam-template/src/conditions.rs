//! Whether the conditions of a template hold.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::{Evaluator, Progress};
use super::intrinsics::literal;
use super::node::{IntrinsicName, Node};
use super::place::{Place, list_names};
use super::reading::text;
use super::sections::Resource;

const USAGE: &str =
    "a condition is Fn::Equals, Fn::Not, Fn::And, Fn::Or or the name of another condition";

impl<'t> Evaluator<'t> {
    /// Whether the resource is part of this deployment.
    pub(super) fn resource_exists(
        &mut self,
        resource: Resource<'t>,
    ) -> Result<bool, TemplateError> {
        let Some(condition) = resource.condition else {
            return Ok(true);
        };
        let section = Place::Section("Resources");
        let place = section.key(resource.logical_id);
        self.condition_holds(condition, &place.key("Condition"))
    }

    /// Whether the named condition holds. `place` is where the name is used.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for an unknown name, for a condition that depends on itself and
    /// for anything that is not a condition.
    pub(super) fn condition_holds(
        &mut self,
        name: &str,
        place: &Place<'_>,
    ) -> Result<bool, TemplateError> {
        let sections = self.sections;
        let Some((&name, node)) = sections.conditions.get_key_value(name) else {
            return Err(place.invalid(format!(
                "there is no condition `{name}` (the template has: {})",
                list_names(sections.conditions.keys().copied())
            )));
        };
        match self.conditions.get(name) {
            Some(Progress::Done(holds)) => return Ok(*holds),
            Some(Progress::UnderWay) => {
                return Err(place.invalid(format!("the condition `{name}` depends on itself")));
            }
            None => {}
        }
        self.conditions.insert(name, Progress::UnderWay);
        let section = Place::Section("Conditions");
        let holds = self.condition(node, &section.key(name))?;
        self.conditions.insert(name, Progress::Done(holds));
        Ok(holds)
    }

    fn condition(&mut self, node: &Node, place: &Place<'_>) -> Result<bool, TemplateError> {
        self.nested(place, |evaluator| match node {
            Node::Function(name, argument) => evaluator.condition_function(name, argument, place),
            Node::Map(entries) => match entries.as_slice() {
                [(key, name)] if key == "Condition" => {
                    evaluator.condition_holds(literal(name, USAGE, place)?, place)
                }
                _ => Err(place.invalid(USAGE)),
            },
            _ => Err(place.invalid(USAGE)),
        })
    }

    fn condition_function(
        &mut self,
        name: &IntrinsicName,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<bool, TemplateError> {
        let parts = match argument {
            Node::List(parts) => parts.as_slice(),
            _ => &[],
        };
        match (name, parts) {
            (IntrinsicName::Condition, _) => {
                self.condition_holds(literal(argument, USAGE, place)?, place)
            }
            (IntrinsicName::Not, [negated]) => Ok(!self.condition(negated, place)?),
            (IntrinsicName::Not, _) => Err(place.invalid("Fn::Not takes a list of one condition")),
            (IntrinsicName::Equals, [left, right]) => {
                let left = self.evaluate(left, place)?;
                let right = self.evaluate(right, place)?;
                Ok(comparable(left) == comparable(right))
            }
            (IntrinsicName::Equals, _) => {
                Err(place.invalid("Fn::Equals takes a list of two values"))
            }
            (IntrinsicName::And, [_, _, ..]) => {
                for part in parts {
                    if !self.condition(part, place)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (IntrinsicName::Or, [_, _, ..]) => {
                for part in parts {
                    if self.condition(part, place)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (IntrinsicName::And | IntrinsicName::Or, _) => Err(place
                .invalid(format!("{} takes a list of two or more conditions", name.long_form()))),
            _ => Err(place.invalid(USAGE)),
        }
    }
}

/// CloudFormation compares text, so the number 1 equals the parameter value "1".
fn comparable(value: Option<Value>) -> Option<Value> {
    let value = value?;
    Some(match text(value.clone(), &Place::Section("Conditions")) {
        Ok(text) => Value::String(text),
        Err(_) => value,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, value};

    fn holds(conditions: &str) -> bool {
        let sections = format!(
            "Parameters: {{Stage: {{Type: String, Default: dev}}, Count: {{Type: Number, Default: 1}}}}\nConditions: {{{conditions}}}"
        );
        value(&sections, "!If [C, true, false]") == json!(true)
    }

    #[test]
    fn conditions_combine() {
        assert!(holds("C: !Equals [!Ref Stage, dev]"));
        assert!(holds("C: !Equals [!Ref Count, 1]"));
        assert!(!holds("C: !Not [!Equals [!Ref Stage, dev]]"));
        assert!(holds("A: !Equals [a, a], C: !And [!Condition A, {Condition: A}]"));
        assert!(holds("A: !Equals [a, b], C: !Or [!Condition A, !Not [!Condition A]]"));
        assert!(!holds("A: !Equals [a, b], C: {Fn::And: [{Condition: A}, !Equals [a, a]]}"));
    }

    #[test]
    fn only_the_chosen_branch_is_evaluated() {
        assert_eq!(
            value("Conditions: {C: !Equals [a, a]}", "!If [C, 1, !ImportValue x]"),
            json!(1)
        );
    }

    #[test]
    fn broken_conditions_are_refused() {
        for (conditions, expected) in [
            ("C: !Condition C", "the condition `C` depends on itself"),
            ("C: !Not [!Condition D], D: !Condition C", "depends on itself"),
            (
                "C: !Condition Nope",
                "Conditions.C: there is no condition `Nope` (the template has: C)",
            ),
            ("C: true", "Conditions.C: a condition is"),
            ("C: {a: 1, b: 2}", "a condition is"),
            ("C: !Not []", "Fn::Not takes"),
            ("C: !Equals [a]", "Fn::Equals takes"),
            ("C: !And [!Equals [a, a]]", "Fn::And takes"),
            ("C: !Or x", "Fn::Or takes"),
            ("C: !Sub x", "a condition is"),
        ] {
            let message = refused(&format!("Conditions: {{{conditions}}}"), "!If [C, 1, 2]");
            assert!(message.contains(expected), "{conditions} gave {message}");
        }
    }

    #[test]
    fn conditions_that_fan_out_are_evaluated_once_each() {
        let mut conditions = String::from("C0: !Equals [a, a]");
        for level in 1..40 {
            let previous = level - 1;
            conditions.push_str(&format!(
                ", C{level}: !And [!Condition C{previous}, !Condition C{previous}]"
            ));
        }
        conditions.push_str(", C: !Condition C39");
        assert!(holds(&conditions));
    }
}
