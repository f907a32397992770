//! Behaviours of single messages.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName as System,
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName as Name,
};

use crate::client::{counts, create_queue, error_code, eventually, receive, receive_one, send};

/// A trace header in the form that X-Ray documents.
const TRACE_HEADER: &str =
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

fn text(data_type: &str, value: &str) -> MessageAttributeValue {
    let builder = MessageAttributeValue::builder().data_type(data_type);
    builder.string_value(value).build().unwrap()
}

fn bytes(data_type: &str, value: &[u8]) -> MessageAttributeValue {
    let builder = MessageAttributeValue::builder().data_type(data_type);
    builder.binary_value(Blob::new(value)).build().unwrap()
}

pub async fn a_message_arrives_as_sent(client: Client) {
    let url = create_queue(&client, &[]).await;
    let request = client.send_message().queue_url(&url);
    let sent = request.message_body("hello").send().await.unwrap();
    let digest = Some("5d41402abc4b2a76b9719d911017c592");
    assert_eq!(sent.md5_of_message_body(), digest);
    assert_eq!(sent.md5_of_message_attributes(), None);
    let message = receive_one(&client, &url).await;
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(message.md5_of_body(), digest);
    assert_eq!(message.message_id(), sent.message_id());
    assert!(message.receipt_handle().is_some_and(|handle| !handle.is_empty()));
    assert_eq!(message.attributes, None);
    assert_eq!(message.message_attributes, None);
}

pub async fn the_body_digest_covers_utf8(client: Client) {
    let url = create_queue(&client, &[]).await;
    let body = "h\u{e9}llo \u{2713} \u{1f642}";
    let request = client.send_message().queue_url(&url);
    let sent = request.message_body(body).send().await.unwrap();
    let digest = Some("f66be44c8c6f662349937156001b1b75");
    assert_eq!(sent.md5_of_message_body(), digest);
    let message = receive_one(&client, &url).await;
    assert_eq!(message.body(), Some(body));
    assert_eq!(message.md5_of_body(), digest);
}

pub async fn attributes_of_every_type_arrive_with_their_digest(client: Client) {
    let url = create_queue(&client, &[]).await;
    let attributes = [
        ("attempt", text("Number", "42")),
        ("channel", text("String.label", "chat \u{2713}")),
        ("signature", bytes("Binary", &[0, 1, 254, 255])),
    ];
    let mut request = client.send_message().queue_url(&url).message_body("x");
    for (name, value) in &attributes {
        request = request.message_attributes(*name, value.clone());
    }
    let sent = request.send().await.unwrap();
    // The MD5 of the encoding the Developer Guide defines, computed apart.
    let digest = Some("9e95ac9f7bf23ba64c213d74c0958871");
    assert_eq!(sent.md5_of_message_attributes(), digest);
    let request = client.receive_message().queue_url(&url);
    let received = request.message_attribute_names("All").send().await.unwrap();
    let message = &received.messages()[0];
    assert_eq!(message.md5_of_message_attributes(), digest);
    let arrived = message.message_attributes().unwrap();
    assert_eq!(arrived.len(), attributes.len());
    for (name, value) in &attributes {
        assert_eq!(&arrived[*name], value);
    }
}

pub async fn attributes_are_returned_by_name_and_prefix(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "0")]).await;
    client
        .send_message()
        .queue_url(&url)
        .message_body("x")
        .message_attributes("trace.id", text("String", "a"))
        .message_attributes("trace.span", text("String", "b"))
        .message_attributes("channel", text("String", "e-mail"))
        .send()
        .await
        .unwrap();
    for (asked, expected) in [
        ("channel", vec!["channel"]),
        ("trace.*", vec!["trace.id", "trace.span"]),
        ("All", vec!["channel", "trace.id", "trace.span"]),
        (".*", vec!["channel", "trace.id", "trace.span"]),
        ("missing", vec![]),
    ] {
        let request = client.receive_message().queue_url(&url);
        let received = request.message_attribute_names(asked).send().await.unwrap();
        let message = &received.messages()[0];
        let mut names: Vec<&str> = message
            .message_attributes()
            .map(|attributes| attributes.keys().map(String::as_str).collect())
            .unwrap_or_default();
        names.sort_unstable();
        assert_eq!(names, expected, "{asked}");
        if asked == "channel" {
            // The digest is that of the attributes returned.
            let digest = Some("fe84ae46952cbfc5861a62641654e70b");
            assert_eq!(message.md5_of_message_attributes(), digest);
        }
    }
}

pub async fn the_trace_header_travels_apart(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "0")]).await;
    let header = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value(TRACE_HEADER)
        .build()
        .unwrap();
    client
        .send_message()
        .queue_url(&url)
        .message_body("x")
        .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header)
        .send()
        .await
        .unwrap();
    for asked in [System::AwsTraceHeader, System::All] {
        let request = client.receive_message().queue_url(&url);
        let request = request.message_system_attribute_names(asked);
        let received = request.send().await.unwrap();
        let attributes = received.messages()[0].attributes().unwrap();
        assert_eq!(attributes[&System::AwsTraceHeader], TRACE_HEADER);
    }
    assert_eq!(receive_one(&client, &url).await.attributes, None);
}

pub async fn receives_are_counted_and_timed(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "0")]).await;
    send(&client, &url, "x").await;
    let mut first_receives = Vec::new();
    for count in ["1", "2", "3"] {
        let request = client.receive_message().queue_url(&url);
        let request = request.message_system_attribute_names(System::All);
        let received = request.send().await.unwrap();
        let attributes = received.messages()[0].attributes().unwrap();
        assert_eq!(attributes[&System::ApproximateReceiveCount], count);
        assert!(!attributes[&System::SenderId].is_empty());
        let sent: u64 = attributes[&System::SentTimestamp].parse().unwrap();
        let first: u64 = attributes[&System::ApproximateFirstReceiveTimestamp].parse().unwrap();
        // Milliseconds since 1970, in this century.
        assert!(sent > 1_700_000_000_000 && first >= sent);
        first_receives.push(first);
    }
    first_receives.dedup();
    assert_eq!(first_receives.len(), 1, "the first receive stays the first");
}

pub async fn a_receive_returns_ten_messages_at_most(client: Client) {
    let url = create_queue(&client, &[]).await;
    for number in 0..12 {
        send(&client, &url, &number.to_string()).await;
    }
    let first = receive(&client, &url).await;
    let second = receive(&client, &url).await;
    assert_eq!((first.len(), second.len()), (10, 2));
    let one_by_default = create_queue(&client, &[]).await;
    send(&client, &one_by_default, "a").await;
    send(&client, &one_by_default, "b").await;
    let request = client.receive_message().queue_url(&one_by_default);
    assert_eq!(request.send().await.unwrap().messages().len(), 1);
}

pub async fn a_receive_checks_its_numbers(client: Client) {
    let url = create_queue(&client, &[]).await;
    let request = || client.receive_message().queue_url(&url);
    for refused in [
        request().max_number_of_messages(0),
        request().max_number_of_messages(11),
        request().wait_time_seconds(-1),
        request().wait_time_seconds(21),
        request().visibility_timeout(43_201),
    ] {
        assert_eq!(error_code(refused.send().await), "InvalidParameterValue");
    }
}

pub async fn a_deleted_message_is_gone_and_may_be_deleted_again(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "1")]).await;
    send(&client, &url, "x").await;
    let message = receive_one(&client, &url).await;
    let in_flight = ("0".to_owned(), "1".to_owned(), "0".to_owned());
    assert_eq!(counts(&client, &url).await, in_flight);
    for _ in 0..2 {
        let request = client.delete_message().queue_url(&url);
        let request = request.receipt_handle(message.receipt_handle().unwrap());
        request.send().await.unwrap();
    }
    let empty = ("0".to_owned(), "0".to_owned(), "0".to_owned());
    assert_eq!(counts(&client, &url).await, empty);
    // Past the timeout, in case it was only hidden.
    let request = client.receive_message().queue_url(&url);
    let received = request.wait_time_seconds(2).send().await.unwrap();
    assert!(received.messages().is_empty());
}

pub async fn deleting_with_an_old_handle_succeeds(client: Client) {
    let url = create_queue(&client, &[(Name::VisibilityTimeout, "1")]).await;
    send(&client, &url, "x").await;
    let old = receive_one(&client, &url).await;
    let new = eventually(|| async { receive(&client, &url).await.pop() }).await;
    assert_eq!(new.message_id(), old.message_id());
    assert_ne!(new.receipt_handle(), old.receipt_handle());
    // The documentation leaves open whether this deletes the message.
    let request = client.delete_message().queue_url(&url);
    let request = request.receipt_handle(old.receipt_handle().unwrap());
    request.send().await.unwrap();
    let request = client.delete_message().queue_url(&url);
    let request = request.receipt_handle(new.receipt_handle().unwrap());
    request.send().await.unwrap();
    let empty = ("0".to_owned(), "0".to_owned(), "0".to_owned());
    assert_eq!(counts(&client, &url).await, empty);
}

pub async fn a_malformed_handle_is_refused(client: Client) {
    let url = create_queue(&client, &[]).await;
    let request = client.delete_message().queue_url(&url);
    let deleted = request.receipt_handle("not a handle").send().await;
    let error = deleted.unwrap_err().into_service_error();
    assert!(error.is_receipt_handle_is_invalid(), "{error:?}");
}

pub async fn the_size_limit_of_the_queue_is_exact(client: Client) {
    let url = create_queue(&client, &[(Name::MaximumMessageSize, "1024")]).await;
    send(&client, &url, &"x".repeat(1_024)).await;
    let request = client.send_message().queue_url(&url);
    let refused = request.message_body("x".repeat(1_025)).send().await;
    assert_eq!(error_code(refused), "InvalidParameterValue");
    let default = create_queue(&client, &[]).await;
    send(&client, &default, &"x".repeat(1_048_576)).await;
    let request = client.send_message().queue_url(&default);
    let refused = request.message_body("x".repeat(1_048_577)).send().await;
    assert_eq!(error_code(refused), "InvalidParameterValue");
}

pub async fn a_delay_past_fifteen_minutes_is_refused(client: Client) {
    let url = create_queue(&client, &[]).await;
    let request = client.send_message().queue_url(&url).message_body("x");
    let refused = request.delay_seconds(901).send().await;
    assert_eq!(error_code(refused), "InvalidParameterValue");
    let empty = ("0".to_owned(), "0".to_owned(), "0".to_owned());
    assert_eq!(counts(&client, &url).await, empty);
}
