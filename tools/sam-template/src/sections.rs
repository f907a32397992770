//! The sections of a template that the local stack reads, with their shape checked.

use std::collections::BTreeMap;

use super::error::TemplateError;
use super::node::Node;
use super::place::Place;

const FUNCTION_TYPE: &str = "AWS::Serverless::Function";
const HTTP_API_TYPE: &str = "AWS::Serverless::HttpApi";
const TABLE_TYPE: &str = "AWS::DynamoDB::Table";
const QUEUE_TYPE: &str = "AWS::SQS::Queue";
const EVENT_SOURCE_MAPPING_TYPE: &str = "AWS::Lambda::EventSourceMapping";
const LOG_GROUP_TYPE: &str = "AWS::Logs::LogGroup";
const MANAGED_POLICY_TYPE: &str = "AWS::IAM::ManagedPolicy";

/// A template whose sections have the right shape. Values are not evaluated yet.
#[derive(Debug)]
pub(super) struct Sections<'t> {
    pub(super) parameters: BTreeMap<&'t str, &'t Node>,
    pub(super) conditions: BTreeMap<&'t str, &'t Node>,
    /// `Globals.Function`, if the template has it.
    pub(super) function_globals: Option<&'t Node>,
    /// In the order of the template.
    pub(super) resources: Vec<Resource<'t>>,
    resource_positions: BTreeMap<&'t str, usize>,
}

/// One entry of `Resources`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resource<'t> {
    pub(super) logical_id: &'t str,
    pub(super) kind: ResourceKind,
    /// The type as the template spells it, such as `AWS::SQS::Queue`.
    pub(super) type_name: &'t str,
    /// The name in `Conditions` that decides whether the resource exists.
    pub(super) condition: Option<&'t str>,
    /// Always a map, or nothing when the resource has no properties.
    pub(super) properties: Option<&'t Node>,
}

/// What the local stack makes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResourceKind {
    Function,
    HttpApi,
    Table,
    Queue,
    EventSourceMapping,
    LogGroup,
    ManagedPolicy,
    /// Anything the local stack does not run. It can still be referred to.
    Other,
}

impl<'t> Sections<'t> {
    /// # Errors
    /// [`TemplateError::Invalid`] when a section or a resource does not have the shape
    /// CloudFormation asks for.
    pub(super) fn read(document: &'t Node) -> Result<Sections<'t>, TemplateError> {
        let Node::Map(_) = document else {
            return Err(Place::Section("root").invalid(format!(
                "a template is a map with a Resources section, but this is {}",
                document.kind()
            )));
        };
        let resources = read_resources(document)?;
        Ok(Sections {
            parameters: named_entries(document, "Parameters")?,
            conditions: named_entries(document, "Conditions")?,
            function_globals: read_function_globals(document)?,
            resource_positions: resources
                .iter()
                .enumerate()
                .map(|(position, resource)| (resource.logical_id, position))
                .collect(),
            resources,
        })
    }

    pub(super) fn resource(&self, logical_id: &str) -> Option<Resource<'t>> {
        let position = *self.resource_positions.get(logical_id)?;
        self.resources.get(position).copied()
    }

    /// The logical ids of all resources, for error messages.
    pub(super) fn resource_names(&self) -> impl Iterator<Item = &'t str> {
        self.resource_positions.keys().copied()
    }
}

fn read_resources(document: &Node) -> Result<Vec<Resource<'_>>, TemplateError> {
    let section = Place::Section("Resources");
    let Some(node) = document.get("Resources") else {
        return Err(section.invalid("the template has no Resources section"));
    };
    let entries = map_entries(node, &section)?;
    if entries.is_empty() {
        return Err(section.invalid("the template has no resources"));
    }
    entries
        .iter()
        .map(|(logical_id, node)| read_resource(logical_id, node, &section.key(logical_id)))
        .collect()
}

fn read_resource<'t>(
    logical_id: &'t str,
    node: &'t Node,
    place: &Place<'_>,
) -> Result<Resource<'t>, TemplateError> {
    if logical_id.starts_with("Fn::") {
        return Err(place.invalid("the local stack does not generate resources from functions"));
    }
    map_entries(node, place)?;
    let type_name = match node.get("Type") {
        Some(Node::String(type_name)) => type_name.as_str(),
        Some(other) => {
            return Err(place
                .key("Type")
                .invalid(format!("the type must be text, but this is {}", other.kind())));
        }
        None => return Err(place.invalid("the resource has no Type")),
    };
    let condition = match node.get("Condition") {
        Some(Node::String(condition)) => Some(condition.as_str()),
        Some(other) => {
            return Err(place.key("Condition").invalid(format!(
                "the condition must be a name from Conditions, but this is {}",
                other.kind()
            )));
        }
        None => None,
    };
    let properties = node.get("Properties");
    if let Some(properties) = properties {
        map_entries(properties, &place.key("Properties"))?;
    }
    let kind = match type_name {
        FUNCTION_TYPE => ResourceKind::Function,
        HTTP_API_TYPE => ResourceKind::HttpApi,
        TABLE_TYPE => ResourceKind::Table,
        QUEUE_TYPE => ResourceKind::Queue,
        EVENT_SOURCE_MAPPING_TYPE => ResourceKind::EventSourceMapping,
        LOG_GROUP_TYPE => ResourceKind::LogGroup,
        MANAGED_POLICY_TYPE => ResourceKind::ManagedPolicy,
        _ => ResourceKind::Other,
    };
    Ok(Resource { logical_id, kind, type_name, condition, properties })
}

fn read_function_globals(document: &Node) -> Result<Option<&Node>, TemplateError> {
    let section = Place::Section("Globals");
    let Some(globals) = document.get("Globals") else {
        return Ok(None);
    };
    map_entries(globals, &section)?;
    let Some(function) = globals.get("Function") else {
        return Ok(None);
    };
    map_entries(function, &section.key("Function"))?;
    Ok(Some(function))
}

fn named_entries<'t>(
    document: &'t Node,
    name: &str,
) -> Result<BTreeMap<&'t str, &'t Node>, TemplateError> {
    let section = Place::Section(name);
    let Some(node) = document.get(name) else {
        return Ok(BTreeMap::new());
    };
    let entries = map_entries(node, &section)?;
    Ok(entries.iter().map(|(name, value)| (name.as_str(), value)).collect())
}

/// The entries of a map that is written out, not produced by a function.
pub(super) fn map_entries<'n>(
    node: &'n Node,
    place: &Place<'_>,
) -> Result<&'n [(String, Node)], TemplateError> {
    match node {
        Node::Map(entries) => Ok(entries),
        other => Err(place.invalid(format!("this must be a map, but it is {}", other.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::*;

    fn refused(text: &str) -> String {
        let document = document::parse(text).unwrap();
        Sections::read(&document).unwrap_err().to_string()
    }

    #[test]
    fn resources_keep_their_order_and_kind() {
        let document = document::parse(
            "Resources:\n  Z: {Type: 'AWS::SQS::Queue', Condition: IsLive}\n  A: {Type: 'AWS::Logs::LogGroup'}\n",
        )
        .unwrap();
        let sections = Sections::read(&document).unwrap();
        let ids: Vec<_> = sections.resources.iter().map(|resource| resource.logical_id).collect();
        assert_eq!(ids, ["Z", "A"]);
        let queue = sections.resource("Z").unwrap();
        assert_eq!((queue.kind, queue.condition), (ResourceKind::Queue, Some("IsLive")));
        assert_eq!(sections.resource("A").unwrap().kind, ResourceKind::LogGroup);
        assert!(sections.resource("B").is_none());
    }

    #[test]
    fn a_wrong_shape_names_its_place() {
        for (text, expected) in [
            ("just text", "template root: a template is a map"),
            ("Globals: {}", "template Resources: the template has no Resources section"),
            ("Resources: []", "template Resources: this must be a map, but it is a list"),
            ("Resources: {}", "the template has no resources"),
            ("Resources: {A: 5}", "template Resources.A: this must be a map"),
            ("Resources: {A: {}}", "template Resources.A: the resource has no Type"),
            ("Resources: {A: {Type: [x]}}", "template Resources.A.Type: the type must be text"),
            ("Resources: {A: {Type: T, Condition: !Not [x]}}", "Resources.A.Condition: "),
            ("Resources: {A: {Type: T, Properties: x}}", "Resources.A.Properties: "),
            ("Resources: {Fn::ForEach::A: [], B: 1}", "Resources.Fn::ForEach::A: "),
            ("{Resources: {A: {Type: T}}, Globals: x}", "template Globals: "),
            ("{Resources: {A: {Type: T}}, Globals: {Function: x}}", "template Globals.Function: "),
            ("{Resources: {A: {Type: T}}, Conditions: x}", "template Conditions: "),
        ] {
            let message = refused(text);
            assert!(message.contains(expected), "{text} gave {message}");
        }
    }
}
