//! Answers a page of a ticket's changes or messages.

use copilot_core::error::Error;
use copilot_core::http::{ChangePage, MessagePage, Request, Response};
use copilot_core::limits::{PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAXIMUM};
use copilot_core::store::VersionCursor;
use copilot_core::ticket::TicketId;

use crate::handler::Handler;

/// What the query asks for.
struct Asked {
    limit: u32,
    after: Option<VersionCursor>,
}

impl Handler {
    pub(crate) async fn changes(
        &self,
        ticket_id: &str,
        request: &Request,
    ) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        let Asked { limit, after } = asked(request, ticket_id)?;
        let page = self.store.changes(ticket_id, limit, after.as_ref()).await?;
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        Response::changes(ChangePage { changes: page.entries, next_cursor }, ticket_id)
    }

    pub(crate) async fn messages(
        &self,
        ticket_id: &str,
        request: &Request,
    ) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        let Asked { limit, after } = asked(request, ticket_id)?;
        let page = self.store.messages(ticket_id, limit, after.as_ref()).await?;
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        Response::messages(MessagePage { messages: page.entries, next_cursor }, ticket_id)
    }
}

fn asked(request: &Request, ticket_id: TicketId) -> Result<Asked, Error> {
    let mut query = request.query();
    let limit = query.take_limit(PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAXIMUM);
    let after = query.take("cursor", "Must be the next_cursor of a page of this ticket.", |text| {
        VersionCursor::parse(text, ticket_id).ok()
    });
    query.finish()?;
    Ok(Asked { limit, after })
}
