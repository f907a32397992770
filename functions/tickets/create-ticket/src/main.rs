//! `POST /api/tickets/create`: takes a ticket in. `GET /api/form-token`: gives a form what it needs for that.

mod handler;

use std::env;

use copilot_service::http;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let ((store, queue), form_tokens) =
        both(both(settings.store(), settings.queue()), settings.form_tokens())?;
    tokio::join!(store.connect_ahead(), queue.connect_ahead());
    let handler = Handler { store, queue, access: settings.access(), form_tokens };
    http::serve(async |request| handler.handle(&request).await).await
}
