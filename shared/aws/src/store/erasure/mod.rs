//! Removing what is known of a customer, or of a ticket that is old, in steps that may end anywhere and
//! are gone on with by whoever comes next.
//!
//! 1. Webhook bodies that were kept and name the customer are forgotten, before the tickets that tell
//!    the customer's addresses are.
//! 2. Each ticket becomes an [`ErasedMark`], in one write: from then on nobody reads or changes it, so
//!    nothing can be added to it.
//! 3. The rows that hang on it are deleted, with the corrections that agents gave by them.
//! 4. The mark loses the keys under which it was found; without an identity it goes too.
//! 5. What the AI learned since the first of these corrections is forgotten.
//!
//! Each write that removes something counts it in the same transaction, on the erasure's own row. So the
//! counts are right whatever ends in the middle, and however many erase at once.

mod kept;
mod learned;
mod mark;
mod report;
mod rows;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::change::write::End;
use super::record::{self, Item};
use super::scan_by_age::AgeScan;
use super::{Store, failure, unless_not_met};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{CustomerId, TicketId};
pub(super) use kept::KnownBy;
pub(super) use mark::ErasedMark;
use report::Counted;
pub use report::{ErasedCounts, Erasure};

/// The name of the erasure of what is kept no longer.
const RETENTION: &str = "retention";
const OPERATION: &str = "erase a ticket";

impl Store {
    /// Removes what is known of a customer until all is removed or `until` is over, and says what was
    /// removed since the erasure began. Safe to repeat, which goes on where it ended. A ticket that comes
    /// in meanwhile may stay.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; what was removed by then is.
    pub async fn erase_customer(
        &self,
        customer_id: &CustomerId,
        until: Instant,
        now: DateTime<Utc>,
    ) -> Result<Erasure, Error> {
        let name = customer_id.as_str();
        let begun = self.begin_erasure(name, now).await?;
        let mut ids = self.ids_of_customer(customer_id.clone()).await?;
        // The other ids follow from tickets under this one, so these go last.
        ids.reverse();
        let mut is_done = self.erase_kept_bodies(name, &ids, &begun, until).await?;
        for id in &ids {
            is_done = is_done && self.erase_tickets_of(id, name, until, now).await?;
        }
        if is_done {
            self.forget_learned(name, now).await?;
            self.finish_erasure(name, now).await?;
        }
        self.erasure(name).await?.ok_or(Error::defect("read an erasure"))
    }

    /// Customers whose erasure is not finished, at most [`limits::UNFINISHED_ERASURES`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn unfinished_erasures(&self) -> Result<Vec<CustomerId>, Error> {
        let names = self.unfinished().await?.into_iter();
        Ok(names.filter(|name| name != RETENTION).map(CustomerId::restored).collect())
    }

    /// Erases a closed ticket that nobody has changed since it was `seen` at this version. Says whether
    /// all of it is gone.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn erase_old(
        &self,
        seen: &copilot_core::ticket::Ticket,
        until: Instant,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let Some(item) = self.get_item(seen.ticket_id.digits()).await? else { return Ok(true) };
        let version = item.get("version").and_then(|version| version.as_n().ok());
        if version.is_some_and(|version| *version != seen.version.to_string()) {
            return Ok(false);
        }
        self.erase_ticket(seen.ticket_id.digits(), RETENTION, until, now).await
    }

    /// What the AI learned from tickets that [`Store::erase_old`] erased is forgotten.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn forget_learned_from_old(&self, now: DateTime<Utc>) -> Result<(), Error> {
        self.forget_learned(RETENTION, now).await
    }

    /// Goes on with tickets of one of the [`Store::shards`] whose erasure ended in the middle. Says how
    /// many are gone now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn erase_left_over(
        &self,
        shard: u32,
        until: Instant,
        now: DateTime<Utc>,
    ) -> Result<usize, Error> {
        let page = self
            .scan_by_age(AgeScan {
                operation: "list half-erased tickets",
                index: "by-status",
                attribute: "status_shard",
                partition: record::erasing_shard(shard),
                before: now + TimeDelta::days(1),
                limit: limits::ERASURE_PAGE_TICKETS,
                after: None,
            })
            .await?;
        let mut erased = 0;
        for (_, ticket_id) in page.tickets {
            let Some(item) = self.get_item(ticket_id.digits()).await? else { continue };
            let erasure = ErasedMark::read(&item).and_then(|mark| mark.erasure);
            let Some(erasure) = erasure else { continue };
            if self.erase_ticket(ticket_id.digits(), &erasure, until, now).await? {
                erased += 1;
            }
        }
        Ok(erased)
    }

    /// Erases the tickets under `id` for the erasure `name`. Says whether none is left.
    async fn erase_tickets_of(
        &self,
        id: &CustomerId,
        name: &str,
        until: Instant,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let mut position: Option<String> = None;
        loop {
            let page = self.tickets_of(id, now, position.as_deref()).await?;
            for ticket_id in page.tickets {
                if !self.erase_ticket(ticket_id.digits(), name, until, now).await? {
                    return Ok(false);
                }
            }
            position = page.next;
            if position.is_none() {
                return Ok(true);
            }
        }
    }

    async fn tickets_of(
        &self,
        id: &CustomerId,
        now: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<CustomerPage, Error> {
        let page = self
            .scan_by_age(AgeScan {
                operation: "list a customer's tickets",
                index: "by-customer",
                attribute: "customer_id",
                partition: id.as_str().to_owned(),
                before: now + TimeDelta::days(1),
                limit: limits::ERASURE_PAGE_TICKETS,
                after,
            })
            .await?;
        let tickets = page.tickets.into_iter().map(|(_, ticket_id)| ticket_id).collect();
        Ok(CustomerPage { tickets, next: page.next })
    }

    /// Erases what stands under these digits, if it is not erased yet. False when `until` was over first.
    async fn erase_ticket(
        &self,
        digits: u32,
        erasure: &str,
        until: Instant,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        for _ in 0..limits::CHANGE_ATTEMPTS {
            if Instant::now() >= until {
                return Ok(false);
            }
            let Some(item) = self.get_item(digits).await? else { return Ok(true) };
            let mark = match ErasedMark::read(&item) {
                Some(mark) if mark.erasure.is_none() => return Ok(true),
                Some(mark) => mark,
                None => {
                    let mark = ErasedMark::of(&item, erasure, now);
                    if !self.mark_erased(&item, &mark).await? {
                        continue;
                    }
                    mark
                }
            };
            let erasure = mark.erasure.as_deref().unwrap_or(erasure);
            if !self.erase_rows(digits, erasure, until).await? {
                return Ok(false);
            }
            self.end_mark(&item, &mark).await?;
            return Ok(true);
        }
        Err(Error::unavailable(OPERATION))
    }

    /// Puts the mark in the ticket's place. False when the ticket has been changed meanwhile.
    async fn mark_erased(&self, item: &Item, mark: &ErasedMark) -> Result<bool, Error> {
        let version = item.get("version").ok_or(Error::defect(OPERATION))?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(mark.under_way(item, self.shards)?))
            .condition_expression("version = :version")
            .expression_attribute_values(":version", version.clone())
            .build()
            .map_err(|error| Error::internal(OPERATION, error))?;
        let put = TransactWriteItem::builder().put(put).build();
        let erasure = mark.erasure.as_deref().unwrap_or(RETENTION);
        self.remove(vec![put], erasure, &[(Counted::Tickets, 1)]).await
    }

    /// The last step: nothing of the ticket is left but the mark.
    async fn end_mark(&self, item: &Item, mark: &ErasedMark) -> Result<(), Error> {
        let failed = |error| failure(OPERATION, &error);
        if mark.is_needed() {
            let put = self.client.put_item().table_name(&self.table);
            put.set_item(Some(mark.item(item)?)).send().await.map_err(failed)?;
            return Ok(());
        }
        let key = |name: &str| item.get(name).cloned().ok_or(Error::defect(OPERATION));
        let outcome = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", key("pk")?)
            .key("sk", key("sk")?)
            // A ticket may have taken the free place meanwhile.
            .condition_expression("attribute_exists(erased_at) OR attribute_not_exists(pk)")
            .send()
            .await;
        unless_not_met(OPERATION, outcome)
    }

    /// Makes the writes and adds to the counts of the erasure, all or none. False when a condition of a
    /// write is not met.
    async fn remove(
        &self,
        mut writes: Vec<TransactWriteItem>,
        erasure: &str,
        counts: &[(Counted, usize)],
    ) -> Result<bool, Error> {
        writes.push(self.count_erased(erasure, counts)?);
        Ok(self.transact(writes, None).await? == End::Done)
    }

    /// Deletes an item that is there.
    fn delete(&self, key: &Item) -> Result<TransactWriteItem, Error> {
        let part = |name: &str| -> Result<AttributeValue, Error> {
            key.get(name).cloned().ok_or(Error::defect(OPERATION))
        };
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", part("pk")?)
            .key("sk", part("sk")?)
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|error| Error::internal(OPERATION, error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

struct CustomerPage {
    tickets: Vec<TicketId>,
    next: Option<String>,
}
