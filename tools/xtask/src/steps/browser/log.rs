//! What Chromium has logged about the page.

use std::time::Duration;

use serde_json::{Value, json};

/// How long the driver may take to hand over a log.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The logs of one page.
pub struct PageLogs {
    /// The address of the page's session at the driver.
    pub session_url: String,
}

impl PageLogs {
    /// Errors that the page wrote to the console, Chromium's own about the page included.
    ///
    /// # Errors
    /// The driver does not answer.
    pub async fn console_errors(&self) -> Result<Vec<String>, reqwest::Error> {
        Ok(severe_messages(&self.take("browser").await?))
    }

    /// Addresses that the page asked for and that are not of `origin`.
    ///
    /// # Errors
    /// The driver does not answer.
    pub async fn requests_elsewhere(&self, origin: &str) -> Result<Vec<String>, reqwest::Error> {
        let entries = self.take("performance").await?;
        Ok(requested(&entries).filter(|url| leaves(url, origin)).collect())
    }

    /// Forgets everything up to now.
    ///
    /// # Errors
    /// The driver does not answer.
    pub async fn clear(&self) -> Result<(), reqwest::Error> {
        self.take("browser").await?;
        self.take("performance").await?;
        Ok(())
    }

    /// The entries since the last time. A command of ChromeDriver, not of the WebDriver standard.
    async fn take(&self, kind: &str) -> Result<Value, reqwest::Error> {
        let request = reqwest::Client::new()
            .post(format!("{}/se/log", self.session_url))
            .json(&json!({"type": kind}))
            .timeout(ANSWER_LIMIT);
        let mut answer: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(answer["value"].take())
    }
}

fn severe_messages(entries: &Value) -> Vec<String> {
    let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
    let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
    severe.filter_map(|entry| entry["message"].as_str().map(ToOwned::to_owned)).collect()
}

/// The addresses of all requests. Each entry is an event of the DevTools protocol, as text.
fn requested(entries: &Value) -> impl Iterator<Item = String> {
    let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
    entries.iter().filter_map(|entry| {
        let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
        let message = &event["message"];
        let is_request = message["method"] == "Network.requestWillBeSent";
        let url = message["params"]["request"]["url"].as_str().filter(|_| is_request)?;
        Some(url.to_owned())
    })
}

/// Whether a request for `url` goes over the network to anything but `origin`.
fn leaves(url: &str, origin: &str) -> bool {
    let within =
        url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !within && !["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:8000";

    #[test]
    fn only_requests_elsewhere_leave() {
        for url in ["http://127.0.0.1:8000/docs", ORIGIN, "data:image/png;base64,", "about:blank"] {
            assert!(!leaves(url, ORIGIN), "{url}");
        }
        for url in [
            "http://127.0.0.1:80001/docs",
            "http://127.0.0.1:8000.example.org/",
            "https://example.org/font.woff2",
            "ws://127.0.0.1:8000/",
        ] {
            assert!(leaves(url, ORIGIN), "{url}");
        }
    }

    #[test]
    fn requests_are_read_from_the_events() {
        let event = |method: &str, url: &str| {
            let params = json!({"request": {"url": url}});
            let event = json!({"message": {"method": method, "params": params}});
            json!({"level": "INFO", "message": event.to_string()})
        };
        let entries = json!([
            event("Network.requestWillBeSent", "http://a/"),
            event("Network.responseReceived", "http://b/"),
            {"level": "INFO", "message": "not JSON"},
        ]);
        assert_eq!(requested(&entries).collect::<Vec<_>>(), ["http://a/"]);
    }

    #[test]
    fn errors_are_told_from_other_messages() {
        let entries = json!([
            {"level": "SEVERE", "message": "404"},
            {"level": "WARNING", "message": "slow"},
        ]);
        assert_eq!(severe_messages(&entries), ["404"]);
        assert!(severe_messages(&Value::Null).is_empty());
    }
}
