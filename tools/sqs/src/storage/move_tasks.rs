//! Message move tasks: from a dead-letter queue back to where messages belong.

use std::collections::BTreeSet;

use rusqlite::{Row, Transaction, named_params};
use uuid::Uuid;

use super::Storage;
use super::messages::expire;
use super::queues::{StoredQueue, all, load};
use crate::error::SqsError;

/// Tasks kept per source queue: as many as can be listed.
const MAXIMUM_TASKS_PER_SOURCE: i64 = 10;

/// One finished task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MoveTask {
    /// The name of the dead-letter queue.
    pub source: String,
    /// The name of the chosen destination; absent when every message went to
    /// the queue it came from.
    pub destination: Option<String>,
    /// The rate the client asked for. It is recorded, not applied.
    pub messages_per_second: Option<u32>,
    pub moved: u64,
    /// The visible messages when the task started.
    pub to_move: u64,
    /// Why messages stayed behind.
    pub failure_reason: Option<String>,
    pub started_at_ms: i64,
}

/// A started task, as far as the caller has to know it.
pub(crate) struct StartedMoveTask {
    pub task_id: i64,
    /// The queues that got messages.
    pub destinations: BTreeSet<String>,
}

impl Storage {
    /// Moves all visible messages of a dead-letter queue in one transaction, so
    /// a task is never seen half done. As in the real service a moved message
    /// is a new one, with a new id, age and receive count.
    ///
    /// # Errors
    /// [`SqsError::ResourceNotFound`] for a queue that does not exist,
    /// [`SqsError::InvalidParameterValue`] when the source is no dead-letter
    /// queue or is the destination.
    pub fn move_messages(
        &self,
        source: &str,
        destination: Option<&str>,
        messages_per_second: Option<u32>,
        now_ms: i64,
    ) -> Result<StartedMoveTask, SqsError> {
        self.transaction(|transaction| {
            let queue = load(transaction, source)?
                .ok_or(SqsError::ResourceNotFound { parameter: "SourceArn" })?;
            let fixed = match destination {
                Some(name) => Some(destination_queue(transaction, source, name)?),
                None => None,
            };
            check_is_dead_letter_queue(transaction, source)?;
            expire(transaction, &queue, now_ms)?;
            let mut task = MoveTask {
                source: source.to_owned(),
                destination: destination.map(str::to_owned),
                messages_per_second,
                moved: 0,
                to_move: 0,
                failure_reason: None,
                started_at_ms: now_ms,
            };
            let mut destinations = BTreeSet::new();
            for (sequence, origin) in visible_messages(transaction, &queue, now_ms)? {
                task.to_move += 1;
                match target_of(transaction, fixed.as_ref(), origin)? {
                    Ok(target) => {
                        move_message(transaction, sequence, target.id, now_ms)?;
                        task.moved += 1;
                        destinations.insert(target.name);
                    }
                    Err(reason) => task.failure_reason = Some(reason.to_owned()),
                }
            }
            let task_id = record(transaction, &task)?;
            Ok(StartedMoveTask { task_id, destinations })
        })
    }

    /// The latest tasks of a source queue, newest first.
    ///
    /// # Errors
    /// [`SqsError::ResourceNotFound`] for a queue that does not exist.
    pub fn move_tasks(&self, source: &str, maximum: u32) -> Result<Vec<MoveTask>, SqsError> {
        self.transaction(|transaction| {
            load(transaction, source)?
                .ok_or(SqsError::ResourceNotFound { parameter: "SourceArn" })?;
            let tasks = transaction
                .prepare_cached(
                    "SELECT * FROM move_tasks WHERE source = ?1 ORDER BY task_id DESC LIMIT ?2",
                )?
                .query_map(rusqlite::params![source, maximum], task_from_row)?
                .collect::<Result<_, _>>()?;
            Ok(tasks)
        })
    }
}

fn destination_queue(
    transaction: &Transaction<'_>,
    source: &str,
    destination: &str,
) -> Result<StoredQueue, SqsError> {
    if destination == source {
        return Err(SqsError::InvalidParameterValue {
            parameter: "DestinationArn",
            value: destination.to_owned(),
            reason: "Source and destination must be different queues.".to_owned(),
        });
    }
    load(transaction, destination)?
        .ok_or(SqsError::ResourceNotFound { parameter: "DestinationArn" })
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
fn visible_messages(
    transaction: &Transaction<'_>,
    queue: &StoredQueue,
    now_ms: i64,
) -> Result<Vec<(i64, Option<String>)>, SqsError> {
    let messages = transaction
        .prepare_cached(
            "SELECT sequence, dead_letter_source FROM messages
             WHERE queue_id = ?1 AND visible_at_ms <= ?2 ORDER BY sequence",
        )?
        .query_map([queue.id, now_ms], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(messages)
}

/// Where a message goes, or the failure reason of the task.
fn target_of(
    transaction: &Transaction<'_>,
    fixed: Option<&StoredQueue>,
    origin: Option<String>,
) -> Result<Result<StoredQueue, &'static str>, SqsError> {
    if let Some(queue) = fixed {
        return Ok(Ok(queue.clone()));
    }
    let Some(origin) = origin else {
        return Ok(Err("CouldNotDetermineMessageSource"));
    };
    let queue = load(transaction, &origin)?;
    Ok(queue.ok_or("AWS.SimpleQueueService.NonExistentQueue"))
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

fn record(transaction: &Transaction<'_>, task: &MoveTask) -> Result<i64, SqsError> {
    transaction
        .prepare_cached(
            "INSERT INTO move_tasks (source, destination, messages_per_second, moved, to_move,
                                     failure_reason, started_at_ms)
             VALUES (:source, :destination, :rate, :moved, :to_move, :reason, :started_at)",
        )?
        .execute(named_params! {
            ":source": task.source,
            ":destination": task.destination,
            ":rate": task.messages_per_second,
            ":moved": task.moved,
            ":to_move": task.to_move,
            ":reason": task.failure_reason,
            ":started_at": task.started_at_ms,
        })?;
    let task_id = transaction.last_insert_rowid();
    transaction
        .prepare_cached(
            "DELETE FROM move_tasks WHERE source = ?1 AND task_id NOT IN
             (SELECT task_id FROM move_tasks WHERE source = ?1 ORDER BY task_id DESC LIMIT ?2)",
        )?
        .execute(rusqlite::params![task.source, MAXIMUM_TASKS_PER_SOURCE])?;
    Ok(task_id)
}

fn task_from_row(row: &Row<'_>) -> rusqlite::Result<MoveTask> {
    Ok(MoveTask {
        source: row.get("source")?,
        destination: row.get("destination")?,
        messages_per_second: row.get("messages_per_second")?,
        moved: row.get("moved")?,
        to_move: row.get("to_move")?,
        failure_reason: row.get("failure_reason")?,
        started_at_ms: row.get("started_at_ms")?,
    })
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
        let started = storage.move_messages("dead", None, None, now_ms).unwrap();
        assert_eq!(started.destinations, BTreeSet::from(["mails".to_owned(), "orders".to_owned()]));
        let message = receive(&storage, "orders", now_ms).remove(0);
        assert_eq!(message.body, "orders");
        assert_eq!(message.attributes["ApproximateReceiveCount"], "1");
        assert_eq!(message.attributes["SentTimestamp"], now_ms.to_string());
        assert!(!message.attributes.contains_key("DeadLetterQueueSourceArn"));
        let task = storage.move_tasks("dead", 1).unwrap().remove(0);
        assert_eq!((task.moved, task.to_move, task.failure_reason), (2, 2, None));
    }

    #[test]
    fn messages_without_a_source_stay_and_the_task_fails() {
        let storage = two_dead_messages();
        let now_ms = START_MS + 40_000;
        send(&storage, "dead", "sent here", now_ms);
        storage.move_messages("dead", None, None, now_ms).unwrap();
        assert_eq!(storage.depth("dead", now_ms).unwrap().visible, 1);
        let task = storage.move_tasks("dead", 1).unwrap().remove(0);
        assert_eq!((task.moved, task.to_move), (2, 3));
        assert_eq!(task.failure_reason.as_deref(), Some("CouldNotDetermineMessageSource"));
    }

    #[test]
    fn a_chosen_destination_takes_all_and_flights_are_left_alone() {
        let storage = two_dead_messages();
        let now_ms = START_MS + 40_000;
        add_queue(&storage, "review", &[]);
        receive(&storage, "dead", now_ms);
        send(&storage, "dead", "sent here", now_ms);
        storage.move_messages("dead", Some("review"), Some(5), now_ms).unwrap();
        assert_eq!(storage.depth("review", now_ms).unwrap().visible, 1);
        assert_eq!(storage.depth("dead", now_ms).unwrap().in_flight, 2);
    }

    #[test]
    fn tasks_need_a_dead_letter_queue_and_another_destination() {
        let storage = two_dead_messages();
        let start =
            |source, destination| storage.move_messages(source, destination, None, START_MS).err();
        assert!(matches!(
            start("missing", None),
            Some(SqsError::ResourceNotFound { parameter: "SourceArn" })
        ));
        assert!(matches!(
            start("dead", Some("missing")),
            Some(SqsError::ResourceNotFound { parameter: "DestinationArn" })
        ));
        for (source, destination) in [("orders", None), ("dead", Some("dead"))] {
            assert!(matches!(
                start(source, destination),
                Some(SqsError::InvalidParameterValue { .. })
            ));
        }
    }

    #[test]
    fn only_the_latest_tasks_are_kept() {
        let storage = two_dead_messages();
        for round in 0..12 {
            storage.move_messages("dead", None, None, START_MS + round).unwrap();
        }
        let tasks = storage.move_tasks("dead", 100).unwrap();
        assert_eq!(tasks.len(), 10);
        assert_eq!(tasks[0].started_at_ms, START_MS + 11);
    }
}
