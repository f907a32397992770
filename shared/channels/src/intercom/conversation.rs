//! A conversation as the API versions write it.
//!
//! | | first message | customer |
//! |---|---|---|
//! | 2.x | `source`: `body` (HTML, from 2.15 on plain text), `subject`, `author`, `delivered_as` | `source.author`, `contacts` (a list object or an array; no address there) |
//! | 1.x | `conversation_message`: `body` (HTML), `subject`, `author` | `user` |
//!
//! Later messages are in `conversation_parts`; a notification holds only those that it is about.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::attachments::{files, with_files};
use super::super::contact::Contact;
use super::super::conversation::Conversation;
use super::super::event::{AccountId, ConversationIdentity, CustomerMessage};
use super::super::html::readable_text;
use super::super::lenient;
use super::super::said::timed_message;
use crate::limits;
use copilot_core::ticket::{ExternalId, Source, is_blank};

/// `data.item` of a notification.
pub(super) struct Item<'a>(pub(super) &'a Value);

impl<'a> Item<'a> {
    pub(super) fn id(&self) -> Option<ExternalId> {
        lenient::id(&self.0["id"]).or_else(|| lenient::id(&self.0["conversation_id"]))
    }

    /// The member that holds the first message.
    fn first_message(&self) -> &'a Value {
        match &self.0["source"] {
            source if source.is_object() => source,
            _ => &self.0["conversation_message"],
        }
    }

    /// Not so for what an agent, a bot, a campaign or an automation sent first.
    pub(super) fn is_begun_by_customer(&self) -> bool {
        let first = self.first_message();
        let is_sent_out = matches!(
            first["delivered_as"].as_str(),
            Some("admin_initiated" | "campaigns_initiated" | "automated")
        );
        !is_sent_out && is_customer(&first["author"])
    }

    /// The words that the conversation began with.
    pub(super) fn first_words(&self) -> Option<String> {
        words_of(self.first_message())
    }

    /// The parts that are messages of the customer's, in their order. One without a time of its own was
    /// sent at `notified_at`.
    pub(super) fn replies(&self, notified_at: Option<DateTime<Utc>>) -> Vec<CustomerMessage> {
        let is_reply = |part: &&Value| is_customer(&part["author"]);
        let message = |part: &Value| {
            let words = words_of(part)?;
            let sent_at = lenient::time(&part["created_at"]).or(notified_at);
            timed_message(lenient::id(&part["id"]), &words, sent_at).ok()
        };
        let replies = self.parts().iter().filter(is_reply).filter_map(message);
        let mut replies: Vec<CustomerMessage> =
            replies.take(limits::MESSAGES_OF_A_NOTIFICATION).collect();
        replies.sort_by_key(|reply| reply.sent_at);
        replies
    }

    /// When what the notification tells of happened.
    pub(super) fn changed_at(&self) -> Option<DateTime<Utc>> {
        let of_part = self.parts().last().and_then(|part| lenient::time(&part["created_at"]));
        of_part.or_else(|| lenient::time(&self.0["updated_at"]))
    }

    /// The conversation as one that a customer began with `words`.
    pub(super) fn conversation<'b>(
        &self,
        app: Option<&'b AccountId>,
        identity: &'b ConversationIdentity,
        id: Option<ExternalId>,
        subject: Option<&'b str>,
        words: Option<&'b str>,
    ) -> Conversation<'b>
    where
        'a: 'b,
    {
        let tags = list(&self.0["tags"], "tags");
        Conversation {
            source: Source::Intercom,
            account: app,
            identity,
            external_id: id,
            contact: self.contact(),
            subject,
            words,
            tags: lenient::tags(tags.iter().filter_map(|tag| tag["name"].as_str())),
            order_id: None,
            opened_by: None,
        }
    }

    /// The title is made by Intercom or by an agent; the subject is an e-mail's own, and the customer's
    /// only if the e-mail is. Up to version 2.14 it is HTML.
    pub(super) fn subject(&self) -> Option<Cow<'a, str>> {
        lenient::line(&self.first_message()["subject"]).filter(|_| self.is_begun_by_customer())
    }

    /// The customer, from wherever the version and the kind of the notification name them. The
    /// order is that in which the addresses are to be trusted. The first person with an id is the
    /// customer; what is said of others in the conversation does not count.
    fn contact(&self) -> Contact {
        let authors_of_parts = self.parts().iter().map(|part| &part["author"]);
        let people: Vec<(&Value, Option<ExternalId>)> = [
            &self.0["source"]["author"],
            &self.0["user"],
            &self.0["conversation_message"]["author"],
        ]
        .into_iter()
        .chain(list(&self.0["contacts"], "contacts"))
        .chain(list(&self.0["customers"], "customers"))
        .chain(authors_of_parts)
        .filter(|person| is_customer(person))
        .map(|person| (person, lenient::id(&person["id"])))
        .collect();
        let id = people.iter().find_map(|(_, id)| id.clone());
        let entries = || {
            let is_same = |(_, other): &&(_, Option<ExternalId>)| other.is_none() || *other == id;
            people.iter().filter(is_same).map(|(person, _)| *person)
        };
        let known = Contact { id: id.clone(), ..Contact::default() };
        // The names that people bear go before those that stand with an address.
        let named = entries().find_map(|person| lenient::name(&person["name"]));
        let known = Contact { name: named, ..known };
        entries().fold(known, |known, person| known.or(Contact::of(&person["email"])))
    }

    fn parts(&self) -> &'a [Value] {
        list(&self.0["conversation_parts"], "conversation_parts")
    }
}

/// Anybody who is not of the staff; a person without a type is taken for a customer.
fn is_customer(person: &Value) -> bool {
    !matches!(person["type"].as_str(), Some("admin" | "nobody_admin" | "bot" | "team" | "operator"))
}

/// A list, bare or inside an object with the list's name.
fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let list = value.as_array().or_else(|| value[name].as_array());
    list.map(Vec::as_slice).unwrap_or_default()
}

/// The words of a message, or what stands for them when it is only files.
fn words_of(message: &Value) -> Option<String> {
    let words = lenient::words(&message["body"])
        .map(readable_text)
        .filter(|text| !is_blank(text))
        .map(Cow::into_owned);
    with_files(words, files(&message["attachments"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contact(item: &Value) -> (String, String, String) {
        let contact = Item(item).contact();
        (
            contact.address.map(|address| address.as_str().to_owned()).unwrap_or_default(),
            contact.name.map(|name| name.as_str().to_owned()).unwrap_or_default(),
            contact.id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
        )
    }

    #[test]
    fn the_customer_is_put_together_from_one_persons_entries() {
        let item = json!({
            "source": {"author": {"type": "lead", "id": "c1", "email": ""}},
            "contacts": {"contacts": [
                {"id": "c2", "email": "other@example.com", "name": "Other"},
                {"id": "c1", "email": "rosa@example.com"}
            ]},
            "conversation_parts": [{"author": {"type": "user", "id": "c1", "name": "Rosa"}}]
        });
        let expected = ("rosa@example.com", "Rosa", "c1");
        assert_eq!(contact(&item), (expected.0.into(), expected.1.into(), expected.2.into()));
    }

    #[test]
    fn the_staff_is_never_the_customer() {
        for kind in ["admin", "bot", "team", "operator", "nobody_admin"] {
            let person =
                json!({"type": kind, "id": "1", "email": "ada@shop.example", "name": "Ada"});
            let item = json!({"source": {"author": person}, "user": person, "contacts": [person]});
            assert_eq!(contact(&item), Default::default(), "{kind}");
            assert!(!Item(&item).is_begun_by_customer(), "{kind}");
        }
    }

    #[test]
    fn replies_are_all_parts_with_words_of_a_customer() {
        let item = json!({"conversation_parts": {"conversation_parts": [
            {"id": 1, "author": {"type": "user"}, "body": "<p>first</p>"},
            {"id": 2, "author": {"type": "user"}, "body": "<p>second</p>"},
            {"id": 3, "author": {"type": "user"}, "body": null},
            {"id": 4, "author": {"type": "admin"}, "body": "<p>answer</p>"}
        ]}});
        let replies = Item(&item).replies(None);
        let replies: Vec<_> =
            replies.iter().map(|said| (said.id.as_str(), said.text.as_str())).collect();
        assert_eq!(replies, [("1", "first"), ("2", "second")]);
        let none = json!({"conversation_parts": {"conversation_parts": 7}});
        assert!(Item(&none).replies(None).is_empty());
    }
}
