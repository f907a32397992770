//! `/api/tickets/webhook/zendesk`: takes in what Zendesk sends.

mod handler;

use std::env;

use copilot_aws::connection::Connection;
use copilot_aws::queue::Queue;
use copilot_aws::secret::WebhookSecret;
use copilot_aws::store::Store;
use copilot_channels::signature::Verification;
use copilot_core::ticket::Source;
use copilot_service::webhook::Webhook;
use copilot_service::{http, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let aws = Connection::new(|name| env::var(name).ok())?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let store = Store::new(&aws, variable("TABLE_NAME")?, variable("LIST_SHARDS")?.parse()?);
    let queue = Queue::new(&aws, variable("QUEUE_URL")?);
    let local = || {
        Verification::choose(
            env::var("ZENDESK_WEBHOOK_SECRET").ok(),
            env::var("ZENDESK_WEBHOOK_SECRET_PREVIOUS").ok(),
            env::var("ALLOW_UNSIGNED_WEBHOOKS").is_ok_and(|value| value == "true"),
        )
    };
    let secret = WebhookSecret::new(&aws, env::var("WEBHOOK_SECRET_ARN").ok(), local);
    tokio::join!(store.connect_ahead(), queue.connect_ahead(), secret.read_ahead());
    let handler = Handler::new(Webhook::new(store, queue, Source::Zendesk, secret).await);
    let replay = async |after: Option<String>| handler.replay(after.as_deref()).await;
    http::serve_webhook(async |request| handler.handle(&request).await, replay).await
}
