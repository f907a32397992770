//! Tickets as clients see them. Only what is here can be answered, and nothing is here unmasked: a view
//! is made from what the store holds by masking every text in it, so that no card number and no IBAN
//! leaves. Ids that other systems give stay as they are, since one with a mask in it names nothing.

use chrono::{DateTime, Utc};
use copilot_core::ticket::{
    Assignee, Category, Confidence, CustomerContact, CustomerId, CustomerName, Description,
    EmailAddress, ExternalId, Extracted, LanguageCode, ModelName, OrderId, Priority, SetBy, Source,
    Status, Subject, Suggestion, SuggestionReason, Tag, Ticket, TicketId, masked,
    optional_timestamp, timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A stored ticket, as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Ticket, example = json!(example()))]
pub struct TicketView {
    /// The ticket's own id.
    ticket_id: TicketId,
    /// The customer: the same address, however written, has the same id in every source.
    customer_id: CustomerId,
    /// The customer's address as it was given, without surrounding spaces, or null when the source
    /// does not tell it.
    #[schema(required)]
    customer_email: Option<EmailAddress>,
    /// How the customer can be reached besides `customer_email`, as the source writes it: an address
    /// that is none by the rules, such as `a..b@example.com`, or further ones.
    #[schema(required)]
    customer_contact: Option<CustomerContact>,
    /// The customer's name, if known.
    #[schema(required)]
    customer_name: Option<CustomerName>,
    /// What the ticket is about, one line.
    subject: Subject,
    /// The customer's words.
    description: Description,
    /// The category that holds, or null until one is set.
    #[schema(required)]
    category: Option<Category>,
    /// Who set the category, or null as long as nobody has.
    #[schema(required)]
    category_set_by: Option<SetBy>,
    /// How urgent the ticket is.
    priority: Priority,
    /// Who set the priority, or null as long as nobody has.
    #[schema(required)]
    priority_set_by: Option<SetBy>,
    /// Where the ticket is in its lifecycle.
    status: Status,
    /// Who works on it, or null for nobody.
    #[schema(required)]
    assignee: Option<Assignee>,
    /// The order that the ticket is about, if the customer named one, be it in the text alone.
    #[schema(required)]
    order_id: Option<OrderId>,
    /// `ai` when the AI found the order in the text, null when it came with the ticket or there is none.
    #[schema(required)]
    order_id_set_by: Option<SetBy>,
    /// How the ticket reached us.
    source: Source,
    /// The category that the AI suggests, or null until it has or when it does not know.
    #[schema(required)]
    ai_suggested_category: Option<Category>,
    /// The priority that the AI suggests, or null until it has.
    #[schema(required)]
    ai_suggested_priority: Option<Priority>,
    /// The reply that the AI suggests, or null until it has.
    #[schema(required)]
    ai_suggested_reply: Option<String>,
    /// How sure the AI is of the category, or null until it has suggested.
    #[schema(required)]
    ai_confidence: Option<Confidence>,
    /// Why the AI suggests what it does.
    #[schema(required)]
    ai_reasons: Vec<SuggestionReason>,
    /// What the AI found in subject and description.
    #[schema(required)]
    ai_extracted: Vec<Extracted>,
    /// The language that the customer writes, or null as long as none shows: in numbers, names or a text
    /// in two languages.
    #[schema(required)]
    ai_language: Option<LanguageCode>,
    /// The model that suggested, or null until one has.
    #[schema(required)]
    ai_model: Option<ModelName>,
    /// Whether a person should look at the suggestion, or null until there is one.
    #[schema(required)]
    ai_needs_review: Option<bool>,
    /// When the AI suggested, or null until it has.
    #[serde(with = "optional_timestamp")]
    #[schema(required)]
    ai_processed_at: Option<DateTime<Utc>>,
    /// Labels set by agents or taken over from the source.
    #[schema(required)]
    tags: Vec<Tag>,
    /// The id that the source system gives the ticket, if it has one.
    #[schema(required)]
    external_id: Option<ExternalId>,
    /// The closed ticket that this one goes on from, if it does.
    #[schema(required)]
    follow_up_of: Option<TicketId>,
    /// How often the ticket went from resolved back to open or in_progress.
    #[schema(required)]
    reopen_count: u64,
    /// Counts the changes of the ticket; 1 when new.
    version: u64,
    /// When the ticket was made, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    created_at: DateTime<Utc>,
    /// When the ticket was last changed, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    updated_at: DateTime<Utc>,
    /// When the ticket first left `new`, or null until it does.
    #[serde(with = "optional_timestamp")]
    #[schema(required)]
    first_response_at: Option<DateTime<Utc>>,
    /// When the ticket became resolved, or closed without having been; null until then and again when
    /// it is reopened.
    #[serde(with = "optional_timestamp")]
    #[schema(required)]
    resolved_at: Option<DateTime<Utc>>,
    /// When the ticket was closed, or null until it is.
    #[serde(with = "optional_timestamp")]
    #[schema(required)]
    closed_at: Option<DateTime<Utc>>,
}

impl TicketView {
    /// The ticket's own id.
    pub fn ticket_id(&self) -> TicketId {
        self.ticket_id
    }

    /// Counts the changes of the ticket.
    pub fn version(&self) -> u64 {
        self.version
    }
}

impl From<Ticket> for TicketView {
    fn from(ticket: Ticket) -> Self {
        let Ticket {
            ticket_id,
            customer_id,
            customer_email,
            customer_contact,
            customer_name,
            subject,
            description,
            category,
            category_set_by,
            priority,
            priority_set_by,
            status,
            assignee,
            order_id,
            order_id_set_by,
            source,
            suggestion,
            tags,
            external_id,
            follow_up_of,
            reopen_count,
            version,
            created_at,
            updated_at,
            first_response_at,
            resolved_at,
            closed_at,
        } = ticket;
        let ai = AiFields::from(suggestion.map(SuggestionView::from));
        Self {
            ticket_id,
            customer_id,
            customer_email: customer_email.map(EmailAddress::masked),
            customer_contact: customer_contact.map(CustomerContact::masked),
            customer_name: customer_name.map(CustomerName::masked),
            subject: subject.masked(),
            description: description.masked(),
            category,
            category_set_by,
            priority,
            priority_set_by,
            status,
            assignee: assignee.map(Assignee::masked),
            order_id: order_id.map(OrderId::masked),
            order_id_set_by,
            source,
            ai_suggested_category: ai.category,
            ai_suggested_priority: ai.priority,
            ai_suggested_reply: ai.reply,
            ai_confidence: ai.confidence,
            ai_reasons: ai.reasons,
            ai_extracted: ai.extracted,
            ai_language: ai.language,
            ai_model: ai.model,
            ai_needs_review: ai.needs_review,
            ai_processed_at: ai.processed_at,
            tags: tags.into_iter().map(Tag::masked).collect(),
            external_id,
            follow_up_of,
            reopen_count,
            version,
            created_at,
            updated_at,
            first_response_at,
            resolved_at,
            closed_at,
        }
    }
}

/// What the AI has suggested for a ticket, as it stands on the ticket in the fields `ai_…`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LatestSuggestion)]
pub struct SuggestionView {
    /// What the ticket is about, or null when the AI does not know.
    #[schema(required)]
    category: Option<Category>,
    /// How urgent it is.
    priority: Priority,
    /// What to answer, or null when the AI has no answer.
    #[schema(required)]
    reply: Option<String>,
    /// How sure the AI is of the category.
    confidence: Confidence,
    /// Why it suggests that.
    reasons: Vec<SuggestionReason>,
    /// What it found in subject and description.
    extracted: Vec<Extracted>,
    /// The language that the customer writes, or null when none shows: in numbers, names or a text in two
    /// languages.
    #[schema(required)]
    language: Option<LanguageCode>,
    /// The model that suggested.
    model: ModelName,
    /// Whether a person should look at it. Then nothing of it was set on the ticket.
    needs_review: bool,
    /// When it was suggested, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    processed_at: DateTime<Utc>,
}

impl From<Suggestion> for SuggestionView {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion {
            category,
            priority,
            reply,
            confidence,
            reasons,
            extracted,
            language,
            model,
            needs_review,
            processed_at,
        } = suggestion;
        Self {
            category,
            priority,
            reply: reply.map(masked),
            confidence,
            reasons: reasons.into_iter().map(SuggestionReason::masked).collect(),
            extracted: extracted.into_iter().map(Extracted::masked).collect(),
            language,
            model,
            needs_review,
            processed_at,
        }
    }
}

/// A suggestion in the fields `ai_…` of a ticket, all empty without one.
#[derive(Default)]
struct AiFields {
    category: Option<Category>,
    priority: Option<Priority>,
    reply: Option<String>,
    confidence: Option<Confidence>,
    reasons: Vec<SuggestionReason>,
    extracted: Vec<Extracted>,
    language: Option<LanguageCode>,
    model: Option<ModelName>,
    needs_review: Option<bool>,
    processed_at: Option<DateTime<Utc>>,
}

impl From<Option<SuggestionView>> for AiFields {
    fn from(view: Option<SuggestionView>) -> Self {
        let Some(view) = view else { return Self::default() };
        Self {
            category: view.category,
            priority: Some(view.priority),
            reply: view.reply,
            confidence: Some(view.confidence),
            reasons: view.reasons,
            extracted: view.extracted,
            language: view.language,
            model: Some(view.model),
            needs_review: Some(view.needs_review),
            processed_at: Some(view.processed_at),
        }
    }
}

/// The ticket that the API documentation shows.
fn example() -> Option<TicketView> {
    copilot_core::ticket::example().map(TicketView::from)
}

#[cfg(test)]
mod tests {
    use copilot_core::ticket::{ExtractedValue, OrderConfidence, ReasonFor, TextField};

    use super::*;

    const PLANTED: &str = "4111 1111 1111 1111 and GB82 WEST 1234 5698 7654 32";

    fn ticket() -> Ticket {
        let planted = || PLANTED.to_owned();
        let value = |value| Extracted::new(TextField::Subject, 0, 2, value).unwrap();
        let order_id = OrderId::restored(planted());
        let reason = |speaks_for| SuggestionReason {
            speaks_for,
            rule: planted(),
            words: vec![planted(), planted()],
        };
        Ticket {
            customer_email: Some(EmailAddress::restored("4111111111111111@example.com".to_owned())),
            customer_name: Some(CustomerName::restored(planted())),
            subject: Subject::restored(planted()),
            description: Description::restored(planted()),
            assignee: Some(Assignee::restored(planted())),
            order_id: Some(order_id.clone()),
            tags: vec![Tag::restored(planted())],
            suggestion: Some(Suggestion {
                category: None,
                priority: Priority::Low,
                reply: Some(planted()),
                confidence: Confidence::NONE,
                reasons: vec![reason(ReasonFor::Category), reason(ReasonFor::Review)],
                extracted: vec![
                    value(ExtractedValue::OrderId { order_id, confidence: OrderConfidence::High }),
                    value(ExtractedValue::Email { address: EmailAddress::restored(planted()) }),
                ],
                language: None,
                model: ModelName::parse("hashed-ngrams@1").unwrap(),
                needs_review: true,
                processed_at: copilot_core::ticket::now(),
            }),
            ..copilot_core::ticket::example().unwrap()
        }
    }

    #[test]
    fn every_text_of_a_view_is_masked() {
        let suggestion = SuggestionView::from(ticket().suggestion.unwrap());
        let suggestion = serde_json::to_string(&suggestion).unwrap();
        let ticket = serde_json::to_string(&TicketView::from(ticket())).unwrap();
        for view in [&ticket, &suggestion] {
            assert!(!view.contains("4111") && !view.contains("WEST"), "{view}");
        }
        let masked = copilot_core::ticket::masked(PLANTED.to_owned());
        assert_eq!(ticket.matches(&masked).count(), 15, "{ticket}");
        assert_eq!(suggestion.matches(&masked).count(), 9, "{suggestion}");
        assert!(ticket.contains(r#""customer_email":"************1111@example.com""#), "{ticket}");
    }
}
