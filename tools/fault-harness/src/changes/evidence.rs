//! What the stores hold of tickets that were changed, read from the embedded services themselves.

use std::collections::BTreeMap;

use local_stack::aws_json::Service;
use local_stack::stack::Addresses;
use serde_json::{Value, json};

use crate::evidence::{EvidenceError, QUEUE, TICKET_SORT_KEY, queue_url, scan, services};

/// How soon a message of a function that failed comes again, in seconds. Shorter than AI work may take,
/// so that two processes work on one ticket at times.
const VISIBILITY_SECONDS: &str = "3";
/// How often a message may come again: a run has more faults than a service has in a year, and is not to
/// give up on a ticket.
const RECEIVE_COUNT: u32 = 1_000;
/// The counts of messages that wait and of those that are being worked on.
const DEPTHS: [&str; 2] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];

/// A ticket and all that stands beside it in the table, as plain JSON.
#[derive(Debug, Clone, Default)]
pub struct ChangedTicket {
    /// The ticket; null when there is none.
    pub ticket: Value,
    /// Its history by the key of each entry.
    pub history: BTreeMap<String, Value>,
    /// Its messages by the key of each.
    pub messages: BTreeMap<String, Value>,
    /// The ids of messages that are noted as known.
    pub known_messages: Vec<String>,
}

/// Everything in the table that belongs to tickets.
///
/// # Errors
/// [`EvidenceError`].
pub async fn changed_tickets(addresses: &Addresses) -> Result<Vec<ChangedTicket>, EvidenceError> {
    let (dynamodb, _) = services(addresses)?;
    let mut tickets: BTreeMap<String, ChangedTicket> = BTreeMap::new();
    for item in scan(&dynamodb).await? {
        let item = plain_item(&item);
        let key = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let (pk, sk) = (key("pk"), key("sk"));
        let (kind, rest) = sk.split_once('#').unwrap_or((&sk, ""));
        let ticket = tickets.entry(pk).or_default();
        match kind {
            TICKET_SORT_KEY => ticket.ticket = item,
            "history" => drop(ticket.history.insert(rest.to_owned(), item)),
            "message" => drop(ticket.messages.insert(rest.to_owned(), item)),
            "message-id" => ticket.known_messages.push(rest.to_owned()),
            // Corrections, and what was learned.
            _ => {}
        }
    }
    // What has neither ticket nor history belongs to none.
    tickets.retain(|_, ticket| !ticket.ticket.is_null() || !ticket.history.is_empty());
    Ok(tickets.into_values().collect())
}

/// Makes messages come again soon and for long, so that a run need not wait for minutes.
///
/// # Errors
/// [`EvidenceError`].
pub async fn hurry_queue(addresses: &Addresses) -> Result<(), EvidenceError> {
    let (sqs, url) = (services(addresses)?.1, queue_url(addresses, QUEUE)?);
    let request = json!({"QueueUrl": url, "AttributeNames": ["RedrivePolicy"]});
    let answer = sqs.call("GetQueueAttributes", &request).await?;
    let policy = answer["Attributes"]["RedrivePolicy"].as_str().unwrap_or_default();
    let mut policy: Value = serde_json::from_str(policy).unwrap_or_else(|_| json!({}));
    policy["maxReceiveCount"] = json!(RECEIVE_COUNT);
    let attributes =
        json!({"VisibilityTimeout": VISIBILITY_SECONDS, "RedrivePolicy": policy.to_string()});
    sqs.call("SetQueueAttributes", &json!({"QueueUrl": url, "Attributes": attributes})).await?;
    Ok(())
}

/// Whether no AI work waits or is under way.
///
/// # Errors
/// [`EvidenceError`].
pub async fn all_settled(addresses: &Addresses) -> Result<bool, EvidenceError> {
    let (sqs, url) = (services(addresses)?.1, queue_url(addresses, QUEUE)?);
    depth(&sqs, &url).await.map(|depth| depth == 0)
}

async fn depth(sqs: &Service, url: &str) -> Result<u64, EvidenceError> {
    let request = json!({"QueueUrl": url, "AttributeNames": DEPTHS});
    let answer = sqs.call("GetQueueAttributes", &request).await?;
    let count = |name: &str| answer["Attributes"][name].as_str()?.parse::<u64>().ok();
    // What is not told is not known to be none.
    Ok(DEPTHS.into_iter().map(|name| count(name).unwrap_or(1)).sum())
}

fn plain_item(item: &Value) -> Value {
    let members = item.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, value)| (name.clone(), plain(value))).collect())
}

/// A value of DynamoDB's as JSON would have it: `{"S": "a"}` is `"a"`. Numbers stay texts.
fn plain(value: &Value) -> Value {
    let Some((kind, content)) = value.as_object().and_then(|members| members.iter().next()) else {
        return Value::Null;
    };
    match kind.as_str() {
        "NULL" => Value::Null,
        "M" => plain_item(content),
        "L" => content.as_array().into_iter().flatten().map(plain).collect(),
        _ => content.clone(),
    }
}

impl ChangedTicket {
    /// The text or number at `name`.
    pub fn text(&self, name: &str) -> &str {
        self.ticket[name].as_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_reads_as_plain_json() {
        let item = json!({
            "pk": {"S": "A1B2C3D4"}, "version": {"N": "3"}, "note": {"NULL": true},
            "fields": {"M": {"tags": {"M": {"to": {"L": [{"S": "a"}]}}}}}
        });
        let expected = json!({
            "pk": "A1B2C3D4", "version": "3", "note": null, "fields": {"tags": {"to": ["a"]}}
        });
        assert_eq!(plain_item(&item), expected);
    }
}
