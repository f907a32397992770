//! `Fn::Sub`: text with `${Name}`, `${Resource.Attribute}` and `${!Literal}`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::intrinsics::{arguments, literal};
use super::node::Node;
use super::place::Place;
use super::reading::text;

impl Evaluator<'_> {
    /// The text with each variable filled in.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for wrong arguments, a text that cannot be read, and a variable
    /// that is unknown or not text.
    pub(super) fn substitute(
        &mut self,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        const USAGE: &str = "Fn::Sub takes text, or a list of text and a map of variables";
        let (pattern, variables) = match argument {
            Node::String(pattern) => (pattern.as_str(), None),
            _ => {
                let [pattern, variables] = arguments(argument, USAGE, place)?;
                if !matches!(variables, Node::Map(_)) {
                    return Err(place.invalid(USAGE));
                }
                (literal(pattern, USAGE, place)?, Some(variables))
            }
        };
        let variables: BTreeMap<&str, &Node> = match variables {
            Some(Node::Map(entries)) => {
                entries.iter().map(|(name, node)| (name.as_str(), node)).collect()
            }
            _ => BTreeMap::new(),
        };
        let pieces =
            parse(pattern).map_err(|error| place.invalid(format!("in Fn::Sub, {error}")))?;
        let mut result = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => result.push_str(text),
                Piece::Variable(name) => {
                    let own = variables.get(name).copied();
                    let value = match (own, name.split_once('.')) {
                        (Some(node), _) => self.evaluate(node, place)?,
                        (None, Some((logical_id, attribute))) => {
                            Some(self.attribute(logical_id, attribute, place)?)
                        }
                        (None, None) => self.reference(name, place)?,
                    };
                    let value = value.ok_or_else(|| {
                        place.invalid(format!("in Fn::Sub, `{name}` is AWS::NoValue"))
                    })?;
                    result.push_str(&text(value, place)?);
                }
            }
        }
        self.produce(result, place)
    }
}

/// One piece of a `Fn::Sub` text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// Text that stands for itself.
    Literal(&'t str),
    /// What stands between `${` and `}`: a name, or a resource and its attribute with a dot.
    Variable(&'t str),
}

/// Why a `Fn::Sub` text cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum SubstitutionError {
    #[error("`${{` is never closed")]
    Unclosed,
    #[error("`${{}}` names nothing")]
    Nameless,
}

/// Cuts a `Fn::Sub` text into pieces. `${!Name}` becomes the literal `${Name}`.
fn parse(text: &str) -> Result<Vec<Piece<'_>>, SubstitutionError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        let (name, tail) = after.split_once('}').ok_or(SubstitutionError::Unclosed)?;
        match name.strip_prefix('!') {
            Some(escaped) => {
                pieces.push(Piece::Literal("${"));
                pieces.push(Piece::Literal(escaped));
                pieces.push(Piece::Literal("}"));
            }
            None if name.trim().is_empty() => return Err(SubstitutionError::Nameless),
            None => pieces.push(Piece::Variable(name)),
        }
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::value;
    use super::{Piece, SubstitutionError, parse};

    #[test]
    fn sub_fills_in_names_attributes_and_literals() {
        let resources = "Resources: {Work: {Type: 'AWS::SQS::Queue'}}";
        assert_eq!(
            value(resources, "!Sub '${AWS::StackName}/${Work.QueueName}/${!Literal}/$5'"),
            json!("support/support-Work/${Literal}/$5")
        );
        assert_eq!(
            value(resources, "!Sub ['${Who}-${N}', {Who: !Ref Work, N: 2}]"),
            json!("http://127.0.0.1:9324/000000000000/support-Work-2")
        );
    }

    #[test]
    fn sub_variables_hide_other_names_and_are_evaluated_only_when_used() {
        assert_eq!(
            value("", "!Sub ['${AWS::Region}', {'AWS::Region': here, Unused: !ImportValue x}]"),
            json!("here")
        );
    }

    #[test]
    fn text_is_cut_at_its_variables() {
        assert_eq!(
            parse("arn:${AWS::Partition}:x/${Table.Arn}!").unwrap(),
            [
                Piece::Literal("arn:"),
                Piece::Variable("AWS::Partition"),
                Piece::Literal(":x/"),
                Piece::Variable("Table.Arn"),
                Piece::Literal("!"),
            ]
        );
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(parse("a $ {b} }").unwrap(), [Piece::Literal("a $ {b} }")]);
    }

    #[test]
    fn an_escaped_variable_is_literal() {
        let pieces = parse("${!Name}").unwrap();
        let literals: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => *text,
                Piece::Variable(_) => panic!("a variable"),
            })
            .collect();
        assert_eq!(literals, "${Name}");
    }

    #[test]
    fn broken_variables_are_refused() {
        assert_eq!(parse("${Name"), Err(SubstitutionError::Unclosed));
        assert_eq!(parse("${}"), Err(SubstitutionError::Nameless));
        assert_eq!(SubstitutionError::Unclosed.to_string(), "`${` is never closed");
    }
}
