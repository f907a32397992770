//! A message of the customer, added once.

use chrono::{DateTime, Utc};

use super::write::{Decision, Tries, Written};
use super::{Added, NewMessage};
use crate::store::Store;
use copilot_core::error::Error;
use copilot_core::ticket::{Status, TicketId};

impl Store {
    /// Adds a message of the customer, once. A resolved ticket reopens, unless the message came with the
    /// news that it is resolved; a closed one takes none.
    ///
    /// A source may tell of one message with its id and again with its words alone. So both are noted
    /// beside the conversation's first ticket: words alone are known when they were told in any way, and
    /// an id that is not known may still belong to words that came without one.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn add_message(
        &self,
        ticket_id: TicketId,
        message: NewMessage<'_>,
        now: DateTime<Utc>,
    ) -> Result<Added, Error> {
        let mut tries = Tries::begin();
        while tries.is_another() {
            let ticket = self.read_cut(ticket_id).await?;
            let words = self.words_noted(message.first, message.words_id).await?;
            let is_claimable = words.are_unclaimed() && message.has_own_id();
            // Otherwise the write finds what is known already.
            if (is_claimable || ticket.status == Status::Closed)
                && self.has_message(message.first, ticket_id, message.id).await?
            {
                return Ok(Added::AlreadyAdded(ticket));
            }
            if is_claimable {
                if self.claim_words(&message).await? {
                    return Ok(Added::AlreadyAdded(ticket));
                }
                continue;
            }
            if ticket.status == Status::Closed {
                return Ok(Added::Closed(ticket));
            }
            let reopened = match ticket.status {
                Status::Resolved if message.reopens => {
                    ticket.moved_to(Status::Open, ticket.time_of_change(now)).ok().flatten()
                }
                _ => None,
            };
            let note = reopened.is_some().then_some("the customer wrote again");
            let next = reopened.unwrap_or_else(|| ticket.clone());
            let decision = Decision {
                note,
                message: Some(message),
                words_are_new: words.are_new(),
                ..Decision::new(&ticket, next, message.actor, now)
            };
            match self.write(&decision).await? {
                Written::Done(changed) => return Ok(Added::Now(*changed)),
                Written::Duplicate => return Ok(Added::AlreadyAdded(ticket)),
                Written::Outdated => {}
            }
        }
        Err(Error::unavailable("add a message"))
    }
}
