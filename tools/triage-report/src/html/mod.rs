//! The figures as one page of HTML with plots.

mod plots;
mod quality;
mod sections;

use std::fmt::{self, Write};

use file_report::html::{self, Heading, escaped};

use crate::RunFacts;
use crate::examples::Examples;
use crate::figures::Figures;
use crate::wording;

/// What marks a page as one of ours, which a new one may replace.
pub const REPORT_MARK: &str = "customer-support-copilot triage report";

pub fn page(facts: &RunFacts, figures: &Figures, examples: Option<&Examples>) -> String {
    let heading = Heading {
        mark: REPORT_MARK,
        kind: "triage report",
        title: "What the AI makes of",
        file: &facts.file,
        about: &about(facts, figures),
    };
    html::page(&heading, |out| body(out, facts, figures, examples))
}

fn body(
    out: &mut String,
    facts: &RunFacts,
    figures: &Figures,
    examples: Option<&Examples>,
) -> fmt::Result {
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
    sections::reading(out, facts, figures)
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
