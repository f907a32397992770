//! Customers: what is kept of one, to hand over or to erase.

use copilot_core::ticket::CustomerId;
use utoipa::IntoParams;

use super::{ServerErrors, Unauthorized};
use crate::http::{CustomerErasure, CustomerExport, Problem};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportParameters {
    /// The most records to return; those that are read together with the last one come too.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous page of this export. It is valid for seven days.
    #[param(pattern = "^[A-Za-z0-9_-]+$", min_length = 1, max_length = 256)]
    cursor: Option<String>,
}

/// Export a customer
///
/// All that is kept of a customer: each ticket with its history and messages, and webhook bodies that
/// could not be read and name the customer. Card numbers and IBANs are masked as everywhere. Needs the
/// scope `erase`.
#[utoipa::path(
    get,
    path = "/api/customers/{customer_id}/export",
    tag = "customers",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("customer_id" = inline(CustomerId), Path), ExportParameters),
    responses(
        (status = 200, description = "A page of what is kept", body = CustomerExport,
            headers(("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"))),
        Unauthorized,
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not have the scope `erase`", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The customer id is not valid", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn export_customer() {}

/// Erase a customer
///
/// Removes the customer's tickets with messages, history and corrections, what the AI learned since the
/// first of these corrections, and webhook bodies that name the customer. Safe to repeat. 202 means that
/// time was over: the same call goes on, and so does a schedule. A customer of whom nothing is kept is
/// erased at once. Needs the scope `erase`.
#[utoipa::path(
    delete,
    path = "/api/customers/{customer_id}",
    tag = "customers",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("customer_id" = inline(CustomerId), Path)),
    responses(
        (status = 200, description = "Nothing is left", body = CustomerErasure),
        (status = 202, description = "Something is left; make the same call again", body = CustomerErasure,
            headers(("Retry-After" = u32, description = "Seconds to wait"))),
        Unauthorized,
        (status = 400, description = "A query parameter is unknown; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token does not have the scope `erase`", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "The customer id is not valid", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn erase_customer() {}
