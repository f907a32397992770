//! Lists: filters in any combination, both orders, cursors, walks while tickets come and move.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::product::{Answer, Product, TABLE, ids};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

const STATUSES: [&str; 5] = ["new", "open", "in_progress", "resolved", "closed"];
const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const CATEGORIES: [&str; 2] = ["shipping", "billing"];
const SOURCES: [&str; 3] = ["web", "email", "chat"];
const TAGS: [&str; 3] = ["vip", "late", "angry"];

/// A ticket as the test knows it.
#[derive(Debug, Clone)]
struct Known {
    id: String,
    milliseconds: u32,
    status: &'static str,
    priority: &'static str,
    category: Option<&'static str>,
    source: &'static str,
    customer: u32,
    order: Option<u32>,
    tags: Vec<&'static str>,
}

fn time(milliseconds: u32) -> String {
    format!("2024-11-03T10:30:{:02}.{:03}Z", milliseconds / 1000, milliseconds % 1000)
}

/// Ids of customers, as they derive from `customerN@example.com`.
fn customer_id(customer: u32) -> String {
    let id = copilot_core_customer_id(&format!("customer{customer}@example.com"));
    format!("CUST-{id}")
}

fn copilot_core_customer_id(address: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("customer-id\0{address}"));
    digest.iter().take(10).map(|byte| format!("{byte:02X}")).collect()
}

/// Ticket number `number` of many that differ in everything, several in each millisecond.
fn known(number: u32) -> Known {
    let digits = number.wrapping_mul(2_654_435_761);
    let pick = |names: &'static [&'static str], salt: u32| {
        names[(digits.rotate_left(salt) % names.len() as u32) as usize]
    };
    Known {
        id: format!("TKT-20241103-{digits:08X}"),
        milliseconds: number / 3 * 7,
        status: pick(&STATUSES, 3),
        priority: pick(&PRIORITIES, 7),
        category: (!number.is_multiple_of(4)).then(|| pick(&CATEGORIES, 11)),
        source: pick(&SOURCES, 13),
        customer: number % 9,
        order: number.is_multiple_of(5).then_some(number % 10),
        tags: TAGS
            .iter()
            .copied()
            .filter(|_| number.is_multiple_of(3))
            .take(number as usize % 4)
            .collect(),
    }
}

fn item(known: &Known) -> Value {
    let digits = &known.id[13..];
    let shard = u32::from_str_radix(digits, 16).unwrap() % 4;
    let created_at = time(known.milliseconds);
    let mut item = json!({"version": {"N": "1"}});
    let mut set = |name: &str, value: &str| item[name] = json!({"S": value});
    set("pk", digits);
    set("sk", "ticket");
    set("list_shard", &format!("all#{shard:02}"));
    set("status_shard", &format!("{}#{shard:02}", known.status));
    set("created_key", &format!("{created_at}#{digits}"));
    set("ticket_id", &known.id);
    set("customer_id", &customer_id(known.customer));
    set("customer_email", &format!("customer{}@example.com", known.customer));
    set("subject", "s");
    set("description", "d");
    set("priority", known.priority);
    set("status", known.status);
    set("source", known.source);
    set("created_at", &created_at);
    set("updated_at", &created_at);
    if let Some(category) = known.category {
        set("category", category);
    }
    if let Some(order) = known.order {
        set("order_id", &order.to_string());
    }
    let tags: Vec<Value> = known.tags.iter().map(|tag| json!({"S": tag})).collect();
    if !tags.is_empty() {
        item["tags"] = json!({"L": tags});
    }
    item
}

async fn fill(product: &Product, count: u32) -> Vec<Known> {
    let tickets: Vec<Known> = (0..count).map(known).collect();
    let dynamodb = product.dynamodb();
    for batch in tickets.chunks(25) {
        let puts: Vec<Value> =
            batch.iter().map(|known| json!({"PutRequest": {"Item": item(known)}})).collect();
        let request = json!({"RequestItems": {TABLE: puts}});
        let answer = dynamodb.call("BatchWriteItem", &request).await.unwrap();
        assert_eq!(answer["UnprocessedItems"], json!({}));
    }
    tickets
}

#[derive(Debug, Clone, Default)]
struct Asked {
    status: Option<usize>,
    priority: Option<usize>,
    category: Option<usize>,
    source: Option<usize>,
    customer: Option<u32>,
    by_address: bool,
    order: Option<u32>,
    tag: Option<usize>,
    after: Option<u32>,
    before: Option<u32>,
    ascending: bool,
    limit: u32,
}

fn asked() -> impl Strategy<Value = Asked> {
    let some = |count: usize| prop::option::weighted(0.3, 0..count);
    let number = |count: u32| prop::option::weighted(0.3, 0..count);
    let first = (some(5), some(4), some(2), some(3), number(10), any::<bool>());
    let second = (number(11), some(3), number(900), number(900), any::<bool>(), 1..=100_u32);
    (first, second).prop_map(|(first, second)| Asked {
        status: first.0,
        priority: first.1,
        category: first.2,
        source: first.3,
        customer: first.4,
        by_address: first.5,
        order: second.0,
        tag: second.1,
        after: second.2,
        before: second.3,
        ascending: second.4,
        limit: second.5,
    })
}

impl Asked {
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        add("status", self.status.map(|index| STATUSES[index].to_owned()));
        add("priority", self.priority.map(|index| PRIORITIES[index].to_owned()));
        add("category", self.category.map(|index| CATEGORIES[index].to_owned()));
        add("source", self.source.map(|index| SOURCES[index].to_owned()));
        let address = |number| format!(" CUSTOMER{number}@Example.com ");
        add("customer_email", self.customer.filter(|_| self.by_address).map(address));
        add("customer_id", self.customer.filter(|_| !self.by_address).map(customer_id));
        add("order_id", self.order.map(|order| order.to_string()));
        add("tag", self.tag.map(|index| TAGS[index].to_owned()));
        add("created_after", self.after.map(time));
        add("created_before", self.before.map(time));
        add("order", self.ascending.then(|| "asc".to_owned()));
        query.finish()
    }

    fn shows(&self, known: &Known) -> bool {
        fn is<T: PartialEq>(wanted: Option<T>, has: T) -> bool {
            wanted.is_none_or(|wanted| wanted == has)
        }
        is(self.status.map(|index| STATUSES[index]), known.status)
            && is(self.priority.map(|index| PRIORITIES[index]), known.priority)
            && self.category.is_none_or(|index| known.category == Some(CATEGORIES[index]))
            && is(self.source.map(|index| SOURCES[index]), known.source)
            && is(self.customer, known.customer)
            && self.order.is_none_or(|order| known.order == Some(order))
            && self.tag.is_none_or(|index| known.tags.contains(&TAGS[index]))
            && self.after.is_none_or(|after| known.milliseconds >= after)
            && self.before.is_none_or(|before| known.milliseconds < before)
    }
}

/// All pages of a list, by its `Link` header.
async fn walk(product: &Product, query: &str) -> Vec<Answer> {
    let mut pages = vec![product.list(&format!("?{query}")).await];
    loop {
        let page = pages.last().unwrap();
        assert_eq!(page.status, 200, "{query}: {}", page.body);
        let Some(link) = page.headers.get("link") else {
            assert_eq!(page.body["next_cursor"], Value::Null);
            return pages;
        };
        let link = link.to_str().unwrap();
        let address = link.strip_prefix('<').unwrap().strip_suffix(r#">; rel="next""#).unwrap();
        assert!(address.ends_with(page.body["next_cursor"].as_str().unwrap()));
        let next = product.list(address.strip_prefix("/api/tickets").unwrap()).await;
        pages.push(next);
    }
}

#[test]
fn every_list_shows_what_its_filter_asks_in_its_order() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let product = runtime.block_on(Product::start(data.path()));
    let tickets = runtime.block_on(fill(&product, 370));
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&asked(), |asked| {
        let mut expected: Vec<(u32, &str)> = tickets
            .iter()
            .filter(|known| asked.shows(known))
            .map(|known| (known.milliseconds, known.id.as_str()))
            .collect();
        expected.sort_unstable();
        if !asked.ascending {
            expected.reverse();
        }
        let expected: Vec<&str> = expected.into_iter().map(|(_, id)| id).collect();
        let pages = runtime.block_on(walk(&product, &asked.query()));
        let shown: Vec<String> = pages.iter().flat_map(ids).collect();
        prop_assert_eq!(shown, expected);
        // Only the last page may be short: no filter here needs more than its budget.
        for page in &pages[..pages.len() - 1] {
            prop_assert_eq!(ids(page).len(), asked.limit as usize);
        }
        Ok(())
    });
    runtime.block_on(product.stack.stop());
    outcome.unwrap();
}

#[tokio::test]
async fn a_rare_kind_is_found_page_by_page_within_a_budget() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut tickets = fill(&product, 1_300).await;
    // The oldest of all is the only critical one of a category that nothing else has.
    let rare = json!({
        "TableName": TABLE,
        "Key": {"pk": {"S": &tickets[0].id[13..]}, "sk": {"S": "ticket"}},
        "UpdateExpression": "SET category = :category",
        "ExpressionAttributeValues": {":category": {"S": "refund"}}
    });
    product.dynamodb().call("UpdateItem", &rare).await.unwrap();
    let pages = walk(&product, "category=refund").await;
    let shown: Vec<String> = pages.iter().flat_map(ids).collect();
    assert_eq!(shown, [tickets.remove(0).id]);
    assert_eq!(pages.len(), 3, "1,300 tickets at 500 a page");
    product.stack.stop().await;
}

#[tokio::test]
async fn a_walk_sees_what_stays_exactly_once_while_tickets_come_and_move() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let tickets = fill(&product, 200).await;
    for order in ["desc", "asc"] {
        let stays: BTreeSet<String> = tickets
            .iter()
            .filter(|known| known.status == "open")
            .map(|known| known.id.clone())
            .collect();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let mut moving = tickets.iter().filter(|known| known.status == "new");
        let mut query = format!("?status=open&limit=4&order={order}");
        loop {
            let page = product.list(&query).await;
            for id in ids(&page) {
                *seen.entry(id).or_default() += 1;
            }
            // Between two pages a ticket comes, and another one becomes what the list shows.
            product.create(&crate::harness::product::ticket(1)).await;
            if let Some(known) = moving.next() {
                product.change_status(&known.id, "open").await;
            }
            match page.body["next_cursor"].as_str() {
                Some(cursor) => {
                    query = format!("?status=open&limit=4&order={order}&cursor={cursor}");
                }
                None => break,
            }
        }
        assert!(stays.iter().all(|id| seen.get(id) == Some(&1)), "{order}: {seen:?}");
        assert!(seen.values().all(|times| *times == 1), "{order}: {seen:?}");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_cursor_survives_a_restart_and_serves_no_other_list() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    fill(&product, 60).await;
    let page = product.list("?limit=10&status=open").await;
    let cursor = page.body["next_cursor"].as_str().unwrap().to_owned();
    let second = product.list(&format!("?limit=10&status=open&cursor={cursor}")).await;
    product.stack.stop().await;

    let product = Product::start(data.path()).await;
    let again = product.list(&format!("?limit=10&status=open&cursor={cursor}")).await;
    assert_eq!(again.body, second.body);
    // The limit is no part of the list.
    let shorter = product.list(&format!("?limit=1&status=open&cursor={cursor}")).await;
    assert_eq!(ids(&shorter)[0], ids(&second)[0]);
    for other in ["status=new", "status=open&order=asc", "status=open&tag=vip", ""] {
        let refused = product.list(&format!("?{other}&cursor={cursor}")).await;
        assert_eq!(refused.status, 400, "{other}");
        assert_eq!(refused.body["errors"][0]["parameter"], "cursor");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn a_customer_is_one_in_every_spelling_and_source() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut created = Vec::new();
    for address in ["jane@example.com", " JANE@example.com ", "Jane@Example.COM"] {
        let mut body = crate::harness::product::ticket(1);
        body["customer_email"] = address.into();
        let answer = product.create(&body).await;
        created.push(answer.body["ticket"].clone());
    }
    product.create(&crate::harness::product::ticket(2)).await;
    let customer_id = created[0]["customer_id"].as_str().unwrap();
    let route = "GET /api/customers/{customer_id}/tickets";
    let path = format!("/api/customers/{customer_id}/tickets");
    let first = product.send(route, &format!("{path}?limit=2&order=asc"), None).await;
    let link = first.headers["link"].to_str().unwrap();
    let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    let second = product.send(route, next, None).await;
    let mut listed = ids(&first);
    listed.extend(ids(&second));
    let expected: Vec<&str> = created.iter().map(|t| t["ticket_id"].as_str().unwrap()).collect();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), 3);
    assert!(expected.iter().all(|id| listed.contains(&(*id).to_owned())));
    // The path names the customer; no parameter may name another.
    let refused = product.send(route, &format!("{path}?customer_id={customer_id}"), None).await;
    assert_eq!(refused.status, 400);
    product.stack.stop().await;
}
