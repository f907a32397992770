//! Which tickets a list shows, and in which order.

use chrono::{DateTime, Utc};

use super::{Category, CustomerId, OrderId, Priority, Source, Status, Tag, Ticket, format_time};

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
    /// Made at this time or later.
    pub created_after: Option<DateTime<Utc>>,
    /// Made earlier than this.
    pub created_before: Option<DateTime<Utc>>,
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
            created_after,
            created_before,
        } = self;
        is(status.as_ref(), &ticket.status)
            && is(priority.as_ref(), &ticket.priority)
            && is(source.as_ref(), &ticket.source)
            && (is(customer_id.as_ref(), &ticket.customer_id)
                || further_customer_ids.contains(&ticket.customer_id))
            && category.is_none_or(|wanted| ticket.category == Some(wanted))
            && order_id.as_ref().is_none_or(|wanted| ticket.order_id.as_ref() == Some(wanted))
            && tag.as_ref().is_none_or(|wanted| ticket.tags.contains(wanted))
            && created_after.is_none_or(|time| ticket.created_at >= time)
            && created_before.is_none_or(|time| ticket.created_at < time)
    }

    /// The filter for tickets whose card numbers and IBANs are masked.
    #[must_use]
    pub fn masked(self) -> Self {
        Self {
            order_id: self.order_id.map(OrderId::masked),
            tag: self.tag.map(Tag::masked),
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
            created_after,
            created_before,
        } = self;
        serde_json::json!([
            status,
            priority,
            category,
            source,
            customer_id,
            order_id,
            tag,
            created_after.map(format_time),
            created_before.map(format_time)
        ])
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::example;

    #[test]
    fn each_part_of_a_filter_decides() {
        let mut ticket: Ticket = example().unwrap();
        ticket.category = Some(Category::Shipping);
        ticket.tags = vec![Tag::parse("vip").unwrap(), Tag::parse("late").unwrap()];
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
}
