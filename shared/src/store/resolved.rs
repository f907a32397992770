//! Resolved tickets that may be due to be closed.

use chrono::{DateTime, Utc};
use futures_util::stream::{StreamExt, iter};

use super::oldest::Oldest;
use super::{Store, record};
use crate::error::Error;
use crate::limits;
use crate::ticket::{Status, Ticket};

/// Resolved tickets of one shard, the oldest by creation first.
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
    /// Resolved tickets of a shard (0 to [`limits::LIST_SHARDS`] - 1) that were made before `before`,
    /// after the position `after`: at most [`limits::RESOLVED_PAGE_TICKETS`].
    ///
    /// The index `by-status` sorts by the time of creation and not of resolution, so each ticket is
    /// read to see since when it is resolved. That stays bounded: who asks for those resolved before
    /// a time gives this time as `before`, since no ticket is resolved before it is made; and what
    /// is due is closed and leaves the index. What is read in vain is only what was resolved since
    /// that time and is older.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when the index cannot be read.
    pub async fn resolved(
        &self,
        shard: u32,
        before: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<ResolvedPage, Error> {
        let oldest = self
            .oldest(Oldest {
                operation: "list resolved tickets",
                index: "by-status",
                attribute: "status_shard",
                partition: record::status_shard_number(Status::Resolved, shard),
                before,
                limit: limits::RESOLVED_PAGE_TICKETS,
                after,
            })
            .await?;
        let reads = iter(oldest.tickets).map(|(_, ticket_id)| self.get(ticket_id.digits()));
        let mut reads = reads.buffer_unordered(limits::RESOLVED_AT_ONCE);
        let mut page = ResolvedPage { next: oldest.next, ..ResolvedPage::default() };
        while let Some(read) = reads.next().await {
            match read {
                Ok(record) => page.tickets.extend(record.map(|record| record.ticket)),
                Err(error) => page.failure = Some(error),
            }
        }
        Ok(page)
    }
}
