//! The rows of messages: sending, deleting, counting.

use rusqlite::{Transaction, named_params};
use uuid::Uuid;

use super::queues::{StoredQueue, find};
use super::{Storage, per_entry};
use crate::error::SqsError;
use crate::message::OutgoingMessage;
use crate::receipt::ReceiptHandle;

/// How many messages of a queue are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Available to the next receive.
    pub visible: u64,
    /// Received, neither deleted nor visible again.
    pub in_flight: u64,
    /// Sent with a delay that has not passed.
    pub delayed: u64,
}

impl Storage {
    /// Stores messages in one transaction; each gets an id or its own failure.
    ///
    /// # Errors
    /// [`SqsError::QueueDoesNotExist`]; an entry fails with
    /// [`SqsError::MessageTooLong`].
    pub fn send(
        &self,
        queue_name: &str,
        messages: &[&OutgoingMessage],
        now_ms: i64,
    ) -> Result<Vec<Result<Uuid, SqsError>>, SqsError> {
        self.transaction(|transaction| {
            let queue = find(transaction, queue_name)?;
            messages
                .iter()
                .map(|message| per_entry(insert(transaction, &queue, message, now_ms)))
                .collect()
        })
    }

    /// Deletes the messages that were received with these handles. A handle of a deleted message
    /// succeeds, and so does an old handle of a message that was received again, which then stays:
    /// the API reference asks for the handle of the latest receive.
    ///
    /// # Errors
    /// [`SqsError::QueueDoesNotExist`]; an entry fails with
    /// [`SqsError::ReceiptHandleIsInvalid`].
    pub fn delete(
        &self,
        queue_name: &str,
        handles: &[&str],
    ) -> Result<Vec<Result<(), SqsError>>, SqsError> {
        self.transaction(|transaction| {
            let queue = find(transaction, queue_name)?;
            handles.iter().map(|handle| per_entry(delete(transaction, &queue, handle))).collect()
        })
    }

    /// Deletes all messages of a queue, those in flight too.
    pub fn purge(&self, queue_name: &str) -> Result<(), SqsError> {
        self.transaction(|transaction| {
            let queue = find(transaction, queue_name)?;
            transaction.execute("DELETE FROM messages WHERE queue_id = ?1", [queue.id])?;
            Ok(())
        })
    }

    /// Counts the messages of a queue.
    pub fn depth(&self, queue_name: &str, now_ms: i64) -> Result<QueueDepth, SqsError> {
        self.transaction(|transaction| {
            let queue = find(transaction, queue_name)?;
            expire(transaction, &queue, now_ms)?;
            let depth = transaction
                .prepare_cached(
                    "SELECT COUNT(*) FILTER (WHERE visible_at_ms <= :now),
                            COUNT(*) FILTER (WHERE visible_at_ms > :now AND receives_in_queue > 0),
                            COUNT(*) FILTER (WHERE visible_at_ms > :now AND receives_in_queue = 0)
                     FROM messages WHERE queue_id = :queue",
                )?
                .query_row(named_params! {":now": now_ms, ":queue": queue.id}, |row| {
                    Ok(QueueDepth {
                        visible: row.get(0)?,
                        in_flight: row.get(1)?,
                        delayed: row.get(2)?,
                    })
                })?;
            Ok(depth)
        })
    }
}

/// Deletes the messages past the retention period. They count as gone from
/// that moment, so every call that looks at messages starts here.
pub(super) fn expire(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    now_ms: i64,
) -> Result<(), SqsError> {
    let oldest_ms = now_ms - i64::from(queue.settings.retention_seconds) * 1_000;
    transaction
        .prepare_cached("DELETE FROM messages WHERE queue_id = ?1 AND sent_at_ms <= ?2")?
        .execute([queue.id, oldest_ms])?;
    Ok(())
}

fn insert(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    message: &OutgoingMessage,
    now_ms: i64,
) -> Result<Uuid, SqsError> {
    let maximum_bytes = queue.settings.maximum_message_bytes;
    if message.size_bytes() > maximum_bytes as usize {
        return Err(SqsError::MessageTooLong { maximum_bytes });
    }
    let delay_seconds = message.delay_seconds.unwrap_or(queue.settings.delay_seconds);
    let message_id = Uuid::new_v4();
    transaction
        .prepare_cached(
            "INSERT INTO messages (queue_id, message_id, body, attributes, trace_header,
                                   sent_at_ms, visible_at_ms)
             VALUES (:queue, :message, :body, :attributes, :trace, :now, :visible_at)",
        )?
        .execute(named_params! {
            ":queue": queue.id,
            ":message": message_id.to_string(),
            ":body": message.body.as_str(),
            ":attributes": serde_json::to_string(&message.attributes)?,
            ":trace": message.trace_header,
            ":now": now_ms,
            ":visible_at": now_ms + i64::from(delay_seconds) * 1_000,
        })?;
    Ok(message_id)
}

fn delete(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    handle: &str,
) -> Result<(), SqsError> {
    let receipt = receipt_of(queue, handle)?;
    transaction
        .prepare_cached(
            "DELETE FROM messages
             WHERE sequence = :sequence AND queue_id = :queue AND message_id = :message
               AND receive_count = :receive_count",
        )?
        .execute(named_params! {
            ":sequence": receipt.sequence,
            ":queue": queue.id,
            ":message": receipt.message_id.to_string(),
            ":receive_count": receipt.receive_count,
        })?;
    Ok(())
}

fn receipt_of(queue: &StoredQueue, handle: &str) -> Result<ReceiptHandle, SqsError> {
    let receipt = ReceiptHandle::parse(handle)?;
    if receipt.queue_id == queue.id { Ok(receipt) } else { Err(SqsError::ReceiptHandleIsInvalid) }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{START_MS, add_queue, message, receive, send, storage};
    use super::*;

    #[test]
    fn messages_past_the_retention_period_are_gone() {
        let storage = storage();
        add_queue(&storage, "orders", &[("MessageRetentionPeriod", "60")]);
        send(&storage, "orders", "x", START_MS);
        assert_eq!(storage.depth("orders", START_MS + 59_999).unwrap().visible, 1);
        assert!(receive(&storage, "orders", START_MS + 60_000).is_empty());
        assert_eq!(storage.depth("orders", START_MS).unwrap().visible, 0);
    }

    #[test]
    fn delays_come_from_the_message_or_else_the_queue() {
        let storage = storage();
        add_queue(&storage, "orders", &[("DelaySeconds", "10")]);
        let mut at_once = message("at once");
        at_once.delay_seconds = Some(0);
        let by_queue = message("by queue");
        storage.send("orders", &[&by_queue, &at_once], START_MS).unwrap();
        let depth = storage.depth("orders", START_MS).unwrap();
        assert_eq!((depth.visible, depth.delayed, depth.in_flight), (1, 1, 0));
        assert_eq!(receive(&storage, "orders", START_MS + 9_999)[0].body, "at once");
        assert_eq!(receive(&storage, "orders", START_MS + 10_000)[0].body, "by queue");
    }

    #[test]
    fn a_message_may_be_exactly_as_long_as_the_queue_allows() {
        let storage = storage();
        add_queue(&storage, "orders", &[("MaximumMessageSize", "1024")]);
        let fits = message(&"x".repeat(1_024));
        let too_long = message(&"x".repeat(1_025));
        let results = storage.send("orders", &[&too_long, &fits], START_MS).unwrap();
        assert!(matches!(results[0], Err(SqsError::MessageTooLong { maximum_bytes: 1_024 })));
        assert!(results[1].is_ok());
    }

    #[test]
    fn an_old_handle_does_not_delete_a_message_received_again() {
        let storage = storage();
        add_queue(&storage, "orders", &[]);
        send(&storage, "orders", "x", START_MS);
        let old = receive(&storage, "orders", START_MS).remove(0);
        let new = receive(&storage, "orders", START_MS + 30_000).remove(0);
        let delete = |handle: &str| storage.delete("orders", &[handle]).unwrap().remove(0);
        delete(&old.receipt_handle).unwrap();
        assert_eq!(storage.depth("orders", START_MS + 30_000).unwrap().in_flight, 1);
        delete(&new.receipt_handle).unwrap();
        assert_eq!(storage.depth("orders", START_MS + 30_000).unwrap().in_flight, 0);
        delete(&new.receipt_handle).unwrap();
    }

    #[test]
    fn a_handle_is_good_for_its_queue_only() {
        let storage = storage();
        add_queue(&storage, "orders", &[]);
        add_queue(&storage, "other", &[]);
        send(&storage, "other", "x", START_MS);
        let foreign = receive(&storage, "other", START_MS).remove(0).receipt_handle;
        for handle in [foreign.as_str(), "nonsense", ""] {
            let deleted = storage.delete("orders", &[handle]).unwrap().remove(0);
            assert!(matches!(deleted, Err(SqsError::ReceiptHandleIsInvalid)));
        }
    }

    #[test]
    fn a_purge_takes_every_message_of_one_queue() {
        let storage = storage();
        add_queue(&storage, "orders", &[]);
        add_queue(&storage, "other", &[]);
        for queue in ["orders", "other"] {
            send(&storage, queue, "in flight", START_MS);
            receive(&storage, queue, START_MS);
            send(&storage, queue, "visible", START_MS);
        }
        storage.purge("orders").unwrap();
        let depth = |queue| storage.depth(queue, START_MS).unwrap();
        assert_eq!((depth("orders").visible, depth("orders").in_flight), (0, 0));
        assert_eq!((depth("other").visible, depth("other").in_flight), (1, 1));
    }
}
