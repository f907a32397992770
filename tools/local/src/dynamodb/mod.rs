//! DynamoDB: the embedded one, and the tables in it or in another.

mod server;

use std::path::Path;
use std::sync::Arc;

use dynoxide::Database;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::access::AccessControl;
use crate::aws_json::{CallError, Service};
use sam_template::Table;

/// Why there is no table to work with.
#[derive(Debug, thiserror::Error)]
pub enum DynamoDbError {
    /// The file is no database, or of another version.
    #[error("The tickets in {path} cannot be opened: {detail}. Start with --reset to forget them.")]
    Unreadable { path: String, detail: String },
    #[error("The table {table} cannot be made: {source}")]
    Call {
        table: String,
        #[source]
        source: CallError,
    },
    /// The table has other keys than the template says.
    #[error(
        "The table {table} was made with other keys than the template has now. \
         Start with --reset to forget its tickets, or with another --data-dir."
    )]
    OtherKeys { table: String },
}

/// Opens the embedded DynamoDB that keeps its tables in the file `path`.
///
/// # Errors
/// [`DynamoDbError::Unreadable`].
pub fn open(path: &Path) -> Result<Database, DynamoDbError> {
    Database::new(&path.to_string_lossy()).map_err(|error| DynamoDbError::Unreadable {
        path: path.display().to_string(),
        detail: error.to_string(),
    })
}

/// Serves the embedded DynamoDB until `stopped`; what functions ask of it is held to `access`.
pub async fn serve(
    database: Database,
    listener: TcpListener,
    access: Arc<AccessControl>,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    if let Err(error) = server::serve(database, listener, access, stopped).await {
        tracing::error!(%error, "DynamoDB stopped");
    }
}

/// Makes the table if it is missing, and the indexes that it lacks. Its items stay.
///
/// # Errors
/// [`DynamoDbError`], also when the table has other keys.
pub async fn ensure_table(service: &Service, table: &Table) -> Result<(), DynamoDbError> {
    let failed = |source| DynamoDbError::Call { table: table.name.clone(), source };
    match service.call("CreateTable", &table.create_request).await {
        Err(CallError::Refused { kind, .. }) if kind == "ResourceInUseException" => {
            let request = json!({"TableName": table.name});
            let answer = service.call("DescribeTable", &request).await.map_err(failed)?;
            for index in missing_indexes(table, &answer["Table"])? {
                let request = json!({
                    "TableName": table.name,
                    "AttributeDefinitions": table.create_request["AttributeDefinitions"],
                    "GlobalSecondaryIndexUpdates": [{"Create": index}]
                });
                service.call("UpdateTable", &request).await.map_err(failed)?;
            }
        }
        created => {
            created.map_err(failed)?;
        }
    }
    let Some(attribute) = &table.time_to_live_attribute else { return Ok(()) };
    let request = json!({
        "TableName": table.name,
        "TimeToLiveSpecification": {"Enabled": true, "AttributeName": attribute}
    });
    match service.call("UpdateTimeToLive", &request).await {
        Err(CallError::Refused { detail, .. }) if detail.contains("already enabled") => Ok(()),
        updated => updated.map(|_| ()).map_err(failed),
    }
}

fn missing_indexes<'a>(
    table: &'a Table,
    existing: &Value,
) -> Result<Vec<&'a Value>, DynamoDbError> {
    let other_keys = || DynamoDbError::OtherKeys { table: table.name.clone() };
    let wanted = &table.create_request;
    if !same_elements(&existing["KeySchema"], &wanted["KeySchema"]) {
        return Err(other_keys());
    }
    let mut missing = Vec::new();
    for index in elements(&wanted["GlobalSecondaryIndexes"]) {
        let mut indexes = elements(&existing["GlobalSecondaryIndexes"]);
        match indexes.find(|existing| existing["IndexName"] == index["IndexName"]) {
            None => missing.push(index),
            Some(existing) if same_elements(&existing["KeySchema"], &index["KeySchema"]) => {}
            Some(_) => return Err(other_keys()),
        }
    }
    Ok(missing)
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn same_elements(one: &Value, other: &Value) -> bool {
    let contains = |list: &Value, element| elements(list).any(|candidate| candidate == element);
    elements(one).count() == elements(other).count()
        && elements(one).all(|element| contains(other, element))
}
