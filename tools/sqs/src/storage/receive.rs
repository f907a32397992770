//! Receiving: claiming visible messages and moving worn-out ones away.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, named_params};
use uuid::Uuid;

use super::Storage;
use super::messages::expire;
use super::queues::{StoredQueue, find, load};
use crate::attribute::MessageAttribute;
use crate::checksum::{attributes_md5, body_md5};
use crate::error::SqsError;
use crate::message::ReceivedMessage;
use crate::queue::Account;
use crate::receipt::ReceiptHandle;

/// Messages of one queue in flight at a time (Developer Guide, "Message quotas", standard queues).
const MAXIMUM_IN_FLIGHT: i64 = 120_000;

/// What a consumer asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceiveLimits {
    /// 1 to 10.
    pub maximum_messages: usize,
    /// Overrides the `VisibilityTimeout` of the queue.
    pub visibility_timeout_ms: Option<i64>,
}

/// The result of one look into a queue.
#[derive(Debug, Default)]
pub(crate) struct ReceiveOutcome {
    pub messages: Vec<ReceivedMessage>,
    /// The dead-letter queue that got messages meanwhile.
    pub redriven_to: Option<String>,
    /// When the next hidden or delayed message becomes visible.
    pub next_visible_at_ms: Option<i64>,
}

impl Storage {
    /// Claims visible messages, the longest visible first.
    ///
    /// # Errors
    /// [`SqsError::QueueDoesNotExist`]; [`SqsError::OverLimit`] with too many
    /// messages in flight.
    pub fn receive(
        &self,
        queue_name: &str,
        limits: ReceiveLimits,
        now_ms: i64,
    ) -> Result<ReceiveOutcome, SqsError> {
        let (claimed, redriven_to, next_visible_at_ms) = self.transaction(|transaction| {
            let queue = find(transaction, queue_name)?;
            expire(transaction, &queue, now_ms)?;
            check_in_flight(transaction, &queue, now_ms)?;
            let target = redrive_target(transaction, &queue)?;
            let picked = pick(transaction, &queue, target.as_ref(), limits, now_ms)?;
            let mut redriven_to = None;
            if let Some((target, _)) = target.filter(|_| !picked.worn_out.is_empty()) {
                redrive(transaction, &queue, target.id, &picked.worn_out, now_ms)?;
                redriven_to = Some(target.name);
            }
            let timeout_ms = limits
                .visibility_timeout_ms
                .unwrap_or(i64::from(queue.settings.visibility_timeout_seconds) * 1_000);
            let mut claimed = picked.deliverable;
            for message in &mut claimed {
                claim(transaction, message, timeout_ms, now_ms)?;
            }
            let next = next_visible_at_ms(transaction, &queue, now_ms)?;
            Ok((claimed, redriven_to, next))
        })?;
        // Digests of large bodies are computed after the lock is free again.
        let messages = claimed
            .into_iter()
            .map(|message| message.into_received(&self.account))
            .collect::<Result<_, _>>()?;
        Ok(ReceiveOutcome { messages, redriven_to, next_visible_at_ms })
    }
}

fn check_in_flight(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    now_ms: i64,
) -> Result<(), SqsError> {
    let in_flight: i64 = transaction
        .prepare_cached(
            "SELECT COUNT(*) FROM messages
             WHERE queue_id = ?1 AND visible_at_ms > ?2 AND receives_in_queue > 0",
        )?
        .query_row([queue.id, now_ms], |row| row.get(0))?;
    if in_flight < MAXIMUM_IN_FLIGHT {
        return Ok(());
    }
    Err(SqsError::OverLimit {
        reason: format!("Too many messages in flight: at most {MAXIMUM_IN_FLIGHT} per queue."),
    })
}

/// The dead-letter queue and the receive count that leads there.
fn redrive_target(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
) -> Result<Option<(StoredQueue, u32)>, SqsError> {
    let Some(policy) = &queue.settings.redrive_policy else {
        return Ok(None);
    };
    let target = load(transaction, policy.target_name())?;
    Ok(target.map(|target| (target, policy.maximum_receive_count)))
}

/// Visible messages, sorted by what is to become of them.
struct Picked {
    deliverable: Vec<ClaimedMessage>,
    /// Row numbers of messages received too often.
    worn_out: Vec<i64>,
}

fn pick(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    target: Option<&(StoredQueue, u32)>,
    limits: ReceiveLimits,
    now_ms: i64,
) -> Result<Picked, SqsError> {
    let mut picked =
        Picked { deliverable: Vec::with_capacity(limits.maximum_messages), worn_out: Vec::new() };
    let mut statement = transaction.prepare_cached(
        "SELECT * FROM messages WHERE queue_id = ?1 AND visible_at_ms <= ?2
         ORDER BY visible_at_ms, sequence",
    )?;
    let mut rows = statement.query([queue.id, now_ms])?;
    while picked.deliverable.len() < limits.maximum_messages {
        let Some(row) = rows.next()? else {
            break;
        };
        let receives_in_queue: u32 = row.get("receives_in_queue")?;
        if target.is_some_and(|(_, maximum)| receives_in_queue >= *maximum) {
            picked.worn_out.push(row.get("sequence")?);
        } else {
            picked.deliverable.push(ClaimedMessage::from_row(row)?);
        }
    }
    Ok(picked)
}

/// Moves messages to the dead-letter queue. They keep their id, their age and
/// their receive count; only the count that leads to a redrive starts anew.
fn redrive(
    transaction: &Transaction<'_>,
    source: &StoredQueue,
    target_id: i64,
    sequences: &[i64],
    now_ms: i64,
) -> Result<(), SqsError> {
    let mut statement = transaction.prepare_cached(
        "UPDATE messages SET queue_id = :target, visible_at_ms = :now, receives_in_queue = 0,
                             dead_letter_source = :source
         WHERE sequence = :sequence",
    )?;
    for sequence in sequences {
        statement.execute(named_params! {
            ":target": target_id,
            ":now": now_ms,
            ":source": source.name,
            ":sequence": sequence,
        })?;
    }
    Ok(())
}

fn claim(
    transaction: &Transaction<'_>,
    message: &mut ClaimedMessage,
    timeout_ms: i64,
    now_ms: i64,
) -> Result<(), SqsError> {
    message.receive_count += 1;
    message.first_received_at_ms.get_or_insert(now_ms);
    transaction
        .prepare_cached(
            "UPDATE messages SET visible_at_ms = :visible_at, received_at_ms = :now,
                                 first_received_at_ms = :first, receive_count = :receive_count,
                                 receives_in_queue = receives_in_queue + 1
             WHERE sequence = :sequence",
        )?
        .execute(named_params! {
            ":visible_at": now_ms + timeout_ms,
            ":now": now_ms,
            ":first": message.first_received_at_ms,
            ":receive_count": message.receive_count,
            ":sequence": message.sequence,
        })?;
    Ok(())
}

fn next_visible_at_ms(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    now_ms: i64,
) -> Result<Option<i64>, SqsError> {
    let next = transaction
        .prepare_cached(
            "SELECT visible_at_ms FROM messages WHERE queue_id = ?1 AND visible_at_ms > ?2
             ORDER BY visible_at_ms LIMIT 1",
        )?
        .query_row([queue.id, now_ms], |row| row.get(0))
        .optional()?;
    Ok(next)
}

/// A stored message on its way to a consumer.
struct ClaimedMessage {
    queue_id: i64,
    sequence: i64,
    message_id: String,
    body: String,
    /// JSON as [`super::Storage::send`] wrote it.
    attributes: String,
    trace_header: Option<String>,
    sent_at_ms: i64,
    first_received_at_ms: Option<i64>,
    receive_count: u32,
    dead_letter_source: Option<String>,
}

impl ClaimedMessage {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            queue_id: row.get("queue_id")?,
            sequence: row.get("sequence")?,
            message_id: row.get("message_id")?,
            body: row.get("body")?,
            attributes: row.get("attributes")?,
            trace_header: row.get("trace_header")?,
            sent_at_ms: row.get("sent_at_ms")?,
            first_received_at_ms: row.get("first_received_at_ms")?,
            receive_count: row.get("receive_count")?,
            dead_letter_source: row.get("dead_letter_source")?,
        })
    }

    fn into_received(self, account: &Account) -> Result<ReceivedMessage, SqsError> {
        let message_attributes: BTreeMap<String, MessageAttribute> =
            serde_json::from_str(&self.attributes)?;
        let receipt = ReceiptHandle {
            queue_id: self.queue_id,
            sequence: self.sequence,
            receive_count: self.receive_count,
            message_id: Uuid::parse_str(&self.message_id).unwrap_or_default(),
        };
        let optional = [
            (
                "ApproximateFirstReceiveTimestamp",
                self.first_received_at_ms.map(|time| time.to_string()),
            ),
            ("AWSTraceHeader", self.trace_header),
            (
                "DeadLetterQueueSourceArn",
                self.dead_letter_source.map(|name| account.queue_arn(&name)),
            ),
        ];
        let mut attributes = BTreeMap::from([
            ("SentTimestamp".to_owned(), self.sent_at_ms.to_string()),
            ("ApproximateReceiveCount".to_owned(), self.receive_count.to_string()),
            // Requests are not signed here, so all senders are the account.
            ("SenderId".to_owned(), account.account_id.clone()),
        ]);
        for (name, value) in optional {
            if let Some(value) = value {
                attributes.insert(name.to_owned(), value);
            }
        }
        Ok(ReceivedMessage {
            receipt_handle: receipt.encode(),
            md5_of_body: body_md5(&self.body),
            md5_of_message_attributes: (!message_attributes.is_empty())
                .then(|| attributes_md5(&message_attributes)),
            message_id: self.message_id,
            body: self.body,
            attributes,
            message_attributes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{START_MS, account, add_queue, add_source, receive, send, storage};
    use super::*;

    #[test]
    fn a_message_is_redriven_after_its_last_allowed_receive() {
        let storage = storage();
        add_queue(&storage, "dead", &[]);
        add_source(&storage, "orders", "dead", 2);
        send(&storage, "orders", "x", START_MS);
        assert_eq!(receive(&storage, "orders", START_MS).len(), 1);
        let second = receive(&storage, "orders", START_MS + 30_000).remove(0);
        assert_eq!(second.attributes["ApproximateReceiveCount"], "2");
        let limits = ReceiveLimits { maximum_messages: 1, visibility_timeout_ms: None };
        let third = storage.receive("orders", limits, START_MS + 60_000).unwrap();
        assert!(third.messages.is_empty());
        assert_eq!(third.redriven_to.as_deref(), Some("dead"));

        let dead = receive(&storage, "dead", START_MS + 60_000).remove(0);
        assert_eq!(dead.message_id, second.message_id);
        assert_eq!(dead.attributes["DeadLetterQueueSourceArn"], account().queue_arn("orders"));
        assert_eq!(dead.attributes["SentTimestamp"], START_MS.to_string());
        // The handle of the source queue has no power over it any more.
        storage.delete("orders", &[&second.receipt_handle]).unwrap();
        assert_eq!(storage.depth("dead", START_MS + 60_000).unwrap().in_flight, 1);
    }

    #[test]
    fn worn_out_messages_do_not_hide_fresh_ones() {
        let storage = storage();
        add_queue(&storage, "dead", &[]);
        add_source(&storage, "orders", "dead", 1);
        for _ in 0..20 {
            send(&storage, "orders", "worn out", START_MS);
        }
        while !receive(&storage, "orders", START_MS).is_empty() {}
        send(&storage, "orders", "fresh", START_MS + 40_000);
        let received = receive(&storage, "orders", START_MS + 40_000);
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].body, "fresh");
        assert_eq!(storage.depth("dead", START_MS + 40_000).unwrap().visible, 20);
    }

    #[test]
    fn a_timeout_of_zero_returns_each_message_once_per_receive() {
        let storage = storage();
        add_queue(&storage, "orders", &[("VisibilityTimeout", "0")]);
        send(&storage, "orders", "a", START_MS);
        send(&storage, "orders", "b", START_MS);
        for count in ["1", "2"] {
            let messages = receive(&storage, "orders", START_MS);
            assert_eq!(messages.len(), 2);
            assert_eq!(messages[0].attributes["ApproximateReceiveCount"], count);
        }
    }

    #[test]
    fn the_next_moment_to_look_is_reported() {
        let storage = storage();
        add_queue(&storage, "orders", &[("DelaySeconds", "7")]);
        send(&storage, "orders", "x", START_MS);
        let limits = ReceiveLimits { maximum_messages: 1, visibility_timeout_ms: Some(2_000) };
        let look = |now_ms| storage.receive("orders", limits, now_ms).unwrap();
        assert_eq!(look(START_MS).next_visible_at_ms, Some(START_MS + 7_000));
        let received = look(START_MS + 7_000);
        assert_eq!(received.messages.len(), 1);
        assert_eq!(received.next_visible_at_ms, Some(START_MS + 9_000));
    }
}
