//! Why Bedrock suggests nothing.

use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::ConverseError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::operation::BuildError;
use copilot_aws::connection::failure;
use copilot_core::error::Error;
use copilot_core::ticket::TicketId;

use super::answer::AnswerFault;

/// Why there is no suggestion by Bedrock. Nothing in it quotes the ticket or the answer.
#[derive(Debug, thiserror::Error)]
pub enum NoBedrockSuggestion {
    /// No answer came in time, or Bedrock asks for patience.
    #[error("Bedrock does not answer")]
    Unavailable(#[source] Error),
    /// The call is wrong or not allowed: somebody has to change the deployment.
    #[error("Bedrock refuses the call")]
    Refused(#[source] Error),
    /// A filter or a guardrail of Bedrock keeps the answer back.
    #[error("Bedrock keeps its answer back")]
    KeptBack,
    /// What came is no answer by the protocol of Bedrock.
    #[error("what came is no answer of Bedrock")]
    NotBedrock(#[source] Error),
    /// The answer does not say what it should.
    #[error("the answer is of no use")]
    Unreadable(#[from] AnswerFault),
}

impl NoBedrockSuggestion {
    /// The rule by which the suggestion of the embedded model then says why it stands there.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "bedrock_unavailable",
            Self::Refused(_) | Self::KeptBack => "bedrock_refused",
            Self::NotBedrock(_) | Self::Unreadable(_) => "bedrock_unreadable",
        }
    }

    /// Says in the log why the embedded model suggests for this ticket.
    pub(super) fn log(&self, ticket_id: TicketId) {
        let mut cause: &dyn std::error::Error = self;
        while let Some(next) = cause.source() {
            cause = next;
        }
        let rule = self.rule();
        if matches!(self, Self::Refused(_)) {
            tracing::error!(%ticket_id, rule, %cause, "Bedrock refuses the call");
        } else {
            tracing::warn!(%ticket_id, rule, %cause, "no suggestion by Bedrock");
        }
    }
}

const OPERATION: &str = "call Bedrock";

/// What a request means that cannot be put together: a defect.
pub(super) fn of_request(error: BuildError) -> NoBedrockSuggestion {
    NoBedrockSuggestion::Refused(Error::internal(OPERATION, error))
}

/// What a failed call means.
pub(super) fn of_call(error: &SdkError<ConverseError, HttpResponse>) -> NoBedrockSuggestion {
    let failure = failure(OPERATION, error);
    let SdkError::ServiceError(answer) = error else {
        return match error {
            SdkError::ResponseError(_) => NoBedrockSuggestion::NotBedrock(failure),
            _ => NoBedrockSuggestion::Unavailable(failure),
        };
    };
    match answer.err() {
        ConverseError::InternalServerException(_)
        | ConverseError::ModelErrorException(_)
        | ConverseError::ModelNotReadyException(_)
        | ConverseError::ModelTimeoutException(_)
        | ConverseError::ServiceUnavailableException(_)
        | ConverseError::ThrottlingException(_) => NoBedrockSuggestion::Unavailable(failure),
        ConverseError::AccessDeniedException(_)
        | ConverseError::ResourceNotFoundException(_)
        | ConverseError::ValidationException(_) => NoBedrockSuggestion::Refused(failure),
        _ if answer.raw().status().is_server_error() => NoBedrockSuggestion::Unavailable(failure),
        // Bedrock names each of its errors.
        other if other.code().is_none() => NoBedrockSuggestion::NotBedrock(failure),
        _ => NoBedrockSuggestion::Refused(failure),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_bedrockruntime::types::error::{
        AccessDeniedException, ModelNotReadyException, ModelTimeoutException, ThrottlingException,
        ValidationException,
    };
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    fn rule(status: u16, error: ConverseError) -> &'static str {
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        of_call(&SdkError::service_error(error, answer)).rule()
    }

    fn coded(code: &str) -> ConverseError {
        ConverseError::generic(ErrorMetadata::builder().code(code).build())
    }

    #[test]
    fn what_passes_is_told_from_what_somebody_must_mend() {
        for (status, error) in [
            (429, ConverseError::ThrottlingException(ThrottlingException::builder().build())),
            (429, ConverseError::ModelNotReadyException(ModelNotReadyException::builder().build())),
            (408, ConverseError::ModelTimeoutException(ModelTimeoutException::builder().build())),
            (500, coded("InternalFailure")),
            (502, ConverseError::unhandled("<html>")),
        ] {
            assert_eq!(rule(status, error), "bedrock_unavailable", "{status}");
        }
        for (status, error) in [
            (403, ConverseError::AccessDeniedException(AccessDeniedException::builder().build())),
            (400, ConverseError::ValidationException(ValidationException::builder().build())),
            (403, coded("UnrecognizedClientException")),
            (404, coded("ResourceNotFoundException")),
        ] {
            assert_eq!(rule(status, error), "bedrock_refused", "{status}");
        }
        for status in [200, 400] {
            let error = ConverseError::unhandled("not JSON");
            assert_eq!(rule(status, error), "bedrock_unreadable", "{status}");
        }
        let too_late = SdkError::timeout_error("too late");
        assert_eq!(of_call(&too_late).rule(), "bedrock_unavailable");
    }
}
