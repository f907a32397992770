//! The `SQS` events of functions, and event source mappings that are written out.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::Place;
use super::reading::{Properties, kind};
use super::sections::Resource;
use super::{Function, Queue, QueueTrigger};

/// Limits of an SQS event source. Source: `CreateEventSourceMapping` of the Lambda API.
const DEFAULT_BATCH_SIZE: u32 = 10;
/// Without `MaximumBatchingWindowInSeconds`, which the local stack does not read.
const BATCH_SIZE_LIMIT: u32 = 10;
const REPORT_BATCH_ITEM_FAILURES: &str = "ReportBatchItemFailures";

/// What Lambda does in the function's name ("Using Lambda with Amazon SQS" of its developer guide).
/// For an event SAM grants it; for a mapping the function's policy must.
pub const POLLING: [&str; 3] =
    ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];

/// Reads one mapping. Nothing when it is not enabled. `queues` and `functions` are all of the deployment.
///
/// # Errors
/// [`TemplateError::Invalid`] when the function or the queue is not one of the deployment, when the
/// function may not take messages from the queue, and when a value is out of range.
pub(super) fn read_mapping<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
    queues: &[Queue],
    functions: &[Function],
) -> Result<Option<QueueTrigger>, TemplateError> {
    const NAME: &str = "FunctionName";
    let section = Place::Section("Resources");
    let place = section.key(resource.logical_id);
    let properties = Properties::plain(resource.properties, place.key("Properties"));
    let name = evaluator.text_property(&properties, NAME)?;
    let Some(function) = functions.iter().find(|function| Some(&function.name) == name.as_ref())
    else {
        return Err(properties.invalid(NAME, "this must be `!Ref` of a function in this template"));
    };
    let source = Source { function: &function.logical_id, property: "EventSourceArn" };
    let Some((trigger, queue)) = read_source(evaluator, source, &properties, queues)? else {
        return Ok(None);
    };
    let may = |action: &str| {
        function.policy.iter().any(|statement| {
            statement.actions.contains(action) && statement.resources.contains(&queue.arn)
        })
    };
    if let Some(missing) = POLLING.into_iter().find(|action| !may(action)) {
        let detail = format!(
            "the policy of {name} does not allow {missing} on the queue",
            name = function.logical_id
        );
        return Err(properties.invalid("EventSourceArn", detail));
    }
    Ok(Some(trigger))
}

/// Who takes the messages, and the property that names the queue.
#[derive(Clone, Copy)]
struct Source<'s> {
    function: &'s str,
    property: &'static str,
}

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
    let source = Source { function: resource.logical_id, property: "Queue" };
    Ok(read_source(evaluator, source, properties, queues)?.map(|(trigger, _)| trigger))
}

fn read_source<'q>(
    evaluator: &mut Evaluator<'_>,
    source: Source<'_>,
    properties: &Properties<'_>,
    queues: &'q [Queue],
) -> Result<Option<(QueueTrigger, &'q Queue)>, TemplateError> {
    if evaluator.boolean_property(properties, "Enabled")? == Some(false) {
        return Ok(None);
    }
    let Some(arn) = evaluator.text_property(properties, source.property)? else {
        return Err(properties.invalid(source.property, "the event names no queue"));
    };
    let Some(queue) = queues.iter().find(|queue| queue.arn == arn) else {
        return Err(properties.invalid(
            source.property,
            format!(
                "`{arn}` is not the ARN of a queue in this template (write `!GetAtt \
                 <queue>.Arn`)"
            ),
        ));
    };
    let batch_size = evaluator
        .integer_property(properties, "BatchSize", 1..=BATCH_SIZE_LIMIT)?
        .unwrap_or(DEFAULT_BATCH_SIZE);
    let trigger = QueueTrigger {
        function: source.function.to_owned(),
        queue_name: queue.name.clone(),
        batch_size,
        reports_batch_item_failures: reports_batch_item_failures(evaluator, properties)?,
    };
    Ok(Some((trigger, queue)))
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

    fn mapping(properties: &str, actions: &str) -> Result<Option<QueueTrigger>, String> {
        let text = format!(
            "Resources:
  Work: {{Type: 'AWS::SQS::Queue'}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f
      Policies: [{{Statement: [{{Effect: Allow, Action: [{actions}], Resource: !GetAtt Work.Arn}}]}}]
  M: {{Type: 'AWS::Lambda::EventSourceMapping', Properties: {{{properties}}}}}
"
        );
        Deployment::parse(&text, &settings())
            .map(|mut deployment| deployment.queue_triggers.pop())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_mapping_is_a_trigger_whose_function_may_take_messages() {
        let polling = POLLING.map(|action| format!("'{action}'")).join(", ");
        let written = "FunctionName: !Ref F, EventSourceArn: !GetAtt Work.Arn";
        let expected = QueueTrigger {
            function: "F".to_owned(),
            queue_name: "support-Work".to_owned(),
            batch_size: 10,
            reports_batch_item_failures: false,
        };
        assert_eq!(mapping(written, &polling), Ok(Some(expected)));
        assert_eq!(mapping(&format!("{written}, Enabled: false"), &polling), Ok(None));
        for (properties, actions, expected) in [
            (written, "'sqs:ReceiveMessage'", "of F does not allow sqs:DeleteMessage on the queue"),
            ("EventSourceArn: !GetAtt Work.Arn", &polling, "FunctionName: this must be `!Ref`"),
            ("FunctionName: !Ref F", &polling, "EventSourceArn: the event names no queue"),
            ("FunctionName: !Ref F, EventSourceArn: x", &polling, "`x` is not the ARN of a queue"),
        ] {
            let message = mapping(properties, actions).unwrap_err();
            assert!(message.starts_with("template Resources.M.Properties."), "{message}");
            assert!(message.contains(expected), "{message}");
        }
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
