//! Which permissions a request to DynamoDB needs. Source: "Actions, resources, and condition keys
//! for Amazon DynamoDB" of the service authorization reference, and for transactions "Using IAM
//! with DynamoDB transactions" of the developer guide.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{EVERY_RESOURCE, Permission};
use sam_template::Settings;

/// The parts of a request that say which tables it concerns. Whatever else a request holds is
/// skipped, however deep it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    table_name: Option<String>,
    index_name: Option<String>,
    request_items: Option<BTreeMap<String, IgnoredAny>>,
    transact_items: Option<Vec<Part>>,
}

/// One part of a transaction: exactly one of these is there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    condition_check: Option<OnTable>,
    delete: Option<OnTable>,
    get: Option<OnTable>,
    put: Option<OnTable>,
    update: Option<OnTable>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OnTable {
    table_name: String,
}

/// What the request needs, at least one permission. One that cannot be read, or that this does not
/// know, needs the action of its own name on everything, which no policy here can grant.
pub(super) fn permissions_needed(
    settings: &Settings,
    target: &str,
    body: &[u8],
) -> BTreeSet<Permission> {
    let operation = target.rsplit('.').next().unwrap_or_default();
    let permission =
        |action: &str, resource| Permission { action: format!("dynamodb:{action}"), resource };
    let unknown = || permission(operation, EVERY_RESOURCE.to_owned());
    let Ok(request) = serde_json::from_slice::<Request>(body) else {
        return BTreeSet::from([unknown()]);
    };
    let table = |name: &str| table_arn(settings, name);
    let needed: BTreeSet<Permission> = match operation {
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = request.request_items.unwrap_or_default();
            tables.keys().map(|name| permission(operation, table(name))).collect()
        }
        "TransactGetItems" | "TransactWriteItems" => {
            let parts = request.transact_items.unwrap_or_default();
            let of_part = |part: &Part| match part.action() {
                Some((action, on)) => permission(action, table(&on.table_name)),
                None => unknown(),
            };
            parts.iter().map(of_part).collect()
        }
        "Query" | "Scan" => {
            let index = request.index_name.map(|index| format!("/index/{index}"));
            let resource = |name: &str| table(name) + index.as_deref().unwrap_or_default();
            request.table_name.iter().map(|name| permission(operation, resource(name))).collect()
        }
        _ => request.table_name.iter().map(|name| permission(operation, table(name))).collect(),
    };
    if needed.is_empty() { BTreeSet::from([unknown()]) } else { needed }
}

impl Part {
    fn action(&self) -> Option<(&'static str, &OnTable)> {
        let Self { condition_check, delete, get, put, update } = self;
        let actions = [
            ("ConditionCheckItem", condition_check),
            ("DeleteItem", delete),
            ("GetItem", get),
            ("PutItem", put),
            ("UpdateItem", update),
        ];
        actions.into_iter().find_map(|(action, on)| Some((action, on.as_ref()?)))
    }
}

/// Requests name a table by its name or by its ARN.
fn table_arn(settings: &Settings, name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        settings.arn("dynamodb", &format!("table/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{settings, shown};
    use super::*;

    const TABLES: &str = "arn:aws:dynamodb:eu-west-1:000000000000:table";

    fn needed(operation: &str, body: &str) -> Vec<String> {
        let target = format!("DynamoDB_20120810.{operation}");
        let needed = permissions_needed(&settings(), &target, body.as_bytes());
        shown(needed).into_iter().map(|shown| shown.replace(TABLES, "tables")).collect()
    }

    #[test]
    fn a_call_on_one_table_needs_the_action_of_its_name() {
        for operation in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"] {
            let expected = format!("dynamodb:{operation} tables/t");
            assert_eq!(needed(operation, r#"{"TableName": "t"}"#), [expected]);
        }
        let arn = format!(r#"{{"TableName": "{TABLES}/t"}}"#);
        assert_eq!(needed("GetItem", &arn), ["dynamodb:GetItem tables/t"]);
        let on_index = r#"{"TableName": "t", "IndexName": "by-status"}"#;
        assert_eq!(needed("Query", on_index), ["dynamodb:Query tables/t/index/by-status"]);
    }

    #[test]
    fn a_batch_needs_its_action_on_each_table() {
        let body = r#"{"RequestItems": {"a": {"Keys": []}, "b": [{"PutRequest": {}}]}}"#;
        assert_eq!(
            needed("BatchGetItem", body),
            ["dynamodb:BatchGetItem tables/a", "dynamodb:BatchGetItem tables/b"]
        );
        assert_eq!(needed("BatchWriteItem", body).len(), 2);
    }

    #[test]
    fn a_transaction_needs_the_actions_of_its_parts() {
        let part = |kind: &str| format!(r#"{{"{kind}": {{"TableName": "t", "Key": {{}}}}}}"#);
        let kinds = ["Put", "Update", "Delete", "ConditionCheck", "Update"].map(part).join(",");
        assert_eq!(
            needed("TransactWriteItems", &format!(r#"{{"TransactItems": [{kinds}]}}"#)),
            [
                "dynamodb:ConditionCheckItem tables/t",
                "dynamodb:DeleteItem tables/t",
                "dynamodb:PutItem tables/t",
                "dynamodb:UpdateItem tables/t",
            ]
        );
        let gets = format!(r#"{{"TransactItems": [{}]}}"#, part("Get"));
        assert_eq!(needed("TransactGetItems", &gets), ["dynamodb:GetItem tables/t"]);
    }

    #[test]
    fn what_is_not_known_is_on_everything() {
        let deep = format!(r#"{{"TableName": {}"#, "[".repeat(100_000));
        for (operation, body) in [
            ("GetItem", "{}"),
            ("GetItem", ""),
            ("GetItem", "[]"),
            ("GetItem", r#"{"TableName": 5}"#),
            ("GetItem", r#"{"TableName": "t", "TableName": "u"}"#),
            ("GetItem", &deep),
            ("ListTables", "{}"),
            ("BatchGetItem", r#"{"TableName": "t"}"#),
            ("TransactWriteItems", r#"{"TransactItems": []}"#),
            ("TransactWriteItems", r#"{"TransactItems": [{"Insert": {"TableName": "t"}}]}"#),
            ("", ""),
        ] {
            assert_eq!(needed(operation, body), [format!("dynamodb:{operation} *")], "{body:.40}");
        }
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let body = format!(r#"{{"Item": {nested}, "TableName": "t"}}"#);
        assert_eq!(needed("PutItem", &body), ["dynamodb:PutItem tables/t"]);
    }
}
