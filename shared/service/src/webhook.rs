//! What the webhook functions share: act on what a vendor reports, keep what cannot be read, and put
//! kept bodies through again.

use tracing::{error, info, warn};

use crate::acceptance::take_in;
use crate::http::{Replayed, Request, Response, WebhookAnswer, WebhookResult};
use crate::limits;
use crate::telemetry::{Metric, count};
use copilot_aws::queue::Queue;
use copilot_aws::secret::WebhookSecret;
use copilot_aws::store::{
    Actor, Added, Changed, Found, NewMessage, ReportedStatus, Store, UnreadableBody,
};
use copilot_channels::signature::{SignatureFault, Verification, VerifiedBody};
use copilot_channels::{
    ConversationIdentity, ConversationReport, CustomerMessage, StatusReport, Unreadable, Vendor,
    WebhookEvent, are_same_words, is_said_in,
};
use copilot_core::error::Error;
use copilot_core::ticket::{ExternalId, Identity, NewTicket, Status, Ticket, masked, now};

/// A webhook of one vendor.
pub struct Webhook {
    store: Store,
    queue: Queue,
    vendor: &'static Vendor,
    secret: WebhookSecret,
}

impl Webhook {
    /// The webhook that `vendor` calls. Until its secret is known it accepts nothing.
    pub async fn new(
        vendor: &'static Vendor,
        store: Store,
        queue: Queue,
        secret: WebhookSecret,
    ) -> Self {
        if secret.verification().await.is_err() {
            error!(
                source = vendor.source.name(),
                "no webhook secret is known: refusing everything"
            );
        }
        Self { store, queue, vendor, secret }
    }

    /// Verifies what the vendor sent and does what it reports, or keeps a body that cannot be read.
    /// Every outcome that a repetition would not change is a success to the vendor: 201 with a new
    /// ticket, 200 for anything else.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::Unavailable`] or [`Error::Internal`], after which the same
    /// request may succeed later.
    pub async fn handle(&self, request: &Request) -> Result<Response, Error> {
        let body = self.verified_body(request).await?;
        match (self.vendor.parse)(body, request) {
            Ok(event) => self.act(event, request.trace_id()).await,
            Err(unreadable) => self.keep(request, unreadable).await,
        }
    }

    /// The body, if it is correctly signed. A wrong signature may mean that the secret has been
    /// replaced, so the secret is then read again, though not too often, before the body is refused.
    async fn verified_body<'a>(&self, request: &'a Request) -> Result<VerifiedBody<'a>, Error> {
        let check = |verification: &Verification| {
            (self.vendor.verify)(verification, request, request.body(), now())
        };
        let mut outcome = check(&self.secret.verification().await?);
        if outcome == Err(SignatureFault::Wrong)
            && let Some(verification) = self.secret.verification_after_refusal().await
        {
            outcome = check(&verification);
        }
        outcome.map_err(|fault| {
            count(Metric::SignatureRefused, self.vendor.source);
            Error::Unauthenticated(fault.to_string())
        })
    }

    async fn keep(&self, request: &Request, unreadable: Unreadable) -> Result<Response, Error> {
        let source = self.vendor.source;
        warn!(reason = unreadable.reason, source = source.name(), "body kept");
        count(Metric::WebhookUnreadable, source);
        let headers = present(self.vendor.delivery_headers, request);
        let body = UnreadableBody {
            source,
            body: request.body(),
            reason: unreadable.reason,
            delivery_headers: &headers,
        };
        self.store.keep_unreadable(body, now()).await?;
        nothing(WebhookResult::Kept)
    }

    /// Reads kept bodies again, those after the position `after`, and deletes those that can be read
    /// now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`]; what was done so far stays done.
    pub async fn replay(&self, after: Option<&str>) -> Result<Replayed, Error> {
        let source = self.vendor.source;
        let kept = self.store.kept_bodies(source, limits::REPLAYED_BODIES, after).await?;
        let mut replayed = Replayed { next: kept.next, ..Replayed::default() };
        for body in &kept.bodies {
            if let Ok(event) = (self.vendor.parse)(body.verified(), body) {
                self.act(event, None).await?;
                self.store.forget_kept(body).await?;
                replayed.acted_on += 1;
            } else {
                replayed.still_unreadable += 1;
            }
        }
        Ok(replayed)
    }

    async fn act(&self, event: WebhookEvent, trace_id: Option<&str>) -> Result<Response, Error> {
        match event {
            WebhookEvent::Validation => nothing(WebhookResult::Reachable),
            WebhookEvent::Ignored { reason } => {
                info!(reason, source = self.vendor.source.name(), "ignored");
                nothing(WebhookResult::Ignored)
            }
            WebhookEvent::UnfilledTemplate => {
                warn!(source = self.vendor.source.name(), "a template without values");
                nothing(WebhookResult::TemplateNotFilledIn)
            }
            WebhookEvent::Reported(report) => self.take(&report, trace_id).await,
        }
    }

    /// Makes or finds the ticket of a conversation, and adds to it what the report brings: what is
    /// missing, the messages, the status. Each is safe to repeat, so a report that was taken in part is
    /// taken whole when it comes again.
    async fn take(
        &self,
        report: &ConversationReport,
        trace_id: Option<&str>,
    ) -> Result<Response, Error> {
        let Some((mut conversation, mut result)) = self.begin(report, trace_id).await? else {
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

    /// The tickets of the conversation, the first one made if it may be and there is none.
    async fn begin(
        &self,
        report: &ConversationReport,
        trace_id: Option<&str>,
    ) -> Result<Option<(Conversation, WebhookResult)>, Error> {
        if let Some(known) = self.find(&report.conversation).await? {
            return Ok(Some((known, WebhookResult::AlreadyReceived)));
        }
        let Some(new) = report.opening.as_ref().filter(|_| report.may_begin) else {
            return Ok(None);
        };
        let accepted = take_in(&self.store, &self.queue, new, trace_id).await?;
        if !accepted.is_new {
            let known = self.find(&report.conversation).await?.ok_or_else(gone)?;
            return Ok(Some((known, WebhookResult::AlreadyReceived)));
        }
        let conversation = Conversation::of_one(accepted.ticket, new.opened_by.clone());
        Ok(Some((conversation, WebhookResult::Created)))
    }

    /// The first and the newest ticket of a conversation. Only a closed one is followed up on, so nothing
    /// further is read behind one that is not.
    async fn find(&self, identity: &ConversationIdentity) -> Result<Option<Conversation>, Error> {
        let Some(first) = self.store.find(&identity_of(identity, 0)).await? else {
            return Ok(None);
        };
        let mut number = first.newest_follow_up;
        let mut conversation = Conversation::of_one(first.ticket, first.opened_by);
        if number > 0
            && let Some(noted) = self.store.find(&identity_of(identity, number)).await?
        {
            conversation.follow(number, noted);
        }
        while conversation.newest.status == Status::Closed {
            number = number.saturating_add(1);
            match self.store.find(&identity_of(identity, number)).await? {
                // One that was made without being noted.
                Some(found) => conversation.follow(number, found),
                None => break,
            }
        }
        Ok(Some(conversation))
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
            if let Some(earlier) = ticket.follow_up_of {
                next = self.store.read(earlier).await.ok();
            }
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
                    let accepted = take_in(&self.store, &self.queue, &new, trace_id).await?;
                    self.store.note_follow_up(first, number).await?;
                    let made = self.store.find(&identity).await?.ok_or_else(gone)?;
                    conversation.follow(number, made);
                    if accepted.is_new {
                        let (id, words_id) = (message.id.as_str(), message.words_id.as_str());
                        self.store.note_message(first, id, words_id).await?;
                        return Ok(Said::AsFollowUp);
                    }
                    // Another message of the conversation was first: this one is still to be added.
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
        Self {
            first: ticket.clone(),
            newest: ticket,
            number: 0,
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

/// What became of a message.
enum Said {
    Now,
    Before,
    AsFollowUp,
}

/// Those of the headers `names` that came, cut to a bearable length.
fn present(names: &[&'static str], request: &Request) -> Vec<(&'static str, String)> {
    let cut = |value: &str| value.chars().take(limits::DELIVERY_HEADER_CHARACTERS).collect();
    names.iter().filter_map(|name| Some((*name, cut(request.header(name)?)))).collect()
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

fn nothing(result: WebhookResult) -> Result<Response, Error> {
    Response::webhook(&WebhookAnswer { ticket_id: None, result })
}

fn gone() -> Error {
    Error::unavailable("find the ticket just made")
}
