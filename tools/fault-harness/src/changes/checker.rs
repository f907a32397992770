//! Holds what the table has of changed tickets against what the clients were told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::case::{Case, Origin};
use super::{CaseRecord, ChangedTicket};
use crate::ledger::mark;
use crate::reply::Misbehaviour;

/// What must not be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeViolation {
    /// A client did not get what it must get.
    #[error("case {case} {misbehaviour}")]
    Misbehaved {
        /// The case.
        case: u64,
        /// What happened.
        misbehaviour: Misbehaviour,
    },
    /// A case was answered a ticket that is not there, or has several.
    #[error("case {case} was answered {answered:?} and has the tickets {stored:?}")]
    Tickets {
        /// The case.
        case: u64,
        /// The ticket of the answer.
        answered: Option<String>,
        /// The tickets in the table.
        stored: Vec<String>,
    },
    /// A change that was acknowledged is in no entry of the history.
    #[error("LOST: {ticket_id} was given the {field} {value}, of which its history does not tell")]
    Lost {
        /// The ticket.
        ticket_id: String,
        /// What was changed.
        field: &'static str,
        /// To what.
        value: String,
    },
    /// The history tells a change twice, out of order, or one that nobody asked for.
    #[error("{ticket_id} was to have the {field} {asked:?} in turn; its history tells {told:?}")]
    History {
        /// The ticket.
        ticket_id: String,
        /// What was changed.
        field: &'static str,
        /// To what, in order.
        asked: Vec<String>,
        /// To what by the history.
        told: Vec<String>,
    },
    /// The ticket is not as its last change left it.
    #[error("{ticket_id} has the {field} {found}, and its last change made it {expected}")]
    Differs {
        /// The ticket.
        ticket_id: String,
        /// Which field.
        field: &'static str,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// Versions without an entry, or entries without a version.
    #[error("{ticket_id} is of version {version}; history and messages are of {entries:?}")]
    Versions {
        /// The ticket.
        ticket_id: String,
        /// Its version.
        version: u64,
        /// The versions of its history and its messages.
        entries: BTreeSet<u64>,
    },
    /// A status in the history does not follow on the one before.
    #[error("{ticket_id} has the statuses {steps:?} in its history")]
    Steps {
        /// The ticket.
        ticket_id: String,
        /// From and to.
        steps: Vec<(String, String)>,
    },
    /// A message that was acknowledged is not there once.
    #[error("message {message} of {ticket_id} is there {found} times and noted {noted} times")]
    Message {
        /// The ticket.
        ticket_id: String,
        /// The message.
        message: u64,
        /// With its words.
        found: usize,
        /// As known.
        noted: usize,
    },
    /// The AI's work was not done once.
    #[error("{ticket_id} ({status}) was triaged {times} times; marked as waiting: {is_marked}")]
    Triage {
        /// The ticket.
        ticket_id: String,
        /// Its status.
        status: String,
        /// Entries of the AI in its history.
        times: usize,
        /// Whether it still bears the mark.
        is_marked: bool,
    },
    /// The AI set what an agent had set.
    #[error("OVERWRITTEN: the AI set the {field} of {ticket_id} after an agent had")]
    Overwritten {
        /// The ticket.
        ticket_id: String,
        /// The field.
        field: &'static str,
    },
    /// A ticket of no case.
    #[error("{ticket_id} belongs to no case")]
    Unexplained {
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
pub struct ChangeFindings {
    /// Everything that must not be.
    pub violations: Vec<ChangeViolation>,
    /// Changes that were acknowledged, each of which is there once.
    pub changes: usize,
    /// Messages that were acknowledged, each of which is there once.
    pub messages: usize,
    /// Tickets that were triaged.
    pub triaged: usize,
    /// Tickets on which an agent and the AI both had a say.
    pub contested: usize,
}

/// Checks a run after all AI work is done.
pub fn check(
    records: &[CaseRecord],
    tickets: &[ChangedTicket],
    dead_letters: Vec<String>,
) -> ChangeFindings {
    let mut findings = ChangeFindings::default();
    let mut by_case: BTreeMap<u64, Vec<&ChangedTicket>> = BTreeMap::new();
    for ticket in tickets {
        match mark(ticket.text("subject")) {
            Some(case) => by_case.entry(case).or_default().push(ticket),
            None => findings.unexplained(ticket),
        }
    }
    for record in records {
        let stored = by_case.remove(&record.case.number).unwrap_or_default();
        findings.case(record, &stored);
    }
    for ticket in by_case.into_values().flatten() {
        findings.unexplained(ticket);
    }
    let dead = dead_letters.into_iter().map(|body| ChangeViolation::DeadLetter { body });
    findings.violations.extend(dead);
    findings
}

/// What a history tells, oldest entry first.
struct History<'a>(Vec<&'a Value>);

impl<'a> History<'a> {
    /// The values that `field` was given, with the entry of each.
    fn given(&self, field: &str) -> Vec<(&'a Value, &'a Value)> {
        let fields = self.0.iter().filter_map(|entry| Some((*entry, entry["fields"].get(field)?)));
        fields.map(|(entry, change)| (entry, &change["to"])).collect()
    }

    fn of_source(&self, source: &str) -> usize {
        self.0.iter().filter(|entry| entry["source"] == source).count()
    }
}

impl ChangeFindings {
    fn unexplained(&mut self, ticket: &ChangedTicket) {
        let ticket_id = ticket.text("ticket_id").to_owned();
        self.violations.push(ChangeViolation::Unexplained { ticket_id });
    }

    fn case(&mut self, record: &CaseRecord, stored: &[&ChangedTicket]) {
        let case = record.case.number;
        self.violations.extend(record.misbehaviours.iter().map(|misbehaviour| {
            ChangeViolation::Misbehaved { case, misbehaviour: misbehaviour.clone() }
        }));
        let ids: Vec<String> =
            stored.iter().map(|ticket| ticket.text("ticket_id").to_owned()).collect();
        let (&[ticket], Some(answered)) = (stored, &record.ticket_id) else {
            let (answered, stored) = (record.ticket_id.clone(), ids);
            self.violations.push(ChangeViolation::Tickets { case, answered, stored });
            return;
        };
        if ids != [answered.clone()] {
            let answered = Some(answered.clone());
            self.violations.push(ChangeViolation::Tickets { case, answered, stored: ids });
            return;
        }
        let history = History(ticket.history.values().collect());
        self.versions(ticket);
        self.steps(ticket, &history);
        self.changes(record, ticket, &history);
        self.classification(record, ticket, &history);
        self.messages(record, ticket);
        self.triage(record, ticket, &history);
    }

    /// Each version after the first has its entry, and no other has one.
    fn versions(&mut self, ticket: &ChangedTicket) {
        let number = |text: &str| text.parse::<u64>().unwrap_or_default();
        let version = number(ticket.text("version"));
        let keys = ticket.history.keys().chain(ticket.messages.keys());
        let entries: BTreeSet<u64> = keys.map(|key| number(key)).collect();
        let told = ticket.history.iter().chain(&ticket.messages);
        let is_told = told.fold(true, |is_told, (key, entry)| {
            let said = entry["version"].as_str().unwrap_or_default();
            is_told && number(said) == number(key)
        });
        if !is_told || !entries.iter().copied().eq(2..=version) {
            let ticket_id = ticket.text("ticket_id").to_owned();
            self.violations.push(ChangeViolation::Versions { ticket_id, version, entries });
        }
    }

    /// Each status follows on the one before, and the last one is the ticket's.
    fn steps(&mut self, ticket: &ChangedTicket, history: &History<'_>) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let steps: Vec<(String, String)> = history
            .0
            .iter()
            .filter(|entry| entry["to"].is_string())
            .map(|entry| (text(&entry["from"]), text(&entry["to"])))
            .collect();
        let mut status = "new";
        let is_chain = steps.iter().all(|(from, to)| {
            let follows = from == status;
            status = to;
            follows
        });
        if !is_chain || status != ticket.text("status") {
            let ticket_id = ticket.text("ticket_id").to_owned();
            self.violations.push(ChangeViolation::Steps { ticket_id, steps });
        }
    }

    fn changes(&mut self, record: &CaseRecord, ticket: &ChangedTicket, history: &History<'_>) {
        let Case { assignees, labels, statuses, .. } = &record.case;
        let told = |field| history.given(field).into_iter().map(|(_, to)| to.clone()).collect();
        let asked = assignees.iter().map(|name| json!(name)).collect();
        self.in_order(ticket, "assignee", asked, record.assignees, told("assignee"));
        let asked = labels.iter().map(|label| json!([label])).collect();
        self.in_order(ticket, "tags", asked, record.labels, told("tags"));
        // A conversation is reopened by its messages, and a repeated request may resolve it again.
        if matches!(record.case.origin, Origin::Form(_)) {
            let moved = history.0.iter().map(|entry| &entry["to"]).filter(|to| to.is_string());
            let asked = statuses.iter().map(|status| json!(status)).collect();
            self.in_order(ticket, "status", asked, record.statuses, moved.cloned().collect());
        }
    }

    /// What one client gave `field` in turn, of which `acknowledged` were answered: the history tells
    /// each of these once and at most the next one besides, and the ticket has the last of them.
    fn in_order(
        &mut self,
        ticket: &ChangedTicket,
        field: &'static str,
        asked: Vec<Value>,
        acknowledged: usize,
        told: Vec<Value>,
    ) {
        let ticket_id = ticket.text("ticket_id").to_owned();
        let lost = asked.iter().take(acknowledged).find(|value| !told.contains(value));
        if let Some(value) = lost {
            let value = value.to_string();
            self.violations.push(ChangeViolation::Lost { ticket_id, field, value });
            return;
        }
        if !asked.starts_with(&told) || told.len() > acknowledged + 1 {
            let texts = |values: Vec<Value>| values.iter().map(Value::to_string).collect();
            let (asked, told) = (texts(asked), texts(told));
            self.violations.push(ChangeViolation::History { ticket_id, field, asked, told });
            return;
        }
        self.changes += acknowledged;
        if let Some(last) = told.last() {
            self.holds(ticket, field, last);
        }
    }

    fn holds(&mut self, ticket: &ChangedTicket, field: &'static str, expected: &Value) {
        let found = &ticket.ticket[field];
        if found != expected {
            self.violations.push(ChangeViolation::Differs {
                ticket_id: ticket.text("ticket_id").to_owned(),
                field,
                found: found.to_string(),
                expected: expected.to_string(),
            });
        }
    }

    /// What an agent said of category and priority holds, whenever the AI came.
    fn classification(
        &mut self,
        record: &CaseRecord,
        ticket: &ChangedTicket,
        history: &History<'_>,
    ) {
        let said = [
            ("category", "category_set_by", record.case.category, record.category),
            ("priority", "priority_set_by", record.case.priority, record.priority),
        ];
        let mut is_contested = false;
        for (field, set_by, value, is_acknowledged) in said {
            let given = history.given(field);
            let is_ai = |entry: &Value| entry["source"] == "ai";
            let by_agent = given.iter().position(|(entry, _)| !is_ai(entry));
            let by_ai = given.iter().rposition(|(entry, _)| is_ai(entry));
            if by_agent.zip(by_ai).is_some_and(|(agent, ai)| ai > agent) {
                let ticket_id = ticket.text("ticket_id").to_owned();
                self.violations.push(ChangeViolation::Overwritten { ticket_id, field });
            }
            let told = given.iter().filter(|(entry, _)| !is_ai(entry));
            let told = told.map(|(_, to)| (*to).clone()).collect();
            let asked = value.map(|text| json!(text)).into_iter().collect();
            self.in_order(ticket, field, asked, usize::from(is_acknowledged), told);
            if let Some(value) = value.filter(|_| is_acknowledged) {
                self.holds(ticket, field, &json!(value));
                self.holds(ticket, set_by, &json!("agent"));
                is_contested |= history.of_source("ai") > 0;
            }
        }
        self.contested += usize::from(is_contested);
    }

    fn messages(&mut self, record: &CaseRecord, ticket: &ChangedTicket) {
        let Origin::Conversation { messages, .. } = &record.case.origin else { return };
        for message in messages {
            let id = message.id.to_string();
            let is_it = |stored: &&Value| stored["message_id"] == id;
            let of_id: Vec<&Value> = ticket.messages.values().filter(is_it).collect();
            let found = of_id.iter().filter(|stored| stored["text"] == message.text).count();
            let noted = ticket.known_messages.iter().filter(|known| **known == id).count();
            let is_acknowledged = record.messages.contains(&message.id);
            let is_right = (found, noted, of_id.len()) == (1, 1, 1)
                || (!is_acknowledged && (noted, of_id.len()) == (0, 0));
            if is_right {
                self.messages += usize::from(is_acknowledged);
            } else {
                let (ticket_id, message) = (ticket.text("ticket_id").to_owned(), message.id);
                let found = found.max(of_id.len());
                let violation = ChangeViolation::Message { ticket_id, message, found, noted };
                self.violations.push(violation);
            }
        }
    }

    /// The AI's work was done once. A ticket that was closed before it came needs none.
    fn triage(&mut self, record: &CaseRecord, ticket: &ChangedTicket, history: &History<'_>) {
        let times = history.of_source("ai");
        let is_marked = !ticket.ticket["ai_work_shard"].is_null();
        let has_suggestion = !ticket.ticket["ai"].is_null();
        let status = ticket.text("status");
        let may_be_left_out = status == "closed" && record.case.statuses.contains(&"closed");
        let is_right = match times {
            0 => may_be_left_out && !has_suggestion,
            1 => has_suggestion,
            _ => false,
        };
        self.triaged += usize::from(times > 0);
        if !is_right || is_marked {
            self.violations.push(ChangeViolation::Triage {
                ticket_id: ticket.text("ticket_id").to_owned(),
                status: status.to_owned(),
                times,
                is_marked,
            });
        }
    }
}

#[cfg(test)]
mod tests;
