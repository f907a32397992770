//! What is kept of a customer is handed over and erased, whole and for good.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use reqwest::Client;
use serde_json::{Value, json};

use crate::harness::command::{Running, command};
use crate::harness::product::{Answer, Product, TABLE, created_id, reported_id, ticket};

const ERASE: &str = "DELETE /api/customers/{customer_id}";
const EXPORT: &str = "GET /api/customers/{customer_id}/export";
/// Stands in everything that is the customer's.
const THEIRS: &str = "erika";
const ADDRESS: &str = "erika.muster@example.com";

async fn erase(product: &Product, customer_id: &str) -> Answer {
    product.send(ERASE, &format!("/api/customers/{customer_id}"), None).await
}

async fn webhook(product: &Product, source: &str, body: &str) -> Answer {
    let path = format!("/api/tickets/webhook/{source}");
    product.send(&format!("POST {path}"), &path, Some(body)).await
}

/// Every row of the table.
async fn rows(product: &Product) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut request = json!({"TableName": TABLE});
    loop {
        let answer = product.dynamodb().call("Scan", &request).await.unwrap();
        rows.extend(answer["Items"].as_array().unwrap().iter().cloned());
        if answer["LastEvaluatedKey"].is_null() {
            return rows;
        }
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"].clone();
    }
}

/// Rows that show the customer, their bodies read too.
async fn shown(product: &Product) -> Vec<Value> {
    use base64::Engine;
    let mentions = |row: &Value| {
        let body = row["body"]["B"].as_str().unwrap_or_default();
        let body = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        let text = row.to_string() + &String::from_utf8_lossy(&body);
        text.to_lowercase().contains(THEIRS)
    };
    rows(product).await.into_iter().filter(mentions).collect()
}

fn zendesk_trigger(id: u64, description: &str) -> String {
    json!({"account_id": 1, "ticket": {"id": id, "subject": "Erika asks", "description": description,
        "requester": {"email": ADDRESS, "name": "Erika Muster"}}})
    .to_string()
}

fn zendesk_comment(id: u64, comment: &str, text: &str, time: chrono::DateTime<Utc>) -> String {
    json!({
        "account_id": 1, "type": "zen:event-type:ticket.comment_added", "time": time.to_rfc3339(),
        "detail": {"id": id.to_string(), "subject": "Erika asks", "description": "Erika, of old.",
            "requester_id": "5", "requester": {"email": ADDRESS, "name": "Erika Muster"}},
        "event": {"comment": {"id": comment, "body": text, "is_public": true,
            "author": {"id": "5", "is_staff": false}}}
    })
    .to_string()
}

fn body(subject: &str) -> Value {
    json!({"customer_email": ADDRESS, "customer_name": "Erika Muster", "subject": subject,
        "description": "Erika paid with 4111 1111 1111 1111."})
}

/// A customer with everything that the product keeps, and another one.
async fn furnish(product: &Product) -> (String, Vec<String>) {
    let created = product.create_with_key("erika-1", &body("Erika writes")).await;
    let customer_id = created.body["ticket"]["customer_id"].as_str().unwrap().to_owned();
    let mut ids = vec![created_id(&created)];
    // Long enough for an item of its own.
    let long = format!("Erika, of old. {}", "Erika goes on. ".repeat(600));
    let answer = webhook(product, "zendesk", &zendesk_trigger(7, &long)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    ids.push(reported_id(&answer));
    for number in 0..3 {
        let comment = zendesk_comment(7, &number.to_string(), "Erika again", Utc::now());
        let answer = webhook(product, "zendesk", &comment).await;
        assert_eq!(answer.body["result"], "message_added", "{answer:?}");
    }
    for id in &ids {
        product.patch(id, &json!({"tags": ["erika"], "assignee": "agent"})).await;
    }
    product.change_status(&ids[1], "resolved").await;
    webhook(product, "zendesk", r#"{"broken": "for erika.muster\u0040example.com"}"#).await;
    let twice = r#"{"ticket_id": "7", "ticket_id": "7", "says": "Erika, by her ticket alone"}"#;
    webhook(product, "zendesk", twice).await;
    webhook(product, "intercom", "not json: <Erika.Muster@Example.com>").await;
    webhook(product, "intercom", r#"{"broken": "for somebody.else@example.com"}"#).await;
    let other = created_id(&product.create(&ticket(1)).await);
    product.patch(&other, &json!({"tags": ["other"]})).await;
    (customer_id, ids)
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_left_and_all_of_others_is() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let (customer_id, ids) = furnish(&product).await;
    let all = rows(&product).await;
    let theirs = shown(&product).await;
    assert!(theirs.len() >= 10, "{theirs:?}");

    let answer = erase(&product, &customer_id).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body["finished_at"].is_string());
    let counts = json!({"tickets": 2, "messages": 3, "message_ids": 3, "changes": 3,
        "corrections": 0, "learned_versions": 0, "kept_bodies": 3,
        "long_texts": 1, "others": 0});
    assert_eq!(answer.body["erased"], counts);

    assert_eq!(shown(&product).await, [] as [Value; 0]);
    // What is not the customer's is as it was.
    let left = rows(&product).await;
    let digits: Vec<&str> = ids.iter().map(|id| &id[13..]).collect();
    let others: Vec<&Value> = all
        .iter()
        .filter(|row| !theirs.contains(row) && !digits.contains(&row["pk"]["S"].as_str().unwrap()))
        .collect();
    assert!(others.len() >= 3);
    assert!(others.iter().all(|row| left.contains(row)), "{others:?} {left:?}");
    // Besides, there are the report and a mark for each of the two tickets that could come again.
    assert_eq!(left.len(), others.len() + 3, "{left:?}");

    for id in &ids {
        assert_eq!(product.read(id).await.status, 404);
        assert_eq!(product.timeline(id, "messages", "").await.status, 404);
        assert_eq!(product.change_status(id, "open").await.status, 404);
    }
    assert_eq!(product.list("").await.body["tickets"].as_array().unwrap().len(), 1);
    // The same again finds nothing more and reports the same.
    let again = erase(&product, &customer_id).await;
    assert_eq!((again.status, &again.body["erased"]), (200, &counts));
    let nobody = erase(&product, "CUST-00000000000000000000").await;
    assert_eq!((nobody.status, &nobody.body["erased"]["tickets"]), (200, &json!(0)));
    product.stack.stop().await;
}

#[tokio::test]
async fn what_was_erased_does_not_come_back() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let (customer_id, _) = furnish(&product).await;
    let before = Utc::now();
    assert_eq!(erase(&product, &customer_id).await.status, 200);

    // The same request, the same delivery, a late message, a late status.
    let again = product.create_with_key("erika-1", &body("Erika writes")).await;
    assert_eq!(again.status, 410, "{again:?}");
    let late = before - TimeDelta::seconds(5);
    let status = json!({"account_id": 1, "type": "zen:event-type:ticket.status_changed",
        "time": Utc::now().to_rfc3339(), "event": {"current": "OPEN", "previous": "SOLVED"},
        "detail": {"id": "7", "subject": "Erika asks", "description": "Erika, of old.",
            "requester_id": "5", "status": "OPEN"}});
    for late in [
        zendesk_trigger(7, "Erika, of old."),
        zendesk_comment(7, "0", "Erika again", late),
        zendesk_comment(7, "99", "Erika, on its way for long", late),
        status.to_string(),
    ] {
        let answer = webhook(&product, "zendesk", &late).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body, json!({"ticket_id": null, "result": "no_ticket"}));
        assert_eq!(shown(&product).await, [] as [Value; 0]);
    }

    // What the customer writes since is a new ticket, without what was said before.
    let since = Utc::now() + TimeDelta::seconds(1);
    let comment = zendesk_comment(7, "100", "I am back, Erika", since);
    let answer = webhook(&product, "zendesk", &comment).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = reported_id(&answer);
    let ticket = product.read(&id).await.body;
    assert_eq!(ticket["description"], "I am back, Erika");
    assert_eq!(ticket["subject"], "I am back, Erika");
    assert!(!json!(shown(&product).await).to_string().contains("of old"));
    let again = webhook(&product, "zendesk", &comment).await;
    assert_eq!((again.status, reported_id(&again)), (200, id.clone()));
    // A status is that of the new ticket now.
    let moved = webhook(&product, "zendesk", &status.to_string()).await;
    assert_eq!((moved.status, reported_id(&moved)), (200, id.clone()));
    assert_eq!(product.read(&id).await.body["status"], "open", "{moved:?}");
    product.stack.stop().await;
}

#[tokio::test]
async fn what_the_ai_learned_from_an_erased_ticket_is_forgotten() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TriageModel=embedded", "--parameter", "TriageConfidence=0"];
    let product = Product::start_with(data.path(), &further).await;
    let version = |number: u32, at: &str| {
        json!({"pk": {"S": "adaptation"}, "sk": {"S": format!("version#{number:08}")},
            "version": {"N": number.to_string()}, "bytes": {"B": "AAAA"}, "at": {"S": at}})
    };
    let put = async |item: Value| {
        let request = json!({"TableName": TABLE, "Item": item});
        product.dynamodb().call("PutItem", &request).await.unwrap();
    };
    let created = product.create(&body("Where is my parcel?")).await;
    let (id, customer) = (created_id(&created), &created.body["ticket"]["customer_id"]);
    product.suggestion(&id).await;
    for category in ["billing", "order"] {
        product.patch(&id, &json!({"category": category})).await;
    }
    let other = created_id(&product.create(&ticket(1)).await);
    product.suggestion(&other).await;
    product.patch(&other, &json!({"category": "billing"})).await;
    put(version(1, "2024-01-01T00:00:00.000Z")).await;
    put(version(2, &Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))).await;
    put(json!({"pk": {"S": "adaptation"}, "sk": {"S": "active"}, "version": {"N": "2"}})).await;

    let answer = erase(&product, customer.as_str().unwrap()).await;
    let erased = &answer.body["erased"];
    assert_eq!((&erased["corrections"], &erased["learned_versions"]), (&json!(2), &json!(1)));
    let left: BTreeMap<String, Value> = rows(&product)
        .await
        .into_iter()
        .filter(|row| row["pk"]["S"] == "adaptation" || row["pk"]["S"] == "corrections")
        .map(|row| (row["sk"]["S"].as_str().unwrap().to_owned(), row))
        .collect();
    assert_eq!(left["active"]["version"]["N"], "1");
    assert_eq!(left["version#00000001"]["bytes"]["B"], "AAAA");
    assert!(left["version#00000002"]["bytes"].is_null(), "{left:?}");
    let corrections: Vec<&String> = left.keys().filter(|key| key.contains("Z#")).collect();
    assert!(matches!(&corrections[..], [one] if one.ends_with(&other[13..])), "{corrections:?}");
    // The number of what is forgotten stays taken, and so it cannot be put into use.
    let input = json!({"use": 2});
    assert!(product.stack.run_schedule_with("retrain-triage", Some(&input)).await.is_err());
    product.stack.stop().await;
}

/// All records of an export, in pages of at least `limit`.
async fn exported(product: &Product, customer_id: &str, limit: usize) -> (Vec<Value>, usize) {
    let (mut records, mut pages) = (Vec::new(), 0);
    let mut query = format!("?limit={limit}");
    loop {
        let path = format!("/api/customers/{customer_id}/export{query}");
        let page = product.send(EXPORT, &path, None).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.body["customer_id"], customer_id);
        records.extend(page.body["records"].as_array().unwrap().iter().cloned());
        pages += 1;
        let Some(cursor) = page.body["next_cursor"].as_str() else { return (records, pages) };
        query = format!("?limit={limit}&cursor={cursor}");
    }
}

#[tokio::test]
async fn an_export_has_everything_in_pages_of_any_size() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let (customer_id, ids) = furnish(&product).await;
    let (all, pages) = exported(&product, &customer_id, 500).await;
    assert_eq!(pages, 1);
    let (one_by_one, pages) = exported(&product, &customer_id, 1).await;
    assert!(pages > 4, "{pages}");
    assert_eq!(one_by_one, all);
    let kinds: Vec<&str> = all.iter().map(|record| record["kind"].as_str().unwrap()).collect();
    let of_first = ["ticket", "change"];
    let of_second = ["ticket", "change", "change", "message", "message", "message"];
    let bodies = ["kept_body", "kept_body", "kept_body"];
    assert_eq!(kinds, [&of_first[..], &of_second, &bodies].concat());
    assert_eq!(all[0]["ticket"], product.read(&ids[0]).await.body);
    let changes = product.changes(&ids[1]).await;
    let told = all
        .iter()
        .filter(|record| record["kind"] == "change" && record["ticket_id"] == ids[1].as_str());
    assert_eq!(told.map(|record| record["change"].clone()).collect::<Vec<_>>(), changes);
    let text = json!(all).to_string();
    assert!(text.contains("by her ticket alone") && !text.contains("somebody.else"), "{text}");
    // Masked as everywhere else.
    assert!(text.contains("**** **** **** 1111") && !text.contains("4111 1111"), "{text}");

    // A cursor belongs to its customer.
    let path =
        |id: &str, cursor: &str| format!("/api/customers/{id}/export?limit=1&cursor={cursor}");
    let first = format!("/api/customers/{customer_id}/export?limit=1");
    let cursor = product.send(EXPORT, &first, None).await.body["next_cursor"].clone();
    let cursor = cursor.as_str().unwrap();
    let stolen = path("CUST-00000000000000000000", cursor);
    assert_eq!(product.send(EXPORT, &stolen, None).await.status, 400);
    erase(&product, &customer_id).await;
    assert_eq!(exported(&product, &customer_id, 1).await.0, [] as [Value; 0]);
    assert_eq!(
        product.send(EXPORT, &path(&customer_id, cursor), None).await.body["records"],
        json!([])
    );
    product.stack.stop().await;
}

#[tokio::test]
async fn closed_tickets_are_kept_as_long_as_the_template_says() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--parameter", "TicketRetentionDays=30"];
    let product = Product::start_with(data.path(), &further).await;
    let key = |number: usize| format!("retention-{number}");
    let mut ids = Vec::new();
    for number in 0..4 {
        let id = created_id(&product.create_with_key(&key(number), &ticket(number)).await);
        let status = if number == 3 { "resolved" } else { "closed" };
        product.change_status(&id, status).await;
        ids.push(id);
    }
    // Two were closed 31 days ago, and made before that.
    let time = |days: i64| {
        let time = Utc::now() - TimeDelta::days(days);
        time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    };
    for id in [&ids[0], &ids[1], &ids[3]] {
        let mut item = product.item(id, "ticket").await;
        item["created_key"]["S"] = format!("{}#{}", time(40), &id[13..]).into();
        for name in ["created_at", "updated_at", "closed_at", "resolved_at"] {
            let days = if name == "created_at" { 40 } else { 31 };
            if !item[name].is_null() {
                item[name]["S"] = time(days).into();
            }
        }
        let request = json!({"TableName": TABLE, "Item": item});
        product.dynamodb().call("PutItem", &request).await.unwrap();
    }
    let run = async || product.stack.run_schedule("erase-due").await.unwrap();
    let first = run().await;
    assert_eq!((&first["erased"], &first["has_more"]), (&json!(2), &json!(false)), "{first}");
    assert_eq!(run().await["erased"], 0);
    let statuses = ids.iter().map(async |id| product.read(id).await.status);
    assert_eq!(futures_util::future::join_all(statuses).await, [404, 404, 200, 200]);
    let of_first: Vec<Value> =
        rows(&product).await.into_iter().filter(|row| row["pk"]["S"] == ids[0][13..]).collect();
    let [mark] = &of_first[..] else { panic!("{of_first:?}") };
    let names: Vec<&String> = mark.as_object().unwrap().keys().collect();
    assert_eq!(names, ["checksum", "erased_at", "pk", "salt", "sk"]);
    assert_eq!(product.create_with_key(&key(0), &ticket(0)).await.status, 410);
    product.stack.stop().await;
}

/// Creates tickets of one customer with two changes each, and says which customer.
async fn many_tickets(api: &str, count: usize) -> String {
    let client = Client::new();
    let mut customer_id = String::new();
    for number in 0..count {
        let request = client.post(format!("{api}/api/tickets/create")).json(&body("Erika writes"));
        let created: Value = request.send().await.unwrap().json().await.unwrap();
        let id = created["ticket"]["ticket_id"].as_str().unwrap();
        for tag in ["a", "b"] {
            let url = format!("{api}/api/tickets/{id}");
            let patch = json!({"tags": [tag, number.to_string()]});
            assert_eq!(client.patch(url).json(&patch).send().await.unwrap().status(), 200);
        }
        customer_id = created["ticket"]["customer_id"].as_str().unwrap().to_owned();
    }
    customer_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_is_killed_goes_on_and_counts_each_thing_once() {
    const TICKETS: usize = 40;
    let data = tempfile::tempdir().unwrap();
    let mut customer_id = String::new();
    for after in [Duration::ZERO, Duration::from_millis(15), Duration::from_millis(60)] {
        let mut running = Running::start(data.path());
        running.discard_output();
        if customer_id.is_empty() {
            customer_id = many_tickets(&running.api, TICKETS).await;
        }
        let url = format!("{}/api/customers/{customer_id}", running.api);
        let erasing = tokio::spawn(Client::new().delete(url).send());
        until_begun(&running.api, &customer_id, TICKETS).await;
        tokio::time::sleep(after).await;
        running.kill_all();
        running.ended();
        let _ = erasing.await;
    }
    let product = Product::start(data.path()).await;
    assert!(!shown(&product).await.is_empty(), "it was killed too late to show anything");
    // Two at once, and the schedule: whoever comes goes on.
    let (one, other, due) = tokio::join!(
        erase(&product, &customer_id),
        erase(&product, &customer_id),
        product.stack.run_schedule("erase-due")
    );
    due.unwrap();
    assert!([one.status, other.status].iter().all(|status| [200, 202, 503].contains(status)));
    let last = erase(&product, &customer_id).await;
    assert_eq!(last.status, 200);
    let erased = &last.body["erased"];
    assert_eq!((&erased["tickets"], &erased["changes"]), (&json!(TICKETS), &json!(2 * TICKETS)));
    assert_eq!(shown(&product).await, [] as [Value; 0]);
    let left = rows(&product).await;
    assert!(left.iter().all(|row| row["pk"]["S"] == "erasure"), "{left:?}");
    product.stack.stop().await;
}

/// Waits until the customer has less tickets than at first, or for a while.
async fn until_begun(api: &str, customer_id: &str, tickets: usize) {
    let client = Client::new();
    let url = format!("{api}/api/customers/{customer_id}/tickets?limit=100");
    for _ in 0..200 {
        let page = client.get(&url).send().await;
        let Ok(page) = page else { return };
        let page: Value = page.json().await.unwrap_or_default();
        if page["tickets"].as_array().is_some_and(|left| left.len() < tickets) {
            return;
        }
    }
}

#[tokio::test]
async fn the_command_erases_in_a_stack_that_runs_and_in_one_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = command(data.path()).args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.success(), text + &String::from_utf8(output.stderr).unwrap())
    };
    let mut running = Running::start(data.path());
    running.discard_output();
    let customer_id = many_tickets(&running.api, 2).await;
    let tasks: [&[&str]; 4] = [
        &["run-schedule", "requeue-stranded"],
        &["unreadable"],
        &["replay"],
        &["erase", &customer_id],
    ];
    for task in tasks {
        let (succeeded, text) = run(task);
        assert!(succeeded, "{task:?} {text}");
    }
    let (_, text) = run(&["erase", &customer_id]);
    assert!(text.contains("tickets: 2\n") && text.contains("changes: 4\n"), "{text}");
    let (succeeded, text) = run(&["run-schedule", "create-ticket"]);
    assert!(!succeeded && text.contains("No schedule runs"), "{text}");
    running.signal("-TERM");
    running.ended();

    let (succeeded, text) = run(&["erase", &customer_id]);
    assert!(succeeded && text.contains("tickets: 2\n"), "{text}");
    let (succeeded, text) = run(&["erase", "erika"]);
    assert!(!succeeded && text.contains("CUST-"), "{text}");
}
