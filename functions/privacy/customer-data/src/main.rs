//! `GET /api/customers/{customer_id}/export` and `DELETE /api/customers/{customer_id}`: all that is kept
//! of a customer, to hand over or to erase.

mod handler;

use std::env;

use copilot_aws::store::Cursors;
use copilot_service::http;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let (store, key) = both(settings.store(), settings.stack_key())?;
    store.connect_ahead().await;
    let handler = Handler { store, cursors: Cursors::new(key), access: settings.access() };
    http::serve(async |request| handler.handle(&request).await).await
}
