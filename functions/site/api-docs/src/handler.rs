//! Answers with the health, the page, its files or the OpenAPI document.

use std::sync::OnceLock;

use copilot_core::error::Error;
use copilot_service::http::{Health, Request, Response};

use crate::{openapi, page};

/// What the function needs.
#[derive(Default)]
pub struct Handler {
    /// The OpenAPI document as JSON, once it was asked for: to make it takes longer than all else here,
    /// and what is asked most is the health.
    openapi: OnceLock<String>,
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
            "/health" => Response::health(&Health::now()),
            "/openapi.json" => Ok(Response::text(
                "application/json",
                self.openapi()?.to_owned(),
                DOCUMENT_MAX_AGE_SECONDS,
            )),
            "/docs" => Ok(page::page()),
            _ => page::file(request),
        }
    }

    fn openapi(&self) -> Result<&str, Error> {
        if let Some(document) = self.openapi.get() {
            return Ok(document);
        }
        let document = openapi::document()
            .map_err(|error| Error::internal("write the OpenAPI document", error))?;
        Ok(self.openapi.get_or_init(|| document))
    }
}
