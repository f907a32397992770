//! Resolved tickets that may be due to be closed, and closed ones that may be due to be erased.

use chrono::{DateTime, Utc};

use super::record::TicketRecord;
use super::scan_by_age::AgeScan;
use super::{Store, record};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{Status, Ticket};

/// Resolved or closed tickets of one shard, the oldest by creation first.
#[derive(Debug, Default)]
pub struct ResolvedPage {
    /// The tickets as they are now. Some may have left the status since the index was written.
    pub tickets: Vec<Ticket>,
    /// Why some of the page's tickets could not be read.
    pub failure: Option<Error>,
    /// Where the next page begins, unless this one ends the shard.
    pub next: Option<String>,
}

impl Store {
    /// Resolved tickets of one of the [`Store::shards`] that were made before `before`, after the position `after`: at most [`limits::RESOLVED_PAGE_TICKETS`].
    ///
    /// The index `by-status` sorts by the time of creation and not of resolution, so each ticket is
    /// read to see since when it is resolved. That stays bounded: who asks for those resolved before
    /// a time gives this time as `before`, since no ticket is resolved before it is made; and what
    /// is due is closed and leaves the index. What is read in vain is only what was resolved since
    /// that time and is older.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when the index or the table cannot be read.
    pub async fn resolved(
        &self,
        shard: u32,
        before: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<ResolvedPage, Error> {
        self.oldest_of(Status::Resolved, shard, before, after).await
    }

    /// The same for closed tickets.
    ///
    /// # Errors
    /// As [`Store::resolved`].
    pub async fn closed(
        &self,
        shard: u32,
        before: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<ResolvedPage, Error> {
        self.oldest_of(Status::Closed, shard, before, after).await
    }

    async fn oldest_of(
        &self,
        status: Status,
        shard: u32,
        before: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<ResolvedPage, Error> {
        let oldest = self
            .scan_by_age(AgeScan {
                operation: "list finished tickets",
                index: "by-status",
                attribute: "status_shard",
                partition: record::status_shard(status, shard),
                before,
                limit: limits::RESOLVED_PAGE_TICKETS,
                after,
            })
            .await?;
        let keys = oldest.tickets.iter().map(|(_, ticket_id)| record::item_key(ticket_id.digits()));
        let items = self.read_batch("read finished tickets", keys.collect()).await?;
        let mut page = ResolvedPage { next: oldest.next, ..ResolvedPage::default() };
        for item in items {
            // One that cannot be read must not keep the others open.
            match TicketRecord::from_item(item) {
                Ok(record) => page.tickets.push(record.ticket),
                Err(error) => page.failure = Some(error),
            }
        }
        Ok(page)
    }
}
