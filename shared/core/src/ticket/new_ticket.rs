//! A ticket before it has an id, and how it becomes one.

use chrono::{DateTime, Utc};

use super::{
    CustomerContact, CustomerId, CustomerName, Description, EmailAddress, ExternalId, OrderId,
    Priority, SetBy, Source, Status, Subject, Tag, Ticket, TicketId, mask,
};

/// A ticket that was asked for and is right, but has no id yet.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTicket {
    /// The customer: derived from the address or, without one, from what the source calls them.
    pub customer_id: CustomerId,
    /// The customer's address, if the source tells it.
    pub customer_email: Option<EmailAddress>,
    /// How the customer can be reached besides the address, as the source writes it.
    pub customer_contact: Option<CustomerContact>,
    /// The customer's name, if given.
    pub customer_name: Option<CustomerName>,
    /// What the ticket is about.
    pub subject: Subject,
    /// The customer's words.
    pub description: Description,
    /// The order that the customer names.
    pub order_id: Option<OrderId>,
    /// Labels that the source gives it, each once.
    pub tags: Vec<Tag>,
    /// How it reached us.
    pub source: Source,
    /// The id that the source system gives it.
    pub external_id: Option<ExternalId>,
    /// The closed ticket that it goes on from.
    pub follow_up_of: Option<TicketId>,
    /// The message that makes it, which therefore need not be added to it again.
    pub opened_by: Option<ExternalId>,
    /// What makes it this ticket and no other.
    pub identity: Identity,
}

/// Decides when two requests mean the same ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Every request is a ticket of its own.
    Unique,
    /// All requests with this text mean one ticket, forever. The text begins with the source, so
    /// that two sources never meet.
    Of(String),
    /// All requests with this text are one request sent again, if they also ask for the same; one
    /// that asks for something else is refused.
    Request {
        /// The text of today: it names the day, so that it means nothing for ever.
        today: String,
        /// The text that the same request had yesterday.
        yesterday: String,
    },
}

impl Identity {
    /// The text that a ticket made now is stored with; nothing of one that is unique.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Unique => None,
            Self::Of(text) | Self::Request { today: text, .. } => Some(text),
        }
    }

    /// Whether the identity that is stored with a ticket, if any, is this one.
    pub fn is_stored_as(&self, stored: Option<&str>) -> bool {
        self.text().is_some() && self.text() == stored
    }
}

impl Ticket {
    /// The ticket that `new` becomes under the id `ticket_id` at the time `now`.
    pub fn open(new: &NewTicket, ticket_id: TicketId, now: DateTime<Utc>) -> Self {
        Self {
            ticket_id,
            customer_id: new.customer_id.clone(),
            customer_email: new.customer_email.clone(),
            customer_contact: new.customer_contact.clone(),
            customer_name: new.customer_name.clone(),
            subject: new.subject.clone(),
            description: new.description.clone(),
            category: None,
            category_set_by: None,
            priority: Priority::Medium,
            priority_set_by: None,
            status: Status::New,
            assignee: None,
            order_id: new.order_id.clone(),
            order_id_set_by: None,
            source: new.source,
            suggestion: None,
            tags: new.tags.clone(),
            external_id: new.external_id.clone(),
            follow_up_of: new.follow_up_of,
            reopen_count: 0,
            version: 1,
            created_at: now,
            updated_at: now,
            first_response_at: None,
            resolved_at: None,
            closed_at: None,
        }
    }

    /// The ticket with what `told`, a later word of the same thing, knows and the ticket does not: the
    /// address, and with it the customer's id; another contact; the name; the order. `None` when there is
    /// nothing of that kind. What the ticket knows is never replaced, but for an order that the AI found.
    pub fn completed(&self, told: &NewTicket) -> Option<Self> {
        let mut completed = self.clone();
        if self.customer_email.is_none() && told.customer_email.is_some() {
            completed.customer_email.clone_from(&told.customer_email);
            completed.customer_id.clone_from(&told.customer_id);
        }
        if self.customer_contact.is_none() {
            completed.customer_contact.clone_from(&told.customer_contact);
        }
        if self.customer_name.is_none() {
            completed.customer_name.clone_from(&told.customer_name);
        }
        if told.order_id.is_some()
            && (self.order_id.is_none() || self.order_id_set_by == Some(SetBy::Ai))
        {
            completed.order_id.clone_from(&told.order_id);
            completed.order_id_set_by = None;
        }
        (completed != *self).then_some(completed)
    }

    /// The time of a change that is made `now`. Clocks differ and requests wait, yet no entry of a
    /// history is older than the one before it.
    pub fn time_of_change(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now.max(self.updated_at)
    }

    /// The ticket as it was when it was made, if it was `new` that made it. Each field of `new` is
    /// named here, so that a new one must be decided on: most never change on a ticket, and so tell.
    pub fn as_opened(&self, new: &NewTicket) -> Option<Self> {
        let NewTicket {
            // Follows from the address.
            customer_id: _,
            customer_email,
            customer_contact,
            customer_name,
            subject,
            description,
            order_id,
            // Agents may have set others since.
            tags: _,
            source,
            external_id,
            // Only a message on a closed ticket sets it, which comes with no key.
            follow_up_of: _,
            // Is not kept on the ticket.
            opened_by: _,
            // Has found this ticket.
            identity: _,
        } = new;
        let named_order = self.order_id.as_ref().filter(|_| self.order_id_set_by.is_none());
        // Card numbers and IBANs may have been masked when the ticket was stored.
        fn is_same_text(one: Option<&str>, other: Option<&str>) -> bool {
            one.map(mask) == other.map(mask)
        }
        let (email, name) = (EmailAddress::as_str, CustomerName::as_str);
        let is_same = is_same_text(
            customer_email.as_ref().map(email),
            self.customer_email.as_ref().map(email),
        ) && is_same_text(
            customer_name.as_ref().map(name),
            self.customer_name.as_ref().map(name),
        ) && is_same_text(
            customer_contact.as_ref().map(CustomerContact::as_str),
            self.customer_contact.as_ref().map(CustomerContact::as_str),
        ) && is_same_text(Some(subject.as_str()), Some(self.subject.as_str()))
            && is_same_text(Some(description.as_str()), Some(self.description.as_str()))
            && is_same_text(
                order_id.as_ref().map(OrderId::as_str),
                named_order.map(OrderId::as_str),
            )
            && *source == self.source
            && *external_id == self.external_id;
        is_same.then(|| Self {
            customer_id: self.customer_id.clone(),
            ..Self::open(new, self.ticket_id, self.created_at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::example;

    fn told() -> NewTicket {
        let address = EmailAddress::parse("rosa@example.com").ok();
        let ticket = example().unwrap();
        NewTicket {
            customer_id: CustomerId::of(address.as_ref().unwrap()),
            customer_email: address,
            customer_contact: CustomerContact::parse("sam@example.com").ok(),
            customer_name: CustomerName::parse("Rosa").ok(),
            subject: ticket.subject,
            description: ticket.description,
            order_id: OrderId::parse("4711").ok(),
            tags: Vec::new(),
            source: Source::Zendesk,
            external_id: None,
            follow_up_of: None,
            opened_by: None,
            identity: Identity::Unique,
        }
    }

    #[test]
    fn what_is_missing_is_filled_in_and_what_is_known_stays() {
        let known = example().unwrap();
        let contact = told().customer_contact;
        let expected = Ticket { customer_contact: contact.clone(), ..known.clone() };
        assert_eq!(known.completed(&told()), Some(expected.clone()));
        assert_eq!(expected.completed(&told()), None);

        let unknown = Ticket {
            customer_email: None,
            customer_name: None,
            order_id_set_by: Some(SetBy::Ai),
            ..known.clone()
        };
        let completed = unknown.completed(&told()).unwrap();
        assert_eq!(completed.customer_id, told().customer_id);
        assert_eq!(completed.customer_email, told().customer_email);
        assert_eq!(completed.customer_name, told().customer_name);
        assert_eq!((completed.order_id, completed.order_id_set_by), (told().order_id, None));

        // Without an address there is nothing that the customer's id follows from.
        let nameless = NewTicket { customer_email: None, customer_contact: None, ..told() };
        assert_eq!(unknown.completed(&nameless).unwrap().customer_id, known.customer_id);
    }

    #[test]
    fn no_change_is_older_than_the_one_before() {
        let ticket = example().unwrap();
        let earlier = ticket.updated_at - chrono::TimeDelta::seconds(1);
        let later = ticket.updated_at + chrono::TimeDelta::seconds(1);
        assert_eq!(ticket.time_of_change(earlier), ticket.updated_at);
        assert_eq!(ticket.time_of_change(later), later);
    }
}
