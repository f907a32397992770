//! The OpenAPI document: schemas from the types that serve the API, one function for each route.

mod bodies;
mod paths;

use copilot_service::http::{CreatedTicket, Health, Problem, TicketPage, TicketView};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// An answer of API Gateway's own.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "Unauthorized"}))]
pub struct GatewayMessage {
    /// What is wrong.
    message: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Customer Support Copilot",
        description = "Takes in support tickets from web forms, e-mail, chat, Zendesk and Intercom. \
            Errors are problem documents (RFC 9457). Times are RFC 3339 in UTC. A field without a \
            value is null."
    ),
    servers((url = "/", description = "Where this document comes from")),
    tags(
        (name = "tickets", description = "Take tickets in, read them, change them"),
        (name = "webhooks", description = "Called by Zendesk and Intercom"),
        (name = "service", description = "The service itself")
    ),
    paths(
        paths::create_ticket,
        paths::list_tickets,
        paths::list_tickets_with_slash,
        paths::list_tickets_of_customer,
        paths::read_ticket,
        paths::read_history,
        paths::read_messages,
        paths::read_suggestions,
        paths::update_ticket,
        paths::update_status,
        paths::webhook_zendesk,
        paths::webhook_intercom,
        paths::validate_webhook_intercom,
        paths::validate_webhook_intercom_by_get,
        paths::health,
        paths::docs,
        paths::docs_file,
        paths::openapi_json,
    ),
    components(schemas(TicketView, CreatedTicket, TicketPage, Problem, Health))
)]
struct Document;

/// The document as JSON.
///
/// # Errors
/// When it cannot be written, which would be a defect of the document.
pub fn document() -> Result<String, serde_json::Error> {
    Document::openapi().to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document() {
        let document: serde_json::Value = serde_json::from_str(&document().unwrap()).unwrap();
        insta::assert_json_snapshot!(document);
    }
}
