//! Answers one ticket, its timeline, or a page of tickets.

use copilot_aws::store::{Cursors, Store};
use copilot_core::error::Error;
use copilot_core::ticket::{CustomerId, TicketId, now};
use copilot_service::http::{
    Access, ListedTicket, Request, Response, Scope, SuggestionView, TicketPage, TicketSuggestion,
};

use crate::list_query::ListQuery;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// What seals the cursors of lists.
    pub cursors: Cursors,
    /// What callers may do.
    pub access: Access,
}

impl Handler {
    /// Answers 200 with the ticket that the path names, with a page of its changes or messages, with
    /// what the AI suggests for it, or with the page of tickets that the query asks for.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("GET")?;
        self.access.require(Scope::Read, request)?;
        match (request.path_parameter("ticket_id"), request.path_parameter("customer_id")) {
            ("", "") => self.list(request, None).await,
            ("", customer_id) => {
                let customer_id = customer_id.parse().map_err(|_| NO_SUCH_CUSTOMER)?;
                self.list(request, Some(customer_id)).await
            }
            (ticket_id, _) => match request.route_path() {
                "/api/tickets/{ticket_id}/history" => self.changes(ticket_id, request).await,
                "/api/tickets/{ticket_id}/messages" => self.messages(ticket_id, request).await,
                "/api/tickets/{ticket_id}/suggestions" => self.suggestion(ticket_id).await,
                _ => self.read(ticket_id).await,
            },
        }
    }

    async fn read(&self, ticket_id: &str) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        Response::ticket(&self.store.read(ticket_id).await?.into())
    }

    /// What the AI suggests for the ticket.
    async fn suggestion(&self, ticket_id: &str) -> Result<Response, Error> {
        let ticket_id = TicketId::parse_in_path(ticket_id)?;
        let ticket = self.store.read(ticket_id).await?;
        let suggestion = ticket.suggestion.map(SuggestionView::from);
        Response::suggestion(&TicketSuggestion { ticket_id, suggestion })
    }

    /// A page of all tickets, or of those of the customer whom the path names.
    async fn list(
        &self,
        request: &Request,
        customer_id: Option<CustomerId>,
    ) -> Result<Response, Error> {
        let query =
            ListQuery::read(request.query(), customer_id, &self.store, &self.cursors, now())?;
        // An address and an id of two customers: nobody is both.
        let Some(mut filter) = query.filter else {
            return Response::page(&TicketPage::default(), "", None, now());
        };
        if let (Some(named), []) = (&filter.customer_id, &filter.further_customer_ids[..]) {
            let mut ids = self.store.ids_of_customer(named.clone()).await?;
            filter.further_customer_ids = ids.split_off(1);
        }
        let filter = &filter;
        let (order, after) = (query.order, query.after.as_ref());
        let show = |ticket| ListedTicket::measured(ticket, query.as_rows);
        let page = self.store.list(filter, order, query.limit, after, show).await?;
        let seal = |position| self.cursors.seal(&position, filter, query.order, now());
        let body = TicketPage { tickets: page.tickets, next_cursor: page.next.map(seal) };
        Response::page(&body, &request.address_without("cursor"), page.next, now())
    }
}

const NO_SUCH_CUSTOMER: Error =
    Error::NotFound("The customer_id in the path is not of the form CUST-DF36B01B83A62E00D460.");
