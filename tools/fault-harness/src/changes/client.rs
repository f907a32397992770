//! The clients of one case: a customer, a vendor and some agents, each of whom goes on until it is
//! answered.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::future::join5;
use hmac::{Hmac, Mac};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::CaseRecord;
use super::case::{Case, Message, Origin};
use crate::load::{Answer, ClientError, http_client};
use crate::proxy::Injection;
use crate::reply::{Misbehaviour, send_until_done};

/// With what Zendesk signs.
pub const ZENDESK_SECRET: &str = "dGhlX3NlY3JldF9vZl90aGVfZmF1bHRfaGFybmVzcw==";
/// Zendesk's id of the customer.
const CUSTOMER: &str = "8447388090494";
const CHANGED: [StatusCode; 1] = [StatusCode::OK];
const CREATED: [StatusCode; 1] = [StatusCode::CREATED];
/// A conversation that was delivered before is not created again.
const TAKEN: [StatusCode; 2] = [StatusCode::CREATED, StatusCode::OK];

/// Sends what cases need.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    api: String,
    injection: Arc<Injection>,
}

/// How far a client of a case got, and what kept it from going on.
struct Progress<T> {
    done: T,
    misbehaviour: Option<Misbehaviour>,
}

impl Client {
    pub(super) fn new(api: &str, injection: Arc<Injection>) -> Result<Self, ClientError> {
        Ok(Self { http: http_client()?, api: api.to_owned(), injection })
    }

    /// Makes the ticket of `case` and does all that happens to it.
    pub(super) async fn perform(&self, case: Case) -> CaseRecord {
        let mut record = CaseRecord {
            case,
            ticket_id: None,
            assignees: 0,
            labels: 0,
            statuses: 0,
            category: false,
            priority: false,
            messages: Vec::new(),
            misbehaviours: Vec::new(),
        };
        let case = record.case.clone();
        let ticket_id = match self.open(&case).await {
            Ok(answer) => {
                // A form's answer holds the ticket, a webhook's its id alone.
                let form = answer.body["ticket"]["ticket_id"].as_str();
                form.or_else(|| answer.body["ticket_id"].as_str()).map(str::to_owned)
            }
            Err(misbehaviour) => {
                record.misbehaviours.push(misbehaviour);
                return record;
            }
        };
        let Some(ticket_id) = ticket_id else { return record };
        let patch = |name: &'static str, values: Vec<Value>| {
            let path = format!("/api/tickets/{ticket_id}");
            let bodies = values.into_iter().map(move |value| json!({name: value})).collect();
            self.in_order(case.number, Method::PATCH, path, bodies)
        };
        let one = |name, value: Option<&str>| {
            patch(name, value.map(|text| json!(text)).into_iter().collect())
        };
        let statuses = self.in_order(
            case.number,
            Method::PUT,
            format!("/api/tickets/{ticket_id}/status"),
            case.statuses.iter().map(|status| json!({"status": status})).collect(),
        );
        // One agent sets what the AI may set too, at the same time as it does.
        let classification =
            async { (one("category", case.category).await, one("priority", case.priority).await) };
        let (assignees, labels, (category, priority), statuses, messages) = join5(
            patch("assignee", case.assignees.iter().map(|name| json!(name)).collect()),
            patch("tags", case.labels.iter().map(|label| json!([label])).collect()),
            classification,
            statuses,
            self.deliver_all(&case),
        )
        .await;
        record.ticket_id = Some(ticket_id.clone());
        record.category = category.done > 0;
        record.priority = priority.done > 0;
        (record.assignees, record.labels) = (assignees.done, labels.done);
        (record.statuses, record.messages) = (statuses.done, messages.done);
        let misbehaviours = [assignees, labels, category, priority, statuses]
            .map(|progress| progress.misbehaviour)
            .into_iter();
        record.misbehaviours = misbehaviours.chain([messages.misbehaviour]).flatten().collect();
        record
    }

    async fn open(&self, case: &Case) -> Result<Answer, Misbehaviour> {
        match &case.origin {
            Origin::Form(key) => {
                let body = json!({
                    "customer_email": format!("customer{}@example.com", case.number),
                    "subject": case.subject,
                    "description": case.description
                });
                let request = || {
                    self.request(Method::POST, "/api/tickets/create", &body)
                        .header("idempotency-key", key.to_string())
                };
                send_until_done(&self.injection, case.number, request, &CREATED).await
            }
            Origin::Conversation { id, .. } => {
                let event = event(case, *id, "ticket.created", 0, json!({}));
                self.deliver(case.number, &event).await
            }
        }
    }

    /// Sends the bodies one after the other, each until it succeeds.
    async fn in_order(
        &self,
        number: u64,
        method: Method,
        path: String,
        bodies: Vec<Value>,
    ) -> Progress<usize> {
        let mut done = 0;
        for body in bodies {
            let request = || self.request(method.clone(), &path, &body);
            match send_until_done(&self.injection, number, request, &CHANGED).await {
                Ok(_) => done += 1,
                Err(misbehaviour) => return Progress { done, misbehaviour: Some(misbehaviour) },
            }
        }
        Progress { done, misbehaviour: None }
    }

    async fn deliver_all(&self, case: &Case) -> Progress<Vec<u64>> {
        let Origin::Conversation { id, messages } = &case.origin else {
            return Progress { done: Vec::new(), misbehaviour: None };
        };
        let mut done = Vec::new();
        for (message, nth) in messages.iter().zip(1..) {
            let event = comment(case, *id, message, nth);
            let deliver = || self.deliver(case.number, &event);
            let mut outcomes = vec![deliver().await];
            if message.twice_at_once {
                let (one, other) = futures_util::future::join(deliver(), deliver()).await;
                outcomes.extend([one, other]);
            }
            if message.once_more {
                outcomes.push(deliver().await);
            }
            for outcome in outcomes {
                if let Err(misbehaviour) = outcome {
                    return Progress { done, misbehaviour: Some(misbehaviour) };
                }
            }
            done.push(message.id);
        }
        Progress { done, misbehaviour: None }
    }

    /// Signs and sends an event until it is taken.
    async fn deliver(&self, number: u64, event: &Value) -> Result<Answer, Misbehaviour> {
        let request = || {
            let timestamp = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
            self.request(Method::POST, "/api/tickets/webhook/zendesk", event)
                .header("x-zendesk-webhook-signature", signature(&timestamp, &event.to_string()))
                .header("x-zendesk-webhook-signature-timestamp", timestamp)
                .header("x-zendesk-account-id", "22129848")
                .header("x-zendesk-webhook-invocation-id", format!("invocation{number}"))
        };
        send_until_done(&self.injection, number, request, &TAKEN).await
    }

    fn request(&self, method: Method, path: &str, body: &Value) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.api))
            .header("content-type", "application/json")
            .body(body.to_string())
    }
}

/// As Zendesk signs (developer documentation, "Verifying webhook authenticity").
fn signature(timestamp: &str, body: &str) -> String {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(ZENDESK_SECRET.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(body.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// An event of Zendesk's, the number `nth` of the conversation.
fn event(case: &Case, id: u64, kind: &str, nth: i64, event: Value) -> Value {
    let time = DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_000 + nth);
    let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "account_id": 22_129_848,
        "id": format!("{id}-{nth}"),
        "type": format!("zen:event-type:{kind}"),
        "zendesk_event_version": "2022-11-06",
        "subject": format!("zen:ticket:{id}"),
        "time": time,
        "detail": {
            "id": id.to_string(),
            "subject": case.subject,
            "description": case.description,
            "status": "NEW",
            "requester_id": CUSTOMER,
            "actor_id": CUSTOMER,
            "is_public": true,
            "tags": [],
            "priority": null,
            "created_at": time,
            "updated_at": time,
            "via": {"channel": "web"}
        },
        "event": event
    })
}

fn comment(case: &Case, id: u64, message: &Message, nth: i64) -> Value {
    let comment = json!({
        "id": message.id.to_string(),
        "body": message.text,
        "is_public": true,
        "author": {"id": CUSTOMER, "is_staff": false, "name": "Jane Doe"}
    });
    event(case, id, "ticket.comment_added", nth, json!({"comment": comment}))
}
