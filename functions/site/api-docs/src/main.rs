//! `GET /health`, `GET /docs` and `GET /openapi.json`: the API describes itself.

mod handler;
mod openapi;
mod page;

use std::env;

use copilot_service::{http, telemetry};
use handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(|name| env::var(name).ok());
    let handler = Handler::default();
    http::serve(async |request| handler.handle(&request)).await
}
