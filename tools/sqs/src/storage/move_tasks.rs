//! Message move tasks: from a dead-letter queue back to where messages belong.

use std::collections::BTreeSet;

use rusqlite::{Transaction, named_params};
use uuid::Uuid;

use super::Storage;
use super::messages::expire;
use super::queues::{StoredQueue, all, load};
use crate::error::SqsError;

impl Storage {
    /// Moves the visible messages of a dead-letter queue back in one transaction and returns the
    /// queues that got some. As in the real service a moved message is a new one, with a new id,
    /// age and receive count; one that was sent to the dead-letter queue directly stays there.
    ///
    /// # Errors
    /// [`SqsError::ResourceNotFound`] for a queue that does not exist,
    /// [`SqsError::InvalidParameterValue`] for one that is no dead-letter queue.
    pub fn move_messages(
        &self,
        dead_letter_queue: &str,
        now_ms: i64,
    ) -> Result<BTreeSet<String>, SqsError> {
        self.transaction(|transaction| {
            let queue = load(transaction, dead_letter_queue)?
                .ok_or(SqsError::ResourceNotFound { parameter: "SourceArn" })?;
            check_is_dead_letter_queue(transaction, dead_letter_queue)?;
            expire(transaction, &queue, now_ms)?;
            let mut moved_to = BTreeSet::new();
            for (sequence, origin) in redriven_messages(transaction, &queue, now_ms)? {
                if let Some(target) = load(transaction, &origin)? {
                    move_message(transaction, sequence, target.id, now_ms)?;
                    moved_to.insert(target.name);
                }
            }
            Ok(moved_to)
        })
    }
}

fn check_is_dead_letter_queue(transaction: &Transaction<'_>, name: &str) -> Result<(), SqsError> {
    let is_target = all(transaction)?.iter().any(|queue| {
        let policy = queue.settings.redrive_policy.as_ref();
        policy.is_some_and(|policy| policy.target_name() == name)
    });
    if is_target {
        return Ok(());
    }
    Err(SqsError::InvalidParameterValue {
        parameter: "SourceArn",
        value: name.to_owned(),
        reason: "Source queue must be configured as a Dead Letter Queue.".to_owned(),
    })
}

/// Row numbers and original queues.
fn redriven_messages(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    now_ms: i64,
) -> Result<Vec<(i64, String)>, SqsError> {
    let messages = transaction
        .prepare_cached(
            "SELECT sequence, dead_letter_source FROM messages
             WHERE queue_id = ?1 AND visible_at_ms <= ?2 AND dead_letter_source IS NOT NULL
             ORDER BY sequence",
        )?
        .query_map([queue.id, now_ms], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(messages)
}

fn move_message(
    transaction: &Transaction<'_>,
    sequence: i64,
    target_id: i64,
    now_ms: i64,
) -> Result<(), SqsError> {
    transaction
        .prepare_cached(
            "UPDATE messages SET queue_id = :target, message_id = :message, sent_at_ms = :now,
                                 visible_at_ms = :now, received_at_ms = NULL,
                                 first_received_at_ms = NULL, receive_count = 0,
                                 receives_in_queue = 0, dead_letter_source = NULL
             WHERE sequence = :sequence",
        )?
        .execute(named_params! {
            ":target": target_id,
            ":message": Uuid::new_v4().to_string(),
            ":now": now_ms,
            ":sequence": sequence,
        })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{START_MS, add_queue, add_source, receive, send, storage};
    use super::*;

    /// Two sources with one message each in the dead-letter queue `dead`.
    fn two_dead_messages() -> Storage {
        let storage = storage();
        add_queue(&storage, "dead", &[]);
        for source in ["orders", "mails"] {
            add_source(&storage, source, "dead", 1);
            send(&storage, source, source, START_MS);
            receive(&storage, source, START_MS);
            receive(&storage, source, START_MS + 30_000);
        }
        storage
    }

    #[test]
    fn messages_return_to_their_queues_as_new_ones() {
        let storage = two_dead_messages();
        let now_ms = START_MS + 40_000;
        send(&storage, "dead", "sent here", now_ms);
        let moved_to = storage.move_messages("dead", now_ms).unwrap();
        assert_eq!(moved_to, BTreeSet::from(["mails".to_owned(), "orders".to_owned()]));
        let message = receive(&storage, "orders", now_ms).remove(0);
        assert_eq!(message.body, "orders");
        assert_eq!(message.attributes["ApproximateReceiveCount"], "1");
        assert_eq!(message.attributes["SentTimestamp"], now_ms.to_string());
        assert!(!message.attributes.contains_key("DeadLetterQueueSourceArn"));
        let left = receive(&storage, "dead", now_ms);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].body, "sent here");
    }

    #[test]
    fn messages_in_flight_stay() {
        let storage = two_dead_messages();
        let now_ms = START_MS + 40_000;
        receive(&storage, "dead", now_ms);
        assert!(storage.move_messages("dead", now_ms).unwrap().is_empty());
        assert_eq!(storage.depth("dead", now_ms).unwrap().in_flight, 2);
    }

    #[test]
    fn only_dead_letter_queues_give_their_messages_back() {
        let storage = two_dead_messages();
        assert!(matches!(
            storage.move_messages("missing", START_MS),
            Err(SqsError::ResourceNotFound { parameter: "SourceArn" })
        ));
        assert!(matches!(
            storage.move_messages("orders", START_MS),
            Err(SqsError::InvalidParameterValue { .. })
        ));
    }
}
