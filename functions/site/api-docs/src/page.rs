//! The page that shows the API, and the files it loads. All of them are inside the binary.

use copilot_core::error::Error;
use copilot_service::http::{Request, Response, takes_gzip};
use lambda_http::http::header;

struct File {
    name: &'static str,
    content_type: &'static str,
    gzipped: &'static [u8],
}

macro_rules! swagger_ui {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz"))
    };
}

const FILES: [File; 3] = [
    File {
        name: "swagger-ui-bundle.js",
        content_type: "text/javascript; charset=utf-8",
        gzipped: swagger_ui!("swagger-ui-bundle.js"),
    },
    File {
        name: "swagger-ui.css",
        content_type: "text/css; charset=utf-8",
        gzipped: swagger_ui!("swagger-ui.css"),
    },
    File {
        name: "favicon-32x32.png",
        content_type: "image/png",
        gzipped: swagger_ui!("favicon-32x32.png"),
    },
];

/// How long a client may keep the page's files, in seconds: a day. A new version of Swagger UI comes
/// with a deployment at most.
const FILE_MAX_AGE_SECONDS: u32 = 86_400;
/// How long a client may keep the page itself, in seconds.
const PAGE_MAX_AGE_SECONDS: u32 = 60;

/// Nothing is loaded from elsewhere. Swagger UI sets styles from scripts and draws `data:` images.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
     'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

pub fn page() -> Response {
    let html = include_str!("../assets/docs.html").to_owned();
    let mut response = Response::text("text/html; charset=utf-8", html, PAGE_MAX_AGE_SECONDS);
    response.header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    response
}

/// The file that the path names.
///
/// # Errors
/// [`Error::NotFound`] when there is none, [`Error::NotAcceptable`] when the client does not take it
/// compressed: uncompressed it is four times as large, for whoever pays for the traffic.
pub fn file(request: &Request) -> Result<Response, Error> {
    let name = request.path_parameter("file");
    if name == "start.js" {
        let script = include_str!("../assets/start.js").to_owned();
        return Ok(Response::text("text/javascript; charset=utf-8", script, PAGE_MAX_AGE_SECONDS));
    }
    let file = FILES
        .iter()
        .find(|file| file.name == name)
        .ok_or(Error::NotFound("The page has no such file."))?;
    // A client that says nothing takes any coding (RFC 9110, section 12.5.3).
    if !request.header("accept-encoding").is_none_or(takes_gzip) {
        return Err(Error::NotAcceptable(
            "This file is there only compressed. Ask for it with Accept-Encoding: gzip.",
        ));
    }
    let mut response =
        Response::bytes(file.content_type, file.gzipped.to_vec(), FILE_MAX_AGE_SECONDS);
    response.header(header::CONTENT_ENCODING, "gzip");
    response.header(header::VARY, "accept-encoding");
    Ok(response)
}
