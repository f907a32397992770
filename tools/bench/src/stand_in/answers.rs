//! What each operation answers. The names and shapes are those of the services' API references.

use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::ticket;

/// What Secrets Manager holds under every name: what the webhooks of a test are signed with.
pub const WEBHOOK_SECRET: &str = "kX3vV0yQ9dTtS2mB7nJ5";

/// An answer in JSON.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the status is 200 and not 400.
    pub is_success: bool,
    pub body: Value,
}

impl Answer {
    /// The error named `code`.
    pub fn refused(code: &str) -> Self {
        Self { is_success: false, body: json!({"__type": code, "message": "not understood"}) }
    }
}

/// Answers the operation that the header `X-Amz-Target` names. Every write succeeds; the one ticket
/// of [`ticket`] is read and listed.
pub fn answer(target: &str, body: &[u8]) -> Answer {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return Answer::refused("SerializationException");
    };
    let body = match target {
        "DynamoDB_20120810.PutItem"
        | "DynamoDB_20120810.UpdateItem"
        | "DynamoDB_20120810.TransactWriteItems" => json!({}),
        "DynamoDB_20120810.GetItem" if ticket::has_key(&request["Key"]) => {
            json!({"Item": ticket::item()})
        }
        "DynamoDB_20120810.GetItem" => json!({}),
        "DynamoDB_20120810.Query" => query(&request),
        "DynamoDB_20120810.BatchGetItem" => batch_get_item(&request),
        "DynamoDB_20120810.DescribeEndpoints" => {
            json!({"Endpoints": [{"Address": "localhost", "CachePeriodInMinutes": 1440}]})
        }
        "AmazonSQS.SendMessage" => sent(&request),
        "AmazonSQS.SendMessageBatch" => send_message_batch(&request),
        "AmazonSQS.ListQueues" => json!({"QueueUrls": []}),
        "secretsmanager.GetSecretValue" => json!({
            "ARN": request["SecretId"],
            "Name": "webhook",
            "VersionId": "a1b2c3d4-5678-90ab-cdef-000000000001",
            "SecretString": WEBHOOK_SECRET,
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": 1_730_629_800,
        }),
        _ => return Answer::refused("UnknownOperationException"),
    };
    Answer { is_success: true, body }
}

/// The ticket, when the partition that is asked for is its own, as the keys of an index.
fn query(request: &Value) -> Value {
    let values = request["ExpressionAttributeValues"].as_object();
    let is_asked_for = values.is_some_and(|values| values.values().any(ticket::is_in_partition));
    let items: Vec<Value> = is_asked_for.then(ticket::index_entry).into_iter().collect();
    json!({"Items": items, "Count": items.len(), "ScannedCount": items.len()})
}

fn batch_get_item(request: &Value) -> Value {
    let tables = request["RequestItems"].as_object().into_iter().flatten();
    let responses: serde_json::Map<String, Value> = tables
        .map(|(table, asked)| {
            let keys = asked["Keys"].as_array().into_iter().flatten();
            let found = keys.filter(|key| ticket::has_key(key)).map(|_| ticket::item());
            (table.clone(), found.collect())
        })
        .collect();
    json!({"Responses": responses, "UnprocessedKeys": {}})
}

fn sent(message: &Value) -> Value {
    let body = message["MessageBody"].as_str().unwrap_or_default();
    json!({
        "MessageId": uuid::Uuid::new_v4().to_string(),
        "MD5OfMessageBody": hex::encode(Md5::digest(body)),
    })
}

fn send_message_batch(request: &Value) -> Value {
    let entries = request["Entries"].as_array().into_iter().flatten();
    let successful: Vec<Value> = entries
        .map(|entry| {
            let mut answer = sent(entry);
            answer["Id"] = entry["Id"].clone();
            answer
        })
        .collect();
    json!({"Successful": successful, "Failed": []})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(target: &str, request: &Value) -> Value {
        let answer = answer(target, request.to_string().as_bytes());
        assert!(answer.is_success, "{answer:?}");
        answer.body
    }

    #[test]
    fn the_ticket_is_found_by_its_key_alone() {
        let get = |pk: &str| {
            let key = json!({"pk": {"S": pk}, "sk": {"S": "ticket"}});
            body("DynamoDB_20120810.GetItem", &json!({"TableName": "t", "Key": key}))
        };
        assert_eq!(get("A1B2C3D4")["Item"]["subject"]["S"], "Order hasn't shipped yet");
        assert_eq!(get("00000000"), json!({}));
    }

    #[test]
    fn the_ticket_is_in_one_partition_of_the_index() {
        let count = |shard: u32| {
            let values = json!({":partition": {"S": format!("all#{shard:02}")}});
            let request = json!({"ExpressionAttributeValues": values});
            body("DynamoDB_20120810.Query", &request)["Count"].as_u64().unwrap()
        };
        assert_eq!((0..4).map(count).sum::<u64>(), 1);
    }

    #[test]
    fn a_batch_is_taken_whole() {
        let entries = json!([{"Id": "0", "MessageBody": "a"}, {"Id": "1", "MessageBody": "b"}]);
        let answer = body("AmazonSQS.SendMessageBatch", &json!({"Entries": entries}));
        assert_eq!(answer["Successful"][1]["Id"], "1");
        assert_eq!(answer["Successful"][0]["MD5OfMessageBody"], "0cc175b9c0f1b6a831c399e269772661");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (target, request) in
            [("DynamoDB_20120810.DeleteTable", "{}"), ("AmazonSQS.SendMessage", "{")]
        {
            assert!(!answer(target, request.as_bytes()).is_success, "{target}");
        }
    }
}
