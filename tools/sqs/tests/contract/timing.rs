//! Behaviours in time: hiding, delaying and waiting.
//!
//! Waits are long polls on the server under test, so a slow machine makes them
//! longer but not wrong.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;

use crate::client::{counts, create_queue, receive, receive_one, send};

/// What a server may end a wait early by, for clocks in whole milliseconds.
const CLOCK_TOLERANCE: Duration = Duration::from_millis(20);

/// Waits up to `seconds` and returns the bodies with the time it took.
async fn poll(client: &Client, queue_url: &str, seconds: i32) -> (Vec<String>, Duration) {
    let started = Instant::now();
    let request = client.receive_message().queue_url(queue_url);
    let received = request.wait_time_seconds(seconds).send().await.unwrap();
    let messages = received.messages.unwrap_or_default();
    let bodies = messages.into_iter().filter_map(|message| message.body);
    (bodies.collect(), started.elapsed())
}

pub async fn a_received_message_is_hidden_for_its_timeout(client: Client) {
    let url = create_queue(&client, &[]).await;
    send(&client, &url, "x").await;
    let started = Instant::now();
    let request = client.receive_message().queue_url(&url);
    let received = request.visibility_timeout(2).send().await.unwrap();
    assert_eq!(received.messages().len(), 1);
    assert!(receive(&client, &url).await.is_empty());
    let (bodies, _) = poll(&client, &url, 20).await;
    assert_eq!(bodies, ["x"]);
    assert!(started.elapsed() >= Duration::from_secs(2) - CLOCK_TOLERANCE);
}

pub async fn a_timeout_of_zero_leaves_the_message_visible(client: Client) {
    let url = create_queue(&client, &[]).await;
    send(&client, &url, "x").await;
    let request = client.receive_message().queue_url(&url);
    let received = request.visibility_timeout(0).send().await.unwrap();
    assert_eq!(received.messages().len(), 1);
    receive_one(&client, &url).await;
}

pub async fn a_long_poll_wakes_on_a_send(client: Client) {
    let url = create_queue(&client, &[]).await;
    let waiting = tokio::spawn({
        let (client, url) = (client.clone(), url.clone());
        async move { poll(&client, &url, 20).await }
    });
    // Long enough that the poll is usually waiting; the result holds anyway.
    tokio::time::sleep(Duration::from_millis(300)).await;
    send(&client, &url, "x").await;
    let (bodies, elapsed) = waiting.await.unwrap();
    assert_eq!(bodies, ["x"]);
    assert!(elapsed < Duration::from_secs(10));
}

pub async fn a_long_poll_wakes_when_a_timeout_ends(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "1")]).await;
    send(&client, &url, "x").await;
    receive_one(&client, &url).await;
    let (bodies, elapsed) = poll(&client, &url, 20).await;
    assert_eq!(bodies, ["x"]);
    assert!(elapsed < Duration::from_secs(10));
}

pub async fn a_long_poll_ends_empty(client: Client) {
    let url = create_queue(&client, &[]).await;
    let (bodies, elapsed) = poll(&client, &url, 1).await;
    assert!(bodies.is_empty());
    assert!(elapsed >= Duration::from_secs(1) - CLOCK_TOLERANCE);
}

pub async fn the_wait_of_the_queue_is_the_default(client: Client) {
    let url = create_queue(&client, &[(Name::ReceiveMessageWaitTimeSeconds, "1")]).await;
    let started = Instant::now();
    let request = client.receive_message().queue_url(&url);
    assert!(request.send().await.unwrap().messages().is_empty());
    assert!(started.elapsed() >= Duration::from_secs(1) - CLOCK_TOLERANCE);
}

pub async fn a_delayed_message_arrives_later(client: Client) {
    let url = create_queue(&client, &[]).await;
    let started = Instant::now();
    let request = client.send_message().queue_url(&url).message_body("x");
    request.delay_seconds(2).send().await.unwrap();
    assert!(receive(&client, &url).await.is_empty());
    let delayed = ("0".to_owned(), "0".to_owned(), "1".to_owned());
    assert_eq!(counts(&client, &url).await, delayed);
    let (bodies, _) = poll(&client, &url, 20).await;
    assert_eq!(bodies, ["x"]);
    assert!(started.elapsed() >= Duration::from_secs(2) - CLOCK_TOLERANCE);
}

pub async fn the_delay_of_the_queue_can_be_overridden(client: Client) {
    let url = create_queue(&client, &[(Name::DelaySeconds, "60")]).await;
    send(&client, &url, "by queue").await;
    let request = client.send_message().queue_url(&url);
    let request = request.message_body("at once").delay_seconds(0);
    request.send().await.unwrap();
    let message = receive_one(&client, &url).await;
    assert_eq!(message.body(), Some("at once"));
}
