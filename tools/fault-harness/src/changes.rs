//! Clients that change tickets, many at once, while the AI works on the same tickets.

mod case;
mod checker;
mod client;
mod evidence;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;

use crate::load::ClientError;
use crate::proxy::Injection;
use crate::reply::Misbehaviour;
use client::Client;

pub use case::Case;
pub use checker::{ChangeFindings, check};
pub use client::ZENDESK_SECRET;
pub use evidence::{ChangedTicket, all_settled, changed_tickets, hurry_queue};

/// Cases that are worked on at the same time. Each has at most three calls of one function at once,
/// of which there are as many processes as [`crate::load::CLIENTS`].
pub const CASES_AT_ONCE: usize = 5;

/// What clients were told of one case.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// What was to be done.
    pub case: Case,
    /// The ticket that it became, once that was answered.
    pub ticket_id: Option<String>,
    /// How many of the case's assignees were acknowledged, from the first.
    pub assignees: usize,
    /// The same of its labels.
    pub labels: usize,
    /// The same of its statuses.
    pub statuses: usize,
    /// Whether the category was acknowledged.
    pub category: bool,
    /// Whether the priority was acknowledged.
    pub priority: bool,
    /// The ids of messages that were acknowledged.
    pub messages: Vec<u64>,
    /// What the product did that it must not.
    pub misbehaviours: Vec<Misbehaviour>,
}

/// The clients and what they need.
#[derive(Debug)]
pub struct Changes {
    api: String,
    injection: Arc<Injection>,
    begun: AtomicU64,
}

impl Changes {
    /// Clients of the API at the base address `api`.
    pub fn new(api: &str, injection: Arc<Injection>) -> Self {
        Self { api: api.to_owned(), injection, begun: AtomicU64::new(0) }
    }

    /// Cases that were begun so far.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Works on cases until the faults are over and each case that was begun has come to an end.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn run(&self) -> Result<Vec<CaseRecord>, ClientError> {
        let client = Client::new(&self.api, Arc::clone(&self.injection))?;
        let records = join_all((0..CASES_AT_ONCE).map(|_| self.run_client(&client))).await;
        Ok(records.into_iter().flatten().collect())
    }

    async fn run_client(&self, client: &Client) -> Vec<CaseRecord> {
        let mut records = Vec::new();
        while !self.injection.is_over() {
            let number = self.begun.fetch_add(1, Ordering::SeqCst);
            let case = Case::draw(self.injection.schedule.seed, number);
            records.push(client.perform(case).await);
        }
        records
    }
}
