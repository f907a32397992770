//! The services that functions use, as the template describes what is in them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use sam_template::{Deployment, Queue};
use serde_json::json;
use sqs::{EmbeddedSqs, QueueDescription};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::place::{Place, Places};
use super::service::BackingService;
use super::stop::turned_true;
use super::{ACCOUNT_ID, StackError};
use crate::access::AccessControl;
use crate::aws_json::Service;
use crate::dynamodb;

/// What the services need to be set up.
pub(super) struct Setup<'a> {
    pub(super) data_dir: &'a Path,
    pub(super) deployment: &'a Deployment,
    pub(super) region: &'a str,
    /// What the services are called with.
    pub(super) access_key: &'a str,
}

/// The running services. They outlive the functions.
pub(super) struct Services {
    access: Arc<AccessControl>,
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
    /// Only from the embedded SQS are messages brought to functions.
    pub(super) embedded_sqs: Option<EmbeddedSqs>,
    /// For each queue URL of the template the one that holds, where that is another.
    pub(super) queue_urls: HashMap<String, String>,
}

impl Services {
    /// Serves what is embedded and makes the tables and queues, wherever they are.
    ///
    /// # Errors
    /// [`StackError`].
    pub(super) async fn start(
        places: Places,
        access: AccessControl,
        setup: &Setup<'_>,
    ) -> Result<Self, StackError> {
        let mut services = Self {
            access: Arc::new(access),
            stop: watch::Sender::new(false),
            running: Vec::new(),
            embedded_sqs: None,
            queue_urls: HashMap::new(),
        };
        for (service, place) in places {
            match service {
                BackingService::DynamoDb => services.dynamodb(place, setup).await?,
                BackingService::Sqs => services.sqs(place, setup).await?,
            }
        }
        Ok(services)
    }

    async fn dynamodb(&mut self, place: Place, setup: &Setup<'_>) -> Result<(), StackError> {
        let Some(endpoint) = place.endpoint() else { return Ok(()) };
        let service = Service::dynamodb(endpoint, setup.region, setup.access_key);
        if let Place::Embedded { listener, .. } = place {
            let file = setup.data_dir.join(BackingService::DynamoDb.file());
            let database = dynamodb::open(&file)?;
            let stopped = turned_true(self.stop.subscribe());
            let access = Arc::clone(&self.access);
            self.running.push(tokio::spawn(dynamodb::serve(database, listener, access, stopped)));
        }
        for table in &setup.deployment.tables {
            dynamodb::ensure_table(&service, table).await?;
        }
        Ok(())
    }

    async fn sqs(&mut self, place: Place, setup: &Setup<'_>) -> Result<(), StackError> {
        let queues = &setup.deployment.queues;
        match place {
            Place::Aws => {}
            Place::Emulator(endpoint) => {
                let service = Service::sqs(&endpoint, setup.region, setup.access_key);
                self.queue_urls = make_queues(&service, queues).await?;
            }
            Place::Embedded { listener, .. } => {
                let file = setup.data_dir.join(BackingService::Sqs.file());
                let sqs = EmbeddedSqs::open(&file, setup.region, ACCOUNT_ID)?;
                let description = |queue: &Queue| QueueDescription {
                    name: queue.name.clone(),
                    attributes: queue.attributes.clone(),
                };
                sqs.ensure_queues(&queues.iter().map(description).collect::<Vec<_>>())?;
                let stopped = turned_true(self.stop.subscribe());
                let (server, authorize) = (sqs.clone(), authorize_sqs(&self.access));
                self.running.push(tokio::spawn(async move {
                    if let Err(error) = server.serve(listener, Some(authorize), stopped).await {
                        tracing::error!(%error, "SQS stopped");
                    }
                }));
                self.embedded_sqs = Some(sqs);
            }
        }
        Ok(())
    }

    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        join_all(self.running).await;
    }
}

/// Makes the queues in another SQS, and says by which URL it knows each URL of the template. Its
/// account, and so its URLs and ARNs, may be others than ours.
async fn make_queues(
    service: &Service,
    queues: &[Queue],
) -> Result<HashMap<String, String>, StackError> {
    let mut urls = HashMap::new();
    let mut arns: Vec<(&str, String)> = Vec::new();
    // The template's reader has put each dead-letter queue before the queue that names it.
    for queue in queues {
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

/// Decides what callers may ask of SQS.
fn authorize_sqs(access: &Arc<AccessControl>) -> sqs::Authorize {
    let access = Arc::clone(access);
    Arc::new(move |headers, action, path, body| {
        access
            .check_sqs(headers, action, path, body)
            .map_err(|denied| sqs::AccessDenied(denied.to_string()))
    })
}
