//! Run by a schedule: queues the AI work of tickets again for which it may not have been queued.

mod handler;

use std::env;

use chrono::TimeDelta;
use copilot_aws::connection::Connection;
use copilot_aws::queue::Queue;
use copilot_aws::store::Store;
use copilot_service::{schedule, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let connection = Connection::new(|name| env::var(name).ok())?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let seconds: u32 = variable("STRANDED_AFTER_SECONDS")?.parse()?;
    let handler = Handler {
        store: Store::new(&connection, variable("TABLE_NAME")?, variable("LIST_SHARDS")?.parse()?),
        queue: Queue::new(&connection, variable("QUEUE_URL")?),
        stranded_after: TimeDelta::seconds(i64::from(seconds)),
    };
    handler.store.connect_ahead_for_shards().await;
    schedule::serve(async |_| handler.handle().await).await
}
