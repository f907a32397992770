//! `Fn::Sub`: text with `${Name}`, `${Resource.Attribute}` and `${!Literal}`.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::intrinsics::literal;
use super::node::Node;
use super::place::Place;
use super::reading::text;

impl Evaluator<'_> {
    /// The text with each variable filled in.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for anything but text, a text that cannot be read, and a variable
    /// that is unknown or not text.
    pub(super) fn substitute(
        &mut self,
        argument: &Node,
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        let pattern = literal(argument, "Fn::Sub takes text", place)?;
        let pieces =
            parse(pattern).map_err(|error| place.invalid(format!("in Fn::Sub, {error}")))?;
        let mut result = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => result.push_str(text),
                Piece::Variable(name) => {
                    let value = match name.split_once('.') {
                        Some((logical_id, attribute)) => {
                            Some(self.attribute(logical_id, attribute, place)?)
                        }
                        None => self.reference(name, place)?,
                    };
                    let value = value.ok_or_else(|| {
                        place.invalid(format!("in Fn::Sub, `{name}` is AWS::NoValue"))
                    })?;
                    result.push_str(&text(value, place)?);
                }
            }
        }
        Ok(Value::String(result))
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
            value(resources, "!Sub '${AWS::StackName}/${Work.Arn}/${!Literal}/$5'"),
            json!("support/arn:aws:sqs:eu-west-1:000000000000:support-Work/${Literal}/$5")
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
