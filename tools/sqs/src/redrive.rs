//! Redrive policies: when messages leave for a dead-letter queue.

use serde::{Deserialize, Serialize};

use crate::error::SqsError;

/// The range of `maxReceiveCount` in a redrive policy (Developer Guide).
const RECEIVE_COUNT_RANGE: std::ops::RangeInclusive<u32> = 1..=1_000;
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
}
