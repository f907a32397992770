//! Tickets as lists show them: whole, or as rows of an inbox. Masked as [`super::view`] says.

use chrono::{DateTime, Utc};
use copilot_core::error::Error;
use copilot_core::ticket::{
    Assignee, Category, CustomerId, CustomerName, Description, EmailAddress, OrderId, Priority,
    Source, Status, Subject, Tag, Ticket, TicketId, timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::TicketView;
use crate::limits;

/// A ticket of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ListedTicket {
    /// All of it.
    Whole(Box<TicketView>),
    /// What an inbox shows of it.
    Row(Box<TicketRowView>),
}

/// What an inbox shows of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = TicketRow)]
pub struct TicketRowView {
    /// The ticket's own id.
    ticket_id: TicketId,
    /// The customer: the same address, however written, has the same id in every source.
    customer_id: CustomerId,
    /// The customer's address, or null when the source does not tell it.
    #[schema(required)]
    customer_email: Option<EmailAddress>,
    /// The customer's name, if known.
    #[schema(required)]
    customer_name: Option<CustomerName>,
    /// What the ticket is about, one line.
    subject: Subject,
    /// The beginning of the customer's words on one line, with `…` where it is cut.
    #[schema(
        example = "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
        max_length = 120
    )]
    snippet: String,
    /// The category that holds, or null until one is set.
    #[schema(required)]
    category: Option<Category>,
    /// How urgent the ticket is.
    priority: Priority,
    /// Where the ticket is in its lifecycle.
    status: Status,
    /// Who works on it, or null for nobody.
    #[schema(required)]
    assignee: Option<Assignee>,
    /// The order that the ticket is about, if the customer named one.
    #[schema(required)]
    order_id: Option<OrderId>,
    /// How the ticket reached us.
    source: Source,
    /// Whether a person should look at the AI's suggestion, or null until there is one.
    #[schema(required)]
    ai_needs_review: Option<bool>,
    /// Labels set by agents or taken over from the source.
    tags: Vec<Tag>,
    /// Counts the changes of the ticket; 1 when new.
    version: u64,
    /// When the ticket was made, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    created_at: DateTime<Utc>,
    /// When the ticket was last changed, RFC 3339 in UTC.
    #[serde(with = "timestamp")]
    updated_at: DateTime<Utc>,
}

impl ListedTicket {
    /// The view of a ticket for a list, and the bytes that it takes in the answer. The answer travels
    /// as a JSON string inside Lambda's JSON, where each quote and backslash takes one byte more.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be written.
    pub fn measured(ticket: Ticket, as_row: bool) -> Result<(Self, usize), Error> {
        let listed = if as_row {
            Self::Row(Box::new(ticket.into()))
        } else {
            Self::Whole(Box::new(ticket.into()))
        };
        let json = serde_json::to_vec(&listed)
            .map_err(|error| Error::internal("write a ticket as JSON", error))?;
        let escaped = json.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        Ok((listed, json.len() + escaped))
    }
}

impl From<Ticket> for TicketRowView {
    fn from(ticket: Ticket) -> Self {
        Self {
            ticket_id: ticket.ticket_id,
            customer_id: ticket.customer_id,
            customer_email: ticket.customer_email.map(EmailAddress::masked),
            customer_name: ticket.customer_name.map(CustomerName::masked),
            subject: ticket.subject.masked(),
            // Masked before it is cut: half a card number is none that would be found.
            snippet: snippet(&ticket.description.masked()),
            category: ticket.category,
            priority: ticket.priority,
            status: ticket.status,
            assignee: ticket.assignee.map(Assignee::masked),
            order_id: ticket.order_id.map(OrderId::masked),
            source: ticket.source,
            ai_needs_review: ticket.suggestion.map(|suggestion| suggestion.needs_review),
            tags: ticket.tags.into_iter().map(Tag::masked).collect(),
            version: ticket.version,
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
        }
    }
}

/// The beginning of a text on one line, at most [`limits::SNIPPET_CHARACTERS`] with the `…` that says
/// that more follows.
fn snippet(text: &Description) -> String {
    let mut line = String::new();
    let mut characters = 0;
    for word in text.as_str().split_whitespace() {
        let space = if line.is_empty() { "" } else { " " };
        for character in space.chars().chain(word.chars()) {
            if characters == limits::SNIPPET_CHARACTERS {
                line.pop();
                line.push('…');
                return line;
            }
            line.push(character);
            characters += 1;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ticket(description: &str) -> Ticket {
        Ticket {
            description: Description::restored(description.to_owned()),
            ..copilot_core::ticket::example().unwrap()
        }
    }

    #[test]
    fn a_snippet_is_one_line_and_says_when_it_is_cut() {
        let of = |text: &str| TicketRowView::from(ticket(text)).snippet;
        assert_eq!(of("  Hi,\r\n\tmy parcel\u{a0}is late \n"), "Hi, my parcel is late");
        assert_eq!(of(""), "");
        assert_eq!(of(&"é".repeat(120)), "é".repeat(120));
        assert_eq!(of(&"é".repeat(121)), "é".repeat(119) + "…");
        assert_eq!(of(&(("x".repeat(119)) + "\n\nyes")), "x".repeat(119) + "…");
    }

    #[test]
    fn a_number_across_the_cut_is_masked() {
        let text = "x".repeat(110) + " 4111 1111 1111 1111";
        let snippet = TicketRowView::from(ticket(&text)).snippet;
        assert!(!snippet.contains("411"), "{snippet}");
    }

    #[test]
    fn a_list_counts_what_its_tickets_take_in_the_answer() {
        for as_row in [false, true] {
            let (listed, bytes) = ListedTicket::measured(ticket("a \"b\" \\ c\n"), as_row).unwrap();
            let json = serde_json::to_string(&listed).unwrap();
            assert_eq!(json.contains("\"description\""), !as_row);
            let escaped = serde_json::to_string(&json).unwrap();
            assert_eq!(bytes + "\"\"".len(), escaped.len());
        }
    }

    proptest! {
        #[test]
        fn no_snippet_is_longer_than_the_limit(text in "\\PC{0,300}|[ \\n\\tab]{0,300}") {
            let snippet = snippet(&Description::restored(text));
            prop_assert!(snippet.chars().count() <= limits::SNIPPET_CHARACTERS);
            prop_assert!(!snippet.contains(['\n', '\t']));
        }
    }
}
