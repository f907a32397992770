//! Redrive policies: when messages leave for a dead-letter queue, and which
//! queues a dead-letter queue takes messages from.

use serde::{Deserialize, Serialize};

use crate::error::SqsError;

/// The range of `maxReceiveCount` in a redrive policy (Developer Guide).
const RECEIVE_COUNT_RANGE: std::ops::RangeInclusive<u32> = 1..=1_000;
/// Source queues a redrive allow policy may name (CreateQueue reference).
const MAXIMUM_ALLOWED_SOURCES: usize = 10;

/// When a message leaves for a dead-letter queue, and for which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RedrivePolicy {
    pub dead_letter_target_arn: String,
    /// A message received this often without being deleted is moved.
    pub maximum_receive_count: u32,
}

impl RedrivePolicy {
    /// The queue name at the end of the target ARN.
    pub fn target_name(&self) -> &str {
        self.dead_letter_target_arn.rsplit(':').next().unwrap_or_default()
    }

    /// Reads the JSON of the attribute; an empty text takes the policy away.
    pub fn parse(value: &str) -> Result<Option<Self>, SqsError> {
        /// `maxReceiveCount` is documented as a number; templates also write text.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Count {
            Number(u32),
            Text(String),
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            dead_letter_target_arn: String,
            max_receive_count: Count,
        }
        if value.is_empty() {
            return Ok(None);
        }
        let refused = |reason: &str| SqsError::InvalidParameterValue {
            parameter: "RedrivePolicy",
            value: value.chars().take(256).collect(),
            reason: reason.to_owned(),
        };
        let policy: Policy = serde_json::from_str(value).map_err(|_| {
            refused("Redrive policy must be a JSON object with deadLetterTargetArn and maxReceiveCount.")
        })?;
        let count = match policy.max_receive_count {
            Count::Number(count) => Some(count),
            Count::Text(text) => text.parse().ok(),
        };
        let maximum_receive_count = count
            .filter(|count| RECEIVE_COUNT_RANGE.contains(count))
            .ok_or_else(|| refused("maxReceiveCount must be between 1 and 1000."))?;
        Ok(Some(Self {
            dead_letter_target_arn: policy.dead_letter_target_arn,
            maximum_receive_count,
        }))
    }
}

/// Which queues may name this one as their dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedriveAllowPolicy {
    redrive_permission: RedrivePermission,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    source_queue_arns: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum RedrivePermission {
    AllowAll,
    DenyAll,
    ByQueue,
}

impl RedriveAllowPolicy {
    pub fn allows(&self, source_arn: &str) -> bool {
        match self.redrive_permission {
            RedrivePermission::AllowAll => true,
            RedrivePermission::DenyAll => false,
            RedrivePermission::ByQueue => {
                self.source_queue_arns.iter().any(|arn| arn == source_arn)
            }
        }
    }

    pub fn parse(value: &str) -> Result<Option<Self>, SqsError> {
        if value.is_empty() {
            return Ok(None);
        }
        let policy: Self = serde_json::from_str(value).map_err(|_| refused_allow_policy())?;
        let names_sources = !policy.source_queue_arns.is_empty();
        let is_by_queue = policy.redrive_permission == RedrivePermission::ByQueue;
        if names_sources != is_by_queue || policy.source_queue_arns.len() > MAXIMUM_ALLOWED_SOURCES
        {
            return Err(refused_allow_policy());
        }
        Ok(Some(policy))
    }

    pub fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

fn refused_allow_policy() -> SqsError {
    SqsError::InvalidAttributeValue { name: "RedriveAllowPolicy".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redrive_policies_take_a_count_as_number_or_text() {
        for count in ["3", "\"3\""] {
            let policy = format!(
                "{{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:1:dead\",\"maxReceiveCount\":{count}}}"
            );
            let policy = RedrivePolicy::parse(&policy).unwrap().unwrap();
            assert_eq!(policy.maximum_receive_count, 3);
            assert_eq!(policy.target_name(), "dead");
        }
        for refused in [
            "x",
            "{}",
            "[]",
            r#"{"deadLetterTargetArn":"a"}"#,
            r#"{"maxReceiveCount":1}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":1001}"#,
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":"many"}"#,
        ] {
            assert!(RedrivePolicy::parse(refused).is_err(), "{refused}");
        }
        assert_eq!(RedrivePolicy::parse("").unwrap(), None);
    }

    #[test]
    fn redrive_allow_policies_are_enforceable() {
        let by_queue = RedriveAllowPolicy::parse(
            r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:a"]}"#,
        )
        .unwrap()
        .unwrap();
        assert!(by_queue.allows("arn:a") && !by_queue.allows("arn:b"));
        for refused in [
            r#"{"redrivePermission":"some"}"#,
            r#"{"redrivePermission":"byQueue"}"#,
            r#"{"redrivePermission":"denyAll","sourceQueueArns":["arn:a"]}"#,
        ] {
            assert!(RedriveAllowPolicy::parse(refused).is_err(), "{refused}");
        }
    }
}
