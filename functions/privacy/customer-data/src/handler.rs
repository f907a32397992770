//! Hands over what is kept of a customer, and erases it.

use copilot_aws::store::{Cursors, Store};
use copilot_core::error::Error;
use copilot_core::ticket::{CustomerId, now};
use copilot_service::http::{
    Access, CustomerErasure, CustomerExport, ExportedRecord, Request, Response, Scope,
};
use copilot_service::limits::{ERASE_TIME, PAGE_RECORDS_DEFAULT, PAGE_RECORDS_MAXIMUM};
use copilot_service::telemetry::{Gauge, measure};
use tokio::time::Instant;

/// What the function needs.
pub struct Handler {
    /// Where tickets are kept.
    pub store: Store,
    /// What seals the cursors of exports.
    pub cursors: Cursors,
    /// What callers may do.
    pub access: Access,
}

impl Handler {
    /// Answers 200 with a page of what is kept of the customer whom the path names, or erases it: 200
    /// when nothing is left, 202 when the same call is to be made again.
    ///
    /// # Errors
    /// What is wrong with the request, or that the store does not answer.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("GET, DELETE")?;
        // Whoever may erase a customer may see all of them first.
        self.access.require(Scope::Erase, request)?;
        let customer_id = request.path_parameter("customer_id");
        let customer_id: CustomerId = customer_id.parse().map_err(|_| NO_SUCH_CUSTOMER)?;
        match request.method() {
            "DELETE" => self.erase(request, customer_id).await,
            _ => self.export(request, customer_id).await,
        }
    }

    async fn export(&self, request: &Request, customer_id: CustomerId) -> Result<Response, Error> {
        let mut query = request.query();
        let limit = query.take_limit(PAGE_RECORDS_DEFAULT, PAGE_RECORDS_MAXIMUM);
        let expected = "Must be the next_cursor of a page of this very export.";
        let from = query.take("cursor", expected, |text| {
            self.cursors.open_export(text, &customer_id, now()).ok()
        });
        query.finish()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = self.store.export(&customer_id, from, limit).await?;
        let seal = |place| self.cursors.seal_export(&place, &customer_id, now());
        let body = CustomerExport {
            next_cursor: page.next.map(seal),
            records: page.records.into_iter().map(ExportedRecord::from).collect(),
            customer_id,
        };
        Response::export(&body, &request.address_without("cursor"))
    }

    async fn erase(&self, request: &Request, customer_id: CustomerId) -> Result<Response, Error> {
        request.query().finish()?;
        let until = Instant::now() + ERASE_TIME;
        let erasure = self.store.erase_customer(&customer_id, until, now()).await?;
        let is_finished = erasure.finished_at.is_some();
        measure(&[(Gauge::Erased, erasure.erased.tickets)]);
        // Not of whom: the id is made from an address.
        tracing::info!(tickets = erasure.erased.tickets, is_finished, "customer erased");
        Response::erasure(&CustomerErasure::of(customer_id, erasure))
    }
}

const NO_SUCH_CUSTOMER: Error =
    Error::NotFound("The customer_id in the path is not of the form CUST-DF36B01B83A62E00D460.");
