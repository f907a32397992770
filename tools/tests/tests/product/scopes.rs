//! What a token may do, and as whom its bearer goes into the history.

use crate::harness;
use crate::harness::caller::{Caller, signed, token};
use local_stack::authorizer::{AUDIENCE, ISSUER};
use serde_json::{Value, json};

/// How many of [`Caller::as_agent`] read; the others change.
const READING: usize = 7;

/// The status codes of every route that agents use.
async fn statuses(caller: &Caller<'_>, ticket_id: &str) -> Vec<u16> {
    let answers = caller.as_agent(ticket_id).await;
    answers.iter().map(|answer| answer.status().as_u16()).collect()
}

fn expected(reading: u16, changing: u16) -> Vec<u16> {
    let changes = [changing; 2];
    [reading; READING].into_iter().chain(changes).collect()
}

#[tokio::test]
async fn a_token_does_what_its_scopes_allow() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start_with(data.path(), &["--auth"]).await;
    let ticket_id = Caller::of(&stack, None).create().await;
    for (scope, reading, changing) in [
        ("read", 200, 403),
        ("erase", 403, 403),
        ("openid email", 403, 403),
        ("Read CHANGE", 403, 403),
        ("", 403, 403),
        ("read change", 200, 200),
        ("change", 403, 200),
        ("admin", 200, 200),
    ] {
        let token = token(data.path(), &["--scope", scope]);
        let statuses = statuses(&Caller::of(&stack, Some(&token)), &ticket_id).await;
        assert_eq!(statuses, expected(reading, changing), "{scope:?}");
    }
    let reader = token(data.path(), &["--scope", "read"]);
    let reader = Caller::of(&stack, Some(&reader));
    let path = format!("/api/tickets/{ticket_id}/status");
    let refused = reader.send("PUT", &path, Some(&json!({"status": "closed"}))).await;
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["type"], "urn:problem-type:forbidden");
    assert_eq!(problem["detail"], "The token does not have the scope change.");
    let ticket = reader.send("GET", &format!("/api/tickets/{ticket_id}"), None).await;
    assert_eq!(ticket.json::<Value>().await.unwrap()["status"], "open");
    stack.stop().await;
}

#[tokio::test]
async fn a_token_that_names_nobody_does_nothing() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--auth", "--parameter", "PublicCreate=jwt"];
    let stack = harness::start_with(data.path(), &further).await;
    let ticket_id = Caller::of(&stack, Some(&token(data.path(), &[]))).create().await;
    let expiry = chrono::Utc::now().timestamp() + 60;
    for subject in [json!(null), json!(""), json!("  ")] {
        let mut claims = json!({"iss": ISSUER, "aud": AUDIENCE, "exp": expiry, "scope": "admin", "sub": subject});
        if subject.is_null() {
            claims.as_object_mut().unwrap().remove("sub");
        }
        let nobody = signed(data.path(), &claims);
        let nobody = Caller::of(&stack, Some(&nobody));
        assert_eq!(statuses(&nobody, &ticket_id).await, expected(403, 403), "{subject}");
        let body = json!({"customer_email": "a@example.com", "subject": "s", "description": "d"});
        let created = nobody.send("POST", "/api/tickets/create", Some(&body)).await;
        assert_eq!(created.status(), 403, "{subject}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn claim_and_prefix_are_parameters() {
    let data = tempfile::tempdir().unwrap();
    let parameters =
        ["--parameter", "ScopeClaim=cognito:groups", "--parameter", "ScopePrefix=desk/"];
    let further: Vec<&str> = ["--auth"].into_iter().chain(parameters).collect();
    let stack = harness::start_with(data.path(), &further).await;
    let ticket_id = Caller::of(&stack, None).create().await;
    let expiry = chrono::Utc::now().timestamp() + 60;
    for (groups, reading, changing) in [
        (json!(["desk/read", "staff"]), 200, 403),
        (json!(["desk/change", "desk/read"]), 200, 200),
        (json!("desk/admin"), 200, 200),
        (json!(["read", "change"]), 403, 403),
    ] {
        let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "exp": expiry,
            "scope": "desk/admin admin", "cognito:groups": groups});
        let token = signed(data.path(), &claims);
        let statuses = statuses(&Caller::of(&stack, Some(&token)), &ticket_id).await;
        assert_eq!(statuses, expected(reading, changing), "{groups}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn where_scopes_are_not_required_every_name_does_everything() {
    let data = tempfile::tempdir().unwrap();
    let further = ["--auth", "--parameter", "RequireScopes=false"];
    let stack = harness::start_with(data.path(), &further).await;
    let ticket_id = Caller::of(&stack, None).create().await;
    let token = token(data.path(), &["--scope", ""]);
    let statuses = statuses(&Caller::of(&stack, Some(&token)), &ticket_id).await;
    assert_eq!(statuses, expected(200, 200));
    stack.stop().await;
}

#[tokio::test]
async fn a_name_in_a_body_is_shown_as_unverified_and_is_nobody_elses() {
    let data = tempfile::tempdir().unwrap();
    let stack = harness::start(data.path()).await;
    let anybody = Caller::of(&stack, None);
    let ticket = format!("/api/tickets/{}", anybody.create().await);
    let status = format!("{ticket}/status");
    for taken in
        ["zendesk", " Intercom", "schedule", "ai:hashed-ngrams@1", "AI: x", "ｚｅｎｄｅｓｋ"]
    {
        let body = json!({"status": "open", "actor": taken});
        let answer = anybody.send("PUT", &status, Some(&body)).await;
        assert_eq!(answer.status(), 422, "{taken}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"][0]["pointer"], "#/actor", "{taken}");
    }
    let admin = format!("{ISSUER} agent-7");
    for (status_name, actor) in [("open", "Jane Roe"), ("in_progress", admin.as_str())] {
        let body = json!({"status": status_name, "actor": actor});
        assert_eq!(anybody.send("PUT", &status, Some(&body)).await.status(), 200);
    }
    let history = anybody.send("GET", &format!("{ticket}/history"), None).await;
    let history: Value = history.json().await.unwrap();
    let actors: Vec<&Value> =
        history["changes"].as_array().unwrap().iter().map(|change| &change["actor"]).collect();
    assert_eq!(actors, ["Jane Roe (unverified)", &format!("{admin} (unverified)")]);
    stack.stop().await;
}
