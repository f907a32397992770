//! The value tree of a template, with intrinsic functions kept as functions.

/// One value of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(String),
    List(Vec<Node>),
    /// Entries in the order of the text. Keys are unique.
    Map(Vec<(String, Node)>),
    /// An intrinsic function with its argument, whether it was written as `!Sub x` or as
    /// `Fn::Sub: x`.
    Function(IntrinsicName, Box<Node>),
}

impl Node {
    /// The entry of a map with this key; nothing for any other kind of node.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What the node is, for an error message.
    pub(super) fn kind(&self) -> String {
        match self {
            Node::Null => "null".to_owned(),
            Node::Bool(_) => "a boolean".to_owned(),
            Node::Integer(_) | Node::Float(_) => "a number".to_owned(),
            Node::String(_) => "text".to_owned(),
            Node::List(_) => "a list".to_owned(),
            Node::Map(_) => "a map".to_owned(),
            Node::Function(name, _) => format!("the function {}", name.long_form()),
        }
    }

    /// Turns a map whose only key is the long form of an intrinsic function into that function.
    ///
    /// `Condition: x` stays a map, because the same key has another meaning in a policy. The
    /// reader of conditions accepts it.
    pub(super) fn from_entries(entries: Vec<(String, Node)>) -> Node {
        match <[(String, Node); 1]>::try_from(entries) {
            Ok([(key, argument)]) => match IntrinsicName::from_long_form(&key) {
                Some(name) => Node::Function(name, Box::new(argument)),
                None => Node::Map(vec![(key, argument)]),
            },
            Err(entries) => Node::Map(entries),
        }
    }
}

/// The name of a CloudFormation intrinsic function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IntrinsicName {
    Ref,
    GetAtt,
    Sub,
    If,
    Equals,
    Not,
    And,
    Or,
    Condition,
    Join,
    /// A function the local stack cannot evaluate. It is an error only where its value is needed.
    Unsupported(String),
}

/// Functions that CloudFormation has with a short form and the local stack does not evaluate.
/// Source: the intrinsic function reference of the CloudFormation template reference.
const UNSUPPORTED_SHORT_FORMS: [&str; 10] = [
    "Base64",
    "Cidr",
    "FindInMap",
    "GetAZs",
    "ImportValue",
    "Length",
    "Select",
    "Split",
    "ToJsonString",
    "Transform",
];

impl IntrinsicName {
    /// Reads the suffix of a tag: `Sub` of `!Sub`. Nothing for a tag CloudFormation does not have.
    pub(super) fn from_tag(suffix: &str) -> Option<IntrinsicName> {
        Self::supported(suffix).or_else(|| {
            UNSUPPORTED_SHORT_FORMS
                .contains(&suffix)
                .then(|| IntrinsicName::Unsupported(format!("Fn::{suffix}")))
        })
    }

    fn from_long_form(key: &str) -> Option<IntrinsicName> {
        if key == "Ref" {
            return Some(IntrinsicName::Ref);
        }
        let suffix = key.strip_prefix("Fn::")?;
        match Self::supported(suffix) {
            None | Some(IntrinsicName::Ref | IntrinsicName::Condition) => {
                Some(IntrinsicName::Unsupported(key.to_owned()))
            }
            known => known,
        }
    }

    fn supported(suffix: &str) -> Option<IntrinsicName> {
        Some(match suffix {
            "Ref" => IntrinsicName::Ref,
            "GetAtt" => IntrinsicName::GetAtt,
            "Sub" => IntrinsicName::Sub,
            "If" => IntrinsicName::If,
            "Equals" => IntrinsicName::Equals,
            "Not" => IntrinsicName::Not,
            "And" => IntrinsicName::And,
            "Or" => IntrinsicName::Or,
            "Condition" => IntrinsicName::Condition,
            "Join" => IntrinsicName::Join,
            _ => return None,
        })
    }

    /// The name as CloudFormation's long form spells it.
    pub(super) fn long_form(&self) -> &str {
        match self {
            IntrinsicName::Ref => "Ref",
            IntrinsicName::GetAtt => "Fn::GetAtt",
            IntrinsicName::Sub => "Fn::Sub",
            IntrinsicName::If => "Fn::If",
            IntrinsicName::Equals => "Fn::Equals",
            IntrinsicName::Not => "Fn::Not",
            IntrinsicName::And => "Fn::And",
            IntrinsicName::Or => "Fn::Or",
            IntrinsicName::Condition => "Condition",
            IntrinsicName::Join => "Fn::Join",
            IntrinsicName::Unsupported(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IntrinsicName, Node};

    #[test]
    fn a_map_is_a_function_only_when_the_function_is_its_only_key() {
        let reference = ("Ref".to_owned(), Node::String("Table".to_owned()));
        let other = ("Extra".to_owned(), Node::Null);
        assert!(matches!(
            Node::from_entries(vec![reference.clone()]),
            Node::Function(IntrinsicName::Ref, _)
        ));
        assert!(matches!(Node::from_entries(vec![reference, other]), Node::Map(_)));
    }

    #[test]
    fn a_policy_condition_stays_a_map() {
        let condition = ("Condition".to_owned(), Node::String("IsLive".to_owned()));
        assert!(matches!(Node::from_entries(vec![condition]), Node::Map(_)));
    }

    #[test]
    fn long_and_short_forms_agree() {
        for suffix in ["GetAtt", "Sub", "If", "Join", "Cidr", "GetAZs"] {
            let long = IntrinsicName::from_long_form(&format!("Fn::{suffix}"));
            assert_eq!(IntrinsicName::from_tag(suffix), long);
            assert!(long.is_some_and(|name| name.long_form() == format!("Fn::{suffix}")));
        }
        assert_eq!(IntrinsicName::from_tag("Reff"), None);
    }

    #[test]
    fn a_function_of_a_language_extension_is_kept_as_unsupported() {
        assert_eq!(
            IntrinsicName::from_long_form("Fn::ForEach::Topics"),
            Some(IntrinsicName::Unsupported("Fn::ForEach::Topics".to_owned()))
        );
    }
}
