//! What agents write on tickets.

use copilot_core::ticket::{ActorName, Draft, InternalNote, TicketId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::tickets::optional;
use super::{BodyErrors, NotAllowed, ServerErrors, Unauthorized};
use crate::http::{DraftView, MessageView, Problem};

/// An internal note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Called the carrier: the parcel is in Leipzig."}))]
pub struct WrittenNote {
    #[schema(inline)]
    pub text: InternalNote,
    #[schema(schema_with = optional::<ActorName>)]
    pub actor: Option<ActorName>,
}

/// What the caller has begun to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Dear John,\n\nyour parcel"}))]
pub struct WrittenDraft {
    #[schema(inline)]
    pub text: Draft,
}

/// Add an internal note to a ticket
///
/// For agents alone: the customer never sees it. It is listed under `messages` with the direction `note`, and
/// the history says that it was added. It makes a version of the ticket but changes nothing of it, and a
/// closed ticket takes notes too. With an `Idempotency-Key` the same request adds one note however often
/// it is sent.
#[utoipa::path(
    post,
    path = "/api/tickets/{ticket_id}/notes",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(
        ("ticket_id" = inline(TicketId), Path),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
            description = "A random value for each note, such as a UUID: 1 to 255 visible ASCII characters, quoted or not"),
    ),
    request_body = WrittenNote,
    responses(
        (status = 201, description = "The note is on the ticket", body = MessageView,
            headers(
                ("ETag" = String, description = "The ticket's version, for `If-Match`"),
                ("Idempotent-Replayed" = Option<String>, description = "`true` when the note was there already"),
            )),
        Unauthorized,
        NotAllowed,
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        BodyErrors,
        ServerErrors,
    )
)]
pub fn add_note() {}

/// Read your draft
///
/// What the caller has begun to write on this ticket. Each caller that the authorizer knows sees only
/// their own; where nobody asks who calls, all share one.
#[utoipa::path(
    get,
    path = "/api/tickets/{ticket_id}/draft",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path)),
    responses(
        (status = 200, description = "The draft", body = DraftView),
        Unauthorized,
        NotAllowed,
        (status = 404, description = "There is no ticket with this id, or no draft of the caller's on it", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn read_draft() {}

/// Save your draft
///
/// In the place of the one before. It is forgotten 30 days after it was last saved, and with the ticket.
/// It makes no version of the ticket and no entry in its history.
#[utoipa::path(
    put,
    path = "/api/tickets/{ticket_id}/draft",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path)),
    request_body = WrittenDraft,
    responses(
        (status = 200, description = "The draft as it is kept", body = DraftView),
        Unauthorized,
        NotAllowed,
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        BodyErrors,
        ServerErrors,
    )
)]
pub fn save_draft() {}

/// Delete your draft
///
/// Also when there is none.
#[utoipa::path(
    delete,
    path = "/api/tickets/{ticket_id}/draft",
    tag = "tickets",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("ticket_id" = inline(TicketId), Path)),
    responses(
        (status = 204, description = "There is none any more"),
        Unauthorized,
        NotAllowed,
        (status = 404, description = "There is no ticket with this id", body = Problem,
            content_type = "application/problem+json"),
        ServerErrors,
    )
)]
pub fn delete_draft() {}
