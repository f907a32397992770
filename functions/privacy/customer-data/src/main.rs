//! `GET /api/customers/{customer_id}/export` and `DELETE /api/customers/{customer_id}`: all that is kept
//! of a customer, to hand over or to erase.

mod handler;

use std::env;

use copilot_service::http;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let (store, cursors) = both(settings.store(), settings.cursors())?;
    store.connect_ahead().await;
    let handler = Handler { store, cursors, access: settings.access() };
    http::serve(async |request| handler.handle(&request).await).await
}
