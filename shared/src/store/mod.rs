//! Tickets in DynamoDB. This module alone knows the table.
//!
//! One table, keyed `pk` (the eight hex digits of a ticket id) and `sk` (`ticket`), with two index
//! keys on each ticket, both sorted by `created_key` and spread over [`limits::LIST_SHARDS`]:
//!
//! | pattern | key or index |
//! |---|---|
//! | create, read, change one ticket | table, `pk` + `sk` |
//! | all tickets, newest first | `by-creation`: `list_shard`, `created_key` |
//! | tickets of one status, newest first | `by-status`: `status_shard`, `created_key` |
//!
//! The indexes hold keys only; a page's tickets are then read from the table by `BatchGetItem`.

mod cursor;
mod list;
mod record;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use chrono::{DateTime, Utc};

use crate::aws::failure;
use crate::error::Error;
use crate::intake::{Identity, NewTicket};
use crate::limits;
use crate::ticket::{Status, Ticket, TicketId, format_time};

pub use cursor::{Cursor, NotACursor};
pub use list::Page;
use record::TicketRecord;

/// The table of tickets.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
}

/// What became of a [`NewTicket`].
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// It is stored now.
    New(Ticket),
    /// The same thing was stored before; this is its ticket as it is today.
    Existing(Ticket),
}

/// What became of one conditional write.
enum Put {
    Done(Ticket),
    Taken(TicketRecord),
}

impl Store {
    /// The table named `table` in the account that `configuration` reaches.
    pub fn new(configuration: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(configuration), table }
    }

    /// Stores `new` under an id that nothing else has, or finds the ticket that its
    /// [`Identity`] already is. One conditional write decides.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; then nothing is known to be stored, and the
    /// same call is safe to repeat for an identity that is not unique.
    pub async fn create(&self, new: &NewTicket, now: DateTime<Utc>) -> Result<Created, Error> {
        let write_token = uuid::Uuid::new_v4().simple().to_string();
        for attempt in 0..limits::ID_ATTEMPTS {
            let (ticket_id, identity) = match &new.identity {
                Identity::Unique => (TicketId::draw(now), None),
                Identity::Of(text) => (TicketId::derive(text, attempt, now), Some(text.clone())),
            };
            let ticket = Ticket::open(new, ticket_id, now);
            let record = TicketRecord::new(ticket, identity, write_token.clone());
            match self.put(record).await? {
                Put::Done(ticket) => return Ok(Created::New(ticket)),
                // The SDK repeated a write whose answer it did not see: it is ours all the same.
                Put::Taken(taken) if taken.write_token == write_token => {
                    return Ok(Created::New(taken.ticket));
                }
                Put::Taken(taken) if new.identity.is(taken.identity.as_deref()) => {
                    return Ok(Created::Existing(taken.ticket));
                }
                Put::Taken(_) => {}
            }
        }
        Err(Error::Unavailable { operation: "find an id that is free", source: None })
    }

    async fn put(&self, record: TicketRecord) -> Result<Put, Error> {
        const OPERATION: &str = "store a ticket";
        let outcome = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(record.to_item()?))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match outcome {
            Ok(_) => Ok(Put::Done(record.ticket)),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(taken)) => {
                    let item = taken.item().cloned().unwrap_or_default();
                    Ok(Put::Taken(TicketRecord::from_item(item)?))
                }
                _ => Err(failure(OPERATION, &error)),
            },
        }
    }

    /// The ticket as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn read(&self, ticket_id: TicketId) -> Result<Ticket, Error> {
        let (pk, sk) = record::key(ticket_id.digits());
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("read a ticket", &error))?;
        let item = answer.item.ok_or(NO_SUCH_TICKET)?;
        let ticket = TicketRecord::from_item(item)?.ticket;
        // Digits alone are the key, so an id with another date finds an item but is no ticket's id.
        if ticket.ticket_id == ticket_id { Ok(ticket) } else { Err(NO_SUCH_TICKET) }
    }

    /// Moves a ticket to `status` if the lifecycle allows it; a ticket that is there already is
    /// answered unchanged. The write holds only against the state that the decision was made on.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when the lifecycle forbids it or others keep
    /// changing the ticket; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn change_status(
        &self,
        ticket_id: TicketId,
        status: Status,
        now: DateTime<Utc>,
    ) -> Result<Ticket, Error> {
        for _ in 0..limits::CHANGE_ATTEMPTS {
            let ticket = self.read(ticket_id).await?;
            match ticket.status.transition_to(status) {
                Ok(false) => return Ok(ticket),
                Ok(true) => {}
                Err(forbidden) => return Err(Error::Conflict(forbidden.to_string())),
            }
            if let Some(changed) = self.write_status(&ticket, status, now).await? {
                return Ok(changed);
            }
        }
        Err(Error::Conflict("The ticket is being changed by others; try again.".to_owned()))
    }

    /// `None` when the ticket is no longer as `seen`.
    async fn write_status(
        &self,
        seen: &Ticket,
        status: Status,
        now: DateTime<Utc>,
    ) -> Result<Option<Ticket>, Error> {
        let (pk, sk) = record::key(seen.ticket_id.digits());
        let number = |value: u64| AttributeValue::N(value.to_string());
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", sk)
            .update_expression(
                "SET #status = :to, status_shard = :shard, updated_at = :now, version = :next",
            )
            .condition_expression("version = :seen AND #status = :from")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":from", AttributeValue::S(seen.status.name().to_owned()))
            .expression_attribute_values(":to", AttributeValue::S(status.name().to_owned()))
            .expression_attribute_values(
                ":shard",
                AttributeValue::S(record::status_shard(status, seen.ticket_id.digits())),
            )
            .expression_attribute_values(":now", AttributeValue::S(format_time(now)))
            .expression_attribute_values(":seen", number(seen.version))
            .expression_attribute_values(":next", number(seen.version + 1))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match outcome {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                TicketRecord::from_item(item).map(|record| Some(record.ticket))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(failure("change a ticket's status", &error)),
            },
        }
    }
}

const NO_SUCH_TICKET: Error = Error::NotFound("There is no ticket with this id.");

impl Identity {
    fn is(&self, stored: Option<&str>) -> bool {
        match self {
            Self::Unique => false,
            Self::Of(text) => stored == Some(text),
        }
    }
}
