//! What `Ref` and `Fn::GetAtt` stand for on a laptop.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::physical_names::ROLE_TYPE;
use super::place::{Place, list_names};
use super::sections::{Resource, ResourceKind};

/// The HTTP API that SAM adds when a route names none.
pub(super) const IMPLICIT_HTTP_API: &str = "ServerlessHttpApi";

/// SAM names the role it makes for a function `<logical id of the function>Role`.
const IMPLICIT_ROLE_SUFFIX: &str = "Role";

impl<'t> Evaluator<'t> {
    /// The value of `Ref`. Nothing means `AWS::NoValue`.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for a name the template does not have, a parameter without a
    /// value and a resource that a condition leaves out.
    pub(super) fn reference(
        &mut self,
        name: &str,
        place: &Place<'_>,
    ) -> Result<Option<Value>, TemplateError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.pseudo_parameter(name) {
            return self.produce(value, place).map(Some);
        }
        if self.sections.parameters.contains_key(name) {
            return self.parameter(name, place).map(Some);
        }
        if let Some(resource) = self.sections.resource(name) {
            self.require_existing(resource, place)?;
            let physical_name = self.physical_name(resource, place)?;
            let value = match resource.kind {
                ResourceKind::Queue => self.queue_url(&physical_name),
                _ => physical_name,
            };
            return self.produce(value, place).map(Some);
        }
        if name == IMPLICIT_HTTP_API || self.is_implicit_role(name) {
            return self.produce(self.default_name(name), place).map(Some);
        }
        Err(place.invalid(format!(
            "`{name}` is neither a parameter (the template has: {}) nor a resource (the template \
             has: {})",
            list_names(self.sections.parameters.keys().copied()),
            list_names(self.sections.resource_names())
        )))
    }

    /// The value of `Fn::GetAtt`.
    ///
    /// # Errors
    /// [`TemplateError::Invalid`] for a resource the template does not have or leaves out, and for
    /// an attribute that has no local value.
    pub(super) fn attribute(
        &mut self,
        logical_id: &str,
        attribute: &str,
        place: &Place<'_>,
    ) -> Result<Value, TemplateError> {
        let Some(resource) = self.sections.resource(logical_id) else {
            if self.is_implicit_role(logical_id) && attribute == "Arn" {
                let arn = self.arn_of_type(ROLE_TYPE, &self.default_name(logical_id));
                return self.produce(arn, place);
            }
            return Err(place.invalid(format!(
                "`{logical_id}` is not a resource (the template has: {})",
                list_names(self.sections.resource_names())
            )));
        };
        self.require_existing(resource, place)?;
        let name = self.physical_name(resource, place)?;
        let value = match (resource.kind, attribute) {
            (ResourceKind::Queue, "Arn") => self.queue_arn(&name),
            (ResourceKind::Queue, "QueueName") => name,
            (ResourceKind::Queue, "QueueUrl") => self.queue_url(&name),
            (ResourceKind::Table, "Arn") => self.arn("dynamodb", &format!("table/{name}")),
            (ResourceKind::Function, "Arn") => self.arn("lambda", &format!("function:{name}")),
            (ResourceKind::Other, attribute) if attribute.ends_with("Arn") => {
                self.arn_of_type(resource.type_name, &name)
            }
            _ => {
                return Err(place.invalid(format!(
                    "the attribute {attribute} of `{logical_id}` ({}) has no value in the local \
                     stack",
                    resource.type_name
                )));
            }
        };
        self.produce(value, place)
    }

    fn require_existing(
        &mut self,
        resource: Resource<'t>,
        place: &Place<'_>,
    ) -> Result<(), TemplateError> {
        if self.resource_exists(resource)? {
            return Ok(());
        }
        Err(place.invalid(format!(
            "`{}` is not part of this deployment, because its condition {} is false",
            resource.logical_id,
            resource.condition.unwrap_or_default()
        )))
    }

    fn is_implicit_role(&self, name: &str) -> bool {
        name.strip_suffix(IMPLICIT_ROLE_SUFFIX)
            .and_then(|function| self.sections.resource(function))
            .is_some_and(|resource| resource.kind == ResourceKind::Function)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, value};

    const RESOURCES: &str = "
Conditions: {Never: !Equals [a, b]}
Resources:
  Work: {Type: 'AWS::SQS::Queue'}
  Ordered: {Type: 'AWS::SQS::Queue', Properties: {FifoQueue: true}}
  Named: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-jobs'}}
  Table: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: tickets}}
  CreateTicket: {Type: 'AWS::Serverless::Function'}
  Api: {Type: 'AWS::Serverless::HttpApi'}
  Logs: {Type: 'AWS::Logs::LogGroup'}
  Access: {Type: 'AWS::IAM::Role'}
  Files: {Type: 'AWS::S3::Bucket'}
  Alarms: {Type: 'AWS::SNS::Topic'}
  Hidden: {Type: 'AWS::SQS::Queue', Condition: Never}
";

    #[test]
    fn ref_gives_the_name_or_the_queue_url() {
        for (reference, expected) in [
            ("Work", "http://127.0.0.1:9324/000000000000/support-Work"),
            ("Ordered", "http://127.0.0.1:9324/000000000000/support-Ordered.fifo"),
            ("Table", "tickets"),
            ("CreateTicket", "support-CreateTicket"),
            ("Api", "support-Api"),
            ("Logs", "support-Logs"),
            ("ServerlessHttpApi", "support-ServerlessHttpApi"),
        ] {
            assert_eq!(value(RESOURCES, &format!("!Ref {reference}")), json!(expected));
        }
    }

    #[test]
    fn get_att_gives_arns_and_names() {
        for (attribute, expected) in [
            ("Named.Arn", "arn:aws:sqs:eu-west-1:000000000000:support-jobs"),
            ("Named.QueueName", "support-jobs"),
            ("Named.QueueUrl", "http://127.0.0.1:9324/000000000000/support-jobs"),
            ("Table.Arn", "arn:aws:dynamodb:eu-west-1:000000000000:table/tickets"),
            (
                "CreateTicket.Arn",
                "arn:aws:lambda:eu-west-1:000000000000:function:support-CreateTicket",
            ),
            ("CreateTicketRole.Arn", "arn:aws:iam::000000000000:role/support-CreateTicketRole"),
            ("Logs.Arn", "arn:aws:logs:eu-west-1:000000000000:log-group:support-Logs:*"),
            ("Access.Arn", "arn:aws:iam::000000000000:role/support-Access"),
            ("Files.Arn", "arn:aws:s3:::support-Files"),
            ("Alarms.TopicArn", "arn:aws:sns:eu-west-1:000000000000:support-Alarms"),
        ] {
            assert_eq!(value(RESOURCES, &format!("!GetAtt {attribute}")), json!(expected));
        }
        assert_eq!(value(RESOURCES, "{Fn::GetAtt: [Named, QueueName]}"), json!("support-jobs"));
    }

    #[test]
    fn unknown_names_list_what_exists() {
        let message = refused("Parameters: {Stage: {Type: String}}", "{a: !Ref Tabel}");
        assert_eq!(
            message,
            "template Metadata.a: `Tabel` is neither a parameter (the template has: Stage) nor a \
             resource (the template has: Unused)"
        );
        let message = refused(RESOURCES, "!GetAtt Nope.Arn");
        assert!(message.contains("`Nope` is not a resource"), "{message}");
        let message = refused(RESOURCES, "!GetAtt Api.ApiEndpoint");
        assert!(message.contains("has no value in the local stack"), "{message}");
        let message = refused(RESOURCES, "!Ref AWS::NotificationARNs");
        assert!(message.contains("`AWS::NotificationARNs`"), "{message}");
    }

    #[test]
    fn a_resource_that_is_left_out_cannot_be_referred_to() {
        let message = refused(RESOURCES, "!Ref Hidden");
        assert!(message.contains("its condition Never is false"), "{message}");
    }
}
