//! `GET /api/tickets/{ticket_id}`, with `/history`, `/messages` or `/suggestions`, `GET /api/tickets` and
//! `GET /api/customers/{customer_id}/tickets`: one ticket, its timeline, or a list.

mod handler;
mod list_query;
mod timeline;

use std::env;

use copilot_aws::store::Cursors;
use copilot_service::http;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let (store, key) = both(settings.store(), settings.stack_key())?;
    store.connect_ahead_for_shards().await;
    let handler = Handler { store, cursors: Cursors::new(key), access: settings.access() };
    http::serve(async |request| handler.handle(&request).await).await
}
