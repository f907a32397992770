//! What a text names: order numbers, amounts, dates and the like, each with its place.

use chrono::{DateTime, Utc};
use copilot_core::ticket::{Extracted, OrderId};

/// Nothing yet.
pub fn extract(_subject: &str, _description: &str, _created_at: DateTime<Utc>) -> Vec<Extracted> {
    Vec::new()
}

/// Nothing yet.
pub fn only_order_id(_extracted: &[Extracted]) -> Option<&OrderId> {
    None
}
