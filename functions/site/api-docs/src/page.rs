//! The page that shows the API, and the files it loads. All of them are inside the binary.

use copilot_core::error::Error;
use copilot_service::http::{Request, Response};
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
    if !takes_gzip(request.header("accept-encoding")) {
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

/// Whether a client takes gzip (RFC 9110, section 12.5.3). One that says nothing takes any coding.
fn takes_gzip(accept_encoding: Option<&str>) -> bool {
    let Some(codings) = accept_encoding else { return true };
    let weight = |name: &str| {
        let mut entries = codings.split(',').map(|entry| entry.trim().split(';'));
        let mut parts =
            entries.find(|parts| parts.clone().next().is_some_and(|coding| is(coding, name)))?;
        let weight = parts.find_map(|part| {
            part.trim().to_ascii_lowercase().strip_prefix("q=").map(str::to_owned)
        });
        Some(weight.map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or_default()))
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

fn is(coding: &str, name: &str) -> bool {
    coding.trim().eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_unless_a_client_says_otherwise() {
        for codings in [
            "gzip",
            "deflate, gzip",
            "GZIP;q=0.5",
            "br;q=1.0, gzip;q=0.8",
            "*",
            "identity, *;q=0.1",
        ] {
            assert!(takes_gzip(Some(codings)), "{codings}");
        }
        for codings in ["", "identity", "br", "gzip;q=0", "gzip; Q=0.0, *", "*;q=0", "gzipped"] {
            assert!(!takes_gzip(Some(codings)), "{codings}");
        }
        assert!(takes_gzip(None));
    }
}
