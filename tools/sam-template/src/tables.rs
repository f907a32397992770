//! `AWS::DynamoDB::Table` as the body of the `CreateTable` API call.

use serde_json::{Map, Value};

use super::Table;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::Place;
use super::reading::{Properties, boolean, kind, text};
use super::sections::Resource;

const INDEXES: &str = "GlobalSecondaryIndexes";
/// The parts of a secondary index that `CreateTable` takes. CloudFormation has others, such as
/// contributor insights, that are set by other API calls.
const INDEX_PARTS: [&str; 3] = ["IndexName", "KeySchema", "Projection"];

/// Reads one table. Encryption, backups and deletion protection are left out: they have no meaning on
/// a laptop.
///
/// # Errors
/// [`TemplateError::Invalid`] when the keys are missing or a property has the wrong kind of value.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
) -> Result<Table, TemplateError> {
    let section = Place::Section("Resources");
    let place = section.key(resource.logical_id);
    let properties = Properties::plain(resource.properties, place.key("Properties"));
    let name = evaluator.physical_name(resource.logical_id);

    let mut request = Map::new();
    request.insert("TableName".to_owned(), Value::from(name.clone()));
    for required in ["AttributeDefinitions", "KeySchema"] {
        let Some(items) = evaluator.list_property(&properties, required)? else {
            return Err(properties.invalid(required, "the table has none, and DynamoDB needs it"));
        };
        request.insert(required.to_owned(), Value::Array(items));
    }
    if let Some(mode) = evaluator.text_property(&properties, "BillingMode")? {
        request.insert("BillingMode".to_owned(), Value::from(mode));
    }
    if let Some(items) = evaluator.list_property(&properties, INDEXES)? {
        let place = properties.place.key(INDEXES);
        let items = items
            .into_iter()
            .enumerate()
            .map(|(position, item)| read_index(item, &place.item(position)))
            .collect::<Result<Value, _>>()?;
        request.insert(INDEXES.to_owned(), items);
    }
    Ok(Table {
        name,
        create_request: Value::Object(request),
        time_to_live_attribute: read_time_to_live(evaluator, &properties)?,
    })
}

fn read_index(index: Value, place: &Place<'_>) -> Result<Value, TemplateError> {
    let Value::Object(mut parts) = index else {
        return Err(place.invalid(format!("an index is a map, but this is {}", kind(&index))));
    };
    let mut request = Map::new();
    for name in INDEX_PARTS {
        let Some(part) = parts.remove(name) else {
            return Err(place.invalid(format!("the index has no {name}")));
        };
        request.insert(name.to_owned(), part);
    }
    Ok(Value::Object(request))
}

fn read_time_to_live(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<Option<String>, TemplateError> {
    let Some(mut specification) = evaluator.map_property(properties, "TimeToLiveSpecification")?
    else {
        return Ok(None);
    };
    let place = properties.place.key("TimeToLiveSpecification");
    let enabled =
        specification.remove("Enabled").ok_or_else(|| place.invalid("this has no Enabled"))?;
    if !boolean(enabled, &place.key("Enabled"))? {
        return Ok(None);
    }
    let attribute = specification
        .remove("AttributeName")
        .ok_or_else(|| place.invalid("this has no AttributeName"))?;
    text(attribute, &place.key("AttributeName")).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    const KEYS: &str = "AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}]";

    fn table(properties: &str) -> Result<Table, String> {
        let text = format!(
            "Resources: {{T: {{Type: 'AWS::DynamoDB::Table', Properties: {{{properties}}}}}}}"
        );
        Deployment::parse(&text, &settings())
            .map(|mut deployment| deployment.tables.remove(0))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_request_has_only_what_create_table_takes() {
        let table = table(&format!(
            "{KEYS}, BillingMode: PAY_PER_REQUEST, SSESpecification: !ImportValue x,
             Tags: [!ImportValue y], DeletionProtectionEnabled: true"
        ))
        .unwrap();
        assert_eq!(
            table.create_request,
            json!({
                "TableName": "support-T",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            })
        );
        assert_eq!(table.time_to_live_attribute, None);
    }

    #[test]
    fn indexes_take_the_form_of_the_api() {
        let table = table(&format!(
            "{KEYS}, GlobalSecondaryIndexes: [{{IndexName: by-day, KeySchema: [],
             Projection: {{ProjectionType: ALL}}, ContributorInsightsSpecification: {{Enabled: true}}}}]"
        ))
        .unwrap();
        assert_eq!(
            table.create_request[INDEXES],
            json!([{"IndexName": "by-day", "KeySchema": [], "Projection": {"ProjectionType": "ALL"}}])
        );
    }

    #[test]
    fn time_to_live_counts_only_when_enabled() {
        let ttl = |enabled: &str| {
            table(&format!(
                "{KEYS}, TimeToLiveSpecification: {{AttributeName: expires_at, Enabled: {enabled}}}"
            ))
            .unwrap()
            .time_to_live_attribute
        };
        assert_eq!(ttl("true"), Some("expires_at".to_owned()));
        assert_eq!(ttl("'true'"), Some("expires_at".to_owned()));
        assert_eq!(ttl("false"), None);
    }

    #[test]
    fn broken_tables_are_refused() {
        for (properties, expected) in [
            ("BillingMode: x".to_owned(), "Properties.AttributeDefinitions: the table has none"),
            ("AttributeDefinitions: []".to_owned(), "Properties.KeySchema: the table has none"),
            ("AttributeDefinitions: x".to_owned(), "this must be a list, but it is text"),
            (format!("{KEYS}, TableName: a"), "Properties.TableName: the local stack names every"),
            (
                format!("{KEYS}, GlobalSecondaryIndexes: [x]"),
                "GlobalSecondaryIndexes[0]: an index is a map",
            ),
            (
                format!("{KEYS}, GlobalSecondaryIndexes: [{{IndexName: a}}]"),
                "the index has no KeySchema",
            ),
            (format!("{KEYS}, TimeToLiveSpecification: {{}}"), "no Enabled"),
            (format!("{KEYS}, TimeToLiveSpecification: {{Enabled: true}}"), "no AttributeName"),
        ] {
            let message = table(&properties).unwrap_err();
            assert!(message.contains(expected), "{properties} gave {message}");
        }
    }
}
