//! The service itself: its health and its documentation.

use crate::http::{Health, Problem};

/// Check the health of the service
#[utoipa::path(
    get,
    path = "/health",
    tag = "service",
    responses((status = 200, description = "The service is up", body = Health))
)]
pub fn health() {}

/// Show this page
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    responses((status = 200, description = "The API as a page", content_type = "text/html", body = String))
)]
pub fn docs() {}

/// Read a file of this page
#[utoipa::path(
    get,
    path = "/docs/{file}",
    tag = "service",
    params(("file" = String, Path, example = "swagger-ui.css")),
    responses(
        (status = 200, description = "The file", content_type = "*/*", body = Vec<u8>),
        (status = 404, description = "The page has no such file", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub fn docs_file() {}

/// Read this document
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "The OpenAPI document", content_type = "application/json", body = Object))
)]
pub fn openapi_json() {}
