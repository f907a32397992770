//! Reads the text of a template into a tree of [`Node`]s.
//!
//! The tree is built from the events of the YAML parser rather than from a ready-made tree. That
//! way the depth limit holds before anything recursive runs over the text, aliases are seen, and
//! each error knows its line and column.

use std::borrow::Cow;
use std::collections::HashSet;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::error::TemplateError;
use super::node::{IntrinsicName, Node};
use super::scalar::resolve_plain;

/// Longest template in bytes: 1 MiB, a little over the 1 MB that CloudFormation accepts from a
/// bucket (CloudFormation quotas, "Template body size in an Amazon S3 object").
pub(super) const TEMPLATE_SIZE_LIMIT_BYTES: usize = 1024 * 1024;

/// Deepest nesting of lists and maps. Our own limit; templates people write stay under twenty.
const DEPTH_LIMIT: usize = 64;

/// Parses the text of a template.
///
/// # Errors
/// [`TemplateError::Syntax`] for text over the size or depth limit, for text that is not one YAML
/// document, and for YAML that CloudFormation does not accept: duplicate keys, aliases, merge
/// keys, unknown tags and keys that are not text.
pub(super) fn parse(text: &str) -> Result<Node, TemplateError> {
    if text.len() > TEMPLATE_SIZE_LIMIT_BYTES {
        return Err(too_large());
    }
    let mut builder = TreeBuilder::default();
    let mut end = Marker::new(0, 1, 0);
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| syntax_error(*error.marker(), error.info().to_owned()))?;
        builder.accept(event, span.start)?;
        end = span.start;
    }
    builder.root.ok_or_else(|| syntax_error(end, "the template is empty"))
}

/// The error for text over [`TEMPLATE_SIZE_LIMIT_BYTES`].
pub(super) fn too_large() -> TemplateError {
    TemplateError::Syntax {
        line: 1,
        column: 1,
        detail: format!("the template is larger than {TEMPLATE_SIZE_LIMIT_BYTES} bytes"),
    }
}

fn syntax_error(marker: Marker, detail: impl Into<String>) -> TemplateError {
    TemplateError::Syntax {
        line: marker.line().max(1),
        column: marker.col() + 1,
        detail: detail.into(),
    }
}

/// The list or map whose end has not been seen yet.
struct OpenCollection {
    function: Option<IntrinsicName>,
    content: OpenContent,
}

enum OpenContent {
    List(Vec<Node>),
    Map {
        entries: Vec<(String, Node)>,
        keys: HashSet<String>,
        /// The key whose value comes next.
        pending_key: Option<String>,
    },
}

impl OpenCollection {
    /// Whether the next node is the key of a map rather than a value.
    fn awaits_key(&self) -> bool {
        matches!(self.content, OpenContent::Map { pending_key: None, .. })
    }

    fn close(self) -> Node {
        let node = match self.content {
            OpenContent::List(items) => Node::List(items),
            OpenContent::Map { entries, .. } => Node::from_entries(entries),
        };
        wrap(self.function, node)
    }
}

fn wrap(function: Option<IntrinsicName>, node: Node) -> Node {
    match function {
        Some(name) => Node::Function(name, Box::new(node)),
        None => node,
    }
}

#[derive(Default)]
struct TreeBuilder {
    open: Vec<OpenCollection>,
    root: Option<Node>,
}

impl TreeBuilder {
    fn accept(&mut self, event: Event<'_>, at: Marker) -> Result<(), TemplateError> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => Err(syntax_error(
                at,
                "a template is one YAML document, and a second one starts here",
            )),
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(_) => Err(syntax_error(
                at,
                "CloudFormation does not accept YAML aliases (`*name`), so write the value out",
            )),
            Event::Scalar(text, style, _, tag) => self.scalar(&text, style, tag.as_deref(), at),
            Event::SequenceStart(_, tag) => self.open(tag, at, OpenContent::List(Vec::new())),
            Event::MappingStart(_, tag) => self.open(
                tag,
                at,
                OpenContent::Map { entries: Vec::new(), keys: HashSet::new(), pending_key: None },
            ),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(collection) => self.add_value(collection.close(), at),
                None => Err(syntax_error(at, "a list or map ends that never began")),
            },
        }
    }

    fn open(
        &mut self,
        tag: Option<Cow<'_, Tag>>,
        at: Marker,
        content: OpenContent,
    ) -> Result<(), TemplateError> {
        if self.open.last().is_some_and(OpenCollection::awaits_key) {
            return Err(syntax_error(at, "the key of a map must be text"));
        }
        if self.open.len() >= DEPTH_LIMIT {
            return Err(syntax_error(
                at,
                format!("lists and maps are nested deeper than {DEPTH_LIMIT} levels"),
            ));
        }
        let function = match tag.as_deref().map(|tag| read_tag(tag, at)).transpose()? {
            Some(TagMeaning::Function(name)) => Some(name),
            Some(TagMeaning::Text) => {
                return Err(syntax_error(at, "a list or map cannot be tagged as text"));
            }
            None => None,
        };
        self.open.push(OpenCollection { function, content });
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        at: Marker,
    ) -> Result<(), TemplateError> {
        let meaning = tag.map(|tag| read_tag(tag, at)).transpose()?;
        if self.open.last().is_some_and(OpenCollection::awaits_key) {
            if matches!(meaning, Some(TagMeaning::Function(_))) {
                return Err(syntax_error(at, "a key cannot be an intrinsic function"));
            }
            return self.add_key(text, style, at);
        }
        let node = match meaning {
            // The argument of a function is text, even when it looks like a number: `!Ref 2`.
            Some(TagMeaning::Function(name)) => {
                Node::Function(name, Box::new(Node::String(text.to_owned())))
            }
            Some(TagMeaning::Text) => Node::String(text.to_owned()),
            None if style == ScalarStyle::Plain => resolve_plain(text),
            None => Node::String(text.to_owned()),
        };
        self.add_value(node, at)
    }

    fn add_key(&mut self, text: &str, style: ScalarStyle, at: Marker) -> Result<(), TemplateError> {
        if text == "<<" && style == ScalarStyle::Plain {
            return Err(syntax_error(
                at,
                "CloudFormation does not accept YAML merge keys (`<<`), so write the entries out",
            ));
        }
        let Some(OpenCollection { content: OpenContent::Map { keys, pending_key, .. }, .. }) =
            self.open.last_mut()
        else {
            return Err(syntax_error(at, "a key stands outside a map"));
        };
        if !keys.insert(text.to_owned()) {
            return Err(syntax_error(at, format!("the key `{text}` is given twice")));
        }
        *pending_key = Some(text.to_owned());
        Ok(())
    }

    fn add_value(&mut self, node: Node, at: Marker) -> Result<(), TemplateError> {
        match self.open.last_mut().map(|collection| &mut collection.content) {
            None => self.root = Some(node),
            Some(OpenContent::List(items)) => items.push(node),
            Some(OpenContent::Map { entries, pending_key, .. }) => match pending_key.take() {
                Some(key) => entries.push((key, node)),
                None => return Err(syntax_error(at, "the key of a map must be text")),
            },
        }
        Ok(())
    }
}

enum TagMeaning {
    Function(IntrinsicName),
    /// `!!str` or a lone `!`: the scalar is text whatever it looks like.
    Text,
}

fn read_tag(tag: &Tag, at: Marker) -> Result<TagMeaning, TemplateError> {
    let known = if tag.is_yaml_core_schema() {
        (tag.suffix == "str").then_some(TagMeaning::Text)
    } else {
        match (tag.handle.as_str(), tag.suffix.as_str()) {
            ("", "!") | ("!", "") => Some(TagMeaning::Text),
            ("!", suffix) => IntrinsicName::from_tag(suffix).map(TagMeaning::Function),
            _ => None,
        }
    };
    known.ok_or_else(|| syntax_error(at, format!("`{tag}` is not a tag that CloudFormation has")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Node {
        parse(text).unwrap()
    }

    fn refused(text: &str) -> (usize, usize, String) {
        match parse(text) {
            Err(TemplateError::Syntax { line, column, detail }) => (line, column, detail),
            other => panic!("expected a syntax error, got {other:?}"),
        }
    }

    fn text(value: &str) -> Node {
        Node::String(value.to_owned())
    }

    #[test]
    fn short_and_long_forms_give_the_same_tree() {
        let pairs = [
            ("!Ref Table", "Ref: Table"),
            ("!GetAtt Table.Arn", "Fn::GetAtt: Table.Arn"),
            ("!Sub '${A}-b'", "Fn::Sub: '${A}-b'"),
            ("!Join ['-', [a, !Ref B]]", "Fn::Join: ['-', [a, {Ref: B}]]"),
            ("!If [C, 1, !Ref X]", "{'Fn::If': [C, 1, {Ref: X}]}"),
        ];
        for (short, long) in pairs {
            assert_eq!(entries(short), entries(long), "{short}");
        }
    }

    #[test]
    fn functions_nest() {
        let tree = entries("Fn::Join: ['', [{A: !Sub '${B}'}]]");
        let Node::Function(IntrinsicName::Join, inner) = tree else {
            panic!("not Fn::Join");
        };
        let Node::List(arguments) = *inner else {
            panic!("not a list");
        };
        let Node::List(items) = &arguments[1] else {
            panic!("not a list of a list");
        };
        assert!(matches!(items[0].get("A"), Some(Node::Function(IntrinsicName::Sub, _))));
    }

    #[test]
    fn quoted_and_tagged_scalars_stay_text() {
        assert_eq!(
            entries("[ '5', \"true\", !!str 5, 5, !Ref 5, ! 7 ]"),
            Node::List(vec![
                text("5"),
                text("true"),
                text("5"),
                Node::Integer(5),
                Node::Function(IntrinsicName::Ref, Box::new(text("5"))),
                text("7"),
            ])
        );
    }

    #[test]
    fn keys_are_text_and_keep_their_order() {
        let Node::Map(entries) = entries("z: 1\n10: 2\nyes: 3\n") else {
            panic!("not a map");
        };
        let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["z", "10", "yes"]);
    }

    #[test]
    fn json_is_yaml_too() {
        assert_eq!(
            entries("{\"Resources\": {\"A\": {\"Ref\": \"B\"}}}"),
            entries("Resources:\n  A: !Ref B\n")
        );
    }

    #[test]
    fn errors_name_line_and_column() {
        let (line, column, detail) = refused("a: 1\nb:\n  c: 1\n  c: 2\n");
        assert_eq!((line, column), (4, 3));
        assert_eq!(detail, "the key `c` is given twice");
        let (line, _, _) = refused("a: 1\nb: [1, 2\n");
        assert!(line >= 2);
        let (line, column, detail) = refused("a: 1\nb: !Reff Table\n");
        assert_eq!((line, column), (2, 4));
        assert_eq!(detail, "`!Reff` is not a tag that CloudFormation has");
    }

    #[test]
    fn yaml_beyond_cloudformation_is_refused() {
        for (text, expected) in [
            ("a: &x 1\nb: *x\n", "aliases"),
            ("a:\n  <<: {b: 1}\n", "merge keys"),
            ("[a]: 1\n", "key of a map must be text"),
            ("? {a: 1}\n: 2\n", "key of a map must be text"),
            ("!Ref a: 1\n", "cannot be an intrinsic function"),
            ("a: 1\n---\nb: 1\n", "second one"),
            ("a: !!binary aGk=\n", "not a tag"),
            ("a: !<tag:other> b\n", "not a tag"),
            ("", "empty"),
            ("# only a comment\n", "empty"),
        ] {
            let (_, _, detail) = refused(text);
            assert!(detail.contains(expected), "{text:?} gave {detail:?}");
        }
    }

    #[test]
    fn aliases_cannot_blow_the_tree_up() {
        let mut bomb = String::from("a0: &a0 [x, x]\n");
        for level in 1..40 {
            let previous = level - 1;
            bomb.push_str(&format!("a{level}: &a{level} [*a{previous}, *a{previous}]\n"));
        }
        assert!(refused(&bomb).2.contains("aliases"));
    }

    #[test]
    fn nesting_is_limited_in_every_style() {
        let deepest = format!("{}1{}", "[".repeat(DEPTH_LIMIT), "]".repeat(DEPTH_LIMIT));
        assert!(parse(&deepest).is_ok());
        for hostile in [
            format!("[{deepest}]"),
            "[".repeat(100_000),
            "- ".repeat(100_000),
            "{a: ".repeat(100_000),
        ] {
            let (_, _, detail) = refused(&hostile);
            // The YAML parser reads ahead in flow style and meets its own limit first.
            let limits = ["nested deeper", "recursion limit exceeded"];
            assert!(limits.iter().any(|limit| detail.contains(limit)), "{detail}");
        }
    }

    #[test]
    fn a_large_template_is_refused_before_it_is_parsed() {
        let text = "#".repeat(TEMPLATE_SIZE_LIMIT_BYTES + 1);
        assert!(refused(&text).2.contains("larger than 1048576 bytes"));
    }
}
