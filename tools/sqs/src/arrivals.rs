//! Wakes long polls when a queue may have something for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// One bell per queue name. Names are added by long polls on existing queues
/// only, so the table grows no further than the queues that ever existed.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    by_queue: Mutex<HashMap<String, Arc<Notify>>>,
}

impl Arrivals {
    /// The bell of a queue, to wait at.
    pub fn of(&self, queue_name: &str) -> Arc<Notify> {
        let mut by_queue = self.by_queue.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(by_queue.entry(queue_name.to_owned()).or_default())
    }

    /// Wakes everyone who waits for this queue to look again.
    pub fn announce(&self, queue_name: &str) {
        let by_queue = self.by_queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = by_queue.get(queue_name) {
            bell.notify_waiters();
        }
    }
}
