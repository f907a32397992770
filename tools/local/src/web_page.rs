//! Keeps the web pages of other sites away from what listens on this machine.
//!
//! Everything here trusts whoever can connect. A browser lets any page connect to this machine too, and
//! names the page's site in `Origin`; a name in the page's own domain that leads here (DNS rebinding)
//! shows in `Host`.

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderName};

/// What programs on this machine and in its containers call it.
const NAMES_OF_THIS_MACHINE: [&str; 4] =
    ["127.0.0.1", "localhost", "[::1]", "host.docker.internal"];

/// Where a request comes from, as far as a browser tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender<'h> {
    /// A program, or a page of this server itself.
    OwnOrProgram,
    /// A page of another origin.
    OtherPage {
        /// Its origin, such as `https://shop.example`.
        origin: &'h str,
    },
    /// Somebody who takes this server for another one.
    Misled,
}

/// Who sends the request with these headers.
pub(crate) fn sender(headers: &HeaderMap) -> Sender<'_> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST);
    if host.is_some_and(|host| !is_of_this_machine(host)) {
        return Sender::Misled;
    }
    match (text(ORIGIN), host) {
        (None, _) => Sender::OwnOrProgram,
        (Some(origin), Some(host)) if origin.strip_prefix("http://") == Some(host) => {
            Sender::OwnOrProgram
        }
        (Some(origin), _) => Sender::OtherPage { origin },
    }
}

fn is_of_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    NAMES_OF_THIS_MACHINE.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(host: Option<&'static str>, origin: Option<&'static str>) -> HeaderMap {
        let pairs = [(HOST, host), (ORIGIN, origin)];
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::from_static(value?))))
            .collect()
    }

    #[test]
    fn pages_of_other_sites_are_told_from_programs() {
        for host in [
            "127.0.0.1:8000",
            "localhost:1",
            "[::1]:8000",
            "LOCALHOST",
            "host.docker.internal:8001",
        ] {
            assert_eq!(sender(&of(Some(host), None)), Sender::OwnOrProgram, "{host}");
        }
        assert_eq!(sender(&of(None, None)), Sender::OwnOrProgram);
        let own = of(Some("127.0.0.1:8000"), Some("http://127.0.0.1:8000"));
        assert_eq!(sender(&own), Sender::OwnOrProgram);
        for origin in
            ["https://evil.example", "http://127.0.0.1:8699", "null", "https://127.0.0.1:8000"]
        {
            let headers = of(Some("127.0.0.1:8000"), Some(origin));
            assert_eq!(sender(&headers), Sender::OtherPage { origin }, "{origin}");
        }
        for host in ["evil.example", "evil.example:8000", "127.0.0.1.evil.example:8000", ""] {
            assert_eq!(sender(&of(Some(host), None)), Sender::Misled, "{host}");
        }
    }
}
