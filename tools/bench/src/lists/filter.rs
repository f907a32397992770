//! The lists that are measured, and what each is to show.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use copilot_core::stack_key::{Purpose, StackKey};
use serde_json::{Value, json};

use super::ticket::{self, CUSTOMER, ORDER, Ticket};

/// The secret of the deployment that is measured; it seals cursors.
pub const STACK_KEY: &str = "a key of at least 32 bytes, for the bench";
/// Tickets on a page: what a client gets that names no limit.
pub const PAGE_TICKETS: usize = 25;
/// Tickets that are read for one page at most (`shared/aws/src/limits.rs`).
const PAGE_READ_TICKETS: usize = 500;
/// Minutes, and so tickets, in the list of a time.
const RANGE_TICKETS: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// What it asks for, as in the table of figures.
    pub name: &'static str,
    /// Query parameter and value; nothing for all tickets.
    parameter: Option<(&'static str, &'static str)>,
    /// Whether an index holds just these tickets, so that none is read in vain.
    pub is_indexed: bool,
}

const fn filter(
    name: &'static str,
    parameter: Option<(&'static str, &'static str)>,
    is_indexed: bool,
) -> Filter {
    Filter { name, parameter, is_indexed }
}

/// Every filter that is measured.
pub const FILTERS: [Filter; 12] = [
    filter("all", None, true),
    filter("status: open, 6 %", Some(("status", "open")), true),
    filter("status: closed, 80 %", Some(("status", "closed")), true),
    filter("one customer, 260", Some(("customer_id", CUSTOMER)), true),
    filter("one order, 260", Some(("order_id", ORDER)), true),
    filter("a time, the last 400", Some(("created_after", "")), true),
    filter("category: shipping, 30 %", Some(("category", "shipping")), false),
    filter("source: email, 30 %", Some(("source", "email")), false),
    filter("priority: high, 15 %", Some(("priority", "high")), false),
    filter("unanswered", Some(("unanswered", "true")), false),
    filter("tag: vip, 10 %", Some(("tag", "vip")), false),
    filter("tag: recall, 0.2 %", Some(("tag", "recall")), false),
];

/// A list of one table.
pub struct List<'a> {
    filter: Filter,
    is_ascending: bool,
    /// Begin of the list of a time, in milliseconds since 1970.
    after_ms: i64,
    /// What the index names, in the order of the list.
    entries: Vec<&'a Ticket>,
}

impl<'a> List<'a> {
    /// The list of `tickets`, which are a whole table with the oldest first.
    pub fn of(filter: Filter, is_ascending: bool, tickets: &'a [Ticket]) -> Self {
        let begin = tickets.len().saturating_sub(RANGE_TICKETS);
        let after_ms = tickets.get(begin).map_or(0, |ticket| ticket.created_ms);
        let mut list = Self { filter, is_ascending, after_ms, entries: Vec::new() };
        let named = |ticket: &&Ticket| !filter.is_indexed || list.shows(ticket);
        let mut entries: Vec<&Ticket> = tickets.iter().filter(named).collect();
        if !is_ascending {
            entries.reverse();
        }
        list.entries = entries;
        list
    }

    fn shows(&self, ticket: &Ticket) -> bool {
        match self.filter.parameter {
            None => true,
            Some(("created_after", _)) => ticket.created_ms >= self.after_ms,
            Some(("status", wanted)) => ticket.status == wanted,
            Some(("customer_id", wanted)) => ticket.customer_id == wanted,
            Some(("order_id", wanted)) => ticket.order_id.as_deref() == Some(wanted),
            Some(("category", wanted)) => ticket.category == Some(wanted),
            Some(("source", wanted)) => ticket.source == wanted,
            Some(("unanswered", _)) => !matches!(ticket.status, "resolved" | "closed"),
            Some(("priority", wanted)) => ticket.priority == wanted,
            Some((_, wanted)) => ticket.tags.contains(&wanted),
        }
    }

    /// The ids of all tickets that it shows, in its order.
    pub fn ids(&self) -> Vec<String> {
        self.entries.iter().filter(|ticket| self.shows(ticket)).map(|ticket| ticket.id()).collect()
    }

    /// The query of its first page.
    pub fn query(&self) -> String {
        let order = if self.is_ascending { "asc" } else { "desc" };
        match self.filter.parameter {
            None => format!("order={order}"),
            Some((name, wanted)) => {
                let wanted = self.value(name, wanted).replace(':', "%3A");
                format!("order={order}&{name}={wanted}")
            }
        }
    }

    /// The query of its last page: as large as a page may be, so that it does not depend on how
    /// many tickets the table happens to have.
    pub fn query_of_last_page(&self) -> String {
        let (mut shown, mut first) = (0, self.entries.len());
        while first > 0 && shown < PAGE_TICKETS && self.entries.len() - first < PAGE_READ_TICKETS {
            first -= 1;
            shown += usize::from(self.shows(self.entries[first]));
        }
        match first.checked_sub(1) {
            None => self.query(),
            Some(before) => {
                format!("{}&cursor={}", self.query(), self.cursor(self.entries[before]))
            }
        }
    }

    fn value(&self, name: &str, wanted: &str) -> String {
        match name {
            "created_after" => ticket::time(self.after_ms),
            _ => wanted.to_owned(),
        }
    }

    /// The cursor that the function itself would give after `ticket`. It spares a walk of hours.
    fn cursor(&self, ticket: &Ticket) -> String {
        const VERSION: u8 = 2;
        const SEAL_BYTES: usize = 16;
        let mut bytes = vec![VERSION];
        bytes.extend(Utc::now().timestamp().to_be_bytes());
        bytes.extend(ticket.created_ms.to_be_bytes());
        bytes.extend(ticket.digits.to_be_bytes());
        let list = [if self.is_ascending { "asc " } else { "desc " }, &self.canonical()].concat();
        if let Ok(key) = STACK_KEY.parse::<StackKey>() {
            let seal = key.code(Purpose::Cursor, &[&bytes, list.as_bytes()]);
            bytes.extend(seal.iter().take(SEAL_BYTES));
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn canonical(&self) -> String {
        const NAMES: [&str; 9] = [
            "status",
            "priority",
            "category",
            "source",
            "customer_id",
            "order_id",
            "tag",
            "created_after",
            "created_before",
        ];
        let asked = self.filter.parameter.map(|(name, wanted)| (name, self.value(name, wanted)));
        let values = NAMES.map(|name| match &asked {
            Some((asked, wanted)) if *asked == name => json!(wanted),
            _ => Value::Null,
        });
        json!(values).to_string()
    }
}

#[cfg(test)]
mod tests {
    use copilot_aws::store::Cursors;
    use copilot_core::ticket::{Priority, SortOrder, Status, Tag, TicketFilter};

    use super::*;

    fn tickets() -> Vec<Ticket> {
        (0..3_000).map(|number| Ticket::of_table(number, 3_000)).collect()
    }

    fn find(name: &str) -> Filter {
        *FILTERS.iter().find(|filter| filter.name.starts_with(name)).unwrap()
    }

    #[test]
    fn the_product_takes_the_cursors() {
        let tickets = tickets();
        let cursors = Cursors::new(STACK_KEY.parse().unwrap());
        let none = TicketFilter::default();
        let after = TicketFilter {
            created_after: chrono::DateTime::from_timestamp_millis(tickets[2_600].created_ms),
            ..none.clone()
        };
        for (name, wanted) in [
            ("all", none.clone()),
            ("status: open", TicketFilter { status: Some(Status::Open), ..none.clone() }),
            ("one customer", TicketFilter { customer_id: CUSTOMER.parse().ok(), ..none.clone() }),
            ("priority", TicketFilter { priority: Priority::parse("high"), ..none.clone() }),
            ("tag: vip", TicketFilter { tag: Tag::parse("vip").ok(), ..none.clone() }),
            ("a time", after),
        ] {
            for (is_ascending, order) in
                [(false, SortOrder::NewestFirst), (true, SortOrder::OldestFirst)]
            {
                let list = List::of(find(name), is_ascending, &tickets);
                let query = list.query_of_last_page();
                let cursor = query.split_once("cursor=").unwrap().1;
                assert!(cursors.open(cursor, &wanted, order, Utc::now()).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn a_list_is_what_its_filter_shows_in_its_order() {
        let tickets = tickets();
        let up = List::of(find("priority"), true, &tickets).ids();
        let mut down = List::of(find("priority"), false, &tickets).ids();
        down.reverse();
        assert_eq!(up, down);
        assert!((300..600).contains(&up.len()));
        assert_eq!(List::of(find("a time"), true, &tickets).ids().len(), RANGE_TICKETS);
        let short = List::of(find("tag: recall"), true, &tickets[..400]);
        assert_eq!(short.query_of_last_page(), short.query());
    }
}
