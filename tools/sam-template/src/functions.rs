//! `AWS::Serverless::Function` with `Globals.Function`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Function;
use super::boundary;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::Place;
use super::policies;
use super::reading::{Properties, kind, text};
use super::sections::Resource;

/// Source: the Lambda quotas and the defaults of `AWS::Lambda::Function`.
const TIMEOUT_LIMIT_SECONDS: u32 = 900;
const DEFAULT_TIMEOUT_SECONDS: u32 = 3;
const SMALLEST_MEMORY_MB: u32 = 128;
const LARGEST_MEMORY_MB: u32 = 10_240;
const DEFAULT_MEMORY_MB: u32 = 128;

/// Reads one function.
///
/// # Errors
/// [`TemplateError::Invalid`] when it has no `CodeUri`, when a value is out of range, when an
/// environment variable is not a scalar, and for policies that [`policies::read`] or
/// [`boundary::check`] refuses.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
) -> Result<Function, TemplateError> {
    let section = Place::Section("Resources");
    let place = section.key(resource.logical_id);
    let globals = Place::Section("Globals");
    let properties = Properties {
        own: resource.properties,
        place: place.key("Properties"),
        globals: evaluator.sections.function_globals.map(|node| (node, globals.key("Function"))),
    };
    let timeout_seconds = evaluator
        .integer_property(&properties, "Timeout", 1..=TIMEOUT_LIMIT_SECONDS)?
        .unwrap_or(DEFAULT_TIMEOUT_SECONDS);
    let memory_mb = evaluator
        .integer_property(&properties, "MemorySize", SMALLEST_MEMORY_MB..=LARGEST_MEMORY_MB)?
        .unwrap_or(DEFAULT_MEMORY_MB);
    let policy = policies::read(evaluator, &properties)?;
    boundary::check(evaluator, &properties, &policy)?;
    Ok(Function {
        logical_id: resource.logical_id.to_owned(),
        name: evaluator.physical_name(resource.logical_id),
        binary: read_binary(evaluator, &properties)?,
        timeout: Duration::from_secs(u64::from(timeout_seconds)),
        memory_mb,
        environment: read_environment(evaluator, &properties)?,
        policy,
    })
}

fn read_binary(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<String, TemplateError> {
    let Some(code_uri) = evaluator.text_property(properties, "CodeUri")? else {
        return Err(properties.invalid(
            "CodeUri",
            "the function has no CodeUri, whose last segment names the binary to run",
        ));
    };
    match code_uri.trim_end_matches('/').rsplit('/').next() {
        Some(binary) if !["", ".", ".."].contains(&binary) => Ok(binary.to_owned()),
        _ => Err(properties.invalid(
            "CodeUri",
            format!("the last segment of `{code_uri}` does not name a binary"),
        )),
    }
}

fn read_environment(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let Some(mut environment) = evaluator.map_property(properties, "Environment")? else {
        return Ok(BTreeMap::new());
    };
    let place = properties.place.key("Environment");
    let place = place.key("Variables");
    match environment.remove("Variables") {
        None => Ok(BTreeMap::new()),
        Some(Value::Object(variables)) => variables
            .into_iter()
            .map(|(name, value)| {
                let value = text(value, &place.key(&name))?;
                Ok((name, value))
            })
            .collect(),
        Some(other) => {
            Err(place.invalid(format!("this must be a map, but it is {}", kind(&other))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn function(globals: &str, properties: &str) -> Result<Function, String> {
        let text = format!(
            "Globals: {globals}\nResources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {properties}}}}}"
        );
        Deployment::parse(&text, &settings())
            .map(|mut deployment| deployment.functions.remove(0))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_those_of_lambda() {
        let function = function("{}", "{CodeUri: target/lambda/create-ticket/}").unwrap();
        assert_eq!(function.binary, "create-ticket");
        assert_eq!(function.name, "support-F");
        assert_eq!(function.timeout, Duration::from_secs(3));
        assert_eq!(function.memory_mb, 128);
        assert!(function.environment.is_empty());
    }

    #[test]
    fn globals_fill_in_and_are_overridden() {
        let function = function(
            "{Function: {Timeout: 10, MemorySize: 256, Environment: {Variables: {A: 1, B: x}}}}",
            "{CodeUri: b, Timeout: '30', Environment: {Variables: {B: true, C: 0.5}}}",
        )
        .unwrap();
        assert_eq!(function.timeout, Duration::from_secs(30));
        assert_eq!(function.memory_mb, 256);
        let environment: Vec<_> = function
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(environment, [("A", "1"), ("B", "true"), ("C", "0.5")]);
    }

    #[test]
    fn wrong_properties_are_refused_with_their_place() {
        for (globals, properties, expected) in [
            ("{}", "{}", "Resources.F.Properties.CodeUri: the function has no CodeUri"),
            ("{}", "{CodeUri: ./}", "does not name a binary"),
            ("{}", "{CodeUri: {Bucket: b, Key: k}}", "CodeUri: this must be text, but it is a map"),
            ("{}", "{CodeUri: b, Timeout: 901}", "Properties.Timeout: this must be a whole number"),
            ("{Function: {Timeout: 0}}", "{CodeUri: b}", "Globals.Function.Timeout: this must be"),
            ("{}", "{CodeUri: b, MemorySize: 64}", "from 128 to 10240, but it is 64"),
            ("{}", "{CodeUri: b, Environment: [a]}", "Environment: this must be a map"),
            ("{}", "{CodeUri: b, Environment: {Variables: a}}", "Variables: this must be a map"),
            (
                "{}",
                "{CodeUri: b, Environment: {Variables: {A: [x]}}}",
                "Resources.F.Properties.Environment.Variables.A: this must be text",
            ),
            (
                "{}",
                "{CodeUri: b, Environment: {Variables: {A: !Ref Nope}}}",
                "Resources.F.Properties.Environment.Variables.A: `Nope` is neither",
            ),
        ] {
            let message = function(globals, properties).unwrap_err();
            assert!(message.contains(expected), "{properties} gave {message}");
        }
    }
}
