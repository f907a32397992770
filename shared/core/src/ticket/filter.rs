//! Which tickets a list shows, and in which order.

use chrono::{DateTime, Utc};

use super::{
    Assignee, Category, CustomerId, OrderId, Priority, Source, Status, Tag, Ticket, format_time,
};

/// What tickets must have in common with it: everything that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// Their status.
    pub status: Option<Status>,
    /// Their priority.
    pub priority: Option<Priority>,
    /// Their category.
    pub category: Option<Category>,
    /// How they reached us.
    pub source: Option<Source>,
    /// Their customer.
    pub customer_id: Option<CustomerId>,
    /// Further ids of that customer. They follow from the first one, so they tell no two lists apart.
    pub further_customer_ids: Vec<CustomerId>,
    /// The order that they are about.
    pub order_id: Option<OrderId>,
    /// One of their tags.
    pub tag: Option<Tag>,
    /// Who works on them.
    pub assignee: Option<AssignedTo>,
    /// Whether a person should look at what the AI suggests; one without a suggestion is neither.
    pub needs_review: Option<bool>,
    /// Whether the customer waits for an answer.
    pub unanswered: Option<bool>,
    /// Last changed at this time or later.
    pub updated_after: Option<DateTime<Utc>>,
    /// Made at this time or later.
    pub created_after: Option<DateTime<Utc>>,
    /// Made earlier than this.
    pub created_before: Option<DateTime<Utc>>,
}

/// Whom a list asks for as the one who works on its tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssignedTo {
    /// No one.
    Nobody,
    /// Somebody, by the name exactly as it stands on the ticket.
    Agent(Assignee),
}

impl AssignedTo {
    /// How a query asks for tickets on which nobody works. Who is called so cannot be asked for.
    pub const NOBODY: &'static str = "none";

    /// Reads [`AssignedTo::NOBODY`] or a name as it is shown on tickets: white space around it is a fault
    /// of whoever asks.
    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::NOBODY {
            return Some(Self::Nobody);
        }
        Assignee::parse(text).ok().filter(|name| name.as_str() == text).map(Self::Agent)
    }

    fn is(&self, assignee: Option<&Assignee>) -> bool {
        match self {
            Self::Nobody => assignee.is_none(),
            Self::Agent(name) => assignee == Some(name),
        }
    }

    fn masked(self) -> Self {
        match self {
            Self::Nobody => Self::Nobody,
            Self::Agent(name) => Self::Agent(name.masked()),
        }
    }

    /// Tells nobody from an agent of that name.
    fn canonical(&self) -> serde_json::Value {
        match self {
            Self::Nobody => serde_json::json!([]),
            Self::Agent(name) => serde_json::json!([name.as_str()]),
        }
    }
}

/// By the time of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// The newest ticket first.
    #[default]
    NewestFirst,
    /// The oldest ticket first.
    OldestFirst,
}

impl SortOrder {
    /// Reads `desc` or `asc`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "desc" => Some(Self::NewestFirst),
            "asc" => Some(Self::OldestFirst),
            _ => None,
        }
    }
}

impl TicketFilter {
    /// Whether the list shows `ticket`.
    pub fn shows(&self, ticket: &Ticket) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, has: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == has)
        }
        let Self {
            status,
            priority,
            category,
            source,
            customer_id,
            further_customer_ids,
            order_id,
            tag,
            assignee,
            needs_review,
            unanswered,
            updated_after,
            created_after,
            created_before,
        } = self;
        let suggested_review = || ticket.suggestion.as_ref().map(|ai| ai.needs_review);
        is(status.as_ref(), &ticket.status)
            && is(priority.as_ref(), &ticket.priority)
            && is(source.as_ref(), &ticket.source)
            && (is(customer_id.as_ref(), &ticket.customer_id)
                || further_customer_ids.contains(&ticket.customer_id))
            && category.is_none_or(|wanted| ticket.category == Some(wanted))
            && order_id.as_ref().is_none_or(|wanted| ticket.order_id.as_ref() == Some(wanted))
            && tag.as_ref().is_none_or(|wanted| ticket.tags.contains(wanted))
            && assignee.as_ref().is_none_or(|wanted| wanted.is(ticket.assignee.as_ref()))
            && needs_review.is_none_or(|wanted| suggested_review() == Some(wanted))
            && unanswered.is_none_or(|wanted| ticket.awaits_answer() == wanted)
            && updated_after.is_none_or(|time| ticket.updated_at >= time)
            && created_after.is_none_or(|time| ticket.created_at >= time)
            && created_before.is_none_or(|time| ticket.created_at < time)
    }

    /// The filter for tickets whose card numbers and IBANs are masked.
    #[must_use]
    pub fn masked(self) -> Self {
        Self {
            order_id: self.order_id.map(OrderId::masked),
            tag: self.tag.map(Tag::masked),
            assignee: self.assignee.map(AssignedTo::masked),
            ..self
        }
    }

    /// A text that only an equal filter has.
    pub fn canonical(&self) -> String {
        let Self {
            status,
            priority,
            category,
            source,
            customer_id,
            further_customer_ids: _,
            order_id,
            tag,
            assignee,
            needs_review,
            unanswered,
            updated_after,
            created_after,
            created_before,
        } = self;
        let parts = serde_json::json!([
            status,
            priority,
            category,
            source,
            customer_id,
            order_id,
            tag,
            created_after.map(format_time),
            created_before.map(format_time)
        ]);
        let later = (assignee, needs_review, unanswered, updated_after);
        if later == (&None, &None, &None, &None) {
            // As before these could be asked for: cursors outlive an update of the product.
            return parts.to_string();
        }
        let assignee = assignee.as_ref().map(AssignedTo::canonical);
        let updated_after = updated_after.map(format_time);
        serde_json::json!([parts, assignee, needs_review, unanswered, updated_after]).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Confidence, ModelName, Suggestion, example};

    fn suggestion(needs_review: bool) -> Suggestion {
        Suggestion {
            category: None,
            priority: Priority::Low,
            reply: None,
            confidence: Confidence::NONE,
            reasons: Vec::new(),
            extracted: Vec::new(),
            language: None,
            model: ModelName::parse("hashed-ngrams@1").unwrap(),
            needs_review,
            processed_at: "2024-11-03T10:30:01Z".parse().unwrap(),
        }
    }

    fn assigned_to(text: &str) -> Option<AssignedTo> {
        Some(AssignedTo::parse(text).unwrap())
    }

    #[test]
    fn each_part_of_a_filter_decides() {
        let mut ticket: Ticket = example().unwrap();
        ticket.category = Some(Category::Shipping);
        ticket.tags = vec![Tag::parse("vip").unwrap(), Tag::parse("late").unwrap()];
        ticket.assignee = Assignee::parse("Zoë").ok();
        ticket.suggestion = Some(suggestion(true));
        let at = ticket.created_at;
        let later = at + chrono::TimeDelta::milliseconds(1);
        let everything = TicketFilter::default();
        let right = TicketFilter {
            status: Some(Status::New),
            priority: Some(Priority::Medium),
            category: Some(Category::Shipping),
            source: Some(Source::Web),
            customer_id: Some(ticket.customer_id.clone()),
            further_customer_ids: Vec::new(),
            order_id: Some(OrderId::parse("2021").unwrap()),
            tag: Some(Tag::parse("late").unwrap()),
            assignee: assigned_to("Zoë"),
            needs_review: Some(true),
            unanswered: Some(true),
            updated_after: Some(ticket.updated_at),
            created_after: Some(at),
            created_before: Some(later),
        };
        assert!(everything.shows(&ticket) && right.shows(&ticket));
        let wrong = [
            TicketFilter { status: Some(Status::Open), ..right.clone() },
            TicketFilter { priority: Some(Priority::Low), ..right.clone() },
            TicketFilter { category: Some(Category::Billing), ..right.clone() },
            TicketFilter { source: Some(Source::Chat), ..right.clone() },
            TicketFilter {
                customer_id: Some("CUST-00000000000000000000".parse().unwrap()),
                ..right.clone()
            },
            TicketFilter { order_id: Some(OrderId::parse("2022").unwrap()), ..right.clone() },
            TicketFilter { tag: Some(Tag::parse("new").unwrap()), ..right.clone() },
            TicketFilter { assignee: assigned_to("none"), ..right.clone() },
            TicketFilter { assignee: assigned_to("zoë"), ..right.clone() },
            TicketFilter { needs_review: Some(false), ..right.clone() },
            TicketFilter { unanswered: Some(false), ..right.clone() },
            TicketFilter {
                updated_after: Some(ticket.updated_at + chrono::TimeDelta::milliseconds(1)),
                ..right.clone()
            },
            TicketFilter { created_after: Some(later), ..right.clone() },
            TicketFilter { created_before: Some(at), ..right.clone() },
        ];
        for filter in &wrong {
            assert!(!filter.shows(&ticket), "{filter:?}");
            assert_ne!(filter.canonical(), right.canonical());
        }
        let formerly = TicketFilter {
            customer_id: "CUST-00000000000000000000".parse().ok(),
            further_customer_ids: vec![ticket.customer_id.clone()],
            ..right.clone()
        };
        assert!(formerly.shows(&ticket));
        ticket.category = None;
        ticket.order_id = None;
        assert!(everything.shows(&ticket) && !right.shows(&ticket));
    }
    #[test]
    fn nobody_and_no_suggestion_are_asked_for_by_themselves() {
        let mut ticket: Ticket = example().unwrap();
        let nobody = TicketFilter { assignee: assigned_to("none"), ..TicketFilter::default() };
        let reviewed = |wanted| TicketFilter { needs_review: Some(wanted), ..Default::default() };
        assert!(nobody.shows(&ticket));
        assert!(!reviewed(true).shows(&ticket) && !reviewed(false).shows(&ticket));
        ticket.suggestion = Some(suggestion(false));
        assert!(!reviewed(true).shows(&ticket) && reviewed(false).shows(&ticket));
        ticket.assignee = Assignee::parse("none").ok();
        assert!(!nobody.shows(&ticket));
        for text in ["", " ", " ann", "ann ", "a\nb"] {
            assert_eq!(AssignedTo::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_customer_waits_until_the_ticket_is_resolved() {
        let waiting = TicketFilter { unanswered: Some(true), ..TicketFilter::default() };
        let shown = Status::ALL.map(|status| {
            let ticket = Ticket { status, ..example().unwrap() };
            waiting.shows(&ticket)
        });
        assert_eq!(shown, [true, true, true, false, false]);
    }

    #[test]
    fn a_cursor_of_an_earlier_version_still_fits_its_filter() {
        let canonical =
            TicketFilter { status: Some(Status::Open), ..Default::default() }.canonical();
        assert_eq!(canonical, r#"["open",null,null,null,null,null,null,null,null]"#);
    }
}
