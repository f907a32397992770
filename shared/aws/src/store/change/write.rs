//! The one transaction that makes a change.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put, TransactWriteItem, Update};
use aws_smithy_types::error::operation::BuildError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::note::WrittenAs;
use super::{Actor, NewMessage, ReportedStatus};
use crate::backoff::Backoff;
use crate::connection::is_transient;
use crate::limits;
use crate::store::conversation::CLAIMED_BY;
use crate::store::record::{self, Item, TimelineKind};
use crate::store::ticket_row::TicketRow;
use crate::store::timeline_record::ChangeRecord;
use crate::store::{Correction, ListShards, Store, failure};
use copilot_core::error::Error;
use copilot_core::ticket::{
    ChangedFields, MessageDirection, Source, Status, Ticket, TicketChange, format_time,
};

const OPERATION: &str = "change a ticket";

/// One write, decided on the state `seen`.
pub(super) struct Decision<'a> {
    pub(super) seen: &'a Ticket,
    /// The ticket as it is once the write is done.
    pub(super) next: Ticket,
    pub(super) actor: Actor<'a>,
    pub(super) now: DateTime<Utc>,
    pub(super) note: Option<&'a str>,
    pub(super) message: Option<NewMessage<'a>>,
    /// The note that an agent adds.
    pub(super) internal_note: Option<WrittenAs<'a>>,
    /// Whether nothing is noted of the words of `message` yet.
    pub(super) words_are_new: bool,
    /// The report of the source's that it follows.
    pub(super) report: Option<ReportedStatus<'a>>,
    /// Whether the AI work of the ticket is done with it.
    pub(super) ends_ai_work: bool,
}

pub(super) enum Written {
    Done(Box<Ticket>),
    /// The ticket is no longer as it was seen.
    Outdated,
    /// The message was added before, or the report taken.
    Duplicate,
}

/// The tries of one change against a ticket that others change at the same time.
pub(super) struct Tries {
    began: Instant,
    made: u32,
}

impl Tries {
    pub(super) fn begin() -> Self {
        Self { began: Instant::now(), made: 0 }
    }

    /// Whether there is one more. The first one there always is.
    pub(super) fn is_another(&mut self) -> bool {
        let is_in_time = self.made == 0 || self.began.elapsed() < limits::CHANGE_TIME;
        let is_another = is_in_time && self.made < limits::CHANGE_ATTEMPTS;
        self.made += 1;
        is_another
    }
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum End {
    Done,
    Outdated,
    Duplicate,
}

/// What a cancelled transaction calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// A condition was not met.
    Ended(End),
    /// The same transaction may succeed soon.
    Busy,
    /// It never will.
    Defect,
}

/// Why DynamoDB cancelled a transaction: a code for each write, `None` for one that was not at fault.
/// Only codes: the messages beside them can quote the data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the transaction was cancelled: {}", codes.join(", "))]
struct Cancelled {
    codes: Vec<String>,
}

/// The code of a write that was not at fault.
const NOT_AT_FAULT: &str = "None";
const CONDITION_NOT_MET: &str = "ConditionalCheckFailed";
/// Codes of writes that DynamoDB was too busy for (API reference, `TransactWriteItems`, "Errors"). To a
/// single call in the same state it answers the codes that [`is_transient`] knows.
const BUSY: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

impl Cancelled {
    fn of(reasons: &[CancellationReason]) -> Self {
        let code = |reason: &CancellationReason| reason.code().unwrap_or(NOT_AT_FAULT).to_owned();
        Self { codes: reasons.iter().map(code).collect() }
    }

    /// `noted_at` is the place of the write that notes a message or a report as known. A condition
    /// that is not met decides, whatever else was wrong: the ticket is another one than was seen.
    fn verdict(&self, noted_at: Option<usize>) -> Verdict {
        let at_fault = |code: &&String| code.as_str() != NOT_AT_FAULT;
        let is_failed =
            |index: usize| self.codes.get(index).is_some_and(|c| c == CONDITION_NOT_MET);
        let is_busy = |code: &String| BUSY.contains(&code.as_str()) || is_transient(code);
        let mut codes = self.codes.iter().filter(at_fault).peekable();
        if noted_at.is_some_and(is_failed) {
            Verdict::Ended(End::Duplicate)
        } else if self.codes.iter().any(|code| code == CONDITION_NOT_MET) {
            Verdict::Ended(End::Outdated)
        } else if codes.peek().is_some() && codes.all(is_busy) {
            Verdict::Busy
        } else {
            Verdict::Defect
        }
    }
}

fn unavailable(busy: Option<Cancelled>) -> Error {
    Error::Unavailable { operation: OPERATION, source: busy.map(Into::into) }
}

impl<'a> Decision<'a> {
    /// To make `next` of the ticket `seen`. `next` becomes its next version, changed at the
    /// [`Ticket::time_of_change`].
    pub(super) fn new(
        seen: &'a Ticket,
        next: Ticket,
        actor: Actor<'a>,
        now: DateTime<Utc>,
    ) -> Self {
        let now = seen.time_of_change(now);
        let next = Ticket { version: seen.version + 1, updated_at: now, ..next };
        Self {
            seen,
            next,
            actor,
            now,
            note: None,
            message: None,
            internal_note: None,
            words_are_new: false,
            report: None,
            ends_ai_work: false,
        }
    }
}

impl Store {
    pub(super) async fn write(&self, decision: &Decision<'_>) -> Result<Written, Error> {
        let update = self.update(decision)?;
        let mut writes = vec![TransactWriteItem::builder().update(update).build()];
        // The write that notes what the decision follows; when it was noted before, nothing is done.
        let mut noted_at = None;
        if let Some(change) = decision.change() {
            writes.push(
                self.put_new(decision.beside(TimelineKind::Change, &ChangeRecord::from(change))?)?,
            );
        }
        if let Some(correction) = decision.correction() {
            writes.push(self.put_new(correction.item()?)?);
        }
        if let Some(report) = decision.report {
            noted_at = Some(writes.len());
            let key = record::event_id_key(report.event_id);
            writes.push(self.put_new(record::beside(report.first.digits(), key))?);
        }
        if let Some(message) = decision.message {
            noted_at = Some(writes.len());
            writes.extend(self.notes_of(message, decision.words_are_new)?);
            let record = decision.message_record(message);
            writes.push(self.put_new(decision.beside(TimelineKind::Message, &record)?)?);
        }
        if let Some(note) = &decision.internal_note {
            noted_at = Some(writes.len());
            let digits = decision.next.ticket_id.digits();
            writes.push(self.put_new(note.claim(digits, decision.next.version))?);
            let record = decision.note_record(note);
            writes.push(self.put_new(decision.beside(TimelineKind::Message, &record)?)?);
        }
        self.transact(writes, noted_at).await.map(|end| match end {
            End::Done => Written::Done(Box::new(decision.next.clone())),
            End::Outdated => Written::Outdated,
            End::Duplicate => Written::Duplicate,
        })
    }

    /// Makes the writes, all or none. What DynamoDB cancels because it is busy is sent again, within the
    /// time of one call: the SDK does not do that, as such a cancellation is an error of its own.
    pub(in crate::store) async fn transact(
        &self,
        writes: Vec<TransactWriteItem>,
        noted_at: Option<usize>,
    ) -> Result<End, Error> {
        // One token for all tries: when one was done and its answer lost, the next one says so and is
        // not taken for somebody else's change.
        let token = Uuid::new_v4().to_string();
        let mut backoff = Backoff::within(limits::OPERATION_TIMEOUT);
        let mut busy: Option<Cancelled> = None;
        loop {
            let call = self
                .client
                .transact_write_items()
                .client_request_token(&token)
                .set_transact_items(Some(writes.clone()));
            let error = match backoff.attempt(call.send()).await {
                Some(Ok(_)) => return Ok(End::Done),
                Some(Err(error)) => error,
                None => return Err(unavailable(busy)),
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(failure(OPERATION, &error));
            };
            let cancelled = Cancelled::of(cancelled.cancellation_reasons());
            match cancelled.verdict(noted_at) {
                Verdict::Ended(end) => return Ok(end),
                Verdict::Defect => {
                    let source = Some(cancelled.into());
                    return Err(Error::Internal { operation: OPERATION, source });
                }
                Verdict::Busy => {
                    if !backoff.pause().await {
                        return Err(unavailable(Some(cancelled)));
                    }
                    busy = Some(cancelled);
                }
            }
        }
    }

    /// The notes that the conversation has the message: by its id first, and by its words.
    fn notes_of(
        &self,
        message: NewMessage<'_>,
        words_are_new: bool,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let digits = message.first.digits();
        let mut notes =
            vec![self.put_new(record::beside(digits, record::message_id_key(message.id)))?];
        if message.has_own_id() && words_are_new {
            let mut words = record::beside(digits, record::message_id_key(message.words_id));
            words.insert(CLAIMED_BY.to_owned(), AttributeValue::S(message.id.to_owned()));
            notes.push(self.put_new(words)?);
        }
        Ok(notes)
    }

    /// A write of an item that is not there yet.
    pub(in crate::store) fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        self.put_if(item, "attribute_not_exists(pk)")
    }

    /// A write of an item under a condition.
    pub(in crate::store) fn put_if(
        &self,
        item: Item,
        condition: &str,
    ) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.payment_numbers.in_item(item)))
            .condition_expression(condition)
            .build()
            .map_err(defect)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Sets or removes exactly what differs, against the version and the status that were seen.
    fn update(&self, decision: &Decision<'_>) -> Result<Update, Error> {
        let digits = decision.seen.ticket_id.digits();
        let (pk, sk) = record::key(digits);
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .condition_expression("version = :seen AND #status = :from")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(
                ":from",
                AttributeValue::S(decision.seen.status.name().to_owned()),
            )
            .expression_attribute_values(
                ":seen",
                AttributeValue::N(decision.seen.version.to_string()),
            );
        let (mut set, mut removed) = (Vec::new(), Vec::new());
        for (index, (name, value)) in decision.differences(self.shards)?.into_iter().enumerate() {
            let value = value.map(|value| self.payment_numbers.in_attribute(&name, value));
            update = update.expression_attribute_names(format!("#n{index}"), name);
            if let Some(value) = value {
                update = update.expression_attribute_values(format!(":v{index}"), value);
                set.push(format!("#n{index} = :v{index}"));
            } else {
                removed.push(format!("#n{index}"));
            }
        }
        if decision.ends_ai_work {
            removed.extend(record::PENDING_AI_WORK.map(str::to_owned));
        }
        // The version always differs, so there is always something to set.
        let mut expression = format!("SET {}", set.join(", "));
        if !removed.is_empty() {
            expression.push_str(&format!(" REMOVE {}", removed.join(", ")));
        }
        update.update_expression(expression).build().map_err(defect)
    }
}

impl Decision<'_> {
    /// The attributes of the ticket's item that change, each with its new value or none.
    fn differences(
        &self,
        shards: ListShards,
    ) -> Result<Vec<(String, Option<AttributeValue>)>, Error> {
        let (seen, mut next) = (ticket_item(self.seen)?, ticket_item(&self.next)?);
        let mut changed_at = None;
        if let Some(at) = self.report.and_then(|report| report.at) {
            next.insert("source_event_at".to_owned(), AttributeValue::S(format_time(at)));
        }
        if self.next.status != self.seen.status {
            let shard = shards.of(self.next.ticket_id.digits());
            let shard = record::status_shard(self.next.status, shard);
            next.insert("status_shard".to_owned(), AttributeValue::S(shard));
            // Removed when there is none: it differs from what is seen either way.
            let at = self.status_changed_at().map(|at| AttributeValue::S(format_time(at)));
            changed_at = Some(("status_changed_at".to_owned(), at));
        }
        // A message that reopens a ticket here does so at the source too.
        let reopened = self.message.filter(|_| self.next.status != self.seen.status);
        if self.report.is_some() || reopened.is_some() {
            let status = AttributeValue::S(self.next.status.name().to_owned());
            next.insert("reported_status".to_owned(), status);
        }
        let names: BTreeSet<&String> = seen.keys().chain(next.keys()).collect();
        Ok(names
            .into_iter()
            .filter(|name| seen.get(*name) != next.get(*name))
            .map(|name| (name.clone(), next.get(name).cloned()))
            .chain(changed_at)
            .collect())
    }

    /// When the status changed: by the clock of the source if that says when, else by ours. `None` where
    /// the ticket tells or nothing can follow.
    fn status_changed_at(&self) -> Option<DateTime<Utc>> {
        let of_source = match (self.report, self.message) {
            (Some(report), _) => report.at,
            (None, Some(message)) => message.sent_at,
            (None, None) => None,
        };
        match self.next.status {
            Status::Closed => None,
            Status::Resolved => of_source,
            Status::New | Status::Open | Status::InProgress => Some(of_source.unwrap_or(self.now)),
        }
    }

    /// What the history says of it. A message alone is no entry: it has a list of its own.
    fn change(&self) -> Option<TicketChange> {
        let moved = self.next.status != self.seen.status;
        let fields = ChangedFields::between(self.seen, &self.next);
        let is_told = self.ends_ai_work || self.internal_note.is_some();
        (moved || !fields.is_empty() || is_told).then(|| TicketChange {
            version: self.next.version,
            from: moved.then_some(self.seen.status),
            to: moved.then_some(self.next.status),
            fields,
            actor: self.actor.name().to_owned(),
            note: self.note.map(str::to_owned),
            at: self.now,
            source: self.actor.source(),
        })
    }

    /// What an agent thereby says of the AI's suggestion.
    fn correction(&self) -> Option<Correction> {
        let is_by_agent = matches!(self.actor, Actor::Agent { .. });
        is_by_agent.then(|| Correction::of(self.seen, &self.next)).flatten()
    }

    fn message_record<'a>(&self, message: NewMessage<'a>) -> MessageRecord<'a> {
        MessageRecord {
            version: self.next.version,
            message_id: message.id,
            direction: None,
            author: None,
            text: message.text,
            source: message.actor.name(),
            received_at: format_time(self.now),
            sent_at: message.sent_at.map(format_time),
        }
    }

    fn note_record<'a>(&'a self, note: &'a WrittenAs<'a>) -> MessageRecord<'a> {
        MessageRecord {
            version: self.next.version,
            message_id: &note.id,
            direction: Some(MessageDirection::Note),
            author: Some(self.actor.name()),
            text: note.text,
            source: Source::Api.name(),
            received_at: format_time(self.now),
            sent_at: None,
        }
    }

    /// An item that stands beside the ticket at the version that the write makes.
    fn beside<T: Serialize>(&self, kind: TimelineKind, content: &T) -> Result<Item, Error> {
        let (digits, version) = (self.next.ticket_id.digits(), self.next.version);
        let mut whole = record::beside(digits, kind.key(version));
        whole.extend(item(content)?);
        Ok(whole)
    }
}

/// A [`copilot_core::ticket::TicketMessage`] as it is written; `StoredMessage` reads it.
#[derive(Serialize)]
struct MessageRecord<'a> {
    version: u64,
    message_id: &'a str,
    /// Nothing for what comes in, as in messages from before there were others.
    direction: Option<MessageDirection>,
    author: Option<&'a str>,
    text: &'a str,
    source: &'a str,
    received_at: String,
    sent_at: Option<String>,
}

/// A ticket's own attributes.
fn ticket_item(ticket: &Ticket) -> Result<Item, Error> {
    item(&TicketRow::from(ticket))
}

/// What is null or empty is left out, as in a ticket's own item.
fn item<T: Serialize>(content: &T) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(content).map_err(unwritten)?;
    record::leave_out_empty(&mut item);
    Ok(item)
}

fn unwritten(error: serde_dynamo::Error) -> Error {
    Error::internal(OPERATION, error)
}

fn defect(error: BuildError) -> Error {
    Error::internal(OPERATION, error)
}

#[cfg(test)]
mod tests;
