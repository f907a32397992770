//! `AWS::SQS::Queue` as the attributes of the `CreateQueue` API call.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::Queue;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::{Place, list_names};
use super::reading::{Properties, integer, text};
use super::sections::{Resource, map_entries};

/// Properties whose value is the attribute of the same name. Source: `AWS::SQS::Queue` of the
/// CloudFormation reference and `CreateQueue` of the SQS API.
const SCALAR_ATTRIBUTES: [&str; 5] = [
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
];

/// Properties that are read elsewhere or mean nothing on a laptop, such as encryption.
const OTHER_PROPERTIES: [&str; 3] = ["KmsMasterKeyId", "RedrivePolicy", "SqsManagedSseEnabled"];

/// Most deliveries before a message goes to the dead-letter queue. Source: the SQS API.
const RECEIVE_COUNT_LIMIT: u32 = 1000;

/// Reads the queues. A queue comes after the dead-letter queue it uses, so that they can be
/// created in this order.
///
/// # Errors
/// [`TemplateError::Invalid`] for a property that is not read and for a redrive policy that is
/// broken or names a queue the template does not have.
pub(super) fn read_all<'t>(
    evaluator: &mut Evaluator<'t>,
    resources: &[Resource<'t>],
) -> Result<Vec<Queue>, TemplateError> {
    let mut pending = Vec::new();
    for resource in resources {
        pending.push(read(evaluator, *resource)?);
    }
    check_dead_letter_queues(&pending)?;
    Ok(dead_letter_queues_first(pending))
}

struct ReadQueue<'t> {
    logical_id: &'t str,
    queue: Queue,
    dead_letter_arn: Option<String>,
}

fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
) -> Result<ReadQueue<'t>, TemplateError> {
    let section = Place::Section("Resources");
    let place = section.key(resource.logical_id);
    let properties = Properties::plain(resource.properties, place.key("Properties"));
    if let Some(node) = properties.own {
        for (name, _) in map_entries(node, &properties.place)? {
            let name = name.as_str();
            if !SCALAR_ATTRIBUTES.contains(&name) && !OTHER_PROPERTIES.contains(&name) {
                let known = SCALAR_ATTRIBUTES.into_iter().chain(OTHER_PROPERTIES);
                return Err(properties.invalid(
                    name,
                    format!("the local stack does not read this (it reads: {})", list_names(known)),
                ));
            }
        }
    }
    let mut attributes = BTreeMap::new();
    for name in SCALAR_ATTRIBUTES {
        if let Some(value) = evaluator.text_property(&properties, name)? {
            attributes.insert(name.to_owned(), value);
        }
    }
    let redrive = read_redrive_policy(evaluator, &properties)?;
    let mut dead_letter_arn = None;
    if let Some((arn, policy)) = redrive {
        dead_letter_arn = Some(arn);
        attributes.insert("RedrivePolicy".to_owned(), policy);
    }
    Ok(ReadQueue {
        logical_id: resource.logical_id,
        queue: Queue {
            name: evaluator.physical_name(resource.logical_id),
            arn: evaluator.queue_arn(resource.logical_id),
            url: evaluator.queue_url(resource.logical_id),
            attributes,
        },
        dead_letter_arn,
    })
}

/// The ARN of the dead-letter queue, and the policy as the JSON text that SQS takes.
fn read_redrive_policy(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
) -> Result<Option<(String, String)>, TemplateError> {
    let Some(mut policy) = evaluator.map_property(properties, "RedrivePolicy")? else {
        return Ok(None);
    };
    let place = properties.place.key("RedrivePolicy");
    let mut part = |name: &str| {
        policy.remove(name).ok_or_else(|| place.invalid(format!("the policy has no {name}")))
    };
    let arn = text(part("deadLetterTargetArn")?, &place.key("deadLetterTargetArn"))?;
    let receive_count =
        integer(part("maxReceiveCount")?, 1..=RECEIVE_COUNT_LIMIT, &place.key("maxReceiveCount"))?;
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": receive_count });
    Ok(Some((arn, policy.to_string())))
}

fn check_dead_letter_queues(queues: &[ReadQueue<'_>]) -> Result<(), TemplateError> {
    let arns: BTreeSet<&str> = queues.iter().map(|read| read.queue.arn.as_str()).collect();
    for read in queues {
        let Some(arn) = &read.dead_letter_arn else {
            continue;
        };
        if !arns.contains(arn.as_str()) {
            let section = Place::Section("Resources");
            let place = section.key(read.logical_id);
            let place = place.key("Properties");
            let place = place.key("RedrivePolicy");
            return Err(place
                .key("deadLetterTargetArn")
                .invalid(format!("`{arn}` is not the ARN of a queue in this template")));
        }
    }
    Ok(())
}

/// Keeps the order of the template apart from moving a queue behind its dead-letter queue. Queues
/// that are each other's dead-letter queue have no such order and come last.
fn dead_letter_queues_first(mut pending: Vec<ReadQueue<'_>>) -> Vec<Queue> {
    let mut placed = Vec::new();
    let mut placed_arns = BTreeSet::new();
    loop {
        let (ready, waiting): (Vec<_>, Vec<_>) = pending.into_iter().partition(|read| {
            read.dead_letter_arn.as_ref().is_none_or(|arn| placed_arns.contains(arn))
        });
        if ready.is_empty() {
            placed.extend(waiting.into_iter().map(|read| read.queue));
            return placed;
        }
        placed_arns.extend(ready.iter().map(|read| read.queue.arn.clone()));
        placed.extend(ready.into_iter().map(|read| read.queue));
        pending = waiting;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn queues(resources: &str) -> Result<Vec<Queue>, String> {
        let text = format!("Resources:\n{resources}");
        Deployment::parse(&text, &settings())
            .map(|deployment| deployment.queues)
            .map_err(|error| error.to_string())
    }

    fn redrive(target: &str) -> String {
        format!(
            "RedrivePolicy: {{deadLetterTargetArn: !GetAtt {target}.Arn, maxReceiveCount: '3'}}"
        )
    }

    #[test]
    fn a_queue_has_text_attributes() {
        let queue = queues(
            "  Work: {Type: 'AWS::SQS::Queue', Properties: {VisibilityTimeout: 60, KmsMasterKeyId: !ImportValue k}}",
        )
        .unwrap()
        .remove(0);
        assert_eq!(queue.name, "support-Work");
        assert_eq!(queue.arn, "arn:aws:sqs:eu-west-1:000000000000:support-Work");
        assert_eq!(queue.url, "http://127.0.0.1:9324/000000000000/support-Work");
        let attributes: Vec<_> =
            queue.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(attributes, [("VisibilityTimeout", "60")]);
    }

    #[test]
    fn dead_letter_queues_come_before_the_queues_that_use_them() {
        let text = format!(
            "  A: {{Type: 'AWS::SQS::Queue', Properties: {{{}}}}}
  B: {{Type: 'AWS::SQS::Queue', Properties: {{{}}}}}
  C: {{Type: 'AWS::SQS::Queue'}}
  D: {{Type: 'AWS::SQS::Queue'}}
",
            redrive("B"),
            redrive("C")
        );
        let queues = queues(&text).unwrap();
        let names: Vec<_> = queues.iter().map(|queue| queue.name.as_str()).collect();
        assert_eq!(names, ["support-C", "support-D", "support-B", "support-A"]);
        assert_eq!(
            queues[2].attributes["RedrivePolicy"],
            r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:support-C","maxReceiveCount":3}"#
        );
    }

    #[test]
    fn queues_that_are_each_others_dead_letter_queue_are_all_kept() {
        let text = format!(
            "  A: {{Type: 'AWS::SQS::Queue', Properties: {{{}}}}}
  B: {{Type: 'AWS::SQS::Queue', Properties: {{{}}}}}
",
            redrive("B"),
            redrive("A")
        );
        assert_eq!(queues(&text).unwrap().len(), 2);
    }

    #[test]
    fn broken_queues_are_refused() {
        for (properties, expected) in [
            (
                "VisiblityTimeout: 5",
                "Resources.Q.Properties.VisiblityTimeout: the local stack does not",
            ),
            ("DelaySeconds: [1]", "DelaySeconds: this must be text"),
            ("DelaySeconds: ~", "does not accept null"),
            ("RedrivePolicy: text", "RedrivePolicy: this must be a map"),
            ("RedrivePolicy: {maxReceiveCount: 3}", "no deadLetterTargetArn"),
            ("RedrivePolicy: {deadLetterTargetArn: x}", "no maxReceiveCount"),
            ("RedrivePolicy: {deadLetterTargetArn: x, maxReceiveCount: 0}", "from 1 to 1000"),
            ("RedrivePolicy: {deadLetterTargetArn: x, maxReceiveCount: 1}", "`x` is not the ARN"),
        ] {
            let message =
                queues(&format!("  Q: {{Type: 'AWS::SQS::Queue', Properties: {{{properties}}}}}"))
                    .unwrap_err();
            assert!(message.contains(expected), "{properties} gave {message}");
        }
    }
}
