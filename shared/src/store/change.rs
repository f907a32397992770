//! Changes of stored tickets. Each is one transaction: the ticket, against the state that was seen,
//! and what is to be remembered of the change.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use chrono::{DateTime, Utc};

use super::record::{self, Item};
use super::{Store, failure};
use crate::error::Error;
use crate::limits;
use crate::ticket::{ExpectedVersion, Status, Ticket, TicketId, format_time};

/// Who changed a ticket, for its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A support agent, through our API.
    Agent {
        /// Who it is, where an authorizer knows. It came in one header, so it is no longer than that.
        caller: Option<&'a str>,
    },
    /// Zendesk, through its webhook.
    Zendesk,
    /// Intercom, through its webhook.
    Intercom,
}

impl<'a> Actor<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Agent { caller } => caller.unwrap_or("agent"),
            Self::Zendesk => "zendesk",
            Self::Intercom => "intercom",
        }
    }
}

/// A change of status that a source reports.
#[derive(Debug, Clone, Copy)]
pub struct ReportedStatus<'a> {
    /// The status in our words.
    pub status: Status,
    /// Why, in the source's words: its own status, or `merged`.
    pub note: &'a str,
    /// When it happened there; an older report than one that was taken before changes nothing.
    pub at: Option<DateTime<Utc>>,
    /// Who reports it.
    pub actor: Actor<'a>,
}

/// A message of the customer on a ticket that is known.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'a> {
    /// What the source calls it; the same id is the same message.
    pub id: &'a str,
    /// The customer's words.
    pub text: &'a str,
    /// When it was written, if the source says so.
    pub sent_at: Option<DateTime<Utc>>,
    /// Who brings it.
    pub actor: Actor<'a>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// The ticket as it is now.
    Done(Ticket),
    /// Nothing: it was so before, came too late, or the lifecycle has no such step.
    Unchanged(Ticket),
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    /// It is on the ticket now.
    Now(Ticket),
    /// It was on the ticket before.
    Before(Ticket),
    /// The ticket is closed and takes none.
    Closed(Ticket),
}

/// One write, decided on the state `seen`.
struct Decision<'a> {
    seen: &'a Ticket,
    status: Status,
    note: Option<&'a str>,
    actor: Actor<'a>,
    source_event_at: Option<DateTime<Utc>>,
    message: Option<NewMessage<'a>>,
    now: DateTime<Utc>,
}

enum Written {
    Done(Box<Ticket>),
    /// The ticket is no longer as it was seen.
    Outdated,
    /// The message was added before.
    MessageKnown,
}

impl Store {
    /// Moves a ticket of an `expected` version to `status` if the lifecycle allows it; a ticket that
    /// is there already is answered unchanged. `caller` is the agent, for the history.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Outdated`] when the ticket is of another version;
    /// [`Error::Conflict`] when the lifecycle forbids it or others keep
    /// changing the ticket; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn change_status(
        &self,
        ticket_id: TicketId,
        status: Status,
        expected: &ExpectedVersion,
        caller: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Ticket, Error> {
        for _ in 0..limits::CHANGE_ATTEMPTS {
            let ticket = self.read(ticket_id).await?;
            if !expected.allows(ticket.version) {
                return Err(Error::Outdated);
            }
            match ticket.status.transition_to(status) {
                Ok(false) => return Ok(ticket),
                Ok(true) => {}
                Err(forbidden) => return Err(Error::Conflict(forbidden.to_string())),
            }
            let decision = Decision {
                seen: &ticket,
                status,
                note: None,
                actor: Actor::Agent { caller },
                source_event_at: None,
                message: None,
                now,
            };
            if let Written::Done(changed) = self.write(&decision).await? {
                return Ok(*changed);
            }
        }
        Err(Error::Conflict("The ticket is being changed by others; try again.".to_owned()))
    }

    /// Moves a ticket as its source reports. What the lifecycle has no step for is left alone: the
    /// source cannot be told to take it back.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn take_reported_status(
        &self,
        ticket_id: TicketId,
        reported: ReportedStatus<'_>,
        now: DateTime<Utc>,
    ) -> Result<Changed, Error> {
        for _ in 0..limits::CHANGE_ATTEMPTS {
            let known = self.read_record(ticket_id).await?;
            let late = known.source_event_at.zip(reported.at).is_some_and(|(taken, at)| at < taken);
            let ticket = known.ticket;
            if late || ticket.status.transition_to(reported.status) != Ok(true) {
                return Ok(Changed::Unchanged(ticket));
            }
            let decision = Decision {
                seen: &ticket,
                status: reported.status,
                note: Some(reported.note),
                actor: reported.actor,
                source_event_at: reported.at,
                message: None,
                now,
            };
            if let Written::Done(changed) = self.write(&decision).await? {
                return Ok(Changed::Done(*changed));
            }
        }
        Err(Error::Unavailable { operation: "take a reported status", source: None })
    }

    /// Adds a message of the customer, once. A resolved ticket reopens; a closed one takes none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn add_message(
        &self,
        ticket_id: TicketId,
        message: NewMessage<'_>,
        now: DateTime<Utc>,
    ) -> Result<Added, Error> {
        for _ in 0..limits::CHANGE_ATTEMPTS {
            let ticket = self.read(ticket_id).await?;
            if ticket.status == Status::Closed {
                let known = self.has_message(ticket_id, message.id).await?;
                return Ok(if known { Added::Before(ticket) } else { Added::Closed(ticket) });
            }
            let reopens = ticket.status == Status::Resolved;
            let decision = Decision {
                seen: &ticket,
                status: if reopens { Status::Open } else { ticket.status },
                note: reopens.then_some("the customer wrote again"),
                actor: message.actor,
                source_event_at: None,
                message: Some(message),
                now,
            };
            match self.write(&decision).await? {
                Written::Done(changed) => return Ok(Added::Now(*changed)),
                Written::MessageKnown => return Ok(Added::Before(ticket)),
                Written::Outdated => {}
            }
        }
        Err(Error::Unavailable { operation: "add a message", source: None })
    }

    async fn has_message(&self, ticket_id: TicketId, message: &str) -> Result<bool, Error> {
        let (pk, _) = record::key(ticket_id.digits());
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", AttributeValue::S(record::message_key(message)))
            .projection_expression("pk")
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("look for a message", &error))?;
        Ok(answer.item.is_some())
    }

    async fn write(&self, decision: &Decision<'_>) -> Result<Written, Error> {
        const OPERATION: &str = "change a ticket";
        let defect = |error: aws_smithy_types::error::operation::BuildError| Error::Internal {
            operation: OPERATION,
            source: Some(error.into()),
        };
        let update = self.update(decision).map_err(defect)?;
        let mut writes = vec![TransactWriteItem::builder().update(update).build()];
        let remembered = decision.history().into_iter().chain(decision.message_item());
        for item in remembered {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk)")
                .build()
                .map_err(defect)?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        let message_at = decision.message.map(|_| writes.len() - 1);
        let outcome =
            self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = outcome else { return Ok(Written::Done(Box::new(decision.result()))) };
        let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
            error.as_service_error()
        else {
            return Err(failure(OPERATION, &error));
        };
        let codes: Vec<&str> =
            canceled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
        let failed = |index: usize| codes.get(index) == Some(&"ConditionalCheckFailed");
        if message_at.is_some_and(failed) {
            Ok(Written::MessageKnown)
        } else if codes
            .iter()
            .any(|code| ["ConditionalCheckFailed", "TransactionConflict"].contains(code))
        {
            Ok(Written::Outdated)
        } else {
            Err(failure(OPERATION, &error))
        }
    }

    fn update(
        &self,
        decision: &Decision<'_>,
    ) -> Result<Update, aws_smithy_types::error::operation::BuildError> {
        let digits = decision.seen.ticket_id.digits();
        let (pk, sk) = record::key(digits);
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = |value: u64| AttributeValue::N(value.to_string());
        let mut expression =
            "SET #status = :to, status_shard = :shard, updated_at = :now, version = :next"
                .to_owned();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .condition_expression("version = :seen AND #status = :from")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":from", text(decision.seen.status.name()))
            .expression_attribute_values(":to", text(decision.status.name()))
            .expression_attribute_values(
                ":shard",
                AttributeValue::S(record::status_shard(decision.status, digits)),
            )
            .expression_attribute_values(":now", AttributeValue::S(format_time(decision.now)))
            .expression_attribute_values(":seen", number(decision.seen.version))
            .expression_attribute_values(":next", number(decision.seen.version + 1));
        if let Some(at) = decision.source_event_at {
            expression.push_str(", source_event_at = :at");
            update = update.expression_attribute_values(":at", AttributeValue::S(format_time(at)));
        }
        update.update_expression(expression).build()
    }
}

impl Decision<'_> {
    /// The ticket as it is once the write is done.
    fn result(&self) -> Ticket {
        Ticket {
            status: self.status,
            version: self.seen.version + 1,
            updated_at: self.now,
            ..self.seen.clone()
        }
    }

    /// What is remembered of a change of status.
    fn history(&self) -> Option<Item> {
        (self.status != self.seen.status).then(|| {
            let mut item = record::beside(
                self.seen.ticket_id.digits(),
                record::history_key(self.seen.version + 1),
            );
            let mut set = |name: &str, value: &str| {
                item.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
            };
            set("from", self.seen.status.name());
            set("to", self.status.name());
            set("actor", self.actor.name());
            set("at", &format_time(self.now));
            if let Some(note) = self.note {
                set("note", note);
            }
            item
        })
    }

    fn message_item(&self) -> Option<Item> {
        self.message.map(|message| {
            let mut item =
                record::beside(self.seen.ticket_id.digits(), record::message_key(message.id));
            let mut set = |name: &str, value: &str| {
                item.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
            };
            set("message_id", message.id);
            set("text", message.text);
            set("source", message.actor.name());
            set("received_at", &format_time(self.now));
            if let Some(sent_at) = message.sent_at {
                set("sent_at", &format_time(sent_at));
            }
            item
        })
    }
}
