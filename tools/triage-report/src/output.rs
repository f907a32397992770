//! Rows with their suggestions, as JSON Lines.

use copilot_core::ticket::{Extracted, LanguageCode, ModelName, Suggestion, SuggestionReason};
use serde::Serialize;

use file_report::rows::Row;

/// A suggestion as it is written.
#[derive(Debug, Serialize)]
struct WrittenSuggestion<'a> {
    category: Option<&'static str>,
    priority: &'static str,
    confidence: f64,
    needs_review: bool,
    reasons: &'a [SuggestionReason],
    extracted: &'a [Extracted],
    order_id: Option<&'a str>,
    language: Option<LanguageCode>,
    model: &'a ModelName,
}

/// One line: `{"line": …, "row": {…}, "suggestion": {…}}`, with its line break.
///
/// # Errors
/// The suggestion has no form in JSON.
pub fn line(row: &Row, suggestion: &Suggestion) -> Result<String, serde_json::Error> {
    let written = WrittenSuggestion {
        category: suggestion.category.map(|category| category.name()),
        priority: suggestion.priority.name(),
        confidence: suggestion.confidence.share(),
        needs_review: suggestion.needs_review,
        reasons: &suggestion.reasons,
        extracted: &suggestion.extracted,
        order_id: suggestion.only_order_id().map(|order| order.as_str()),
        language: suggestion.language,
        model: &suggestion.model,
    };
    let suggestion = serde_json::to_string(&written)?;
    // The row is JSON already: as it was read, or as its columns were written.
    let original = row.original.as_deref().unwrap_or("null");
    let line = row.line;
    Ok(format!("{{\"line\":{line},\"row\":{original},\"suggestion\":{suggestion}}}\n"))
}
