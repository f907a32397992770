//! Changes of stored tickets. Each is one transaction: the ticket, against the state that was seen,
//! and its entry in the timeline.

mod suggest;
pub(super) mod write;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};

pub use self::suggest::Suggested;
use self::write::{Decision, Tries, Written};
use super::{Store, failure, record};
use copilot_core::error::Error;
use copilot_core::ticket::{
    ChangeSource, ExpectedVersion, Source, Status, Ticket, TicketId, TicketPatch,
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
    /// When it happened there; an older report than one that was taken before changes nothing.
    pub at: Option<DateTime<Utc>>,
    /// Who reports it.
    pub actor: Actor<'a>,
}

/// A message of the customer on a ticket that is known.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'a> {
    /// What the source calls it; the same id is the same message.
    pub id: &'a str,
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
            seen.moved_to(status, now).map_err(|forbidden| Error::Conflict(forbidden.to_string()))
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
            .moved_to(Status::Closed, now)
            .map_err(|_| Error::defect("close a ticket by schedule"))?;
        let Some(next) = moved else { return Ok(false) };
        let decision =
            Decision { note: Some(note), ..Decision::new(seen, next, Actor::Schedule, now) };
        Ok(matches!(self.write(&decision).await?, Written::Done(_)))
    }

    /// Moves a ticket as its source reports. What the lifecycle has no step for is left alone: the
    /// source cannot be told to take it back.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn take_reported_status(
        &self,
        ticket_id: TicketId,
        reported: ReportedStatus<'_>,
        now: DateTime<Utc>,
    ) -> Result<Changed, Error> {
        let mut tries = Tries::begin();
        while tries.is_another() {
            let known = self.read_record(ticket_id).await?;
            let late = known.source_event_at.zip(reported.at).is_some_and(|(taken, at)| at < taken);
            let ticket = known.ticket;
            let next = match ticket.moved_to(reported.status, now) {
                Ok(Some(next)) if !late => next,
                _ => return Ok(Changed::Unchanged(ticket)),
            };
            let decision = Decision {
                note: Some(reported.note),
                source_event_at: reported.at,
                ..Decision::new(&ticket, next, reported.actor, now)
            };
            if let Written::Done(changed) = self.write(&decision).await? {
                return Ok(Changed::Done(*changed));
            }
        }
        Err(Error::unavailable("take a reported status"))
    }

    /// Adds a message of the customer, once. A resolved ticket reopens; a closed one takes none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn add_message(
        &self,
        ticket_id: TicketId,
        message: NewMessage<'_>,
        now: DateTime<Utc>,
    ) -> Result<Added, Error> {
        let mut tries = Tries::begin();
        while tries.is_another() {
            let ticket = self.read_cut(ticket_id).await?;
            if ticket.status == Status::Closed {
                let known = self.has_message(ticket_id, message.id).await?;
                return Ok(if known { Added::AlreadyAdded(ticket) } else { Added::Closed(ticket) });
            }
            let reopened = match ticket.status {
                Status::Resolved => ticket.moved_to(Status::Open, now).ok().flatten(),
                _ => None,
            };
            let note = reopened.is_some().then_some("the customer wrote again");
            let next = reopened.unwrap_or_else(|| ticket.clone());
            let decision = Decision {
                note,
                message: Some(message),
                ..Decision::new(&ticket, next, message.actor, now)
            };
            match self.write(&decision).await? {
                Written::Done(changed) => return Ok(Added::Now(*changed)),
                Written::DuplicateMessage => return Ok(Added::AlreadyAdded(ticket)),
                Written::Outdated => {}
            }
        }
        Err(Error::unavailable("add a message"))
    }

    async fn has_message(&self, ticket_id: TicketId, message: &str) -> Result<bool, Error> {
        let (pk, _) = record::key(ticket_id.digits());
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", pk)
            .key("sk", AttributeValue::S(record::message_id_key(message)))
            .projection_expression("pk")
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("look for a message", &error))?;
        Ok(answer.item.is_some())
    }
}
