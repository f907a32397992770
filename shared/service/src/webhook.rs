//! What the webhook functions share: act on what a vendor reports, keep what cannot be read, and put
//! kept bodies through again.

use tracing::{error, info, warn};

use crate::acceptance::accept;
use crate::http::{Replayed, Request, Response, WebhookAnswer};
use crate::limits;
use crate::telemetry::{Metric, count};
use copilot_aws::queue::Queue;
use copilot_aws::secret::WebhookSecret;
use copilot_aws::store::{
    Actor, Added, Changed, Found, Known, NewMessage, ReportedStatus, Store, UnreadableBody,
};
use copilot_channels::signature::{SignatureFault, Verification, VerifiedBody};
use copilot_channels::{
    ConversationIdentity, CustomerMessage, Removal, Unreadable, Vendor, WebhookEvent,
};
use copilot_core::error::Error;
use copilot_core::ticket::{Identity, NewTicket, Status, Subject, Ticket, now};

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
        nothing("The body could not be read and was kept for later")
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

    /// What is reported of an erased conversation changes nothing, and is a success to the vendor.
    async fn act(&self, event: WebhookEvent, trace_id: Option<&str>) -> Result<Response, Error> {
        match self.act_on(event, trace_id).await {
            Err(Error::Erased) => nothing(ERASED),
            outcome => outcome,
        }
    }

    async fn act_on(&self, event: WebhookEvent, trace_id: Option<&str>) -> Result<Response, Error> {
        match event {
            WebhookEvent::Validation => nothing("The webhook is reachable"),
            WebhookEvent::Ignored { reason } => {
                info!(reason, source = self.vendor.source.name(), "ignored");
                nothing("Notifications of this kind are ignored")
            }
            WebhookEvent::ConversationOpened(new) => {
                accept(&self.store, &self.queue, &new, trace_id).await
            }
            WebhookEvent::MessageReceived { conversation, message, opening } => {
                self.say(&conversation, &message, opening.as_deref(), trace_id).await
            }
            WebhookEvent::StatusChanged { conversation, status, source_status, at, opening } => {
                let note = source_status.as_str();
                let reported = ReportedStatus { status, note, at, actor: self.actor() };
                let opening = opening.as_deref();
                self.move_ticket(&conversation, reported, opening, trace_id).await
            }
            WebhookEvent::ConversationRemoved { conversation, removal, at } => {
                let note = match removal {
                    Removal::Merged => "merged",
                    Removal::Deleted => "deleted",
                    Removal::Spam => "marked as spam",
                };
                let status = Status::Closed;
                let reported = ReportedStatus { status, note, at, actor: self.actor() };
                self.move_ticket(&conversation, reported, None, trace_id).await
            }
        }
    }

    /// Adds the message to the conversation's ticket that is not closed, or makes one. Of a
    /// conversation that was erased only what was written since is taken, as a ticket of its own.
    async fn say(
        &self,
        conversation: &ConversationIdentity,
        message: &CustomerMessage,
        opening: Option<&NewTicket>,
        trace_id: Option<&str>,
    ) -> Result<Response, Error> {
        let mut previous: Option<Ticket> = None;
        let mut is_erased = false;
        for generation in 0..=limits::FOLLOW_UPS {
            let identity = identity_of(conversation, generation);
            let known = match self.store.find(&identity).await? {
                Some(Known::Ticket(known)) => *known,
                Some(Known::Erased(at)) if message.sent_at.is_some_and(|sent| sent > at) => {
                    is_erased = true;
                    continue;
                }
                Some(Known::Erased(_)) => return nothing(ERASED),
                None => {
                    let new = match (&previous, opening) {
                        (Some(closed), _) => &follow_up(closed, message, identity.clone()),
                        (None, Some(new)) if is_erased => {
                            &begun_anew(message, new, identity.clone())?
                        }
                        (None, Some(new)) => &begun_by(message, new),
                        (None, None) if is_erased => return nothing(ERASED),
                        (None, None) => return nothing(UNKNOWN_CONVERSATION),
                    };
                    let response = accept(&self.store, &self.queue, new, trace_id).await?;
                    let known = self.found(&identity).await?;
                    if known.opened_by.as_ref() == Some(&message.id) {
                        return Ok(response);
                    }
                    // Another message of the conversation was first, or the ticket was made from
                    // what came before this message: it is still to be added.
                    known
                }
            };
            let Found { ticket, opened_by } = known;
            if opened_by.as_ref() == Some(&message.id) {
                return answer(ticket, "Message was already received");
            }
            let new = NewMessage {
                id: message.id.as_str(),
                text: message.text.as_str(),
                sent_at: message.sent_at,
                actor: self.actor(),
            };
            match self.store.add_message(ticket.ticket_id, new, now()).await? {
                Added::Now(ticket) => return answer(ticket, "Message added"),
                Added::AlreadyAdded(ticket) => {
                    return answer(ticket, "Message was already received");
                }
                Added::Closed(ticket) => previous = Some(ticket),
            }
        }
        Err(Error::unavailable("find room for a follow-up"))
    }

    /// Moves the latest ticket of the conversation. One that is not known is made first if it is
    /// still under way; a finished one from before our time is left out.
    async fn move_ticket(
        &self,
        conversation: &ConversationIdentity,
        reported: ReportedStatus<'_>,
        opening: Option<&NewTicket>,
        trace_id: Option<&str>,
    ) -> Result<Response, Error> {
        let mut latest: Option<Ticket> = None;
        let mut is_erased = false;
        for generation in 0..=limits::FOLLOW_UPS {
            match self.store.find(&identity_of(conversation, generation)).await? {
                Some(Known::Ticket(known)) => latest = Some(known.ticket),
                Some(Known::Erased(_)) => is_erased = true,
                None => break,
            }
        }
        let is_under_way =
            matches!(reported.status, Status::New | Status::Open | Status::InProgress);
        let ticket = match (latest, opening.filter(|_| is_under_way)) {
            (Some(ticket), _) => ticket,
            (None, _) if is_erased => return nothing(ERASED),
            (None, Some(new)) => {
                accept(&self.store, &self.queue, new, trace_id).await?;
                self.found(&identity_of(conversation, 0)).await?.ticket
            }
            (None, None) => return nothing(UNKNOWN_CONVERSATION),
        };
        match self.store.take_reported_status(ticket.ticket_id, reported, now()).await? {
            Changed::Done(ticket) => answer(ticket, "Status changed"),
            Changed::Unchanged(ticket) => answer(ticket, "Nothing changed"),
        }
    }

    /// The ticket that has just been made of an identity.
    async fn found(&self, identity: &str) -> Result<Found, Error> {
        match self.store.find(identity).await? {
            Some(Known::Ticket(found)) => Ok(*found),
            _ => Err(Error::unavailable("find the ticket just made")),
        }
    }

    fn actor(&self) -> Actor<'static> {
        Actor::Channel(self.vendor.source)
    }
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

/// The ticket to make of a conversation that was not known. When the message is all that is known of
/// it, the message is its description and need not be added.
fn begun_by(message: &CustomerMessage, new: &NewTicket) -> NewTicket {
    let is_all = new.description == message.text;
    NewTicket { opened_by: is_all.then(|| message.id.clone()), ..new.clone() }
}

/// The ticket that a message begins whose conversation was erased before it was written. Of what the
/// source tells besides it takes only who writes.
fn begun_anew(
    message: &CustomerMessage,
    new: &NewTicket,
    identity: String,
) -> Result<NewTicket, Error> {
    let subject = Subject::first_line_of(message.text.as_str());
    Ok(NewTicket {
        subject: subject.map_err(|error| Error::internal("take a message as a ticket", error))?,
        description: message.text.clone(),
        order_id: None,
        tags: Vec::new(),
        opened_by: Some(message.id.clone()),
        identity: Identity::Of(identity),
        ..new.clone()
    })
}

/// The ticket that a message on a closed one begins.
fn follow_up(closed: &Ticket, message: &CustomerMessage, identity: String) -> NewTicket {
    NewTicket {
        customer_id: closed.customer_id.clone(),
        customer_email: closed.customer_email.clone(),
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

fn answer(ticket: Ticket, action: &str) -> Result<Response, Error> {
    let suggested_actions = vec![action.to_owned()];
    Response::webhook(&WebhookAnswer { ticket: Some(ticket.into()), suggested_actions })
}

fn nothing(action: &str) -> Result<Response, Error> {
    let suggested_actions = vec![action.to_owned()];
    Response::webhook(&WebhookAnswer { ticket: None, suggested_actions })
}

const UNKNOWN_CONVERSATION: &str = "This conversation has no ticket";
const ERASED: &str = "This conversation was erased";
