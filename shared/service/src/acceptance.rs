//! Takes a new ticket in: store first, then queue, then answer.

use crate::http::{CreatedTicket, Response};
use crate::telemetry::{Metric, cause, count};
use copilot_aws::queue::{Queue, Reason};
use copilot_aws::store::{Created, Store};
use copilot_core::error::Error;
use copilot_core::ticket::{Identity, NewTicket, Ticket, now};

/// Stores `new`, queues its AI work under `trace_id` and answers 201; to the same request sent again, 201
/// once more with the ticket as it was then.
///
/// When the ticket is stored but its message cannot be sent, the answer is 201 all the same:
/// `requeue-stranded` sends it later. `suggested_actions` then says so.
///
/// # Errors
/// [`Error::KeyReused`], and those of [`Store::create`].
pub async fn accept(
    store: &Store,
    queue: &Queue,
    new: &NewTicket,
    trace_id: Option<&str>,
) -> Result<Response, Error> {
    match store.create(new, now()).await? {
        Created::New(ticket) => {
            let ai_work = ask_for_ai_work(store, queue, &ticket, trace_id).await;
            Response::created(&accepted(ticket, ai_work))
        }
        Created::Existing { ticket, ai_work_delayed } => match new.identity {
            Identity::Request { .. } => {
                let opened = ticket.as_opened(new).ok_or(Error::KeyReused)?;
                let dispatch = if ai_work_delayed { Dispatch::Delayed } else { Dispatch::Queued };
                Response::created_before(&accepted(opened, dispatch))
            }
            // A form's ticket is a request's or its own; what sources report is taken in below.
            Identity::Of(_) | Identity::Unique => {
                Err(Error::defect("make a ticket of a form twice"))
            }
        },
    }
}

/// A ticket that is stored, now or before.
pub struct Stored {
    /// The ticket as it is now.
    pub ticket: Ticket,
    /// Whether it was made now.
    pub is_new: bool,
}

/// Stores what a webhook reports and queues its AI work, as [`accept`] does, without an answer.
///
/// # Errors
/// Those of [`Store::create`].
pub async fn take_in(
    store: &Store,
    queue: &Queue,
    new: &NewTicket,
    trace_id: Option<&str>,
) -> Result<Stored, Error> {
    match store.create(new, now()).await? {
        Created::New(ticket) => {
            ask_for_ai_work(store, queue, &ticket, trace_id).await;
            Ok(Stored { ticket, is_new: true })
        }
        Created::Existing { ticket, .. } => Ok(Stored { ticket, is_new: false }),
    }
}

#[derive(Clone, Copy)]
enum Dispatch {
    Queued,
    Delayed,
}

async fn ask_for_ai_work(
    store: &Store,
    queue: &Queue,
    ticket: &Ticket,
    trace_id: Option<&str>,
) -> Dispatch {
    let ticket_id = ticket.ticket_id;
    let Err(error) = queue.send(ticket_id, Reason::Created, trace_id, now()).await else {
        return Dispatch::Queued;
    };
    let ticket_id_shown = tracing::field::display(ticket_id);
    tracing::error!(ticket_id = ticket_id_shown, cause = cause(&error), "AI work not queued");
    count(Metric::AiWorkNotQueued, ticket.source);
    // Without the note a repeated request is told "queued", which it will be soon.
    if let Err(error) = store.ai_work_delayed(ticket_id).await {
        tracing::warn!(ticket_id = ticket_id_shown, cause = cause(&error), "delay not noted");
    }
    Dispatch::Delayed
}

fn accepted(ticket: Ticket, ai_work: Dispatch) -> CreatedTicket {
    let ai_work = match ai_work {
        Dispatch::Queued => "AI processing queued",
        Dispatch::Delayed => "AI processing is delayed",
    };
    body(ticket, &["Ticket created successfully", ai_work, "Agent will be notified"])
}

fn body(ticket: Ticket, actions: &[&str]) -> CreatedTicket {
    let suggested_actions = actions.iter().map(|action| (*action).to_owned()).collect();
    CreatedTicket { ticket: ticket.into(), suggested_actions }
}
