//! Who may call what, with `--auth` and without.

use crate::harness;
use crate::harness::caller::{Caller, signed, token};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_stack::authorizer::{AUDIENCE, ISSUER};
use serde_json::{Value, json};

impl Caller<'_> {
    async fn is_let_through(&self, ticket_id: &str) {
        for answer in self.as_agent(ticket_id).await {
            assert_eq!(answer.status(), 200, "{}", answer.url());
        }
    }

    async fn is_kept_out(&self, ticket_id: &str, challenge: &str) {
        for answer in self.as_agent(ticket_id).await {
            assert_eq!(answer.status(), 401, "{}", answer.url());
            assert_eq!(answer.headers()["www-authenticate"], challenge);
            assert_eq!(answer.headers()["content-type"], "application/json");
            assert!(answer.headers().contains_key("apigw-requestid"));
            assert_eq!(answer.text().await.unwrap(), r#"{"message":"Unauthorized"}"#);
        }
    }
}

fn refused(description: &str) -> String {
    format!(r#"Bearer scope="" error="invalid_token" error_description="{description}""#)
}

#[tokio::test]
async fn only_a_good_token_is_let_through() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start_with(data.path(), &["--auth"]).await;
    let nobody = Caller::of(&stack, None);
    let ticket_id = nobody.create().await;
    nobody.is_kept_out(&ticket_id, "Bearer").await;

    // Printed while the stack runs.
    let good = token(data.path(), &[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let now = chrono::Utc::now().timestamp();
    let expired = json!({"iss": ISSUER, "sub": "agent-7", "aud": AUDIENCE, "exp": now - 1});
    let (unsigned, signature) = good.rsplit_once('.').unwrap();
    let (header, claims) = unsigned.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let other = String::from_utf8(other).unwrap().replace("agent-7", "agent-8");
    let tampered = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(other));
    let no_algorithm = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": "JWT"}).to_string());
    for (token, description) in [
        (
            token(data.path(), &["--audience", "another"]),
            "the token does not have a valid audience",
        ),
        (signed(data.path(), &expired), "the token has expired"),
        (tampered, "the token has a wrong signature"),
        (token(elsewhere.path(), &[]), "the token has a wrong signature"),
        (format!("{no_algorithm}.{claims}."), "the token is malformed"),
        ("nonsense".to_owned(), "the token is malformed"),
    ] {
        Caller::of(&stack, Some(&token)).is_kept_out(&ticket_id, &refused(description)).await;
    }
    // Nothing that was refused has changed the ticket.
    let agent = Caller::of(&stack, Some(&good));
    let read = agent.send("GET", &format!("/api/tickets/{ticket_id}"), None).await;
    assert_eq!(read.json::<Value>().await.unwrap()["version"], 1);
    agent.is_let_through(&ticket_id).await;
    Caller::of(&stack, Some(&token(data.path(), &["--expires-in", "60"])))
        .is_let_through(&ticket_id)
        .await;
    stack.stop().await;
}

#[tokio::test]
async fn customers_and_vendors_need_no_token() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start_with(data.path(), &["--auth"]).await;
    let zendesk = json!({"ticket": {"id": 1, "subject": "s", "description": "d",
        "requester": {"email": "user@example.com"}}});
    let intercom = json!({"type": "conversation.created", "data": {"item": {
        "conversation_message": {"body": "help"}, "user": {"email": "user@example.com"}}}});
    // A token that is no good does not matter where none is asked for.
    for token in [None, Some("nonsense")] {
        let caller = Caller::of(&stack, token);
        caller.create().await;
        for (source, body) in [("zendesk", &zendesk), ("intercom", &intercom)] {
            let path = format!("/api/tickets/webhook/{source}");
            let answer = caller.send("POST", &path, Some(body)).await;
            assert!([200, 201].contains(&answer.status().as_u16()), "{answer:?}");
        }
        let intercom = "/api/tickets/webhook/intercom";
        assert_eq!(caller.send("HEAD", intercom, None).await.status(), 200);
        for path in ["/health", "/docs", "/openapi.json", intercom] {
            assert_eq!(caller.send("GET", path, None).await.status(), 200, "{path}");
        }
        assert_eq!(caller.send("GET", "/nothing", None).await.status(), 404);
    }
    stack.stop().await;
}

#[tokio::test]
async fn without_the_option_nothing_is_checked() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    let ticket_id = Caller::of(&stack, None).create().await;
    for token in [None, Some("nonsense")] {
        Caller::of(&stack, token).is_let_through(&ticket_id).await;
    }
    assert!(!data.path().join("token-signing-key").exists());
    stack.stop().await;
}

#[tokio::test]
async fn the_history_names_who_changed_a_ticket() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    let anybody = Caller::of(&stack, None);
    let ticket_id = anybody.create().await;
    anybody.change_status(&ticket_id, "open").await;
    stack.stop().await;

    let stack = harness::start_with(data.path(), &["--auth"]).await;
    let token = token(data.path(), &[]);
    let agent = Caller::of(&stack, Some(&token));
    // Whom the authorizer knows goes before whom the body names.
    let ticket = format!("/api/tickets/{ticket_id}");
    let step = json!({"status": "in_progress", "actor": "somebody else"});
    assert_eq!(agent.send("PUT", &format!("{ticket}/status"), Some(&step)).await.status(), 200);
    let patch = json!({"priority": "high"});
    assert_eq!(agent.send("PATCH", &ticket, Some(&patch)).await.status(), 200);
    let history = agent.send("GET", &format!("{ticket}/history"), None).await;
    let history: Value = history.json().await.unwrap();
    let changes = history["changes"].as_array().unwrap();
    let actors: Vec<&str> =
        changes.iter().map(|change| change["actor"].as_str().unwrap()).collect();
    let known = format!("{ISSUER} agent-7");
    assert_eq!(actors, ["agent", &known, &known]);
    stack.stop().await;
}
