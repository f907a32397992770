//! The figures as one page of HTML with plots, which needs nothing else: no script, no font, no
//! image from elsewhere.

mod markup;
mod plots;
mod quality;
mod sections;
mod table;

use std::fmt::{self, Write};

use crate::RunFacts;
use crate::examples::Examples;
use crate::figures::Figures;
use crate::files::REPORT_MARK;
use crate::wording;
use markup::escaped;

/// How the page looks.
const STYLE: &str = include_str!("style.css");
/// What the page may load: its own style, nothing else.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub fn page(facts: &RunFacts, figures: &Figures, examples: Option<&Examples>) -> String {
    let mut page = String::new();
    // A string takes all that is written to it.
    let _ = write_page(&mut page, facts, figures, examples);
    page
}

fn write_page(
    out: &mut String,
    facts: &RunFacts,
    figures: &Figures,
    examples: Option<&Examples>,
) -> fmt::Result {
    let file = escaped(&facts.file);
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"generator\" content=\"{REPORT_MARK}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_POLICY}\">")?;
    writeln!(out, "<title>What the AI makes of {file}</title>\n<style>\n{STYLE}</style>\n</head>")?;
    writeln!(
        out,
        "<body>\n<header>\n<p class=\"kicker\">Customer support copilot · triage report</p>"
    )?;
    writeln!(out, "<h1>What the AI makes of <span class=\"file\">{file}</span></h1>")?;
    writeln!(out, "<p class=\"muted\">{}</p>\n</header>\n<main>", about(facts, figures))?;
    sections::key_figures(out, facts, figures)?;
    limits(out, figures)?;
    sections::categories(out, figures)?;
    sections::confidence(out, facts, figures)?;
    sections::review(out, facts, figures)?;
    if facts.has_labels() {
        quality::labels(out, facts, figures)?;
    }
    sections::priorities(out, figures)?;
    sections::contents(out, figures)?;
    if let Some(examples) = examples {
        sections::examples(out, examples)?;
    }
    sections::reading(out, facts, figures)?;
    writeln!(out, "</main>\n</body>\n</html>")
}

fn about(facts: &RunFacts, figures: &Figures) -> String {
    let (models, others) = figures.models.ranked(3);
    let mut models = models.iter().map(|(name, _)| escaped(name)).collect::<Vec<_>>().join(", ");
    if others > 0 {
        models.push_str(" and others");
    }
    let run_at = facts.run_at.format("%Y-%m-%d %H:%M UTC");
    format!("Model {models} · threshold {} · run on {run_at}", facts.threshold.share())
}

fn limits(out: &mut String, figures: &Figures) -> fmt::Result {
    writeln!(
        out,
        "<aside aria-labelledby=\"limits\">\n<h2 id=\"limits\">What these figures are not</h2>"
    )?;
    writeln!(out, "<p>{}</p>", escaped(wording::LIMITS_OF_SHARES))?;
    if figures.has_labels() {
        writeln!(out, "<p>{}</p>", escaped(wording::LIMITS_OF_ACCURACY))?;
    }
    writeln!(out, "</aside>")
}

#[cfg(test)]
mod tests;
