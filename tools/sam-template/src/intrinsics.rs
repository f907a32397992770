//! The intrinsic functions that make values.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::node::{IntrinsicName, Node};
use super::place::{Place, list_names};
use super::reading::{integer, text};

/// Highest index of `Fn::Select`. Our own limit: it only keeps the number in range.
const INDEX_LIMIT: u32 = 1_000_000;

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
            IntrinsicName::Select => self.select(argument, place).map(Some),
            IntrinsicName::Split => self.split(argument, place).map(Some),
            IntrinsicName::FindInMap => self.find_in_map(argument, place),
            IntrinsicName::Base64 => {
                let plain = self.text_argument(argument, place)?;
                self.produce(STANDARD.encode(plain), place).map(Some)
            }
            IntrinsicName::GetAZs => self.availability_zones(argument, place).map(Some),
            IntrinsicName::ImportValue => Err(place.invalid(
                "Fn::ImportValue needs the exports of another stack, which the local stack does \
                 not have",
            )),
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
        const USAGE: &str = "Fn::GetAtt takes `Resource.Attribute` or a list of the two";
        match argument {
            Node::String(path) => {
                let (logical_id, attribute) =
                    path.split_once('.').ok_or_else(|| place.invalid(USAGE))?;
                self.attribute(logical_id, attribute, place)
            }
            Node::List(_) => {
                let [logical_id, attribute] = arguments(argument, USAGE, place)?;
                let logical_id = literal(logical_id, USAGE, place)?;
                let attribute = self.text_argument(attribute, place)?;
                self.attribute(logical_id, &attribute, place)
            }
            _ => Err(place.invalid(USAGE)),
        }
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
        let items = self.list_argument(list, USAGE, place)?;
        let mut result = String::new();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                result.push_str(separator);
            }
            result.push_str(&text(item, place)?);
            // A long separator multiplies with the list, so the work counts as it grows.
            self.spend(separator.len(), place)?;
        }
        self.produce(result, place)
    }

    fn select(&mut self, argument: &Node, place: &Place<'_>) -> Result<Value, TemplateError> {
        const USAGE: &str = "Fn::Select takes an index and a list";
        let [index, list] = arguments(argument, USAGE, place)?;
        let index = self.evaluate(index, place)?.ok_or_else(|| place.invalid(USAGE))?;
        let index = integer(index, 0..=INDEX_LIMIT, place)?;
        let items = self.list_argument(list, USAGE, place)?;
        let count = items.len();
        usize::try_from(index).ok().and_then(|index| items.into_iter().nth(index)).ok_or_else(
            || {
                place.invalid(format!(
                    "Fn::Select asks for index {index} of a list with {count} items"
                ))
            },
        )
    }

    fn split(&mut self, argument: &Node, place: &Place<'_>) -> Result<Value, TemplateError> {
        const USAGE: &str = "Fn::Split takes a separator and text";
        let [separator, source] = arguments(argument, USAGE, place)?;
        let separator = literal(separator, USAGE, place)?;
        if separator.is_empty() {
            return Err(place.invalid("Fn::Split needs a separator that is not empty"));
        }
        let source = self.text_argument(source, place)?;
        self.spend(source.len(), place)?;
        Ok(source.split(separator).map(Value::from).collect())
    }

    fn find_in_map(
        &mut self,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<Option<Value>, TemplateError> {
        const USAGE: &str = "Fn::FindInMap takes the name of a mapping and two keys";
        let [mapping, first, second] = arguments(argument, USAGE, place)?;
        let mapping = self.text_argument(mapping, place)?;
        let first = self.text_argument(first, place)?;
        let second = self.text_argument(second, place)?;
        let sections = self.sections;
        let Some(node) = sections.mappings.get(mapping.as_str()) else {
            return Err(place.invalid(format!(
                "there is no mapping `{mapping}` (the template has: {})",
                list_names(sections.mappings.keys().copied())
            )));
        };
        let section = Place::Section("Mappings");
        let mapping_place = section.key(&mapping);
        let inner = map_entry(node, &first, &mapping_place)?;
        let inner_place = mapping_place.key(&first);
        let found = map_entry(inner, &second, &inner_place)?;
        self.evaluate(found, &inner_place.key(&second))
    }

    /// Three zones, `a` to `c`, as most regions have them. Nothing local depends on the number.
    fn availability_zones(
        &mut self,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        let mut region = self.text_argument(argument, place)?;
        if region.is_empty() {
            region.clone_from(&self.settings.region);
        }
        self.spend(region.len().saturating_mul(3), place)?;
        Ok(["a", "b", "c"].into_iter().map(|zone| Value::from(format!("{region}{zone}"))).collect())
    }

    fn text_argument(&mut self, node: &Node, place: &Place<'_>) -> Result<String, TemplateError> {
        let value = self
            .evaluate(node, place)?
            .ok_or_else(|| place.invalid("a function needs text here, but this is AWS::NoValue"))?;
        text(value, place)
    }

    fn list_argument(
        &mut self,
        node: &Node,
        usage: &str,
        place: &Place<'_>,
    ) -> Result<Vec<Value>, TemplateError> {
        match self.evaluate(node, place)? {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(place.invalid(usage)),
        }
    }
}

/// Exactly `COUNT` arguments, written out as a list.
pub(super) fn arguments<'n, const COUNT: usize>(
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

fn map_entry<'n>(node: &'n Node, key: &str, place: &Place<'_>) -> Result<&'n Node, TemplateError> {
    node.get(key).ok_or_else(|| {
        let keys = match node {
            Node::Map(entries) => list_names(entries.iter().map(|(key, _)| key.as_str())),
            _ => "none".to_owned(),
        };
        place.invalid(format!("there is no key `{key}` (it has: {keys})"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, value};

    const MAPPINGS: &str =
        "Mappings: {Sizes: {dev: {Memory: 256, Zones: [a, b]}, live: {Memory: 1024}}}";

    #[test]
    fn join_select_and_split_work_together() {
        assert_eq!(value("", "!Join ['-', [a, 1, true]]"), json!("a-1-true"));
        assert_eq!(value("", "!Join ['', []]"), json!(""));
        assert_eq!(value("", "!Select ['1', !Split ['/', 'x/y/z']]"), json!("y"));
        assert_eq!(
            value(
                "Parameters: {L: {Type: CommaDelimitedList, Default: 'a, b'}}",
                "!Select [1, !Ref L]"
            ),
            json!("b")
        );
    }

    #[test]
    fn find_in_map_reads_values_and_lists() {
        assert_eq!(value(MAPPINGS, "!FindInMap [Sizes, dev, Memory]"), json!(256));
        assert_eq!(value(MAPPINGS, "!FindInMap [Sizes, dev, Zones]"), json!(["a", "b"]));
        let sections =
            format!("{MAPPINGS}\nParameters: {{Stage: {{Type: String, Default: live}}}}");
        assert_eq!(value(&sections, "!FindInMap [Sizes, !Ref Stage, Memory]"), json!(1024));
    }

    #[test]
    fn base64_and_availability_zones() {
        assert_eq!(value("", "{Fn::Base64: !Sub 'hi ${AWS::Region}'}"), json!("aGkgZXUtd2VzdC0x"));
        assert_eq!(value("", "!Select [2, !GetAZs '']"), json!("eu-west-1c"));
        assert_eq!(value("", "!GetAZs us-east-1")[0], json!("us-east-1a"));
    }

    #[test]
    fn wrong_arguments_say_what_is_expected() {
        for (text, expected) in [
            ("!Ref [a]", "Ref takes the name"),
            ("!GetAtt NoDot", "Fn::GetAtt takes"),
            ("!GetAtt [a, b, c]", "Fn::GetAtt takes"),
            ("!Sub [a]", "Fn::Sub takes"),
            ("!Sub [a, b]", "Fn::Sub takes"),
            ("!Sub '${Open'", "in Fn::Sub, "),
            ("!Sub '${AWS::NoValue}'", "`AWS::NoValue` is AWS::NoValue"),
            ("!If [A, b]", "Fn::If takes"),
            ("!If [A, b, c]", "there is no condition `A`"),
            ("!Join ['-', text]", "Fn::Join takes"),
            ("!Join ['-', [[a]]]", "must be text"),
            ("!Select [3, [a]]", "index 3 of a list with 1 items"),
            ("!Select [-1, [a]]", "must be a whole number from 0"),
            ("!Split ['', a]", "not empty"),
            ("!FindInMap [Nope, a, b]", "there is no mapping `Nope` (the template has: Sizes)"),
            ("!FindInMap [Sizes, nope, b]", "no key `nope` (it has: dev, live)"),
            ("!FindInMap [Sizes, dev, nope]", "Mappings.Sizes.dev: there is no key `nope`"),
            ("!ImportValue other", "exports of another stack"),
            ("!Equals [a, b]", "belongs in the Conditions section"),
            ("!Cidr [a, 1, 2]", "cannot evaluate the function Fn::Cidr"),
            ("{Fn::Length: [a]}", "cannot evaluate the function Fn::Length"),
            ("!Base64 [a]", "must be text"),
        ] {
            let message = refused(MAPPINGS, text);
            assert!(message.contains(expected), "{text} gave {message}");
        }
    }

    #[test]
    fn a_long_separator_cannot_multiply_for_free() {
        let separator = "x".repeat(60_000);
        let items = "a,".repeat(1_000);
        let message = refused("", &format!("!Join ['{separator}', [{items}]]"));
        assert!(message.contains("add up to more than"), "{message}");
    }
}
