//! Headless Chromium with an empty profile, behind its driver.

use std::process::Command;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::log::PageLogs;
use super::{BrowserError, at};
use crate::process::Process;
use crate::project::{Project, free_port};
use crate::steps::StepError;
use crate::steps::tools::browser_program;

/// How long the driver may take until it takes requests.
const DRIVER_START_LIMIT: Duration = Duration::from_secs(30);

/// A browser with one page; it ends, and its profile goes, when this is dropped.
pub struct Chromium {
    /// Drives the page.
    pub client: Client,
    /// What the page does besides what it shows.
    pub logs: PageLogs,
    _driver: Process,
    // After the driver: a field is dropped after those above it.
    _profile: TempDir,
}

impl Chromium {
    /// Starts the driver and, through it, Chromium.
    ///
    /// # Errors
    /// They are not installed, or do not start.
    pub async fn start(project: &Project) -> Result<Self, StepError> {
        let system = |action| move |source| StepError::System { action, source };
        let port = free_port().map_err(system("find a port for ChromeDriver"))?;
        let chromium = browser_program("chromium")?;
        std::fs::create_dir_all(&project.scratch).map_err(system("make the folder of logs"))?;
        let profile = tempfile::Builder::new()
            .prefix("chromium-")
            .tempdir_in(&project.scratch)
            .map_err(system("make a profile for Chromium"))?;
        let mut command = Command::new(browser_program("chromedriver")?);
        command.arg(format!("--port={port}"));
        // What Chromium keeps outside of its profile, it keeps here too.
        command.env("HOME", profile.path());
        let log = project.scratch.join("chromedriver.log");
        let mut driver = Process::start_in_background("chromedriver", command, &log)?;
        let connects = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok();
        driver.wait_until(DRIVER_START_LIMIT, connects).await?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(&chromium.to_string_lossy(), &profile));
        let address = format!("http://127.0.0.1:{port}");
        let client = builder.connect(&address).await.map_err(BrowserError::from)?;
        let session_id = client.session_id().await.map_err(at("read the session"))?;
        let session_id = session_id.unwrap_or_default();
        let logs = PageLogs { session_url: format!("{address}/session/{session_id}") };
        // Chromium opens a page of its own first.
        client.goto("about:blank").await.map_err(at("open an empty page"))?;
        logs.clear().await.map_err(BrowserError::NoLogs)?;
        Ok(Self { client, logs, _driver: driver, _profile: profile })
    }

    /// Closes the page and ends the browser.
    pub async fn close(self) {
        // If that fails, the driver's end does it.
        let _ = self.client.close().await;
    }
}

fn capabilities(chromium: &str, profile: &TempDir) -> Capabilities {
    let arguments = [
        "--headless",
        // Root may not use the sandbox; only the project's own page is opened.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--window-size=1280,1400",
        // Chromium's own services look for hosts on the internet.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ];
    let mut arguments: Vec<Value> = arguments.map(Value::from).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.path().display()).into());
    let capabilities = json!({
        "goog:chromeOptions": {"binary": chromium, "args": arguments},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    });
    match capabilities {
        Value::Object(capabilities) => capabilities,
        _ => Capabilities::new(),
    }
}
