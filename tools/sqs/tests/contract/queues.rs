//! Behaviours of queues and their attributes.

use std::collections::BTreeSet;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;

use crate::client::{
    ACCOUNT_ID, REGION, attribute, counts, create_queue, error_code, fresh_name, receive,
    receive_one, send,
};

pub async fn creating_a_queue_again_returns_it(client: Client) {
    let name = fresh_name();
    let create = |timeout: &'static str| {
        let request = client.create_queue().queue_name(&name);
        request.attributes(Name::VisibilityTimeout, timeout).send()
    };
    let first = create("11").await.unwrap().queue_url.unwrap();
    let again = create("11").await.unwrap().queue_url.unwrap();
    assert_eq!(first, again);
    let error = create("12").await.unwrap_err().into_service_error();
    assert!(error.is_queue_name_exists(), "{error:?}");
}

pub async fn a_missing_queue_is_reported(client: Client) {
    const CODE: &str = "AWS.SimpleQueueService.NonExistentQueue";
    let url = create_queue(&client, &[]).await;
    let missing = format!("{url}-missing");
    let request = client.send_message().queue_url(&missing);
    assert_eq!(error_code(request.message_body("x").send().await), CODE);
    let received = client.receive_message().queue_url(&missing).send().await;
    assert_eq!(error_code(received), CODE);
    let attributes = client.get_queue_attributes().queue_url(&missing);
    let attributes = attributes.attribute_names(Name::All).send().await;
    assert_eq!(error_code(attributes), CODE);
    let purged = client.purge_queue().queue_url(&missing).send().await;
    assert_eq!(error_code(purged), CODE);
}

pub async fn queues_are_listed_by_prefix(client: Client) {
    let prefix = fresh_name();
    let mut created = BTreeSet::new();
    for number in 0..3 {
        let request = client.create_queue();
        let queue = request.queue_name(format!("{prefix}-{number}")).send().await;
        created.insert(queue.unwrap().queue_url.unwrap());
    }
    let request = client.list_queues().queue_name_prefix(&prefix);
    let listed = request.send().await.unwrap();
    assert_eq!(listed.next_token, None);
    let listed = listed.queue_urls.unwrap_or_default();
    assert_eq!(listed.len(), created.len());
    assert_eq!(BTreeSet::from_iter(listed), created);
}

pub async fn attributes_have_documented_defaults(client: Client) {
    let url = create_queue(&client, &[]).await;
    let answer = client
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names(Name::All)
        .send()
        .await
        .unwrap();
    let attributes = answer.attributes.unwrap();
    for (name, value) in [
        (Name::VisibilityTimeout, "30"),
        (Name::DelaySeconds, "0"),
        (Name::MessageRetentionPeriod, "345600"),
        (Name::MaximumMessageSize, "1048576"),
        (Name::ReceiveMessageWaitTimeSeconds, "0"),
        (Name::ApproximateNumberOfMessages, "0"),
        (Name::ApproximateNumberOfMessagesNotVisible, "0"),
        (Name::ApproximateNumberOfMessagesDelayed, "0"),
    ] {
        assert_eq!(attributes[&name], value, "{name}");
    }
    let name = url.rsplit('/').next().unwrap();
    assert_eq!(attributes[&Name::QueueArn], format!("arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"));
    for timestamp in [Name::CreatedTimestamp, Name::LastModifiedTimestamp] {
        let seconds: f64 = attributes[&timestamp].parse().unwrap();
        assert!(seconds > 1_700_000_000.0 && seconds < 10_000_000_000.0);
    }
    let request = client.get_queue_attributes().queue_url(&url);
    let none = request.send().await.unwrap().attributes;
    assert!(none.unwrap_or_default().is_empty());
}

pub async fn attributes_are_set_and_read_back(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "5")]).await;
    client
        .set_queue_attributes()
        .queue_url(&url)
        .attributes(Name::DelaySeconds, "3")
        .attributes(Name::MaximumMessageSize, "2048")
        .send()
        .await
        .unwrap();
    for (name, value) in [
        (Name::VisibilityTimeout, "5"),
        (Name::DelaySeconds, "3"),
        (Name::MaximumMessageSize, "2048"),
    ] {
        assert_eq!(attribute(&client, &url, name).await, value);
    }
}

pub async fn unknown_attribute_names_are_refused(client: Client) {
    let url = create_queue(&client, &[]).await;
    let request = client.get_queue_attributes().queue_url(&url);
    let result = request.attribute_names(Name::from("Colour")).send().await;
    assert_eq!(error_code(result), "InvalidAttributeName");
}

pub async fn bad_queue_names_are_refused(client: Client) {
    for name in ["two words", "slash/ed", &"n".repeat(81)] {
        let result = client.create_queue().queue_name(name).send().await;
        assert_eq!(error_code(result), "InvalidParameterValue", "{name}");
    }
}

pub async fn a_purge_takes_messages_in_flight_too(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "1")]).await;
    send(&client, &url, "in flight").await;
    receive_one(&client, &url).await;
    send(&client, &url, "visible").await;
    client.purge_queue().queue_url(&url).send().await.unwrap();
    let zero = || "0".to_owned();
    assert_eq!(counts(&client, &url).await, (zero(), zero(), zero()));
    assert!(receive(&client, &url).await.is_empty());
}
