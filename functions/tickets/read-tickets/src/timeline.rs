//! Answers a page of a ticket's changes or messages.

use copilot_aws::store::{TimelinePage, VersionPosition};
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, now};
use copilot_service::http::{ChangePage, MessagePage, Request, Response};
use copilot_service::limits::{PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAXIMUM};

use crate::handler::Handler;

/// What the query asks for.
struct Asked {
    limit: u32,
    after: Option<VersionPosition>,
}

impl Handler {
    pub(crate) async fn changes(
        &self,
        ticket_id: &str,
        request: &Request,
    ) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        let Asked { limit, after } = self.asked(request, ticket_id)?;
        let page = self.store.changes(ticket_id, limit, after).await?;
        let (changes, next_cursor) = self.shown(page, ticket_id);
        Response::changes(&ChangePage { changes, next_cursor }, ticket_id)
    }

    pub(crate) async fn messages(
        &self,
        ticket_id: &str,
        request: &Request,
    ) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        let Asked { limit, after } = self.asked(request, ticket_id)?;
        let page = self.store.messages(ticket_id, limit, after).await?;
        let (messages, next_cursor) = self.shown(page, ticket_id);
        Response::messages(&MessagePage { messages, next_cursor }, ticket_id)
    }

    /// The entries of a page as clients see them, and the cursor of the next page.
    fn shown<Entry, View: From<Entry>>(
        &self,
        page: TimelinePage<Entry>,
        ticket_id: TicketId,
    ) -> (Vec<View>, Option<String>) {
        let seal = |position| self.cursors.seal_version(position, ticket_id, now());
        (page.entries.into_iter().map(View::from).collect(), page.next.map(seal))
    }

    fn asked(&self, request: &Request, ticket_id: TicketId) -> Result<Asked, Error> {
        let mut query = request.query();
        let limit = query.take_limit(PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAXIMUM);
        let expected = "Must be the next_cursor of a page of this ticket.";
        let after = query.take("cursor", expected, |text| {
            self.cursors.open_version(text, ticket_id, now()).ok()
        });
        query.finish()?;
        Ok(Asked { limit, after })
    }
}
