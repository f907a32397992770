//! Run by a schedule: learns from what agents have corrected. Run by hand, it puts another version of
//! what was learned into use.

mod handler;

use std::env;

use copilot_service::schedule;
use copilot_service::settings::Settings;
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let handler = Handler { store: settings.store()? };
    handler.store.connect_ahead().await;
    schedule::serve(async |event| handler.handle(&event).await).await
}
