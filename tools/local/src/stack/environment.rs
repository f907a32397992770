//! What functions find in their environment, and as whom they call DynamoDB and SQS.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::Addresses;
use super::place::Places;
use super::service::BackingService;
use crate::access::AccessKey;
use crate::aws_json::EMULATOR_ACCESS_KEY;
use crate::key_file::{self, KeyFileError};
use crate::options::Options;
use lambda_process::FunctionConfiguration;
use sam_template::Function;

/// The variable with the access key of whoever calls AWS.
pub(super) const ACCESS_KEY_VARIABLE: &str = "AWS_ACCESS_KEY_ID";
/// The variable with what ids are derived under.
const STACK_KEY: &str = "STACK_KEY";
/// The name of its file. A reset leaves it: it is worth nothing without the data and harms nothing.
const STACK_KEY_FILE: &str = "stack-key";

/// As whom functions call DynamoDB and SQS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials {
    /// Each under its own access key, by which it is held to its policy.
    PerFunction,
    /// All under one access key: DynamoDB Local keeps other tables for each key, and takes none
    /// with a hyphen.
    Shared,
    /// As whoever runs this.
    Developer,
}

impl Credentials {
    pub(super) fn choose(places: &Places) -> Self {
        if places.any_on_aws() {
            Self::Developer
        } else if places.is_emulator(BackingService::DynamoDb) {
            Self::Shared
        } else {
            Self::PerFunction
        }
    }

    /// Gives the function its own access key, unless the command line gives it one.
    pub(super) fn name_function(self, configuration: &mut FunctionConfiguration, key: &AccessKey) {
        if self == Self::PerFunction {
            let key = key.of_function(&configuration.name);
            let environment = &mut configuration.environment;
            environment.entry(ACCESS_KEY_VARIABLE.to_owned()).or_insert(key);
        }
    }
}

/// What every function finds in its environment besides what the template gives it.
pub(super) fn environment(
    options: &Options,
    addresses: &Addresses,
    region: &str,
    credentials: Credentials,
    functions: &[Function],
) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::from([
        ("AWS_REGION".to_owned(), region.to_owned()),
        ("AWS_DEFAULT_REGION".to_owned(), region.to_owned()),
    ]);
    let mut set = |name: &str, value: &str| environment.insert(name.to_owned(), value.to_owned());
    for service in BackingService::ALL {
        if let Some(endpoint) = addresses.of(service) {
            set(service.endpoint_variable(), endpoint);
        }
    }
    if credentials != Credentials::Developer {
        set("AWS_SECRET_ACCESS_KEY", "local");
        if credentials == Credentials::Shared {
            set(ACCESS_KEY_VARIABLE, EMULATOR_ACCESS_KEY);
        }
    } else {
        for (name, value) in std::env::vars() {
            if name.starts_with("AWS_") {
                set(&name, &value);
            }
        }
    }
    set_webhook_secrets(webhook_secrets(functions), &mut set);
    for (name, value) in &options.environment {
        set(name, value);
    }
    environment
}

/// The secret of this data folder, as functions read it; it is made when there is none.
///
/// # Errors
/// [`KeyFileError`].
pub(super) fn stack_key(data_dir: &Path) -> Result<String, KeyFileError> {
    let bytes = key_file::open(data_dir, STACK_KEY_FILE)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What the function is, and all of its environment.
pub(super) fn configuration(
    function: &Function,
    executable: PathBuf,
    common: &BTreeMap<String, String>,
    queue_urls: &HashMap<String, String>,
    stack_key: &str,
    options: &Options,
) -> FunctionConfiguration {
    let mut environment: BTreeMap<String, String> = function
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), queue_urls.get(value).unwrap_or(value).clone()))
        .collect();
    // On AWS a reference to a secret of the template, which CloudFormation resolves.
    environment.entry(STACK_KEY.to_owned()).and_modify(|value| stack_key.clone_into(value));
    environment.extend(common.clone());
    FunctionConfiguration {
        name: function.binary.clone(),
        executable,
        timeout: function.timeout,
        memory_mb: function.memory_mb,
        environment,
        maximum_processes: usize::from(options.processes),
    }
}

/// The variables that hold webhook secrets, here and in the functions: two for each function
/// `webhook-<source>` of the template.
fn webhook_secrets(functions: &[Function]) -> impl Iterator<Item = String> {
    functions.iter().filter_map(|function| function.binary.strip_prefix("webhook-")).flat_map(
        |source| {
            let name = format!("{}_WEBHOOK_SECRET", source.to_uppercase());
            [name.clone(), format!("{name}_PREVIOUS")]
        },
    )
}

/// Webhooks are verified as on AWS once a secret is given to this command; until then anybody on this
/// machine may call them unsigned.
fn set_webhook_secrets(
    names: impl Iterator<Item = String>,
    set: &mut impl FnMut(&str, &str) -> Option<String>,
) {
    let given: Vec<(String, String)> = names
        .filter_map(|name| std::env::var(&name).ok().map(|value| (name, value)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if given.is_empty() {
        set("ALLOW_UNSIGNED_WEBHOOKS", "true");
    }
    for (name, value) in given {
        set(&name, &value);
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tokio::net::TcpListener;

    use super::*;

    /// The access key of a function, or nothing when it is to be found as the SDK finds it.
    async fn key(options: &[&str]) -> Option<String> {
        let arguments = ["local-stack", "--port", "0"].iter().chain(options);
        let options = Options::parse_from(arguments);
        let api = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let places = Places::choose(&options).await.unwrap();
        let run_key = AccessKey::of_emulators();
        let addresses = places.addresses(&api, &run_key).unwrap();
        let credentials = Credentials::choose(&places);
        let mut configuration = FunctionConfiguration {
            name: "reader".to_owned(),
            executable: PathBuf::new(),
            timeout: std::time::Duration::from_secs(3),
            memory_mb: 128,
            environment: environment(&options, &addresses, "eu-west-1", credentials, &[]),
            maximum_processes: 1,
        };
        credentials.name_function(&mut configuration, &run_key);
        configuration.environment.remove("AWS_ACCESS_KEY_ID")
    }

    #[test]
    fn functions_that_name_the_stacks_secret_get_that_of_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let key = stack_key(folder.path()).unwrap();
        assert_eq!(key.len(), 64);
        assert_eq!(stack_key(folder.path()).unwrap(), key);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(stack_key(other.path()).unwrap(), key);
        let named = |variables: &[(&str, &str)], common: &BTreeMap<String, String>| {
            let variables = variables.iter().map(|(name, value)| (*name, *value));
            let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let function = Function {
                logical_id: "Reader".to_owned(),
                name: "copilot-Reader".to_owned(),
                binary: "reader".to_owned(),
                timeout: std::time::Duration::from_secs(3),
                memory_mb: 128,
                environment: environment.collect(),
                policy: Vec::new(),
            };
            let options = Options::parse_from(["local-stack"]);
            let (path, urls) = (PathBuf::new(), HashMap::new());
            let found = configuration(&function, path, common, &urls, &key, &options);
            found.environment.get(STACK_KEY).cloned()
        };
        let reference = [(STACK_KEY, "{{resolve:secretsmanager:StackSecret}}")];
        assert_eq!(named(&reference, &BTreeMap::new()), Some(key.clone()));
        assert_eq!(named(&[("TABLE_NAME", "x")], &BTreeMap::new()), None);
        // A stack over a table on AWS needs the secret that its ids hang on.
        let given = BTreeMap::from([(STACK_KEY.to_owned(), "given".to_owned())]);
        assert_eq!(named(&reference, &given), Some("given".to_owned()));
    }

    #[tokio::test]
    async fn a_function_has_its_own_key_where_it_is_held_to_its_policy() {
        let (dynamodb, sqs) = ("--dynamodb-endpoint", "--sqs-endpoint");
        let other = "http://127.0.0.1:4566";
        assert_eq!(key(&[]).await.as_deref(), Some("local-reader"));
        assert_eq!(key(&[sqs, other]).await.as_deref(), Some("local-reader"));
        assert_eq!(key(&[dynamodb, other]).await.as_deref(), Some("local"));
        assert_eq!(key(&[dynamodb, other, sqs, other]).await.as_deref(), Some("local"));
        let given = ["--env", "AWS_ACCESS_KEY_ID=mine"];
        assert_eq!(key(&given).await.as_deref(), Some("mine"));
        // On AWS it is the key of whoever runs this, or of a profile.
        let developers = std::env::var("AWS_ACCESS_KEY_ID").ok();
        assert_eq!(key(&[sqs, "aws"]).await, developers);
        assert_eq!(key(&[dynamodb, "aws"]).await, developers);
    }
}
