//! Answers with the health, the page, its files or the OpenAPI document.

use copilot_core::error::Error;
use copilot_core::http::{Request, Response};

use crate::openapi::Health;
use crate::page;

/// What the function needs.
pub struct Handler {
    /// The OpenAPI document as JSON.
    pub openapi: String,
}

/// How long a client may keep the OpenAPI document, in seconds. Short: a deployment changes it.
const DOCUMENT_MAX_AGE_SECONDS: u32 = 60;

impl Handler {
    /// Answers 200 with what the route names.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a file that the page does not have.
    pub fn handle(&self, request: &Request) -> Result<Response, Error> {
        request.require_method("GET")?;
        match request.path() {
            "/health" => Response::ok(&Health::now()),
            "/openapi.json" => Ok(Response::text(
                "application/json",
                self.openapi.clone(),
                DOCUMENT_MAX_AGE_SECONDS,
            )),
            "/docs" => Ok(page::page()),
            _ => page::file(request),
        }
    }
}
