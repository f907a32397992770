//! Starts the functions.

use std::collections::HashMap;

use futures_util::future::try_join_all;
use lambda_process::{FunctionConfiguration, FunctionPool, LogWriter};
use sam_template::Deployment;

use super::StackError;

/// Starts one process of each function, so that a function that cannot start is known at once.
pub(super) async fn start_functions(
    deployment: &Deployment,
    configurations: impl Iterator<Item = FunctionConfiguration>,
    logs: &LogWriter,
) -> Result<HashMap<String, FunctionPool>, StackError> {
    let starts =
        deployment.functions.iter().zip(configurations).map(|(function, configuration)| {
            let logs = logs.clone();
            async move {
                let name = configuration.name.clone();
                FunctionPool::start(configuration, logs)
                    .await
                    .map(|pool| (function.logical_id.clone(), pool))
                    .map_err(|source| StackError::Function { name, source })
            }
        });
    Ok(try_join_all(starts).await?.into_iter().collect())
}
