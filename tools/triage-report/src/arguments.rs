//! What the command line says of a report.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;
use copilot_core::ticket::{Category, Confidence, ParseConfidenceError};
use copilot_triage::extraction::{OrderPattern, ParseOrderPatternError};
use file_report::input::InputFile;

/// What to run the AI over, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct TriageArguments {
    #[command(flatten)]
    pub input: InputFile,

    /// Column of the subject [default: subject, title, summary or what exports call it]
    #[arg(long, value_name = "NAME")]
    pub subject_column: Option<String>,

    /// Column of the text [default: description, body, text, content, message, comment or what exports call it]
    #[arg(long, value_name = "NAME")]
    pub text_column: Option<String>,

    /// Column of the category that people chose [default: category, label, type, tags or what exports call it, if there is one]
    #[arg(long, value_name = "NAME")]
    pub label_column: Option<String>,

    /// Column of the time of creation [default: created_at, created, date or what exports call it, if there is one]
    #[arg(long, value_name = "NAME")]
    pub created_column: Option<String>,

    /// What a label of yours means: one of our categories (repeatable)
    #[arg(long = "map", value_name = "LABEL=CATEGORY", value_parser = label_and_category)]
    pub label_mappings: Vec<(String, Category)>,

    /// From which confidence on a suggestion counts as sure, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0.88", value_parser = confidence)]
    pub threshold: Confidence,

    /// Regular expression of your own order numbers, such as W[0-9]{2}/[0-9]{5}
    #[arg(long, value_name = "PATTERN", value_parser = order_pattern)]
    pub order_pattern: Option<String>,

    /// File of the report with plots [default: beside FILE, .triage-report.html in place of its ending]
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,

    /// File to write each row with its suggestion to, as JSON Lines
    #[arg(long, value_name = "FILE.jsonl")]
    pub output: Option<PathBuf>,

    /// Replace files that are there already
    #[arg(long)]
    pub overwrite: bool,

    /// Read this many rows at most
    #[arg(long, value_name = "ROWS")]
    pub limit: Option<NonZeroU64>,

    /// Show three tickets of each category in the report with plots; numbers as long as a card's are masked
    #[arg(long)]
    pub examples: bool,
}

/// The text is not `LABEL=CATEGORY`.
#[derive(Debug, thiserror::Error)]
#[error(
    "must be LABEL=CATEGORY, the category one of shipping, billing, technical, account, refund, order, general"
)]
struct ParseMappingError;

fn label_and_category(text: &str) -> Result<(String, Category), ParseMappingError> {
    // A label may hold an equals sign, a category does not.
    let (label, category) = text.rsplit_once('=').ok_or(ParseMappingError)?;
    let category = Category::parse(&category.trim().to_lowercase()).ok_or(ParseMappingError)?;
    let label = label.trim();
    if label.is_empty() {
        return Err(ParseMappingError);
    }
    Ok((label.to_owned(), category))
}

fn order_pattern(text: &str) -> Result<String, ParseOrderPatternError> {
    text.parse::<OrderPattern>().map(|_| text.to_owned())
}

fn confidence(text: &str) -> Result<Confidence, ParseConfidenceError> {
    Confidence::parse(text.parse().map_err(|_| ParseConfidenceError)?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        triage: TriageArguments,
    }

    fn parse(arguments: &[&str]) -> Result<TriageArguments, clap::Error> {
        let arguments = ["triage"].iter().chain(arguments);
        Line::try_parse_from(arguments).map(|line| line.triage)
    }

    #[test]
    fn labels_are_mapped_to_our_categories() {
        let arguments = parse(&["a.csv", "--map", "Late = parcel=Shipping"]).unwrap();
        assert_eq!(arguments.label_mappings, [("Late = parcel".to_owned(), Category::Shipping)]);
        for wrong in ["Late", "=shipping", "Late=parcels", "Late="] {
            assert!(parse(&["a.csv", "--map", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_of_orders_is_one() {
        let arguments = parse(&["a.csv", "--order-pattern", "W[0-9]{5}"]).unwrap();
        assert_eq!(arguments.order_pattern.as_deref(), Some("W[0-9]{5}"));
        for wrong in ["[", "[0-9]*", ""] {
            assert!(parse(&["a.csv", "--order-pattern", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_threshold_is_a_share() {
        assert!((parse(&["a.csv"]).unwrap().threshold.share() - 0.88).abs() < 1e-9);
        for wrong in ["1.1", "-0.1", "NaN", "80%", ""] {
            let argument = format!("--threshold={wrong}");
            assert!(parse(&["a.csv", &argument]).is_err(), "{wrong}");
        }
        assert!(parse(&["a.csv", "--limit", "0"]).is_err());
    }
}
