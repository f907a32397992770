//! What invokes a function: the HTTP routes, queues and schedules in its `Events`.

use std::collections::{BTreeMap, BTreeSet};

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::node::{IntrinsicName, Node};
use super::place::Place;
use super::reading::Properties;
use super::route_key;
use super::sections::{Resource, map_entries};
use super::{
    Cors, Queue, QueueTrigger, Route, Schedule, cors, queue_triggers, route_security, schedules,
};

/// Collects the events of all functions.
#[derive(Default)]
pub(super) struct Events<'t> {
    pub(super) routes: Vec<Route>,
    pub(super) queue_triggers: Vec<QueueTrigger>,
    pub(super) schedules: Vec<Schedule>,
    /// Which web pages may call the HTTP API.
    pub(super) cors: Option<Cors>,
    /// The HTTP API of the template.
    http_api: Option<&'t str>,
    /// The method and path of each route that needs to know its caller.
    requiring_caller: BTreeSet<(String, String)>,
    /// The function that has each method and shape of path.
    route_owners: BTreeMap<(String, String), &'t str>,
}

impl<'t> Events<'t> {
    /// Takes the HTTP API that the template declares. Its routes are added by functions later.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for a second one, and the errors of [`route_security::read`].
    pub(super) fn add_http_api(
        &mut self,
        evaluator: &mut Evaluator<'t>,
        resource: Resource<'t>,
    ) -> Result<(), TemplateError> {
        if let Some(other) = self.http_api.replace(resource.logical_id) {
            return Err(Place::Section("Resources").key(resource.logical_id).invalid(format!(
                "the local stack runs one HTTP API, and the template has {other} already"
            )));
        }
        self.requiring_caller = route_security::read(evaluator, resource)?;
        self.cors = cors::read(evaluator, resource)?;
        Ok(())
    }

    /// Adds the events of one function. `queues` are all queues of the deployment.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for an event of a type that does not run here, a route or queue
    /// that cannot be read, a route on something that is no HTTP API, a route that another function
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
                Some(Node::String(kind)) if kind == "Schedule" => {
                    self.schedules.push(schedules::read(evaluator, resource, &properties)?);
                }
                Some(Node::String(kind)) => {
                    return Err(place.key("Type").invalid(format!(
                        "the local stack runs HttpApi, SQS and Schedule events, not `{kind}`"
                    )));
                }
                _ => return Err(place.invalid("the event has no Type")),
            }
        }
        Ok(())
    }

    fn add_route(
        &mut self,
        evaluator: &mut Evaluator<'t>,
        resource: Resource<'t>,
        properties: &Properties<'_>,
    ) -> Result<(), TemplateError> {
        self.check_http_api(properties)?;
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

    /// SAM would make an API of its own for a route that names none.
    fn check_http_api(&self, properties: &Properties<'_>) -> Result<(), TemplateError> {
        let api = match properties.own.and_then(|map| map.get("ApiId")) {
            Some(Node::Function(IntrinsicName::Ref, name)) => Some(name.as_ref()),
            _ => None,
        };
        match (api, self.http_api) {
            (Some(Node::String(name)), Some(own)) if name == own => Ok(()),
            _ => Err(properties.invalid("ApiId", "this must be `!Ref` of the template's HTTP API")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;

    fn deployment(events: &str, resources: &str) -> Result<Deployment, String> {
        let text = format!(
            "Resources:
  Work: {{Type: 'AWS::SQS::Queue'}}
  Api: {{Type: 'AWS::Serverless::HttpApi'}}
  F: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: f, Events: {events}}}}}
{resources}"
        );
        Deployment::parse(&text, &settings()).map_err(|error| error.to_string())
    }

    #[test]
    fn routes_are_read_in_order() {
        let events =
            "{B: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: post, Path: '/t/{id}'}},
             A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: '*', Path: '/f/{proxy+}'}}}";
        let routes = deployment(events, "").unwrap().routes.into_iter();
        let routes: Vec<_> = routes
            .map(|route| format!("{} {} -> {}", route.method, route.path, route.function))
            .collect();
        assert_eq!(routes, ["POST /t/{id} -> F", "ANY /f/{proxy+} -> F"]);
    }

    #[test]
    fn broken_events_are_refused() {
        let http = |properties: &str| format!("{{E: {{Type: HttpApi, Properties: {properties}}}}}");
        for (events, expected) in [
            ("[a]".to_owned(), "Resources.F.Properties.Events: this must be a map"),
            ("{E: {Type: S3}}".to_owned(), "Events.E.Type: the local stack runs HttpApi, SQS and"),
            ("{E: {}}".to_owned(), "Events.E: the event has no Type"),
            ("{E: {Type: SQS}}".to_owned(), "Properties.Queue: the event names no queue"),
            (
                "{E: {Type: SQS, Properties: {Queue: !Ref Work}}}".to_owned(),
                "is not the ARN of a queue in this template",
            ),
            (http("{ApiId: !Ref Api, Path: /a}"), "Properties.Method: "),
            (http("{ApiId: !Ref Api, Method: GET}"), "Properties.Path: "),
            (http("{ApiId: !Ref Api, Method: GET, Path: a}"), "Properties.Path: "),
            (http("{Method: GET, Path: /a}"), "Properties.ApiId: this must be `!Ref` of"),
            (http("{ApiId: !Ref Work, Method: GET, Path: /a}"), "Properties.ApiId: this must be"),
        ] {
            let message = deployment(&events, "").unwrap_err();
            assert!(message.contains(expected), "{events} gave {message}");
        }
    }

    #[test]
    fn identical_routes_are_refused_whatever_their_parameters_are_called() {
        let message = deployment(
            "{A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/t/{id}'}},
              B: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: '/t/{ticket}'}}}",
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
    fn a_second_http_api_is_refused() {
        let message = deployment("{}", "  Two: {Type: 'AWS::Serverless::HttpApi'}\n").unwrap_err();
        assert!(message.contains("Resources.Two: the local stack runs one HTTP API"), "{message}");
    }
}
