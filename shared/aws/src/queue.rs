//! Hands tickets to the AI work through SQS.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Config;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::connection::{Connection, UNSIGNED, connect_ahead_timeouts, failure};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, format_time};

/// The queue of AI work.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// Why a ticket needs AI work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is new.
    Created,
    /// It is not known whether the message of its making was sent.
    Requeued,
}

/// The version of the message's form. A reader must refuse one that it does not know.
pub const SCHEMA_VERSION: u32 = 1;

/// The body of a message, as `shared/aws/schemas/ai-work-message-1.json` describes it: which ticket, and why. It holds no personal data; the consumer reads the
/// ticket from the store, which also makes an old or repeated message harmless.
#[derive(Debug, Serialize)]
struct Message<'a> {
    schema_version: u32,
    ticket_id: TicketId,
    reason: Reason,
    trace_id: Option<&'a str>,
    sent_at: String,
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiTask {
    /// The ticket that needs it.
    pub ticket_id: TicketId,
    /// The root of the X-Ray trace of the request that caused it.
    pub trace_id: Option<String>,
}

/// The parts of a message that a reader needs. Members that a later version adds are no fault; a
/// version with another meaning has another number.
#[derive(Deserialize)]
struct ReceivedMessage {
    schema_version: u32,
    ticket_id: TicketId,
    #[serde(default)]
    trace_id: Option<String>,
}

impl AiTask {
    /// Reads the body of a message.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is none, longer than [`limits::AI_WORK_BYTES`], or of a version that
    /// is not known here.
    pub fn parse(body: &str) -> Result<Self, Error> {
        if body.len() > limits::AI_WORK_BYTES {
            return Err(Error::Malformed("a message of AI work that is too long".into()));
        }
        let message: ReceivedMessage = serde_json::from_str(body)
            .map_err(|_| Error::Malformed("not a message of AI work".into()))?;
        if message.schema_version != SCHEMA_VERSION {
            return Err(Error::Malformed("a message of an unknown version".into()));
        }
        // It goes into the log, and anybody who may send to the queue may write anything there.
        let trace_id = message.trace_id.filter(|trace_id| is_trace_id(trace_id));
        Ok(Self { ticket_id: message.ticket_id, trace_id })
    }
}

impl Queue {
    /// The queue at `url` in the account that `connection` reaches.
    pub fn new(connection: &Connection, url: String) -> Self {
        let configuration = connection.to_service("AWS_ENDPOINT_URL_SQS");
        Self { client: Client::new(&configuration), url }
    }

    /// Opens a connection to SQS ahead of the first request, as [`crate::store::Store::connect_ahead`]
    /// does to DynamoDB.
    pub async fn connect_ahead(&self) {
        let unsigned = Config::builder()
            .allow_no_auth()
            .auth_scheme_preference([UNSIGNED])
            .retry_config(RetryConfig::disabled())
            .timeout_config(connect_ahead_timeouts());
        let call = self.client.list_queues().customize().config_override(unsigned).send();
        let _ = call.await;
    }

    /// Asks for AI work on a ticket. `trace_id` is the X-Ray trace of the request that caused it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; the message may have been sent all the same.
    pub async fn send(
        &self,
        ticket_id: TicketId,
        reason: Reason,
        trace_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let body = body(ticket_id, reason, trace_id, now)?;
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().await;
        sent.map(|_| ()).map_err(|error| failure("queue AI work", &error))
    }

    /// Asks for AI work on the first [`limits::BATCH_MESSAGES`] of `tickets` in one call, and says
    /// for which of them the queue has taken the message.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; messages may have been sent all the same.
    pub async fn send_batch(
        &self,
        tickets: &[TicketId],
        reason: Reason,
        now: DateTime<Utc>,
    ) -> Result<Vec<TicketId>, Error> {
        const OPERATION: &str = "queue a batch of AI work";
        let batch = tickets.get(..limits::BATCH_MESSAGES).unwrap_or(tickets);
        let mut request = self.client.send_message_batch().queue_url(&self.url);
        for (index, ticket_id) in batch.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(body(*ticket_id, reason, None, now)?)
                .build()
                .map_err(|error| Error::internal(OPERATION, error))?;
            request = request.entries(entry);
        }
        let answer = request.send().await.map_err(|error| failure(OPERATION, &error))?;
        let taken = answer.successful().iter();
        Ok(taken
            .filter_map(|entry| batch.get(entry.id().parse::<usize>().ok()?).copied())
            .collect())
    }
}

fn body(
    ticket_id: TicketId,
    reason: Reason,
    trace_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let sent_at = format_time(now);
    let message = Message { schema_version: SCHEMA_VERSION, ticket_id, reason, trace_id, sent_at };
    serde_json::to_string(&message).map_err(|error| Error::internal("write a queue message", error))
}

/// Whether the text has the form that X-Ray documents for a trace: a version, 8 hex digits of time, 24 hex
/// digits, as in `1-5759e988-bd862e3fe1be46a994272793`.
pub fn is_trace_id(text: &str) -> bool {
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.strip_prefix("1-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(time, unique)| is_hex(time, 8) && is_hex(unique, 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_small_and_names_nobody() {
        let id = TicketId::parse("TKT-20241103-A1B2C3D4").unwrap();
        let now = "2024-11-03T10:30:00.123Z".parse().unwrap();
        assert_eq!(
            body(id, Reason::Created, Some("1-5759e988-bd862e3fe1be46a994272793"), now).unwrap(),
            "{\"schema_version\":1,\"ticket_id\":\"TKT-20241103-A1B2C3D4\",\"reason\":\"created\",\
             \"trace_id\":\"1-5759e988-bd862e3fe1be46a994272793\",\"sent_at\":\"2024-11-03T10:30:00.123Z\"}"
        );
    }

    #[test]
    fn a_message_reads_back_and_anything_else_is_refused() {
        let id = TicketId::parse("TKT-20241103-A1B2C3D4").unwrap();
        let now = "2024-11-03T10:30:00.123Z".parse().unwrap();
        let sent = body(id, Reason::Requeued, None, now).unwrap();
        assert_eq!(AiTask::parse(&sent).unwrap(), AiTask { ticket_id: id, trace_id: None });
        let later = sent.replace("\"reason\"", "\"colour\":\"red\",\"reason\"");
        assert!(AiTask::parse(&later).is_ok());
        let long = sent.replace("requeued", &"r".repeat(limits::AI_WORK_BYTES));
        for refused in [
            "",
            "{}",
            "[]",
            "TKT-20241103-A1B2C3D4",
            &sent.replace("\"schema_version\":1", "\"schema_version\":2"),
            &sent.replace("TKT-", "TKT"),
            &long,
        ] {
            assert!(AiTask::parse(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn what_is_no_trace_goes_into_no_log() {
        let id = TicketId::parse("TKT-20241103-A1B2C3D4").unwrap();
        let now = "2024-11-03T10:30:00.123Z".parse().unwrap();
        let read = |trace_id: &str| {
            let sent = body(id, Reason::Created, Some(trace_id), now).unwrap();
            AiTask::parse(&sent).unwrap().trace_id
        };
        let trace_id = "1-5759e988-bd862e3fe1be46a994272793";
        assert_eq!(read(trace_id).as_deref(), Some(trace_id));
        for other in
            ["", "x", "1-5759e988", "1-5759E988-bd862e3fe1be46a994272793", &"a".repeat(900)]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
