//! `POST /api/tickets/{ticket_id}/notes`: a note of an agent's for other agents.

mod handler;

use std::env;

use copilot_service::http;
use copilot_service::settings::Settings;
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let handler = Handler { store: settings.store()?, access: settings.access() };
    handler.store.connect_ahead().await;
    http::serve(async |request| handler.handle(&request).await).await
}
