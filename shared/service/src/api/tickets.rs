//! Tickets: create, list, read, change.

use copilot_core::ticket::{
    ActorName, Assignee, Category, CustomerId, CustomerName, Description, EmailAddress, Note,
    OrderId, Priority, Source, Status, Subject, Tag, TicketId, blank_schema,
};
use serde::Deserialize;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::{BodyErrors, NotAllowed, NotModified, ServerErrors, Unauthorized};
use crate::http::{
    ChangePage, CreatedTicket, FormTokenAnswer, MessagePage, Problem, TicketPage, TicketSuggestion,
    TicketView,
};

/// A new ticket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "customer_email": "john.doe@example.com",
    "customer_name": "John Doe",
    "subject": "Order hasn't shipped yet",
    "description": "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
    "order_id": "2021",
    "source": "web"
}))]
pub struct CreateTicket {
    #[schema(inline)]
    pub customer_email: EmailAddress,
    #[schema(schema_with = optional::<CustomerName>)]
    pub customer_name: Option<CustomerName>,
    #[schema(inline)]
    pub subject: Subject,
    #[schema(inline)]
    pub description: Description,
    #[schema(schema_with = optional::<OrderId>)]
    pub order_id: Option<OrderId>,
    #[schema(schema_with = optional_source)]
    pub source: Option<Source>,
}

/// The new status of a ticket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "resolved", "note": "Sent a new parcel"}))]
pub struct StatusChange {
    pub status: Status,
    #[schema(schema_with = optional::<Note>)]
    pub note: Option<Note>,
    #[schema(schema_with = optional::<ActorName>)]
    pub actor: Option<ActorName>,
}

/// The fields to set in a ticket, as a JSON Merge Patch (RFC 7396): an absent field stays as it is,
/// null clears it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"priority": "high", "category": "shipping", "assignee": null}))]
pub struct TicketPatch {
    #[schema(nullable = false)]
    pub priority: Option<Priority>,
    pub category: Option<Category>,
    #[schema(schema_with = nullable::<Assignee>)]
    pub assignee: Option<Assignee>,
    /// All labels of the ticket; one that is named twice counts once.
    #[schema(max_items = 100)]
    pub tags: Option<Vec<Tag>>,
}

/// A field that may be absent, null or blank.
pub(super) fn optional<T: PartialSchema>() -> Schema {
    alternatives(T::schema()).into()
}

/// A field that may be absent or null.
fn nullable<T: PartialSchema>() -> Schema {
    OneOfBuilder::new().item(T::schema()).item(ObjectBuilder::new().schema_type(Type::Null)).into()
}

fn optional_source() -> Schema {
    alternatives(Source::schema()).default(Some(Source::default().name().into())).into()
}

fn alternatives(named: RefOr<Schema>) -> OneOfBuilder {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(named).item(blank_schema()).item(null)
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct CustomerParameters {
    /// Only tickets of the customer with this address, in any case.
    #[param(inline)]
    customer_email: Option<EmailAddress>,
    /// Only tickets of this customer.
    #[param(inline)]
    customer_id: Option<CustomerId>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
struct KnownTag {
    /// The `ETag` of an answer that the client has: 304 without a body as long as it is still right.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParameters {
    /// Only tickets with this status.
    #[param(inline)]
    status: Option<Status>,
    /// Only tickets with this priority.
    #[param(inline)]
    priority: Option<Priority>,
    /// Only tickets in this category.
    #[param(inline)]
    category: Option<Category>,
    /// Only tickets from this source.
    #[param(inline)]
    source: Option<Source>,
    /// Only tickets about this order.
    #[param(inline)]
    order_id: Option<OrderId>,
    /// Only tickets with this tag.
    #[param(inline)]
    tag: Option<Tag>,
    /// Only tickets of this agent, by the name as it stands on them, or with `none` those of nobody.
    #[param(min_length = 1, max_length = 254)]
    assignee: Option<String>,
    /// Only tickets whose suggestion a person should look at, or with `false` those whose suggestion
    /// nobody needs to.
    needs_review: Option<bool>,
    /// Only tickets whose customer spoke last: neither resolved nor closed since; with `false` the others.
    unanswered: Option<bool>,
    /// Only tickets last changed at this time or later.
    #[param(format = DateTime)]
    updated_after: Option<String>,
    /// Only tickets created at this time or later.
    #[param(format = DateTime)]
    created_after: Option<String>,
    /// Only tickets created before this time.
    #[param(format = DateTime)]
    created_before: Option<String>,
    /// Sorted by creation time: newest first (`desc`) or oldest first (`asc`).
    #[param(pattern = "^(desc|asc)$", default = "desc")]
    order: Option<String>,
    /// With `row`, each ticket is a `TicketRow`: what an inbox shows, and the beginning of the description.
    #[param(pattern = "^row$")]
    fields: Option<String>,
    /// The most tickets to return.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous page of a list with the same filters and order. It is valid
    /// for seven days.
    #[param(pattern = "^[A-Za-z0-9_-]+$", min_length = 1, max_length = 256)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct EntryParameters {
    /// The most entries to return.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous page for the same ticket.
    #[param(pattern = "^[A-Za-z0-9_-]+$", min_length = 1, max_length = 256)]
    cursor: Option<String>,
}

/// Create a ticket
///
/// Anybody may call this, unless the stack asks who calls. `source` is `web` or `api`; only a caller who
/// may change tickets names another.
///
/// With an `Idempotency-Key` the request can be retried safely: the same key with the same body gets
/// the first answer again, with `Idempotent-Replayed: true`, and creates no second ticket. A key belongs to
/// its customer, or to the caller if an authorizer knows it, and is valid on its day (UTC) and the next; that
/// of a ticket that was erased is refused.
///
/// HTML in `subject` and `description` becomes words, control characters become spaces.
#[utoipa::path(
    post,
    path = "/api/tickets/create",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
            description = "A random value for each ticket, such as a UUID: 1 to 255 visible ASCII characters, quoted or not"),
        ("Form-Token" = Option<String>, Header, nullable = false,
            description = "The `form_token` of `GET /api/form-token`, where the stack asks strangers for one"),
    ),
    request_body = CreateTicket,
    responses(
        (status = 201, description = "The ticket is stored", body = CreatedTicket,
            headers(
                ("Location" = String, description = "The ticket's address"),
                ("ETag" = String, description = "The ticket's version"),
                ("Idempotent-Replayed" = Option<String>, description = "`true` when the ticket already existed"),
            )),
        Unauthorized,
        NotAllowed,
        (status = 410, description = "The ticket of this `Idempotency-Key` was erased", body = Problem,
            content_type = "application/problem+json"),
        BodyErrors,
        ServerErrors,
    )
)]
pub fn create_ticket() {}

/// Get a token for a form
///
/// A stack may ask a stranger for it before a ticket is created (`FormToken`). It holds for an hour, and for
/// pages of the `origin` that the query names, else of the header `Origin`, else for any.
#[utoipa::path(
    get,
    path = "/api/form-token",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("origin" = Option<String>, Query, nullable = false, min_length = 1, max_length = 267,
        description = "The origin of the page with the form, such as https://shop.example")),
    responses(
        (status = 200, description = "The token", body = FormTokenAnswer),
        Unauthorized,
        NotAllowed,
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The stack asks for no token", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub fn form_token() {}

/// List tickets
///
/// Filters can be combined freely. Orders, customers and statuses are indexed; other filters are applied
/// to the tickets found that way, at most 500 of them per page. Such a page may hold fewer tickets than
/// its limit, or none, and still have a next page.
#[utoipa::path(
    get,
    path = "/api/tickets",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(CustomerParameters, ListParameters, KnownTag),
    responses(
        (status = 200, description = "A page of tickets", body = TicketPage,
            headers(
                ("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"),
                ("ETag" = String, description = "What the page shows, for `If-None-Match`"),
            )),
        NotModified,
        Unauthorized,
        NotAllowed,
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn list_tickets() {}

/// List tickets
#[utoipa::path(
    get,
    path = "/api/tickets/",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    description = "The same as without the slash.",
    params(CustomerParameters, ListParameters, KnownTag),
    responses(
        (status = 200, description = "A page of tickets", body = TicketPage,
            headers(
                ("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"),
                ("ETag" = String, description = "What the page shows, for `If-None-Match`"),
            )),
        NotModified,
        Unauthorized,
        NotAllowed,
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn list_tickets_with_slash() {}

/// List the tickets of a customer
///
/// The same address, however it is written, is one customer in every source. The answer does not reveal
/// whether a customer exists: without tickets, the list is empty.
#[utoipa::path(
    get,
    path = "/api/customers/{customer_id}/tickets",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("customer_id" = inline(CustomerId), Path), ListParameters, KnownTag),
    responses(
        (status = 200, description = "A page of tickets", body = TicketPage,
            headers(
                ("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"),
                ("ETag" = String, description = "What the page shows, for `If-None-Match`"),
            )),
        NotModified,
        Unauthorized,
        NotAllowed,
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The customer id is not valid", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn list_tickets_of_customer() {}

/// Read a ticket
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path), KnownTag),
    responses(
        Unauthorized,
        NotAllowed,
        (status = 200, description = "The ticket", body = TicketView,
            headers(("ETag" = String, description = "The ticket's version, for `If-Match` and `If-None-Match`"))),
        NotModified,
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn read_ticket() {}

/// Read the history of a ticket
///
/// Every change, oldest first: of the status, with `from` and `to`, or of other fields, with `fields`.
/// The creation of the ticket is not a change; see `created_at` and `source`. A message from the
/// customer makes a version too and is listed under `messages`, so a version that is missing here is
/// one of those.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/history",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path), EntryParameters),
    responses(
        Unauthorized,
        NotAllowed,
        (status = 200, description = "A page of changes", body = ChangePage,
            example = json!({"changes": [
                {"version": 2, "from": "new", "to": "open", "fields": {}, "actor": "agent",
                    "note": null, "at": "2024-11-03T10:45:00.000Z", "source": "api"},
                {"version": 3, "from": null, "to": null,
                    "fields": {"priority": {"from": "medium", "to": "high"}}, "actor": "agent",
                    "note": null, "at": "2024-11-03T10:46:00.000Z", "source": "api"}
            ], "next_cursor": null})),
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn read_history() {}

/// Read later messages and notes
///
/// What the customer wrote after the description, with the direction `in`, and what agents wrote for
/// each other, with the direction `note`, in order of arrival.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/messages",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path), EntryParameters),
    responses(
        Unauthorized,
        NotAllowed,
        (status = 200, description = "A page of messages", body = MessagePage,
            example = json!({"messages": [
                {"version": 3, "direction": "in", "author": null, "message_id": "40100000004", "text": "Any news?", "source": "zendesk",
                    "received_at": "2024-11-04T08:00:01.000Z", "sent_at": "2024-11-04T08:00:00.000Z"}
            ], "next_cursor": null})),
        (status = 400, description = "Some query parameters are not valid; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn read_messages() {}

/// Read what the AI suggests for a ticket
///
/// The same as the ticket's `ai_…` fields. It is made once, some seconds after the ticket is created; a
/// ticket that is closed before then has none. What the AI is sure of is set on the ticket, unless an
/// agent has already set it.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/suggestions",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path)),
    responses(
        (status = 200, description = "The latest suggestion", body = TicketSuggestion,
            example = json!({"ticket_id": "TKT-20241103-A1B2C3D4", "suggestion": {
                "category": "shipping", "priority": "medium", "reply": null, "confidence": 0.912,
                "reasons": [{"for": "category", "rule": "words", "words": ["shipped"]}],
                "extracted": [{"field": "description", "start": 10, "end": 14, "kind": "order_id",
                    "order_id": "2021", "confidence": "high"}],
                "language": "en", "model": "hashed-ngrams@1", "needs_review": false,
                "processed_at": "2024-11-03T10:30:01.000Z"
            }})),
        Unauthorized,
        NotAllowed,
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn read_suggestions() {}

/// Set fields of a ticket
///
/// A JSON Merge Patch (RFC 7396) of `priority`, `category`, `assignee` and `tags`, in any status. A
/// patch that changes nothing returns the ticket unchanged. Once a patch has named a priority or
/// category, the AI no longer changes it, even if the patch only confirmed its value. With `If-Match`
/// the change is made only to the version that you saw; without it, to the current version.
#[utoipa::path(
    patch,
    path = "/api/tickets/{ticket_id}",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(
        ("ticket_id" = inline(TicketId), Path),
        ("If-Match" = Option<String>, Header, nullable = false, pattern = r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#,
            description = "The `ETag` of the ticket as you saw it"),
    ),
    request_body(content((TicketPatch = "application/merge-patch+json"), (TicketPatch = "application/json"))),
    responses(
        Unauthorized,
        NotAllowed,
        (status = 200, description = "The updated ticket", body = TicketView,
            headers(("ETag" = String, description = "The ticket's version, for `If-Match`"))),
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The ticket has a version other than the one in `If-Match`",
            body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        ServerErrors,
    )
)]
pub fn update_ticket() {}

/// Change the status of a ticket
///
/// Steps forward may be skipped; a resolved ticket may go back to open or in_progress; closed is final.
/// A ticket that already has the status is returned unchanged. A resolved ticket that is not reopened
/// is closed after some days. With `If-Match` the change is made only to the version that you saw;
/// without it, to the current version.
#[utoipa::path(
    put,
    path = "/api/tickets/{ticket_id}/status",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(
        ("ticket_id" = inline(TicketId), Path),
        ("If-Match" = Option<String>, Header, nullable = false, pattern = r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#,
            description = "The `ETag` of the ticket as you saw it"),
    ),
    request_body = StatusChange,
    responses(
        Unauthorized,
        NotAllowed,
        (status = 200, description = "The updated ticket", body = TicketView,
            headers(("ETag" = String, description = "The ticket's version, for `If-Match`"))),
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The lifecycle does not allow this change; `detail` names the changes that it allows",
            body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The ticket has a version other than the one in `If-Match`",
            body = Problem, content_type = "application/problem+json"),
        BodyErrors,
        ServerErrors,
    )
)]
pub fn update_status() {}
