//! Starts everything in order, and stops it.

mod data_files;
mod environment;
mod erasing;
mod error;
mod functions;
mod intake;
mod kept_bodies;
mod place;
mod schedules;
mod service;
mod services;
mod stop;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use lambda_process::{FunctionPool, LogWriter};
use sam_template::{Deployment, Schedule, Settings};

use crate::access::{AccessControl, CallRecord};
use crate::authorizer::{JwtAuthorizer, SigningKey};
use crate::cargo;
use crate::options::Options;

use environment::{ACCESS_KEY_VARIABLE, Credentials, configuration, environment, stack_key};
pub use erasing::EraseError;
pub use error::{StackError, TaskError};
use functions::start_functions;
use intake::{Intake, Joined};
pub use kept_bodies::KeptBodiesError;
pub use place::Addresses;
use place::{Places, find_template, listen, open_data_folder};
pub use schedules::RunScheduleError;
use service::BackingService;
use services::{Services, Setup};
pub use stop::stop_signal;

/// AWS names things by account; here it is this one, as in LocalStack.
const ACCOUNT_ID: &str = "000000000000";
/// Prefix of the names of tables, queues and functions.
const STACK_NAME: &str = "customer-support-copilot";
/// Used when `AWS_REGION` is not set.
const DEFAULT_REGION: &str = "us-east-1";

/// A running stack.
pub struct Stack {
    addresses: Addresses,
    data_dir: PathBuf,
    region: String,
    tables: Vec<String>,
    functions: HashMap<String, FunctionPool>,
    schedules: Vec<Schedule>,
    intake: Intake,
    services: Services,
    /// Held as long as the data are in use.
    _lock: std::fs::File,
}

impl Stack {
    /// Builds and starts everything that the template describes; returns when requests are taken.
    ///
    /// # Errors
    /// [`StackError`].
    pub async fn start(options: Options) -> Result<Self, StackError> {
        let logs = if options.json_logs { LogWriter::json() } else { LogWriter::readable() };
        Self::start_with_logs(options, logs).await
    }

    /// The same, with the functions' logs going to `logs` instead of the standard output.
    ///
    /// # Errors
    /// [`StackError`].
    pub async fn start_with_logs(options: Options, logs: LogWriter) -> Result<Self, StackError> {
        let template = find_template(&options.template)?;
        let region = std::env::var("AWS_REGION").unwrap_or_else(|_| DEFAULT_REGION.to_owned());
        let api = listen(options.port, "--port").await?;
        let places = Places::choose(&options).await?;
        if places.any_on_aws() && std::env::var_os(ACCESS_KEY_VARIABLE).is_none() {
            return Err(StackError::NoCredentials);
        }
        let access_key = places.access_key();
        let addresses = places.addresses(&api, &access_key)?;
        let settings = Settings {
            region: region.clone(),
            account_id: ACCOUNT_ID.to_owned(),
            stack_name: STACK_NAME.to_owned(),
            queue_url_base: addresses.sqs.clone().unwrap_or_default(),
            parameters: options.parameters.iter().cloned().collect(),
        };
        let deployment = Deployment::read(&template, &settings)?;
        let (data_dir, lock) = open_data_folder(&options.data_dir, options.reset)?;
        data_files::check(&data_dir)?;
        let key = options.auth.then(|| SigningKey::open(&data_dir)).transpose()?;
        let stack_key = stack_key(&data_dir)?;
        let binaries: Vec<String> =
            deployment.functions.iter().map(|function| function.binary.clone()).collect();
        let workspace = template.parent().unwrap_or(Path::new("."));
        let executables = cargo::build(workspace, &binaries, options.release).await?;

        let calls_file = options.calls_file.as_deref();
        let record = calls_file.map(|file| CallRecord::open(file, &template)).transpose()?;
        let credentials = Credentials::choose(&places);
        let environment =
            environment(&options, &addresses, &region, credentials, &deployment.functions);
        let mut access = AccessControl::new(settings, &deployment.functions, &access_key, record);
        environment.get(ACCESS_KEY_VARIABLE).into_iter().for_each(|key| access.allow(key));
        note_polling(&access, &deployment);
        let setup = Setup {
            data_dir: &data_dir,
            deployment: &deployment,
            region: &region,
            access_key: access_key.as_str(),
        };
        let services = Services::start(places, access, &setup).await?;
        data_files::make_private(&data_dir);
        data_files::keep_access_key(&data_dir, access_key.as_str())?;
        let configurations = deployment.functions.iter().map(|function| {
            let executable = executables.get(&function.binary).cloned().unwrap_or_default();
            let urls = &services.queue_urls;
            let mut configuration =
                configuration(function, executable, &environment, urls, &stack_key, &options);
            credentials.name_function(&mut configuration, &access_key);
            configuration
        });
        let functions = start_functions(&deployment, configurations, &logs).await?;
        let joined = Joined { deployment: &deployment, functions: &functions, region: &region };
        let authorizer = key.as_ref().map(JwtAuthorizer::new);
        let intake = Intake::start(&joined, api, authorizer, services.embedded_sqs.as_ref())?;
        let tables = deployment.tables.into_iter().map(|table| table.name).collect();
        let schedules = deployment.schedules;
        Ok(Self {
            addresses,
            data_dir,
            region,
            tables,
            functions,
            schedules,
            intake,
            services,
            _lock: lock,
        })
    }

    /// The folder that keeps its data.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// What a person needs to know once everything runs.
    pub fn summary(&self) -> String {
        let api = &self.addresses.api;
        let line = |name: &str, what: &str| format!("  {name:<11}{what}\n");
        let services = BackingService::ALL
            .map(|service| line(service.name(), self.addresses.of(service).unwrap_or("AWS")));
        [
            "\nThe customer support copilot is ready.\n".to_owned(),
            line("API", api),
            line("Docs", &format!("{api}/docs")),
            services.concat(),
            line("Access key", &self.addresses.access_key),
            line("Data", &self.data_dir.display().to_string()),
            "Stop it with Ctrl-C.\n".to_owned(),
        ]
        .concat()
    }

    /// Takes no new requests, finishes the running ones, and stops every process.
    pub async fn stop(self) {
        self.intake.stop().await;
        join_all(self.functions.values().map(FunctionPool::stop)).await;
        self.services.stop().await;
    }
}

/// Notes for each queue that a function is called for its messages.
fn note_polling(access: &AccessControl, deployment: &Deployment) {
    for trigger in &deployment.queue_triggers {
        let function = deployment.functions.iter().find(|one| one.logical_id == trigger.function);
        let queue = deployment.queues.iter().find(|queue| queue.name == trigger.queue_name);
        if let (Some(function), Some(queue)) = (function, queue) {
            access.polls(&function.binary, &queue.arn);
        }
    }
}
