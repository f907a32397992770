//! Holds each function to its IAM policy, as AWS does: a call that the policy does not allow is
//! refused and logged.
//!
//! A function is known by its access key, which the signature of each request names; the signature
//! itself is not checked. Whoever calls with another key, such as a developer with the AWS CLI, may
//! do everything.

mod dynamodb;
mod record;
mod sqs;

use std::collections::{BTreeSet, HashMap};

use http::HeaderMap;
use http::header::AUTHORIZATION;

use sam_template::{Function, PolicyStatement, Settings};

pub use record::{CallRecord, CallRecordError};

/// Begins the access key of each function; the rest is the function's name.
const ACCESS_KEY_PREFIX: &str = "local-";
/// The scheme of AWS's signatures and what names the key in them ("Authenticating Requests: Using
/// the Authorization Header" of the SigV4 reference).
const SIGNATURE_SCHEME: &str = "AWS4-HMAC-SHA256";
const CREDENTIAL: &str = "Credential=";
/// Stands for every resource, also in calls that concern none in particular.
const EVERY_RESOURCE: &str = "*";

/// What the functions of a stack may do.
#[derive(Debug)]
pub struct AccessControl {
    settings: Settings,
    policies: HashMap<String, FunctionPolicy>,
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

/// A call that the function's policy does not allow, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "User: {user} is not authorized to perform: {action} on resource: {resource} because no \
     identity-based policy allows the {action} action"
)]
pub struct Denied {
    user: String,
    action: String,
    resource: String,
}

/// The access key that a function signs its calls with. Only the local stack's own services know
/// it.
pub fn access_key(function: &str) -> String {
    format!("{ACCESS_KEY_PREFIX}{function}")
}

impl AccessControl {
    /// Holds `functions` to their policies; `settings` are those that the template was read with.
    /// What is granted and what is called goes into `record`.
    pub fn new(settings: Settings, functions: &[Function], record: Option<CallRecord>) -> Self {
        let policies = functions.iter().map(|function| {
            let allowed: BTreeSet<Permission> =
                function.policy.iter().flat_map(permissions).collect();
            if let Some(record) = &record {
                allowed.iter().for_each(|permission| record.granted(&function.binary, permission));
            }
            let policy = FunctionPolicy { function: function.binary.clone(), allowed };
            (access_key(&function.binary), policy)
        });
        Self { settings, policies: policies.collect(), record }
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
        let key = headers.get(AUTHORIZATION).and_then(|value| signing_key(value.to_str().ok()?));
        let Some(policy) = key.and_then(|key| self.policies.get(key)) else { return Ok(()) };
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
        Denied {
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

/// The key in `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …`.
fn signing_key(authorization: &str) -> Option<&str> {
    let parameters = authorization.strip_prefix(SIGNATURE_SCHEME)?;
    let credential = parameters
        .split(',')
        .find_map(|parameter| parameter.trim_start().strip_prefix(CREDENTIAL))?;
    credential.split('/').next()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;

    use super::*;

    pub(super) fn settings() -> Settings {
        Settings {
            region: "eu-west-1".to_owned(),
            account_id: "000000000000".to_owned(),
            stack_name: "support".to_owned(),
            queue_url_base: "http://127.0.0.1:9324".to_owned(),
            parameters: Default::default(),
        }
    }

    /// A permission as `action resource`.
    pub(super) fn shown(permissions: BTreeSet<Permission>) -> Vec<String> {
        let shown = |Permission { action, resource }| format!("{action} {resource}");
        permissions.into_iter().map(shown).collect()
    }

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:000000000000:table/t";
    const GET: &str = "DynamoDB_20120810.GetItem";
    const PUT: &str = "DynamoDB_20120810.PutItem";

    fn reader(record: Option<CallRecord>) -> AccessControl {
        let set = |text: &str| BTreeSet::from([text.to_owned()]);
        let function = Function {
            logical_id: "Reader".to_owned(),
            name: "support-Reader".to_owned(),
            binary: "reader".to_owned(),
            timeout: Duration::from_secs(3),
            memory_mb: 128,
            environment: Default::default(),
            policy: vec![PolicyStatement {
                actions: set("dynamodb:GetItem"),
                resources: set(TABLE),
            }],
        };
        AccessControl::new(settings(), &[function], record)
    }

    fn signed_by(key: &str) -> HeaderMap {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20240101/eu-west-1/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::try_from(value).unwrap())])
    }

    #[test]
    fn a_function_may_do_what_its_policy_grants_and_nothing_else() {
        let (access, headers) = (reader(None), signed_by("local-reader"));
        let (table, other) = (br#"{"TableName": "t"}"#, br#"{"TableName": "other"}"#);
        assert_eq!(access.check_dynamodb(&headers, GET, table), Ok(()));
        assert_eq!(
            access.check_dynamodb(&headers, PUT, table).unwrap_err().to_string(),
            format!(
                "User: arn:aws:sts::000000000000:assumed-role/reader/reader is not authorized to \
                 perform: dynamodb:PutItem on resource: {TABLE} because no identity-based policy \
                 allows the dynamodb:PutItem action"
            )
        );
        assert!(access.check_dynamodb(&headers, GET, other).is_err());
        assert!(access.check_dynamodb(&headers, GET, b"{").is_err());
        let denied = access.check_sqs(&headers, "SendMessage", "/0/q", b"{}").unwrap_err();
        assert!(denied.to_string().contains("perform: sqs:sendmessage on"), "{denied}");
    }

    #[test]
    fn only_functions_are_held_to_a_policy() {
        let access = reader(None);
        let basic = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic x"))]);
        for headers in [HeaderMap::new(), basic, signed_by("local"), signed_by("local-reader2")] {
            assert_eq!(access.check_dynamodb(&headers, PUT, b"{}"), Ok(()), "{headers:?}");
        }
    }

    #[test]
    fn the_key_is_found_wherever_it_stands_in_the_signature() {
        for (authorization, key) in [
            ("AWS4-HMAC-SHA256 Credential=local-a/2024/x, Signature=0", Some("local-a")),
            ("AWS4-HMAC-SHA256 Signature=0,Credential=local-a/2024", Some("local-a")),
            ("AWS4-HMAC-SHA256 Credential=local-a", Some("local-a")),
            ("AWS4-HMAC-SHA256", None),
            ("Bearer Credential=local-a", None),
            ("", None),
        ] {
            assert_eq!(signing_key(authorization), key, "{authorization}");
        }
    }

    #[test]
    fn grants_and_calls_are_recorded_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("calls");
        let record = CallRecord::open(&file, "template.yaml".as_ref()).unwrap();
        let (access, headers) = (reader(Some(record)), signed_by("local-reader"));
        for _ in 0..2 {
            access.check_dynamodb(&headers, GET, br#"{"TableName": "t"}"#).unwrap();
            access.check_dynamodb(&headers, PUT, br#"{"TableName": "t"}"#).unwrap_err();
        }
        let line = |kind| {
            format!(
                r#"{{"template":"template.yaml","function":"reader","kind":"{kind}","action":"dynamodb:GetItem","resource":"{TABLE}"}}"#
            )
        };
        let recorded = std::fs::read_to_string(&file).unwrap();
        assert_eq!(recorded, format!("{}\n{}\n", line("granted"), line("used")));
    }
}
