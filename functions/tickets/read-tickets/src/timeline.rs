//! Answers a page of a ticket's changes or messages.

use copilot_aws::store::VersionPosition;
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, now};
use copilot_service::http::{ChangePage, ChangeView, MessagePage, MessageView, Request, Response};
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
        let seal = |position| self.cursors.seal_version(position, ticket_id, now());
        let next_cursor = page.next.map(seal);
        let page = ChangePage {
            changes: page.entries.into_iter().map(ChangeView::from).collect(),
            next_cursor,
        };
        Response::changes(&page, ticket_id)
    }

    pub(crate) async fn messages(
        &self,
        ticket_id: &str,
        request: &Request,
    ) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        let Asked { limit, after } = self.asked(request, ticket_id)?;
        let page = self.store.messages(ticket_id, limit, after).await?;
        let seal = |position| self.cursors.seal_version(position, ticket_id, now());
        let next_cursor = page.next.map(seal);
        let page = MessagePage {
            messages: page.entries.into_iter().map(MessageView::from).collect(),
            next_cursor,
        };
        Response::messages(&page, ticket_id)
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
