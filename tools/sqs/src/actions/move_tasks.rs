//! Actions on message move tasks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::required;
use crate::error::SqsError;
use crate::protocol::{
    ListMessageMoveTasksRequest, ListMessageMoveTasksResponse, StartMessageMoveTaskRequest,
    StartMessageMoveTaskResponse, WireMoveTask,
};
use crate::queue::Account;
use crate::service::{EmbeddedSqs, out_of_range};
use crate::storage::MoveTask;

/// The highest rate a task may ask for (StartMessageMoveTask reference).
const MAXIMUM_MESSAGES_PER_SECOND: i64 = 500;
/// Tasks per answer (ListMessageMoveTasks reference).
const MAXIMUM_LISTED_TASKS: i64 = 10;

pub(super) fn start(
    sqs: &EmbeddedSqs,
    request: StartMessageMoveTaskRequest,
) -> Result<StartMessageMoveTaskResponse, SqsError> {
    let account = &sqs.shared.storage.account;
    let source_arn = required(request.source_arn, "SourceArn")?;
    let source = queue_name(account, &source_arn, "SourceArn")?;
    let destination = request
        .destination_arn
        .as_deref()
        .map(|arn| queue_name(account, arn, "DestinationArn"))
        .transpose()?;
    let rate = request
        .max_number_of_messages_per_second
        .map(|rate| bounded("MaxNumberOfMessagesPerSecond", rate, MAXIMUM_MESSAGES_PER_SECOND))
        .transpose()?;
    let task_id = sqs.move_messages(source, destination, rate)?;
    Ok(StartMessageMoveTaskResponse {
        task_handle: URL_SAFE_NO_PAD.encode(format!("{task_id}:{source_arn}")),
    })
}

pub(super) fn list(
    sqs: &EmbeddedSqs,
    request: ListMessageMoveTasksRequest,
) -> Result<ListMessageMoveTasksResponse, SqsError> {
    let storage = &sqs.shared.storage;
    let source_arn = required(request.source_arn, "SourceArn")?;
    let source = queue_name(&storage.account, &source_arn, "SourceArn")?;
    let maximum = bounded("MaxResults", request.max_results.unwrap_or(1), MAXIMUM_LISTED_TASKS)?;
    let tasks = storage.move_tasks(source, maximum)?;
    Ok(ListMessageMoveTasksResponse {
        results: tasks.into_iter().map(|task| wire_task(&storage.account, task)).collect(),
    })
}

fn queue_name<'arn>(
    account: &Account,
    arn: &'arn str,
    parameter: &'static str,
) -> Result<&'arn str, SqsError> {
    account.queue_name(arn).ok_or(SqsError::ResourceNotFound { parameter })
}

fn bounded(parameter: &'static str, value: i64, maximum: i64) -> Result<u32, SqsError> {
    u32::try_from(value).ok().filter(|_| (1..=maximum).contains(&value)).ok_or_else(|| {
        let reason = format!("Must be between 1 and {maximum}, if provided.");
        out_of_range(parameter, value, &reason)
    })
}

/// A finished task. The handle is left out: SQS gives it for running ones only.
fn wire_task(account: &Account, task: MoveTask) -> WireMoveTask {
    let status = if task.failure_reason.is_some() { "FAILED" } else { "COMPLETED" };
    WireMoveTask {
        status,
        source_arn: account.queue_arn(&task.source),
        destination_arn: task.destination.map(|name| account.queue_arn(&name)),
        max_number_of_messages_per_second: task.messages_per_second,
        approximate_number_of_messages_moved: task.moved,
        approximate_number_of_messages_to_move: task.to_move,
        failure_reason: task.failure_reason,
        started_timestamp: task.started_at_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_counts_have_bounds() {
        assert_eq!(bounded("MaxResults", 10, 10).unwrap(), 10);
        for value in [0, 11, -1, i64::MAX] {
            assert!(bounded("MaxResults", value, 10).is_err(), "{value}");
        }
    }
}
