//! What the query of a list asks for.

use chrono::{DateTime, Utc};
use copilot_aws::store::{Cursors, Position, Store};
use copilot_core::error::Error;
use copilot_core::ticket::{
    AssignedTo, Category, CustomerId, EmailAddress, OrderId, Priority, SortOrder, Source, Status,
    Tag, TicketFilter, parse_time,
};
use copilot_service::http::Query;
use copilot_service::limits::{PAGE_TICKETS_DEFAULT, PAGE_TICKETS_MAXIMUM};

const TIME: &str = "Must be a time such as 2024-11-03T10:30:00Z.";
const YES_OR_NO: &str = "Must be true or false.";

/// A list that somebody asks for.
#[derive(Debug)]
pub struct ListQuery {
    /// Which tickets; nothing when no ticket can be one of them.
    pub filter: Option<TicketFilter>,
    /// In which order.
    pub order: SortOrder,
    /// Most tickets on the page.
    pub limit: u32,
    /// After which ticket the page begins.
    pub after: Option<Position>,
    /// Whether tickets are shown as rows.
    pub as_rows: bool,
}

impl ListQuery {
    /// Reads a query, `customer_id` being the customer whom the path names, if it names one. Of a
    /// customer who is named by an id, the filter lacks the further ids.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] with every fault at once.
    pub fn read(
        mut query: Query,
        customer_id: Option<CustomerId>,
        store: &Store,
        cursors: &Cursors,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let one_of = |names: &[&str]| format!("Must be one of {}.", names.join(", "));
        let status = query.take("status", &one_of(&Status::ALL.map(Status::name)), Status::parse);
        let priorities = Priority::ALL.map(Priority::name);
        let priority = query.take("priority", &one_of(&priorities), Priority::parse);
        let categories = Category::ALL.map(Category::name);
        let category = query.take("category", &one_of(&categories), Category::parse);
        let sources = Source::ALL.map(Source::name);
        let source = query.take("source", &one_of(&sources), Source::parse);
        let customer = match customer_id {
            Some(customer_id) => Some(vec![customer_id]),
            None => customer(&mut query, store),
        };
        let mut customer_ids = customer.iter().flatten().cloned();
        // As they are shown: white space around them is a fault of whoever asks.
        let order_id = query.take("order_id", "Must be an order number.", |text| {
            OrderId::parse(text).ok().filter(|order_id| order_id.as_str() == text)
        });
        let tag = query.take("tag", "Must be a tag.", |text| {
            Tag::parse(text).ok().filter(|tag| tag.as_str() == text)
        });
        let expected = "Must be an agent's name as it stands on tickets, or none.";
        let assignee = query.take("assignee", expected, AssignedTo::parse);
        let needs_review = query.take("needs_review", YES_OR_NO, yes_or_no);
        let unanswered = query.take("unanswered", YES_OR_NO, yes_or_no);
        let updated_after = query.take("updated_after", TIME, parse_milliseconds);
        let created_after = query.take("created_after", TIME, parse_milliseconds);
        let created_before = query.take("created_before", TIME, parse_milliseconds);
        let order =
            query.take("order", "Must be desc or asc.", SortOrder::parse).unwrap_or_default();
        let limit = query.take_limit(PAGE_TICKETS_DEFAULT, PAGE_TICKETS_MAXIMUM);
        let expected = "Must be row, or be left out for whole tickets.";
        let as_rows = query.take("fields", expected, |text| (text == "row").then_some(true));
        let filter = TicketFilter {
            status,
            priority,
            category,
            source,
            customer_id: customer_ids.next(),
            further_customer_ids: customer_ids.collect(),
            order_id,
            tag,
            assignee,
            needs_review,
            unanswered,
            updated_after,
            created_after,
            created_before,
        };
        let after =
            query.take("cursor", "Must be the next_cursor of a page of this very list.", |text| {
                cursors.open(text, &filter, order, now).ok()
            });
        query.finish()?;
        Ok(Self {
            filter: customer.is_some().then_some(filter),
            order,
            limit,
            after,
            as_rows: as_rows.unwrap_or_default(),
        })
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    text.parse().ok()
}

/// RFC 3339. Tickets know their time in milliseconds, so nothing finer can be asked for.
fn parse_milliseconds(text: &str) -> Option<DateTime<Utc>> {
    let is_a_date_and_a_time = text.as_bytes().get(10) == Some(&b'T');
    if !is_a_date_and_a_time {
        return None;
    }
    DateTime::from_timestamp_millis(parse_time(text)?.timestamp_millis())
}

/// The ids of the customer that an address or an id means: none is any, `None` that two customers are
/// meant at once.
fn customer(query: &mut Query, store: &Store) -> Option<Vec<CustomerId>> {
    let address = query.take("customer_email", "Must be an e-mail address.", |text| {
        EmailAddress::parse(text).ok()
    });
    let expected = "Must be of the form CUST-DF36B01B83A62E00D460.";
    let named = query.take("customer_id", expected, |text| text.parse().ok());
    match (address.map(|address| store.ids_of_address(&address)), named) {
        (Some(ids), Some(named)) => ids.contains(&named).then_some(ids),
        (Some(ids), None) => Some(ids),
        (None, named) => Some(named.into_iter().collect()),
    }
}
