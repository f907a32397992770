//! A partial change of a ticket.

use super::classification::{Category, Priority};
use super::text::{Assignee, Tag};
use super::{ChangedFields, SetBy, Ticket};

/// What to set in a ticket, as a JSON Merge Patch (RFC 7396) says it. A field that is `None` stays as
/// it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketPatch {
    /// How urgent the ticket shall be.
    pub priority: Option<Priority>,
    /// What it is about; `Some(None)` for nothing.
    pub category: Option<Option<Category>>,
    /// Who shall work on it; `Some(None)` for nobody.
    pub assignee: Option<Option<Assignee>>,
    /// All its labels.
    pub tags: Option<Vec<Tag>>,
}

impl TicketPatch {
    /// The ticket with the patch in it; `None` when that changes nothing. An agent who sets what was
    /// so before confirms it, which is a change too: the AI sets it no more.
    pub fn applied_to(&self, ticket: &Ticket) -> Option<Ticket> {
        let Self { priority, category, assignee, tags } = self;
        let mut patched = ticket.clone();
        if let Some(priority) = *priority {
            patched.priority = priority;
            patched.priority_set_by = Some(SetBy::Agent);
        }
        if let Some(category) = *category {
            patched.category = category;
            patched.category_set_by = Some(SetBy::Agent);
        }
        if let Some(assignee) = assignee {
            patched.assignee.clone_from(assignee);
        }
        if let Some(tags) = tags {
            patched.tags.clone_from(tags);
        }
        (!ChangedFields::between(ticket, &patched).is_empty()).then_some(patched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::example;

    fn ticket() -> Ticket {
        example().unwrap()
    }

    #[test]
    fn a_patch_sets_what_it_names_and_nothing_else() {
        let patch = TicketPatch {
            priority: Some(Priority::High),
            category: Some(Some(Category::Refund)),
            assignee: Some(Some(Assignee::parse("agent-7").unwrap())),
            tags: Some(vec![Tag::parse("vip").unwrap()]),
        };
        let patched = patch.applied_to(&ticket()).unwrap();
        let expected = Ticket {
            priority: Priority::High,
            priority_set_by: Some(SetBy::Agent),
            category: Some(Category::Refund),
            category_set_by: Some(SetBy::Agent),
            assignee: Some(Assignee::parse("agent-7").unwrap()),
            tags: vec![Tag::parse("vip").unwrap()],
            ..ticket()
        };
        assert_eq!(patched, expected);
        assert_eq!(patch.applied_to(&patched), None);

        let cleared = TicketPatch {
            category: Some(None),
            assignee: Some(None),
            tags: Some(Vec::new()),
            ..TicketPatch::default()
        };
        let expected =
            Ticket { category: None, assignee: None, tags: Vec::new(), ..patched.clone() };
        assert_eq!(cleared.applied_to(&patched), Some(expected));
    }

    #[test]
    fn an_agent_may_confirm_what_is_there() {
        let same = TicketPatch { priority: Some(Priority::Medium), ..TicketPatch::default() };
        let confirmed = same.applied_to(&ticket()).unwrap();
        let expected = Ticket { priority_set_by: Some(SetBy::Agent), ..ticket() };
        assert_eq!(confirmed, expected);
        assert_eq!(same.applied_to(&confirmed), None);
    }

    #[test]
    fn an_empty_patch_changes_nothing() {
        assert_eq!(TicketPatch::default().applied_to(&ticket()), None);
    }
}
