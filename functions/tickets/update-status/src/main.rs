//! `PUT /api/tickets/{ticket_id}/status`: moves a ticket through its lifecycle.

mod handler;

use std::env;

use copilot_aws::connection::Connection;
use copilot_aws::store::Store;
use copilot_service::{http, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let connection = Connection::new(|name| env::var(name).ok())?;
    let handler = Handler {
        store: Store::new(
            &connection,
            env::var("TABLE_NAME").map_err(|_| "TABLE_NAME is not set")?,
            env::var("LIST_SHARDS").map_err(|_| "LIST_SHARDS is not set")?.parse()?,
        ),
    };
    handler.store.connect_ahead().await;
    http::serve(async |request| handler.handle(&request).await).await
}
