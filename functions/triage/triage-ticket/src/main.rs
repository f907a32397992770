//! Takes AI work from the queue: suggests what a ticket is about and how urgent it is.

mod bedrock;
mod decision;
mod handler;
mod learned;
mod sentence_model;

use std::env;

use bedrock::{Bedrock, Masking};
use copilot_service::consumer;
use copilot_service::settings::{Settings, both};
use copilot_triage::{Threshold, Triage};
use handler::Handler;
use learned::LearnedTriage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let settings = Settings::read(|name| env::var(name).ok())?;
    let threshold = settings.parsed_by("TRIAGE_CONFIDENCE", Threshold::parse);
    let masking = settings.parsed_by("BEDROCK_MASKING", Masking::parse);
    let model = settings.text("TRIAGE_MODEL");
    let orders = settings.parsed_if_given("ORDER_PATTERN");
    let (((store, model), orders), (threshold, masking)) =
        both(both(both(settings.store(), model), orders), both(threshold, masking))?;
    // The model is made ready while the connection opens.
    let triage = tokio::task::spawn_blocking(move || Triage::new(threshold));
    store.connect_ahead().await;
    let triage = LearnedTriage::new(triage.await??.with_orders(orders));
    triage.look_ahead(&store).await;
    let bedrock = Bedrock::choose(settings.connection(), &model, masking)?;
    let handler = Handler { store, triage, bedrock, threshold };
    consumer::serve(async |work| handler.handle(work).await).await
}
