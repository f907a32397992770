//! Holds each function to its IAM policy, as AWS does: a call that the policy does not allow is
//! refused and logged.
//!
//! A function is known by its access key, which the signature of each request names; the signature
//! itself is not checked. Keys are drawn anew for each run ([`AccessKey`]), so that knowing one is
//! what a signature would prove. Whoever calls with the run's own key, such as a developer with the
//! AWS CLI, may do everything; those who know no key and web pages may do nothing.

mod dynamodb;
mod key;
mod record;
mod sqs;

use std::collections::{BTreeSet, HashMap, HashSet};

use http::HeaderMap;
use http::header::AUTHORIZATION;

use sam_template::{Function, POLLING, PolicyStatement, Settings};

use crate::web_page::{Sender, sender};

pub use key::AccessKey;
use key::signing_key;
pub use record::{CallRecord, CallRecordError};

/// The file of the data folder with the access key of the run.
pub const ACCESS_KEY_FILE: &str = "access-key";
/// Stands for every resource, also in calls that concern none in particular.
const EVERY_RESOURCE: &str = "*";

/// What the functions of a stack may do.
#[derive(Debug)]
pub struct AccessControl {
    settings: Settings,
    policies: HashMap<String, FunctionPolicy>,
    /// The keys that may do everything.
    unlimited: HashSet<String>,
    record: Option<CallRecord>,
}

#[derive(Debug)]
struct FunctionPolicy {
    function: String,
    allowed: BTreeSet<Permission>,
}

/// One action on one resource: what a call needs, and what a policy grants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Permission {
    /// As in policies, such as `dynamodb:GetItem`.
    action: String,
    /// An ARN.
    resource: String,
}

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The function's policy does not allow it, in AWS's words.
    #[error(
        "User: {user} is not authorized to perform: {action} on resource: {resource} because no \
         identity-based policy allows the {action} action"
    )]
    ByPolicy { user: String, action: String, resource: String },
    /// A web page made it, or a caller that takes this service for another one.
    #[error("web pages may not call this service")]
    WebPage,
    /// The first sentence is AWS's.
    #[error(
        "The security token included in the request is invalid. This run of the local stack has an \
         access key of its own: it prints it when it starts, and keeps it in its data folder in the \
         file {ACCESS_KEY_FILE}."
    )]
    UnknownKey,
}

impl AccessControl {
    /// Holds `functions` to their policies under the keys that follow from `key`, and lets `key` itself
    /// do everything; `settings` are those that the template was read with. What is granted and what is
    /// called goes into `record`.
    pub fn new(
        settings: Settings,
        functions: &[Function],
        key: &AccessKey,
        record: Option<CallRecord>,
    ) -> Self {
        let policies = functions.iter().map(|function| {
            let allowed: BTreeSet<Permission> =
                function.policy.iter().flat_map(permissions).collect();
            if let Some(record) = &record {
                allowed.iter().for_each(|permission| record.granted(&function.binary, permission));
            }
            let policy = FunctionPolicy { function: function.binary.clone(), allowed };
            (key.of_function(&function.binary), policy)
        });
        let unlimited = HashSet::from([key.as_str().to_owned()]);
        Self { settings, policies: policies.collect(), unlimited, record }
    }

    /// Lets one more access key do everything.
    pub fn allow(&mut self, key: &str) {
        self.unlimited.insert(key.to_owned());
    }

    /// Notes in the record that Lambda takes messages in the name of `function`. The embedded queue is
    /// read without a request, so there is nothing to hold to the policy; the template was.
    pub fn polls(&self, function: &str, queue_arn: &str) {
        let Some(record) = &self.record else { return };
        for action in POLLING {
            let (action, resource) = (action.to_owned(), queue_arn.to_owned());
            record.used(function, &Permission { action, resource });
        }
    }

    /// Decides on a request to DynamoDB: `target` is its `X-Amz-Target`.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check_dynamodb(
        &self,
        headers: &HeaderMap,
        target: &str,
        body: &[u8],
    ) -> Result<(), Denied> {
        self.check(headers, |settings| dynamodb::permissions_needed(settings, target, body))
    }

    /// Decides on a request to SQS: `path` is that of its URL.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check_sqs(
        &self,
        headers: &HeaderMap,
        action: &str,
        path: &str,
        body: &[u8],
    ) -> Result<(), Denied> {
        self.check(headers, |settings| sqs::permissions_needed(settings, action, path, body))
    }

    fn check(
        &self,
        headers: &HeaderMap,
        needed: impl FnOnce(&Settings) -> BTreeSet<Permission>,
    ) -> Result<(), Denied> {
        if sender(headers) != Sender::OwnOrProgram {
            return Err(Denied::WebPage);
        }
        let key = headers.get(AUTHORIZATION).and_then(|value| signing_key(value.to_str().ok()?));
        let key = key.ok_or(Denied::UnknownKey)?;
        if self.unlimited.contains(key) {
            return Ok(());
        }
        let policy = self.policies.get(key).ok_or(Denied::UnknownKey)?;
        let needed = needed(&self.settings);
        if let Some(missing) = needed.iter().find(|needed| !policy.allowed.contains(needed)) {
            let Permission { action, resource } = missing;
            let function = &policy.function;
            tracing::warn!(function, action, resource, "denied: the function's policy lacks it");
            return Err(self.denied(function, missing));
        }
        if let Some(record) = &self.record {
            needed.iter().for_each(|used| record.used(&policy.function, used));
        }
        Ok(())
    }

    fn denied(&self, function: &str, missing: &Permission) -> Denied {
        let account = &self.settings.account_id;
        // SQS spells its actions so in this message.
        let action = match missing.action.strip_prefix("sqs:") {
            Some(_) => missing.action.to_ascii_lowercase(),
            None => missing.action.clone(),
        };
        Denied::ByPolicy {
            user: format!("arn:aws:sts::{account}:assumed-role/{function}/{function}"),
            action,
            resource: missing.resource.clone(),
        }
    }
}

fn permissions(statement: &PolicyStatement) -> impl Iterator<Item = Permission> {
    statement.actions.iter().flat_map(|action| {
        statement
            .resources
            .iter()
            .map(|resource| Permission { action: action.clone(), resource: resource.clone() })
    })
}

#[cfg(test)]
mod tests;
