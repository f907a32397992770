//! Which create a call belongs to, and which creates had a process killed.
//!
//! Functions do not tell a service for which request they call it. The proxies read it from the
//! call: a ticket carries the mark of its create in the subject, a message the id of a ticket, an
//! update the key of one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::schedule::{CallIdentity, Service};

/// Stands before the number of a create in the subject of its ticket.
pub const MARK: &str = "create-";
/// Begins a ticket id: `TKT-20241103-A1B2C3D4`.
const TICKET_ID_PREFIX: &str = "TKT-";
/// Bytes of a ticket id before its digits.
const BYTES_BEFORE_DIGITS: usize = TICKET_ID_PREFIX.len() + "20241103-".len();
/// Begins the key of a ticket in a call to DynamoDB; the digits of its id follow.
const KEY_PREFIX: &str = r#""pk":{"S":""#;
/// Bytes of the digits, which are different in each ticket.
const DIGITS_BYTES: usize = 8;

/// What the proxies know about creates.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    /// By the digits of their tickets.
    creates: HashMap<String, u64>,
    calls: HashMap<(Service, Option<u64>), u64>,
    /// Processes that were killed and whose failed request has not come back to its client yet.
    kills: HashMap<u64, u32>,
}

impl Ledger {
    /// The create that the call with this body is made for, if it shows.
    pub fn create_of(&self, body: &[u8]) -> Option<u64> {
        let body = String::from_utf8_lossy(body);
        let digits = digits(&body);
        let mut entries = self.entries();
        let Some(create) = mark(&body) else {
            return entries.creates.get(digits?).copied();
        };
        if let Some(digits) = digits {
            entries.creates.insert(digits.to_owned(), create);
        }
        Some(create)
    }

    /// Numbers a call.
    pub fn identify(&self, service: Service, create: Option<u64>) -> CallIdentity {
        let mut entries = self.entries();
        let calls = entries.calls.entry((service, create)).or_default();
        let nth = *calls;
        *calls += 1;
        match create {
            Some(create) => CallIdentity::OfCreate { create, nth },
            None => CallIdentity::Other(nth),
        }
    }

    /// Notes that a process that works on `create` is about to be killed.
    pub fn about_to_kill(&self, create: u64) {
        *self.entries().kills.entry(create).or_default() += 1;
    }

    /// Takes such a note back: for the request that failed by it, or since nothing was killed.
    /// False when there is none.
    pub fn take_kill(&self, create: u64) -> bool {
        match self.entries().kills.get_mut(&create) {
            Some(kills) if *kills > 0 => {
                *kills -= 1;
                true
            }
            _ => false,
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of the create that a text bears the mark of.
pub fn mark(text: &str) -> Option<u64> {
    let (_, after) = text.split_once(MARK)?;
    let digits = after.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The digits of the first ticket that a call names.
fn digits(text: &str) -> Option<&str> {
    let in_an_id = text.find(TICKET_ID_PREFIX).map(|begin| begin + BYTES_BEFORE_DIGITS);
    let in_a_key = || text.find(KEY_PREFIX).map(|begin| begin + KEY_PREFIX.len());
    let begin = in_an_id.or_else(in_a_key)?;
    text.get(begin..begin + DIGITS_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_known_by_the_ticket_that_was_stored() {
        let ledger = Ledger::default();
        let message = br#"{"MessageBody":"{\"ticket_id\":\"TKT-20241103-A1B2C3D4\"}"}"#;
        assert_eq!(ledger.create_of(message), None);
        let ticket = br#"{"Item":{"subject":{"S":"Help create-0000042 now"},
            "ticket_id":{"S":"TKT-20241103-A1B2C3D4"}}}"#;
        assert_eq!(ledger.create_of(ticket), Some(42));
        assert_eq!(ledger.create_of(message), Some(42));
        assert_eq!(ledger.create_of(br#"{"Key":{"pk":{"S":"A1B2C3D4"}}}"#), Some(42));
        assert_eq!(ledger.create_of(br#"{"Key":{"pk":{"S":"A1B2C3D5"}}}"#), None);
        assert_eq!(ledger.create_of(b"create- TKT-2024\xff"), None);
    }

    #[test]
    fn calls_are_numbered_by_create_and_service() {
        let ledger = Ledger::default();
        let number = |service, create| ledger.identify(service, create);
        let of_create = |create, nth| CallIdentity::OfCreate { create, nth };
        assert_eq!(number(Service::Sqs, Some(1)), of_create(1, 0));
        assert_eq!(number(Service::Sqs, Some(1)), of_create(1, 1));
        assert_eq!(number(Service::DynamoDb, Some(1)), of_create(1, 0));
        assert_eq!(number(Service::Sqs, Some(2)), of_create(2, 0));
        assert_eq!(number(Service::Sqs, None), CallIdentity::Other(0));
        assert_eq!(number(Service::Sqs, None), CallIdentity::Other(1));
    }

    #[test]
    fn a_kill_excuses_one_failed_request() {
        let ledger = Ledger::default();
        assert!(!ledger.take_kill(1));
        ledger.about_to_kill(1);
        assert!(!ledger.take_kill(2));
        assert!(ledger.take_kill(1));
        assert!(!ledger.take_kill(1));
    }
}
