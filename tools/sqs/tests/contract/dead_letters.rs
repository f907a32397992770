//! Behaviours of dead-letter queues.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;

use crate::client::{attribute, create_queue, eventually, receive, receive_one, send};

fn policy(target_arn: &str, count: u32) -> String {
    format!(r#"{{"deadLetterTargetArn":"{target_arn}","maxReceiveCount":{count}}}"#)
}

/// A dead-letter queue and a source that fills it after `count` receives.
pub async fn create_pair(client: &Client, count: u32) -> (String, String) {
    let dead = create_queue(client, &[]).await;
    let arn = attribute(client, &dead, Name::QueueArn).await;
    let attributes =
        [(Name::RedrivePolicy, policy(&arn, count)), (Name::VisibilityTimeout, "0".to_owned())];
    let attributes = attributes.each_ref().map(|(n, v)| (n.clone(), v.as_str()));
    (dead, create_queue(client, &attributes).await)
}

pub async fn a_message_is_redriven_after_its_last_receive(client: Client) {
    let (dead, source) = create_pair(&client, 2).await;
    let message_id = send(&client, &source, "poison").await;
    for _ in 0..2 {
        assert_eq!(receive_one(&client, &source).await.body(), Some("poison"));
        assert!(receive(&client, &dead).await.is_empty());
    }
    assert!(receive(&client, &source).await.is_empty());
    let message = eventually(|| async { receive(&client, &dead).await.pop() }).await;
    assert_eq!(message.body(), Some("poison"));
    assert_eq!(message.message_id(), Some(message_id.as_str()));
    assert!(receive(&client, &source).await.is_empty());
}

pub async fn a_redrive_policy_needs_an_existing_target(client: Client) {
    let url = create_queue(&client, &[]).await;
    let arn = attribute(&client, &url, Name::QueueArn).await;
    for refused in [
        policy(&format!("{arn}-missing"), 3),
        "not JSON".to_owned(),
        format!(r#"{{"deadLetterTargetArn":"{arn}"}}"#),
    ] {
        let request = client.set_queue_attributes().queue_url(&url);
        let result = request.attributes(Name::RedrivePolicy, &refused).send().await;
        assert!(result.unwrap_err().as_service_error().is_some(), "{refused}");
    }
}
