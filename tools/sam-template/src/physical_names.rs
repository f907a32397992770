//! The names, ARNs and addresses that resources have outside the template.

use serde_json::Value;

use super::Settings;
use super::error::TemplateError;
use super::evaluate::{Evaluator, Progress};
use super::place::Place;
use super::reading::{boolean, text};
use super::sections::{Resource, ResourceKind};

/// The type of a role, which SAM also makes itself.
pub(super) const ROLE_TYPE: &str = "AWS::IAM::Role";

impl<'t> Evaluator<'t> {
    /// The name the resource has outside the template: the one it asks for, or
    /// `<stack>-<logical id>`. `place` is where the name is used.
    pub(super) fn physical_name(
        &mut self,
        resource: Resource<'t>,
        place: &Place<'_>,
    ) -> Result<String, TemplateError> {
        match self.names.get(resource.logical_id) {
            Some(Progress::Done(name)) => return Ok(name.clone()),
            Some(Progress::UnderWay) => {
                return Err(place
                    .invalid(format!("the name of `{}` depends on itself", resource.logical_id)));
            }
            None => {}
        }
        self.names.insert(resource.logical_id, Progress::UnderWay);
        let name = match self.requested_name(resource)? {
            Some(name) => name,
            None => self.default_name(resource.logical_id) + self.name_suffix(resource)?,
        };
        self.names.insert(resource.logical_id, Progress::Done(name.clone()));
        Ok(name)
    }

    fn requested_name(&mut self, resource: Resource<'t>) -> Result<Option<String>, TemplateError> {
        let property = match resource.kind {
            ResourceKind::Function => "FunctionName",
            ResourceKind::Table => "TableName",
            ResourceKind::Queue => "QueueName",
            ResourceKind::HttpApi | ResourceKind::Other => return Ok(None),
        };
        self.name_property(resource, property, |value, place| {
            let name = text(value, place)?;
            if name.is_empty() {
                return Err(place.invalid("the name is empty"));
            }
            Ok(name)
        })
    }

    /// SQS refuses a FIFO queue whose name does not end in `.fifo`.
    fn name_suffix(&mut self, resource: Resource<'t>) -> Result<&'static str, TemplateError> {
        let is_fifo = resource.kind == ResourceKind::Queue
            && self.name_property(resource, "FifoQueue", boolean)?.unwrap_or(false);
        Ok(if is_fifo { ".fifo" } else { "" })
    }

    fn name_property<T>(
        &mut self,
        resource: Resource<'t>,
        property: &str,
        read: impl FnOnce(Value, &Place<'_>) -> Result<T, TemplateError>,
    ) -> Result<Option<T>, TemplateError> {
        let Some(node) = resource.properties.and_then(|map| map.get(property)) else {
            return Ok(None);
        };
        let section = Place::Section("Resources");
        let place = section.key(resource.logical_id);
        let place = place.key("Properties");
        let place = place.key(property);
        match self.evaluate(node, &place)? {
            Some(value) => read(value, &place).map(Some),
            None => Ok(None),
        }
    }

    /// The name of a resource that asks for none.
    pub(super) fn default_name(&self, logical_id: &str) -> String {
        format!("{}-{logical_id}", self.settings.stack_name)
    }

    /// The address that functions send messages to.
    pub(super) fn queue_url(&self, name: &str) -> String {
        format!(
            "{}/{}/{name}",
            self.settings.queue_url_base.trim_end_matches('/'),
            self.settings.account_id
        )
    }

    pub(super) fn queue_arn(&self, name: &str) -> String {
        self.arn("sqs", name)
    }

    /// The ARN of a resource in the region and account of the stack.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        self.settings.arn(service, resource)
    }

    /// The ARN of a resource the local stack does not run.
    pub(super) fn arn_of_type(&self, type_name: &str, name: &str) -> String {
        let (partition, _) = partition(&self.settings.region);
        match type_name {
            "AWS::Logs::LogGroup" => self.arn("logs", &format!("log-group:{name}:*")),
            ROLE_TYPE => format!("arn:{partition}:iam::{}:role/{name}", self.settings.account_id),
            "AWS::S3::Bucket" => format!("arn:{partition}:s3:::{name}"),
            other => {
                let service = other.split("::").nth(1).unwrap_or("unknown");
                self.arn(&service.to_ascii_lowercase(), name)
            }
        }
    }
}

impl Settings {
    /// The ARN of a resource in this region and account, such as `table/<name>` of `dynamodb`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self { region, account_id, .. } = self;
        format!("arn:{}:{service}:{region}:{account_id}:{resource}", partition(region).0)
    }
}

/// The partition of a region and the end of its host names.
pub(super) fn partition(region: &str) -> (&'static str, &'static str) {
    if region.starts_with("cn-") {
        ("aws-cn", "amazonaws.com.cn")
    } else if region.starts_with("us-gov-") {
        ("aws-us-gov", "amazonaws.com")
    } else {
        ("aws", "amazonaws.com")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::evaluate::tests::{refused, value};

    const RESOURCES: &str = "
Resources:
  Ordered: {Type: 'AWS::SQS::Queue', Properties: {FifoQueue: true}}
  Named: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::StackName}-jobs'}}
  Loop: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${Pool}-x'}}
  Pool: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: !GetAtt Loop.QueueName}}
";

    #[test]
    fn a_queue_has_the_name_it_asks_for_or_a_default() {
        for (queue, expected) in [("Named", "support-jobs"), ("Ordered", "support-Ordered.fifo")] {
            let name = value(RESOURCES, &format!("!GetAtt {queue}.QueueName"));
            assert_eq!(name, json!(expected));
        }
    }

    #[test]
    fn names_that_depend_on_themselves_are_refused() {
        let message = refused(RESOURCES, "!Ref Loop");
        assert!(message.contains("the name of `Loop` depends on itself"), "{message}");
    }
}
