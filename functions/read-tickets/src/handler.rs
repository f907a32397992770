//! Answers one ticket, what is remembered of it, or a page of tickets.

use copilot_core::error::Error;
use copilot_core::http::{Request, Response, TicketPage};
use copilot_core::limits::{PAGE_TICKETS_DEFAULT, PAGE_TICKETS_MAXIMUM};
use copilot_core::store::{Cursor, Store};
use copilot_core::ticket::{Status, TicketId};

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
}

impl Handler {
    /// Answers 200 with the ticket that the path names, with a page of its changes or messages, or with
    /// the page of tickets that the query asks for.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("GET")?;
        match request.path_parameter("ticket_id") {
            "" => self.list(request).await,
            ticket_id => match request.route_path() {
                "/api/tickets/{ticket_id}/history" => self.changes(ticket_id, request).await,
                "/api/tickets/{ticket_id}/messages" => self.messages(ticket_id, request).await,
                _ => self.read(ticket_id).await,
            },
        }
    }

    async fn read(&self, ticket_id: &str) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        Response::ticket(&self.store.read(ticket_id).await?)
    }

    async fn list(&self, request: &Request) -> Result<Response, Error> {
        let mut query = request.query();
        let statuses = format!("Must be one of {}.", Status::names(&Status::ALL));
        let status = query.take("status", &statuses, Status::parse);
        let limits = format!("Must be a whole number from 1 to {PAGE_TICKETS_MAXIMUM}.");
        let limit = query.take("limit", &limits, |value| {
            value.parse().ok().filter(|limit| (1..=PAGE_TICKETS_MAXIMUM).contains(limit))
        });
        let after =
            query.take("cursor", "Must be the next_cursor of a page of this list.", |text| {
                Cursor::parse(text, status).ok()
            });
        query.finish()?;
        let limit = limit.unwrap_or(PAGE_TICKETS_DEFAULT);
        let page = self.store.list(status, limit, after.as_ref()).await?;
        Response::ok(&TicketPage {
            tickets: page.tickets,
            next_cursor: page.next.map(|cursor| cursor.to_string()),
        })
    }
}
