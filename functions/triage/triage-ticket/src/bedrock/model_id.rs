//! Which model suggests.

use aws_smithy_types::error::operation::BuildError;
use copilot_core::limits;
use copilot_core::ticket::ModelName;

/// Counts the changes of the task that the model is given: another task makes other suggestions.
const TASK_VERSION: u32 = 1;
/// Names the model that is part of the function.
const EMBEDDED: &str = "embedded";
/// Stands before the id of a model in Bedrock.
const BEDROCK: &str = "bedrock:";

/// The id of a foundation model or of a system-defined inference profile, as Bedrock knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModelId(String);

/// The text names no model.
#[derive(Debug, thiserror::Error)]
pub enum ParseTriageModelError {
    /// Neither of the two forms.
    #[error("the triage model must be `embedded` or `bedrock:` and the id of a model")]
    Unknown,
    /// The call cannot be put together: a defect.
    #[error("the task cannot be put into a request: {0}")]
    Task(#[from] BuildError),
}

impl ModelId {
    /// Reads `bedrock:` and an id; `embedded` is `None`.
    pub(super) fn choose(triage_model: &str) -> Result<Option<Self>, ParseTriageModelError> {
        if triage_model == EMBEDDED {
            return Ok(None);
        }
        let id = triage_model.strip_prefix(BEDROCK).ok_or(ParseTriageModelError::Unknown)?;
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b".:_-".contains(&byte);
        // Every id names its provider before the first dot.
        let has_provider = id.split_once('.').is_some_and(|(provider, _)| !provider.is_empty());
        let fits = id.len() <= limits::BEDROCK_MODEL_ID_CHARACTERS;
        if !has_provider || !fits || !id.bytes().all(is_known) {
            return Err(ParseTriageModelError::Unknown);
        }
        Ok(Some(Self(id.to_owned())))
    }

    /// The id.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// How suggestions name it: `bedrock:<id>@<version of the task>`.
    pub(super) fn model_name(&self) -> Result<ModelName, ParseTriageModelError> {
        let name = format!("{BEDROCK}{}@{TASK_VERSION}", self.0);
        ModelName::parse(&name).map_err(|_| ParseTriageModelError::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_read_and_named() {
        assert_eq!(ModelId::choose("embedded").unwrap(), None);
        for id in ["anthropic.claude-3-haiku-20240307-v1:0", "eu.amazon.nova-lite-v1:0"] {
            let chosen = ModelId::choose(&format!("bedrock:{id}")).unwrap().unwrap();
            assert_eq!(chosen.as_str(), id);
            assert_eq!(chosen.model_name().unwrap().as_str(), format!("bedrock:{id}@1"));
        }
        let longest = "a.".to_owned() + &"b".repeat(limits::BEDROCK_MODEL_ID_CHARACTERS - 2);
        let chosen = ModelId::choose(&format!("bedrock:{longest}")).unwrap().unwrap();
        assert!(chosen.model_name().is_ok());
    }

    #[test]
    fn other_texts_are_refused() {
        let too_long = "bedrock:a.".to_owned() + &"b".repeat(limits::BEDROCK_MODEL_ID_CHARACTERS);
        for text in [
            "",
            "none",
            "Embedded",
            "bedrock",
            "bedrock:",
            "bedrock:claude",
            "bedrock:.claude",
            "bedrock:anthropic.claude/../..",
            "bedrock:anthropic.claude haiku",
            "bedrock:arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude",
            "bedrock:anthropic.claude@2",
            &too_long,
        ] {
            assert!(ModelId::choose(text).is_err(), "{text}");
        }
    }
}
