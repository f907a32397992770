//! Behaviours that the documentation gives but the reference server lacks,
//! and the durability of the database file.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    MessageSystemAttributeName as System, MessageSystemAttributeNameForSends,
    MessageSystemAttributeValue, QueueAttributeName as Name,
};
use sqs::{EmbeddedSqs, MessageAttributeValue, QueueDescription};

use crate::client::{
    ACCOUNT_ID, EmbeddedServer, REGION, attribute, client_for, create_queue, error_code,
    eventually, receive, receive_one, send,
};
use crate::dead_letters::create_pair;

/// Sends a message and receives it until it is in the dead-letter queue.
async fn send_to_dead_letters(client: &Client, source: &str) {
    send(client, source, "poison").await;
    receive_one(client, source).await;
    assert!(receive(client, source).await.is_empty());
}

pub async fn moved_messages_return_to_their_source(client: Client) {
    let (dead, source) = create_pair(&client, 1).await;
    send_to_dead_letters(&client, &source).await;
    let arn = attribute(&client, &dead, Name::QueueArn).await;
    let request = client.start_message_move_task().source_arn(&arn);
    let started = request.send().await.unwrap();
    assert!(started.task_handle().is_some_and(|handle| !handle.is_empty()));
    assert_eq!(receive_one(&client, &source).await.body(), Some("poison"));
    assert!(receive(&client, &dead).await.is_empty());
}

pub async fn move_tasks_check_their_queues(client: Client) {
    let plain = create_queue(&client, &[]).await;
    let arn = attribute(&client, &plain, Name::QueueArn).await;
    let start = |source_arn: &str| client.start_message_move_task().source_arn(source_arn);
    let code = error_code(start(&arn).send().await);
    assert_eq!(code, "InvalidParameterValue");
    for missing in ["nonsense", &format!("{arn}-missing")] {
        let code = error_code(start(missing).send().await);
        assert_eq!(code, "ResourceNotFoundException");
    }
}

pub async fn dead_letters_name_their_source(client: Client) {
    let (dead, source) = create_pair(&client, 1).await;
    send_to_dead_letters(&client, &source).await;
    let request = client.receive_message().queue_url(&dead);
    let request = request.message_system_attribute_names(System::All);
    let received = request.send().await.unwrap();
    let attributes = received.messages()[0].attributes().unwrap();
    assert_eq!(
        attributes[&System::DeadLetterQueueSourceArn],
        attribute(&client, &source, Name::QueueArn).await
    );
}

pub async fn characters_outside_the_set_are_refused(client: Client) {
    let url = create_queue(&client, &[]).await;
    for body in ["a\u{0}b", "\u{1b}", "\u{fffe}"] {
        let request = client.send_message().queue_url(&url);
        let error = request.message_body(body).send().await;
        let error = error.unwrap_err().into_service_error();
        assert!(error.is_invalid_message_contents(), "{error:?}");
    }
    send(&client, &url, "\t\r\n\u{e000}\u{10ffff}").await;
}

pub async fn fifo_queues_are_refused(client: Client) {
    let by_name = client.create_queue().queue_name("orders.fifo").send().await;
    let code = "AWS.SimpleQueueService.UnsupportedOperation";
    assert_eq!(error_code(by_name), code);
    let request = client.create_queue().queue_name("orders");
    let by_attribute = request.attributes(Name::FifoQueue, "true").send().await;
    assert_eq!(error_code(by_attribute), code);
}

pub async fn system_attributes_have_a_digest(client: Client) {
    let url = create_queue(&client, &[]).await;
    let header = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
        .build()
        .unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("x")
        .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header)
        .send()
        .await
        .unwrap();
    let digest = Some("5ae4d5d7636402d80f4eb6d213245a88");
    assert_eq!(sent.md5_of_message_system_attributes(), digest);
}

pub async fn queue_urls_of_any_host_are_understood(client: Client) {
    let url = create_queue(&client, &[]).await;
    let name = url.rsplit('/').next().unwrap();
    let elsewhere = format!("https://sqs.{REGION}.amazonaws.com/999999999999/{name}");
    send(&client, &elsewhere, "x").await;
    receive_one(&client, &url).await;
}

fn orders(visibility_timeout_seconds: u32) -> QueueDescription {
    let timeout = visibility_timeout_seconds.to_string();
    QueueDescription {
        name: "orders".to_owned(),
        attributes: [("VisibilityTimeout".to_owned(), timeout)].into(),
    }
}

#[tokio::test]
async fn a_reopened_file_has_its_messages_in_flight_too() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("queues.sqlite");
    let received_at = {
        let sqs = EmbeddedSqs::open(&file, REGION, ACCOUNT_ID).unwrap();
        sqs.ensure_queues(&[orders(2)]).unwrap();
        let server = EmbeddedServer::serve(sqs).await;
        let client = client_for(&server.endpoint);
        send(&client, "orders", "in flight").await;
        let received_at = Instant::now();
        receive_one(&client, "orders").await;
        send(&client, "orders", "visible").await;
        server.stop().await;
        received_at
    };
    let sqs = EmbeddedSqs::open(&file, REGION, ACCOUNT_ID).unwrap();
    sqs.ensure_queues(&[orders(2)]).unwrap();
    let receive = |wait_seconds| {
        let wait = Duration::from_secs(wait_seconds);
        sqs.receive("orders", 1, wait, Some(Duration::from_secs(60)))
    };
    let visible = receive(0).await.unwrap().remove(0);
    assert_eq!(visible.body, "visible");
    sqs.delete("orders", &visible.receipt_handle).unwrap();
    let returned = receive(20).await.unwrap().remove(0);
    assert_eq!(returned.body, "in flight");
    assert_eq!(returned.attributes["ApproximateReceiveCount"], "2");
    assert!(received_at.elapsed() >= Duration::from_millis(1_980));
    let depth = sqs.depth("orders").unwrap();
    assert_eq!((depth.visible, depth.in_flight, depth.delayed), (0, 1, 0));
}

#[tokio::test]
async fn in_process_calls_see_what_clients_send() {
    let sqs = EmbeddedSqs::in_memory(REGION, ACCOUNT_ID).unwrap();
    sqs.ensure_queues(&[orders(30)]).unwrap();
    let server = EmbeddedServer::serve(sqs.clone()).await;
    let client = client_for(&server.endpoint);
    let polling = tokio::spawn({
        let sqs = sqs.clone();
        async move { sqs.receive("orders", 10, Duration::from_secs(20), None).await }
    });
    let attribute = aws_sdk_sqs::types::MessageAttributeValue::builder()
        .data_type("String")
        .string_value("e-mail")
        .build()
        .unwrap();
    client
        .send_message()
        .queue_url("orders")
        .message_body("hello")
        .message_attributes("channel", attribute)
        .send()
        .await
        .unwrap();
    let message = polling.await.unwrap().unwrap().remove(0);
    assert_eq!(message.body, "hello");
    assert_eq!(
        message.message_attributes["channel"].value,
        MessageAttributeValue::String("e-mail".to_owned())
    );
    sqs.delete("orders", &message.receipt_handle).unwrap();
    let depth = sqs.depth("orders").unwrap();
    assert_eq!((depth.visible, depth.in_flight), (0, 0));
    server.stop().await;
}

#[tokio::test]
async fn shutdown_does_not_wait_for_long_polls() {
    let sqs = EmbeddedSqs::in_memory(REGION, ACCOUNT_ID).unwrap();
    sqs.ensure_queues(&[orders(30)]).unwrap();
    let server = EmbeddedServer::serve(sqs).await;
    let client = client_for(&server.endpoint);
    let polling = tokio::spawn(async move {
        let request = client.receive_message().queue_url("orders");
        request.wait_time_seconds(20).send().await
    });
    // Gives the poll time to reach the server.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let started = Instant::now();
    server.stop().await;
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(polling.await.unwrap().unwrap().messages().is_empty());
}

/// Where the process that is to be killed finds its folder.
const CRASH_FOLDER_VARIABLE: &str = "SQS_CRASH_FOLDER";

/// Not a test by itself: the process that the next test starts and kills.
#[tokio::test]
#[ignore = "serves until it is killed, for acknowledged_sends_survive_a_kill"]
async fn crash_victim() {
    let Ok(folder) = std::env::var(CRASH_FOLDER_VARIABLE) else {
        return;
    };
    let folder = std::path::Path::new(&folder);
    let sqs = EmbeddedSqs::open(&folder.join("queues.sqlite"), REGION, ACCOUNT_ID).unwrap();
    sqs.ensure_queues(&[orders(30)]).unwrap();
    let server = EmbeddedServer::serve(sqs).await;
    // Renamed into place, so that a reader finds all of it or nothing.
    std::fs::write(folder.join("endpoint.new"), &server.endpoint).unwrap();
    std::fs::rename(folder.join("endpoint.new"), folder.join("endpoint")).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn acknowledged_sends_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::crash_victim", "--ignored"])
        .env(CRASH_FOLDER_VARIABLE, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let endpoint =
        eventually(|| async { std::fs::read_to_string(folder.path().join("endpoint")).ok() });
    let endpoint = tokio::time::timeout(Duration::from_secs(20), endpoint).await;
    let client = client_for(&endpoint.unwrap());
    let mut acknowledged = 0;
    for number in 0..50 {
        send(&client, "orders", &number.to_string()).await;
        acknowledged += 1;
    }
    // On Unix this is SIGKILL: the process has no chance to tidy up.
    victim.kill().unwrap();
    victim.wait().unwrap();
    let file = folder.path().join("queues.sqlite");
    let sqs = EmbeddedSqs::open(&file, REGION, ACCOUNT_ID).unwrap();
    assert_eq!(sqs.depth("orders").unwrap().visible, acknowledged);
}
