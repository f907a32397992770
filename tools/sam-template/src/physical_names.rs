//! The names, ARNs and addresses that resources have outside the template.

use super::Settings;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::place::Place;
use super::sections::{Resource, ResourceKind};

/// The properties that give a resource a name of its own choice.
const NAME_PROPERTIES: [&str; 4] = ["FunctionName", "ManagedPolicyName", "QueueName", "TableName"];

impl Evaluator<'_> {
    /// The name of a resource: its logical id after the stack's name, as CloudFormation makes it, but
    /// without random characters.
    pub(super) fn physical_name(&self, logical_id: &str) -> String {
        format!("{}-{logical_id}", self.settings.stack_name)
    }

    /// The address that functions send messages to.
    pub(super) fn queue_url(&self, logical_id: &str) -> String {
        format!(
            "{}/{}/{}",
            self.settings.queue_url_base.trim_end_matches('/'),
            self.settings.account_id,
            self.physical_name(logical_id)
        )
    }

    pub(super) fn queue_arn(&self, logical_id: &str) -> String {
        self.settings.arn("sqs", &self.physical_name(logical_id))
    }

    pub(super) fn table_arn(&self, logical_id: &str) -> String {
        self.settings.arn("dynamodb", &format!("table/{}", self.physical_name(logical_id)))
    }

    /// Of all streams of the group, as CloudFormation gives it.
    pub(super) fn log_group_arn(&self, logical_id: &str) -> String {
        self.settings.arn("logs", &format!("log-group:{}:*", self.physical_name(logical_id)))
    }

    /// IAM is the same in every region, so its ARNs name none.
    pub(super) fn managed_policy_arn(&self, logical_id: &str) -> String {
        let Settings { region, account_id, .. } = self.settings;
        let name = self.physical_name(logical_id);
        format!("arn:{}:iam::{account_id}:policy/{name}", partition(region))
    }
}

/// # Errors
/// [`TemplateError::Invalid`] when the resource asks for a name, which it would not get.
pub(super) fn check_unnamed(resource: Resource<'_>) -> Result<(), TemplateError> {
    // There it names whom the queue invokes.
    if resource.kind == ResourceKind::EventSourceMapping {
        return Ok(());
    }
    let asks_for = |property: &str| resource.properties.and_then(|all| all.get(property)).is_some();
    let Some(property) = NAME_PROPERTIES.into_iter().find(|property| asks_for(property)) else {
        return Ok(());
    };
    let section = Place::Section("Resources");
    let place = section.key(resource.logical_id);
    let place = place.key("Properties");
    Err(place.key(property).invalid("the local stack names every resource itself"))
}

impl Settings {
    /// The ARN of a resource in this region and account, such as `table/<name>` of `dynamodb`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self { region, account_id, .. } = self;
        format!("arn:{}:{service}:{region}:{account_id}:{resource}", partition(region))
    }
}

/// The partition of a region.
pub(super) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
