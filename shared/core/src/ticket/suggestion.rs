//! What the AI suggests for a ticket, and how far that goes.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::classification::{Category, Priority};
use super::extracted::{Extracted, ExtractedValue, OrderConfidence};
use super::masking::masked;
use super::{OrderId, Status, Ticket};
use crate::limits;

/// How sure the AI is, from 0 to 1 in thousandths. That of the embedded model is calibrated: of many
/// suggestions with 0.8, eight of ten are right. That of a model in Bedrock is what it says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence {
    thousandths: u16,
}

/// The number is not from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a confidence is a number from 0 to 1")]
pub struct ParseConfidenceError;

impl Confidence {
    /// Not sure at all.
    pub const NONE: Self = Self { thousandths: 0 };

    /// Takes a share from 0 to 1 and rounds it to thousandths.
    ///
    /// # Errors
    /// [`ParseConfidenceError`].
    pub fn parse(share: f64) -> Result<Self, ParseConfidenceError> {
        if !(0.0..=1.0).contains(&share) {
            return Err(ParseConfidenceError);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to 1000"
        )]
        let thousandths = (share * 1000.0).round() as u16;
        Ok(Self { thousandths })
    }

    /// The share, from 0 to 1.
    pub fn share(self) -> f64 {
        f64::from(self.thousandths) / 1000.0
    }
}

impl TryFrom<f64> for Confidence {
    type Error = ParseConfidenceError;

    fn try_from(share: f64) -> Result<Self, ParseConfidenceError> {
        Self::parse(share)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.share()
    }
}

impl PartialSchema for Confidence {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .minimum(Some(0.0))
            .maximum(Some(1.0))
            .description(Some(
                "How sure the AI is. With the embedded model, of many suggestions with 0.8, eight of \
                 ten are right; that of a model in Bedrock is not calibrated.",
            ))
            .examples([serde_json::json!(0.912)])
            .into()
    }
}

impl ToSchema for Confidence {
    fn name() -> Cow<'static, str> {
        "Confidence".into()
    }
}

/// Which model suggested, with its version: `hashed-ngrams@1`, or `hashed-ngrams@1+minilm@1` when a
/// second one was asked too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, example = "hashed-ngrams@1")]
pub struct ModelName(String);

/// The text is not a model's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a model's name has the form name@version")]
pub struct ParseModelNameError;

impl ModelName {
    /// Reads `name@version`: visible ASCII, at most [`limits::MODEL_NAME_CHARACTERS`] in all.
    ///
    /// # Errors
    /// [`ParseModelNameError`].
    pub fn parse(text: &str) -> Result<Self, ParseModelNameError> {
        let (name, version) = text.rsplit_once('@').ok_or(ParseModelNameError)?;
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = text.len() <= limits::MODEL_NAME_CHARACTERS;
        if name.is_empty() || version.is_empty() || !is_visible || !fits {
            return Err(ParseModelNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ModelName {
    type Error = ParseModelNameError;

    fn try_from(text: String) -> Result<Self, ParseModelNameError> {
        Self::parse(&text)
    }
}

/// A language by its code in ISO 639-1: `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "en", pattern = "^[a-z]{2}$")]
pub struct LanguageCode([u8; 2]);

/// The text is not a language's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language's code is two small letters")]
pub struct ParseLanguageCodeError;

impl LanguageCode {
    /// English.
    pub const ENGLISH: Self = Self(*b"en");

    /// Reads two small letters.
    ///
    /// # Errors
    /// [`ParseLanguageCodeError`].
    pub fn parse(text: &str) -> Result<Self, ParseLanguageCodeError> {
        match text.as_bytes() {
            &[first, second] if first.is_ascii_lowercase() && second.is_ascii_lowercase() => {
                Ok(Self([first, second]))
            }
            _ => Err(ParseLanguageCodeError),
        }
    }
}

impl TryFrom<String> for LanguageCode {
    type Error = ParseLanguageCodeError;

    fn try_from(text: String) -> Result<Self, ParseLanguageCodeError> {
        Self::parse(&text)
    }
}

impl From<LanguageCode> for String {
    fn from(code: LanguageCode) -> Self {
        code.0.map(char::from).iter().collect()
    }
}

/// What a reason speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonFor {
    /// The suggested category.
    Category,
    /// The suggested priority.
    Priority,
    /// That a person should look at the suggestion.
    Review,
}

/// Why the AI suggests what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestionReason {
    /// What it speaks for.
    #[serde(rename = "for")]
    pub speaks_for: ReasonFor,
    /// The rule that decided, or `words` when the words did.
    #[schema(example = "deadline", min_length = 1)]
    pub rule: String,
    /// The words of the ticket that decided; none when the rule is not about words.
    #[serde(default)]
    #[schema(required, example = json!(["before Friday"]))]
    pub words: Vec<String>,
}

impl SuggestionReason {
    /// The reason with masked card numbers and IBANs.
    #[must_use]
    pub fn masked(self) -> Self {
        let Self { speaks_for, rule, words } = self;
        Self { speaks_for, rule: masked(rule), words: words.into_iter().map(masked).collect() }
    }
}

/// Who set a field of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SetBy {
    /// A support agent. What an agent has set, the AI leaves.
    Agent,
    /// The AI, which was sure enough.
    Ai,
}

/// What the AI makes of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What the ticket is about; nothing when the AI does not know.
    pub category: Option<Category>,
    /// How urgent it is.
    pub priority: Priority,
    /// What to answer; nothing when the AI has no answer.
    pub reply: Option<String>,
    /// How sure the AI is of the category.
    pub confidence: Confidence,
    /// Why; a ticket keeps at most [`limits::SUGGESTION_REASONS`].
    pub reasons: Vec<SuggestionReason>,
    /// What the texts name; a ticket keeps at most [`limits::EXTRACTED_VALUES`].
    pub extracted: Vec<Extracted>,
    /// The language of the texts, if it is known.
    pub language: Option<LanguageCode>,
    /// The model that suggests.
    pub model: ModelName,
    /// Whether a person should look at it: the AI is not sure, or does not know the language.
    pub needs_review: bool,
    /// When it was made.
    pub processed_at: DateTime<Utc>,
}

impl Suggestion {
    /// The order that the texts name, when they name exactly one with high confidence. What may be
    /// one, such as any number after a `#`, neither counts nor stands against it.
    pub fn only_order_id(&self) -> Option<&OrderId> {
        let mut order_ids = self.extracted.iter().filter_map(|extracted| match extracted.value() {
            ExtractedValue::OrderId { order_id, confidence: OrderConfidence::High } => {
                Some(order_id)
            }
            _ => None,
        });
        let first = order_ids.next()?;
        order_ids.all(|other| other == first).then_some(first)
    }

    /// What a ticket keeps of it.
    fn kept(mut self) -> Self {
        self.reasons.truncate(limits::SUGGESTION_REASONS);
        self.extracted.truncate(limits::EXTRACTED_VALUES);
        self
    }

    /// The suggestion in one sentence, for the ticket's history.
    pub fn summary(&self) -> String {
        let review = if self.needs_review { ", for review" } else { "" };
        format!(
            "Suggests category {} and priority {} with confidence {}{review}.",
            self.category.map_or("unknown", Category::name),
            self.priority.name(),
            self.confidence.share()
        )
    }
}

impl Ticket {
    /// The ticket with what the AI suggests, and set where the AI is sure and nobody else has set it.
    /// `None` when the ticket has a suggestion already or is closed: then it is left alone.
    pub fn suggested(&self, suggestion: Suggestion) -> Option<Self> {
        if !self.awaits_suggestion() {
            return None;
        }
        let mut ticket = self.clone();
        if let (None, Some(order_id)) = (&self.order_id, suggestion.only_order_id()) {
            ticket.order_id = Some(order_id.clone());
            ticket.order_id_set_by = Some(SetBy::Ai);
        }
        if !suggestion.needs_review {
            if self.category_set_by.is_none() && suggestion.category.is_some() {
                ticket.category = suggestion.category;
                ticket.category_set_by = Some(SetBy::Ai);
            }
            if self.priority_set_by.is_none() {
                ticket.priority = suggestion.priority;
                ticket.priority_set_by = Some(SetBy::Ai);
            }
        }
        ticket.suggestion = Some(suggestion.kept());
        Some(ticket)
    }

    /// Whether the AI has something to do here.
    pub fn awaits_suggestion(&self) -> bool {
        self.suggestion.is_none() && self.status != Status::Closed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ticket::{TextField, example};

    fn ticket() -> Ticket {
        example().unwrap()
    }

    fn suggestion(needs_review: bool) -> Suggestion {
        Suggestion {
            category: Some(Category::Shipping),
            priority: Priority::High,
            reply: None,
            confidence: Confidence::parse(0.912).unwrap(),
            reasons: Vec::new(),
            extracted: vec![order("77")],
            language: Some(LanguageCode::ENGLISH),
            model: ModelName::parse("hashed-ngrams@1").unwrap(),
            needs_review,
            processed_at: now(),
        }
    }

    fn order(order_id: &str) -> Extracted {
        let order_id = OrderId::parse(order_id).unwrap();
        let value = ExtractedValue::OrderId { order_id, confidence: OrderConfidence::High };
        Extracted::new(TextField::Subject, 0, 2, value).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2024-11-03T10:30:01Z".parse().unwrap()
    }

    #[test]
    fn what_is_sure_is_set_unless_an_agent_has() {
        let sure = ticket().suggested(suggestion(false)).unwrap();
        assert_eq!(
            (sure.category, sure.category_set_by),
            (Some(Category::Shipping), Some(SetBy::Ai))
        );
        assert_eq!((sure.priority, sure.priority_set_by), (Priority::High, Some(SetBy::Ai)));
        let agents = Ticket {
            category_set_by: Some(SetBy::Agent),
            priority_set_by: Some(SetBy::Agent),
            ..ticket()
        };
        let kept = agents.suggested(suggestion(false)).unwrap();
        assert_eq!((kept.category, kept.priority), (None, Priority::Medium));
        assert_eq!(kept.suggestion.unwrap().category, Some(Category::Shipping));
        let unsure = ticket().suggested(suggestion(true)).unwrap();
        assert_eq!((unsure.category, unsure.category_set_by), (None, None));
        assert_eq!((unsure.priority, unsure.priority_set_by), (Priority::Medium, None));
        assert!(unsure.suggestion.unwrap().needs_review);
    }

    #[test]
    fn a_ticket_is_suggested_for_once_and_never_when_closed() {
        let once = ticket().suggested(suggestion(false)).unwrap();
        assert_eq!(once.suggested(suggestion(true)), None);
        let closed = Ticket { status: Status::Closed, ..ticket() };
        assert_eq!(closed.suggested(suggestion(false)), None);
        assert_eq!(ticket().suggestion, None);
        assert_eq!(once.suggestion.unwrap().processed_at, now());
    }

    #[test]
    fn an_order_is_taken_from_the_text_only_when_none_was_named() {
        let named = ticket().suggested(suggestion(true)).unwrap();
        assert_eq!((named.order_id.unwrap().as_str(), named.order_id_set_by), ("2021", None));
        let unnamed = Ticket { order_id: None, ..ticket() };
        let found = unnamed.suggested(suggestion(true)).unwrap();
        assert_eq!(found.order_id.unwrap().as_str(), "77");
        assert_eq!(found.order_id_set_by, Some(SetBy::Ai));
        let extracted = vec![order("77"), order("78"), order("77")];
        let of_two = Suggestion { extracted, ..suggestion(true) };
        assert_eq!(unnamed.suggested(of_two).unwrap().order_id, None);
    }

    #[test]
    fn names_and_codes_hold_only_what_is_right() {
        for name in ["hashed-ngrams@1", "hashed-ngrams@1.3", "bedrock:eu.anthropic.claude-v1:0@1"] {
            assert!(ModelName::parse(name).is_ok(), "{name}");
        }
        let long = format!("{}@1", "m".repeat(limits::MODEL_NAME_CHARACTERS));
        for name in ["", "model", "@1", "model@", "a model@1", "modèle@1", &long] {
            assert!(ModelName::parse(name).is_err(), "{name}");
        }
        for code in ["", "e", "EN", "eng", "é"] {
            assert!(LanguageCode::parse(code).is_err(), "{code}");
        }
        assert_eq!(serde_json::to_value(LanguageCode::parse("de").unwrap()).unwrap(), "de");
    }

    proptest! {
        #[test]
        fn a_confidence_is_a_share_in_thousandths(share in any::<f64>()) {
            match Confidence::parse(share) {
                Ok(confidence) => {
                    prop_assert!((confidence.share() - share).abs() <= 0.0005 + f64::EPSILON);
                    let text = serde_json::to_string(&confidence).unwrap();
                    prop_assert!(text.len() <= 5, "{}", text);
                    prop_assert_eq!(serde_json::from_str::<Confidence>(&text).unwrap(), confidence);
                }
                Err(ParseConfidenceError) => prop_assert!(!(0.0..=1.0).contains(&share)),
            }
        }

        #[test]
        fn a_share_is_a_confidence(share in 0.0..=1.0_f64) {
            prop_assert!(Confidence::parse(share).is_ok());
        }
    }
}
