//! The whole product over HTTP: every call of the README and of docs/local-stack.md, each error, restarts,
//! duplicates, races.

use crate::harness;
use std::collections::{BTreeSet, HashSet};

use crate::harness::contract::Contract;
use crate::harness::product::{Product, ids, ticket};
use crate::harness::{is_ticket_id, is_time, redacted};
use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::json;

#[tokio::test]
async fn a_ticket_is_created_read_listed_and_moved() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;

    let created = product
        .create(&json!({
            "customer_email": "john.doe@example.com",
            "customer_name": "John Doe",
            "subject": "Order hasn't shipped yet",
            "description": "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
            "order_id": "2021",
            "source": "web"
        }))
        .await;
    assert_eq!(created.status, 201);
    let ticket_id = created.body["ticket"]["ticket_id"].as_str().unwrap().to_owned();
    assert!(is_ticket_id(&ticket_id));
    assert!(is_time(created.body["ticket"]["created_at"].as_str().unwrap()));
    assert_eq!(created.headers["location"], format!("/api/tickets/{ticket_id}"));
    assert_eq!(created.headers["cache-control"], "no-store");
    // Each stack has ids of its own.
    let mut shown = created.body.clone();
    shown["ticket"]["customer_id"] = "[customer]".into();
    insta::assert_json_snapshot!("created", redacted(shown));

    let messages = product.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["ticket_id"], ticket_id.as_str());
    assert_eq!(messages[0]["reason"], "created");
    assert_eq!(messages[0]["schema_version"], 1);
    assert!(messages[0]["trace_id"].as_str().unwrap().starts_with("1-"));

    let read = product.read(&ticket_id).await;
    assert_eq!((read.status, &read.body), (200, &created.body["ticket"]));
    assert_eq!(product.list("").await.body, json!({"tickets": [read.body], "next_cursor": null}));

    let opened = product.change_status(&ticket_id, "open").await;
    assert_eq!(opened.status, 200);
    assert_eq!((&opened.body["status"], &opened.body["version"]), (&json!("open"), &json!(2)));
    assert_eq!(product.read(&ticket_id).await.body, opened.body);
    let again = product.change_status(&ticket_id, "open").await;
    assert_eq!((again.status, again.body), (200, opened.body.clone()));
    let refused = product.change_status(&ticket_id, "new").await;
    assert_eq!(refused.status, 409);
    assert_eq!(
        refused.body["detail"],
        "A ticket that is open cannot become new. Allowed: in_progress, resolved, closed."
    );
    assert_eq!(ids(&product.list("?status=new").await), Vec::<String>::new());
    assert_eq!(ids(&product.list("?status=open").await), [ticket_id]);
    product.stack.stop().await;
}

#[tokio::test]
async fn pages_hold_every_ticket_once_newest_first() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let mut created = Vec::new();
    for number in 0..23 {
        let answer = product.create(&ticket(number)).await;
        created.push(answer.body["ticket"]["ticket_id"].as_str().unwrap().to_owned());
    }
    created.reverse();

    let mut walked = Vec::new();
    let mut pages = 0;
    let mut query = "?limit=5&status=new".to_owned();
    loop {
        let page = product.list(&query).await;
        walked.extend(ids(&page));
        pages += 1;
        // A ticket made during the walk is newer than all its pages.
        product.create(&ticket(100 + pages)).await;
        match page.body["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=5&status=new&cursor={cursor}"),
            None => break,
        }
    }
    // Tickets of one millisecond have no order among themselves; all others do.
    assert_eq!(walked.len(), created.len());
    assert_eq!(walked.iter().collect::<HashSet<_>>(), created.iter().collect::<HashSet<_>>());
    assert_eq!(pages, 5);
    let all = product.list("?limit=100").await;
    let times: Vec<&str> = all.body["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["created_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    assert_eq!(times.len(), 28);

    let cursor_of_another_list = query.rsplit('=').next().unwrap();
    let refused = product.list(&format!("?cursor={cursor_of_another_list}")).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["errors"][0]["parameter"], "cursor");
    product.stack.stop().await;
}

#[tokio::test]
async fn a_page_of_the_largest_tickets_fits_into_an_answer() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    // Quotes take the most room: each is escaped in the body and again in Lambda's answer.
    let body = json!({
        "customer_email": "john.doe@example.com",
        "subject": "\"".repeat(255),
        "description": "\"".repeat(32_000)
    });
    for _ in 0..60 {
        assert_eq!(product.create(&body).await.status, 201);
    }
    let mut seen = HashSet::new();
    let mut query = "?limit=100".to_owned();
    loop {
        let page = product.list(&query).await;
        assert_eq!(page.status, 200);
        assert!(!ids(&page).is_empty());
        seen.extend(ids(&page));
        match page.body["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 60);
    product.stack.stop().await;
}

#[tokio::test]
async fn webhooks_make_one_ticket_however_often_they_come() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let zendesk = json!({"ticket": {
        "id": 123,
        "subject": "Help needed",
        "description": "I can't login to my account",
        "requester": {"email": "user@example.com", "name": "User Name"}
    }});
    let intercom = json!({"type": "conversation.created", "data": {"item": {
        "conversation_message": {"body": "I need help with my order"},
        "user": {"email": "USER@example.com", "name": "User Name"}
    }}});
    let mut customers = HashSet::new();
    for (source, body) in [("zendesk", zendesk), ("intercom", intercom)] {
        let path = format!("/api/tickets/webhook/{source}");
        let route = format!("POST {path}");
        let body = body.to_string();
        let sent = (0..12).map(|_| product.send(&route, &path, Some(&body)));
        let answers = join_all(sent).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        let repeated = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!((created, repeated), (1, 11), "{source}");
        let tickets: HashSet<&str> =
            answers.iter().map(|answer| answer.body["ticket_id"].as_str().unwrap()).collect();
        assert_eq!(tickets.len(), 1, "{source}");
        let ticket = product.read(answers[0].body["ticket_id"].as_str().unwrap()).await;
        assert_eq!(ticket.body["source"], source);
        customers.insert(ticket.body["customer_id"].clone());
        assert_eq!(product.messages().await.len(), 1, "{source}");
    }
    assert_eq!(customers.len(), 1, "one address is one customer in every source");
    assert_eq!(ids(&product.list("").await).len(), 2);

    let api = &product.stack.addresses().api;
    let head = product.client.head(format!("{api}/api/tickets/webhook/intercom"));
    let head = head.send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap()), (200, String::new()));
    product.stack.stop().await;
}

#[tokio::test]
async fn of_two_changes_at_once_none_is_lost() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for number in 0..5 {
        let created = product.create(&ticket(number)).await;
        let ticket_id = created.body["ticket"]["ticket_id"].as_str().unwrap().to_owned();
        let changes = ["open", "in_progress", "resolved", "closed"];
        let answers =
            join_all(changes.iter().map(|status| product.change_status(&ticket_id, status))).await;
        let accepted = answers.iter().filter(|answer| answer.status == 200).count();
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)), "{answers:?}");
        let now = product.read(&ticket_id).await;
        // Each accepted change is one version: nobody has overwritten another's.
        assert_eq!(now.body["version"], json!(1 + accepted), "{answers:?}");
        assert_eq!(now.body["status"], "closed");
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let create = async |body: &str| {
        product.send("POST /api/tickets/create", "/api/tickets/create", Some(body)).await
    };
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let large = json!({"description": "x".repeat(262_144)}).to_string();
    for (body, status) in
        [("", 400), ("{", 400), ("[]", 400), (deep.as_str(), 400), ("{}", 422), (&large, 413)]
    {
        let answer = create(body).await;
        assert_eq!(answer.status, status, "{}", &body[..body.len().min(40)]);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.body["status"], status);
    }
    assert_eq!(product.read("TKT-20241103-00000000").await.status, 404);
    assert_eq!(product.read("a%20b%2F..%3F").await.status, 404);
    assert_eq!(
        product.list("?limit=0&color=red").await.body["errors"].as_array().unwrap().len(),
        2
    );
    assert_eq!(product.change_status("TKT-20241103-00000000", "open").await.status, 404);

    let api = &product.stack.addresses().api;
    let form = product.client.post(format!("{api}/api/tickets/create")).body("subject=Help");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.send().await.unwrap().status(), 415);
    // What no route serves is answered by API Gateway itself.
    for (method, path) in [(Method::DELETE, "/api/tickets/create"), (Method::GET, "/nothing")] {
        let answer = product.client.request(method, format!("{api}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Not Found"}"#);
    }
    assert!(ids(&product.list("").await).is_empty());
    assert!(product.messages().await.is_empty());
    product.stack.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_tickets_and_messages() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let created = product.create(&ticket(1)).await;
    let page = product.list("").await.body;
    product.stack.stop().await;

    let product = Product::start(data.path()).await;
    assert_eq!(product.list("").await.body, page);
    let messages = product.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["ticket_id"], created.body["ticket"]["ticket_id"]);
    product.stack.stop().await;

    let stack = harness::start_with(data.path(), &["--reset"]).await;
    let contract = Contract::of(&stack.addresses().api).await;
    let product = Product { stack, client: Client::new(), contract };
    assert!(ids(&product.list("").await).is_empty());
    product.stack.stop().await;
}

#[tokio::test]
async fn without_a_store_the_answer_is_503_and_a_later_try_succeeds() {
    let data = tempfile::tempdir().unwrap();
    // Nothing listens on this port, and nothing will: it is reserved by a listener that is closed.
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("AWS_ENDPOINT_URL_DYNAMODB=http://{}", nowhere.local_addr().unwrap());
    drop(nowhere);
    let stack = harness::start_with(data.path(), &["--env", &address]).await;
    let contract = Contract::of(&stack.addresses().api).await;
    let product = Product { stack, client: Client::new(), contract };
    let refused = product.create(&ticket(1)).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.headers["retry-after"], "2");
    assert!(!refused.body.to_string().contains("127.0.0.1"), "{refused:?}");
    assert_eq!(product.list("").await.status, 503);
    product.stack.stop().await;

    let product = Product::start(data.path()).await;
    assert_eq!(product.create(&ticket(1)).await.status, 201);
    product.stack.stop().await;
}

#[tokio::test]
async fn without_a_queue_the_ticket_is_stored_and_the_answer_says_so() {
    let data = tempfile::tempdir().unwrap();
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("AWS_ENDPOINT_URL_SQS=http://{}", nowhere.local_addr().unwrap());
    drop(nowhere);
    let stack = harness::start_with(data.path(), &["--env", &address]).await;
    let contract = Contract::of(&stack.addresses().api).await;
    let product = Product { stack, client: Client::new(), contract };
    let created = product.create(&ticket(1)).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.body["suggested_actions"][1], "AI processing is delayed");
    let ticket_id = created.body["ticket"]["ticket_id"].as_str().unwrap();
    assert_eq!(product.read(ticket_id).await.status, 200);
    product.stack.stop().await;
}

#[tokio::test]
async fn the_document_lists_exactly_the_routes_that_are_served() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let documented: BTreeSet<String> = product.contract.document()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let template = std::fs::read_to_string(harness::workspace().join("template.yaml")).unwrap();
    let served: BTreeSet<String> = template
        .lines()
        .filter_map(|line| line.split_once(", Method: "))
        .map(|(_, rest)| {
            let (method, path) = rest.split_once(", Path: ").unwrap();
            format!("{method} {}", path.trim_end_matches('}').trim_matches('"'))
        })
        .collect();
    assert_eq!(documented, served);

    let schemas = &product.contract.document()["components"]["schemas"];
    for (name, schema) in schemas.as_object().unwrap() {
        if let Some(example) = schema.get("example") {
            product.contract.validate(schema, example, name);
        }
    }
    product.stack.stop().await;
}

#[tokio::test]
#[ignore = "needs other services at SQS_REFERENCE_ENDPOINT, such as the moto of `cargo xtask test`"]
async fn the_functions_run_against_other_services() {
    let endpoint = std::env::var("SQS_REFERENCE_ENDPOINT").unwrap();
    let data = tempfile::tempdir().unwrap();
    let options = ["--dynamodb-endpoint", &endpoint, "--sqs-endpoint", &endpoint];
    let stack = harness::start_with(data.path(), &options).await;
    let contract = Contract::of(&stack.addresses().api).await;
    let product = Product { stack, client: Client::new(), contract };
    let created = product.create(&ticket(1)).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.body["suggested_actions"][1], "AI processing queued");
    let ticket_id = created.body["ticket"]["ticket_id"].as_str().unwrap();
    assert_eq!(product.change_status(ticket_id, "open").await.status, 200);
    assert!(ids(&product.list("?status=open").await).contains(&ticket_id.to_owned()));
    assert!(!ids(&product.list("?status=new").await).contains(&ticket_id.to_owned()));
    product.stack.stop().await;
}
