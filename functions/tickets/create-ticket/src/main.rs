//! `POST /api/tickets/create`: takes a ticket in.

mod handler;

use std::env;

use copilot_service::http;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let (store, queue) = both(settings.store(), settings.queue())?;
    tokio::join!(store.connect_ahead(), queue.connect_ahead());
    let handler = Handler { store, queue, access: settings.access() };
    http::serve(async |request| handler.handle(&request).await).await
}
