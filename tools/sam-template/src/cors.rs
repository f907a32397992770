//! Which web pages may call the API, as the `x-amazon-apigateway-cors` of its `DefinitionBody` says.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::Place;
use super::sections::{Resource, map_entries};

/// The web pages that may call the API, and what they may send and see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cors {
    /// Origins such as `https://shop.example`; `*` stands for all.
    pub allow_origins: Vec<String>,
    /// Methods of requests.
    pub allow_methods: Vec<String>,
    /// Headers of requests.
    pub allow_headers: Vec<String>,
    /// Headers of answers that a page may read.
    pub expose_headers: Vec<String>,
    /// For how long a browser may remember this, in seconds.
    pub max_age_seconds: Option<u64>,
}

/// Nothing when no page of another origin may call.
///
/// # Errors
/// [`TemplateError::Invalid`] when the definition is not written out or a value cannot be read.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    api: Resource<'t>,
) -> Result<Option<Cors>, TemplateError> {
    const EXTENSION: &str = "x-amazon-apigateway-cors";
    let definition = api.properties.and_then(|map| map.get("DefinitionBody"));
    let Some(extension) = definition.and_then(|definition| definition.get(EXTENSION)) else {
        return Ok(None);
    };
    let section = Place::Section("Resources");
    let place = section.key(api.logical_id);
    let place = place.key("Properties");
    let place = place.key("DefinitionBody");
    if let Some(definition) = definition {
        map_entries(definition, &place)?;
    }
    let place = place.key(EXTENSION);
    let Some(value) = evaluator.evaluate(extension, &place)? else { return Ok(None) };
    let texts = |name: &str| match &value[name] {
        Value::Null => Ok(Vec::new()),
        Value::Array(texts) if texts.iter().all(Value::is_string) => {
            Ok(texts.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => Err(place.key(name).invalid("this must be a list of texts")),
    };
    Ok(Some(Cors {
        allow_origins: texts("allowOrigins")?,
        allow_methods: texts("allowMethods")?,
        allow_headers: texts("allowHeaders")?,
        expose_headers: texts("exposeHeaders")?,
        max_age_seconds: value["maxAge"].as_u64(),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn cors(extension: &str) -> Result<Option<Cors>, String> {
        let text = format!(
            "Parameters: {{Origins: {{Type: CommaDelimitedList, Default: 'https://a.example,https://b.example'}}}}
Conditions: {{Never: !Equals [a, b]}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {{DefinitionBody: {{paths: {{}}{extension}}}}}
"
        );
        let deployment = Deployment::parse(&text, &settings());
        deployment.map(|deployment| deployment.cors).map_err(|error| error.to_string())
    }

    #[test]
    fn who_may_call_is_read() {
        let extension = ", x-amazon-apigateway-cors: {allowOrigins: !Ref Origins, allowMethods: [GET], maxAge: 60}";
        let expected = Cors {
            allow_origins: vec!["https://a.example".to_owned(), "https://b.example".to_owned()],
            allow_methods: vec!["GET".to_owned()],
            max_age_seconds: Some(60),
            ..Cors::default()
        };
        assert_eq!(cors(extension), Ok(Some(expected)));
        assert_eq!(cors(""), Ok(None));
        let never =
            ", x-amazon-apigateway-cors: !If [Never, {allowOrigins: ['*']}, !Ref AWS::NoValue]";
        assert_eq!(cors(never), Ok(None));
        let wrong = cors(", x-amazon-apigateway-cors: {allowOrigins: a}").unwrap_err();
        assert!(wrong.contains("this must be a list of texts"), "{wrong}");
    }
}
