//! The queues and messages in one SQLite file.
//!
//! The file is in write-ahead-log mode with `synchronous=NORMAL`: a commit is handed to the
//! operating system before the call returns, so it survives the end of this process by any signal.
//! Only a power loss can take the last commits, never the consistency of the file.
//!
//! Every call takes the current time as an argument, in milliseconds since
//! 1970, so that timeouts can be tested without waiting for them.

mod messages;
mod move_tasks;
mod queues;
mod receive;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::SqsError;
use crate::queue::Account;

pub use messages::QueueDepth;
pub(super) use receive::{ReceiveLimits, ReceiveOutcome};

/// The layout below, kept in SQLite's `user_version`.
const SCHEMA_VERSION: i64 = 2;
/// How long to wait for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept; this module has about 30.
const STATEMENT_CACHE_CAPACITY: usize = 48;

/// `visible_at_ms` carries all states of a message: in the future it is delayed (never received
/// from this queue) or in flight (received), else it is available. Ids are never reused, so a
/// receipt handle of a deleted queue or message cannot match a later one.
const SCHEMA: &str = "
CREATE TABLE queues (
    queue_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    modified_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id INTEGER NOT NULL REFERENCES queues ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    trace_header TEXT,
    sent_at_ms INTEGER NOT NULL,
    visible_at_ms INTEGER NOT NULL,
    received_at_ms INTEGER,
    first_received_at_ms INTEGER,
    receive_count INTEGER NOT NULL DEFAULT 0,
    receives_in_queue INTEGER NOT NULL DEFAULT 0,
    dead_letter_source TEXT
) STRICT;
CREATE INDEX messages_by_visibility ON messages (queue_id, visible_at_ms);
CREATE INDEX messages_by_age ON messages (queue_id, sent_at_ms);
";

/// Takes away what the first layout had for message groups and lists of move tasks.
const FROM_VERSION_1: &str = "
DROP TABLE move_tasks;
ALTER TABLE messages DROP COLUMN group_id;
";

/// The database of all queues of one account and region.
pub(super) struct Storage {
    connection: Mutex<Connection>,
    pub account: Account,
}

impl Storage {
    /// Opens the file, or creates it.
    pub fn open(database: &Path, account: Account) -> Result<Self, SqsError> {
        let connection = Connection::open(database)?;
        // Answers with the mode in force, which a pragma update would refuse.
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        Self::prepare(connection, account)
    }

    /// A database that lives as long as this value.
    pub fn in_memory(account: Account) -> Result<Self, SqsError> {
        Self::prepare(Connection::open_in_memory()?, account)
    }

    fn prepare(mut connection: Connection, account: Account) -> Result<Self, SqsError> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE_CAPACITY);
        create_schema(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), account })
    }

    /// Runs `work` in one transaction and commits it when it succeeds.
    fn transaction<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, SqsError>,
    ) -> Result<T, SqsError> {
        // A thread that panicked rolled its transaction back, so the
        // connection behind a poisoned lock is still good.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Taking the write lock at once avoids a failed upgrade later.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn create_schema(connection: &mut Connection) -> Result<(), SqsError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        SCHEMA_VERSION => return Ok(()),
        0 => transaction.execute_batch(SCHEMA)?,
        1 => transaction.execute_batch(FROM_VERSION_1)?,
        _ => return Err(SqsError::UnsupportedSchema { found, expected: SCHEMA_VERSION }),
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// Keeps an entry's own failure apart from one that ends the whole call.
fn per_entry<T>(result: Result<T, SqsError>) -> Result<Result<T, SqsError>, SqsError> {
    match result {
        Err(error) if !error.is_sender_fault() => Err(error),
        entry => Ok(entry),
    }
}

/// A database with queues and messages for the tests of this folder.
#[cfg(test)]
mod fixture {
    use std::collections::BTreeMap;

    use super::{ReceiveLimits, Storage};
    use crate::message::{MessageBody, OutgoingMessage, ReceivedMessage};
    use crate::queue::{Account, QueueDescription};

    /// The time the tests start at, in milliseconds since 1970.
    pub const START_MS: i64 = 1_800_000_000_000;

    pub fn account() -> Account {
        Account { region: "eu-west-1".to_owned(), account_id: "000000000000".to_owned() }
    }

    pub fn storage() -> Storage {
        Storage::in_memory(account()).unwrap()
    }

    pub fn description(name: &str, attributes: &[(&str, &str)]) -> QueueDescription {
        QueueDescription {
            name: name.to_owned(),
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    pub fn add_queue(storage: &Storage, name: &str, attributes: &[(&str, &str)]) {
        let queue = description(name, attributes);
        storage.ensure_queues(&[queue], START_MS).unwrap();
    }

    /// A queue whose messages go to `target` after `count` receives.
    pub fn add_source(storage: &Storage, name: &str, target: &str, count: u32) {
        let policy = serde_json::json!({
            "deadLetterTargetArn": account().queue_arn(target),
            "maxReceiveCount": count,
        });
        add_queue(storage, name, &[("RedrivePolicy", &policy.to_string())]);
    }

    pub fn message(body: &str) -> OutgoingMessage {
        OutgoingMessage {
            body: MessageBody::parse(Some(body.to_owned())).unwrap(),
            attributes: BTreeMap::new(),
            trace_header: None,
            delay_seconds: None,
        }
    }

    pub fn send(storage: &Storage, queue: &str, body: &str, now_ms: i64) {
        let results = storage.send(queue, &[&message(body)], now_ms).unwrap();
        assert!(results.iter().all(Result::is_ok));
    }

    /// Receives up to ten messages with the timeout of the queue.
    pub fn receive(storage: &Storage, queue: &str, now_ms: i64) -> Vec<ReceivedMessage> {
        let limits = ReceiveLimits { maximum_messages: 10, visibility_timeout_ms: None };
        storage.receive(queue, limits, now_ms).unwrap().messages
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{START_MS, account, add_queue, receive, send};
    use super::*;

    #[test]
    fn a_reopened_file_has_its_messages_and_their_timeouts() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("queues.sqlite");
        {
            let storage = Storage::open(&file, account()).unwrap();
            add_queue(&storage, "orders", &[("VisibilityTimeout", "30")]);
            send(&storage, "orders", "in flight", START_MS);
            assert_eq!(receive(&storage, "orders", START_MS).len(), 1);
            send(&storage, "orders", "visible", START_MS + 1);
        }
        let storage = Storage::open(&file, account()).unwrap();
        let depth = storage.depth("orders", START_MS + 2).unwrap();
        assert_eq!((depth.visible, depth.in_flight), (1, 1));
        let bodies = |now_ms| -> Vec<String> {
            receive(&storage, "orders", now_ms).into_iter().map(|message| message.body).collect()
        };
        assert_eq!(bodies(START_MS + 2), ["visible"]);
        assert_eq!(bodies(START_MS + 29_999), [""; 0]);
        assert_eq!(bodies(START_MS + 30_000), ["in flight"]);
    }

    #[test]
    fn the_file_is_in_wal_mode_and_opens_again() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("queues.sqlite");
        for _ in 0..2 {
            let storage = Storage::open(&file, account()).unwrap();
            let connection = storage.connection.lock().unwrap();
            let mode: String =
                connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
            let synchronous: i64 =
                connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
            assert_eq!((mode.as_str(), synchronous), ("wal", 1));
        }
    }

    #[test]
    fn a_file_of_the_first_layout_keeps_its_messages() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("queues.sqlite");
        {
            let storage = Storage::open(&file, account()).unwrap();
            add_queue(&storage, "orders", &[]);
            send(&storage, "orders", "kept", START_MS);
            let connection = storage.connection.lock().unwrap();
            let first_layout = "ALTER TABLE messages ADD COLUMN group_id TEXT;
                                CREATE TABLE move_tasks (task_id INTEGER PRIMARY KEY) STRICT;
                                PRAGMA user_version = 1;";
            connection.execute_batch(first_layout).unwrap();
        }
        for _ in 0..2 {
            let storage = Storage::open(&file, account()).unwrap();
            assert_eq!(storage.depth("orders", START_MS).unwrap().visible, 1);
        }
    }

    #[test]
    fn a_file_of_another_layout_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("queues.sqlite");
        Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(
            Storage::open(&file, account()),
            Err(SqsError::UnsupportedSchema { found: 99, .. })
        ));
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("queues.sqlite");
        std::fs::write(&file, "not a database, but longer than a header ".repeat(9)).unwrap();
        assert!(matches!(Storage::open(&file, account()), Err(SqsError::Storage(_))));
    }
}
