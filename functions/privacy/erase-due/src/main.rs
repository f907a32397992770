//! Run by a schedule: erases tickets that were closed long ago, and goes on with erasures that ended in
//! the middle.

mod handler;

use std::env;

use chrono::TimeDelta;
use copilot_service::schedule;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let days = settings.parsed::<u16>("TICKET_RETENTION_DAYS");
    let (store, days) = both(settings.store(), days)?;
    store.connect_ahead_for_shards().await;
    let kept_for = (days > 0).then(|| TimeDelta::days(i64::from(days)));
    let handler = Handler { store, kept_for };
    schedule::serve(async |event| handler.handle(&event).await).await
}
