//! Amazon Bedrock as the model that suggests category and priority. This module alone knows it.
//!
//! In reading order: [`request`] puts the task and a ticket into one call; [`masking`] takes personal
//! data out of the ticket first; [`answer`] holds what comes back to the product's own types;
//! [`refusal`] says why there is no suggestion.

mod answer;
mod masking;
mod model_id;
mod refusal;
mod request;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Builder;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use copilot_aws::connection::Connection;
use copilot_core::limits;
use copilot_core::ticket::{ModelName, Ticket};

pub use answer::BedrockSuggestion;
pub use masking::Masking;
pub use model_id::ParseTriageModelError;
pub use refusal::NoBedrockSuggestion;

use model_id::ModelId;
use request::Request;

/// A model in Bedrock, called by its Converse API.
#[derive(Debug)]
pub struct Bedrock {
    client: Client,
    model_id: ModelId,
    name: ModelName,
    request: Request,
}

impl Bedrock {
    /// The model that `triage_model` names, `bedrock:` and its id, in the account that `connection`
    /// reaches; `None` for `embedded`.
    ///
    /// # Errors
    /// [`ParseTriageModelError`].
    pub fn choose(
        connection: &Connection,
        triage_model: &str,
        masking: Masking,
    ) -> Result<Option<Self>, ParseTriageModelError> {
        let Some(model_id) = ModelId::choose(triage_model)? else { return Ok(None) };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(copilot_aws::limits::CONNECT_TIMEOUT)
            .operation_attempt_timeout(limits::BEDROCK_ATTEMPT_TIMEOUT)
            .operation_timeout(limits::BEDROCK_OPERATION_TIMEOUT)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(limits::BEDROCK_ATTEMPTS)
            .with_initial_backoff(limits::BEDROCK_RETRY_BACKOFF)
            .with_max_backoff(limits::BEDROCK_RETRY_BACKOFF);
        let service = connection.to_service("AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
        let configuration =
            Builder::from(&service).timeout_config(timeouts).retry_config(retries).build();
        Ok(Some(Self {
            client: Client::from_conf(configuration),
            name: model_id.model_name()?,
            model_id,
            request: Request::new(masking)?,
        }))
    }

    /// What a suggestion by this model names as its model.
    pub fn name(&self) -> &ModelName {
        &self.name
    }

    /// What the model suggests for `ticket`.
    ///
    /// # Errors
    /// [`NoBedrockSuggestion`], which is in the log then.
    pub async fn suggest(&self, ticket: &Ticket) -> Result<BedrockSuggestion, NoBedrockSuggestion> {
        let suggestion = self.call(ticket).await;
        suggestion.inspect_err(|reason| reason.log(ticket.ticket_id))
    }

    async fn call(&self, ticket: &Ticket) -> Result<BedrockSuggestion, NoBedrockSuggestion> {
        let Request { system, tool, inference, .. } = &self.request;
        let message = self.request.message(ticket).map_err(refusal::of_request)?;
        let call = self
            .client
            .converse()
            .model_id(self.model_id.as_str())
            .system(system.clone())
            .messages(message)
            .tool_config(tool.clone())
            .inference_config(inference.clone());
        let answer = call.send().await.map_err(|error| refusal::of_call(&error))?;
        answer::read(&answer, ticket)
    }
}
