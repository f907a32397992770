//! The answers of handlers.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use copilot_aws::store::Position;
use flate2::Compression;
use flate2::write::GzEncoder;
use lambda_http::Body;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::body::{
    ChangePage, CreatedTicket, CustomerErasure, CustomerExport, DraftView, FormTokenAnswer, Health,
    MessagePage, TicketPage, TicketSuggestion, WebhookAnswer, WebhookResult,
};
use super::timeline_view::MessageView;
use super::view::TicketView;
use crate::limits::{COMPRESSED_BYTES, LIST_TAG_AGE};
use crate::telemetry::Outcome;
use copilot_core::error::Error;
use copilot_core::ticket::{TicketId, entity_tag, format_time};

/// An answer that is ready to be sent.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    is_text: bool,
    ticket_id: Option<TicketId>,
    outcome: Outcome,
}

impl Response {
    /// 201 with the place of the new ticket.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn created(body: &CreatedTicket) -> Result<Self, Error> {
        let ticket_id = body.ticket.ticket_id();
        let mut response = Self::json(StatusCode::CREATED, body)?.about(ticket_id);
        response.header(header::LOCATION, &format!("/api/tickets/{ticket_id}"));
        response.header(header::ETAG, &entity_tag(body.ticket.version()));
        Ok(response.counted_as(Outcome::Created))
    }

    /// The 201 of before, given again to a request that was sent again.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn created_before(body: &CreatedTicket) -> Result<Self, Error> {
        let mut response = Self::created(body)?;
        response.header(HeaderName::from_static("idempotent-replayed"), "true");
        Ok(response.counted_as(Outcome::Replayed))
    }

    /// 200 with a ticket and its version as `ETag`.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn ticket(ticket: &TicketView) -> Result<Self, Error> {
        let mut response = Self::ok(ticket)?.about(ticket.ticket_id());
        response.header(header::ETAG, &entity_tag(ticket.version()));
        Ok(response)
    }

    /// What a webhook's call did: 201 with a new ticket, else 200.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn webhook(body: &WebhookAnswer) -> Result<Self, Error> {
        let (status, outcome) = match body.result {
            WebhookResult::Created => (StatusCode::CREATED, Outcome::Created),
            WebhookResult::AlreadyReceived => (StatusCode::OK, Outcome::Duplicate),
            _ => (StatusCode::OK, Outcome::Done),
        };
        let answer = Self::json(status, body)?;
        Ok(Self { ticket_id: body.ticket_id, ..answer }.counted_as(outcome))
    }

    /// 200 with a page of the changes of a ticket.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn changes(page: &ChangePage, ticket_id: TicketId) -> Result<Self, Error> {
        Ok(Self::ok(page)?.about(ticket_id))
    }

    /// 200 with a page of the messages of a ticket.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn messages(page: &MessagePage, ticket_id: TicketId) -> Result<Self, Error> {
        Ok(Self::ok(page)?.about(ticket_id))
    }

    /// 201 with a note that is on the ticket now, and the version that it made.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn noted(note: &MessageView, ticket_id: TicketId) -> Result<Self, Error> {
        let mut response = Self::json(StatusCode::CREATED, note)?.about(ticket_id);
        response.header(header::ETAG, &entity_tag(note.version()));
        Ok(response)
    }

    /// The 201 of before, given again to a request that was sent again.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn noted_before(note: &MessageView, ticket_id: TicketId) -> Result<Self, Error> {
        let mut response = Self::noted(note, ticket_id)?;
        response.header(HeaderName::from_static("idempotent-replayed"), "true");
        Ok(response.counted_as(Outcome::Replayed))
    }

    /// 200 with what the caller has begun to write on a ticket.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn draft(draft: &DraftView, ticket_id: TicketId) -> Result<Self, Error> {
        Ok(Self::ok(draft)?.about(ticket_id))
    }

    /// 204: what was to be gone on the ticket is.
    pub fn gone(ticket_id: TicketId) -> Self {
        Self::new(StatusCode::NO_CONTENT, Vec::new(), true).about(ticket_id)
    }

    /// 200 with what the AI suggests for a ticket.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn suggestion(body: &TicketSuggestion) -> Result<Self, Error> {
        Ok(Self::ok(body)?.about(body.ticket_id))
    }

    /// 200 with a token for a form.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn form_token(body: &FormTokenAnswer) -> Result<Self, Error> {
        Self::ok(body)
    }

    /// 200 with a page of what is kept of a customer, the first of which is at `address`.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn export(page: &CustomerExport, address: &str) -> Result<Self, Error> {
        let mut response = Self::ok(page)?;
        response.next_page(address, page.next_cursor.as_deref());
        Ok(response)
    }

    /// 200 when nothing is left of the customer, 202 when the same call is to go on.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn erasure(body: &CustomerErasure) -> Result<Self, Error> {
        if body.finished_at.is_some() {
            return Self::ok(body);
        }
        let mut response = Self::json(StatusCode::ACCEPTED, body)?;
        response.header(header::RETRY_AFTER, &crate::limits::RETRY_AFTER_SECONDS.to_string());
        Ok(response)
    }

    /// 200 with the health of the service.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn health(body: &Health) -> Result<Self, Error> {
        Self::ok(body)
    }

    /// Private, as it takes anything: what may be answered are the bodies above and below.
    fn ok<T: Serialize>(body: &T) -> Result<Self, Error> {
        Self::json(StatusCode::OK, body)
    }

    /// 200 with a page of a list whose first page is at `address`, and where the next one is (RFC 8288).
    /// `end` is where the page ends, unless the list ends there.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written.
    pub fn page(
        page: &TicketPage,
        address: &str,
        end: Option<Position>,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let mut response = Self::ok(page)?;
        response.header(header::ETAG, &list_tag(page, end, now)?);
        response.next_page(address, page.next_cursor.as_deref());
        Ok(response)
    }

    fn next_page(&mut self, address: &str, cursor: Option<&str>) {
        if let Some(cursor) = cursor {
            let separator = if address.contains('?') { '&' } else { '?' };
            let next = format!("<{address}{separator}cursor={cursor}>; rel=\"next\"");
            self.header(header::LINK, &next);
        }
    }

    /// 200 without a body.
    pub fn empty() -> Self {
        Self::new(StatusCode::OK, Vec::new(), true)
    }

    /// 200 with a text that clients may keep for `max_age_seconds`.
    pub fn text(content_type: &'static str, body: String, max_age_seconds: u32) -> Self {
        let mut response = Self::new(StatusCode::OK, body.into_bytes(), true);
        response.header(header::CONTENT_TYPE, content_type);
        response.header(header::CACHE_CONTROL, &format!("public, max-age={max_age_seconds}"));
        response
    }

    /// 200 with bytes that clients may keep for `max_age_seconds`.
    pub fn bytes(content_type: &'static str, body: Vec<u8>, max_age_seconds: u32) -> Self {
        let mut response = Self::new(StatusCode::OK, body, false);
        response.header(header::CONTENT_TYPE, content_type);
        response.header(header::CACHE_CONTROL, &format!("public, max-age={max_age_seconds}"));
        response
    }

    pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Self, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::internal("write an answer as JSON", error))?;
        let mut response = Self::new(status, body, true);
        response.header(header::CONTENT_TYPE, "application/json");
        // Tickets hold personal data: nothing between us and the client may keep them.
        response.header(header::CACHE_CONTROL, "no-store");
        Ok(response)
    }

    pub(super) fn new(status: StatusCode, body: Vec<u8>, is_text: bool) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Self { status, headers, body, is_text, ticket_id: None, outcome: Outcome::Done }
    }

    /// Sets a header. A value that is no header value is left out; ours all are.
    pub fn header(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    pub(super) fn entity_tag(&self) -> Option<&str> {
        let tag = self.headers.get(header::ETAG).filter(|_| self.status == StatusCode::OK)?;
        tag.to_str().ok()
    }

    /// 304 in place of this answer: what the client has is still right (RFC 9110, section 15.4.5).
    pub(super) fn not_modified(mut self) -> Self {
        self.headers.remove(header::CONTENT_TYPE);
        Self { status: StatusCode::NOT_MODIFIED, body: Vec::new(), is_text: true, ..self }
    }

    /// JSON of [`COMPRESSED_BYTES`] and more with gzip, when the client takes it. The tag of a ticket stays
    /// as it is: it names a version for `If-Match` however that travels, and no part of an answer is
    /// ever asked for.
    pub(super) fn compressed(mut self, is_taken: bool) -> Self {
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|ty| ty.to_str().ok());
        let is_json = self.is_text && content_type.is_some_and(|ty| ty.ends_with("json"));
        if !is_json || self.body.len() < COMPRESSED_BYTES {
            return self;
        }
        self.header(header::VARY, "accept-encoding");
        if !is_taken {
            return self;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let Ok(body) = encoder.write_all(&self.body).and_then(|()| encoder.finish()) else {
            return self;
        };
        self.header(header::CONTENT_ENCODING, "gzip");
        Self { body, is_text: false, ..self }
    }

    /// Notes for the log which ticket the answer is about.
    #[must_use]
    pub fn about(mut self, ticket_id: TicketId) -> Self {
        self.ticket_id = Some(ticket_id);
        self
    }

    /// Says as what the answer is counted.
    #[must_use]
    pub fn counted_as(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(super) fn ticket_id(&self) -> Option<TicketId> {
        self.ticket_id
    }

    pub(super) fn into_event_response(self) -> ApiGatewayV2httpResponse {
        let (body, is_base64_encoded) = match String::from_utf8(self.body) {
            Ok(text) if self.is_text => (text, false),
            Ok(text) => (STANDARD.encode(text), true),
            Err(bytes) => (STANDARD.encode(bytes.as_bytes()), true),
        };
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = i64::from(self.status.as_u16());
        response.headers = self.headers;
        response.body = Some(Body::Text(body));
        response.is_base64_encoded = is_base64_encoded;
        response
    }
}

/// The weak tag of a page: what it shows and where it ends. Not its cursor, which is another one each time;
/// since that expires, the tag of a page that has one does too.
fn list_tag(page: &TicketPage, end: Option<Position>, now: DateTime<Utc>) -> Result<String, Error> {
    let age = now.timestamp() / LIST_TAG_AGE.num_seconds();
    let end = end.map(|end| (format_time(end.created_at), end.digits, age));
    let shown = serde_json::to_vec(&(&page.tickets, end))
        .map_err(|error| Error::internal("write a page of tickets as JSON", error))?;
    let digest = Sha256::digest(&shown);
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("W/\"{digits}\""))
}
