//! Any sequence of requests answers as a small model of tickets, keys and versions says.

use std::collections::HashMap;

use crate::harness::product::{Answer, Product, ticket};
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

const STATUSES: [&str; 5] = ["new", "open", "in_progress", "resolved", "closed"];
const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const CATEGORIES: [&str; 2] = ["billing", "order"];
/// A ticket has the first so many of these.
const TAGS: [&str; 3] = ["vip", "é 😀", "late"];
const BODIES: usize = 3;
const KEYS: usize = 3;
/// Sequences that are tried, and the most requests of one.
const SEQUENCES: u32 = 60;
const REQUESTS: usize = 25;

#[derive(Debug, Clone)]
enum Request {
    /// Sent `at_once` times at the same time.
    Create {
        key: Option<usize>,
        body: usize,
        at_once: usize,
    },
    /// Of one of the tickets made so far.
    Move {
        ticket: prop::sample::Index,
        status: usize,
        expected: Expected,
    },
    /// The same for its fields.
    Patch {
        ticket: prop::sample::Index,
        fields: Fields,
        expected: Expected,
    },
    Read {
        ticket: prop::sample::Index,
    },
}

/// What a patch names; the inner `None` is null.
#[derive(Debug, Clone)]
struct Fields {
    priority: Option<usize>,
    category: Option<Option<usize>>,
    tags: Option<Option<usize>>,
}

#[derive(Debug, Clone, Copy)]
enum Expected {
    Unsaid,
    Any,
    Current,
    Another(u64),
}

#[derive(Debug, Clone, PartialEq)]
struct ModelTicket {
    id: String,
    body: usize,
    status: usize,
    version: u64,
    reopen_count: u64,
    priority: usize,
    category: Option<usize>,
    tags: usize,
    /// Whether an agent has set the priority, the category.
    set_by_agent: [bool; 2],
}

/// What the product must remember.
#[derive(Default)]
struct Model {
    tickets: Vec<ModelTicket>,
    /// For each key, the body that it first came with and its ticket.
    /// The tickets of keys and bodies: each body is for a customer of its own, who has keys of their own.
    keys: HashMap<(usize, usize), String>,
}

/// Written anew on purpose: forward, skipping allowed; resolved reopens; closed is final.
fn is_allowed(from: usize, to: usize) -> bool {
    let (open, in_progress, resolved, closed) = (1, 2, 3, 4);
    match (from, to) {
        (from, _) if from == closed => false,
        (from, to) if from == resolved => [open, in_progress, closed].contains(&to),
        (from, to) => to > from,
    }
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let expected = prop_oneof![
        3 => Just(Expected::Unsaid),
        1 => Just(Expected::Any),
        2 => Just(Expected::Current),
        2 => (0..4_u64).prop_map(Expected::Another),
    ];
    let fields = (
        prop::option::of(0..PRIORITIES.len()),
        prop::option::of(prop::option::of(0..CATEGORIES.len())),
        prop::option::of(prop::option::of(0..=TAGS.len())),
    )
        .prop_map(|(priority, category, tags)| Fields { priority, category, tags });
    let patch = (any::<prop::sample::Index>(), fields, expected.clone())
        .prop_map(|(ticket, fields, expected)| Request::Patch { ticket, fields, expected });
    let create = (prop::option::weighted(0.8, 0..KEYS), 0..BODIES, 1..4_usize)
        .prop_map(|(key, body, at_once)| Request::Create { key, body, at_once });
    let step = (any::<prop::sample::Index>(), 0..STATUSES.len(), expected)
        .prop_map(|(ticket, status, expected)| Request::Move { ticket, status, expected });
    let read = any::<prop::sample::Index>().prop_map(|ticket| Request::Read { ticket });
    prop::collection::vec(prop_oneof![3 => create, 5 => step, 3 => patch, 2 => read], 1..REQUESTS)
}

#[test]
fn every_sequence_of_requests_answers_as_the_model_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let product = runtime.block_on(Product::start_with(data.path(), &["--processes", "4"]));
    let mut runner = TestRunner::new(Config {
        cases: SEQUENCES,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&requests(), |sequence| {
        // Sequences share the store, so each has keys of its own.
        let prefix = uuid::Uuid::new_v4().simple().to_string();
        let mut model = Model::default();
        for request in sequence {
            runtime.block_on(model.check(&product, &prefix, &request));
        }
        Ok(())
    });
    runtime.block_on(product.stack.stop());
    outcome.unwrap();
}

impl Model {
    async fn check(&mut self, product: &Product, prefix: &str, request: &Request) {
        match request {
            Request::Create { key: None, body, at_once } => {
                let body = *body;
                let content = ticket(body);
                let sent = (0..*at_once).map(|_| product.create(&content));
                for answer in join_all(sent).await {
                    assert_eq!(answer.status, 201, "{request:?}");
                    self.add(&answer, body);
                }
            }
            Request::Create { key: Some(key), body, at_once } => {
                let (text, content) = (format!("{prefix}-{key}"), ticket(*body));
                let sent = (0..*at_once).map(|_| product.create_with_key(&text, &content));
                let answers = join_all(sent).await;
                self.check_keyed(*key, *body, &answers);
            }
            Request::Move { ticket, status, expected } if !self.tickets.is_empty() => {
                let index = ticket.index(self.tickets.len());
                self.check_move(product, index, *status, *expected).await;
            }
            Request::Patch { ticket, fields, expected } if !self.tickets.is_empty() => {
                let index = ticket.index(self.tickets.len());
                self.check_patch(product, index, fields, *expected).await;
            }
            Request::Read { ticket } if !self.tickets.is_empty() => {
                let known = &self.tickets[ticket.index(self.tickets.len())];
                let answer = product.read(&known.id).await;
                assert_eq!(answer.status, 200);
                check_ticket(&answer.body, &answer, known);
            }
            Request::Move { .. } | Request::Patch { .. } | Request::Read { .. } => {}
        }
    }

    fn check_keyed(&mut self, key: usize, body: usize, answers: &[Answer]) {
        let is_replay = |answer: &&Answer| answer.headers.contains_key("idempotent-replayed");
        let replays = answers.iter().filter(is_replay).count();
        match self.keys.get(&(key, body)) {
            Some(first_id) => {
                assert_eq!(replays, answers.len());
                for answer in answers {
                    check_ticket(&answer.body["ticket"], answer, &fresh(first_id, body));
                }
            }
            None => {
                assert_eq!(replays, answers.len() - 1, "{answers:?}");
                let id = self.add(&answers[0], body);
                for answer in answers {
                    check_ticket(&answer.body["ticket"], answer, &fresh(&id, body));
                }
                self.keys.insert((key, body), id);
            }
        }
    }

    async fn check_move(&mut self, product: &Product, index: usize, to: usize, expected: Expected) {
        let known = &mut self.tickets[index];
        let tag = expected.tag(known);
        let answer = match &tag {
            None => product.change_status(&known.id, STATUSES[to]).await,
            Some(tag) => product.change_status_if(&known.id, STATUSES[to], tag).await,
        };
        let right = if expected.is_outdated(known) {
            412
        } else if known.status == to || is_allowed(known.status, to) {
            200
        } else {
            409
        };
        assert_eq!(answer.status, right, "{known:?} to {to}, {expected:?}");
        if right == 200 {
            let is_reopened = STATUSES[known.status] == "resolved" && to < known.status;
            known.reopen_count += u64::from(is_reopened);
            known.version += u64::from(known.status != to);
            known.status = to;
            check_ticket(&answer.body, &answer, known);
        }
    }

    async fn check_patch(
        &mut self,
        product: &Product,
        index: usize,
        fields: &Fields,
        expected: Expected,
    ) {
        let known = &mut self.tickets[index];
        let mut after = known.clone();
        let mut patch = json!({});
        if let Some(priority) = fields.priority {
            patch["priority"] = PRIORITIES[priority].into();
            after.priority = priority;
            after.set_by_agent[0] = true;
        }
        if let Some(category) = fields.category {
            patch["category"] = category.map(|category| CATEGORIES[category]).into();
            after.category = category;
            after.set_by_agent[1] = true;
        }
        if let Some(tags) = fields.tags {
            patch["tags"] = json!(tags.map(|tags| &TAGS[..tags]));
            after.tags = tags.unwrap_or(0);
        }
        let tag = expected.tag(known).unwrap_or_else(|| "*".to_owned());
        let answer = product.patch_if(&known.id, &patch, &tag).await;
        let right = if expected.is_outdated(known) { 412 } else { 200 };
        assert_eq!(answer.status, right, "{known:?} with {patch}, {expected:?}");
        if right == 200 {
            after.version += u64::from(after != *known);
            *known = after;
            check_ticket(&answer.body, &answer, known);
        }
    }

    fn add(&mut self, answer: &Answer, body: usize) -> String {
        let id = answer.body["ticket"]["ticket_id"].as_str().unwrap().to_owned();
        assert!(self.tickets.iter().all(|known| known.id != id), "{id} is there already");
        let known = fresh(&id, body);
        check_ticket(&answer.body["ticket"], answer, &known);
        self.tickets.push(known);
        id
    }
}

impl Expected {
    fn tag(self, known: &ModelTicket) -> Option<String> {
        match self {
            Self::Unsaid => None,
            Self::Any => Some("*".to_owned()),
            Self::Current => Some(format!("\"{}\"", known.version)),
            Self::Another(version) => Some(format!("\"{version}\"")),
        }
    }

    fn is_outdated(self, known: &ModelTicket) -> bool {
        matches!(self, Self::Another(version) if version != known.version)
    }
}

fn fresh(id: &str, body: usize) -> ModelTicket {
    ModelTicket {
        id: id.to_owned(),
        body,
        status: 0,
        version: 1,
        reopen_count: 0,
        priority: 1,
        category: None,
        tags: 0,
        set_by_agent: [false; 2],
    }
}

fn check_ticket(told: &serde_json::Value, answer: &Answer, known: &ModelTicket) {
    assert_eq!(told["ticket_id"], known.id.as_str());
    assert_eq!(told["status"], STATUSES[known.status]);
    assert_eq!(told["version"], known.version);
    assert_eq!(told["reopen_count"], known.reopen_count);
    assert_eq!(told["priority"], PRIORITIES[known.priority]);
    assert_eq!(told["category"], json!(known.category.map(|category| CATEGORIES[category])));
    assert_eq!(told["tags"], json!(TAGS[..known.tags]));
    for (field, is_set) in ["priority_set_by", "category_set_by"].iter().zip(known.set_by_agent) {
        assert_eq!(told[field], json!(is_set.then_some("agent")), "{field}");
    }
    for (time, is_set) in [
        ("first_response_at", known.status > 0),
        ("resolved_at", known.status > 2),
        ("closed_at", known.status > 3),
    ] {
        assert_eq!(told[time].is_string(), is_set, "{time}");
    }
    assert_eq!(answer.headers["etag"], format!("\"{}\"", known.version));
    let sent = ticket(known.body);
    for member in ["customer_email", "subject", "description"] {
        assert_eq!(told[member], sent[member], "{member}");
    }
}
