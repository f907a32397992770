//! Webhooks as the vendors send them: signed, repeated, out of order, unreadable.

use crate::harness;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use hmac::{Hmac, Mac};
use local_stack::aws_json::Service;
use local_stack::stack::Stack;
use reqwest::Client;
use serde_json::{Value, json};

const REGION: &str = "us-east-1";
const TABLE: &str = "customer-support-copilot-TicketTable";
const QUEUE: &str = "customer-support-copilot-AiQueue";
const ZENDESK_SECRET: &str = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
const INTERCOM_SECRET: &str = "intercom_secret";

/// A stack that has secrets, and a vendor that knows them.
struct Vendor {
    stack: Stack,
    client: Client,
}

struct Answer {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}

impl Answer {
    fn ticket_id(&self) -> &str {
        self.body["ticket_id"].as_str().unwrap()
    }

    fn result(&self) -> &str {
        self.body["result"].as_str().unwrap()
    }
}

impl Vendor {
    async fn start(data_dir: &Path) -> Self {
        let zendesk = format!("ZENDESK_WEBHOOK_SECRET={ZENDESK_SECRET}");
        let intercom = format!("INTERCOM_WEBHOOK_SECRET={INTERCOM_SECRET}");
        Self::start_with(data_dir, &["--env", &zendesk, "--env", &intercom]).await
    }

    async fn start_with(data_dir: &Path, options: &[&str]) -> Self {
        Self { stack: harness::start_with(data_dir, options).await, client: Client::new() }
    }

    async fn post(&self, source: &str, headers: &[(&str, String)], body: Vec<u8>) -> Answer {
        let api = &self.stack.addresses().api;
        let mut request = self.client.post(format!("{api}/api/tickets/webhook/{source}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.header("content-type", "application/json").body(body);
        let answer = answer.send().await.unwrap();
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        Answer { status, retry_after, body: serde_json::from_str(&text).unwrap_or_default() }
    }

    async fn zendesk_bytes(&self, body: &[u8]) -> Answer {
        let timestamp = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let headers = zendesk_headers(ZENDESK_SECRET, &timestamp, body);
        self.post("zendesk", &headers, body.to_vec()).await
    }

    async fn zendesk(&self, body: &Value) -> Answer {
        self.zendesk_bytes(body.to_string().as_bytes()).await
    }

    async fn intercom(&self, body: &Value) -> Answer {
        let body = body.to_string().into_bytes();
        self.post("intercom", &intercom_headers(INTERCOM_SECRET, &body), body).await
    }

    async fn get(&self, path: &str) -> Value {
        let api = &self.stack.addresses().api;
        self.client.get(format!("{api}{path}")).send().await.unwrap().json().await.unwrap()
    }

    /// The ticket that an answer is about, as it is now.
    async fn ticket(&self, answer: &Answer) -> Value {
        self.get(&format!("/api/tickets/{}", answer.ticket_id())).await
    }

    async fn tickets(&self) -> Vec<Value> {
        self.get("/api/tickets?limit=100").await["tickets"].as_array().unwrap().clone()
    }

    async fn close(&self, ticket_id: &str) {
        self.put_status(ticket_id, "closed").await;
    }

    async fn put_status(&self, ticket_id: &str, status: &str) {
        let api = &self.stack.addresses().api;
        let url = format!("{api}/api/tickets/{ticket_id}/status");
        let answer = self.client.put(url).json(&json!({"status": status})).send().await;
        assert_eq!(answer.unwrap().status(), 200);
    }

    fn dynamodb(&self) -> Service {
        self.stack.addresses().dynamodb_client(REGION).unwrap()
    }

    /// What stands beside a ticket in the table, by the beginning of its sort key.
    async fn beside(&self, ticket_id: &str, beginning: &str) -> Vec<Value> {
        let request = json!({
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :beginning)",
            "ExpressionAttributeValues": {
                ":pk": {"S": ticket_id.rsplit('-').next().unwrap()},
                ":beginning": {"S": beginning}
            }
        });
        let answer = self.dynamodb().call("Query", &request).await.unwrap();
        answer["Items"].as_array().unwrap().clone()
    }

    async fn changes(&self, ticket_id: &str) -> Vec<String> {
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or("").to_owned();
        let history = self.beside(ticket_id, "history#").await;
        history
            .iter()
            .map(|item| {
                format!(
                    "{} -> {} by {}: {}",
                    text(item, "from"),
                    text(item, "to"),
                    text(item, "actor"),
                    text(item, "note")
                )
            })
            .collect()
    }

    async fn messages(&self, ticket_id: &str) -> Vec<String> {
        let messages = self.beside(ticket_id, "message#").await;
        messages.iter().map(|item| item["text"]["S"].as_str().unwrap().to_owned()).collect()
    }

    async fn queued(&self) -> u64 {
        let endpoint = self.stack.addresses().sqs.clone().unwrap();
        let request = json!({
            "QueueUrl": format!("{endpoint}/000000000000/{QUEUE}"),
            "AttributeNames": ["ApproximateNumberOfMessages"]
        });
        let sqs = self.stack.addresses().sqs_client(REGION).unwrap();
        let answer = sqs.call("GetQueueAttributes", &request).await.unwrap();
        answer["Attributes"]["ApproximateNumberOfMessages"].as_str().unwrap().parse().unwrap()
    }
}

fn zendesk_headers(secret: &str, timestamp: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(body);
    vec![
        ("x-zendesk-webhook-signature", STANDARD.encode(mac.finalize().into_bytes())),
        ("x-zendesk-webhook-signature-timestamp", timestamp.to_owned()),
        ("x-zendesk-account-id", "22129848".to_owned()),
        ("x-zendesk-webhook-invocation-id", "01JQMQH83Y".to_owned()),
    ]
}

fn intercom_headers(secret: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    vec![("x-hub-signature", format!("sha1={}", hex::encode(mac.finalize().into_bytes())))]
}

/// An event of Zendesk's about ticket 35436, at second `second` of one minute.
fn zendesk_event(kind: &str, second: u32, status: &str, event: Value) -> Value {
    json!({
        "account_id": 22129848,
        "id": format!("2b24ef10-19ef-4a54-{second:04}-000000000000"),
        "type": format!("zen:event-type:ticket.{kind}"),
        "zendesk_event_version": "2022-11-06",
        "subject": "zen:ticket:35436",
        "time": format!("2026-11-24T10:00:{second:02}.672717030Z"),
        "detail": {
            "id": "35436",
            "subject": "The printer is on fire",
            "description": "Smoke everywhere.",
            "status": status,
            "requester_id": "8447388090494",
            "actor_id": "8447388090494",
            "is_public": true,
            "tags": ["printer", "fire"],
            "priority": null,
            "created_at": "2026-11-24T10:00:00Z",
            "updated_at": format!("2026-11-24T10:00:{second:02}Z"),
            "via": {"channel": "web"}
        },
        "event": event
    })
}

fn zendesk_comment(second: u32, id: &str, words: &str) -> Value {
    zendesk_event(
        "comment_added",
        second,
        "OPEN",
        json!({"comment": {
            "id": id, "body": words, "is_public": true,
            "author": {"id": "8447388090494", "is_staff": false, "name": "Jane Doe"}
        }}),
    )
}

fn intercom_event(topic: &str, item: Value) -> Value {
    json!({
        "type": "notification_event",
        "app_id": "abc123",
        "id": format!("notif_{}", uuid::Uuid::new_v4()),
        "topic": topic,
        "created_at": 1_764_000_000,
        "delivery_attempts": 1,
        "data": {"type": "notification_event_data", "item": item}
    })
}

fn intercom_conversation(state: &str, parts: Value) -> Value {
    json!({
        "type": "conversation",
        "id": "991",
        "state": state,
        "created_at": 1_764_000_000,
        "updated_at": 1_764_000_060,
        "source": {
            "type": "conversation",
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": "<p>Where is my <b>order</b>?</p>",
            "author": {"type": "lead", "id": "61a", "name": "Jane", "email": "jane@example.com"}
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "61a"}]},
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": parts}
    })
}

fn intercom_reply(id: &str, words: &str) -> Value {
    let part = json!([{
        "type": "conversation_part", "id": id, "part_type": "comment", "body": words,
        "created_at": 1_764_000_060,
        "author": {"type": "lead", "id": "61a", "name": "Jane", "email": "jane@example.com"}
    }]);
    intercom_event("conversation.user.replied", intercom_conversation("open", part))
}

#[tokio::test]
async fn only_what_is_signed_is_taken() {
    let data = tempfile::tempdir().unwrap();
    let previous = ["--env", "ZENDESK_WEBHOOK_SECRET_PREVIOUS=old secret"];
    let zendesk = format!("ZENDESK_WEBHOOK_SECRET={ZENDESK_SECRET}");
    let intercom = format!("INTERCOM_WEBHOOK_SECRET={INTERCOM_SECRET}");
    let mut options = vec!["--env", &zendesk, "--env", &intercom];
    options.extend(previous);
    let vendor = Vendor::start_with(data.path(), &options).await;
    let body = zendesk_event("created", 0, "NEW", json!({})).to_string().into_bytes();
    let now = chrono::Utc::now();
    let stamp = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let old = stamp(now - chrono::TimeDelta::minutes(6));
    let future = stamp(now + chrono::TimeDelta::minutes(6));
    let refused = [
        vec![],
        zendesk_headers("another secret", &stamp(now), &body),
        zendesk_headers(ZENDESK_SECRET, &stamp(now), b"another body"),
        zendesk_headers(ZENDESK_SECRET, &old, &body),
        zendesk_headers(ZENDESK_SECRET, &future, &body),
    ];
    for headers in refused {
        let answer = vendor.post("zendesk", &headers, body.clone()).await;
        assert_eq!((answer.status, answer.body["status"].clone()), (401, json!(401)));
    }
    for headers in [vec![], intercom_headers("another secret", &body)] {
        assert_eq!(vendor.post("intercom", &headers, body.clone()).await.status, 401);
    }
    assert!(vendor.tickets().await.is_empty());
    assert!(vendor.stack.unreadable().await.unwrap().is_empty());

    let rotated = zendesk_headers("old secret", &stamp(now), &body);
    assert_eq!(vendor.post("zendesk", &rotated, body.clone()).await.status, 201);
    assert_eq!(vendor.zendesk_bytes(&body).await.status, 200);
    assert_eq!(vendor.tickets().await.len(), 1);
    vendor.stack.stop().await;
}

#[tokio::test]
async fn without_a_secret_a_deployed_function_takes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start_with(data.path(), &["--env", "ALLOW_UNSIGNED_WEBHOOKS=false"]).await;
    for source in ["zendesk", "intercom"] {
        let answer = vendor.post(source, &[], b"{}".to_vec()).await;
        assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("2")), "{source}");
    }
    vendor.stack.stop().await;
}

#[tokio::test]
async fn fifty_deliveries_of_one_event_at_once_are_one_ticket_and_one_message() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let created = zendesk_event("created", 0, "NEW", json!({}));
    let answers = join_all((0..50).map(|_| vendor.zendesk(&created))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 49, "{statuses:?}");
    let tickets: HashSet<&str> = answers.iter().map(Answer::ticket_id).collect();
    assert_eq!(tickets.len(), 1);
    assert_eq!((vendor.tickets().await.len(), vendor.queued().await), (1, 1));

    let conversation = created_conversation();
    let replies = join_all((0..50).map(|_| vendor.intercom(&conversation))).await;
    assert_eq!(replies.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!((vendor.tickets().await.len(), vendor.queued().await), (2, 2));
    vendor.stack.stop().await;
}

fn created_conversation() -> Value {
    intercom_event("conversation.user.created", intercom_conversation("open", json!([])))
}

#[tokio::test]
async fn zendesk_events_update_their_ticket_and_never_make_a_second() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let created = vendor.zendesk(&zendesk_event("created", 0, "NEW", json!({}))).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.body.as_object().unwrap().len(), 2, "{}", created.body);
    let ticket = vendor.ticket(&created).await;
    assert_eq!(ticket["customer_email"], Value::Null);
    assert_eq!(ticket["tags"], json!(["printer", "fire"]));
    let id = created.ticket_id().to_owned();

    let moved = |second, from: &str, to: &str| {
        zendesk_event("status_changed", second, to, json!({"previous": from, "current": to}))
    };
    for (event, status) in [
        (moved(1, "NEW", "OPEN"), "open"),
        (moved(2, "OPEN", "PENDING"), "in_progress"),
        (moved(3, "PENDING", "SOLVED"), "resolved"),
        // What comes late changes nothing, and neither does a repetition.
        (moved(2, "OPEN", "PENDING"), "resolved"),
        (moved(3, "PENDING", "SOLVED"), "resolved"),
        (zendesk_comment(4, "77", "It burns again."), "open"),
        (zendesk_comment(4, "77", "It burns again."), "open"),
    ] {
        let answer = vendor.zendesk(&event).await;
        assert_eq!((answer.status, answer.ticket_id()), (200, id.as_str()), "{event}");
        assert_eq!(vendor.ticket(&answer).await["status"], status, "{event}");
    }
    assert_eq!(vendor.messages(&id).await, ["It burns again."]);
    assert_eq!(
        vendor.changes(&id).await,
        [
            "new -> open by zendesk: open",
            "open -> in_progress by zendesk: pending",
            "in_progress -> resolved by zendesk: solved",
            "resolved -> open by zendesk: the customer wrote again",
        ]
    );
    let staff = zendesk_event(
        "comment_added",
        5,
        "OPEN",
        json!({"comment": {
            "id": "78", "body": "On my way.", "is_public": true,
            "author": {"id": "1", "is_staff": true, "name": "Agent"}
        }}),
    );
    assert_eq!(vendor.zendesk(&staff).await.status, 200);
    assert_eq!(vendor.messages(&id).await.len(), 1);

    let merged = vendor.zendesk(&zendesk_event("merged", 6, "CLOSED", json!({}))).await;
    assert_eq!((merged.status, merged.result()), (200, "status_changed"));
    assert_eq!(vendor.ticket(&merged).await["status"], "closed");
    assert_eq!(vendor.tickets().await.len(), 1);
    vendor.stack.stop().await;
}

#[tokio::test]
async fn a_reply_before_its_ticket_is_not_lost() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let reply = vendor.zendesk(&zendesk_comment(4, "77", "Hello?")).await;
    let id = reply.ticket_id().to_owned();
    assert_eq!(vendor.messages(&id).await, ["Hello?"]);
    let created = vendor.zendesk(&zendesk_event("created", 0, "NEW", json!({}))).await;
    assert_eq!((created.status, created.ticket_id()), (200, id.as_str()));
    assert_eq!((vendor.tickets().await.len(), vendor.queued().await), (1, 1));
    vendor.stack.stop().await;
}

#[tokio::test]
async fn intercom_conversations_become_tickets_with_their_replies() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let created = vendor.intercom(&created_conversation()).await;
    assert_eq!(created.status, 201);
    assert_eq!(vendor.ticket(&created).await["description"], "Where is my order?");
    let id = created.ticket_id().to_owned();

    let closed =
        intercom_event("conversation.admin.closed", intercom_conversation("closed", json!([])));
    let closed = vendor.intercom(&closed).await;
    assert_eq!(vendor.ticket(&closed).await["status"], "resolved");
    let reply = vendor.intercom(&intercom_reply("2001", "<p>Still <i>nothing</i>.</p>")).await;
    assert_eq!((reply.status, reply.result()), (200, "message_added"));
    assert_eq!(vendor.ticket(&reply).await["status"], "open");
    assert_eq!(vendor.messages(&id).await, ["Still nothing."]);

    let ping = json!({"type": "notification_event", "topic": "ping", "id": null, "app_id": "abc123",
        "data": {"item": {"type": "ping", "message": "something"}}});
    assert_eq!(vendor.intercom(&ping).await.status, 200);
    assert_eq!(vendor.tickets().await.len(), 1);
    vendor.stack.stop().await;
}

#[tokio::test]
async fn messages_on_a_closed_ticket_make_one_follow_up() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let first = vendor.intercom(&created_conversation()).await.ticket_id().to_owned();
    vendor.intercom(&intercom_reply("2001", "One more thing")).await;
    vendor.close(&first).await;
    // A message that the closed ticket has already is no new one.
    let repeated = vendor.intercom(&intercom_reply("2001", "One more thing")).await;
    assert_eq!((repeated.status, repeated.ticket_id()), (200, first.as_str()));

    let messages = ["2002", "2003", "2004"].map(|id| intercom_reply(id, &format!("Message {id}")));
    let sent = messages.iter().cycle().take(18);
    let answers = join_all(sent.map(|message| vendor.intercom(message))).await;
    assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status)));
    let ids: HashSet<&str> = answers.iter().map(Answer::ticket_id).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let second = answers[0].ticket_id().to_owned();
    assert_ne!(second, first);
    let ticket = vendor.get(&format!("/api/tickets/{second}")).await;
    assert_eq!(ticket["follow_up_of"], first.as_str());
    assert_eq!(ticket["customer_email"], "jane@example.com");
    let mut words: BTreeSet<String> = vendor.messages(&second).await.into_iter().collect();
    words.insert(ticket["description"].as_str().unwrap().to_owned());
    assert_eq!(
        words.into_iter().collect::<Vec<_>>(),
        ["Message 2002", "Message 2003", "Message 2004"]
    );
    assert_eq!(vendor.messages(&first).await, ["One more thing"]);
    assert_eq!(vendor.tickets().await.len(), 2);
    vendor.stack.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_once_and_can_be_replayed() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let cut_off = b"{\"ticket\": {\"id\": 9, \"description\": \"cut";
    for _ in 0..2 {
        assert_eq!(vendor.zendesk_bytes(cut_off).await.status, 200);
    }
    let large = format!("{{\"ticket\": {{\"id\": 9, \"description\": \"{}\"", "x".repeat(300_000));
    assert_eq!(vendor.zendesk_bytes(large.as_bytes()).await.status, 200);
    assert_eq!(vendor.intercom(&json!({"hello": "world"})).await.status, 200);
    let kept = vendor.stack.unreadable().await.unwrap();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.iter().any(|line| line.contains("zendesk  40 bytes")), "{kept:?}");
    assert!(vendor.tickets().await.is_empty());
    let replayed = vendor.stack.replay().await.unwrap();
    assert_eq!(
        replayed,
        ["intercom: 0 acted on, 1 still unreadable", "zendesk: 0 acted on, 2 still unreadable"]
    );

    // Bodies of a kind that could not be read when they came, and can be by now.
    let zendesk = zendesk_event("created", 0, "NEW", json!({}));
    for (source, readable) in [("zendesk", zendesk), ("intercom", created_conversation())] {
        let item = json!({
            "pk": {"S": format!("unreadable#{source}")}, "sk": {"S": "0"},
            "body": {"B": STANDARD.encode(readable.to_string())}, "body_bytes": {"N": "1"},
            "reason": {"S": "r"}, "received_at": {"S": "2026-11-24T10:00:00.000Z"},
            "delivery_headers": {"M": {}}
        });
        let request = json!({"TableName": TABLE, "Item": item});
        vendor.dynamodb().call("PutItem", &request).await.unwrap();
    }
    assert_eq!(
        vendor.stack.replay().await.unwrap(),
        ["intercom: 1 acted on, 1 still unreadable", "zendesk: 1 acted on, 2 still unreadable"]
    );
    assert_eq!((vendor.tickets().await.len(), vendor.queued().await), (2, 2));
    assert_eq!(vendor.stack.unreadable().await.unwrap().len(), 3);
    vendor.stack.stop().await;
}

#[tokio::test]
async fn a_replay_reaches_every_kept_body_however_large() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    // Six fill more than the megabyte that DynamoDB reads at once; thirty small ones are more than
    // one replay takes.
    for number in 0..36 {
        let filling = if number < 6 { 250_000 } else { 10 };
        let body = format!("{{\"cut\": {number}, \"off\": \"{}", "x".repeat(filling));
        assert_eq!(vendor.zendesk_bytes(body.as_bytes()).await.status, 200);
    }
    assert_eq!(vendor.stack.unreadable().await.unwrap().len(), 36);
    assert_eq!(
        vendor.stack.replay().await.unwrap(),
        ["intercom: 0 acted on, 0 still unreadable", "zendesk: 0 acted on, 36 still unreadable"]
    );
    vendor.stack.stop().await;
}

#[tokio::test]
async fn intercom_may_ask_whether_the_address_exists() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let url = format!("{}/api/tickets/webhook/intercom", vendor.stack.addresses().api);
    assert_eq!(vendor.client.head(&url).send().await.unwrap().status(), 200);
    assert_eq!(vendor.client.get(&url).send().await.unwrap().status(), 200);
    vendor.stack.stop().await;
}

/// An event of ticket 35436 without a time, as a form that some senders still use has it.
fn timeless(mut event: Value) -> Value {
    event.as_object_mut().unwrap().remove("time");
    event
}

#[tokio::test]
async fn a_status_that_is_told_again_undoes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let moved =
        |second, to: &str| zendesk_event("status_changed", second, to, json!({"current": to}));
    for (number, is_timed) in [(35_436, true), (35_437, false)] {
        let of = |event: Value| {
            let event = if is_timed { event } else { timeless(event) };
            let text = event.to_string().replace("35436", &number.to_string());
            serde_json::from_str::<Value>(&text).unwrap()
        };
        let created = vendor.zendesk(&of(zendesk_event("created", 0, "NEW", json!({})))).await;
        let id = created.ticket_id().to_owned();
        let (opened, pending) = (of(moved(10, "OPEN")), of(moved(5, "PENDING")));
        assert_eq!(vendor.zendesk(&opened).await.result(), "status_changed");
        // What changes nothing is remembered too.
        let again = of(moved(11, "OPEN"));
        assert_eq!(vendor.zendesk(&again).await.result(), "already_received");
        vendor.put_status(&id, "resolved").await;
        let late = if is_timed { vec![&opened, &again, &pending] } else { vec![&opened, &again] };
        for event in late {
            let answer = vendor.zendesk(event).await;
            assert_eq!((answer.status, answer.result()), (200, "already_received"), "{event}");
        }
        let ticket = vendor.ticket(&created).await;
        assert_eq!((&ticket["status"], &ticket["reopen_count"]), (&json!("resolved"), &json!(0)));
    }

    let created = vendor.intercom(&created_conversation()).await;
    let topic = "conversation.admin.opened";
    let opened = intercom_event(topic, intercom_conversation("open", json!([])));
    vendor.intercom(&opened).await;
    vendor.put_status(created.ticket_id(), "resolved").await;
    // A second delivery, and an older notification that is delivered for the first time.
    let other = intercom_event(topic, intercom_conversation("open", json!([])));
    for event in [&opened, &other] {
        assert_eq!(vendor.intercom(event).await.result(), "already_received");
    }
    assert_eq!(vendor.ticket(&created).await["status"], "resolved");
    vendor.stack.stop().await;
}

#[tokio::test]
async fn a_conversation_may_have_any_number_of_follow_ups() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let first = vendor.intercom(&created_conversation()).await.ticket_id().to_owned();
    let mut newest = first.clone();
    for number in 0..53 {
        vendor.close(&newest).await;
        let reply = intercom_reply(&format!("{number}"), &format!("Message {number}"));
        let answer = vendor.intercom(&reply).await;
        assert_eq!((answer.status, answer.result()), (201, "created"), "{number}");
        assert_ne!(answer.ticket_id(), newest);
        newest = answer.ticket_id().to_owned();
    }
    // Each message is known, whichever ticket it made, and the newest ticket is found at once.
    for number in [0, 20, 52] {
        let reply = intercom_reply(&format!("{number}"), &format!("Message {number}"));
        let answer = vendor.intercom(&reply).await;
        assert_eq!((answer.ticket_id(), answer.result()), (newest.as_str(), "already_received"));
    }
    assert_eq!(vendor.tickets().await.len(), 54);
    let noted = vendor.beside(&first, "ticket").await[0]["newest_follow_up"]["N"].clone();
    assert_eq!(noted, "53");
    vendor.stack.stop().await;
}

#[tokio::test]
async fn one_comment_told_as_event_and_as_trigger_is_one_message() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let trigger = |comment: &str| {
        json!({"ticket": {"id": 35_436, "title": "The printer is on fire", "status": "Open",
            "latest_comment": comment, "requester": {"name": "Jane Doe"}}})
    };
    let created = vendor.zendesk(&zendesk_event("created", 0, "NEW", json!({}))).await;
    let id = created.ticket_id().to_owned();
    // The description once more, then a comment first as a trigger and one first as an event.
    vendor.zendesk(&trigger("Smoke  everywhere.")).await;
    for _ in 0..2 {
        vendor.zendesk(&trigger("It burns again.")).await;
        vendor.zendesk(&zendesk_comment(8, "77", "It burns again.")).await;
        vendor.zendesk(&zendesk_comment(9, "78", "Help!")).await;
        vendor.zendesk(&trigger("<p>Help!</p>")).await;
    }
    assert_eq!(vendor.messages(&id).await, ["It burns again.", "Help!"]);
    // With an id of its own the same may be said again.
    vendor.zendesk(&zendesk_comment(20, "79", "Help!")).await;
    assert_eq!(vendor.messages(&id).await, ["It burns again.", "Help!", "Help!"]);
    vendor.stack.stop().await;
}

#[tokio::test]
async fn a_follow_up_keeps_what_was_told_of_the_customer_and_learns_with_the_first() {
    let data = tempfile::tempdir().unwrap();
    let vendor = Vendor::start(data.path()).await;
    let first = vendor.zendesk(&zendesk_event("created", 0, "NEW", json!({}))).await;
    let first = first.ticket_id().to_owned();
    vendor.close(&first).await;
    let second = vendor.zendesk(&zendesk_comment(30, "77", "Again!")).await;
    let body = json!({"ticket": {"id": 35_436, "title": "The printer is on fire",
        "description": "Smoke everywhere.", "order_number": 4711,
        "requester": "Jane Doe <jane@example.com>, Sam <sam@example.com>"}});
    let completed = vendor.zendesk(&body).await;
    assert_eq!((completed.ticket_id(), completed.result()), (second.ticket_id(), "completed"));
    let list = vendor.get("/api/tickets?customer_email=jane@example.com").await;
    let ids: BTreeSet<&str> = list["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["ticket_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, BTreeSet::from([first.as_str(), second.ticket_id()]));
    let ticket = vendor.ticket(&second).await;
    for (name, value) in [
        ("customer_email", "jane@example.com"),
        ("customer_name", "Jane Doe"),
        ("customer_contact", "sam@example.com"),
        ("order_id", "4711"),
    ] {
        assert_eq!(ticket[name], value, "{name}");
    }
    let history = vendor.get(&format!("/api/tickets/{first}/history")).await;
    let fields = &history["changes"].as_array().unwrap().last().unwrap()["fields"];
    assert_eq!(fields["customer_email"], json!({"from": null, "to": "jane@example.com"}));
    assert_eq!(fields["customer_id"]["to"], ticket["customer_id"]);
    vendor.stack.stop().await;
}
