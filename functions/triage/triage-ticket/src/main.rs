//! Takes AI work from the queue: suggests what a ticket is about and how urgent it is.

mod bedrock;
mod decision;
mod handler;
mod learned;
mod sentence_model;

use std::env;

use bedrock::{Bedrock, Masking};
use copilot_aws::connection::Connection;
use copilot_aws::store::Store;
use copilot_service::{consumer, telemetry};
use copilot_triage::{Threshold, Triage};
use handler::Handler;
use learned::LearnedTriage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(env::var("METRIC_NAMESPACE").ok());
    let connection = Connection::new(|name| env::var(name).ok())?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let threshold = Threshold::parse(&variable("TRIAGE_CONFIDENCE")?)?;
    let masking = Masking::parse(&variable("BEDROCK_MASKING")?)?;
    let store = Store::new(&connection, variable("TABLE_NAME")?, variable("LIST_SHARDS")?.parse()?);
    // The model is made ready while the connection opens.
    let triage = tokio::task::spawn_blocking(move || Triage::new(threshold));
    store.connect_ahead().await;
    let triage = LearnedTriage::new(triage.await??);
    triage.look_ahead(&store).await;
    let bedrock = Bedrock::choose(&connection, &variable("TRIAGE_MODEL")?, masking)?;
    let handler = Handler { store, triage, bedrock, threshold };
    consumer::serve(async |work| handler.handle(work).await).await
}
