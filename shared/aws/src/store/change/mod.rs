//! Changes of stored tickets. Each is one transaction: the ticket, against the state that was seen,
//! and its entry in the timeline.

mod message;
mod note;
mod reported;
mod suggest;
pub(super) mod write;

use chrono::{DateTime, Utc};

pub use self::note::{NewNote, Noted};
pub use self::suggest::Suggested;
use self::write::{Decision, Tries, Written};
use super::Store;
use copilot_core::error::Error;
use copilot_core::ticket::{
    ChangeSource, ExpectedVersion, NewTicket, Source, Status, Ticket, TicketId, TicketPatch,
};

/// Who changed a ticket, for its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A support agent, through our API.
    Agent {
        /// Who it is, as an authorizer or else the request tells. It came in a header or has at most
        /// [`copilot_core::limits::ACTOR_CHARACTERS`].
        name: Option<&'a str>,
    },
    /// A vendor, through its webhook.
    Channel(Source),
    /// A scheduled function of ours.
    Schedule,
    /// The AI.
    Ai {
        /// `ai:` and the model that suggests.
        name: &'a str,
    },
}

impl<'a> Actor<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Agent { name } => name.unwrap_or("agent"),
            Self::Ai { name } => name,
            Self::Channel(_) | Self::Schedule => self.source().name(),
        }
    }

    fn source(self) -> ChangeSource {
        match self {
            Self::Agent { .. } => ChangeSource::Api,
            Self::Channel(source) => ChangeSource::Channel(source),
            Self::Schedule => ChangeSource::Schedule,
            Self::Ai { .. } => ChangeSource::Ai,
        }
    }
}

/// A change that an agent asks for.
#[derive(Debug, Clone, Copy)]
pub struct RequestedChange<'a> {
    /// The versions of the ticket that it may be made to.
    pub expected: &'a ExpectedVersion,
    /// Who asks, as [`Actor::Agent`] has it.
    pub agent: Option<&'a str>,
    /// Why, if that is said.
    pub note: Option<&'a str>,
}

/// A change of status that a source reports.
#[derive(Debug, Clone, Copy)]
pub struct ReportedStatus<'a> {
    /// The status in our words.
    pub status: Status,
    /// Why, in the source's words: its own status, or `merged`.
    pub note: &'a str,
    /// Whether the status has just been changed there. Other reports tell what it is, since whenever.
    pub is_change: bool,
    /// When it happened there; a report that is not younger than the last change changes nothing.
    pub at: Option<DateTime<Utc>>,
    /// What the source calls the report; the same id is the same report.
    pub event_id: &'a str,
    /// The first ticket of the conversation, which remembers the reports that were taken.
    pub first: TicketId,
    /// Who reports it.
    pub actor: Actor<'a>,
}

/// A message of the customer on a ticket that is known.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'a> {
    /// What the source calls it; the same id is the same message.
    pub id: &'a str,
    /// A digest of its words. The same as `id` when the source tells no id: then the same words are the
    /// same message.
    pub words_id: &'a str,
    /// The first ticket of the conversation, which remembers the messages that were added.
    pub first: TicketId,
    /// Whether it reopens a resolved ticket.
    pub reopens: bool,
    /// The customer's words.
    pub text: &'a str,
    /// When it was written, if the source says so.
    pub sent_at: Option<DateTime<Utc>>,
    /// Who brings it.
    pub actor: Actor<'a>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// The ticket as it is now.
    Done(Ticket),
    /// Nothing: it was so before, came too late, or the lifecycle has no such step.
    Unchanged(Ticket),
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    /// It is on the ticket now.
    Now(Ticket),
    /// It was on the ticket before.
    AlreadyAdded(Ticket),
    /// The ticket is closed and takes none.
    Closed(Ticket),
}

impl Store {
    /// Moves a ticket to `status` if the lifecycle allows it; a ticket that is there already is
    /// answered unchanged, and the history says nothing of the request.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Outdated`] when the ticket is of another version than expected;
    /// [`Error::Conflict`] when the lifecycle forbids it; [`Error::Unavailable`], also when others keep
    /// changing the ticket; [`Error::Internal`].
    pub async fn change_status(
        &self,
        ticket_id: TicketId,
        status: Status,
        requested: RequestedChange<'_>,
        now: DateTime<Utc>,
    ) -> Result<Ticket, Error> {
        let decide = |seen: &Ticket| {
            seen.moved_to(status, seen.time_of_change(now))
                .map_err(|forbidden| Error::Conflict(forbidden.to_string()))
        };
        self.change(ticket_id, decide, requested, now).await
    }

    /// Sets the fields of a ticket that `patch` names. A ticket that is so already is answered
    /// unchanged. A closed one may be changed too: only its status is final.
    ///
    /// # Errors
    /// As [`Store::change_status`], but for the lifecycle.
    pub async fn patch(
        &self,
        ticket_id: TicketId,
        patch: &TicketPatch,
        requested: RequestedChange<'_>,
        now: DateTime<Utc>,
    ) -> Result<Ticket, Error> {
        self.change(ticket_id, |seen| Ok(patch.applied_to(seen)), requested, now).await
    }

    /// Makes the change that `decide` finds for the ticket as it is, and decides again when another
    /// change came first.
    async fn change(
        &self,
        ticket_id: TicketId,
        decide: impl Fn(&Ticket) -> Result<Option<Ticket>, Error>,
        requested: RequestedChange<'_>,
        now: DateTime<Utc>,
    ) -> Result<Ticket, Error> {
        let mut tries = Tries::begin();
        while tries.is_another() {
            let seen = self.read_cut(ticket_id).await?;
            if !requested.expected.allows(seen.version) {
                return Err(Error::Outdated);
            }
            let Some(next) = decide(&seen)? else { return Ok(seen) };
            let decision = Decision {
                note: requested.note,
                ..Decision::new(&seen, next, Actor::Agent { name: requested.agent }, now)
            };
            if let Written::Done(changed) = self.write(&decision).await? {
                return Ok(*changed);
            }
        }
        Err(Error::unavailable("change a ticket that others keep changing"))
    }

    /// Closes the ticket `seen` if nobody has changed it since, and says whether it did.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`], the latter too when the lifecycle has no such
    /// step.
    pub async fn close_as_seen(
        &self,
        seen: &Ticket,
        note: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let moved = seen
            .moved_to(Status::Closed, seen.time_of_change(now))
            .map_err(|_| Error::defect("close a ticket by schedule"))?;
        let Some(next) = moved else { return Ok(false) };
        let decision =
            Decision { note: Some(note), ..Decision::new(seen, next, Actor::Schedule, now) };
        Ok(matches!(self.write(&decision).await?, Written::Done(_)))
    }

    /// Fills in what `told`, a later word of the same conversation, knows and the ticket does not; see
    /// [`Ticket::completed`]. The indexes follow the customer's id.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn complete(
        &self,
        ticket_id: TicketId,
        told: &NewTicket,
        actor: Actor<'_>,
        now: DateTime<Utc>,
    ) -> Result<Changed, Error> {
        let told = NewTicket { customer_id: self.customer_id(told), ..told.clone() };
        let mut tries = Tries::begin();
        while tries.is_another() {
            let seen = self.read_cut(ticket_id).await?;
            let Some(next) = seen.completed(&told) else { return Ok(Changed::Unchanged(seen)) };
            let decision = Decision::new(&seen, next, actor, now);
            if let Written::Done(changed) = self.write(&decision).await? {
                return Ok(Changed::Done(*changed));
            }
        }
        Err(Error::unavailable("complete a ticket that others keep changing"))
    }
}
