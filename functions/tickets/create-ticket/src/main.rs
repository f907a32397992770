//! `POST /api/tickets/create`: takes a ticket in. `GET /api/form-token`: gives a form what it needs
//! for that.

mod handler;

use std::env;

use copilot_service::http;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let places = both(settings.store(), settings.queue());
    let checks = both(settings.form_tokens(), settings.origin_secret());
    let ((store, queue), (form_tokens, origin_secret)) = both(places, checks)?;
    tokio::join!(store.connect_ahead(), queue.connect_ahead());
    let access = settings.access();
    let handler = Handler { store, queue, access, form_tokens, origin_secret };
    http::serve(async |request| handler.handle(&request).await).await
}
