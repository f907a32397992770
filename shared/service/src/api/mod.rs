//! The API as OpenAPI describes it: each route with its parameters, bodies and answers, by tag. The
//! functions are never called; they carry the descriptions. Handlers read bodies field by field, so
//! that one answer can name every fault; a test holds the two together.

#![expect(dead_code, reason = "the types and functions only describe; nothing uses them")]
#![allow(missing_docs, reason = "what `utoipa` makes of a documented function is not documented")]

mod channels;
mod conversation;
mod customers;
mod site;
mod tickets;

use copilot_core::limits::TAGS;
use serde::Serialize;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi, ToSchema};

use crate::http::{CreatedTicket, Health, Problem, TicketPage, TicketView};
use crate::limits::{
    PAGE_ENTRIES_DEFAULT, PAGE_ENTRIES_MAXIMUM, PAGE_RECORDS_DEFAULT, PAGE_RECORDS_MAXIMUM,
    PAGE_TICKETS_DEFAULT, PAGE_TICKETS_MAXIMUM,
};

/// An answer of API Gateway itself.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "Unauthorized"}))]
struct GatewayMessage {
    /// What is wrong.
    message: String,
}

/// What any route that needs the store may answer.
#[derive(IntoResponses)]
enum ServerErrors {
    /// An internal error; a retry does not help.
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(Problem),
    /// A service that this API needs does not answer. `Retry-After` says when to try again.
    #[response(
        status = 503,
        content_type = "application/problem+json",
        headers(("Retry-After" = u32, description = "Seconds to wait"))
    )]
    Unavailable(Problem),
}

/// What API Gateway itself answers on a route that is not open to everybody.
#[derive(IntoResponses)]
enum Unauthorized {
    /// The token or signature is missing or not valid. API Gateway answers this itself.
    #[response(status = 401)]
    Unauthorized(GatewayMessage),
}

/// What a route answers whose answers have an `ETag`.
#[derive(IntoResponses)]
enum NotModified {
    /// What the client has, by its `If-None-Match`, is still right.
    #[response(status = 304)]
    NotModified,
}

/// What a function answers on a route that asks who calls.
#[derive(IntoResponses)]
enum NotAllowed {
    /// The token names nobody, or does not have the scope that the route asks for.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
}

/// What any route that takes a JSON body may answer.
#[derive(IntoResponses)]
enum BodyErrors {
    /// The body is not a JSON object in UTF-8, or a header is not valid.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// The body is over 262,144 bytes.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// `Content-Type` does not name JSON, or the body is compressed; then `Accept-Encoding` names what
    /// is taken.
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(Problem),
    /// Some fields are not valid, and `errors` names each of them; or the `Idempotency-Key` was already
    /// used with a different body.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
}

/// Who may call a route that is not open to everybody. Which of the two a stack asks for, if any, is a
/// parameter of its template.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A token of the issuer that the stack trusts."))
            .build();
        let signature = ApiKeyValue::with_description(
            "Authorization",
            "A signature of the request, AWS Signature Version 4 (service `execute-api`).",
        );
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("sigv4", SecurityScheme::ApiKey(ApiKey::Header(signature)));
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Customer Support Copilot",
        description = "Receives support tickets from web forms, e-mail, chat, Zendesk and Intercom. \
            Errors are problem documents (RFC 9457). Times are RFC 3339 in UTC. A field without a \
            value is null.",
    ),
    servers((url = "/", description = "The server of this document")),
    tags(
        (name = "tickets", description = "Create, read and change tickets"),
        (name = "customers", description = "Hand over and erase what is kept of a customer"),
        (name = "webhooks", description = "Called by Zendesk and Intercom"),
        (name = "service", description = "The service itself")
    ),
    modifiers(&SecuritySchemes),
    paths(
        tickets::create_ticket,
        tickets::form_token,
        tickets::list_tickets,
        tickets::list_tickets_with_slash,
        tickets::list_tickets_of_customer,
        tickets::read_ticket,
        tickets::read_history,
        tickets::read_messages,
        tickets::read_suggestions,
        conversation::add_note,
        conversation::read_draft,
        conversation::save_draft,
        conversation::delete_draft,
        tickets::update_ticket,
        tickets::update_status,
        customers::export_customer,
        customers::erase_customer,
        channels::webhook_zendesk,
        channels::webhook_intercom,
        channels::validate_webhook_intercom,
        channels::validate_webhook_intercom_by_get,
        site::health,
        site::docs,
        site::docs_file,
        site::openapi_json,
    ),
    components(schemas(TicketView, CreatedTicket, TicketPage, Problem, Health))
)]
struct Api;

/// The OpenAPI document.
pub fn document() -> Document {
    Api::openapi()
}

// The macros take literals only.
const _: () = assert!(PAGE_ENTRIES_MAXIMUM == 100 && PAGE_ENTRIES_DEFAULT == 25 && TAGS == 100);
const _: () = assert!(PAGE_RECORDS_MAXIMUM == 500 && PAGE_RECORDS_DEFAULT == 100);
const _: () = assert!(crate::limits::SNIPPET_CHARACTERS == 120);
const _: () = assert!(copilot_core::limits::ASSIGNEE_CHARACTERS == 254);
const _: () = assert!(PAGE_TICKETS_MAXIMUM == 100 && PAGE_TICKETS_DEFAULT == 25);
const _: () = assert!(copilot_core::limits::BODY_BYTES == 262_144);
const _: () = assert!(copilot_aws::limits::CURSOR_BYTES == 256);
