//! Which routes need to know who calls, as the API's `DefinitionBody` says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::Place;
use super::reading::kind;
use super::sections::{Resource, map_entries};

/// The routes, by method and path, whose operation has a `security` that is not empty.
///
/// # Errors
/// [`TemplateError::Invalid`] when the definition is not written out, or a `security` is no list.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    api: Resource<'t>,
) -> Result<BTreeSet<(String, String)>, TemplateError> {
    let mut routes = BTreeSet::new();
    let Some(definition) = api.properties.and_then(|map| map.get("DefinitionBody")) else {
        return Ok(routes);
    };
    let section = Place::Section("Resources");
    let place = section.key(api.logical_id);
    let place = place.key("Properties");
    let place = place.key("DefinitionBody");
    map_entries(definition, &place)?;
    let Some(paths) = definition.get("paths") else { return Ok(routes) };
    let place = place.key("paths");
    for (path, methods) in map_entries(paths, &place)? {
        let place = place.key(path);
        for (method, operation) in map_entries(methods, &place)? {
            let place = place.key(method);
            map_entries(operation, &place)?;
            let Some(security) = operation.get("security") else { continue };
            let place = place.key("security");
            let is_open = match evaluator.evaluate(security, &place)? {
                None => true,
                Some(Value::Array(requirements)) => requirements.is_empty(),
                Some(other) => {
                    return Err(
                        place.invalid(format!("this must be a list, but it is {}", kind(&other)))
                    );
                }
            };
            if !is_open {
                routes.insert((method.to_ascii_uppercase(), path.clone()));
            }
        }
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;

    /// The routes that require a caller; `paths` is that part of the API's definition.
    fn requiring(definition: &str) -> Result<Vec<String>, String> {
        let text = format!(
            "Conditions: {{Never: !Equals [a, b]}}
Resources:
  Api: {{Type: 'AWS::Serverless::HttpApi', Properties: {{DefinitionBody: {definition}}}}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f
      Events:
        A: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Method: get, Path: '/a/{{id}}'}}}}
        B: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Method: POST, Path: '/a/{{id}}'}}}}
        C: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Method: ANY, Path: /c}}}}
"
        );
        let deployment =
            Deployment::parse(&text, &settings()).map_err(|error| error.to_string())?;
        let requiring = deployment.routes.into_iter().filter(|route| route.requires_caller);
        Ok(requiring.map(|route| format!("{} {}", route.method, route.path)).collect())
    }

    #[test]
    fn a_route_with_security_requires_a_caller() {
        let choice = "[!If [Never, {Jwt: []}, {AWS_IAM: []}]]";
        let get = format!("{{paths: {{'/a/{{id}}': {{get: {{security: {choice}}}}}}}}}");
        assert_eq!(requiring(&get), Ok(vec!["GET /a/{id}".to_owned()]));
    }

    #[test]
    fn all_else_is_open() {
        for definition in [
            "{}",
            "{paths: {}}",
            "{paths: {'/a/{id}': {get: {summary: !ImportValue x}}}}",
            "{paths: {'/a/{id}': {get: {security: []}}}}",
            "{paths: {'/a/{id}': {get: {security: !Ref 'AWS::NoValue'}}}}",
            "{paths: {'/a/{id}': {get: {security: [!Ref 'AWS::NoValue']}}}}",
            "{paths: {'/a/{ticket_id}': {get: {security: [{Jwt: []}]}}}}",
            "{paths: {/c: {get: {security: [{Jwt: []}]}}}}",
        ] {
            assert_eq!(requiring(definition), Ok(Vec::new()), "{definition}");
        }
    }

    #[test]
    fn a_definition_that_cannot_be_read_is_refused() {
        let place = "template Resources.Api.Properties.DefinitionBody";
        for (definition, expected) in [
            ("{Fn::Transform: {Name: 'AWS::Include'}}", ": this must be a map"),
            ("{paths: !If [Never, {}, {}]}", ".paths: this must be a map"),
            ("{paths: {/c: {get: {security: Jwt}}}}", "./c.get.security: this must be a list"),
            ("{paths: {/c: {get: {security: [!Ref Nope]}}}}", "security[0]: `Nope` is neither"),
        ] {
            let message = requiring(definition).unwrap_err();
            assert!(message.starts_with(place) && message.contains(expected), "{message}");
        }
    }
}
