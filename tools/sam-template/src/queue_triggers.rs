//! The `SQS` events of functions.

use std::time::Duration;

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::reading::{Properties, integer, kind};
use super::sections::Resource;
use super::{Queue, QueueTrigger};

/// Limits of an SQS event source. Source: `CreateEventSourceMapping` of the Lambda API.
const DEFAULT_BATCH_SIZE: u32 = 10;
const BATCH_SIZE_LIMIT: u32 = 10_000;
const BATCH_SIZE_LIMIT_WITHOUT_WINDOW: u32 = 10;
const BATCHING_WINDOW_LIMIT_SECONDS: u32 = 300;
const SMALLEST_MAXIMUM_CONCURRENCY: u32 = 2;
const LARGEST_MAXIMUM_CONCURRENCY: u32 = 1000;
const REPORT_BATCH_ITEM_FAILURES: &str = "ReportBatchItemFailures";

/// Reads one event. Nothing when it is not enabled. `queues` are all queues of the deployment.
///
/// # Errors
/// [`TemplateError::Invalid`] when the queue is not one of the deployment, and when a value is out
/// of range.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
    properties: &Properties<'_>,
    queues: &[Queue],
) -> Result<Option<QueueTrigger>, TemplateError> {
    if evaluator.boolean_property(properties, "Enabled")? == Some(false) {
        return Ok(None);
    }
    let Some(arn) = evaluator.text_property(properties, "Queue")? else {
        return Err(properties.invalid("Queue", "the event names no queue"));
    };
    let Some(queue) = queues.iter().find(|queue| queue.arn == arn) else {
        return Err(properties.invalid(
            "Queue",
            format!(
                "`{arn}` is not the ARN of a queue in this template (write `!GetAtt \
                 <queue>.Arn`)"
            ),
        ));
    };
    let batch_size = evaluator
        .integer_property(properties, "BatchSize", 1..=BATCH_SIZE_LIMIT)?
        .unwrap_or(DEFAULT_BATCH_SIZE);
    let window_seconds = evaluator
        .integer_property(
            properties,
            "MaximumBatchingWindowInSeconds",
            0..=BATCHING_WINDOW_LIMIT_SECONDS,
        )?
        .unwrap_or(0);
    if batch_size > BATCH_SIZE_LIMIT_WITHOUT_WINDOW && window_seconds == 0 {
        return Err(properties.invalid(
            "BatchSize",
            format!(
                "a batch of more than {BATCH_SIZE_LIMIT_WITHOUT_WINDOW} messages needs \
                 MaximumBatchingWindowInSeconds of at least 1"
            ),
        ));
    }
    Ok(Some(QueueTrigger {
        function: resource.logical_id.to_owned(),
        queue_name: queue.name.clone(),
        batch_size,
        batching_window: Duration::from_secs(u64::from(window_seconds)),
        reports_batch_item_failures: reports_batch_item_failures(evaluator, properties)?,
        maximum_concurrency: maximum_concurrency(evaluator, properties)?,
    }))
}

fn reports_batch_item_failures(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<bool, TemplateError> {
    const NAME: &str = "FunctionResponseTypes";
    let types = evaluator.list_property(properties, NAME)?.unwrap_or_default();
    for response_type in &types {
        if response_type.as_str() != Some(REPORT_BATCH_ITEM_FAILURES) {
            let found = match response_type {
                Value::String(text) => format!("`{text}`"),
                other => kind(other).to_owned(),
            };
            return Err(properties.invalid(
                NAME,
                format!("the only response type is {REPORT_BATCH_ITEM_FAILURES}, not {found}"),
            ));
        }
    }
    Ok(!types.is_empty())
}

fn maximum_concurrency(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<Option<u32>, TemplateError> {
    let Some(mut scaling) = evaluator.map_property(properties, "ScalingConfig")? else {
        return Ok(None);
    };
    let Some(concurrency) = scaling.remove("MaximumConcurrency") else {
        return Ok(None);
    };
    let place = properties.place.key("ScalingConfig");
    let range = SMALLEST_MAXIMUM_CONCURRENCY..=LARGEST_MAXIMUM_CONCURRENCY;
    integer(concurrency, range, &place.key("MaximumConcurrency")).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn trigger(properties: &str) -> Result<Option<QueueTrigger>, String> {
        let text = format!(
            "Parameters: {{Size: {{Type: Number, Default: 50}}}}
Resources:
  Work: {{Type: 'AWS::SQS::Queue'}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f
      Events: {{E: {{Type: SQS, Properties: {{{properties}}}}}}}
"
        );
        Deployment::parse(&text, &settings())
            .map(|mut deployment| deployment.queue_triggers.pop())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_those_of_lambda() {
        let expected = QueueTrigger {
            function: "F".to_owned(),
            queue_name: "support-Work".to_owned(),
            batch_size: 10,
            batching_window: Duration::ZERO,
            reports_batch_item_failures: false,
            maximum_concurrency: None,
        };
        assert_eq!(trigger("Queue: !GetAtt Work.Arn"), Ok(Some(expected)));
    }

    #[test]
    fn every_property_is_read() {
        let read = trigger(
            "Queue: !GetAtt Work.Arn, BatchSize: !Ref Size, MaximumBatchingWindowInSeconds: 20,
             FunctionResponseTypes: [ReportBatchItemFailures], Enabled: 'true',
             ScalingConfig: {MaximumConcurrency: 2}",
        );
        let expected = QueueTrigger {
            function: "F".to_owned(),
            queue_name: "support-Work".to_owned(),
            batch_size: 50,
            batching_window: Duration::from_secs(20),
            reports_batch_item_failures: true,
            maximum_concurrency: Some(2),
        };
        assert_eq!(read, Ok(Some(expected)));
    }

    #[test]
    fn a_disabled_trigger_is_left_out() {
        assert_eq!(trigger("Queue: !GetAtt Work.Arn, Enabled: false"), Ok(None));
    }

    #[test]
    fn broken_triggers_are_refused() {
        let queue = "Queue: !GetAtt Work.Arn";
        for (properties, expected) in [
            ("BatchSize: 1".to_owned(), "Properties.Queue: the event names no queue"),
            ("Queue: !Ref Work".to_owned(), "is not the ARN of a queue in this template"),
            (format!("{queue}, BatchSize: 0"), "BatchSize: this must be a whole number from 1"),
            (format!("{queue}, BatchSize: 11"), "needs MaximumBatchingWindowInSeconds"),
            (format!("{queue}, MaximumBatchingWindowInSeconds: 301"), "from 0 to 300"),
            (format!("{queue}, FunctionResponseTypes: [Other]"), "not `Other`"),
            (format!("{queue}, FunctionResponseTypes: x"), "this must be a list"),
            (format!("{queue}, Enabled: 1"), "Enabled: this must be true or false, but it is 1"),
            (
                format!("{queue}, ScalingConfig: {{MaximumConcurrency: 1}}"),
                "Events.E.Properties.ScalingConfig.MaximumConcurrency: this must be",
            ),
        ] {
            let message = trigger(&properties).unwrap_err();
            assert!(message.contains(expected), "{properties} gave {message}");
        }
    }
}
