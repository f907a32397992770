//! Pages of tickets, merged from the partitions of an index.

mod index;
mod position;

use std::collections::HashMap;

use super::long_text::item_bytes;
use super::record::{self, TicketRecord};
use super::rows::read_rows;
use super::{Error, PaymentNumbers, Store, limits};
use copilot_core::ticket::{SortOrder, Ticket, TicketFilter};
use index::{Entries, Entry, ticket_keys};

pub use position::Position;

/// A page of tickets, as they are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<Shown> {
    /// The tickets, in the order of the list.
    pub tickets: Vec<Shown>,
    /// After which ticket the list goes on, unless this page ends it.
    pub next: Option<Position>,
}

impl Store {
    /// The next tickets that `filter` shows after `after`, at most `limit`.
    ///
    /// An order, a customer or a status is found by an index of its own; what else the filter asks
    /// is looked for among those tickets. A page ends early only when it has read
    /// [`limits::PAGE_READ_TICKETS`] or [`limits::PAGE_READ_BYTES`] or reaches
    /// [`limits::PAGE_BYTES`]; its position then goes on. `show` gives each ticket as it is
    /// answered, and the bytes that it takes there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`], and those of `show`.
    pub async fn list<Shown>(
        &self,
        filter: &TicketFilter,
        order: SortOrder,
        limit: u32,
        after: Option<&Position>,
        show: impl Fn(Ticket) -> Result<(Shown, usize), Error>,
    ) -> Result<Page<Shown>, Error> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let masked = match self.payment_numbers {
            PaymentNumbers::Masked => Some(filter.clone().masked()),
            PaymentNumbers::Whole => None,
        };
        let filter = masked.as_ref().unwrap_or(filter);
        let mut entries = Entries::new(self, filter, order, after, limit);
        let mut page = Page { tickets: Vec::with_capacity(limit), next: None };
        let (mut read, mut read_bytes, mut bytes) = (0, 0, 0);
        let mut last = None;
        while page.tickets.len() < limit
            && read < limits::PAGE_READ_TICKETS
            && read_bytes < limits::PAGE_READ_BYTES
        {
            // As long as every ticket is shown no more are read than the page has room for.
            let is_each_shown = read == page.tickets.len();
            let wanted = if is_each_shown { limit - read } else { limits::BATCH_READ_TICKETS };
            // As large as those before, no more than may still be read.
            let room = (limits::PAGE_READ_BYTES - read_bytes).min(limits::BATCH_READ_BYTES) * read;
            let wanted = room.checked_div(read_bytes).map_or(wanted, |room| wanted.min(room + 1));
            let batch = entries.take(wanted.min(limits::PAGE_READ_TICKETS - read)).await?;
            if batch.is_empty() {
                return Ok(page);
            }
            read += batch.len();
            let (mut found, found_bytes) = self.read_all(&batch).await?;
            read_bytes += found_bytes;
            for entry in batch {
                let listed = found.remove(&entry.created_key).filter(|ticket| filter.shows(ticket));
                if let Some(ticket) = listed {
                    let (shown, shown_bytes) = show(ticket)?;
                    bytes += shown_bytes;
                    let is_too_large = bytes > limits::PAGE_BYTES && !page.tickets.is_empty();
                    if is_too_large || page.tickets.len() == limit {
                        page.next = last;
                        return Ok(page);
                    }
                    page.tickets.push(shown);
                }
                last = Position::of(&entry.created_key);
            }
        }
        if entries.has_more().await? {
            page.next = last;
        }
        Ok(page)
    }

    /// The tickets of `entries` by their `created_key`, and how many bytes were read. One that is
    /// gone is absent, and so is one that cannot be read: it must not hide the others.
    async fn read_all(&self, entries: &[Entry]) -> Result<(HashMap<String, Ticket>, usize), Error> {
        const OPERATION: &str = "read a page of tickets";
        let items = self.read_batch(OPERATION, ticket_keys(entries)).await?;
        let bytes = items.iter().map(item_bytes).sum();
        let tickets = read_rows(OPERATION, items, |item| {
            let ticket = TicketRecord::from_item(item).ok()?.ticket;
            let key = record::created_key(ticket.created_at, ticket.ticket_id.digits());
            Some((key, ticket))
        });
        Ok((tickets.into_iter().collect(), bytes))
    }
}
