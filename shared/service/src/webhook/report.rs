//! Does what a vendor tells of one conversation.

use std::borrow::Cow;

use super::{Webhook, nothing};
use crate::acceptance::{Stored, take_in};
use crate::http::{Response, WebhookAnswer, WebhookResult};
use crate::limits;
use chrono::{DateTime, Utc};
use copilot_aws::store::{Actor, Added, Changed, Found, Known, NewMessage, ReportedStatus};
use copilot_channels::{
    ConversationIdentity, ConversationReport, CustomerMessage, StatusReport, are_same_words,
    is_said_in,
};
use copilot_core::error::Error;
use copilot_core::ticket::{ExternalId, Identity, NewTicket, Status, Ticket, masked, now};

/// The tickets of one conversation: the first, and the newest that follows up on it.
struct Conversation {
    first: Ticket,
    newest: Ticket,
    /// Which follow-up the newest is; 0 for the first ticket.
    number: u32,
    /// The messages that made the first and the newest.
    opened_by: Option<ExternalId>,
    newest_opened_by: Option<ExternalId>,
}

impl Conversation {
    fn of_one(ticket: Ticket, opened_by: Option<ExternalId>) -> Self {
        Self::of_found(0, Found { ticket, opened_by, newest_follow_up: 0 })
    }

    fn of_found(number: u32, found: Found) -> Self {
        let Found { ticket, opened_by, .. } = found;
        Self {
            first: ticket.clone(),
            newest: ticket,
            number,
            newest_opened_by: opened_by.clone(),
            opened_by,
        }
    }

    fn follow(&mut self, number: u32, found: Found) {
        self.number = number;
        self.newest = found.ticket;
        self.newest_opened_by = found.opened_by;
    }

    fn is_opened_by(&self, message: &CustomerMessage) -> bool {
        [&self.opened_by, &self.newest_opened_by].contains(&&Some(message.id.clone()))
    }
}

/// What is kept of a conversation.
#[derive(Default)]
struct Kept {
    conversation: Option<Conversation>,
    /// When the last of its tickets was erased that was.
    erased_at: Option<DateTime<Utc>>,
}

/// What became of a message.
enum Said {
    Now,
    Before,
    AsFollowUp,
}

impl Webhook {
    /// Takes a report. Of a conversation that was erased, in whole or its first tickets, only what was
    /// said since is taken: what comes again must not bring back what was erased.
    pub(super) async fn take(
        &self,
        report: &ConversationReport,
        trace_id: Option<&str>,
    ) -> Result<Response, Error> {
        let mut report = Cow::Borrowed(report);
        loop {
            let found = self.find(&report.conversation).await?;
            let Some(erased_at) = found.erased_at else {
                return self.take_whole(&report, found.conversation, trace_id).await;
            };
            if found.conversation.is_some() {
                let since = report.since(erased_at);
                return self.take_whole(&since, found.conversation, trace_id).await;
            }
            report = Cow::Owned(report.begun_since(erased_at));
        }
    }

    /// Makes the ticket of a conversation that has none, and adds to it what the report brings: what is
    /// missing, the messages, the status. Each is safe to repeat, so a report that was taken in part is
    /// taken whole when it comes again.
    async fn take_whole(
        &self,
        report: &ConversationReport,
        known: Option<Conversation>,
        trace_id: Option<&str>,
    ) -> Result<Response, Error> {
        let begun = match known {
            Some(known) => Some((known, WebhookResult::AlreadyReceived)),
            None => self.begin(report, trace_id).await?,
        };
        let Some((mut conversation, mut result)) = begun else {
            return nothing(WebhookResult::NoTicket);
        };
        if let Some(told) = report.opening.as_ref().filter(|_| result != WebhookResult::Created)
            && self.complete(&conversation, told).await?
        {
            result = WebhookResult::Completed;
        }
        for message in self.unsaid(&conversation, report) {
            match self.say(&mut conversation, report, message, trace_id).await? {
                Said::AsFollowUp => result = WebhookResult::Created,
                Said::Now if result != WebhookResult::Created => {
                    result = WebhookResult::MessageAdded;
                }
                Said::Now | Said::Before => {}
            }
        }
        if let Some(status) = &report.status
            && self.move_ticket(&conversation, status).await?
            && !matches!(result, WebhookResult::Created | WebhookResult::MessageAdded)
        {
            result = WebhookResult::StatusChanged;
        }
        Response::webhook(&WebhookAnswer { ticket_id: Some(conversation.newest.ticket_id), result })
    }

    /// The first ticket of a conversation that has none, if it may be made.
    async fn begin(
        &self,
        report: &ConversationReport,
        trace_id: Option<&str>,
    ) -> Result<Option<(Conversation, WebhookResult)>, Error> {
        let Some(new) = report.opening.as_ref().filter(|_| report.may_begin) else {
            return Ok(None);
        };
        let accepted = take_in(&self.store, &self.queue, new, trace_id).await.map_err(not_now)?;
        if !accepted.is_new {
            let found = self.find(&report.conversation).await?;
            let known = found.conversation.ok_or_else(gone)?;
            return Ok(Some((known, WebhookResult::AlreadyReceived)));
        }
        let conversation = Conversation::of_one(accepted.ticket, new.opened_by.clone());
        Ok(Some((conversation, WebhookResult::Created)))
    }

    /// The first and the newest ticket of a conversation that were not erased. Only a closed one is
    /// followed up on, so nothing further is read behind one that is not.
    async fn find(&self, identity: &ConversationIdentity) -> Result<Kept, Error> {
        let mut kept = Kept::default();
        let mut number = 0;
        // The newest follow-up is noted on the first ticket; behind an erased one all are looked at.
        loop {
            match self.store.find(&identity_of(identity, number)).await? {
                Some(Known::Erased(at)) => kept.erased_at = kept.erased_at.max(Some(at)),
                Some(Known::Ticket(found)) => {
                    let noted = found.newest_follow_up;
                    match &mut kept.conversation {
                        Some(conversation) => conversation.follow(number, *found),
                        None => kept.conversation = Some(Conversation::of_found(number, *found)),
                    }
                    if noted > number {
                        number = noted;
                        continue;
                    }
                }
                None => break,
            }
            let newest = kept.conversation.as_ref().map(|conversation| conversation.newest.status);
            if newest.is_some_and(|status| status != Status::Closed) {
                break;
            }
            number = number.saturating_add(1);
        }
        Ok(kept)
    }

    /// Fills in what the conversation's tickets lack, and says whether there was anything. The earlier
    /// ones of the same customer lack what the newest one lacks.
    async fn complete(&self, conversation: &Conversation, told: &NewTicket) -> Result<bool, Error> {
        let mut next = Some(conversation.newest.clone());
        let mut is_completed = false;
        for _ in 0..limits::COMPLETED_TICKETS {
            let Some(ticket) = next.take().filter(|ticket| ticket.completed(told).is_some()) else {
                break;
            };
            let changed = self.store.complete(ticket.ticket_id, told, self.actor(), now()).await?;
            is_completed |= matches!(changed, Changed::Done(_));
            let Some(earlier) = ticket.follow_up_of else { break };
            next = match self.store.read(earlier).await {
                Ok(earlier) => Some(earlier),
                // It was erased.
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(error),
            };
        }
        Ok(is_completed)
    }

    /// The messages of a report, with the words that the conversation began with if its first ticket
    /// does not show them.
    fn unsaid<'a>(
        &self,
        conversation: &Conversation,
        report: &'a ConversationReport,
    ) -> Vec<&'a CustomerMessage> {
        // What is stored may be masked already.
        let description = masked(conversation.first.description.as_str().to_owned());
        let shown = |said: &CustomerMessage| masked(said.text.as_str().to_owned());
        let is_first_shown = |said: &&CustomerMessage| is_said_in(&shown(said), &description);
        let first_words = report.first_words.as_ref().filter(|said| !is_first_shown(said));
        // Words alone are the description's when they are the same; with an id they may be said again.
        let is_repeated = |said: &&CustomerMessage| {
            said.id == said.words_id
                && conversation.opened_by.is_none()
                && are_same_words(&shown(said), &description)
        };
        let messages = report.messages.iter().filter(|said| !is_repeated(said));
        first_words.into_iter().chain(messages).collect()
    }

    /// Adds the message to the newest ticket of the conversation, or makes a follow-up of it.
    async fn say(
        &self,
        conversation: &mut Conversation,
        report: &ConversationReport,
        message: &CustomerMessage,
        trace_id: Option<&str>,
    ) -> Result<Said, Error> {
        let first = conversation.first.ticket_id;
        loop {
            if conversation.is_opened_by(message) {
                let (id, words_id) = (message.id.as_str(), message.words_id.as_str());
                self.store.note_message(first, id, words_id).await?;
                return Ok(Said::Before);
            }
            let is_done =
                |status: &StatusReport| matches!(status.status, Status::Resolved | Status::Closed);
            let new = NewMessage {
                id: message.id.as_str(),
                words_id: message.words_id.as_str(),
                first,
                reopens: !report.status.as_ref().is_some_and(is_done),
                text: message.text.as_str(),
                sent_at: message.sent_at,
                actor: self.actor(),
            };
            let newest = conversation.newest.ticket_id;
            match self.store.add_message(newest, new, now()).await? {
                Added::Now(ticket) => {
                    conversation.newest = ticket;
                    return Ok(Said::Now);
                }
                Added::AlreadyAdded(_) => return Ok(Said::Before),
                Added::Closed(closed) => {
                    let number = conversation.number.saturating_add(1);
                    let identity = identity_of(&report.conversation, number);
                    let new = follow_up(&closed, message, identity.clone());
                    let accepted = take_in(&self.store, &self.queue, &new, trace_id).await;
                    let Stored { ticket, is_new } = accepted.map_err(not_now)?;
                    self.store.note_follow_up(first, number).await?;
                    if is_new {
                        let opened_by = new.opened_by;
                        conversation
                            .follow(number, Found { ticket, opened_by, newest_follow_up: 0 });
                        let (id, words_id) = (message.id.as_str(), message.words_id.as_str());
                        self.store.note_message(first, id, words_id).await?;
                        return Ok(Said::AsFollowUp);
                    }
                    // Another message of the conversation was first: this one is still to be added.
                    let Some(Known::Ticket(made)) = self.store.find(&identity).await? else {
                        return Err(gone());
                    };
                    conversation.follow(number, *made);
                }
            }
        }
    }

    /// Moves the newest ticket of the conversation, and says whether that changed anything.
    async fn move_ticket(
        &self,
        conversation: &Conversation,
        status: &StatusReport,
    ) -> Result<bool, Error> {
        let reported = ReportedStatus {
            status: status.status,
            note: status.source_status.as_str(),
            is_change: status.is_change,
            at: status.at,
            event_id: status.event_id.as_str(),
            first: conversation.first.ticket_id,
            actor: self.actor(),
        };
        let newest = conversation.newest.ticket_id;
        let changed = self.store.take_reported_status(newest, reported, now()).await?;
        Ok(matches!(changed, Changed::Done(_)))
    }

    fn actor(&self) -> Actor<'static> {
        Actor::Channel(self.vendor.source)
    }
}

fn identity_of(conversation: &ConversationIdentity, generation: u32) -> String {
    match generation {
        0 => conversation.as_str().to_owned(),
        number => format!("{}:follow-up:{number}", conversation.as_str()),
    }
}

/// The ticket that a message on a closed one begins.
fn follow_up(closed: &Ticket, message: &CustomerMessage, identity: String) -> NewTicket {
    NewTicket {
        customer_id: closed.customer_id.clone(),
        customer_email: closed.customer_email.clone(),
        customer_contact: closed.customer_contact.clone(),
        customer_name: closed.customer_name.clone(),
        subject: closed.subject.clone(),
        description: message.text.clone(),
        order_id: closed.order_id.clone(),
        source: closed.source,
        external_id: closed.external_id.clone(),
        tags: Vec::new(),
        follow_up_of: Some(closed.ticket_id),
        opened_by: Some(message.id.clone()),
        identity: Identity::Of(identity),
    }
}

/// A ticket that is erased while its conversation is reported: when the report comes again, that is seen.
fn not_now(error: Error) -> Error {
    if matches!(error, Error::Erased) { gone() } else { error }
}

fn gone() -> Error {
    Error::unavailable("find the ticket just made")
}
