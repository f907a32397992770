//! Each route with its parameters, bodies and answers. The functions are never called; they carry
//! the descriptions.

#![expect(dead_code, reason = "the types only describe; nothing makes them")]

use copilot_core::limits::{
    PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAXIMUM, PAGE_TICKETS_DEFAULT, PAGE_TICKETS_MAXIMUM, TAGS,
};
use copilot_core::ticket::{
    Category, CustomerId, EmailAddress, OrderId, Priority, Source, Status, Tag, TicketId,
};
use copilot_service::http::{
    ChangePage, CreatedTicket, Health, MessagePage, Problem, TicketPage, TicketSuggestion,
    TicketView, WebhookAnswer,
};
use utoipa::{IntoParams, IntoResponses};

use super::GatewayMessage;
use super::bodies::{CreateTicket, IntercomWebhook, StatusChange, TicketPatch, ZendeskWebhook};

/// What any route that needs the store may answer.
#[derive(IntoResponses)]
enum OurTroubles {
    /// A defect of ours; a retry does not help.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// A service that is needed does not answer. `Retry-After` says when to try again.
    #[response(
        status = 503,
        content_type = "application/problem+json",
        headers(("Retry-After" = u32, description = "Seconds to wait"))
    )]
    Unavailable(Problem),
}

/// What API Gateway itself answers on a route that is not open to everybody.
#[derive(IntoResponses)]
enum CallerTroubles {
    /// No token, or not a right one. API Gateway answers this, before any function is called.
    #[response(status = 401)]
    Unauthorized(GatewayMessage),
}

/// What any route that takes a JSON body may answer.
#[derive(IntoResponses)]
enum BodyTroubles {
    /// The body is no JSON object in UTF-8, or a header is wrong.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// The body is over 262,144 bytes.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// Fields are wrong, and `errors` names each of them; or the `Idempotency-Key` came with another
    /// body before.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
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
#[into_params(parameter_in = Query)]
struct ListParameters {
    /// Only tickets of this status.
    #[param(inline)]
    status: Option<Status>,
    /// Only tickets of this priority.
    #[param(inline)]
    priority: Option<Priority>,
    /// Only tickets of this category.
    #[param(inline)]
    category: Option<Category>,
    /// Only tickets that reached us so.
    #[param(inline)]
    source: Option<Source>,
    /// Only tickets about this order.
    #[param(inline)]
    order_id: Option<OrderId>,
    /// Only tickets with this tag.
    #[param(inline)]
    tag: Option<Tag>,
    /// Only tickets made at this time or later.
    #[param(format = DateTime)]
    created_after: Option<String>,
    /// Only tickets made earlier than this.
    #[param(format = DateTime)]
    created_before: Option<String>,
    /// By the time of creation: the newest or the oldest first.
    #[param(pattern = "^(desc|asc)$", default = "desc")]
    order: Option<String>,
    /// Most tickets on the page.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before, in a list with the same filters and order. It holds for
    /// seven days.
    #[param(pattern = "^[A-Za-z0-9_-]+$", min_length = 1, max_length = 256)]
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct EntryParameters {
    /// Most entries on the page.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before, of the same ticket.
    #[param(pattern = "^[A-Za-z0-9_-]+$", min_length = 1, max_length = 256)]
    cursor: Option<String>,
}

// The macros take literals only.
const _: () = assert!(PAGE_ENTRIES_MAXIMUM == 100 && PAGE_ENTRIES_DEFAULT == 25 && TAGS == 100);
const _: () = assert!(PAGE_TICKETS_MAXIMUM == 100 && PAGE_TICKETS_DEFAULT == 25);
const _: () = assert!(copilot_core::limits::BODY_BYTES == 262_144);
const _: () = assert!(copilot_core::limits::CURSOR_BYTES == 256);

/// Create a ticket
///
/// With an `Idempotency-Key` the request may be sent again as often as it takes: the same key and
/// the same body are answered as the first time, with `Idempotent-Replayed: true`, and make no
/// second ticket. Keys are kept as long as their tickets.
#[utoipa::path(
    post,
    path = "/api/tickets/create",
    tag = "tickets",
    params(
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
            description = "Drawn at random for each ticket, such as a UUID: 1 to 255 visible ASCII characters, quoted or not"),
    ),
    request_body = CreateTicket,
    responses(
        (status = 201, description = "The ticket is stored", body = CreatedTicket,
            headers(
                ("Location" = String, description = "The ticket's address"),
                ("ETag" = String, description = "The ticket's version"),
                ("Idempotent-Replayed" = Option<String>, description = "`true` when the ticket was stored before"),
            )),
        (status = 415, description = "The body is not JSON", body = Problem,
            content_type = "application/problem+json"),
        BodyTroubles,
        OurTroubles,
    )
)]
pub fn create_ticket() {}

/// List tickets
///
/// Filters may be combined at will. An order, a customer and a status are found by an index; what else
/// is asked is looked for among those tickets, at most 500 of them for one page. Such a page may have
/// fewer tickets than its limit, or none, and still name a next one.
#[utoipa::path(
    get,
    path = "/api/tickets",
    tag = "tickets",
    params(CustomerParameters, ListParameters),
    responses(
        (status = 200, description = "A page of tickets", body = TicketPage,
            headers(("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"))),
        CallerTroubles,
        (status = 400, description = "Query parameters are wrong; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn list_tickets() {}

/// List tickets
#[utoipa::path(
    get,
    path = "/api/tickets/",
    tag = "tickets",
    description = "The same as without the slash.",
    params(CustomerParameters, ListParameters),
    responses(
        (status = 200, description = "A page of tickets", body = TicketPage,
            headers(("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"))),
        CallerTroubles,
        (status = 400, description = "Query parameters are wrong; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn list_tickets_with_slash() {}

/// List the tickets of a customer
///
/// The same address, however written, is one customer in every source. Nobody is told whether there is
/// such a customer: the list of one without tickets is empty.
#[utoipa::path(
    get,
    path = "/api/customers/{customer_id}/tickets",
    tag = "tickets",
    params(("customer_id" = inline(CustomerId), Path), ListParameters),
    responses(
        (status = 200, description = "A page of tickets", body = TicketPage,
            headers(("Link" = Option<String>, description = "The next page, with `rel=\"next\"`"))),
        CallerTroubles,
        (status = 400, description = "Query parameters are wrong; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "This is no customer id", body = Problem,
            content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn list_tickets_of_customer() {}

/// Read a ticket
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}",
    tag = "tickets",
    params(("ticket_id" = inline(TicketId), Path)),
    responses(
        CallerTroubles,
        (status = 200, description = "The ticket", body = TicketView,
            headers(("ETag" = String, description = "The ticket's version, for `If-Match`"))),
        (status = 404, description = "No ticket has this id", body = Problem,
            content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn read_ticket() {}

/// Read the history of a ticket
///
/// Every change, oldest first: of the status, with `from` and `to`, or of other fields, with `fields`.
/// That the ticket was made is no change; its `created_at` and `source` tell of it. A message of the
/// customer makes a version too and stands under `messages`, so a version that is missing here is one
/// of those.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/history",
    tag = "tickets",
    params(("ticket_id" = inline(TicketId), Path), EntryParameters),
    responses(
        (status = 200, description = "A page of changes", body = ChangePage,
            example = json!({"changes": [
                {"version": 2, "from": "new", "to": "open", "fields": {}, "actor": "agent",
                    "note": null, "at": "2024-11-03T10:45:00.000Z", "source": "api"},
                {"version": 3, "from": null, "to": null,
                    "fields": {"priority": {"from": "medium", "to": "high"}}, "actor": "agent",
                    "note": null, "at": "2024-11-03T10:46:00.000Z", "source": "api"}
            ], "next_cursor": null})),
        (status = 400, description = "Query parameters are wrong; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No ticket has this id", body = Problem,
            content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn read_history() {}

/// Read what the customer wrote later
///
/// The messages that reached a ticket after its description, in the order in which they did.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/messages",
    tag = "tickets",
    params(("ticket_id" = inline(TicketId), Path), EntryParameters),
    responses(
        (status = 200, description = "A page of messages", body = MessagePage,
            example = json!({"messages": [
                {"version": 3, "message_id": "40100000004", "text": "Any news?", "source": "zendesk",
                    "received_at": "2024-11-04T08:00:01.000Z", "sent_at": "2024-11-04T08:00:00.000Z"}
            ], "next_cursor": null})),
        (status = 400, description = "Query parameters are wrong; `errors` names each of them",
            body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No ticket has this id", body = Problem,
            content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn read_messages() {}

/// Read what the AI suggests for a ticket
///
/// The same as the ticket's fields `ai_…`. It comes some seconds after the ticket was made, once; a
/// ticket that is closed before has none. What the AI is sure of is set on the ticket, unless an agent
/// has set it before.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/suggestions",
    tag = "tickets",
    params(("ticket_id" = inline(TicketId), Path)),
    responses(
        (status = 200, description = "The latest suggestion", body = TicketSuggestion,
            example = json!({"ticket_id": "TKT-20241103-A1B2C3D4", "suggestion": {
                "category": "shipping", "priority": "medium", "reply": null, "confidence": 0.912,
                "reasons": [{"for": "category", "rule": "words", "words": ["shipped"]}],
                "extracted": [{"field": "description", "start": 10, "end": 14, "kind": "order_id",
                    "order_id": "2021"}],
                "language": "en", "model": "hashed-ngrams@1", "needs_review": false,
                "processed_at": "2024-11-03T10:30:01.000Z"
            }})),
        CallerTroubles,
        (status = 404, description = "No ticket has this id", body = Problem,
            content_type = "application/problem+json"),
        OurTroubles,
    )
)]
pub fn read_suggestions() {}

/// Set fields of a ticket
///
/// A JSON Merge Patch (RFC 7396) of `priority`, `category`, `assignee` and `tags`, in any status. A
/// patch that changes nothing is answered with the ticket unchanged. A priority or category that is
/// named stays as it is from then on, whatever the AI suggests, also when it was so before. With `If-Match` the change is
/// made only to the version that you saw; without it, to whatever the ticket is then.
#[utoipa::path(
    patch,
    path = "/api/tickets/{ticket_id}",
    tag = "tickets",
    params(
        ("ticket_id" = inline(TicketId), Path),
        ("If-Match" = Option<String>, Header, nullable = false, pattern = r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#,
            description = "The `ETag` of the ticket as you saw it"),
    ),
    request_body(content((TicketPatch = "application/merge-patch+json"), (TicketPatch = "application/json"))),
    responses(
        (status = 200, description = "The ticket as it is now", body = TicketView,
            headers(("ETag" = String, description = "The ticket's version, for `If-Match`"))),
        (status = 404, description = "No ticket has this id", body = Problem,
            content_type = "application/problem+json"),
        (status = 412, description = "The ticket is of another version than `If-Match` names",
            body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = Problem,
            content_type = "application/problem+json"),
        BodyTroubles,
        OurTroubles,
    )
)]
pub fn update_ticket() {}

/// Move a ticket through its lifecycle
///
/// Forward steps may skip; a resolved ticket may go back to open or in_progress; closed is final.
/// A ticket that has the status already is answered unchanged. A resolved ticket that nobody reopens
/// is closed after some days. With `If-Match` the change is made only
/// to the version that you saw; without it, to whatever the ticket is then.
#[utoipa::path(
    put,
    path = "/api/tickets/{ticket_id}/status",
    tag = "tickets",
    params(
        ("ticket_id" = inline(TicketId), Path),
        ("If-Match" = Option<String>, Header, nullable = false, pattern = r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#,
            description = "The `ETag` of the ticket as you saw it"),
    ),
    request_body = StatusChange,
    responses(
        CallerTroubles,
        (status = 200, description = "The ticket as it is now", body = TicketView,
            headers(("ETag" = String, description = "The ticket's version, for `If-Match`"))),
        (status = 404, description = "No ticket has this id", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "The lifecycle forbids this change; `detail` names what it allows",
            body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The ticket is of another version than `If-Match` names",
            body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = Problem,
            content_type = "application/problem+json"),
        BodyTroubles,
        OurTroubles,
    )
)]
pub fn update_status() {}

/// What any webhook may answer besides success.
#[derive(IntoResponses)]
enum WebhookTroubles {
    /// The signature is missing, wrong or out of date. Nothing is stored.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Problem),
    /// A service that is needed does not answer, or no secret is configured. `Retry-After` says when
    /// to try again.
    #[response(
        status = 503,
        content_type = "application/problem+json",
        headers(("Retry-After" = u32, description = "Seconds to wait, below 60"))
    )]
    Unavailable(Problem),
}

/// Take in what Zendesk sends
///
/// The body of a trigger, or an event of an event-subscribed webhook. A new ticket is stored once;
/// a changed status, a customer's comment, a merge and a deletion change the ticket that is known;
/// everything else is ignored. A signed body that cannot be read is kept and answered 200.
#[utoipa::path(
    post,
    path = "/api/tickets/webhook/zendesk",
    tag = "webhooks",
    params(
        ("X-Zendesk-Webhook-Signature" = Option<String>, Header, nullable = false,
            description = "Base64 of the HMAC-SHA256 over timestamp and body"),
        ("X-Zendesk-Webhook-Signature-Timestamp" = Option<String>, Header, nullable = false,
            description = "When it was signed; at most 5 minutes from now"),
    ),
    request_body = ZendeskWebhook,
    responses(
        (status = 200, description = "Done, or nothing was to do", body = WebhookAnswer),
        (status = 201, description = "A new ticket is stored", body = CreatedTicket,
            headers(("Location" = String, description = "The ticket's address"))),
        WebhookTroubles,
    )
)]
pub fn webhook_zendesk() {}

/// Take in what Intercom sends
///
/// A notification, or the older body of the example. A new conversation is stored once; a customer's
/// reply and an agent's closing, opening and snoozing change the ticket that is known; everything
/// else is ignored. A signed body that cannot be read is kept and answered 200.
#[utoipa::path(
    post,
    path = "/api/tickets/webhook/intercom",
    tag = "webhooks",
    params(
        ("X-Hub-Signature" = Option<String>, Header, nullable = false,
            description = "`sha1=` and the hex HMAC-SHA1 over the body"),
    ),
    request_body = IntercomWebhook,
    responses(
        (status = 200, description = "Done, or nothing was to do", body = WebhookAnswer),
        (status = 201, description = "A new ticket is stored", body = CreatedTicket,
            headers(("Location" = String, description = "The ticket's address"))),
        WebhookTroubles,
    )
)]
pub fn webhook_intercom() {}

/// Tell Intercom that the address exists
#[utoipa::path(
    get,
    path = "/api/tickets/webhook/intercom",
    tag = "webhooks",
    responses((status = 200, description = "It does"))
)]
pub fn validate_webhook_intercom_by_get() {}

/// Tell Intercom that the address exists
#[utoipa::path(
    head,
    path = "/api/tickets/webhook/intercom",
    tag = "webhooks",
    responses((status = 200, description = "It does"))
)]
pub fn validate_webhook_intercom() {}

/// Whether the service answers
#[utoipa::path(
    get,
    path = "/health",
    tag = "service",
    responses((status = 200, description = "It does", body = Health))
)]
pub fn health() {}

/// This page
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    responses((status = 200, description = "The API as a page", content_type = "text/html", body = String))
)]
pub fn docs() {}

/// A file of this page
#[utoipa::path(
    get,
    path = "/docs/{file}",
    tag = "service",
    params(("file" = String, Path, example = "swagger-ui.css")),
    responses(
        (status = 200, description = "The file", content_type = "*/*", body = Vec<u8>),
        (status = 404, description = "There is none", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub fn docs_file() {}

/// This document
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "The OpenAPI document", content_type = "application/json", body = Object))
)]
pub fn openapi_json() {}
