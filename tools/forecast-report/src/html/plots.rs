//! Plots as SVG in the page.

use std::fmt::{self, Write};

use file_report::html::{WIDTH, line, plot};

use crate::figures::Figures;

/// Days of the past that are shown.
const PAST_DAYS: usize = 56;
/// Height of what is drawn in.
const HEIGHT: f64 = 180.0;
/// Room around it.
const LEFT: f64 = 44.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 8.0;
const BOTTOM: f64 = 26.0;

/// The last eight weeks and the days to come with their range.
pub fn days(out: &mut String, id: &str, title: &str, figures: &Figures) -> fmt::Result {
    let counts = figures.counts.counts();
    let past = &counts[counts.len().saturating_sub(PAST_DAYS)..];
    let days = &figures.forecast.days;
    let high = days.iter().map(|day| day.range_80.high);
    let most = f64::from(past.iter().copied().chain(high).max().unwrap_or_default().max(1));
    let all = (past.len() + days.len()).saturating_sub(1).max(1);
    let x = |place: usize| LEFT + (WIDTH - LEFT - RIGHT) * share(place, all);
    let y = |tickets: f64| TOP + HEIGHT * (1.0 - tickets / most);
    let description = "Tickets of the last eight weeks as a full line, and those expected as a dashed one with \
                       its range of 80 %. The table has the figures.";
    plot(out, id, title, description, TOP + HEIGHT + BOTTOM, |out| {
        for level in [0.0, 0.5, 1.0] {
            let at = y(level * most);
            line(out, "grid", (LEFT, at), (WIDTH - RIGHT, at))?;
            let (x, at) = (LEFT - 8.0, at + 4.0);
            writeln!(
                out,
                "<text class=\"tick end\" x=\"{x:.1}\" y=\"{at:.1}\">{:.0}</text>",
                level * most
            )?;
        }
        let band =
            days.iter().enumerate().map(|(ahead, day)| (past.len() + ahead, day.range_80.high));
        let back = days
            .iter()
            .enumerate()
            .rev()
            .map(|(ahead, day)| (past.len() + ahead, day.range_80.low));
        let band = band.chain(back).map(|(place, tickets)| (x(place), y(f64::from(tickets))));
        shape(out, "polygon", "band", band)?;
        let came =
            past.iter().enumerate().map(|(place, tickets)| (x(place), y(f64::from(*tickets))));
        shape(out, "polyline", "curve accuracy", came)?;
        let expected = days.iter().enumerate();
        let expected = expected.map(|(ahead, day)| (x(past.len() + ahead), y(day.tickets)));
        shape(out, "polyline", "curve coverage", expected)?;
        let bottom = TOP + HEIGHT + 18.0;
        let first = figures.counts.day(counts.len() - past.len());
        let next = figures.counts.day(counts.len());
        for (place, date) in [(0, first), (past.len(), next)] {
            let at = x(place).clamp(LEFT + 34.0, WIDTH - RIGHT - 34.0);
            writeln!(out, "<text class=\"tick\" x=\"{at:.1}\" y=\"{bottom:.1}\">{date}</text>")?;
        }
        Ok(())
    })
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| u32::try_from(count).map_or(0.0, f64::from);
    number(part) / number(whole)
}

fn shape(
    out: &mut String,
    element: &str,
    class: &str,
    points: impl Iterator<Item = (f64, f64)>,
) -> fmt::Result {
    write!(out, "<{element} class=\"{class}\" points=\"")?;
    for (x, y) in points {
        write!(out, "{x:.1},{y:.1} ")?;
    }
    writeln!(out, "\"/>")
}
