//! The `SQS` events of functions.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::reading::{Properties, kind};
use super::sections::Resource;
use super::{Queue, QueueTrigger};

/// Limits of an SQS event source. Source: `CreateEventSourceMapping` of the Lambda API.
const DEFAULT_BATCH_SIZE: u32 = 10;
/// Without `MaximumBatchingWindowInSeconds`, which the local stack does not read.
const BATCH_SIZE_LIMIT: u32 = 10;
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
    Ok(Some(QueueTrigger {
        function: resource.logical_id.to_owned(),
        queue_name: queue.name.clone(),
        batch_size,
        reports_batch_item_failures: reports_batch_item_failures(evaluator, properties)?,
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

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn trigger(properties: &str) -> Result<Option<QueueTrigger>, String> {
        let text = format!(
            "Parameters: {{Size: {{Type: Number, Default: 5}}}}
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
            reports_batch_item_failures: false,
        };
        assert_eq!(trigger("Queue: !GetAtt Work.Arn"), Ok(Some(expected)));
    }

    #[test]
    fn every_property_is_read() {
        let read = trigger(
            "Queue: !GetAtt Work.Arn, BatchSize: !Ref Size,
             FunctionResponseTypes: [ReportBatchItemFailures], Enabled: 'true',
             ScalingConfig: {MaximumConcurrency: 2}",
        );
        let expected = QueueTrigger {
            function: "F".to_owned(),
            queue_name: "support-Work".to_owned(),
            batch_size: 5,
            reports_batch_item_failures: true,
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
            (format!("{queue}, BatchSize: 11"), "from 1 to 10"),
            (format!("{queue}, FunctionResponseTypes: [Other]"), "not `Other`"),
            (format!("{queue}, FunctionResponseTypes: x"), "this must be a list"),
            (format!("{queue}, Enabled: 1"), "Enabled: this must be true or false, but it is 1"),
        ] {
            let message = trigger(&properties).unwrap_err();
            assert!(message.contains(expected), "{properties} gave {message}");
        }
    }
}
