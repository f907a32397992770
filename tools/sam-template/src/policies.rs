//! The `Policies` of a function: what it may do at which resource.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::PolicyStatement;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::{Place, list_names};
use super::reading::{Properties, kind, text};
use super::sections::{Resource, ResourceKind};

/// The services whose calls the local stack sees, and so the ones that it can hold to a policy.
const EMBEDDED_SERVICES: [&str; 2] = ["dynamodb", "sqs"];
/// The parts of a statement that are read, or that mean nothing to the decision. Source: "IAM JSON
/// policy elements reference" of the IAM user guide, which also has `NotAction` and `NotResource`.
const STATEMENT_PARTS: [&str; 5] = ["Action", "Condition", "Effect", "Resource", "Sid"];
const HINT: &str = "the local stack reads only statements that the template writes out";

/// Reads what a function is granted. Nothing is granted to one without `Policies`.
///
/// # Errors
/// [`TemplateError::Invalid`] for a policy template or a managed policy of AWS's, whose statements
/// stand elsewhere; for a statement that does not allow; for an action with a wildcard; and for a
/// resource with a wildcard or a condition on DynamoDB or SQS, which the local stack could not hold to.
pub(super) fn read(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<Vec<PolicyStatement>, TemplateError> {
    let policies = evaluator.property(properties, "Policies")?.unwrap_or(Value::Array(Vec::new()));
    let place = properties.place.key("Policies");
    let mut statements = Vec::new();
    each(policies, &place, |policy, place| match policy {
        Value::Object(document) => read_document(document, place, &mut statements),
        Value::String(arn) => {
            let (document, logical_id) = managed_document(evaluator, &arn, place)?;
            let section = Place::Section("Resources");
            let place = section.key(logical_id);
            let place = place.key("Properties");
            read_document(document, &place.key("PolicyDocument"), &mut statements)
        }
        other => {
            Err(place.invalid(format!("a policy must be a map, but this is {}", kind(&other))))
        }
    })?;
    Ok(statements)
}

/// Does `work` with each element of a list, or with a value that stands alone.
fn each(
    value: Value,
    place: &Place<'_>,
    mut work: impl FnMut(Value, &Place<'_>) -> Result<(), TemplateError>,
) -> Result<(), TemplateError> {
    let Value::Array(elements) = value else { return work(value, place) };
    for (index, element) in elements.into_iter().enumerate() {
        work(element, &place.item(index))?;
    }
    Ok(())
}

/// What a boundary allows at most. Unlike a grant it may name actions and resources with wildcards.
///
/// # Errors
/// As [`read`], but for those.
pub(super) fn read_boundary(
    evaluator: &mut Evaluator<'_>,
    arn: &str,
    place: &Place<'_>,
) -> Result<Vec<PolicyStatement>, TemplateError> {
    let (mut document, logical_id) = managed_document(evaluator, arn, place)?;
    let section = Place::Section("Resources");
    let place = section.key(logical_id);
    let mut statements = Vec::new();
    each(document.remove("Statement").unwrap_or_default(), &place, |statement, place| {
        let Value::Object(mut parts) = statement else {
            return Err(place.invalid("a statement must be a map"));
        };
        only_allows(&parts, place)?;
        if parts.contains_key("Condition") {
            return Err(place.key("Condition").invalid("the local stack reads no condition here"));
        }
        let actions = texts(&mut parts, "Action", place)?;
        let resources = texts(&mut parts, "Resource", place)?;
        statements.push(PolicyStatement { actions, resources });
        Ok(())
    })?;
    Ok(statements)
}

fn only_allows(statement: &Map<String, Value>, place: &Place<'_>) -> Result<(), TemplateError> {
    match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Ok(()),
        _ => Err(place.key("Effect").invalid("the local stack reads only Allow")),
    }
}

/// The document of a managed policy, which several functions may share, and the policy's logical id.
fn managed_document<'t>(
    evaluator: &mut Evaluator<'t>,
    arn: &str,
    place: &Place<'_>,
) -> Result<(Map<String, Value>, &'t str), TemplateError> {
    let mut resources = evaluator.sections.resources.iter().copied();
    let of_this_arn = |resource: &Resource<'_>| {
        resource.kind == ResourceKind::ManagedPolicy
            && evaluator.managed_policy_arn(resource.logical_id) == arn
    };
    let Some(resource) = resources.find(of_this_arn) else {
        return Err(place.invalid(format!("{HINT}, not the managed policy `{arn}`")));
    };
    let section = Place::Section("Resources");
    let place = section.key(resource.logical_id);
    let properties = Properties::plain(resource.properties, place.key("Properties"));
    let Some(document) = evaluator.map_property(&properties, "PolicyDocument")? else {
        return Err(properties.invalid("PolicyDocument", "the policy has none"));
    };
    Ok((document, resource.logical_id))
}

fn read_document(
    mut document: Map<String, Value>,
    place: &Place<'_>,
    statements: &mut Vec<PolicyStatement>,
) -> Result<(), TemplateError> {
    let Some(written) = document.remove("Statement") else {
        let names = list_names(document.keys().map(String::as_str));
        return Err(place.invalid(format!("{HINT}, not the policy template {names}")));
    };
    each(written, &place.key("Statement"), |statement, place| {
        statements.push(read_statement(statement, place)?);
        Ok(())
    })
}

fn read_statement(statement: Value, place: &Place<'_>) -> Result<PolicyStatement, TemplateError> {
    let Value::Object(mut parts) = statement else {
        return Err(
            place.invalid(format!("a statement must be a map, but this is {}", kind(&statement)))
        );
    };
    if let Some(unknown) = parts.keys().find(|name| !STATEMENT_PARTS.contains(&name.as_str())) {
        return Err(place.key(unknown).invalid(format!(
            "the local stack does not read this (it reads: {})",
            list_names(STATEMENT_PARTS)
        )));
    }
    only_allows(&parts, place)?;
    let actions = texts(&mut parts, "Action", place)?;
    if let Some(wide) = actions.iter().find(|action| has_wildcard(action)) {
        return Err(place
            .key("Action")
            .invalid(format!("`{wide}` grants more than one action; name each")));
    }
    let resources = texts(&mut parts, "Resource", place)?;
    let is_held_to = actions.iter().any(|action| is_of_embedded_service(action));
    if let Some(wide) = resources.iter().find(|resource| is_held_to && has_wildcard(resource)) {
        return Err(place
            .key("Resource")
            .invalid(format!("`{wide}` names more than one resource; name each")));
    }
    if is_held_to && parts.contains_key("Condition") {
        return Err(place
            .key("Condition")
            .invalid("the local stack cannot hold calls to DynamoDB and SQS to a condition"));
    }
    Ok(PolicyStatement { actions, resources })
}

/// Whether the local stack sees the calls that an action such as `sqs:SendMessage` allows.
pub fn is_of_embedded_service(action: &str) -> bool {
    action.split_once(':').is_some_and(|(service, _)| EMBEDDED_SERVICES.contains(&service))
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// One text or a list of them; at least one.
fn texts(
    parts: &mut Map<String, Value>,
    name: &str,
    place: &Place<'_>,
) -> Result<BTreeSet<String>, TemplateError> {
    let place = place.key(name);
    let mut texts = BTreeSet::new();
    each(parts.remove(name).unwrap_or(Value::Array(Vec::new())), &place, |value, place| {
        texts.insert(text(value, place)?);
        Ok(())
    })?;
    if texts.is_empty() {
        return Err(place.invalid("the statement names none"));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn policy(policies: &str) -> Result<Vec<PolicyStatement>, String> {
        policy_with_key("''", policies)
    }

    fn policy_with_key(key: &str, policies: &str) -> Result<Vec<PolicyStatement>, String> {
        let text = format!(
            "Parameters: {{Key: {{Type: String, Default: {key}}}}}
Conditions: {{HasKey: !Not [!Equals [!Ref Key, '']]}}
Resources:
  Work: {{Type: 'AWS::SQS::Queue'}}
  F: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: f{policies}}}}}
  T:
    Type: AWS::DynamoDB::Table
    Properties: {{AttributeDefinitions: [], KeySchema: []}}
  UseKey:
    Type: AWS::IAM::ManagedPolicy
    Condition: HasKey
    Properties:
      PolicyDocument: {{Statement: [{{Effect: Allow, Action: 'kms:Decrypt', Resource: !Ref Key}}]}}
  Broken: {{Type: 'AWS::IAM::ManagedPolicy', Properties: {{PolicyDocument: {{Statement: [x]}}}}}}
  Empty: {{Type: 'AWS::IAM::ManagedPolicy'}}
"
        );
        Deployment::parse(&text, &settings())
            .map(|mut deployment| deployment.functions.remove(0).policy)
            .map_err(|error| error.to_string())
    }

    fn statement(parts: &str) -> Result<Vec<PolicyStatement>, String> {
        policy(&format!(", Policies: [{{Statement: [{{{parts}}}]}}]"))
    }

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:000000000000:table/support-T";

    #[test]
    fn written_statements_are_read_with_their_arns() {
        let key = "!If [HasKey, {Effect: Allow, Action: 'kms:Decrypt', Resource: !Ref Key, \
                   Condition: {StringEquals: {'kms:ViaService': [x]}}}, !Ref 'AWS::NoValue']";
        let read = policy(&format!(
            ", Policies: [{{Version: '2012-10-17', Statement: [
              {{Effect: Allow, Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: !GetAtt T.Arn}},
              {{Sid: A, Effect: Allow, Action: 'dynamodb:Query',
                Resource: [!Sub '${{T.Arn}}/index/a', !Sub '${{T.Arn}}/index/b']}}, {key}]}},
             {{Statement: {{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Work.Arn}}}}]"
        ))
        .unwrap();
        let indexes = [format!("{TABLE}/index/a"), format!("{TABLE}/index/b")];
        let expected = [
            (set(&["dynamodb:GetItem", "dynamodb:PutItem"]), set(&[TABLE])),
            (set(&["dynamodb:Query"]), indexes.into_iter().collect()),
            (set(&["sqs:SendMessage"]), set(&["arn:aws:sqs:eu-west-1:000000000000:support-Work"])),
        ];
        let expected = expected.map(|(actions, resources)| PolicyStatement { actions, resources });
        assert_eq!(read, expected);
        assert_eq!(policy(""), Ok(Vec::new()));
        assert_eq!(policy(", Policies: !Ref AWS::NoValue"), Ok(Vec::new()));
    }

    #[test]
    fn a_managed_policy_of_the_template_grants_what_it_says_where_it_exists() {
        let policies = ", Policies: [!If [HasKey, !Ref UseKey, !Ref 'AWS::NoValue']]";
        let granted =
            PolicyStatement { actions: set(&["kms:Decrypt"]), resources: set(&["arn:k"]) };
        assert_eq!(policy_with_key("arn:k", policies), Ok(vec![granted]));
        assert_eq!(policy(policies), Ok(Vec::new()));
        for (policies, expected) in [
            ("!Ref UseKey", "`UseKey` is not part of this deployment"),
            ("!Ref Broken", "template Resources.Broken.Properties.PolicyDocument.Statement[0]: a "),
            (
                "!Ref Empty",
                "template Resources.Empty.Properties.PolicyDocument: the policy has none",
            ),
        ] {
            let message = policy(&format!(", Policies: [{policies}]")).unwrap_err();
            assert!(message.contains(expected), "{policies} gave {message}");
        }
    }

    #[test]
    fn what_other_services_are_asked_may_have_conditions_and_any_resource() {
        let read = statement(
            "Effect: Allow, Action: 'kms:Decrypt', Resource: '*', Condition: {StringEquals: {a: b}}",
        );
        assert_eq!(read.unwrap()[0].resources, set(&["*"]));
    }

    #[test]
    fn what_cannot_be_held_to_is_refused_with_its_place() {
        let place = "template Resources.F.Properties.Policies";
        for (policies, expected) in [
            ("AmazonDynamoDBFullAccess", ": the local stack reads only statements that the"),
            ("[AmazonDynamoDBFullAccess]", "[0]: the local stack reads only statements that the"),
            ("[{DynamoDBCrudPolicy: {TableName: !Ref T}}]", "template DynamoDBCrudPolicy"),
            ("[5]", "[0]: a policy must be a map, but this is a number"),
            ("[{Statement: x}]", "[0].Statement: a statement must be a map, but this is text"),
        ] {
            let message = policy(&format!(", Policies: {policies}")).unwrap_err();
            assert!(message.starts_with(place) && message.contains(expected), "{message}");
        }
        let arn = "Resource: !GetAtt T.Arn";
        for (parts, expected) in [
            (format!("Effect: Deny, Action: 'a:b', {arn}"), "Effect: the local stack reads only"),
            (format!("Action: 'a:b', {arn}"), "Effect: the local stack reads only Allow"),
            (format!("Effect: Allow, NotAction: 'a:b', {arn}"), "NotAction: the local stack does"),
            (format!("Effect: Allow, Action: 'dynamodb:*', {arn}"), "Action: `dynamodb:*` grants"),
            (format!("Effect: Allow, Action: '*', {arn}"), "Action: `*` grants more than one"),
            (format!("Effect: Allow, Action: 'sqs:Send?', {arn}"), "Action: `sqs:Send?` grants"),
            (format!("Effect: Allow, Action: [], {arn}"), "Action: the statement names none"),
            (format!("Effect: Allow, Action: [[a]], {arn}"), "Action[0]: this must be text"),
            ("Effect: Allow, Action: 'a:b'".to_owned(), "Resource: the statement names none"),
            (
                "Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:*'".to_owned(),
                "Resource: `arn:*` names more than one resource",
            ),
            (
                format!("Effect: Allow, Action: 'dynamodb:GetItem', Condition: {{}}, {arn}"),
                "Condition: the local stack cannot hold calls",
            ),
        ] {
            let message = statement(&parts).unwrap_err();
            let expected = format!("{place}[0].Statement[0].{expected}");
            assert!(message.starts_with(&expected), "{parts} gave {message}");
        }
    }
}
