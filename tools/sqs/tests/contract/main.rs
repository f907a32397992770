//! One contract, two servers: the embedded queue service always, and an
//! independent one when `SQS_REFERENCE_ENDPOINT` names its address.
//!
//! A behaviour is a function over an SDK client. It makes queues of its own under fresh names, so
//! behaviours run side by side and a server may be used for many runs. Where servers may differ, a
//! behaviour asserts only what the SQS documentation and both of them agree on.

// A behaviour is a test body: it may stop at the first surprise.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic and print"
)]

mod batches;
mod client;
mod dead_letters;
mod embedded;
mod messages;
mod queues;
mod timing;
mod wire;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aws_sdk_sqs::Client;
use tokio::task::JoinSet;

use client::{EmbeddedServer, client_for};

/// The address of the independent server, such as `http://127.0.0.1:5000`.
const REFERENCE_ENDPOINT_VARIABLE: &str = "SQS_REFERENCE_ENDPOINT";
/// The longest a behaviour may take. The slowest waits about four seconds.
const BEHAVIOUR_TIMEOUT: Duration = Duration::from_secs(40);

type Run = fn(Client) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Pairs each function with its name for the report.
macro_rules! behaviours {
    ($($behaviour:path),* $(,)?) => {
        vec![$((stringify!($behaviour), (|client| Box::pin($behaviour(client))) as Run)),*]
    };
}

fn contract() -> Vec<(&'static str, Run)> {
    behaviours![
        queues::creating_a_queue_again_returns_it,
        queues::a_missing_queue_is_reported,
        queues::queues_are_listed_by_prefix,
        queues::attributes_have_documented_defaults,
        queues::attributes_are_set_and_read_back,
        queues::unknown_attribute_names_are_refused,
        queues::bad_queue_names_are_refused,
        queues::a_purge_takes_messages_in_flight_too,
        messages::a_message_arrives_as_sent,
        messages::the_body_digest_covers_utf8,
        messages::attributes_of_every_type_arrive_with_their_digest,
        messages::attributes_are_returned_by_name_and_prefix,
        messages::the_trace_header_travels_apart,
        messages::receives_are_counted_and_timed,
        messages::a_receive_returns_ten_messages_at_most,
        messages::a_receive_checks_its_numbers,
        messages::a_deleted_message_is_gone_and_may_be_deleted_again,
        messages::deleting_with_an_old_handle_succeeds,
        messages::a_malformed_handle_is_refused,
        messages::the_size_limit_of_the_queue_is_exact,
        messages::a_delay_past_fifteen_minutes_is_refused,
        batches::a_batch_sends_all_entries,
        batches::a_bad_entry_fails_alone,
        batches::batch_limits_are_enforced,
        batches::a_batch_too_large_in_total_is_refused,
        batches::a_batch_deletes_what_it_can,
        timing::a_received_message_is_hidden_for_its_timeout,
        timing::a_timeout_of_zero_leaves_the_message_visible,
        timing::a_long_poll_wakes_on_a_send,
        timing::a_long_poll_wakes_when_a_timeout_ends,
        timing::a_long_poll_ends_empty,
        timing::the_wait_of_the_queue_is_the_default,
        timing::a_delayed_message_arrives_later,
        timing::the_delay_of_the_queue_can_be_overridden,
        dead_letters::a_message_is_redriven_after_its_last_receive,
        dead_letters::a_redrive_policy_needs_an_existing_target,
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_server_keeps_the_contract() {
    let server = EmbeddedServer::start().await;
    check(&server.endpoint, contract()).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded_server_keeps_its_own_promises() {
    let server = EmbeddedServer::start().await;
    let promises = behaviours![
        embedded::moved_messages_return_to_their_source,
        embedded::move_tasks_check_their_queues,
        embedded::dead_letters_name_their_source,
        embedded::characters_outside_the_set_are_refused,
        embedded::fifo_queues_are_refused,
        embedded::system_attributes_have_a_digest,
        embedded::queue_urls_of_any_host_are_understood,
    ];
    check(&server.endpoint, promises).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs another SQS at SQS_REFERENCE_ENDPOINT, such as the moto of `cargo xtask test`"]
async fn reference_server_keeps_the_contract() {
    let endpoint = std::env::var(REFERENCE_ENDPOINT_VARIABLE);
    check(&endpoint.expect(REFERENCE_ENDPOINT_VARIABLE), contract()).await;
}

/// Runs all behaviours side by side and reports every one that fails.
async fn check(endpoint: &str, behaviours: Vec<(&'static str, Run)>) {
    let count = behaviours.len();
    let mut running = JoinSet::new();
    for (name, run) in behaviours {
        let client = client_for(endpoint);
        running.spawn(async move {
            let behaviour = tokio::spawn(run(client));
            match tokio::time::timeout(BEHAVIOUR_TIMEOUT, behaviour).await {
                Ok(Ok(())) => None,
                Ok(Err(_)) => Some(format!("{name} failed")),
                Err(_) => Some(format!("{name} took too long")),
            }
        });
    }
    let failures: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(failures.is_empty(), "{} of {count} behaviours: {failures:#?}", failures.len());
    println!("{count} behaviours hold at {endpoint}");
}
