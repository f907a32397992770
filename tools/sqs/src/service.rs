//! The service as this process calls it.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use uuid::Uuid;

use crate::arrivals::Arrivals;
use crate::authorization::Authorize;
use crate::error::SqsError;
use crate::message::{OutgoingMessage, ReceivedMessage};
use crate::queue::{Account, QueueDescription, VISIBILITY_RANGE_SECONDS, WAIT_RANGE_SECONDS};
use crate::server;
use crate::storage::{QueueDepth, ReceiveLimits, Storage};

/// Messages one receive may return (ReceiveMessage reference).
const MAXIMUM_RECEIVED_MESSAGES: i64 = 10;

/// The queue service. Cheap to clone: all clones share one database.
#[derive(Clone)]
pub struct EmbeddedSqs {
    pub(crate) shared: Arc<Shared>,
}

/// What all clones of the service use together.
pub(crate) struct Shared {
    pub storage: Storage,
    pub arrivals: Arrivals,
}

impl EmbeddedSqs {
    /// Opens the database file, or creates it. The folder must exist.
    ///
    /// `region` and `account_id` make up the ARNs of the queues.
    ///
    /// # Errors
    /// [`SqsError::Storage`] when the file cannot be used,
    /// [`SqsError::UnsupportedSchema`] when another version wrote it.
    pub fn open(database: &Path, region: &str, account_id: &str) -> Result<Self, SqsError> {
        let storage = Storage::open(database, account(region, account_id))?;
        Ok(Self::with_storage(storage))
    }

    /// A service whose queues end with it.
    ///
    /// # Errors
    /// [`SqsError::Storage`] when SQLite cannot start.
    pub fn in_memory(region: &str, account_id: &str) -> Result<Self, SqsError> {
        let storage = Storage::in_memory(account(region, account_id))?;
        Ok(Self::with_storage(storage))
    }

    fn with_storage(storage: Storage) -> Self {
        Self { shared: Arc::new(Shared { storage, arrivals: Arrivals::default() }) }
    }

    /// Makes queues exist with exactly the described attributes: creates them, or sets the
    /// attributes of those that exist and keeps their messages. They may name each other as
    /// dead-letter queues in any order. All succeed or nothing changes.
    ///
    /// # Errors
    /// Errors of a name or of an attribute.
    pub fn ensure_queues(&self, descriptions: &[QueueDescription]) -> Result<(), SqsError> {
        self.shared.storage.ensure_queues(descriptions, now_ms())
    }

    /// Answers SDK requests on `listener` until `shutdown` is done. Long polls
    /// end at once then, with what they have; other requests are finished.
    ///
    /// Each request is put to `authorize`, if there is one. Signatures are not checked: bind the
    /// listener to a loopback address.
    ///
    /// # Errors
    /// [`SqsError::Server`] when the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        authorize: Option<Authorize>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), SqsError> {
        server::serve(self, listener, authorize, shutdown).await
    }

    /// Receives up to `max_messages` (1 to 10) messages. With nothing visible
    /// it waits up to `wait` (at most 20 seconds) and returns as soon as a
    /// message is sent or becomes visible. Received messages are hidden for
    /// `visibility_timeout` (at most 12 hours), or as long as the queue says.
    ///
    /// # Errors
    /// [`SqsError::QueueDoesNotExist`], also when the queue is deleted
    /// meanwhile; [`SqsError::InvalidParameterValue`] for a value out of range;
    /// [`SqsError::OverLimit`] with 120,000 messages in flight.
    pub async fn receive(
        &self,
        queue_name: &str,
        max_messages: u32,
        wait: Duration,
        visibility_timeout: Option<Duration>,
    ) -> Result<Vec<ReceivedMessage>, SqsError> {
        let limits = ReceiveLimits {
            maximum_messages: maximum_messages(max_messages.into())?,
            visibility_timeout_ms: visibility_timeout.map(visibility_ms).transpose()?,
        };
        if wait > Duration::from_secs((*WAIT_RANGE_SECONDS.end()).into()) {
            return Err(out_of_range(
                "WaitTimeSeconds",
                wait.as_secs(),
                "Must be >= 0 and <= 20, if provided.",
            ));
        }
        self.receive_until(queue_name, limits, wait, pending()).await
    }

    /// Deletes a received message. Succeeds when it is gone already, and leaves
    /// it when it was received again since.
    ///
    /// # Errors
    /// [`SqsError::QueueDoesNotExist`], [`SqsError::ReceiptHandleIsInvalid`].
    pub fn delete(&self, queue_name: &str, receipt_handle: &str) -> Result<(), SqsError> {
        self.delete_all(queue_name, &[receipt_handle])?.into_iter().collect()
    }

    /// Counts the messages of a queue.
    ///
    /// # Errors
    /// [`SqsError::QueueDoesNotExist`].
    pub fn depth(&self, queue_name: &str) -> Result<QueueDepth, SqsError> {
        self.shared.storage.depth(queue_name, now_ms())
    }

    pub(crate) fn send_all(
        &self,
        queue_name: &str,
        messages: &[&OutgoingMessage],
    ) -> Result<Vec<Result<Uuid, SqsError>>, SqsError> {
        let results = self.shared.storage.send(queue_name, messages, now_ms())?;
        self.shared.arrivals.announce(queue_name);
        Ok(results)
    }

    pub(crate) fn delete_all(
        &self,
        queue_name: &str,
        handles: &[&str],
    ) -> Result<Vec<Result<(), SqsError>>, SqsError> {
        self.shared.storage.delete(queue_name, handles)
    }

    pub(crate) fn set_attributes(
        &self,
        queue_name: &str,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), SqsError> {
        let storage = &self.shared.storage;
        storage.set_queue_attributes(queue_name, attributes, now_ms())?;
        self.shared.arrivals.announce(queue_name);
        Ok(())
    }

    /// Moves the messages of a dead-letter queue back to where they came from.
    pub(crate) fn move_messages(&self, dead_letter_queue: &str) -> Result<(), SqsError> {
        let moved_to = self.shared.storage.move_messages(dead_letter_queue, now_ms())?;
        moved_to.iter().for_each(|queue_name| self.shared.arrivals.announce(queue_name));
        Ok(())
    }
}

fn account(region: &str, account_id: &str) -> Account {
    Account { region: region.to_owned(), account_id: account_id.to_owned() }
}

/// Milliseconds since 1970 by the wall clock, which goes on while the process is down.
pub(crate) fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn maximum_messages(requested: i64) -> Result<usize, SqsError> {
    usize::try_from(requested)
        .ok()
        .filter(|_| (1..=MAXIMUM_RECEIVED_MESSAGES).contains(&requested))
        .ok_or_else(|| {
            out_of_range("MaxNumberOfMessages", requested, "Must be between 1 and 10, if provided.")
        })
}

fn visibility_ms(timeout: Duration) -> Result<i64, SqsError> {
    let longest = Duration::from_secs((*VISIBILITY_RANGE_SECONDS.end()).into());
    i64::try_from(timeout.as_millis()).ok().filter(|_| timeout <= longest).ok_or_else(|| {
        out_of_range(
            "VisibilityTimeout",
            timeout.as_secs(),
            "Must be between 0 and 43200, if provided.",
        )
    })
}

pub(crate) fn out_of_range(
    parameter: &'static str,
    value: impl std::fmt::Display,
    reason: &str,
) -> SqsError {
    SqsError::InvalidParameterValue {
        parameter,
        value: value.to_string(),
        reason: reason.to_owned(),
    }
}
