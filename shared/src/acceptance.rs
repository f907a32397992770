//! Takes a new ticket in: store first, then queue, then answer.

use crate::error::Error;
use crate::http::{CreatedTicket, Response};
use crate::intake::NewTicket;
use crate::queue::{Queue, Reason};
use crate::store::{Created, Store};
use crate::ticket::{Ticket, now};

/// Stores `new`, queues its AI work under `trace_id` and answers 201; the same thing sent again answers 200 with the
/// ticket that it became.
///
/// When the ticket is stored but its message cannot be sent, the answer is 201 all the same, since
/// a client that tried again would make a second ticket. `suggested_actions` then says so.
///
/// # Errors
/// Those of [`Store::create`].
pub async fn accept(
    store: &Store,
    queue: &Queue,
    new: &NewTicket,
    trace_id: Option<&str>,
) -> Result<Response, Error> {
    match store.create(new, now()).await? {
        Created::New(ticket) => {
            let sent = queue.send(ticket.ticket_id, Reason::Created, trace_id, now()).await;
            if let Err(error) = &sent {
                let cause = std::error::Error::source(error).map(tracing::field::display);
                let ticket_id = tracing::field::display(ticket.ticket_id);
                tracing::error!(ticket_id, cause, "AI work not queued");
            }
            let ai_work =
                if sent.is_ok() { "AI processing queued" } else { "AI processing is delayed" };
            let actions = ["Ticket created successfully", ai_work, "Agent will be notified"];
            Response::created(&body(ticket, &actions))
        }
        Created::Existing(ticket) => {
            let ticket_id = ticket.ticket_id;
            let body = body(ticket, &["Ticket was received before", "Nothing was changed"]);
            Ok(Response::ok(&body)?.about(ticket_id))
        }
    }
}

fn body(ticket: Ticket, actions: &[&str]) -> CreatedTicket {
    let suggested_actions = actions.iter().map(|action| (*action).to_owned()).collect();
    CreatedTicket { ticket, suggested_actions }
}
