//! How agents classify a ticket: its priority, its category, and who works on it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

// What is more urgent is greater.
/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Can wait.
    Low,
    /// The default.
    Medium,
    /// Before the others.
    High,
    /// Now.
    Critical,
}

/// What a ticket is about, as agents sort it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Delivery of an order.
    Shipping,
    /// Invoices and payments.
    Billing,
    /// Something that does not work.
    Technical,
    /// The customer's account.
    Account,
    /// Money back.
    Refund,
    /// An order in any other way.
    Order,
    /// None of the others.
    General,
}

impl Priority {
    /// Every priority, the least urgent first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name on the wire and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a name exactly as [`Priority::name`] gives it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 7] = [
        Self::Shipping,
        Self::Billing,
        Self::Technical,
        Self::Account,
        Self::Refund,
        Self::Order,
        Self::General,
    ];

    /// The name on the wire and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shipping => "shipping",
            Self::Billing => "billing",
            Self::Technical => "technical",
            Self::Account => "account",
            Self::Refund => "refund",
            Self::Order => "order",
            Self::General => "general",
        }
    }

    /// Reads a name exactly as [`Category::name`] gives it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_listed_under_its_wire_name() {
        for priority in Priority::ALL {
            assert_eq!(serde_json::to_value(priority).unwrap(), priority.name());
            assert_eq!(Priority::parse(priority.name()), Some(priority));
        }
        for category in Category::ALL {
            assert_eq!(serde_json::to_value(category).unwrap(), category.name());
            assert_eq!(Category::parse(category.name()), Some(category));
        }
        assert_eq!((Priority::parse("High"), Category::parse("")), (None, None));
    }
}
