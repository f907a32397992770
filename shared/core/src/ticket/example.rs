//! A ticket for the API documentation and for tests.

use super::{
    CustomerId, CustomerName, Description, EmailAddress, Identity, NewTicket, OrderId, Source,
    Subject, Ticket, TicketId, parse_time,
};

/// The new ticket of John Doe, who waits for his order. It is there: a test reads it.
pub fn example() -> Option<Ticket> {
    let address = EmailAddress::parse("john.doe@example.com").ok()?;
    let new = NewTicket {
        customer_id: CustomerId::of(&address),
        customer_email: Some(address),
        customer_contact: None,
        customer_name: CustomerName::parse("John Doe").ok(),
        subject: Subject::parse("Order hasn't shipped yet").ok()?,
        description: Description::parse(
            "My order #2021 was placed a week ago but hasn't shipped. Can you help?",
        )
        .ok()?,
        order_id: OrderId::parse("2021").ok(),
        tags: Vec::new(),
        source: Source::Web,
        external_id: None,
        follow_up_of: None,
        opened_by: None,
        identity: Identity::Unique,
    };
    let ticket_id = TicketId::parse("TKT-20241103-A1B2C3D4").ok()?;
    Some(Ticket::open(&new, ticket_id, parse_time("2024-11-03T10:30:00Z")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_complete() {
        let ticket = example().unwrap();
        assert!(ticket.customer_name.is_some() && ticket.order_id.is_some());
        assert_eq!(ticket.customer_id.as_str(), "CUST-DF36B01B83A62E00D460");
    }
}
