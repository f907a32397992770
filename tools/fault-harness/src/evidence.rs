//! What the stores hold after a run, read from the embedded services themselves.

use std::collections::HashMap;

use local_stack::aws_json::{CallError, Service};
use local_stack::stack::Addresses;
use serde_json::{Value, json};

use crate::load::Form;

/// The region of a local stack.
const REGION: &str = "us-east-1";
/// The names that a local stack gives the table and queues of template.yaml.
const TABLE: &str = "customer-support-copilot-TicketTable";
pub(crate) const QUEUE: &str = "customer-support-copilot-AiQueue";
pub(crate) const DEAD_LETTER_QUEUE: &str = "customer-support-copilot-AiDeadLetterQueue";
/// The account in the URL of a queue.
const ACCOUNT: &str = "000000000000";
/// The sort key of a ticket; what stands beside tickets has others.
pub(crate) const TICKET_SORT_KEY: &str = "ticket";
/// The sort key of a ticket's long description, of which the ticket has only the beginning.
const LONG_TEXT_SORT_KEY: &str = "text#description";

/// Everything that the checker looks at besides the clients' records.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// All tickets of the table.
    pub tickets: Vec<StoredTicket>,
    /// The bodies of all messages in the queue of AI work.
    pub messages: Vec<String>,
    /// The bodies of all messages in its dead-letter queue.
    pub dead_letters: Vec<String>,
}

/// A ticket as the table holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTicket {
    /// Its id.
    pub ticket_id: String,
    /// What its client wrote.
    pub form: Form,
}

/// Why the stores cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The stack has no embedded services.
    #[error("the stack does not run with embedded services")]
    NotEmbedded,
    /// A service refuses.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Evidence {
    /// Reads everything. Messages are taken out of their queues.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub async fn read(addresses: &Addresses) -> Result<Self, EvidenceError> {
        let (dynamodb, sqs) = services(addresses)?;
        let items = scan(&dynamodb).await?;
        let of_kind = |kind| items.iter().filter(move |item| item["sk"]["S"] == kind);
        let long_texts: HashMap<&str, &str> = of_kind(LONG_TEXT_SORT_KEY)
            .filter_map(|item| Some((item["pk"]["S"].as_str()?, item["text"]["S"].as_str()?)))
            .collect();
        let tickets = of_kind(TICKET_SORT_KEY).map(|item| {
            let mut ticket = ticket(item);
            if let Some(text) = item["pk"]["S"].as_str().and_then(|key| long_texts.get(key)) {
                ticket.form.description = (*text).to_owned();
            }
            ticket
        });
        Ok(Self {
            tickets: tickets.collect(),
            messages: messages(&sqs, &queue_url(addresses, QUEUE)?).await?,
            dead_letters: messages(&sqs, &queue_url(addresses, DEAD_LETTER_QUEUE)?).await?,
        })
    }
}

/// DynamoDB and SQS themselves, past the proxies.
pub(crate) fn services(addresses: &Addresses) -> Result<(Service, Service), EvidenceError> {
    let dynamodb = addresses.dynamodb_client(REGION).ok_or(EvidenceError::NotEmbedded)?;
    let sqs = addresses.sqs_client(REGION).ok_or(EvidenceError::NotEmbedded)?;
    Ok((dynamodb, sqs))
}

/// The address of the queue with this name.
pub(crate) fn queue_url(addresses: &Addresses, queue: &str) -> Result<String, EvidenceError> {
    let endpoint = addresses.sqs.as_deref().ok_or(EvidenceError::NotEmbedded)?;
    Ok(format!("{endpoint}/{ACCOUNT}/{queue}"))
}

/// All items of the table.
pub(crate) async fn scan(dynamodb: &Service) -> Result<Vec<Value>, EvidenceError> {
    let mut items = Vec::new();
    let mut start = Value::Null;
    loop {
        let mut request = json!({"TableName": TABLE, "ConsistentRead": true});
        if !start.is_null() {
            request["ExclusiveStartKey"] = start;
        }
        let mut page = dynamodb.call("Scan", &request).await?;
        items.extend(page["Items"].as_array_mut().map(std::mem::take).unwrap_or_default());
        start = page["LastEvaluatedKey"].take();
        if start.is_null() {
            return Ok(items);
        }
    }
}

/// An attribute that is missing reads as empty, which no client wrote.
fn ticket(item: &Value) -> StoredTicket {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    StoredTicket {
        ticket_id: text("ticket_id"),
        form: Form {
            customer_email: text("customer_email"),
            subject: text("subject"),
            description: text("description"),
        },
    }
}

/// The bodies of all messages of a queue, which are taken out of it.
pub(crate) async fn messages(sqs: &Service, url: &str) -> Result<Vec<String>, EvidenceError> {
    let mut messages = Vec::new();
    loop {
        let request = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0});
        let answer = sqs.call("ReceiveMessage", &request).await?;
        let batch = answer["Messages"].as_array().cloned().unwrap_or_default();
        if batch.is_empty() {
            return Ok(messages);
        }
        let entries: Vec<Value> = batch
            .iter()
            .enumerate()
            .map(|(id, message)| {
                json!({"Id": id.to_string(), "ReceiptHandle": message["ReceiptHandle"]})
            })
            .collect();
        let request = json!({"QueueUrl": url, "Entries": entries});
        sqs.call("DeleteMessageBatch", &request).await?;
        let bodies = batch.iter().map(|message| message["Body"].as_str().unwrap_or_default());
        messages.extend(bodies.map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_without_an_attribute_is_not_passed_over() {
        let item = json!({"ticket_id": {"S": "TKT-20241103-A1B2C3D4"}, "subject": {"N": "1"}});
        let read = ticket(&item);
        assert_eq!(read.ticket_id, "TKT-20241103-A1B2C3D4");
        assert_eq!((read.form.subject.as_str(), read.form.description.as_str()), ("", ""));
    }
}
