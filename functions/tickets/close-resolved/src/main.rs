//! Run by a schedule: closes tickets that were resolved long enough ago and not reopened since.

mod handler;

use std::env;

use chrono::TimeDelta;
use copilot_aws::connection::Connection;
use copilot_aws::store::Store;
use copilot_service::{schedule, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let connection = Connection::new(|name| env::var(name).ok())?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let days: u16 = variable("CLOSE_RESOLVED_AFTER_DAYS")?.parse()?;
    let handler = Handler {
        store: Store::new(&connection, variable("TABLE_NAME")?, variable("LIST_SHARDS")?.parse()?),
        closed_after: TimeDelta::days(i64::from(days)),
    };
    handler.store.connect_ahead_for_shards().await;
    schedule::serve(async |_| handler.handle().await).await
}
