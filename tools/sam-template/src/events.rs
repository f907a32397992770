//! What invokes a function: the HTTP routes, queues and schedules in its `Events`.

use std::collections::{BTreeMap, BTreeSet};

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::node::{IntrinsicName, Node};
use super::place::{Place, list_names};
use super::reading::Properties;
use super::references::IMPLICIT_HTTP_API;
use super::route_key;
use super::sections::{Resource, ResourceKind, map_entries};
use super::{
    Queue, QueueTrigger, Route, Schedule, Scheduler, queue_triggers, route_security, schedules,
};

/// The event types of SAM that do not run locally. Source: the `EventSource` page of the SAM
/// template reference.
const EVENTS_NOT_RUN: [&str; 15] = [
    "AlexaSkill",
    "Api",
    "CloudWatchEvent",
    "CloudWatchLogs",
    "Cognito",
    "DocumentDB",
    "DynamoDB",
    "EventBridgeRule",
    "IoTRule",
    "Kinesis",
    "MQ",
    "MSK",
    "S3",
    "SNS",
    "SelfManagedKafka",
];

/// Collects the events of all functions.
#[derive(Default)]
pub(super) struct Events<'t> {
    pub(super) routes: Vec<Route>,
    pub(super) queue_triggers: Vec<QueueTrigger>,
    pub(super) schedules: Vec<Schedule>,
    /// The HTTP APIs of the template, and the one SAM adds when a route needs it.
    http_apis: BTreeSet<&'t str>,
    /// The method and path of each route that needs to know its caller.
    requiring_caller: BTreeSet<(String, String)>,
    /// The function that has each method and shape of path.
    route_owners: BTreeMap<(String, String), &'t str>,
}

impl<'t> Events<'t> {
    /// Adds an HTTP API that the template declares. Its functions are added later.
    ///
    /// # Errors
    /// Those of [`route_security::read`].
    pub(super) fn add_http_api(
        &mut self,
        evaluator: &mut Evaluator<'t>,
        resource: Resource<'t>,
    ) -> Result<(), TemplateError> {
        self.http_apis.insert(resource.logical_id);
        self.requiring_caller.extend(route_security::read(evaluator, resource)?);
        Ok(())
    }

    /// Adds the events of one function. `queues` are all queues of the deployment.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for an event type SAM does not have, a route or queue that
    /// cannot be read, a route on something that is no HTTP API, a route that another function
    /// already has, and a queue that the template does not have.
    pub(super) fn add_function(
        &mut self,
        evaluator: &mut Evaluator<'t>,
        resource: Resource<'t>,
        queues: &[Queue],
    ) -> Result<(), TemplateError> {
        let Some(events) = resource.properties.and_then(|map| map.get("Events")) else {
            return Ok(());
        };
        let section = Place::Section("Resources");
        let place = section.key(resource.logical_id);
        let place = place.key("Properties");
        let place = place.key("Events");
        for (name, event) in map_entries(events, &place)? {
            let place = place.key(name);
            map_entries(event, &place)?;
            let properties = event.get("Properties");
            let properties_place = place.key("Properties");
            if let Some(properties) = properties {
                map_entries(properties, &properties_place)?;
            }
            let properties = Properties::plain(properties, properties_place);
            match event.get("Type") {
                Some(Node::String(kind)) if kind == "HttpApi" => {
                    self.add_route(evaluator, resource, &properties)?;
                }
                Some(Node::String(kind)) if kind == "SQS" => {
                    let trigger = queue_triggers::read(evaluator, resource, &properties, queues)?;
                    self.queue_triggers.extend(trigger);
                }
                Some(Node::String(kind)) if kind == "Schedule" || kind == "ScheduleV2" => {
                    let scheduler = if kind == "Schedule" {
                        Scheduler::Rule
                    } else {
                        Scheduler::EventBridgeScheduler
                    };
                    let schedule = schedules::read(evaluator, resource, &properties, scheduler)?;
                    self.schedules.extend(schedule);
                }
                Some(Node::String(kind)) if EVENTS_NOT_RUN.contains(&kind.as_str()) => {}
                Some(Node::String(kind)) => {
                    return Err(place
                        .key("Type")
                        .invalid(format!("SAM has no event type `{kind}`")));
                }
                _ => return Err(place.invalid("the event has no Type")),
            }
        }
        Ok(())
    }

    /// # Errors
    /// [`TemplateError::Invalid`] when the routes are on more than one HTTP API.
    pub(super) fn check_single_http_api(&self) -> Result<(), TemplateError> {
        if self.http_apis.len() <= 1 {
            return Ok(());
        }
        let hint = if self.http_apis.contains(IMPLICIT_HTTP_API) {
            format!("; SAM adds {IMPLICIT_HTTP_API} for the HttpApi events without an ApiId")
        } else {
            String::new()
        };
        Err(Place::Section("Resources").invalid(format!(
            "the local stack runs one HTTP API, but this template has {}{hint}",
            list_names(self.http_apis.iter().copied())
        )))
    }

    fn add_route(
        &mut self,
        evaluator: &mut Evaluator<'t>,
        resource: Resource<'t>,
        properties: &Properties<'_>,
    ) -> Result<(), TemplateError> {
        self.note_http_api(evaluator, properties)?;
        let method = evaluator.text_property(properties, "Method")?;
        let path = evaluator.text_property(properties, "Path")?;
        let (method, path) = route_key::read(method, path)
            .map_err(|error| properties.invalid(error.property(), error.to_string()))?;
        let taken = (method.clone(), route_key::shape(&path));
        if let Some(owner) = self.route_owners.insert(taken, resource.logical_id) {
            return Err(properties
                .invalid("Path", format!("the route {method} {path} already belongs to {owner}")));
        }
        let key = (method, path);
        let requires_caller = self.requiring_caller.contains(&key);
        let (method, path) = key;
        let function = resource.logical_id.to_owned();
        self.routes.push(Route { method, path, function, requires_caller });
        Ok(())
    }

    /// Only a plain `!Ref` is looked at: anything else names an API outside this template.
    fn note_http_api(
        &mut self,
        evaluator: &mut Evaluator<'t>,
        properties: &Properties<'_>,
    ) -> Result<(), TemplateError> {
        let Some(api) = properties.own.and_then(|map| map.get("ApiId")) else {
            self.http_apis.insert(IMPLICIT_HTTP_API);
            return Ok(());
        };
        let Node::Function(IntrinsicName::Ref, name) = api else {
            return Ok(());
        };
        let Node::String(name) = name.as_ref() else {
            return Err(properties.invalid("ApiId", "Ref takes the name of an HTTP API"));
        };
        match evaluator.sections.resource(name) {
            Some(api) if api.kind == ResourceKind::HttpApi => {
                if !evaluator.resource_exists(api)? {
                    return Err(properties.invalid(
                        "ApiId",
                        format!("the HTTP API `{name}` is not part of this deployment"),
                    ));
                }
            }
            Some(other) => {
                return Err(properties.invalid(
                    "ApiId",
                    format!("`{name}` is of type {}, not an HTTP API", other.type_name),
                ));
            }
            None if name == IMPLICIT_HTTP_API => {
                self.http_apis.insert(IMPLICIT_HTTP_API);
            }
            None if evaluator.sections.parameters.contains_key(name.as_str()) => {}
            None => {
                return Err(properties.invalid(
                    "ApiId",
                    format!("the route leads nowhere, because there is no HTTP API `{name}`"),
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;

    fn deployment(events: &str, resources: &str) -> Result<Deployment, String> {
        let text = format!(
            "Parameters: {{SharedApi: {{Type: String}}}}
Conditions: {{Never: !Equals [a, b]}}
Resources:
  Work: {{Type: 'AWS::SQS::Queue'}}
  F: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: f, Events: {events}}}}}
{resources}"
        );
        Deployment::parse(&text, &settings()).map_err(|error| error.to_string())
    }

    fn routes(events: &str) -> Vec<String> {
        deployment(events, "")
            .unwrap()
            .routes
            .into_iter()
            .map(|route| format!("{} {} -> {}", route.method, route.path, route.function))
            .collect()
    }

    #[test]
    fn routes_are_read_in_order() {
        assert_eq!(
            routes(
                "{B: {Type: HttpApi, Properties: {Method: post, Path: '/tickets/{id}'}},
                  A: {Type: HttpApi, Properties: {Method: '*', Path: '/files/{proxy+}'}},
                  D: {Type: HttpApi},
                  S: {Type: SNS, Properties: {Topic: !ImportValue x}}}"
            ),
            ["POST /tickets/{id} -> F", "ANY /files/{proxy+} -> F", "ANY $default -> F"]
        );
    }

    #[test]
    fn broken_events_are_refused() {
        let http = |properties: &str| format!("{{E: {{Type: HttpApi, Properties: {properties}}}}}");
        for (events, expected) in [
            ("[a]".to_owned(), "Resources.F.Properties.Events: this must be a map"),
            ("{E: {Type: Sqs}}".to_owned(), "Events.E.Type: SAM has no event type `Sqs`"),
            ("{E: {}}".to_owned(), "Events.E: the event has no Type"),
            ("{E: {Type: SQS}}".to_owned(), "Properties.Queue: the event names no queue"),
            (
                "{E: {Type: SQS, Properties: {Queue: !Ref Work}}}".to_owned(),
                "is not the ARN of a queue in this template",
            ),
            (http("{Path: /a}"), "Properties.Method: "),
            (http("{Method: GET}"), "Properties.Path: "),
            (http("{Method: GET, Path: a}"), "Properties.Path: "),
            (http("{ApiId: !Ref Nope, Method: GET, Path: /a}"), "no HTTP API `Nope`"),
            (http("{ApiId: !Ref Work, Method: GET, Path: /a}"), "is of type AWS::SQS::Queue"),
        ] {
            let message = deployment(&events, "").unwrap_err();
            assert!(message.contains(expected), "{events} gave {message}");
        }
    }

    #[test]
    fn identical_routes_are_refused_whatever_their_parameters_are_called() {
        let message = deployment(
            "{A: {Type: HttpApi, Properties: {Method: GET, Path: '/t/{id}'}},
              B: {Type: HttpApi, Properties: {Method: get, Path: '/t/{ticket}'}}}",
            "",
        )
        .unwrap_err();
        assert_eq!(
            message,
            "template Resources.F.Properties.Events.B.Properties.Path: the route GET /t/{ticket} \
             already belongs to F"
        );
    }

    #[test]
    fn two_http_apis_are_refused() {
        let api = "  One: {Type: 'AWS::Serverless::HttpApi'}\n";
        let two = format!("{api}  Two: {{Type: 'AWS::Serverless::HttpApi'}}\n");
        let message = deployment("{}", &two).unwrap_err();
        assert!(message.contains("has One, Two"), "{message}");
        let implicit = "{E: {Type: HttpApi, Properties: {Method: GET, Path: /a}}}";
        let message = deployment(implicit, api).unwrap_err();
        assert!(message.contains("has One, ServerlessHttpApi; SAM adds"), "{message}");
        let explicit = "{E: {Type: HttpApi, Properties: {ApiId: !Ref One, Method: GET, Path: /a}}}";
        assert!(deployment(explicit, api).is_ok());
        let shared =
            "{E: {Type: HttpApi, Properties: {ApiId: !Ref SharedApi, Method: GET, Path: /a}}}";
        assert!(deployment(shared, "").is_ok());
        let hidden = "  One: {Type: 'AWS::Serverless::HttpApi', Condition: Never}\n";
        let message = deployment(explicit, hidden).unwrap_err();
        assert!(message.contains("not part of this deployment"), "{message}");
        assert!(deployment(implicit, hidden).is_ok());
    }
}
