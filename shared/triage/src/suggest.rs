//! Everything together: what is suggested for a ticket.

use std::mem;

use chrono::{DateTime, Utc};
use copilot_core::ticket::{
    Confidence, LanguageCode, ModelName, ParseModelNameError, Priority, ReasonFor, Suggestion,
    SuggestionReason, Ticket, masked,
};

use crate::category::{
    Adaptation, CategoryModel, ParseAdaptationError, ParseModelError, Prediction, SentenceScores,
};
use crate::extraction::OrderPattern;
use crate::{category, extraction, language, priority};

/// From which confidence on a suggestion is set on its ticket; below, a person looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold(Confidence);

/// The text is no number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the confidence from which suggestions are set must be a number from 0 to 1")]
pub struct ParseThresholdError;

impl Threshold {
    /// Reads a number from 0 to 1, such as `0.8`.
    ///
    /// # Errors
    /// [`ParseThresholdError`].
    pub fn parse(text: &str) -> Result<Self, ParseThresholdError> {
        let share = text.parse().map_err(|_| ParseThresholdError)?;
        Confidence::parse(share).map(Self).map_err(|_| ParseThresholdError)
    }

    /// Whether a suggestion of this confidence is set on its ticket.
    pub fn is_reached_by(self, confidence: Confidence) -> bool {
        confidence >= self.0
    }
}

/// A text that makes use of everything: language, category, priority and what it names.
const WARM_UP: &str = "My order has not arrived";

/// What suggests for tickets. A copy takes the memory of what was learned alone.
#[derive(Debug, Clone)]
pub struct Triage {
    threshold: Threshold,
    categories: &'static CategoryModel,
    learned: Option<Learned>,
    model: ModelName,
    orders: Option<OrderPattern>,
}

/// What agents have taught.
#[derive(Debug, Clone)]
struct Learned {
    version: u32,
    adaptation: Adaptation,
}

/// The embedded model, or what was learned, cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TriageDefect {
    /// Its file is damaged.
    #[error(transparent)]
    Model(#[from] ParseModelError),
    /// Its name does not fit into a ticket.
    #[error(transparent)]
    Name(#[from] ParseModelNameError),
    /// What was learned cannot be read.
    #[error(transparent)]
    Adaptation(#[from] ParseAdaptationError),
}

impl Triage {
    /// With the embedded model. Takes some milliseconds, as it makes ready all that is made ready only
    /// once: the first ticket then waits no longer than any other.
    ///
    /// # Errors
    /// [`TriageDefect`].
    pub fn new(threshold: Threshold) -> Result<Self, TriageDefect> {
        Self::with_categories(threshold, CategoryModel::embedded()?)
    }

    fn with_categories(
        threshold: Threshold,
        categories: &'static CategoryModel,
    ) -> Result<Self, TriageDefect> {
        let model = ModelName::parse(&categories.name())?;
        let triage = Self { threshold, categories, learned: None, model, orders: None };
        triage.suggest_for(WARM_UP, WARM_UP, DateTime::UNIX_EPOCH);
        Ok(triage)
    }

    /// Takes what looks so for an order number of the team's.
    #[must_use]
    pub fn with_orders(self, orders: Option<OrderPattern>) -> Self {
        Self { orders, ..self }
    }

    /// Uses what agents have taught as `version`, which is a number from 1. The model's name tells it:
    /// `hashed-ngrams@1.3` is model 1 with what was learned as version 3.
    ///
    /// # Errors
    /// [`TriageDefect`] when the bytes cannot be read. Then nothing changes.
    pub fn use_learned(&mut self, version: u32, bytes: &[u8]) -> Result<(), TriageDefect> {
        let adaptation = Adaptation::parse(bytes)?;
        self.model = ModelName::parse(&format!("{}.{version}", self.categories.name()))?;
        self.learned = Some(Learned { version, adaptation });
        Ok(())
    }

    /// Uses the model as it was delivered.
    ///
    /// # Errors
    /// [`TriageDefect`].
    pub fn forget_learned(&mut self) -> Result<(), TriageDefect> {
        self.model = ModelName::parse(&self.categories.name())?;
        self.learned = None;
        Ok(())
    }

    /// The version of what agents have taught, 0 for nothing.
    pub fn learned_version(&self) -> u32 {
        self.learned.as_ref().map_or(0, |learned| learned.version)
    }

    /// What is suggested for `ticket` at the time `now`.
    pub fn suggest(&self, ticket: &Ticket, now: DateTime<Utc>) -> Suggestion {
        let (subject, description) = (ticket.subject.as_str(), ticket.description.as_str());
        let suggestion = self.suggest_for(subject, description, ticket.created_at);
        Suggestion { processed_at: now, ..suggestion }
    }

    /// What is suggested for these texts, which were written at about `created_at`, as of that time.
    pub fn suggest_for(
        &self,
        subject: &str,
        description: &str,
        created_at: DateTime<Utc>,
    ) -> Suggestion {
        let text = category::ticket_text(subject, description);
        let language = language::detect(&text);
        let orders = self.orders.as_ref();
        let extracted = extraction::extract_with(subject, description, created_at, orders);
        let mut suggestion = Suggestion {
            category: None,
            priority: Priority::Medium,
            reply: None,
            confidence: Confidence::NONE,
            reasons: Vec::new(),
            extracted,
            language: language.code().and_then(|code| LanguageCode::parse(code).ok()),
            model: self.model.clone(),
            needs_review: true,
            processed_at: created_at,
        };
        if language.is_known_to_the_model() {
            let prediction = self.categories.predict_with(self.adaptation(), &text);
            self.classify(&mut suggestion, prediction);
            assess(&mut suggestion, subject, description);
        } else {
            // Neither the model nor the policy reads it: a guess would be worth nothing.
            let code = language.code().map(str::to_owned).into_iter().collect();
            suggestion.reasons.push(reason(ReasonFor::Review, "language", code));
        }
        suggestion
    }

    /// The text of `ticket` if `suggestion`, which is what [`Triage::suggest`] says of it, is below the
    /// threshold: the sentence model may help. None when the word model does not know the language, which
    /// the sentence model does not know either.
    pub fn below_threshold(&self, ticket: &Ticket, suggestion: &Suggestion) -> Option<String> {
        let is_below =
            suggestion.category.is_some() && !self.threshold.is_reached_by(suggestion.confidence);
        is_below
            .then(|| category::ticket_text(ticket.subject.as_str(), ticket.description.as_str()))
    }

    /// `suggestion`, which is what [`Triage::suggest`] says, by the ensemble of the word model and the
    /// sentence model, which scores its `text`. A person looks when the two disagree, however confident
    /// the ensemble is.
    pub fn with_sentence_model(
        &self,
        mut suggestion: Suggestion,
        sentence: &SentenceScores,
        text: &str,
    ) -> Suggestion {
        let mut of_priority = mem::take(&mut suggestion.reasons);
        of_priority.retain(|reason| reason.speaks_for == ReasonFor::Priority);
        if suggestion.category != Some(sentence.category()) {
            suggestion.reasons.push(reason(ReasonFor::Review, "models_disagree", Vec::new()));
        }
        let ensemble = format!("{}+minilm@{}", self.model.as_str(), sentence.version);
        suggestion.model = ModelName::parse(&ensemble).unwrap_or_else(|_| self.model.clone());
        let prediction = self.categories.predict_together(self.adaptation(), sentence, text);
        self.classify(&mut suggestion, prediction);
        suggestion.reasons.extend(of_priority);
        suggestion
    }

    /// Reasons for review that `suggestion` has already stay reasons for review.
    fn classify(&self, suggestion: &mut Suggestion, prediction: Prediction) {
        let share = f64::from(prediction.confidence);
        suggestion.category = Some(prediction.category);
        suggestion.confidence = Confidence::parse(share).unwrap_or(Confidence::NONE);
        if !self.threshold.is_reached_by(suggestion.confidence) {
            suggestion.reasons.push(reason(ReasonFor::Review, "confidence", Vec::new()));
        }
        suggestion.needs_review = !suggestion.reasons.is_empty();
        let words = prediction.reasons.into_iter().map(|reason| reason.text).collect();
        suggestion.reasons.push(reason(ReasonFor::Category, "words", words));
    }

    fn adaptation(&self) -> Option<&Adaptation> {
        self.learned.as_ref().map(|learned| &learned.adaptation)
    }
}

fn assess(suggestion: &mut Suggestion, subject: &str, description: &str) {
    let assessment = priority::assess(subject, description);
    suggestion.priority = assessment.priority;
    let fired = assessment.fired.into_iter();
    suggestion
        .reasons
        .extend(fired.map(|fired| reason(ReasonFor::Priority, &code(fired.rule), fired.words)));
}

/// The policy names its rules for people; programs get them as codes.
fn code(name: &str) -> String {
    name.replace(' ', "_")
}

/// Words of the ticket are shown to whoever reads the suggestion, so no card number stands in them.
fn reason(speaks_for: ReasonFor, rule: &str, words: Vec<String>) -> SuggestionReason {
    let words = words.into_iter().map(masked).collect();
    SuggestionReason { speaks_for, rule: rule.to_owned(), words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggest(threshold: &str, subject: &str, description: &str) -> Suggestion {
        let triage = Triage::new(Threshold::parse(threshold).unwrap()).unwrap();
        triage.suggest_for(subject, description, "2024-11-03T10:30:00Z".parse().unwrap())
    }

    fn rules(suggestion: &Suggestion, speaks_for: ReasonFor) -> Vec<&str> {
        let reasons = suggestion.reasons.iter().filter(|one| one.speaks_for == speaks_for);
        reasons.map(|one| one.rule.as_str()).collect()
    }

    #[test]
    fn a_plain_ticket_is_classified_with_reasons() {
        let suggestion = suggest("0.5", "Order hasn't shipped yet", "Where is my order #2021?");
        assert_eq!(suggestion.category.map(|category| category.name()), Some("shipping"));
        assert!(!suggestion.needs_review);
        assert_eq!(rules(&suggestion, ReasonFor::Category), ["words"]);
        assert!(rules(&suggestion, ReasonFor::Review).is_empty());
        assert!(suggestion.reasons.iter().all(|one| !one.rule.contains(' ')));
        assert_eq!(suggestion.only_order_id().unwrap().as_str(), "2021");
    }

    #[test]
    fn what_is_below_the_threshold_is_for_review() {
        let suggestion = suggest("1", "Hello", "A thing about the thing.");
        assert!(suggestion.needs_review);
        assert_eq!(rules(&suggestion, ReasonFor::Review), ["confidence"]);
    }

    fn sentence(category: &str, score: f32) -> SentenceScores {
        let mut scores = [0.0; category::regression::CLASSES];
        let place =
            copilot_core::ticket::Category::ALL.iter().position(|known| known.name() == category);
        scores[place.unwrap()] = score;
        SentenceScores { version: 4, log_probabilities: scores, weight: 1.0, temperature: 1.0 }
    }

    #[test]
    fn the_only_order_is_found() {
        let only = |subject: &str, description: &str| {
            let suggestion = suggest("0.8", subject, description);
            suggestion.only_order_id().map(|order_id| order_id.as_str().to_owned())
        };
        assert_eq!(only("Order #2021", "Order 2021 is late").as_deref(), Some("2021"));
        assert_eq!(only("Order #2021", "Order 2022 is late"), None);
        assert_eq!(only("Hello", "Where is it?"), None);
        // What may be an order neither counts nor stands against one.
        assert_eq!(only("About #2021", "It is late"), None);
        assert_eq!(only("About #88123", "Order 2022 is late").as_deref(), Some("2022"));
    }

    fn suggest_together(threshold: &str, sentence: &SentenceScores) -> Suggestion {
        let triage = Triage::new(Threshold::parse(threshold).unwrap()).unwrap();
        let at = "2024-11-03T10:30:00Z".parse().unwrap();
        let (subject, description) = ("My parcel", "Where is my parcel? It has not arrived.");
        let own = triage.suggest_for(subject, description, at);
        triage.with_sentence_model(own, sentence, &category::ticket_text(subject, description))
    }

    #[test]
    fn two_models_that_agree_are_more_confident_than_one() {
        let alone = suggest("0.5", "My parcel", "Where is my parcel? It has not arrived.");
        let together = suggest_together("0.5", &sentence("shipping", 5.0));
        assert!(together.confidence > alone.confidence);
        assert!(!together.needs_review);
        assert_eq!(together.model.as_str(), "hashed-ngrams@1+minilm@4");
    }

    #[test]
    fn what_two_models_disagree_on_is_for_review_however_confident_they_are() {
        let overruled = suggest_together("0", &sentence("billing", 50.0));
        assert_eq!(overruled.category.map(|category| category.name()), Some("billing"));
        assert!(overruled.needs_review);
        assert_eq!(rules(&overruled, ReasonFor::Review), ["models_disagree"]);
        let outvoted = suggest_together("0", &sentence("billing", 0.01));
        assert_eq!(outvoted.category.map(|category| category.name()), Some("shipping"));
        assert_eq!(rules(&outvoted, ReasonFor::Review), ["models_disagree"]);
    }

    #[test]
    fn another_language_is_not_guessed_at() {
        let suggestion =
            suggest("0", "Bestellung", "Wo bleibt mein Paket? Ich warte seit zwei Wochen.");
        assert_eq!((suggestion.category, suggestion.priority), (None, Priority::Medium));
        assert_eq!(suggestion.confidence, Confidence::NONE);
        assert!(suggestion.needs_review);
        assert_eq!(rules(&suggestion, ReasonFor::Review), ["language"]);
        assert_eq!(suggestion.language, LanguageCode::parse("de").ok());
        let told: Vec<_> = suggestion.reasons.iter().flat_map(|one| &one.words).collect();
        assert_eq!(told, ["de"]);
    }

    #[test]
    fn what_could_be_english_gets_a_category_with_its_own_confidence() {
        for text in ["charger smoking", "loan offers", "refund pls", "Dyson filter replacement"] {
            let suggestion = suggest("0.88", text, text);
            assert!(suggestion.category.is_some(), "{text}");
            assert!(!rules(&suggestion, ReasonFor::Review).contains(&"language"), "{text}");
        }
    }

    #[test]
    fn a_text_without_words_has_no_language_and_is_for_review() {
        for text in ["👍", "#48213", "120.00 80.00 45.50"] {
            let suggestion = suggest("0.88", text, text);
            assert_eq!(suggestion.language, None, "{text}");
            assert_eq!(rules(&suggestion, ReasonFor::Review), ["confidence"], "{text}");
        }
    }

    #[test]
    fn no_card_number_stands_in_a_reason() {
        let suggestion =
            suggest("0", "Fraud", "Someone stole my card 4111 1111 1111 1111 today!!!");
        assert!(!format!("{suggestion:?}").contains("4111 1111"), "{suggestion:?}");
    }

    #[test]
    fn learned_versions_are_named_and_damaged_ones_refused() {
        let mut triage = Triage::new(Threshold::parse("0.5").unwrap()).unwrap();
        let categories = CategoryModel::embedded().unwrap();
        let learned = categories.adapt(&[]).unwrap().to_bytes();
        assert!(triage.use_learned(3, &learned[1..]).is_err());
        assert_eq!(triage.learned_version(), 0);
        triage.use_learned(3, &learned).unwrap();
        let at = "2024-11-03T10:30:00Z".parse().unwrap();
        assert_eq!(triage.suggest_for("Hi", "Hello", at).model.as_str(), "hashed-ngrams@1.3");
        triage.forget_learned().unwrap();
        assert_eq!(triage.suggest_for("Hi", "Hello", at).model.as_str(), "hashed-ngrams@1");
    }

    /// The shipped model's file from before there was a category `refund`, with a class besides that has
    /// been given up since.
    fn older_model() -> &'static CategoryModel {
        let model = CategoryModel::embedded().unwrap().with_name_changed("refund", "spells");
        Box::leak(Box::new(model))
    }

    #[test]
    fn a_category_without_weights_is_not_suggested_until_agents_teach_it() {
        use copilot_core::ticket::Category;

        use crate::category::Correction;
        use crate::learning::{NumberedCorrection, learn};

        let model = older_model();
        let threshold = Threshold::parse("0.5").unwrap();
        let mut triage = Triage::with_categories(threshold, model).unwrap();
        let text = "I want a refund. Please give me my money back for the broken kettle.";
        let at = "2024-11-03T10:30:00Z".parse().unwrap();
        let category = |triage: &Triage| triage.suggest_for("Refund", text, at).category;
        assert_eq!(
            suggest("0.5", "Refund", text).category,
            Some(Category::Refund),
            "the shipped model knows it"
        );
        assert!(category(&triage).is_some_and(|category| category != Category::Refund));

        let things = ["kettle", "lamp", "chair", "jacket", "phone", "book", "bag", "toaster"];
        let corrections = (0..80_u32).map(|number| {
            let thing = things[number as usize % things.len()];
            let refund = number % 2 == 0;
            let (text, category) = if refund {
                (format!("Please refund my money for the broken {thing}"), Category::Refund)
            } else {
                (format!("Where is my parcel with the {thing}?"), Category::Shipping)
            };
            NumberedCorrection { number, correction: Correction { text, category } }
        });
        let lesson = learn(corrections.collect(), None, model).unwrap().unwrap();
        assert!(lesson.comparison.is_better(), "{:?}", lesson.comparison);
        triage.use_learned(1, &lesson.adaptation.to_bytes()).unwrap();
        let suggestion = triage.suggest_for("Refund", text, at);
        assert_eq!(suggestion.category, Some(Category::Refund), "{suggestion:?}");
        assert_eq!(rules(&suggestion, ReasonFor::Category), ["words"]);
        let parcel = triage.suggest_for("My parcel", "Where is my parcel? It has not arrived.", at);
        assert_eq!(parcel.category, Some(Category::Shipping));
        triage.forget_learned().unwrap();
        assert_ne!(category(&triage), Some(Category::Refund));
    }

    #[test]
    fn a_threshold_is_a_share() {
        for text in ["0", "1", "0.88"] {
            assert!(Threshold::parse(text).is_ok(), "{text}");
        }
        for text in ["", "-0.1", "1.1", "NaN", "high"] {
            assert_eq!(Threshold::parse(text), Err(ParseThresholdError), "{text}");
        }
    }
}
