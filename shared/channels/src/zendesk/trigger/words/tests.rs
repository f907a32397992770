use serde_json::json;

use super::*;
use copilot_core::ticket::CustomerName;

fn read(body: &Value) -> (String, Vec<String>) {
    let contact = Contact { name: CustomerName::parse("Rosa Diaz").ok(), ..Contact::default() };
    let words = Members::of(body).words(&contact);
    let comments = words.comments.into_iter().map(|comment| comment.words).collect();
    (words.description.unwrap_or_default(), comments)
}

const SAID: &str = "The export button has done nothing since Monday.";

#[test]
fn words_are_found_under_every_documented_name_and_others() {
    for name in [
        "comment",
        "latest_comment",
        "latest_comment_html",
        "latest_comment_rich",
        "latest_comment_formatted",
        "latest_public_comment",
        "latest_public_comment_html",
        "latest_public_comment_rich",
        "latest_public_comment_formatted",
        "comments_formatted",
        "public_comments_formatted",
        "ticket.latest_comment",
        "ticketComment",
        "ticket_comment",
        "comment.body",
        "commentText",
        "content",
        "text",
        "message",
        "body",
        "details",
        "remark",
        "what happened",
        "Anliegen",
    ] {
        for value in
            [json!(SAID), json!(format!("<p>{SAID}</p>")), json!([SAID]), json!({"body": SAID})]
        {
            let nested = json!({"ticket": {"id": 7, "title": "Export", name: value}});
            let beside = json!({"ticket": {"id": 7, "title": "Export"}, name: value});
            let flat = json!({"ticket_id": "7", "ticket_title": "Export", name: value});
            for body in [nested, beside, flat] {
                assert_eq!(read(&body), (String::new(), vec![SAID.to_owned()]), "{body}");
            }
        }
    }
    for name in ["description", "ticket_description", "first_comment", "verbatim_description"] {
        let read = read(&json!({"id": 7, name: SAID}));
        assert_eq!(read, (SAID.to_owned(), Vec::new()), "{name}");
    }
}

#[test]
fn what_is_no_word_of_the_customers_is_left_out() {
    let body = json!({"id": 7, "title": "T", "description": "It broke.",
        "link": "https://shop.zendesk.example/tickets/7", "status": "Open", "priority": "High",
        "assignee": {"name": "Ada", "signature": "Yours, Ada of the help desk"},
        "group_name": "A group of many words indeed", "brand": "Shop of all the lamps",
        "created_at": "November 27 2026 at noon", "internal_note": "This one is a difficult customer",
        "custom_status": "Waiting for the customer now", "plan": "gold", "account": "1",
        "latest_comment": "{{ticket.latest_comment}}", "requester": {"name": "Rosa", "notes": "is a good one always"}});
    assert_eq!(read(&body), ("It broke.".to_owned(), Vec::new()));
}

#[test]
fn a_thread_is_told_apart_and_staff_is_left_out() {
    let line = "----------------------------------------------";
    let thread = format!(
        "{line}\n\nRosa Diaz, Nov 27, 2026, 13:00\n\nAny news?\nPlease.\n\n\
         {line}\n\nAda, Nov 27, 2026, 12:30\n\nWe look into it.\n\n\
         {line}\n\nRosa Diaz, Nov 27, 2026, 12:00\n\nIt broke."
    );
    let comments = vec!["It broke.".to_owned(), "Any news?\nPlease.".to_owned()];
    assert_eq!(read(&json!({"id": 7, "comments_formatted": thread})), (String::new(), comments));
    let body = json!({"id": 7, "description": "It broke.", "comments_formatted": thread});
    assert_eq!(read(&body).1, ["Any news?\nPlease."]);
}

#[test]
fn comments_as_objects_say_whose_they_are() {
    let body = json!({"id": 7, "comments": [
        {"id": 3, "body": "Any news?", "author": {"name": "Rosa Diaz"}},
        {"id": 2, "body": "We look into it.", "author": {"name": "Ada", "role": "agent"}},
        {"id": 4, "body": "A note", "public": false},
        {"id": 1, "value": "It broke.", "attachments": [{"filename": "a.png", "url": "https://f.example/a.png"}]}
    ]});
    let first = "It broke.\n\nAttached:\na.png (https://f.example/a.png)".to_owned();
    assert_eq!(read(&body).1, [first, "Any news?".to_owned()]);
    let private = json!({"id": 7, "description": "It broke.", "latest_comment": "Not for you",
        "is_public": "false"});
    assert!(read(&private).1.is_empty());
    let both = json!({"id": 7, "latest_comment": "An internal remark of ours",
        "latest_public_comment": "Any news?", "latest_public_comment_html": "<p>Any news?</p>"});
    assert_eq!(read(&both).1, ["Any news?"]);
}

#[test]
fn what_only_resembles_the_description_is_a_comment() {
    let body = json!({"id": 7, "description": "My lamp arrived broken.",
        "latest_comment": "My lamp arrived broken again."});
    assert_eq!(read(&body).1, ["My lamp arrived broken again."]);
    let body = json!({"id": 7, "description": "My lamp arrived broken.",
        "latest_comment_html": "<p>My lamp <b>arrived</b> broken.</p>"});
    assert!(read(&body).1.is_empty());
    let from =
        json!({"id": 7, "title": "Lamp", "from": "Rosa Diaz of the shop", "text": "It broke."});
    assert_eq!(read(&from).1, ["It broke."]);
}
