//! Tickets in DynamoDB. This module alone knows the table.
//!
//! One table, keyed `pk` (the eight hex digits of a ticket id) and `sk` (`ticket`), with index keys
//! on each ticket, all sorted by `created_key` and spread over [`ListShards`]:
//!
//! | pattern | key or index |
//! |---|---|
//! | create, read, change one ticket | table, `pk` + `sk` |
//! | changes and messages of a ticket, oldest first | table, `pk`, `sk` = `history#<version>` or `message#<version>` |
//! | a ticket's description over 8 KB | table, `pk`, `sk` = `text#description` |
//! | whether a conversation has a message, by its id and by its words | table, `pk` of its first ticket, `sk` = `message-id#<id>` |
//! | whether a notification about it was taken | table, `pk` of its first ticket, `sk` = `event-id#<id>` |
//! | what the AI learned from them, by version | table, `pk` = `adaptation`, `sk` = `version#<number>` or `active` |
//! | corrections of the AI by agents, newest first | table, `pk` = `corrections`, `sk` = time and digits |
//! | erasures by customer, and what the schedule removed | table, `pk` = `erasure`, `sk` = the customer's id or `retention` |
//! | that a ticket was erased | table, `pk` + `sk` as the ticket had, with nothing of it |
//! | unreadable webhook bodies of a source | table, `pk` = `unreadable#<source>` |
//! | all tickets, newest first | `by-creation`: `list_shard`, `created_key` |
//! | tickets of one status, newest first; resolved, closed and half-erased ones, oldest first | `by-status`: `status_shard`, `created_key` |
//! | tickets of one customer | `by-customer`: `customer_id`, `created_key` |
//! | tickets about one order | `by-order`: `order_id`, `created_key`, only those that name one |
//! | tickets whose AI work may not be queued, oldest first | `awaiting-ai-work`: `ai_work_shard`, `created_key` |
//!
//! The indexes hold keys only; a page's tickets are then read from the table by `BatchGetItem`.

mod adaptation;
mod ai_work;
mod batch;
mod change;
mod conversation;
mod corrections;
mod cursor;
mod customer;
mod draft;
mod erasure;
mod export;
#[cfg(test)]
mod fake;
mod list;
mod long_text;
mod payment_numbers;
mod record;
mod resolved;
mod rows;
mod scan_by_age;
mod shards;
mod suggestion;
mod ticket_row;
mod timeline;
mod timeline_record;
mod unreadable;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use crate::connection::{Connection, UNSIGNED, connect_ahead_timeouts, failure};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::stack_key::StackKey;
use copilot_core::ticket::{CustomerId, ExternalId, Identity, NewTicket, Ticket, TicketId};

pub use adaptation::{AdaptationFigures, AdaptationVersion};
pub use ai_work::{StrandedPage, StrandedTicket};
pub use change::{
    Actor, Added, Changed, NewMessage, NewNote, Noted, ReportedStatus, RequestedChange, Suggested,
};
pub use corrections::{Correction, CorrectionPage};
pub use cursor::{Cursors, ParseCursorError};
pub use draft::SavedDraft;
pub use erasure::{ErasedCounts, Erasure};
use erasure::{ErasedMark, KnownBy};
pub use export::{ExportPage, ExportPlace, ExportRecord};
pub use list::{Page, Position};
pub use payment_numbers::{ParsePaymentNumbersError, PaymentNumbers};
use record::{Item, TicketRecord};
pub use resolved::ResolvedPage;
pub use rows::{UnreadableRowsCounter, count_unreadable_rows};
pub use shards::{ListShards, ParseListShardsError};
pub use timeline::{TimelinePage, VersionPosition};
pub use unreadable::{KeptBodies, KeptBody, UnreadableBody};

/// The table of tickets.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
    shards: ListShards,
    key: StackKey,
    payment_numbers: PaymentNumbers,
}

/// What became of a [`NewTicket`].
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// It is stored now.
    New(Ticket),
    /// The same thing was stored before.
    Existing {
        /// The ticket as it is today.
        ticket: Ticket,
        /// Whether the client was told then that its AI work is delayed.
        ai_work_delayed: bool,
    },
}

/// A ticket that an identity became.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The ticket as it is now.
    pub ticket: Ticket,
    /// The message that made it, when it follows up on a closed ticket or when its first words came as a
    /// message.
    pub opened_by: Option<ExternalId>,
    /// Of a conversation's first ticket: the number of the newest follow-up that is known; 0 for none.
    pub newest_follow_up: u32,
}

/// What is known of an identity.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// It became this ticket.
    Ticket(Box<Found>),
    /// Its ticket was erased then.
    Erased(DateTime<Utc>),
}

/// What stands under a ticket's key.
enum Held {
    Ticket(Box<TicketRecord>),
    Erased(ErasedMark),
}

impl Held {
    fn read(item: Item) -> Result<Self, Error> {
        match ErasedMark::read(&item) {
            Some(mark) => Ok(Self::Erased(mark)),
            None => TicketRecord::from_item(item).map(|record| Self::Ticket(Box::new(record))),
        }
    }
}

/// What became of one conditional write.
enum Put {
    Done(Box<Ticket>),
    IdTaken(Held),
}

impl Store {
    /// The table named `table` in the account that `connection` reaches, its list indexes spread over
    /// `shards` partitions, ids derived under `key`. Of card numbers and IBANs it keeps what
    /// `payment_numbers` says.
    pub fn new(
        connection: &Connection,
        table: String,
        shards: ListShards,
        key: StackKey,
        payment_numbers: PaymentNumbers,
    ) -> Self {
        let configuration = connection.to_service("AWS_ENDPOINT_URL_DYNAMODB");
        Self { client: Client::new(&configuration), table, shards, key, payment_numbers }
    }

    /// The partitions of the list indexes, for who reads them one by one.
    pub fn shards(&self) -> ListShards {
        self.shards
    }

    /// Opens a connection to DynamoDB ahead of the first request, while Lambda still gives the
    /// function a whole processor: a TLS handshake costs more than the request itself. The call is
    /// not signed, so it is refused and counts for nobody; that it is answered at all is enough.
    pub async fn connect_ahead(&self) {
        let unsigned = Config::builder()
            .allow_no_auth()
            .auth_scheme_preference([UNSIGNED])
            .retry_config(RetryConfig::disabled())
            .timeout_config(connect_ahead_timeouts());
        let call = self.client.describe_endpoints().customize().config_override(unsigned).send();
        // A failure costs the first request its time, nothing else.
        let _ = call.await;
    }

    /// Opens a connection for each of the [`Store::shards`], at most
    /// [`limits::SHARD_CONNECTIONS_AHEAD`], ahead of the first request that reads them all.
    pub async fn connect_ahead_for_shards(&self) {
        let shards = self.shards.numbers().take(limits::SHARD_CONNECTIONS_AHEAD);
        join_all(shards.map(|_| self.connect_ahead())).await;
    }

    /// Stores `new` under an id that nothing else has, or finds the ticket that its
    /// [`Identity`] already is. One conditional write decides. Before it, a request is looked for under
    /// the digits of yesterday. Who makes a ticket of what comes from outside has asked [`Store::find`]
    /// first, which alone looks under the digits from before there was a key.
    ///
    /// # Errors
    /// [`Error::Erased`] when the identity's ticket was erased; [`Error::Unavailable`] or
    /// [`Error::Internal`]; then nothing is known to be stored, and the same call is safe to repeat for
    /// an identity that is not unique.
    pub async fn create(&self, new: &NewTicket, now: DateTime<Utc>) -> Result<Created, Error> {
        if let Identity::Request { yesterday, .. } = &new.identity {
            match self.find_keyed(yesterday).await? {
                Some(Held::Ticket(before)) => return self.existing(*before).await,
                Some(Held::Erased(_)) => return Err(Error::Erased),
                None => {}
            }
        }
        let write_token = uuid::Uuid::new_v4().simple().to_string();
        for attempt in 0..limits::ID_ATTEMPTS {
            let (ticket_id, identity) = match new.identity.text() {
                None => (TicketId::draw(now), None),
                Some(text) => {
                    (TicketId::derive(&self.key, text, attempt, now), Some(text.to_owned()))
                }
            };
            let mut ticket = Ticket::open(new, ticket_id, now);
            ticket.customer_id = self.customer_id(new);
            let mut record = TicketRecord::new(ticket, identity, write_token.clone(), self.shards);
            record.opened_by.clone_from(&new.opened_by);
            match self.put(record).await? {
                Put::Done(ticket) => return Ok(Created::New(*ticket)),
                // The SDK repeated a write whose answer it did not see: it is ours all the same.
                Put::IdTaken(Held::Ticket(taken)) if taken.write_token == write_token => {
                    return Ok(Created::New(self.whole(*taken).await?.ticket));
                }
                Put::IdTaken(Held::Ticket(taken))
                    if new.identity.is_stored_as(taken.identity.as_deref()) =>
                {
                    return self.existing(*taken).await;
                }
                Put::IdTaken(Held::Erased(mark))
                    if new.identity.text().is_some_and(|identity| mark.is_of(identity)) =>
                {
                    return Err(Error::Erased);
                }
                Put::IdTaken(_) => {}
            }
        }
        Err(Error::unavailable("find an id that is free"))
    }

    /// The customer's id in this stack. Of what goes on from a ticket of before there was a key, it is
    /// the one of today if the address tells it.
    fn customer_id(&self, new: &NewTicket) -> CustomerId {
        let of_address = new.customer_email.as_ref().map(CustomerId::of);
        of_address.unwrap_or_else(|| new.customer_id.clone()).under(&self.key)
    }

    async fn existing(&self, record: TicketRecord) -> Result<Created, Error> {
        let record = self.whole(record).await?;
        Ok(Created::Existing {
            ai_work_delayed: record.ai_work_delayed == Some(true),
            ticket: record.ticket,
        })
    }

    async fn put(&self, mut record: TicketRecord) -> Result<Put, Error> {
        const OPERATION: &str = "store a ticket";
        if let Some(text) = record.take_long_text() {
            if self.put_with_long_text(&record, &text).await? {
                let ticket = Ticket { description: text, ..record.ticket };
                return Ok(Put::Done(Box::new(ticket)));
            }
            let taken = self.get(record.ticket.ticket_id.digits()).await?;
            return taken.map(Put::IdTaken).ok_or(Error::unavailable(OPERATION));
        }
        let outcome = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.payment_numbers.in_item(record.to_item()?)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match outcome {
            Ok(_) => Ok(Put::Done(Box::new(record.ticket))),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(taken)) => {
                    let item = taken.item().cloned().unwrap_or_default();
                    Ok(Put::IdTaken(Held::read(item)?))
                }
                _ => Err(failure(OPERATION, &error)),
            },
        }
    }

    /// The ticket as it is now, with its whole description.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn read(&self, ticket_id: TicketId) -> Result<Ticket, Error> {
        let record = self.read_record(ticket_id).await?;
        Ok(self.whole(record).await?.ticket)
    }

    /// The ticket as it is now, with a cut of a long description.
    async fn read_cut(&self, ticket_id: TicketId) -> Result<Ticket, Error> {
        self.read_record(ticket_id).await.map(|record| record.ticket)
    }

    /// What is known of an identity, if anything is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn find(&self, identity: &str) -> Result<Option<Known>, Error> {
        let held = match self.find_keyed(identity).await? {
            None => self.find_former(identity).await?,
            held => held,
        };
        Ok(match held {
            None => None,
            Some(Held::Erased(mark)) => Some(Known::Erased(mark.erased_at)),
            Some(Held::Ticket(record)) => {
                let TicketRecord { ticket, opened_by, newest_follow_up, .. } =
                    self.whole(*record).await?;
                let newest_follow_up = newest_follow_up.unwrap_or_default();
                Some(Known::Ticket(Box::new(Found { ticket, opened_by, newest_follow_up })))
            }
        })
    }

    async fn find_keyed(&self, identity: &str) -> Result<Option<Held>, Error> {
        // The key is the same on every day; the date of the id does not matter.
        let digits =
            |attempt| TicketId::derive(&self.key, identity, attempt, DateTime::UNIX_EPOCH).digits();
        self.search(identity, (0..limits::ID_ATTEMPTS).map(digits)).await
    }

    /// What the identity became before there was a key.
    async fn find_former(&self, identity: &str) -> Result<Option<Held>, Error> {
        let digits = |attempt| TicketId::former_digits(identity, attempt);
        self.search(identity, (0..limits::FORMER_ID_ATTEMPTS).map(digits)).await
    }

    /// What has this identity under these digits, of which it took the first free ones.
    async fn search(
        &self,
        identity: &str,
        digits: impl Iterator<Item = u32>,
    ) -> Result<Option<Held>, Error> {
        for digits in digits {
            let Some(held) = self.get(digits).await? else {
                return Ok(None);
            };
            // Another ticket may have taken these digits first, so that ours went to the next.
            let is_ours = match &held {
                Held::Ticket(found) => found.identity.as_deref() == Some(identity),
                Held::Erased(mark) => mark.is_of(identity),
            };
            if is_ours {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    async fn read_record(&self, ticket_id: TicketId) -> Result<TicketRecord, Error> {
        match self.get(ticket_id.digits()).await? {
            // Digits alone are the key, so an id with another date finds an item but is no ticket's
            // id.
            Some(Held::Ticket(record)) if record.ticket.ticket_id == ticket_id => Ok(*record),
            _ => Err(NO_SUCH_TICKET),
        }
    }

    async fn get(&self, digits: u32) -> Result<Option<Held>, Error> {
        self.get_item(digits).await?.map(Held::read).transpose()
    }

    async fn get_item(&self, digits: u32) -> Result<Option<Item>, Error> {
        let (pk, sk) = record::key(digits);
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
        Ok(answer.item)
    }
}

/// What an outcome comes to where a condition that is not met means that nothing is left to do.
fn unless_not_met<T, E: ProvideErrorMetadata>(
    operation: &'static str,
    outcome: Result<T, SdkError<E, HttpResponse>>,
) -> Result<(), Error> {
    let Err(error) = outcome else { return Ok(()) };
    match error.as_service_error().and_then(|error| error.meta().code()) {
        Some("ConditionalCheckFailedException") => Ok(()),
        _ => Err(failure(operation, &error)),
    }
}

const NO_SUCH_TICKET: Error = Error::NotFound("There is no ticket with this id.");
