//! Queues: names, ARNs and the attributes that steer their behaviour.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::SqsError;
use crate::redrive::RedrivePolicy;

/// The length of a queue name in characters (CreateQueue reference).
const MAXIMUM_NAME_CHARACTERS: usize = 80;
/// The range of `DelaySeconds` (CreateQueue reference), in seconds.
pub(crate) const DELAY_RANGE_SECONDS: std::ops::RangeInclusive<u32> = 0..=900;
/// The range of `VisibilityTimeout` (CreateQueue reference), in seconds.
pub(crate) const VISIBILITY_RANGE_SECONDS: std::ops::RangeInclusive<u32> = 0..=43_200;
/// The range of a long poll (CreateQueue reference), in seconds.
pub(crate) const WAIT_RANGE_SECONDS: std::ops::RangeInclusive<u32> = 0..=20;
/// The range of `MessageRetentionPeriod` (CreateQueue reference), in seconds.
const RETENTION_RANGE_SECONDS: std::ops::RangeInclusive<u32> = 60..=1_209_600;
/// The range of `MaximumMessageSize` (CreateQueue reference), in bytes.
const MESSAGE_SIZE_RANGE_BYTES: std::ops::RangeInclusive<u32> = 1_024..=1_048_576;
/// The length of a stored-only attribute in bytes: the quota of a queue
/// policy, 20,480, as IAM documents it.
const MAXIMUM_STORED_ONLY_BYTES: usize = 20_480;

/// Attributes that are kept and returned but change nothing here: access and
/// encryption at rest are matters of the real service.
const STORED_ONLY_ATTRIBUTES: [&str; 5] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];
/// Attributes that only FIFO queues have.
pub(crate) const FIFO_ATTRIBUTES: [&str; 4] =
    ["ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"];

/// One queue as the template describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDescription {
    /// The queue name: 1 to 80 letters, digits, `-` or `_`.
    pub name: String,
    /// SQS attribute names and values, such as `VisibilityTimeout` (seconds) or
    /// `RedrivePolicy` (JSON). An attribute that is absent has its default.
    pub attributes: BTreeMap<String, String>,
}

/// The account and region whose queues these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub region: String,
    pub account_id: String,
}

impl Account {
    pub fn queue_arn(&self, queue_name: &str) -> String {
        format!("arn:aws:sqs:{}:{}:{queue_name}", self.region, self.account_id)
    }

    /// The queue name in an ARN of this account and region.
    pub fn queue_name<'arn>(&self, arn: &'arn str) -> Option<&'arn str> {
        let (_, name) = arn.rsplit_once(':')?;
        (self.queue_arn(name) == arn).then_some(name)
    }
}

/// The name of a standard queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueName(String);

impl QueueName {
    /// # Errors
    /// [`SqsError::UnsupportedOperation`] for a FIFO queue,
    /// [`SqsError::InvalidParameterValue`] for any other name SQS refuses.
    pub fn parse(name: &str) -> Result<Self, SqsError> {
        if name.ends_with(".fifo") {
            return Err(fifo_is_unsupported());
        }
        let is_valid = (1..=MAXIMUM_NAME_CHARACTERS).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(SqsError::InvalidParameterValue {
                parameter: "QueueName",
                value: name.chars().take(MAXIMUM_NAME_CHARACTERS).collect(),
                reason: "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length".to_owned(),
            })
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn fifo_is_unsupported() -> SqsError {
    SqsError::UnsupportedOperation {
        reason: "The local queue service has standard queues only, no FIFO queues.".to_owned(),
    }
}

/// The settable attributes of a queue, read and within their ranges.
///
/// The defaults are those of the CreateQueue reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QueueSettings {
    pub delay_seconds: u32,
    pub maximum_message_bytes: u32,
    pub retention_seconds: u32,
    pub wait_seconds: u32,
    pub visibility_timeout_seconds: u32,
    pub redrive_policy: Option<RedrivePolicy>,
    stored_only: BTreeMap<String, String>,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            delay_seconds: 0,
            maximum_message_bytes: 1_048_576,
            retention_seconds: 345_600,
            wait_seconds: 0,
            visibility_timeout_seconds: 30,
            redrive_policy: None,
            stored_only: BTreeMap::from([("SqsManagedSseEnabled".to_owned(), "true".to_owned())]),
        }
    }
}

impl QueueSettings {
    /// Sets the given attributes and keeps the others.
    ///
    /// # Errors
    /// [`SqsError::InvalidAttributeName`] or [`SqsError::InvalidAttributeValue`]
    /// for the first attribute at fault; nothing is to be stored then.
    pub fn apply(&mut self, attributes: &BTreeMap<String, String>) -> Result<(), SqsError> {
        for (name, value) in attributes {
            match name.as_str() {
                "DelaySeconds" => self.delay_seconds = number(name, value, DELAY_RANGE_SECONDS)?,
                "MaximumMessageSize" => {
                    self.maximum_message_bytes = number(name, value, MESSAGE_SIZE_RANGE_BYTES)?;
                }
                "MessageRetentionPeriod" => {
                    self.retention_seconds = number(name, value, RETENTION_RANGE_SECONDS)?;
                }
                "ReceiveMessageWaitTimeSeconds" => {
                    self.wait_seconds = number(name, value, WAIT_RANGE_SECONDS)?;
                }
                "VisibilityTimeout" => {
                    self.visibility_timeout_seconds =
                        number(name, value, VISIBILITY_RANGE_SECONDS)?;
                }
                "RedrivePolicy" => self.redrive_policy = RedrivePolicy::parse(value)?,
                "FifoQueue" if value == "true" => return Err(fifo_is_unsupported()),
                // A template may say in so many words that a queue is standard.
                "FifoQueue" if value == "false" => {}
                stored_only if STORED_ONLY_ATTRIBUTES.contains(&stored_only) => {
                    self.store_only(name, value)?;
                }
                _ => return Err(SqsError::InvalidAttributeName { name: name.clone() }),
            }
        }
        Ok(())
    }

    fn store_only(&mut self, name: &str, value: &str) -> Result<(), SqsError> {
        if value.len() > MAXIMUM_STORED_ONLY_BYTES {
            return Err(invalid_value(name));
        }
        if value.is_empty() {
            self.stored_only.remove(name);
        } else {
            self.stored_only.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }

    /// Every attribute that has a value, as GetQueueAttributes returns it.
    pub fn to_attributes(&self) -> BTreeMap<String, String> {
        let mut attributes = self.stored_only.clone();
        for (name, value) in [
            ("DelaySeconds", self.delay_seconds),
            ("MaximumMessageSize", self.maximum_message_bytes),
            ("MessageRetentionPeriod", self.retention_seconds),
            ("ReceiveMessageWaitTimeSeconds", self.wait_seconds),
            ("VisibilityTimeout", self.visibility_timeout_seconds),
        ] {
            attributes.insert(name.to_owned(), value.to_string());
        }
        if let Some(policy) = &self.redrive_policy {
            let json = serde_json::json!({
                "deadLetterTargetArn": policy.dead_letter_target_arn,
                "maxReceiveCount": policy.maximum_receive_count,
            });
            attributes.insert("RedrivePolicy".to_owned(), json.to_string());
        }
        attributes
    }

    /// The first of `attributes` whose value is another one here.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn first_difference(
        &self,
        attributes: &BTreeMap<String, String>,
    ) -> Result<Option<String>, SqsError> {
        let mut asked_for = self.clone();
        asked_for.apply(attributes)?;
        let (current, asked_for) = (self.to_attributes(), asked_for.to_attributes());
        Ok(attributes.keys().find(|name| current.get(*name) != asked_for.get(*name)).cloned())
    }
}

fn invalid_value(name: &str) -> SqsError {
    SqsError::InvalidAttributeValue { name: name.to_owned() }
}

fn number(name: &str, value: &str, range: std::ops::RangeInclusive<u32>) -> Result<u32, SqsError> {
    value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| invalid_value(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(name: &str, value: &str) -> Result<QueueSettings, SqsError> {
        let mut settings = QueueSettings::default();
        settings.apply(&BTreeMap::from([(name.to_owned(), value.to_owned())]))?;
        Ok(settings)
    }

    #[test]
    fn names_of_standard_queues() {
        let longest = "n".repeat(80);
        for name in ["a", "Orders-2_x", &longest] {
            assert_eq!(QueueName::parse(name).unwrap().as_str(), name);
        }
        let too_long = "n".repeat(81);
        for name in ["", "a b", "a/b", "\u{e9}", "a.b", &too_long] {
            assert!(matches!(QueueName::parse(name), Err(SqsError::InvalidParameterValue { .. })));
        }
        assert!(matches!(
            QueueName::parse("orders.fifo"),
            Err(SqsError::UnsupportedOperation { .. })
        ));
    }

    #[test]
    fn arns_belong_to_one_account_and_region() {
        let account =
            Account { region: "eu-west-1".to_owned(), account_id: "000000000000".to_owned() };
        let arn = account.queue_arn("orders");
        assert_eq!(arn, "arn:aws:sqs:eu-west-1:000000000000:orders");
        assert_eq!(account.queue_name(&arn), Some("orders"));
        for foreign in ["", "orders", "arn:aws:sqs:us-east-1:000000000000:orders"] {
            assert_eq!(account.queue_name(foreign), None);
        }
    }

    #[test]
    fn numbers_keep_to_their_ranges() {
        for (name, lowest, highest) in [
            ("DelaySeconds", 0, 900),
            ("MaximumMessageSize", 1_024, 1_048_576),
            ("MessageRetentionPeriod", 60, 1_209_600),
            ("ReceiveMessageWaitTimeSeconds", 0, 20),
            ("VisibilityTimeout", 0, 43_200),
        ] {
            for value in [lowest, highest] {
                let settings = applied(name, &value.to_string()).unwrap();
                assert_eq!(settings.to_attributes()[name], value.to_string());
            }
            for value in [(lowest - 1).to_string(), (highest + 1).to_string(), "x".to_owned()] {
                assert!(
                    matches!(applied(name, &value), Err(SqsError::InvalidAttributeValue { .. })),
                    "{name}={value}"
                );
            }
        }
    }

    #[test]
    fn unknown_attributes_and_fifo_are_refused() {
        for name in ["Colour", "QueueArn", "ApproximateNumberOfMessages", "DeduplicationScope"] {
            assert!(matches!(applied(name, "1"), Err(SqsError::InvalidAttributeName { .. })));
        }
        assert!(matches!(applied("FifoQueue", "true"), Err(SqsError::UnsupportedOperation { .. })));
        assert_eq!(applied("FifoQueue", "false").unwrap(), QueueSettings::default());
    }

    #[test]
    fn differences_are_seen_per_attribute() {
        let settings = applied("VisibilityTimeout", "5").unwrap();
        let same = BTreeMap::from([("VisibilityTimeout".to_owned(), "5".to_owned())]);
        let other = BTreeMap::from([("VisibilityTimeout".to_owned(), "6".to_owned())]);
        assert_eq!(settings.first_difference(&same).unwrap(), None);
        assert_eq!(
            settings.first_difference(&other).unwrap().as_deref(),
            Some("VisibilityTimeout")
        );
    }
}
