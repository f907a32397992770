//! Starts everything in order, and stops it.

mod environment;
mod error;
mod kept_bodies;
mod place;
mod schedules;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::access::{AccessControl, CallRecord};
use crate::authorizer::{JwtAuthorizer, SigningKey};
use crate::aws_json::Service;
use crate::gateway::{Gateway, GatewaySettings, Route};
use crate::options::Options;
use crate::schedule::Clock;
use crate::trigger::Poller;
use crate::{cargo, dynamodb};
use lambda_process::{FunctionConfiguration, FunctionPool, LogWriter};
use sam_template::{Deployment, Expression, Queue, Schedule, Settings};
use sqs::{EmbeddedSqs, QueueDescription};

use environment::{Credentials, configuration, environment};
pub use error::StackError;
pub use kept_bodies::KeptBodiesError;
use place::{Place, address, find_template, listen, open_data_folder};
pub use schedules::RunScheduleError;

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
    serving: Serving,
    /// Held as long as the data are in use.
    _lock: std::fs::File,
}

/// Where the parts of a stack are.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The API: `http://127.0.0.1:8000`.
    pub api: String,
    /// DynamoDB, or nothing when it is AWS.
    pub dynamodb: Option<String>,
    /// SQS, or nothing when it is AWS.
    pub sqs: Option<String>,
}

/// Tasks that run until they are told to stop: first those that take work in, then, once no
/// function runs any more, the services that functions use.
struct Serving {
    access: Arc<AccessControl>,
    stop_intake: watch::Sender<bool>,
    intake: Vec<JoinHandle<()>>,
    stop_services: watch::Sender<bool>,
    services: Vec<JoinHandle<()>>,
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
        let beside =
            |offset| if options.port == 0 { 0 } else { options.port.saturating_add(offset) };
        let api = listen(options.port, "--port").await?;
        let dynamodb_port = options.dynamodb_port.unwrap_or(beside(1));
        let dynamodb_option = options.dynamodb_endpoint.as_deref();
        let dynamodb = Place::choose(dynamodb_option, dynamodb_port, "--dynamodb-port").await?;
        let sqs_port = options.sqs_port.unwrap_or(beside(2));
        let sqs = Place::choose(options.sqs_endpoint.as_deref(), sqs_port, "--sqs-port").await?;
        let is_on_aws = matches!(dynamodb, Place::Aws) || matches!(sqs, Place::Aws);
        if is_on_aws && std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
            return Err(StackError::NoCredentials);
        }
        let addresses =
            Addresses { api: address(&api)?, dynamodb: dynamodb.endpoint()?, sqs: sqs.endpoint()? };
        let settings = Settings {
            region: region.clone(),
            account_id: ACCOUNT_ID.to_owned(),
            stack_name: STACK_NAME.to_owned(),
            queue_url_base: addresses.sqs.clone().unwrap_or_default(),
            parameters: options.parameters.iter().cloned().collect(),
        };
        let deployment = Deployment::read(&template, &settings)?;
        let (data_dir, lock) = open_data_folder(&options.data_dir, options.reset)?;
        let authorizer = if options.auth {
            Some(JwtAuthorizer::new(&SigningKey::open(&data_dir)?))
        } else {
            None
        };
        let binaries: Vec<String> =
            deployment.functions.iter().map(|function| function.binary.clone()).collect();
        let workspace = template.parent().unwrap_or(Path::new("."));
        let executables = cargo::build(workspace, &binaries, options.release).await?;

        let calls_file = options.calls_file.as_deref();
        let record = calls_file.map(|file| CallRecord::open(file, &template)).transpose()?;
        let access = AccessControl::new(settings, &deployment.functions, record);
        let credentials = Credentials::choose(&dynamodb, &sqs);
        let mut serving = Serving::new(access);
        serving.dynamodb(dynamodb, &data_dir, &deployment, &region).await?;
        let (embedded_sqs, queue_urls) = serving.sqs(sqs, &data_dir, &deployment, &region).await?;
        let environment = environment(&options, &addresses, &region, credentials);
        let configurations = deployment.functions.iter().map(|function| {
            let executable = executables.get(&function.binary).cloned().unwrap_or_default();
            let mut configuration =
                configuration(function, executable, &environment, &queue_urls, &options);
            credentials.name_function(&mut configuration);
            configuration
        });
        let functions = start_functions(&deployment, configurations, &logs).await?;
        if let Some(sqs) = embedded_sqs {
            serving.triggers(&deployment, &functions, &sqs, &region);
        }
        serving.clocks(&deployment.schedules, &functions, &region);
        serving.gateway(api, &deployment, &functions, &region, authorizer)?;
        let tables = deployment.tables.into_iter().map(|table| table.name).collect();
        let schedules = deployment.schedules;
        Ok(Self { addresses, data_dir, region, tables, functions, schedules, serving, _lock: lock })
    }

    /// Where the parts of the stack are.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// What a person needs to know once everything runs.
    pub fn summary(&self) -> String {
        let Addresses { api, dynamodb, sqs } = &self.addresses;
        let place =
            |endpoint: &Option<String>| endpoint.clone().unwrap_or_else(|| "AWS".to_owned());
        format!(
            "\nThe customer support copilot is ready.\n\
             \x20 API        {api}\n\
             \x20 Docs       {api}/docs\n\
             \x20 DynamoDB   {}\n\
             \x20 SQS        {}\n\
             \x20 Data       {}\n\
             Stop it with Ctrl-C.\n",
            place(dynamodb),
            place(sqs),
            self.data_dir.display(),
        )
    }

    /// Takes no new requests, finishes the running ones, and stops every process.
    pub async fn stop(self) {
        let _ = self.serving.stop_intake.send(true);
        join_all(self.serving.intake).await;
        join_all(self.functions.values().map(FunctionPool::stop)).await;
        let _ = self.serving.stop_services.send(true);
        join_all(self.serving.services).await;
    }
}

impl Serving {
    fn new(access: AccessControl) -> Self {
        let access = Arc::new(access);
        let (stop_intake, _) = watch::channel(false);
        let (stop_services, _) = watch::channel(false);
        Self { access, stop_intake, intake: Vec::new(), stop_services, services: Vec::new() }
    }

    async fn dynamodb(
        &mut self,
        place: Place,
        data_dir: &Path,
        deployment: &Deployment,
        region: &str,
    ) -> Result<(), StackError> {
        let Some(endpoint) = place.endpoint()? else { return Ok(()) };
        if let Place::Embedded(listener) = place {
            let database = dynamodb::open(&data_dir.join("dynamodb.sqlite"))?;
            let stopped = turned_true(self.stop_services.subscribe());
            let access = Arc::clone(&self.access);
            self.services.push(tokio::spawn(dynamodb::serve(database, listener, access, stopped)));
        }
        let service = Service::dynamodb(&endpoint, region);
        for table in &deployment.tables {
            dynamodb::ensure_table(&service, table).await?;
        }
        Ok(())
    }

    /// The embedded SQS, if it is that, and for each queue URL of the template the one that holds.
    async fn sqs(
        &mut self,
        place: Place,
        data_dir: &Path,
        deployment: &Deployment,
        region: &str,
    ) -> Result<(Option<EmbeddedSqs>, HashMap<String, String>), StackError> {
        match place {
            Place::Aws => Ok((None, HashMap::new())),
            Place::Emulator(endpoint) => {
                Ok((None, make_queues(&Service::sqs(&endpoint, region), deployment).await?))
            }
            Place::Embedded(listener) => {
                let file = data_dir.join("sqs.sqlite");
                let sqs = EmbeddedSqs::open(&file, region, ACCOUNT_ID)?;
                let description = |queue: &Queue| QueueDescription {
                    name: queue.name.clone(),
                    attributes: queue.attributes.clone(),
                };
                let queues: Vec<_> = deployment.queues.iter().map(description).collect();
                sqs.ensure_queues(&queues)?;
                let stopped = turned_true(self.stop_services.subscribe());
                let (server, authorize) = (sqs.clone(), authorize_sqs(&self.access));
                self.services.push(tokio::spawn(async move {
                    if let Err(error) = server.serve(listener, Some(authorize), stopped).await {
                        tracing::error!(%error, "SQS stopped");
                    }
                }));
                Ok((Some(sqs), HashMap::new()))
            }
        }
    }

    fn triggers(
        &mut self,
        deployment: &Deployment,
        functions: &HashMap<String, FunctionPool>,
        sqs: &EmbeddedSqs,
        region: &str,
    ) {
        for trigger in &deployment.queue_triggers {
            let queue = deployment.queues.iter().find(|queue| queue.name == trigger.queue_name);
            let (Some(function), Some(queue)) = (functions.get(&trigger.function), queue) else {
                continue;
            };
            let poller = Poller {
                sqs: sqs.clone(),
                function: function.clone(),
                trigger: trigger.clone(),
                queue_arn: queue.arn.clone(),
                region: region.to_owned(),
            };
            self.intake.push(tokio::spawn(poller.run(self.stop_intake.subscribe())));
        }
    }

    fn clocks(
        &mut self,
        schedules: &[Schedule],
        functions: &HashMap<String, FunctionPool>,
        region: &str,
    ) {
        for schedule in schedules {
            let Some(function) = functions.get(&schedule.function) else { continue };
            match &schedule.expression {
                Expression::Every(period) => {
                    let clock = clock(function, region);
                    self.intake
                        .push(tokio::spawn(clock.run(*period, self.stop_intake.subscribe())));
                }
                Expression::NotRun(expression) => {
                    tracing::warn!(
                        expression,
                        function = function.function(),
                        "schedule is not run"
                    );
                }
            }
        }
    }

    fn gateway(
        &mut self,
        listener: TcpListener,
        deployment: &Deployment,
        functions: &HashMap<String, FunctionPool>,
        region: &str,
        authorizer: Option<JwtAuthorizer>,
    ) -> Result<(), StackError> {
        let routes = deployment
            .routes
            .iter()
            .map(|route| Route {
                method: route.method.clone(),
                path: route.path.clone(),
                function: route.function.clone(),
                requires_caller: route.requires_caller,
            })
            .collect();
        let settings = GatewaySettings {
            region: region.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            api_id: "local".to_owned(),
        };
        let mut gateway = Gateway::new(routes, functions.clone(), settings)?;
        if let Some(authorizer) = authorizer {
            gateway = gateway.with_authorizer(authorizer);
        }
        let stopped = turned_true(self.stop_intake.subscribe());
        self.intake.push(tokio::spawn(async move {
            if let Err(error) = gateway.serve(listener, stopped).await {
                tracing::error!(%error, "API gateway stopped");
            }
        }));
        Ok(())
    }
}

fn clock(function: &FunctionPool, region: &str) -> Clock {
    Clock {
        function: function.clone(),
        region: region.to_owned(),
        account_id: ACCOUNT_ID.to_owned(),
    }
}

/// Makes the queues in another SQS, and says by which URL it knows each URL of the template. Its
/// account, and so its URLs and ARNs, may be others than ours.
async fn make_queues(
    service: &Service,
    deployment: &Deployment,
) -> Result<HashMap<String, String>, StackError> {
    let mut urls = HashMap::new();
    let mut arns: Vec<(&str, String)> = Vec::new();
    // The template's reader has put each dead-letter queue before the queue that names it.
    for queue in &deployment.queues {
        let failed = |source| StackError::Queue { name: queue.name.clone(), source };
        let mut attributes = queue.attributes.clone();
        if let Some(policy) = attributes.get_mut("RedrivePolicy") {
            for (ours, theirs) in &arns {
                *policy = policy.replace(ours, theirs);
            }
        }
        let request = json!({"QueueName": queue.name, "Attributes": attributes});
        let created = service.call("CreateQueue", &request).await.map_err(failed)?;
        let url = created["QueueUrl"].as_str().unwrap_or_default();
        let request = json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]});
        let described = service.call("GetQueueAttributes", &request).await.map_err(failed)?;
        let arn = described["Attributes"]["QueueArn"].as_str().unwrap_or_default();
        arns.push((&queue.arn, arn.to_owned()));
        urls.insert(queue.url.clone(), url.to_owned());
    }
    Ok(urls)
}

/// Starts one process of each function, so that a function that cannot start is known at once.
async fn start_functions(
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

async fn turned_true(mut signal: watch::Receiver<bool>) {
    // An error means that the stack is gone, which is a stop too.
    let _ = signal.wait_for(|stop| *stop).await;
}

/// Ready at Ctrl-C or SIGTERM. The signals are caught from this call on.
///
/// # Errors
/// [`StackError::System`].
pub fn stop_signal() -> Result<impl Future<Output = ()>, StackError> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |source| StackError::System { what: "catch signals", source };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
/// Holds the functions to their policies in what they ask of SQS.
fn authorize_sqs(access: &Arc<AccessControl>) -> sqs::Authorize {
    let access = Arc::clone(access);
    Arc::new(move |headers, action, path, body| {
        access
            .check_sqs(headers, action, path, body)
            .map_err(|denied| sqs::AccessDenied(denied.to_string()))
    })
}
