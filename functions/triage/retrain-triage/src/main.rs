//! Run by a schedule: learns from what agents have corrected. Run by hand, it puts another version of
//! what was learned into use.

mod handler;

use std::env;

use copilot_aws::connection::Connection;
use copilot_aws::store::Store;
use copilot_service::{schedule, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let connection = Connection::new(|name| env::var(name).ok())?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let handler = Handler {
        store: Store::new(&connection, variable("TABLE_NAME")?, variable("LIST_SHARDS")?.parse()?),
    };
    handler.store.connect_ahead().await;
    schedule::serve(async |event| handler.handle(&event).await).await
}
