//! `GET /api/tickets/{ticket_id}`, with `/history`, `/messages` or `/suggestions`, `GET /api/tickets` and
//! `GET /api/customers/{customer_id}/tickets`: one ticket, its timeline, or a list.

mod handler;
mod list_query;
mod timeline;

use std::env;

use copilot_aws::connection::Connection;
use copilot_aws::store::{Cursors, Store};
use copilot_service::{http, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let connection = Connection::new(|name| env::var(name).ok())?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let handler = Handler {
        store: Store::new(&connection, variable("TABLE_NAME")?, variable("LIST_SHARDS")?.parse()?),
        cursors: Cursors::new(variable("CURSOR_KEY")?),
    };
    handler.store.connect_ahead_for_shards().await;
    http::serve(async |request| handler.handle(&request).await).await
}
