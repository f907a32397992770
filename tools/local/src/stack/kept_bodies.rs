//! Webhook bodies that were kept because they could not be read: listing and replaying them.

use serde_json::{Value, json};

use super::Stack;
use crate::aws_json::CallError;
use lambda_process::{FunctionPool, InvokeError};

/// Functions of webhooks are named so; the rest of the name is the source.
const WEBHOOK_PREFIX: &str = "webhook-";

/// Why kept bodies cannot be listed or replayed.
#[derive(Debug, thiserror::Error)]
pub enum KeptBodiesError {
    /// DynamoDB on AWS is not read by this command.
    #[error("Kept bodies on AWS are listed with the AWS CLI; docs/operations.md shows how.")]
    OnAws,
    #[error(transparent)]
    Query(#[from] CallError),
    /// A function fails; its log, above, says why.
    #[error("The function {function} fails: {source}")]
    Function {
        function: String,
        #[source]
        source: InvokeError,
    },
    #[error("The function {0} does not answer as a webhook does.")]
    NoWebhook(String),
}

impl Stack {
    /// A line for each kept body: when it came, from where, how large it is, what is wrong with it.
    ///
    /// # Errors
    /// [`KeptBodiesError`].
    pub async fn unreadable(&self) -> Result<Vec<String>, KeptBodiesError> {
        let dynamodb =
            self.addresses.dynamodb_client(&self.region).ok_or(KeptBodiesError::OnAws)?;
        let mut lines = Vec::new();
        for table in &self.tables {
            for source in self.webhooks().map(|(source, _)| source) {
                let mut start = Value::Null;
                loop {
                    let mut request = json!({
                        "TableName": table,
                        "KeyConditionExpression": "pk = :partition",
                        "ExpressionAttributeValues": {":partition": {"S": format!("unreadable#{source}")}},
                        "ProjectionExpression": "received_at, body_bytes, reason"
                    });
                    if !start.is_null() {
                        request["ExclusiveStartKey"] = start;
                    }
                    let mut answer = dynamodb.call("Query", &request).await?;
                    for item in answer["Items"].as_array().into_iter().flatten() {
                        lines.push(format!(
                            "{}  {source}  {} bytes  {}",
                            item["received_at"]["S"].as_str().unwrap_or_default(),
                            item["body_bytes"]["N"].as_str().unwrap_or_default(),
                            item["reason"]["S"].as_str().unwrap_or_default(),
                        ));
                    }
                    start = answer["LastEvaluatedKey"].take();
                    if start.is_null() {
                        break;
                    }
                }
            }
        }
        lines.sort();
        Ok(lines)
    }

    /// Puts all kept bodies through their functions again; a line for each source says what became
    /// of them.
    ///
    /// # Errors
    /// [`KeptBodiesError`]; what was replayed by then is done.
    pub async fn replay(&self) -> Result<Vec<String>, KeptBodiesError> {
        let mut lines = Vec::new();
        for (source, function) in self.webhooks() {
            let (mut acted_on, mut still_unreadable) = (0, 0);
            let mut after = Value::Null;
            loop {
                let event = json!({"replay": {"after": after}}).to_string();
                let name = || function.function().to_owned();
                let answer = function
                    .invoke(event.into())
                    .await
                    .map_err(|source| KeptBodiesError::Function { function: name(), source })?;
                let mut answer: Value = serde_json::from_slice(&answer)
                    .map_err(|_| KeptBodiesError::NoWebhook(name()))?;
                let counted = |member: &str| {
                    answer[member].as_u64().ok_or_else(|| KeptBodiesError::NoWebhook(name()))
                };
                acted_on += counted("acted_on")?;
                still_unreadable += counted("still_unreadable")?;
                after = answer["next"].take();
                if after.is_null() {
                    break;
                }
            }
            lines.push(format!(
                "{source}: {acted_on} acted on, {still_unreadable} still unreadable"
            ));
        }
        Ok(lines)
    }

    /// The webhooks by their source.
    fn webhooks(&self) -> impl Iterator<Item = (&str, &FunctionPool)> {
        let mut webhooks: Vec<(&str, &FunctionPool)> = self
            .functions
            .values()
            .filter_map(|pool| Some((pool.function().strip_prefix(WEBHOOK_PREFIX)?, pool)))
            .collect();
        webhooks.sort_by_key(|(source, _)| *source);
        webhooks.into_iter()
    }
}
