//! A note of an agent's for other agents, added once.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Actor;
use super::write::{Decision, Tries, Written};
use crate::store::Store;
use crate::store::record::{self, Item, TimelineKind};
use crate::store::timeline_record::StoredMessage;
use copilot_core::error::Error;
use copilot_core::ticket::{InternalNote, MessageDirection, TicketId, TicketMessage, masked};

/// What the history says of a note; its words stand with the messages.
const IN_HISTORY: &str = "internal note added";
/// The attribute of what notes that a note is there: the version that it made.
const VERSION: &str = "version";

/// A note that an agent writes.
#[derive(Debug, Clone, Copy)]
pub struct NewNote<'a> {
    /// Tells it from all others; the same id is the same note. One without is new each time.
    pub id: Option<&'a str>,
    /// Its words.
    pub text: &'a InternalNote,
    /// Who writes it, as [`Actor::Agent`] has it.
    pub agent: Option<&'a str>,
}

/// What became of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// It is on the ticket now.
    Now(TicketMessage),
    /// It was on the ticket before.
    Before(TicketMessage),
}

/// A note with its id, as it is written.
pub(super) struct WrittenAs<'a> {
    pub(super) id: String,
    pub(super) text: &'a str,
}

impl WrittenAs<'_> {
    /// The item that notes that the ticket has the note.
    pub(super) fn claim(&self, digits: u32, version: u64) -> Item {
        let mut item = record::beside(digits, record::message_id_key(&self.id));
        item.insert(VERSION.to_owned(), AttributeValue::N(version.to_string()));
        item
    }
}

impl Store {
    /// Adds a note of an agent's, once. It leaves the ticket as it is but for a new version: a note is
    /// no word of the customer's and no answer. A closed ticket takes one too.
    ///
    /// # Errors
    /// [`Error::KeyReused`] when a note with this id says something else; [`Error::NotFound`],
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn add_note(
        &self,
        ticket_id: TicketId,
        note: NewNote<'_>,
        now: DateTime<Utc>,
    ) -> Result<Noted, Error> {
        let actor = Actor::Agent { name: note.agent };
        let id = note.id.map_or_else(|| format!("note:{}", Uuid::new_v4().simple()), str::to_owned);
        let mut tries = Tries::begin();
        while tries.is_another() {
            let seen = self.read_cut(ticket_id).await?;
            let written = WrittenAs { id: id.clone(), text: note.text.as_str() };
            let decision = Decision {
                note: Some(IN_HISTORY),
                internal_note: Some(written),
                ..Decision::new(&seen, seen.clone(), actor, now)
            };
            match self.write(&decision).await? {
                Written::Done(changed) => {
                    return Ok(Noted::Now(TicketMessage {
                        version: changed.version,
                        direction: MessageDirection::Note,
                        author: Some(actor.name().to_owned()),
                        message_id: id,
                        text: note.text.as_str().to_owned(),
                        source: copilot_core::ticket::Source::Api,
                        received_at: changed.updated_at,
                        sent_at: None,
                    }));
                }
                Written::Duplicate => {
                    let found = self.note_with(ticket_id, &id).await?;
                    let is_same = is_stored_as(note.text.as_str(), &found.text)
                        && found
                            .author
                            .as_deref()
                            .is_some_and(|author| is_stored_as(actor.name(), author));
                    return if is_same { Ok(Noted::Before(found)) } else { Err(Error::KeyReused) };
                }
                Written::Outdated => {}
            }
        }
        Err(Error::unavailable("add a note"))
    }

    async fn note_with(&self, ticket_id: TicketId, id: &str) -> Result<TicketMessage, Error> {
        // Both are written in one transaction. They are gone when the ticket is being erased.
        const GONE: Error = Error::unavailable("read a note");
        let claim = self.noted(ticket_id, record::message_id_key(id)).await?.ok_or(GONE)?;
        let version = claim.get(VERSION).and_then(|version| version.as_n().ok());
        let version = version.and_then(|version| version.parse().ok());
        let version = version.ok_or(Error::defect("read which version a note made"))?;
        let item = self.noted(ticket_id, TimelineKind::Message.key(version)).await?.ok_or(GONE)?;
        let stored: StoredMessage =
            serde_dynamo::from_item(item).map_err(|_| Error::defect("read a note from an item"))?;
        Ok(stored.into())
    }
}

/// Whether `text` may be stored so: as it is, or with its card numbers and IBANs masked.
fn is_stored_as(text: &str, stored: &str) -> bool {
    text == stored || masked(text.to_owned()) == stored
}
