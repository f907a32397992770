//! What `Ref` and `Fn::GetAtt` stand for on a laptop.

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::{Place, list_names};
use super::sections::{Resource, ResourceKind};

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
            return Ok(Some(Value::String(value)));
        }
        if self.sections.parameters.contains_key(name) {
            return self.parameter(name, place).map(Some);
        }
        let Some(resource) = self.sections.resource(name) else {
            return Err(place.invalid(format!(
                "`{name}` is neither a parameter (the template has: {}) nor a resource (the \
                 template has: {})",
                list_names(self.sections.parameters.keys().copied()),
                list_names(self.sections.resource_names())
            )));
        };
        self.require_existing(resource, place)?;
        Ok(Some(Value::String(match resource.kind {
            ResourceKind::Queue => self.queue_url(name),
            ResourceKind::ManagedPolicy => self.managed_policy_arn(name),
            _ => self.physical_name(name),
        })))
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
            return Err(place.invalid(format!(
                "`{logical_id}` is not a resource (the template has: {})",
                list_names(self.sections.resource_names())
            )));
        };
        self.require_existing(resource, place)?;
        match (resource.kind, attribute) {
            (ResourceKind::Queue, "Arn") => Ok(Value::String(self.queue_arn(logical_id))),
            (ResourceKind::LogGroup, "Arn") => Ok(Value::String(self.log_group_arn(logical_id))),
            (ResourceKind::Table, "Arn") => Ok(Value::String(self.table_arn(logical_id))),
            _ => Err(place.invalid(format!(
                "the attribute {attribute} of `{logical_id}` ({}) has no value in the local stack",
                resource.type_name
            ))),
        }
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
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, value};

    const RESOURCES: &str = "
Conditions: {Never: !Equals [a, b]}
Resources:
  Work: {Type: 'AWS::SQS::Queue'}
  Table: {Type: 'AWS::DynamoDB::Table'}
  CreateTicket: {Type: 'AWS::Serverless::Function'}
  UseKey: {Type: 'AWS::IAM::ManagedPolicy'}
  Hidden: {Type: 'AWS::SQS::Queue', Condition: Never}
";

    #[test]
    fn references_give_the_names_that_functions_use() {
        for (name, expected) in [
            ("Work", "http://127.0.0.1:9324/000000000000/support-Work"),
            ("Table", "support-Table"),
            ("CreateTicket", "support-CreateTicket"),
            ("UseKey", "arn:aws:iam::000000000000:policy/support-UseKey"),
        ] {
            assert_eq!(value(RESOURCES, &format!("!Ref {name}")), json!(expected));
        }
    }

    #[test]
    fn attributes_are_the_arns_of_what_runs_here() {
        for (attribute, expected) in [
            ("Work.Arn", "arn:aws:sqs:eu-west-1:000000000000:support-Work"),
            ("Table.Arn", "arn:aws:dynamodb:eu-west-1:000000000000:table/support-Table"),
        ] {
            assert_eq!(value(RESOURCES, &format!("!GetAtt {attribute}")), json!(expected));
        }
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
        let message = refused(RESOURCES, "!GetAtt CreateTicket.Arn");
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
