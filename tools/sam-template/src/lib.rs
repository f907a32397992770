//! Reads a SAM `template.yaml` as the things the local stack runs: functions, HTTP routes, tables,
//! queues and the queues that invoke functions.
//!
//! The template is the one that is deployed. Only the values a [`Deployment`] needs are evaluated,
//! so alarms and outputs may use anything CloudFormation has.

mod boundary;
mod conditions;
mod cors;
mod document;
mod error;
mod evaluate;
mod events;
mod functions;
mod intrinsics;
mod node;
mod parameters;
mod physical_names;
mod place;
mod policies;
mod queue_triggers;
mod queues;
mod reading;
mod references;
mod route_key;
mod route_security;
mod scalar;
mod schedules;
mod sections;
mod substitution;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

pub use cors::Cors;
pub use error::TemplateError;
pub use policies::is_of_embedded_service;
pub use queue_triggers::POLLING;

use document::TEMPLATE_SIZE_LIMIT_BYTES;
use evaluate::Evaluator;
use events::Events;
use place::Place;
use sections::{Resource, ResourceKind, Sections};

/// What the template's pseudo parameters, parameters and queue addresses stand for locally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `AWS::Region`, such as `eu-west-1`. It also decides the partition.
    pub region: String,
    /// `AWS::AccountId`, twelve digits.
    pub account_id: String,
    /// `AWS::StackName`. It begins the name of each resource.
    pub stack_name: String,
    /// Where the local SQS listens, such as `http://127.0.0.1:9324`. A queue's address is
    /// `<queue_url_base>/<account_id>/<queue name>`.
    pub queue_url_base: String,
    /// Values for the template's parameters, over their defaults.
    pub parameters: BTreeMap<String, String>,
}

/// Everything a template asks the local stack to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// In the order of the template. No two have the same binary.
    pub functions: Vec<Function>,
    /// In the order of the template. No two take the same requests.
    pub routes: Vec<Route>,
    /// In the order of the template.
    pub tables: Vec<Table>,
    /// In an order in which they can be created: a queue comes after its dead-letter queue.
    pub queues: Vec<Queue>,
    /// In the order of the template. Each names a function and a queue of this deployment.
    pub queue_triggers: Vec<QueueTrigger>,
    /// In the order of the template. Each names a function of this deployment.
    pub schedules: Vec<Schedule>,
    /// Which web pages may call the API.
    pub cors: Option<Cors>,
}

/// A Lambda function (`AWS::Serverless::Function`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its key in `Resources`.
    pub logical_id: String,
    /// `<stack>-<logical id>`.
    pub name: String,
    /// The name of the binary to run: the last segment of `CodeUri`. Never empty.
    pub binary: String,
    /// How long one invocation may take: 1 to 900 seconds, 3 seconds when the template says nothing.
    pub timeout: Duration,
    /// Memory in MB: 128 to 10,240, 128 when the template says nothing.
    pub memory_mb: u32,
    /// Environment variables, with those of `Globals` merged in.
    pub environment: BTreeMap<String, String>,
    /// What it may do. Nothing else is allowed to it.
    pub policy: Vec<PolicyStatement>,
}

/// A statement of an IAM policy: each of the actions is allowed on each of the resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyStatement {
    /// Such as `dynamodb:GetItem`; no wildcards.
    pub actions: BTreeSet<String>,
    /// ARNs. Those of DynamoDB and SQS have no wildcards.
    pub resources: BTreeSet<String>,
}

/// A route of the HTTP API (an `HttpApi` event).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method in upper case, or `ANY`.
    pub method: String,
    /// The path with parameters, such as `/a/{id}` or `/a/{proxy+}`, or `$default`.
    pub path: String,
    /// The logical id of the function that answers.
    pub function: String,
    /// Whether only callers are let through whose identity is known.
    pub requires_caller: bool,
}

/// A DynamoDB table (`AWS::DynamoDB::Table`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// `<stack>-<logical id>`.
    pub name: String,
    /// The body of the `CreateTable` call of the DynamoDB API.
    pub create_request: serde_json::Value,
    /// The attribute that holds when an item expires, if items expire.
    pub time_to_live_attribute: Option<String>,
}

/// An SQS queue (`AWS::SQS::Queue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// `<stack>-<logical id>`.
    pub name: String,
    /// The ARN that policies and triggers use.
    pub arn: String,
    /// The address that functions send messages to.
    pub url: String,
    /// Attributes as `CreateQueue` of the SQS API takes them. `RedrivePolicy` is JSON text.
    pub attributes: BTreeMap<String, String>,
}

/// A queue that invokes a function (an `SQS` event, or an event source mapping).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTrigger {
    /// The logical id of the function.
    pub function: String,
    /// The name of the queue.
    pub queue_name: String,
    /// Most messages in one invocation: 1 to 10, 10 when the template says nothing.
    pub batch_size: u32,
    /// Whether the function's answer lists the messages that failed (`ReportBatchItemFailures`).
    pub reports_batch_item_failures: bool,
}

/// A schedule that runs a function (a `Schedule` event, which is a rule of EventBridge).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The logical id of the function.
    pub function: String,
    /// When.
    pub expression: Expression,
}

/// When a schedule runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// Again and again after this time, of at least a minute.
    Every(Duration),
    /// A time that the local stack does not keep, such as `cron(0 12 * * ? *)`.
    NotRun(String),
}

impl Deployment {
    /// Reads a template file.
    ///
    /// # Errors
    /// [`TemplateError::Unreadable`] when the file cannot be read as UTF-8 text, and the errors of
    /// [`Deployment::parse`].
    pub fn read(path: &Path, settings: &Settings) -> Result<Deployment, TemplateError> {
        let unreadable = |source| TemplateError::Unreadable { path: path.to_owned(), source };
        // One byte past the limit is enough for `parse` to refuse the text.
        let longest = TEMPLATE_SIZE_LIMIT_BYTES as u64 + 1;
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(longest).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        if bytes.len() > TEMPLATE_SIZE_LIMIT_BYTES {
            return Err(document::too_large());
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error()))
        })?;
        Deployment::parse(&text, settings)
    }

    /// Reads the text of a template, of at most 1 MiB.
    ///
    /// # Errors
    /// [`TemplateError::Syntax`] when the text is not a YAML document CloudFormation accepts, and
    /// [`TemplateError::Invalid`] when the template does not describe something the local stack
    /// can run.
    pub fn parse(text: &str, settings: &Settings) -> Result<Deployment, TemplateError> {
        let document = document::parse(text)?;
        let sections = Sections::read(&document)?;
        let mut evaluator = Evaluator::new(&sections, settings)?;
        let existing = existing_resources(&sections, &mut evaluator)?;
        existing.iter().copied().try_for_each(physical_names::check_unnamed)?;
        let of_kind = |kind: ResourceKind| {
            existing.iter().copied().filter(move |resource| resource.kind == kind)
        };

        let queue_resources: Vec<_> = of_kind(ResourceKind::Queue).collect();
        let queues = queues::read_all(&mut evaluator, &queue_resources)?;
        let tables = of_kind(ResourceKind::Table)
            .map(|resource| tables::read(&mut evaluator, resource))
            .collect::<Result<_, _>>()?;
        let functions = of_kind(ResourceKind::Function)
            .map(|resource| functions::read(&mut evaluator, resource))
            .collect::<Result<Vec<_>, _>>()?;
        check_binaries(&functions)?;
        let mut events = Events::default();
        for resource in of_kind(ResourceKind::HttpApi) {
            events.add_http_api(&mut evaluator, resource)?;
        }
        for resource in of_kind(ResourceKind::Function) {
            events.add_function(&mut evaluator, resource, &queues)?;
        }
        for resource in of_kind(ResourceKind::EventSourceMapping) {
            let trigger =
                queue_triggers::read_mapping(&mut evaluator, resource, &queues, &functions)?;
            events.queue_triggers.extend(trigger);
        }
        Ok(Deployment {
            functions,
            routes: events.routes,
            tables,
            queues,
            queue_triggers: events.queue_triggers,
            schedules: events.schedules,
            cors: events.cors,
        })
    }
}

fn existing_resources<'t>(
    sections: &Sections<'t>,
    evaluator: &mut Evaluator<'t>,
) -> Result<Vec<Resource<'t>>, TemplateError> {
    let mut existing = Vec::new();
    for resource in &sections.resources {
        if evaluator.resource_exists(*resource)? {
            existing.push(*resource);
        }
    }
    Ok(existing)
}

/// A function is run by its binary, so two with the same one cannot be told apart.
fn check_binaries(functions: &[Function]) -> Result<(), TemplateError> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for function in functions {
        if let Some(owner) = owners.insert(&function.binary, &function.logical_id) {
            let section = Place::Section("Resources");
            let place = section.key(&function.logical_id);
            let place = place.key("Properties");
            return Err(place
                .key("CodeUri")
                .invalid(format!("the binary `{}` already belongs to {owner}", function.binary)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
