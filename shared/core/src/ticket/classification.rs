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
    /// Every priority with its name, the least urgent first.
    pub const ALL: [(&'static str, Self); 4] = [
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
        ("critical", Self::Critical),
    ];

    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        name(&Self::ALL, self)
    }

    /// Reads a name exactly as listed in [`Priority::ALL`].
    pub fn parse(name: &str) -> Option<Self> {
        find(&Self::ALL, name)
    }
}

impl Category {
    /// Every category with its name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("shipping", Self::Shipping),
        ("billing", Self::Billing),
        ("technical", Self::Technical),
        ("account", Self::Account),
        ("refund", Self::Refund),
        ("order", Self::Order),
        ("general", Self::General),
    ];

    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        name(&Self::ALL, self)
    }

    /// Reads a name exactly as listed in [`Category::ALL`].
    pub fn parse(name: &str) -> Option<Self> {
        find(&Self::ALL, name)
    }
}

fn name<T: PartialEq>(all: &[(&'static str, T)], value: T) -> &'static str {
    all.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

fn find<T: Copy>(all: &[(&str, T)], name: &str) -> Option<T> {
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_listed_under_its_wire_name() {
        for (name, priority) in Priority::ALL {
            assert_eq!(serde_json::to_value(priority).unwrap(), name);
            assert_eq!((Priority::parse(name), priority.name()), (Some(priority), name));
        }
        for (name, category) in Category::ALL {
            assert_eq!(serde_json::to_value(category).unwrap(), name);
            assert_eq!((Category::parse(name), category.name()), (Some(category), name));
        }
        assert_eq!((Priority::parse("High"), Category::parse("")), (None, None));
    }
}
