//! Step `browser`: a person's way through the page at `/docs`, in headless Chromium.

mod chromium;
mod log;

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::{CmdError, NewSessionError};
use fantoccini::{Client, Locator};
use serde_json::Value;

use super::StepError;
use crate::local_stack::LocalStack;
use crate::project::Project;
use chromium::Chromium;

/// How long the page may take for one change that a person waits for.
const PAGE_LIMIT: Duration = Duration::from_secs(60);
/// How long everything may take in the browser.
const SCENARIO_LIMIT: Duration = Duration::from_secs(5 * 60);
/// How long the API may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// The path of the operation that is tried out.
const CREATE_PATH: &str = "/api/tickets/create";
/// Length of a ticket's id: `TKT-`, eight digits, `-`, eight characters.
const TICKET_ID_LENGTH: usize = 21;

/// Why the page does not pass.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// Chromium did not start.
    #[error("Chromium did not start: {0}")]
    NoSession(#[from] NewSessionError),
    /// The page does not have, or does not show in time, what the step looks for.
    #[error("{looked_for}: {source}")]
    Page {
        /// What was looked for.
        looked_for: &'static str,
        /// What the driver said.
        source: CmdError,
    },
    /// Everything together took too long.
    #[error("The page was not done in {} s.", SCENARIO_LIMIT.as_secs())]
    TooLong,
    /// The page shows another answer than that of a new ticket.
    #[error("The page shows status {status:?} and this answer: {body}")]
    WrongAnswer {
        /// The status as shown.
        status: String,
        /// The body as shown.
        body: String,
    },
    /// The ticket that the page shows cannot be read.
    #[error("{url} does not answer with the ticket that the page created: {reason}")]
    NotStored {
        /// Its address.
        url: String,
        /// What came instead.
        reason: String,
    },
    /// The driver does not hand over its logs.
    #[error("ChromeDriver does not hand over its logs: {0}")]
    NoLogs(#[source] reqwest::Error),
    /// The page wrote an error to the console.
    #[error("The console of the page has errors:\n{}", .0.join("\n"))]
    ConsoleErrors(Vec<String>),
    /// The page asked another host for something.
    #[error("The page loads from other hosts:\n{}", .0.join("\n"))]
    OtherHosts(Vec<String>),
    /// A picture could not be written.
    #[error("{}: {source}", path.display())]
    Screenshot {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Creates a ticket through the page and reads it through the API.
///
/// # Errors
/// [`BrowserError`], or the local stack or Chromium did not start.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let stack = LocalStack::start(project, "browser", &[]).await?;
    let chromium = Chromium::start(project).await?;
    let api = &stack.addresses.api;
    let result = tokio::time::timeout(SCENARIO_LIMIT, scenario(project, &chromium, api)).await;
    chromium.close().await;
    Ok(result.unwrap_or(Err(BrowserError::TooLong))?)
}

async fn scenario(project: &Project, chromium: &Chromium, api: &str) -> Result<(), BrowserError> {
    let Chromium { client: page, logs, .. } = chromium;
    page.goto(&format!("{api}/docs")).await.map_err(at("open /docs"))?;
    let operation = operation(page).await?;
    screenshot(project, page, "docs.png").await?;

    let (status, body) = try_out(page, &operation).await?;
    let ticket_id = ticket_id(&body).filter(|_| status == "201");
    let Some(ticket_id) = ticket_id else { return Err(BrowserError::WrongAnswer { status, body }) };
    screenshot(project, page, "docs-created.png").await?;
    println!("The page created {ticket_id}.");

    read_ticket(api, ticket_id).await?;
    let others = logs.requests_elsewhere(api).await.map_err(BrowserError::NoLogs)?;
    if !others.is_empty() {
        return Err(BrowserError::OtherHosts(others));
    }
    let errors = logs.console_errors().await.map_err(BrowserError::NoLogs)?;
    if !errors.is_empty() {
        return Err(BrowserError::ConsoleErrors(errors));
    }
    Ok(())
}

fn at(looked_for: &'static str) -> impl FnOnce(CmdError) -> BrowserError {
    move |source| BrowserError::Page { looked_for, source }
}

/// The box of the operation, once the page has drawn it.
async fn operation(page: &Client) -> Result<Element, BrowserError> {
    let path = format!("//div[contains(@class, 'opblock-post')][.//*[@data-path='{CREATE_PATH}']]");
    wait_for(page, Locator::XPath(&path), "find POST /api/tickets/create").await
}

/// Opens the operation, sends its example, and returns the status and the body that are shown.
async fn try_out(page: &Client, operation: &Element) -> Result<(String, String), BrowserError> {
    let summary = operation.find(Locator::Css(".opblock-summary-control")).await;
    click(summary, "open the operation").await?;
    // Swagger UI draws the operation again when its state changes: look from the page each time.
    wait_for(page, Locator::Css(".opblock-post.is-open .opblock-body"), "see it open").await?;
    let try_out = ".opblock-post.is-open button.try-out__btn:not(.cancel)";
    let buttons = page.find_all(Locator::Css(try_out)).await.map_err(at("look for Try it out"))?;
    if let Some(button) = buttons.into_iter().next() {
        click(Ok(button), "press Try it out").await?;
    }
    let execute = Locator::Css(".opblock-post.is-open button.execute");
    click(Ok(wait_for(page, execute, "find Execute").await?), "press Execute").await?;

    let response = ".opblock-post.is-open .live-responses-table tbody tr.response";
    let row = wait_for(page, Locator::Css(response), "see the live response").await?;
    let script = "arguments[0].scrollIntoView({block: 'center'})";
    let argument = serde_json::to_value(&row).unwrap_or_default();
    page.execute(script, vec![argument]).await.map_err(at("scroll to the response"))?;
    let status = text(&row, ".response-col_status").await?;
    let body = text(&row, ".response-col_description").await?;
    let status = status.split_whitespace().next().unwrap_or_default().to_owned();
    Ok((status, body))
}

async fn wait_for(
    page: &Client,
    locator: Locator<'_>,
    looked_for: &'static str,
) -> Result<Element, BrowserError> {
    page.wait().at_most(PAGE_LIMIT).for_element(locator).await.map_err(at(looked_for))
}

async fn click(
    element: Result<Element, CmdError>,
    action: &'static str,
) -> Result<(), BrowserError> {
    element.map_err(at(action))?.click().await.map_err(at(action))
}

async fn text(parent: &Element, selector: &str) -> Result<String, BrowserError> {
    let looked_for = "read the live response";
    let element = parent.find(Locator::Css(selector)).await.map_err(at(looked_for))?;
    element.text().await.map_err(at(looked_for))
}

/// The first ticket id in a text.
fn ticket_id(text: &str) -> Option<&str> {
    let start = text.find("TKT-")?;
    text.get(start..start + TICKET_ID_LENGTH)
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

async fn read_ticket(api: &str, ticket_id: &str) -> Result<(), BrowserError> {
    let url = format!("{api}/api/tickets/{ticket_id}");
    let not_stored = |reason: String| BrowserError::NotStored { url: url.clone(), reason };
    let failed = |error: reqwest::Error| not_stored(error.to_string());
    let answer = reqwest::Client::new().get(&url).timeout(ANSWER_LIMIT).send().await;
    let answer = answer.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let ticket: Value = answer.json().await.map_err(failed)?;
    if ticket["ticket_id"] == ticket_id { Ok(()) } else { Err(not_stored(ticket.to_string())) }
}

async fn screenshot(project: &Project, page: &Client, name: &str) -> Result<(), BrowserError> {
    let png = page.screenshot().await.map_err(at("take a picture"))?;
    let path = project.screenshots.join(name);
    std::fs::create_dir_all(&project.screenshots)
        .and_then(|()| std::fs::write(&path, png))
        .map_err(|source| BrowserError::Screenshot { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_id_is_found_in_a_body() {
        let body = "Response body\n{\n  \"ticket_id\": \"TKT-20241103-A1B2C3D4\",\n  \"status\"";
        assert_eq!(ticket_id(body), Some("TKT-20241103-A1B2C3D4"));
    }

    #[test]
    fn other_texts_have_none() {
        for text in ["", "TKT-", "TKT-20241103-A1B2C3D", "TKT-\"} TKT-20241103-A1B2C3D4", "TKT-é"]
        {
            assert_eq!(ticket_id(text), None, "{text}");
        }
    }
}
