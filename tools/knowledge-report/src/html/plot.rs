//! The curve of answers as SVG in the page.

use std::fmt::{self, Write};

use file_report::html::{WIDTH, line, plot};

use crate::figures::Figures;

/// Height of what is drawn in.
const HEIGHT: f64 = 180.0;
/// Room around it.
const LEFT: f64 = 44.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 8.0;
const BOTTOM: f64 = 26.0;

/// Answers that are right, and questions that are answered, by the confidence.
pub fn curve(out: &mut String, id: &str, title: &str, figures: &Figures) -> fmt::Result {
    let x = |floor: f64| LEFT + (WIDTH - LEFT - RIGHT) * floor;
    let y = |share: f64| TOP + HEIGHT * (1.0 - share);
    let description = "The share of answers that are right as a full line, and the share of questions that are \
                       answered as a dashed one, by the confidence from which on a reply is suggested. The table has \
                       the figures.";
    plot(out, id, title, description, TOP + HEIGHT + BOTTOM, |out| {
        for level in [0.0, 0.5, 1.0] {
            line(out, "grid", (LEFT, y(level)), (WIDTH - RIGHT, y(level)))?;
            let (x, y) = (LEFT - 8.0, y(level) + 4.0);
            let percent = level * 100.0;
            writeln!(
                out,
                "<text class=\"tick end\" x=\"{x:.1}\" y=\"{y:.1}\">{percent:.0} %</text>"
            )?;
        }
        let right = figures.curve.iter().filter_map(|at| Some((x(at.floor), y(at.right?))));
        polyline(out, "curve accuracy", right)?;
        let answered = figures.curve.iter().map(|at| (x(at.floor), y(at.answered)));
        polyline(out, "curve coverage", answered)?;
        let bottom = TOP + HEIGHT + 18.0;
        for floor in [0.1, 0.5, 0.9] {
            let x = x(floor);
            writeln!(out, "<text class=\"tick\" x=\"{x:.1}\" y=\"{bottom:.1}\">{floor:.1}</text>")?;
        }
        Ok(())
    })
}

fn polyline(
    out: &mut String,
    class: &str,
    points: impl Iterator<Item = (f64, f64)>,
) -> fmt::Result {
    let points: Vec<String> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    writeln!(out, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "))
}
