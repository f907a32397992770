//! Makes one suggestion out of the embedded model's and Bedrock's.

use copilot_core::ticket::{ModelName, Priority, ReasonFor, Suggestion, SuggestionReason};
use copilot_triage::Threshold;

use crate::bedrock::{BedrockSuggestion, NoBedrockSuggestion};

/// The rule of reasons that are words of the ticket.
const WORDS: &str = "words";
/// The rule by which a person looks at what only Bedrock holds to be critical.
const CRITICAL_ONLY_BY_BEDROCK: &str = "critical_only_by_bedrock";

/// What is suggested with Bedrock's `model`: its category and priority, and the rest of the embedded
/// suggestion `own`. If it suggests nothing, it is `own`, and says why.
///
/// - The stated policy can raise Bedrock's priority and never lowers it.
/// - Nobody is called out of bed by a text that talked a model into `critical`: if no rule of the policy
///   says so too, a person looks.
/// - Bedrock's confidence is what the model says of itself. Below `threshold` a person looks.
pub fn decide(
    own: Suggestion,
    bedrock: &Result<BedrockSuggestion, NoBedrockSuggestion>,
    model: &ModelName,
    threshold: Threshold,
) -> Suggestion {
    match bedrock {
        Ok(bedrock) => joined(own, bedrock, model, threshold),
        Err(reason) => explained(own, reason.rule()),
    }
}

fn joined(
    own: Suggestion,
    bedrock: &BedrockSuggestion,
    model: &ModelName,
    threshold: Threshold,
) -> Suggestion {
    let (rules, _): (Vec<_>, Vec<_>) =
        own.reasons.into_iter().partition(|reason| reason.speaks_for == ReasonFor::Priority);
    // Where no rule fired, the policy's priority is only its default.
    let is_raised = !rules.is_empty() && own.priority > bedrock.priority;
    let priority = if is_raised { own.priority } else { bedrock.priority };
    let is_doubtful = priority == Priority::Critical && own.priority != Priority::Critical;

    let mut reasons = Vec::new();
    if is_doubtful {
        reasons.push(reason(ReasonFor::Review, CRITICAL_ONLY_BY_BEDROCK, &[]));
    }
    if !bedrock.category_words.is_empty() {
        reasons.push(reason(ReasonFor::Category, WORDS, &bedrock.category_words));
    }
    if !is_raised && !bedrock.priority_words.is_empty() {
        reasons.push(reason(ReasonFor::Priority, WORDS, &bedrock.priority_words));
    }
    if own.priority == priority {
        reasons.extend(rules);
    }
    Suggestion {
        category: Some(bedrock.category),
        priority,
        confidence: bedrock.confidence,
        reasons,
        model: model.clone(),
        needs_review: is_doubtful || !threshold.is_reached_by(bedrock.confidence),
        reply: own.reply,
        extracted: own.extracted,
        language: own.language,
        processed_at: own.processed_at,
    }
}

/// Stands first: a ticket keeps only so many reasons.
fn explained(mut own: Suggestion, rule: &str) -> Suggestion {
    own.reasons.insert(0, reason(ReasonFor::Review, rule, &[]));
    own
}

/// Words of the ticket are shown to whoever reads the suggestion, so no card number stands in them.
fn reason(speaks_for: ReasonFor, rule: &str, words: &[String]) -> SuggestionReason {
    SuggestionReason { speaks_for, rule: rule.to_owned(), words: words.to_vec() }.masked()
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::{Category, Confidence, LanguageCode, parse_time};

    use super::*;

    fn model(name: &str) -> ModelName {
        ModelName::parse(name).unwrap()
    }

    /// By a policy of which `rule` fired, or none.
    fn own(priority: Priority, rule: Option<&str>) -> Suggestion {
        let category = reason(ReasonFor::Category, WORDS, &["parcel".to_owned()]);
        let rule = rule.map(|rule| reason(ReasonFor::Priority, rule, &["today".to_owned()]));
        Suggestion {
            category: Some(Category::Order),
            priority,
            confidence: Confidence::parse(0.3).unwrap(),
            reasons: [category].into_iter().chain(rule).collect(),
            reply: None,
            extracted: Vec::new(),
            language: Some(LanguageCode::ENGLISH),
            model: model("embedded@1"),
            needs_review: true,
            processed_at: parse_time("0").unwrap(),
        }
    }

    fn with_bedrock(own: Suggestion, priority: Priority, confidence: f64) -> Suggestion {
        let bedrock = BedrockSuggestion {
            category: Category::Shipping,
            priority,
            confidence: Confidence::parse(confidence).unwrap(),
            category_words: vec!["not shipped".to_owned()],
            priority_words: vec!["a week".to_owned()],
        };
        let threshold = Threshold::parse("0.8").unwrap();
        decide(own, &Ok(bedrock), &model("bedrock:a.b@1"), threshold)
    }

    #[test]
    fn what_bedrock_suggests_is_shown_with_the_rest_of_the_embedded_suggestion() {
        let suggestion = with_bedrock(own(Priority::Medium, None), Priority::Low, 0.8);
        let words = |speaks_for, words: &str| reason(speaks_for, WORDS, &[words.to_owned()]);
        let expected = Suggestion {
            category: Some(Category::Shipping),
            priority: Priority::Low,
            confidence: Confidence::parse(0.8).unwrap(),
            reasons: vec![
                words(ReasonFor::Category, "not shipped"),
                words(ReasonFor::Priority, "a week"),
            ],
            model: model("bedrock:a.b@1"),
            needs_review: false,
            ..own(Priority::Medium, None)
        };
        assert_eq!(suggestion, expected);
    }

    #[test]
    fn a_rule_of_the_policy_raises_and_never_lowers() {
        let raised = with_bedrock(own(Priority::High, Some("deadline")), Priority::Low, 0.9);
        assert_eq!(raised.priority, Priority::High);
        let rules: Vec<&str> = raised.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        assert_eq!(rules, [WORDS, "deadline"]);
        let kept = with_bedrock(own(Priority::Low, Some("thanks")), Priority::High, 0.9);
        assert_eq!(kept.priority, Priority::High);
        assert!(kept.reasons.iter().all(|reason| reason.rule == WORDS));
    }

    #[test]
    fn a_person_looks_at_what_is_below_the_threshold_or_critical_by_bedrock_alone() {
        assert!(with_bedrock(own(Priority::Medium, None), Priority::Low, 0.799).needs_review);
        let alone = with_bedrock(own(Priority::High, Some("deadline")), Priority::Critical, 1.0);
        assert!(alone.needs_review && alone.priority == Priority::Critical);
        assert_eq!(alone.reasons[0].rule, CRITICAL_ONLY_BY_BEDROCK);
        let both = with_bedrock(own(Priority::Critical, Some("fraud")), Priority::Critical, 1.0);
        assert!(!both.needs_review);
        let by_policy = with_bedrock(own(Priority::Critical, Some("fraud")), Priority::Low, 1.0);
        assert!(!by_policy.needs_review && by_policy.priority == Priority::Critical);
    }

    #[test]
    fn without_bedrock_the_embedded_suggestion_says_why() {
        let own = own(Priority::Medium, None);
        let threshold = Threshold::parse("0.8").unwrap();
        let model = model("bedrock:a.b@1");
        let suggestion =
            decide(own.clone(), &Err(NoBedrockSuggestion::KeptBack), &model, threshold);
        assert_eq!(suggestion.reasons[0], reason(ReasonFor::Review, "bedrock_refused", &[]));
        assert_eq!(suggestion.reasons[1..], own.reasons);
        assert_eq!(Suggestion { reasons: own.reasons.clone(), ..suggestion }, own);
    }

    #[test]
    fn no_card_number_stands_in_a_reason() {
        let words = ["my card 4111 1111 1111 1111".to_owned()];
        let reason = reason(ReasonFor::Category, WORDS, &words);
        assert!(reason.words[0].starts_with("my card"), "{reason:?}");
        assert!(!reason.words[0].contains("4111 1111"), "{reason:?}");
    }
}
