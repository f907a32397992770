//! `/api/tickets/webhook/zendesk`: takes in what Zendesk sends.

mod handler;

use std::env;

use copilot_core::queue::Queue;
use copilot_core::store::Store;
use copilot_core::{aws, http, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let configuration = aws::configuration().await;
    let handler = Handler {
        store: Store::new(
            &configuration,
            env::var("TABLE_NAME").map_err(|_| "TABLE_NAME is not set")?,
        ),
        queue: Queue::new(
            &configuration,
            env::var("QUEUE_URL").map_err(|_| "QUEUE_URL is not set")?,
        ),
    };
    http::serve(async |request| handler.handle(&request).await).await
}
