//! The environment variables of a function's process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use chrono::Utc;
use uuid::Uuid;

use crate::FunctionConfiguration;

/// Search path if the local stack itself has none; the one Lambda sets.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/bin";

/// The variables a process starts with. Nothing of the local stack's own
/// environment is inherited but `PATH`. `HOME` is left out on purpose: with it a
/// function could find the developer's AWS profile and act on a real account.
pub(crate) fn process_environment(
    configuration: &FunctionConfiguration,
    task_root: &Path,
    runtime_api: SocketAddr,
) -> BTreeMap<String, String> {
    let log_stream =
        format!("{}[$LATEST]{}", Utc::now().format("%Y/%m/%d/"), Uuid::new_v4().simple());
    let path = std::env::var("PATH").unwrap_or_else(|_| DEFAULT_PATH.to_owned());
    let mut variables: BTreeMap<String, String> = [
        ("PATH", path),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", configuration.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", configuration.memory_mb.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", configuration.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("LAMBDA_TASK_ROOT", task_root.display().to_string()),
        ("_HANDLER", "bootstrap".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    variables.extend(configuration.environment.clone());
    variables.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), runtime_api.to_string());
    variables
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn variables(own: &[(&str, &str)]) -> BTreeMap<String, String> {
        let configuration = FunctionConfiguration {
            name: "create-ticket".to_owned(),
            executable: "/bin/bootstrap".into(),
            timeout: Duration::from_secs(3),
            memory_mb: 256,
            environment: own
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            maximum_processes: 1,
        };
        let api = SocketAddr::from(([127, 0, 0, 1], 9001));
        process_environment(&configuration, Path::new("/task"), api)
    }

    #[test]
    fn describes_the_function_as_lambda_does() {
        let variables = variables(&[]);
        assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "create-ticket");
        assert_eq!(variables["AWS_LAMBDA_FUNCTION_VERSION"], "$LATEST");
        assert_eq!(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
        assert_eq!(variables["AWS_LAMBDA_LOG_GROUP_NAME"], "/aws/lambda/create-ticket");
        assert_eq!(variables["AWS_LAMBDA_RUNTIME_API"], "127.0.0.1:9001");
        assert_eq!(variables["LAMBDA_TASK_ROOT"], "/task");
        assert_eq!(variables["TZ"], ":UTC");
        assert!(variables["AWS_LAMBDA_LOG_STREAM_NAME"].contains("/[$LATEST]"));
    }

    #[test]
    fn own_variables_win_but_not_over_the_runtime_api() {
        let variables = variables(&[
            ("AWS_LAMBDA_LOG_FORMAT", "Text"),
            ("AWS_LAMBDA_RUNTIME_API", "elsewhere:1"),
            ("TABLE_NAME", "tickets"),
        ]);
        assert_eq!(variables["AWS_LAMBDA_LOG_FORMAT"], "Text");
        assert_eq!(variables["AWS_LAMBDA_RUNTIME_API"], "127.0.0.1:9001");
        assert_eq!(variables["TABLE_NAME"], "tickets");
    }

    #[test]
    fn the_home_folder_is_not_passed_on() {
        assert!(!variables(&[]).contains_key("HOME"));
    }
}
