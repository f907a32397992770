//! Holds what the stores have against what the clients were told.

mod message;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::evidence::{Evidence, StoredTicket};
use crate::ledger::mark;
use crate::load::{Form, Record};
use crate::reply::Misbehaviour;
use message::MessageFault;

/// What an answer says when the queue has taken the message.
const AI_WORK_QUEUED: &str = "AI processing queued";

/// What must not be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A client did not get what it must get.
    #[error("create {create} {misbehaviour}")]
    Misbehaved {
        /// The create.
        create: u64,
        /// What happened.
        misbehaviour: Misbehaviour,
    },
    /// A client was given a ticket that is not there.
    #[error("LOST: create {create} was answered {ticket_id}, which is not in the table")]
    Lost {
        /// The create.
        create: u64,
        /// The ticket of the answer.
        ticket_id: String,
    },
    /// One create made several tickets.
    #[error("DOUBLED: create {create} has the tickets {ticket_ids:?}")]
    Doubled {
        /// The create.
        create: u64,
        /// Its tickets, stored or answered.
        ticket_ids: BTreeSet<String>,
    },
    /// Two 201 answers to one create tell different tickets.
    #[error("create {create} has got two answers with different tickets")]
    AnswersDiffer {
        /// The create.
        create: u64,
    },
    /// A ticket does not say what its client wrote.
    #[error("{ticket_id} of create {create} has another {field} than was sent")]
    Altered {
        /// The create.
        create: u64,
        /// The ticket.
        ticket_id: String,
        /// The first field that differs.
        field: &'static str,
    },
    /// A 201 answer without a ticket id.
    #[error("create {create} has got an answer that names no ticket")]
    NamesNoTicket {
        /// The create.
        create: u64,
    },
    /// A ticket that nobody asked for.
    #[error("{ticket_id} belongs to no create")]
    Unexplained {
        /// The ticket.
        ticket_id: String,
    },
    /// The client was told that the message is queued, and it is not.
    #[error(
        "create {create} was told that AI work is queued, but {ticket_id} has no message of it"
    )]
    NotQueued {
        /// The create.
        create: u64,
        /// Its ticket.
        ticket_id: String,
    },
    /// A ticket that no message names, after the stranded ones were queued again.
    #[error("FORGOTTEN: no message names {ticket_id}")]
    Forgotten {
        /// The ticket.
        ticket_id: String,
    },
    /// A message that a consumer could not use.
    #[error("a message {fault}: {body}")]
    BadMessage {
        /// What is wrong.
        fault: MessageFault,
        /// The message.
        body: String,
    },
    /// A message that names a ticket that is not there.
    #[error("a message names {ticket_id}, which is not in the table")]
    MessageOfNothing {
        /// The ticket.
        ticket_id: String,
    },
    /// Something was given up on.
    #[error("the dead-letter queue holds: {body}")]
    DeadLetter {
        /// The message.
        body: String,
    },
}

/// What the check found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Everything that must not be.
    pub violations: Vec<Violation>,
    /// Creates that were answered 201.
    pub answered: usize,
    /// Creates without a key that were not answered 201: nobody can know whether they made a ticket.
    pub maybe: usize,
    /// Those of them that did.
    pub maybe_made: usize,
    /// Creates whose 201 answers tell the same ticket but differ in `suggested_actions`.
    pub suggestions_differ: usize,
    /// Tickets that several messages name.
    pub told_twice: usize,
}

/// Checks a run in which stranded tickets were queued again before the queue was read.
pub fn check(records: &[Record], evidence: &Evidence) -> Findings {
    let mut findings = Findings::default();
    let mut made: BTreeMap<u64, Vec<&StoredTicket>> = BTreeMap::new();
    for ticket in &evidence.tickets {
        match mark(&ticket.form.subject) {
            Some(create) => made.entry(create).or_default().push(ticket),
            None => findings.unexplained(ticket),
        }
    }
    let messages = findings.messages(evidence);
    for record in records {
        let tickets = made.remove(&record.create.number).unwrap_or_default();
        findings.create(record, &tickets, &messages);
    }
    for ticket in made.into_values().flatten() {
        findings.unexplained(ticket);
    }
    let stored: BTreeSet<&str> =
        evidence.tickets.iter().map(|ticket| ticket.ticket_id.as_str()).collect();
    for ticket_id in messages.keys().filter(|ticket_id| !stored.contains(ticket_id.as_str())) {
        findings.violations.push(Violation::MessageOfNothing { ticket_id: ticket_id.clone() });
    }
    for ticket_id in stored.into_iter().filter(|ticket_id| !messages.contains_key(*ticket_id)) {
        findings.violations.push(Violation::Forgotten { ticket_id: ticket_id.to_owned() });
    }
    for body in &evidence.dead_letters {
        findings.violations.push(Violation::DeadLetter { body: body.clone() });
    }
    findings
}

/// The messages of one ticket.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    created: usize,
    requeued: usize,
}

impl Findings {
    fn unexplained(&mut self, ticket: &StoredTicket) {
        self.violations.push(Violation::Unexplained { ticket_id: ticket.ticket_id.clone() });
    }

    fn messages(&mut self, evidence: &Evidence) -> HashMap<String, Told> {
        let mut told: HashMap<String, Told> = HashMap::new();
        for body in &evidence.messages {
            match message::read(body) {
                Ok(message) => {
                    let told = told.entry(message.ticket_id).or_default();
                    if message.is_requeued { told.requeued += 1 } else { told.created += 1 }
                }
                Err(fault) => {
                    self.violations.push(Violation::BadMessage { fault, body: body.clone() });
                }
            }
        }
        self.told_twice = told.values().filter(|told| told.created + told.requeued > 1).count();
        told
    }

    fn create(
        &mut self,
        record: &Record,
        stored: &[&StoredTicket],
        messages: &HashMap<String, Told>,
    ) {
        let create = record.create.number;
        self.violations.extend(record.misbehaviours.iter().map(|misbehaviour| {
            Violation::Misbehaved { create, misbehaviour: misbehaviour.clone() }
        }));
        let mut ticket_ids: BTreeSet<String> =
            stored.iter().map(|ticket| ticket.ticket_id.clone()).collect();
        for answer in &record.answers {
            let ticket = &answer.body["ticket"];
            let Some(ticket_id) = ticket["ticket_id"].as_str() else {
                self.violations.push(Violation::NamesNoTicket { create });
                continue;
            };
            if ticket_ids.insert(ticket_id.to_owned()) {
                let ticket_id = ticket_id.to_owned();
                self.violations.push(Violation::Lost { create, ticket_id });
            }
            let told = messages.get(ticket_id).copied().unwrap_or_default();
            if !answer.is_replayed && says_queued(&answer.body) && told.created == 0 {
                let ticket_id = ticket_id.to_owned();
                self.violations.push(Violation::NotQueued { create, ticket_id });
            }
            self.compare(create, ticket_id, &record.create.form, &form(ticket));
        }
        for ticket in stored {
            self.compare(create, &ticket.ticket_id, &record.create.form, &ticket.form);
        }
        if ticket_ids.len() > 1 {
            self.violations.push(Violation::Doubled { create, ticket_ids });
        }
        self.count(record, stored.len());
    }

    /// Tells whether the answers are alike, and what kind of create it was.
    fn count(&mut self, record: &Record, stored: usize) {
        match record.answers.split_first() {
            None if record.create.key().is_none() => {
                self.maybe += 1;
                self.maybe_made += stored;
            }
            // A client that has a key goes on until it is answered; if it could not, it says so.
            None => {}
            Some((first, others)) => {
                self.answered += 1;
                let mut others = others.iter();
                if others.clone().any(|other| other.body["ticket"] != first.body["ticket"]) {
                    let create = record.create.number;
                    self.violations.push(Violation::AnswersDiffer { create });
                } else if others.any(|other| other.body != first.body) {
                    self.suggestions_differ += 1;
                }
            }
        }
    }

    fn compare(&mut self, create: u64, ticket_id: &str, sent: &Form, found: &Form) {
        let fields = [
            ("customer_email", &sent.customer_email, &found.customer_email),
            ("subject", &sent.subject, &found.subject),
            ("description", &sent.description, &found.description),
        ];
        if let Some((field, ..)) = fields.into_iter().find(|(_, sent, found)| sent != found) {
            let ticket_id = ticket_id.to_owned();
            self.violations.push(Violation::Altered { create, ticket_id, field });
        }
    }
}

fn says_queued(body: &Value) -> bool {
    let mut actions = body["suggested_actions"].as_array().into_iter().flatten();
    actions.any(|action| action == AI_WORK_QUEUED)
}

fn form(ticket: &Value) -> Form {
    let text = |name: &str| ticket[name].as_str().unwrap_or_default().to_owned();
    Form {
        customer_email: text("customer_email"),
        subject: text("subject"),
        description: text("description"),
    }
}

#[cfg(test)]
mod tests;
