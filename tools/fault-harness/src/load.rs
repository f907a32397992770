//! Clients that create tickets, many at once.

mod client;
mod create;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use serde_json::Value;

use crate::proxy::Injection;
use crate::reply::Misbehaviour;
use client::Client;

pub use client::{ClientError, http_client};
pub use create::{Create, Form, Idempotency};

/// Clients at once. A create that two clients send at the same time makes one more for its time.
pub const CLIENTS: usize = 16;

/// What became of one create.
#[derive(Debug, Clone)]
pub struct Record {
    /// What was sent.
    pub create: Create,
    /// All 201 answers to it.
    pub answers: Vec<Answer>,
    /// What the product did that it must not.
    pub misbehaviours: Vec<Misbehaviour>,
}

/// A 201 answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its body.
    pub body: Value,
    /// Whether it says that it repeats the first one.
    pub is_replayed: bool,
}

/// The clients and what they need.
#[derive(Debug)]
pub struct Load {
    api: String,
    injection: Arc<Injection>,
    begun: AtomicU64,
}

impl Load {
    /// Clients of the API at the base address `api`.
    pub fn new(api: &str, injection: Arc<Injection>) -> Self {
        Self { api: api.to_owned(), injection, begun: AtomicU64::new(0) }
    }

    /// Creates that were begun so far.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Creates tickets until the faults are over and each create that was begun has come to an end.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn run(&self) -> Result<Vec<Record>, ClientError> {
        let client = Client::new(&self.api, Arc::clone(&self.injection))?;
        let records = join_all((0..CLIENTS).map(|_| self.run_client(&client))).await;
        Ok(records.into_iter().flatten().collect())
    }

    async fn run_client(&self, client: &Client) -> Vec<Record> {
        let mut records = Vec::new();
        while !self.injection.is_over() {
            let number = self.begun.fetch_add(1, Ordering::SeqCst);
            let create = Create::draw(self.injection.schedule.seed, number);
            records.push(client.perform(create).await);
        }
        records
    }
}
