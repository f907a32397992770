//! Run by a schedule: queues the AI work of tickets again for which it may not have been queued.

mod handler;

use std::env;

use chrono::TimeDelta;
use copilot_service::schedule;
use copilot_service::settings::{Settings, both};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let seconds = settings.parsed::<u32>("STRANDED_AFTER_SECONDS");
    let ((store, queue), seconds) = both(both(settings.store(), settings.queue()), seconds)?;
    store.connect_ahead_for_shards().await;
    let stranded_after = TimeDelta::seconds(i64::from(seconds));
    let handler = Handler { store, queue, stranded_after };
    schedule::serve(async |_| handler.handle().await).await
}
