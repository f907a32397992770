//! The stack is killed under load, without warning, and started again on the same data.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::harness::command::Running;
use crate::harness::product::{Product, ids, ticket};
use futures_util::future::join_all;
use reqwest::Client;
use serde_json::Value;

/// Clients that create at the same time.
const CLIENTS: usize = 8;
/// Tickets that are acknowledged before the stack is killed.
const BEFORE_THE_KILL: usize = 40;

/// What the clients know of the creates that they sent, by number.
#[derive(Default)]
struct Known {
    sent: AtomicUsize,
    acknowledged: Mutex<BTreeMap<usize, Value>>,
    unacknowledged: Mutex<BTreeSet<usize>>,
    /// Those that were sent again: their message may have died with the first try.
    sent_again: Mutex<BTreeSet<usize>>,
}

async fn create(client: &Client, api: &str, number: usize) -> reqwest::Result<Value> {
    let request = client
        .post(format!("{api}/api/tickets/create"))
        .header("idempotency-key", format!("crash-{number}"))
        .json(&ticket(number));
    let answer = request.send().await?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    assert_eq!(status, 201, "{body}");
    Ok(body)
}

impl Known {
    /// Creates one ticket after the other until the stack is gone.
    async fn create_until_killed(&self, client: &Client, api: &str) {
        loop {
            let number = self.sent.fetch_add(1, Ordering::SeqCst);
            let Ok(body) = create(client, api, number).await else {
                self.unacknowledged.lock().unwrap().insert(number);
                return;
            };
            self.acknowledged.lock().unwrap().insert(number, body);
        }
    }

    async fn until_acknowledged(&self, count: usize) {
        while self.acknowledged.lock().unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Sends what was not acknowledged again, twice at once.
    async fn send_again(&self, client: &Client, api: &str) {
        let numbers = std::mem::take(&mut *self.unacknowledged.lock().unwrap());
        let again = numbers.iter().map(async |number| {
            let (one, other) =
                tokio::join!(create(client, api, *number), create(client, api, *number));
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!(one["ticket"], other["ticket"]);
            self.acknowledged.lock().unwrap().insert(*number, one);
        });
        join_all(again).await;
        self.sent_again.lock().unwrap().extend(numbers);
    }

    async fn check_acknowledged(&self, client: &Client, api: &str) {
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        for body in acknowledged.values() {
            let ticket_id = body["ticket"]["ticket_id"].as_str().unwrap();
            let answer = client.get(format!("{api}/api/tickets/{ticket_id}")).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{ticket_id}");
            assert_eq!(answer.json::<Value>().await.unwrap(), body["ticket"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_acknowledged_is_lost_and_nothing_is_doubled() {
    let data = tempfile::tempdir().unwrap();
    let known = Known::default();
    for with_functions in [false, true, true] {
        let mut running = Running::start(data.path());
        running.discard_output();
        let (client, api) = (Client::new(), running.api.clone());
        known.send_again(&client, &api).await;
        known.check_acknowledged(&client, &api).await;

        let enough = known.acknowledged.lock().unwrap().len() + BEFORE_THE_KILL;
        let clients = join_all((0..CLIENTS).map(|_| known.create_until_killed(&client, &api)));
        let killer = async {
            known.until_acknowledged(enough).await;
            if with_functions { running.kill_all() } else { running.signal("-KILL") }
        };
        tokio::join!(clients, killer);
        running.ended();
        assert_eq!(known.unacknowledged.lock().unwrap().len(), CLIENTS);
    }

    let product = Product::start(data.path()).await;
    let (client, api) = (Client::new(), product.stack.addresses().api.clone());
    known.send_again(&client, &api).await;
    known.check_acknowledged(&client, &api).await;
    let acknowledged = known.acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), known.sent.into_inner());

    let mut tickets: HashMap<String, usize> = HashMap::new();
    let mut query = "?limit=100".to_owned();
    loop {
        let page = product.list(&query).await;
        for ticket_id in ids(&page) {
            *tickets.entry(ticket_id).or_default() += 1;
        }
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        query = format!("?limit=100&cursor={cursor}");
    }
    let expected: HashMap<String, usize> = acknowledged
        .values()
        .map(|body| (body["ticket"]["ticket_id"].as_str().unwrap().to_owned(), 1))
        .collect();
    assert_eq!(expected.len(), acknowledged.len());
    assert_eq!(tickets, expected);

    let messages: HashSet<String> = product
        .messages()
        .await
        .iter()
        .map(|message| message["ticket_id"].as_str().unwrap().to_owned())
        .collect();
    assert!(messages.iter().all(|ticket_id| tickets.contains_key(ticket_id)));
    let sent_again = known.sent_again.into_inner().unwrap();
    for (_, body) in acknowledged.iter().filter(|(number, _)| !sent_again.contains(number)) {
        assert_eq!(body["suggested_actions"][1], "AI processing queued");
        assert!(messages.contains(body["ticket"]["ticket_id"].as_str().unwrap()), "{body}");
    }
    product.stack.stop().await;
}
