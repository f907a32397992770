//! The figures as text.

use std::fmt::{self, Write};

use copilot_forecast::trends::unusual::Direction;

use crate::RunFacts;
use crate::figures::{AHEAD, Figures};
use crate::wording::{self, percent, wape};

/// Days that are shown one by one.
const DAYS_SHOWN: usize = 14;
/// Unusual days that are shown.
const UNUSUAL_SHOWN: usize = 8;

/// The figures of `facts`, with a line break at the end.
pub fn report(facts: &RunFacts, figures: &Figures) -> String {
    let mut text = String::new();
    // A string takes all that is written to it.
    let _ = write_report(&mut text, facts, figures);
    text
}

fn write_report(out: &mut String, facts: &RunFacts, figures: &Figures) -> fmt::Result {
    writeln!(out, "Tickets to come, from {}", facts.file)?;
    for line in wording::reading(facts) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{}", wording::method(figures))?;
    writeln!(out, "\n{}", wording::verdict(figures))?;
    backtests(out, figures)?;
    days(out, figures)?;
    labels(out, figures)?;
    unusual(out, figures)?;
    writeln!(out, "\n{}", wording::LIMITS)
}

fn backtests(out: &mut String, figures: &Figures) -> fmt::Result {
    if figures.backtests.iter().all(Option::is_none) {
        return Ok(());
    }
    writeln!(
        out,
        "\n{:<8}{:>11}{:>10}{:>11}{:>13}{:>10}{:>10}",
        "Days", "forecasts", "error", "last week", "eight weeks", "80 % held", "95 % held"
    )?;
    for (ahead, found) in AHEAD.iter().zip(&figures.backtests) {
        let Some(found) = found else { continue };
        let held = |share: Option<f64>| share.map_or("–".to_owned(), percent);
        writeln!(
            out,
            "{ahead:<8}{:>11}{:>10}{:>11}{:>13}{:>10}{:>10}",
            found.origins,
            wape(found.ours),
            wape(found.last_week),
            wape(found.eight_weeks),
            held(found.cover_80.share()),
            held(found.cover_95.share())
        )?;
    }
    Ok(())
}

fn days(out: &mut String, figures: &Figures) -> fmt::Result {
    writeln!(out, "\n{:<16}{:>10}{:>16}{:>16}", "Day", "tickets", "80 % range", "95 % range")?;
    for day in figures.forecast.days.iter().take(DAYS_SHOWN) {
        let (narrow, wide) = (day.range_80, day.range_95);
        writeln!(
            out,
            "{:<16}{:>10.1}{:>16}{:>16}",
            day.date.format("%a %Y-%m-%d").to_string(),
            day.tickets,
            format!("{} to {}", narrow.low, narrow.high),
            format!("{} to {}", wide.low, wide.high)
        )?;
    }
    writeln!(out, "{}", wording::ranges(figures))
}

fn labels(out: &mut String, figures: &Figures) -> fmt::Result {
    if figures.labels.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{:<42}{:>16}{:>12}", "Label", "last 28 days", "next 7 days")?;
    for label in &figures.labels {
        writeln!(out, "{:<42}{:>16}{:>12.1}", label.label, label.tickets, label.next_week)?;
    }
    Ok(())
}

fn unusual(out: &mut String, figures: &Figures) -> fmt::Result {
    if let Some(change) = figures.level_change {
        writeln!(
            out,
            "\nThe level is {:+.0} % since about {}.",
            (change.factor - 1.0) * 100.0,
            change.since
        )?;
    }
    if figures.unusual.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nUnusual days of the last three months")?;
    for day in figures.unusual.iter().rev().take(UNUSUAL_SHOWN) {
        let what = match day.direction {
            Direction::High => "more",
            Direction::Low => "fewer",
        };
        writeln!(
            out,
            "  {}  {} tickets, far {what} than {:.0}",
            day.date, day.tickets, day.expected
        )?;
    }
    Ok(())
}
