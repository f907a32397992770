//! The command itself: what it prints, how it stops, and how it refuses to start.

use std::net::TcpListener;
use std::process::Output;

use crate::harness::command::{Running, command, command_on};
use crate::harness::workspace;
use tempfile::NamedTempFile;

async fn create(api: &str, number: usize) -> reqwest::Result<reqwest::Response> {
    let body = serde_json::json!({
        "customer_email": "john.doe@example.com",
        "subject": format!("Ticket {number}"),
        "description": "Please help."
    });
    reqwest::Client::new().post(format!("{api}/api/tickets/create")).json(&body).send().await
}

#[tokio::test]
async fn it_says_when_it_is_ready_and_stops_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let data = tempfile::tempdir().unwrap();
        let mut running = Running::start(data.path());
        assert_eq!(create(&running.api, 1).await.unwrap().status(), 201);
        assert!(running.function_processes().len() >= 6);

        running.signal(signal);
        let (rest, status) = running.ended();
        assert!(status.success(), "{rest}");
        assert!(rest.contains("create-ticket"), "the functions' logs are shown: {rest}");
        assert!(!rest.contains("john.doe@example.com"), "{rest}");
        assert!(!rest.contains("Please help."), "{rest}");
    }
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let refusals: Vec<&str> = text.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(refusals.len(), 1, "{text}");
    refusals[0].to_owned()
}

#[test]
fn it_refuses_in_one_clear_sentence() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = command_on(&port, data.path()).output().unwrap();
    let sentence = refusal(&output);
    assert!(sentence.contains(&format!("Port {port} on 127.0.0.1 cannot be used")), "{sentence}");

    let output = command(data.path()).args(["--template", "none.yaml"]).output().unwrap();
    assert!(refusal(&output).contains("There is no none.yaml"));

    let aws = ["--dynamodb-endpoint", "aws"];
    let output = command(data.path()).args(aws).env_remove("AWS_ACCESS_KEY_ID").output().unwrap();
    assert!(refusal(&output).contains("AWS_ACCESS_KEY_ID is not set"));

    let broken = data.path().join("broken.yaml");
    std::fs::write(&broken, "Resources: [unclosed").unwrap();
    let output = command(data.path()).arg("--template").arg(&broken).output().unwrap();
    assert!(refusal(&output).contains("line"), "{output:?}");
}

/// A copy of template.yaml in which the first of each text is another.
fn edited_template(edits: &[(&str, &str)]) -> NamedTempFile {
    let mut template = std::fs::read_to_string(workspace().join("template.yaml")).unwrap();
    for (from, to) in edits {
        assert!(template.contains(from), "{from}");
        template = template.replacen(from, to, 1);
    }
    // The template names the functions' folders from the root of the workspace.
    let copy = tempfile::Builder::new().suffix(".yaml").tempfile_in(workspace()).unwrap();
    std::fs::write(copy.path(), template).unwrap();
    copy
}

const ITEM_ACTIONS: &str = "[dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]";

#[tokio::test]
async fn what_a_policy_does_not_grant_is_denied_and_logged() {
    let data = tempfile::tempdir().unwrap();
    let template = edited_template(&[
        // Of create-ticket, the first function.
        ("Action: sqs:SendMessage", "Action: sqs:ReceiveMessage"),
        (ITEM_ACTIONS, "[dynamodb:PutItem, dynamodb:GetItem, dynamodb:UpdateItem]"),
        // Of update-ticket and update-status, the next ones with these actions.
        (ITEM_ACTIONS, "[dynamodb:GetItem, dynamodb:PutItem]"),
        (ITEM_ACTIONS, "[dynamodb:GetItem, dynamodb:PutItem]"),
    ]);
    let mut command = command(data.path());
    command.arg("--template").arg(template.path());
    let mut running = Running::start_command(command);

    let created = create(&running.api, 1).await.unwrap();
    assert_eq!(created.status(), 201);
    let created: serde_json::Value = created.json().await.unwrap();
    assert_eq!(created["suggested_actions"][1], "AI processing is delayed");
    let id = created["ticket"]["ticket_id"].as_str().unwrap();
    let url = format!("{}/api/tickets/{id}", running.api);
    let change = reqwest::Client::new().put(format!("{url}/status"));
    let refused = change.json(&serde_json::json!({"status": "open"})).send().await.unwrap();
    assert_eq!(refused.status(), 500);
    let read: serde_json::Value = reqwest::get(&url).await.unwrap().json().await.unwrap();
    assert_eq!((&read["status"], &read["version"]), (&"new".into(), &1.into()));

    running.signal("-TERM");
    assert!(running.ended().1.success());
    let log = running.errors();
    let denials: Vec<&str> = log.lines().filter(|line| line.contains("denied")).collect();
    assert_eq!(denials.len(), 2, "{log}");
    for (denial, function, action, resource) in [
        (denials[0], "create-ticket", "sqs:SendMessage", "customer-support-copilot-AiQueue"),
        (denials[1], "update-status", "dynamodb:UpdateItem", "copilot-TicketTable"),
    ] {
        for part in [function, action, resource] {
            assert!(denial.contains(part), "{denial}");
        }
    }
}

#[test]
fn a_function_that_does_not_start_is_named() {
    let data = tempfile::tempdir().unwrap();
    // Without its table a function cannot start.
    let copy = edited_template(&[("        TABLE_NAME: !Ref TicketTable\n", "")]);
    let output = command(data.path()).arg("--template").arg(copy.path()).output().unwrap();
    let sentence = refusal(&output);
    assert!(sentence.contains("does not start"), "{sentence}");
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(log.contains("TABLE_NAME is not set") || sentence.contains("TABLE_NAME"), "{log}");
}

#[test]
fn two_stacks_do_not_share_a_data_folder() {
    let data = tempfile::tempdir().unwrap();
    let _running = Running::start(data.path());
    let output = command(data.path()).output().unwrap();
    assert!(refusal(&output).contains("is in use by another local stack"));
}

#[test]
fn a_scheduled_function_runs_when_asked() {
    let data = tempfile::tempdir().unwrap();
    let output = command(data.path()).args(["run-schedule", "requeue-stranded"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let answer = String::from_utf8(output.stdout).unwrap();
    assert!(
        answer
            .trim_end()
            .ends_with(r#"{"has_more":false,"oldest_seconds":0,"refused":0,"requeued":0}"#),
        "{answer}"
    );
    let output = command(data.path()).args(["run-schedule", "create-ticket"]).output().unwrap();
    let sentence = refusal(&output);
    assert!(
        sentence.contains(r#"No schedule runs "create-ticket". Scheduled are: "#),
        "{sentence}"
    );
}
