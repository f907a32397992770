//! Zendesk: the bodies of triggers and the events of event webhooks.
//!
//! # Which ticket is which
//!
//! A ticket's number is unique within an account only, so the account belongs to the identity. An
//! event names its account in the signed body. A trigger's body does so only if its template has an
//! `account_id`; else the account is taken from the header `X-Zendesk-Account-Id`, which Zendesk
//! sends with every delivery, so that a ticket is the same one whether a trigger or an event tells
//! of it first. The header is not signed. Whoever can change it must hold a body that Zendesk signed
//! within the last minutes, and gains no more than a second ticket with the same genuine content;
//! leaving the account out instead would make two accounts' tickets of one number one ticket, and
//! lose the later customer's words. What the signed body says always goes before the header.

mod event;
mod signature;
mod trigger;

use serde_json::Value;

use super::event::{AccountId, Unreadable, WebhookEvent};
use super::lenient;
use crate::signature::VerifiedBody;
use crate::vendor::Vendor;
use copilot_core::ticket::{Source, Status};

pub use signature::verify;

const SIGNATURE: &str = "x-zendesk-webhook-signature";
const TIMESTAMP: &str = "x-zendesk-webhook-signature-timestamp";
const ACCOUNT: &str = "x-zendesk-account-id";

/// Zendesk.
pub const ZENDESK: Vendor = Vendor {
    source: Source::Zendesk,
    delivery_headers: &[
        ACCOUNT,
        TIMESTAMP,
        "x-zendesk-webhook-id",
        "x-zendesk-webhook-invocation-id",
    ],
    verify: |verification, headers, body, now| {
        let (signature, timestamp) = (headers.header(SIGNATURE), headers.header(TIMESTAMP));
        verify(verification, signature, timestamp, body, now)
    },
    parse: |body, headers| parse(body, headers.header(ACCOUNT)),
};

/// What a status of Zendesk's, in lower case, means here.
fn status_of(name: &str) -> Option<Status> {
    match name {
        "new" => Some(Status::New),
        "open" => Some(Status::Open),
        "pending" | "hold" | "on-hold" | "on hold" => Some(Status::InProgress),
        "solved" => Some(Status::Resolved),
        "closed" => Some(Status::Closed),
        _ => None,
    }
}

/// What every type of an event begins with.
const EVENT_TYPE_PREFIX: &str = "zen:event-type:";

/// Reads what Zendesk sent. `account_id_header` is the header `X-Zendesk-Account-Id`.
///
/// Members that are not known are the account's own and are ignored.
///
/// # Errors
/// [`Unreadable`] for a body that is neither a trigger's nor an event's, or that lacks the ticket's
/// number or any text.
pub fn parse(
    body: VerifiedBody<'_>,
    account_id_header: Option<&str>,
) -> Result<WebhookEvent, Unreadable> {
    let body = Value::Object(lenient::object(body.bytes())?);
    let account = lenient::account(&body["account_id"])
        .or_else(|| account_id_header.and_then(AccountId::parse));
    let event_type = body["type"].as_str().and_then(|name| name.strip_prefix(EVENT_TYPE_PREFIX));
    match event_type {
        Some(event_type) => event::read(event_type, &body, account.as_ref()),
        None => trigger::read(&body, account.as_ref()),
    }
}
