//! The service itself: its health and its documentation.

use super::Unauthorized;
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
    security((), ("bearer" = []), ("sigv4" = [])),
    responses(
        (status = 200, description = "The API as a page", content_type = "text/html", body = String),
        Unauthorized,
    )
)]
pub fn docs() {}

/// Read a file of this page
#[utoipa::path(
    get,
    path = "/docs/{file}",
    tag = "service",
    security((), ("bearer" = []), ("sigv4" = [])),
    params(("file" = String, Path, example = "swagger-ui.css")),
    responses(
        (status = 200, description = "The file", content_type = "*/*", body = Vec<u8>),
        Unauthorized,
        (status = 404, description = "The page has no such file", body = Problem,
            content_type = "application/problem+json"),
        (status = 406, description = "`Accept-Encoding` does not allow gzip, and the file is there in no other form",
            body = Problem, content_type = "application/problem+json"),
    )
)]
pub fn docs_file() {}

/// Read this document
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    security((), ("bearer" = []), ("sigv4" = [])),
    responses(
        (status = 200, description = "The OpenAPI document", content_type = "application/json", body = Object),
        Unauthorized,
    )
)]
pub fn openapi_json() {}
