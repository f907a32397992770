//! Ids that nobody outside can work out, and those from before there was a secret.

use copilot_core::ticket::{CustomerId, EmailAddress, TicketId};
use serde_json::{Value, json};

use crate::harness::product::{Answer, Product, TABLE, created_id, ids, reported_id, ticket};

const ZENDESK: &str = "/api/tickets/webhook/zendesk";
/// The ticket at a vendor's whose candidates everybody could work out.
const CHOSEN: u32 = 273_113;
/// Keys whose tickets took all nine candidates of that ticket, as ids were derived without a secret.
const KEYS: [&str; 9] = [
    "000000003feb3362",
    "0000000018302c6d",
    "000000003dd630f2",
    "0000000044f6eee4",
    "000000004210c1eb",
    "0000000039bca211",
    "000000001aa55345",
    "000000004548e8c5",
    "0000000043242b52",
];

fn opened(number: u32) -> Value {
    json!({"account_id": "22129848", "ticket": {"id": number, "subject": "My account is locked",
        "description": "Help", "requester": {"email": "rosa@example.com"}}})
}

fn comment(number: u32) -> Value {
    json!({"type": "zen:event-type:ticket.comment_added", "account_id": 22_129_848,
        "event": {"comment": {"body": "Any news?", "id": "1", "is_public": true,
            "author": {"id": "5", "is_staff": false}}},
        "detail": {"id": number.to_string(), "requester_id": "5", "subject": "s", "description": "Help"}})
}

async fn zendesk(product: &Product, body: &Value) -> Answer {
    product.send(&format!("POST {ZENDESK}"), ZENDESK, Some(&body.to_string())).await
}

fn identity(number: u32) -> String {
    format!("zendesk:22129848:ticket:{number}")
}

/// Puts the ticket `id`, which is in the table, where one with the identity stood before there was a
/// secret, and with the customer's id of then if it has an address.
async fn move_before_the_secret(product: &Product, id: &str, digits: u32, identity: Option<&str>) {
    let mut item = product.item(id, "ticket").await;
    let key = json!({"pk": item["pk"], "sk": item["sk"]});
    let request = json!({"TableName": TABLE, "Key": key});
    product.dynamodb().call("DeleteItem", &request).await.unwrap();
    let digits = format!("{digits:08X}");
    item["pk"]["S"] = digits.as_str().into();
    for name in ["ticket_id", "created_key"] {
        let text = item[name]["S"].as_str().unwrap();
        item[name]["S"] = format!("{}{digits}", &text[..text.len() - 8]).into();
    }
    item["identity"] = json!({"S": identity.unwrap_or("somebody else's")});
    let address = item["customer_email"]["S"].as_str().unwrap();
    let before = CustomerId::formerly_of(&EmailAddress::parse(address).unwrap());
    item["customer_id"]["S"] = before.as_str().into();
    let request = json!({"TableName": TABLE, "Item": item});
    product.dynamodb().call("PutItem", &request).await.unwrap();
}

#[tokio::test]
async fn nobody_can_take_the_ids_of_a_vendors_ticket() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for key in KEYS {
        assert_eq!(product.create_with_key(key, &ticket(1)).await.status, 201);
    }
    let stored = zendesk(&product, &opened(CHOSEN)).await;
    assert_eq!(stored.status, 201, "{stored:?}");

    // Even where such tickets are in the table from before, on every place that was looked at.
    let neighbour = CHOSEN + 1;
    for attempt in 0..9 {
        let taker = created_id(&product.create(&ticket(2)).await);
        let digits = TicketId::former_digits(&identity(neighbour), attempt);
        move_before_the_secret(&product, &taker, digits, None).await;
    }
    let stored = zendesk(&product, &opened(neighbour)).await;
    assert_eq!(stored.status, 201, "{stored:?}");
    let id = reported_id(&stored);
    let again = zendesk(&product, &opened(neighbour)).await;
    assert_eq!((again.status, reported_id(&again)), (200, id.clone()));
    let replied = zendesk(&product, &comment(neighbour)).await;
    assert_eq!((replied.status, reported_id(&replied)), (200, id));
    product.stack.stop().await;
}

#[tokio::test]
async fn a_ticket_from_before_the_secret_is_found_again() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    for attempt in [0, 1] {
        let number = 500 + attempt;
        let first = reported_id(&zendesk(&product, &opened(number)).await);
        if attempt == 1 {
            let taker = created_id(&product.create(&ticket(3)).await);
            let digits = TicketId::former_digits(&identity(number), 0);
            move_before_the_secret(&product, &taker, digits, None).await;
        }
        let digits = TicketId::former_digits(&identity(number), attempt);
        move_before_the_secret(&product, &first, digits, Some(&identity(number))).await;
        let again = zendesk(&product, &opened(number)).await;
        assert_eq!(again.status, 200, "{again:?}");
        assert!(reported_id(&again).ends_with(&format!("{digits:08X}")), "{again:?}");
        let replied = zendesk(&product, &comment(number)).await;
        assert_eq!((replied.status, reported_id(&replied)), (200, reported_id(&again)));
        let messages = product.timeline(&reported_id(&again), "messages", "").await;
        assert_eq!(messages.body["messages"].as_array().unwrap().len(), 1);
    }
    product.stack.stop().await;
}

#[tokio::test]
async fn customers_have_ids_of_the_stack_and_tickets_under_those_from_before_are_listed() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let body = |subject: &str| json!({"customer_email": "Rosa@example.com", "subject": subject, "description": "d"});
    let old = created_id(&product.create(&body("old")).await);
    move_before_the_secret(&product, &old, 0x1234_ABCD, None).await;
    let old = format!("{}1234ABCD", &old[..13]);
    let new = product.create(&body("new")).await;
    let new_customer = new.body["ticket"]["customer_id"].as_str().unwrap().to_owned();
    let new = created_id(&new);
    let of_then = CustomerId::formerly_of(&EmailAddress::parse("rosa@example.com").unwrap());
    assert_ne!(new_customer, of_then.as_str());
    product.create(&ticket(9)).await;
    let both = [new, old];
    for customer in [new_customer.as_str(), of_then.as_str()] {
        let named = format!("customer_id={customer}");
        for query in [
            "customer_email=rosa@example.com".to_owned(),
            format!("customer_email=ROSA@example.com&{named}"),
            named.clone(),
            format!("{named}&status=new"),
        ] {
            let page = product.list(&format!("?{query}")).await;
            assert_eq!(ids(&page), both, "{query}");
            let first = product.list(&format!("?{query}&limit=1")).await;
            assert_eq!(ids(&first), both[..1], "{query}");
            let cursor = first.body["next_cursor"].as_str().unwrap();
            let second = product.list(&format!("?{query}&limit=1&cursor={cursor}")).await;
            assert_eq!(ids(&second), both[1..], "{query}");
        }
        let path = format!("/api/customers/{customer}/tickets");
        let page = product.send("GET /api/customers/{customer_id}/tickets", &path, None).await;
        assert_eq!(ids(&page), both);
    }
    let nobody = format!("?customer_email=sam@example.com&customer_id={new_customer}");
    assert!(ids(&product.list(&nobody).await).is_empty());
    product.stack.stop().await;

    // Another data folder is another stack.
    let elsewhere = tempfile::tempdir().unwrap();
    let product = Product::start(elsewhere.path()).await;
    let other = product.create(&body("x")).await;
    assert_ne!(other.body["ticket"]["customer_id"], new_customer.as_str());
    product.stack.stop().await;
}
