//! Run by a schedule: closes tickets that were resolved long enough ago and not reopened since.

mod handler;

use std::env;

use chrono::TimeDelta;
use copilot_service::schedule;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let days = settings.parsed::<u16>("CLOSE_RESOLVED_AFTER_DAYS");
    let (store, days) = both(settings.store(), days)?;
    store.connect_ahead_for_shards().await;
    let handler = Handler { store, closed_after: TimeDelta::days(i64::from(days)) };
    schedule::serve(async |_| handler.handle().await).await
}
