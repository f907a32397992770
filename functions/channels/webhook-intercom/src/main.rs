//! `/api/tickets/webhook/intercom`: takes in what Intercom sends.

mod handler;

use std::env;

use copilot_channels::intercom::INTERCOM;
use copilot_service::http;
use copilot_service::settings::{Settings, both};
use copilot_service::webhook::Webhook;
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let (store, queue) = both(settings.store(), settings.queue())?;
    let secret = settings.secret(INTERCOM.source);
    tokio::join!(store.connect_ahead(), queue.connect_ahead(), secret.read_ahead());
    let handler = Handler { webhook: Webhook::new(&INTERCOM, store, queue, secret).await };
    let replay = async |after: Option<String>| handler.webhook.replay(after.as_deref()).await;
    http::serve_webhook(async |request| handler.handle(&request).await, replay).await
}
