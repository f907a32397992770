//! Which permission a request to SQS needs. Source: "Actions, resources, and condition keys for
//! Amazon SQS" of the service authorization reference.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{EVERY_RESOURCE, Permission};
use sam_template::Settings;

/// Ends the actions on several messages. Policies do not know them: each needs the action on one.
const BATCH: &str = "Batch";

/// The parts of a request that say which queue it concerns.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    queue_url: Option<String>,
    queue_name: Option<String>,
    source_arn: Option<String>,
}

/// What the request needs: always one permission. One whose queue cannot be told needs its action
/// on everything, which no policy here can grant.
pub(super) fn permissions_needed(
    settings: &Settings,
    action: &str,
    path: &str,
    body: &[u8],
) -> BTreeSet<Permission> {
    let name_in = |url: &str| url.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
    let resource = match serde_json::from_slice::<Request>(body) {
        Err(_) => None,
        Ok(Request { source_arn: Some(arn), .. }) => Some(arn),
        Ok(Request { queue_url, queue_name, .. }) => {
            let name = match (queue_url, queue_name) {
                (Some(url), _) => name_in(&url),
                (None, Some(name)) => Some(name),
                (None, None) => name_in(path),
            };
            name.filter(|name| !name.is_empty()).map(|name| settings.arn("sqs", &name))
        }
    };
    let action = action.strip_suffix(BATCH).unwrap_or(action);
    BTreeSet::from([Permission {
        action: format!("sqs:{action}"),
        resource: resource.unwrap_or_else(|| EVERY_RESOURCE.to_owned()),
    }])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{settings, shown};
    use super::*;

    fn needed(action: &str, path: &str, body: &str) -> String {
        let needed = permissions_needed(&settings(), action, path, body.as_bytes());
        shown(needed).concat()
    }

    #[test]
    fn a_call_needs_its_action_on_the_queue_that_it_names() {
        let arn = "arn:aws:sqs:eu-west-1:000000000000:work";
        let url = r#"{"QueueUrl": "http://127.0.0.1:4566/000000000000/work/", "Entries": []}"#;
        assert_eq!(needed("SendMessage", "/", url), format!("sqs:SendMessage {arn}"));
        assert_eq!(needed("SendMessageBatch", "/", url), format!("sqs:SendMessage {arn}"));
        assert_eq!(needed("SendMessage", "/0/other", url), format!("sqs:SendMessage {arn}"));
        assert_eq!(
            needed("DeleteMessageBatch", "/0/work", "{}"),
            format!("sqs:DeleteMessage {arn}")
        );
        let name = r#"{"QueueName": "work"}"#;
        assert_eq!(needed("GetQueueUrl", "/", name), format!("sqs:GetQueueUrl {arn}"));
        let source = format!(r#"{{"SourceArn": "{arn}"}}"#);
        let expected = format!("sqs:StartMessageMoveTask {arn}");
        assert_eq!(needed("StartMessageMoveTask", "/", &source), expected);
    }

    #[test]
    fn what_names_no_queue_is_on_everything() {
        for body in ["{}", "", "[]", r#"{"QueueUrl": 5}"#, r#"{"QueueUrl": ""}"#] {
            assert_eq!(needed("ListQueues", "/", body), "sqs:ListQueues *", "{body}");
        }
    }
}
