//! The page of the fixed suggestions: whole, calm about hostile names, and silent about tickets.

use chrono::DateTime;
use copilot_core::ticket::Confidence;

use super::*;
use crate::figures::tests::{fixed, fixed_without_labels};
use file_report::encoding::TextFacts;

fn facts(file: &str, columns: &[(&'static str, &str)]) -> RunFacts {
    RunFacts {
        text: TextFacts::utf_8(0),
        file: file.to_owned(),
        columns: columns.iter().map(|(what, name)| (*what, (*name).to_owned())).collect(),
        threshold: Confidence::parse(0.8).unwrap(),
        limit: None,
        run_at: DateTime::UNIX_EPOCH,
    }
}

#[test]
fn it_shows_the_figures_and_no_ticket() {
    let page = page(&facts("tickets.csv", &[("text", "body"), ("label", "topic")]), &fixed(), None);
    for expected in [
        "50.0 %",
        "66.7 %",
        "0.690",
        "<td class=\"right\" style=\"--share:0.500\">2</td>",
        "line 14 is not JSON",
        "What these figures are not",
        "chitchat",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    assert!(!page.to_lowercase().contains("zebra"));
    assert!(!page.contains("NaN") && !page.contains("inf"), "a figure is none");
}

#[test]
fn without_labels_nothing_is_said_of_accuracy() {
    let page = page(&facts("tickets.csv", &[("text", "body")]), &fixed_without_labels(), None);
    assert!(!page.contains("Accuracy") && !page.contains("Against the labels"));
    assert!(page.contains("Mean confidence"));
}

#[test]
fn nothing_empty_breaks_it() {
    let figures = Figures::default();
    let page = page(&facts("", &[("label", "")]), &figures, Some(&Examples::default()));
    assert!(page.ends_with("</html>\n"));
    assert!(!page.contains("NaN"));
}

#[test]
fn names_from_the_file_stay_texts() {
    let hostile = "<script>alert(1)</script>\"'&";
    let mut figures = fixed();
    figures.labels.unknown.add(hostile);
    figures.languages.add(hostile);
    figures.review_reasons.add(hostile);
    figures.models.add(hostile);
    figures.extracted_values.add(hostile);
    let page = page(&facts(hostile, &[("label", hostile)]), &figures, None);
    assert!(!page.contains("<script"));
    assert!(page.contains("&lt;script&gt;"));
}
