//! Plots as SVG in the page. Colours come from its style, so that they follow light and dark.

use std::fmt::{self, Write};

use file_report::html::{WIDTH, escaped, grouped, line, plot};

use crate::figures::{Bin, ratio};
use crate::wording::percent;

/// Where bars begin beside their names.
const NAMES_WIDTH: f64 = 84.0;
/// Room for the figure behind a bar.
const FIGURE_WIDTH: f64 = 72.0;
/// From one bar beneath another to the next.
const BAR_STEP: f64 = 30.0;
/// Thickness of a bar.
const BAR_HEIGHT: f64 = 16.0;
/// From one pair of bars to the next.
const PAIR_STEP: f64 = 38.0;
/// Thickness of a bar of a pair.
const PAIR_HEIGHT: f64 = 11.0;
/// Height of what a plot with two axes draws in.
const FIELD_HEIGHT: f64 = 200.0;
/// Room left of it, for the figures of its axis.
const FIELD_LEFT: f64 = 48.0;
/// Room above it.
const FIELD_TOP: f64 = 24.0;
/// Room right of it.
const FIELD_RIGHT: f64 = 16.0;
/// Room below it, for the figures and the name of its axis.
const FIELD_BOTTOM: f64 = 44.0;

/// A bar of two parts: what is sure, then what is for review.
pub struct SplitBar<'a> {
    pub name: &'a str,
    /// All of it.
    pub count: u64,
    /// How much of it is for review.
    pub for_review: u64,
}

/// A point of a curve, both from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// Along the axis.
    pub x: f64,
    pub y: f64,
}

/// Bars beneath each other, each with its share of all.
pub fn split_bars(out: &mut String, id: &str, title: &str, bars: &[SplitBar<'_>]) -> fmt::Result {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or_default();
    let all: u64 = bars.iter().map(|bar| bar.count).sum();
    let height = BAR_STEP * ratio(bars.len() as u64, 1) + 4.0;
    let description = "Bars by number of tickets. The full part is sure, the hatched part is for \
                       review. The table beside has the figures.";
    plot(out, id, title, description, height, |out| {
        hatching(out, id)?;
        let room = WIDTH - NAMES_WIDTH - FIGURE_WIDTH;
        for (place, bar) in bars.iter().enumerate() {
            let top = BAR_STEP * ratio(place as u64, 1) + 7.0;
            let middle = top + BAR_HEIGHT / 2.0 + 4.5;
            let sure = room * ratio(bar.count - bar.for_review, most);
            let review = room * ratio(bar.for_review, most);
            writeln!(
                out,
                "<text class=\"name\" x=\"{:.1}\" y=\"{middle:.1}\">{}</text>\
                 <rect class=\"sure\" x=\"{NAMES_WIDTH}\" y=\"{top:.1}\" width=\"{sure:.1}\" height=\"{BAR_HEIGHT}\"/>\
                 <rect class=\"review\" fill=\"url(#{id}-hatching)\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{review:.1}\" height=\"{BAR_HEIGHT}\"/>\
                 <text class=\"figure\" x=\"{:.1}\" y=\"{middle:.1}\">{}</text>",
                NAMES_WIDTH - 10.0,
                escaped(bar.name),
                NAMES_WIDTH + sure,
                NAMES_WIDTH + sure + review + 8.0,
                percent(ratio(bar.count, all))
            )?;
        }
        Ok(())
    })
}

/// Two thin bars for each name, both from 0 to 1 where they have a figure: first the full ones,
/// then the hatched ones.
pub fn paired_bars(
    out: &mut String,
    id: &str,
    title: &str,
    bars: &[(&str, Option<f64>, Option<f64>)],
) -> fmt::Result {
    let height = PAIR_STEP * ratio(bars.len() as u64, 1) + 4.0;
    let description = "Two bars for each name, from 0 to 1. The table beside has the figures.";
    plot(out, id, title, description, height, |out| {
        hatching(out, id)?;
        let room = WIDTH - NAMES_WIDTH - FIGURE_WIDTH;
        for (place, (name, full, hatched)) in bars.iter().enumerate() {
            let top = PAIR_STEP * ratio(place as u64, 1) + 6.0;
            writeln!(
                out,
                "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                NAMES_WIDTH - 10.0,
                top + PAIR_HEIGHT + 5.5,
                escaped(name)
            )?;
            let review = format!(" fill=\"url(#{id}-hatching)\"");
            for (class, fill, share, y) in [
                ("sure", "", full, top),
                ("review", review.as_str(), hatched, top + PAIR_HEIGHT + 2.0),
            ] {
                let length = room * share.unwrap_or_default();
                let figure = share.map_or("–".to_owned(), |share| format!("{share:.2}"));
                writeln!(
                    out,
                    "<rect class=\"{class}\"{fill} x=\"{NAMES_WIDTH}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{PAIR_HEIGHT}\"/>\
                     <text class=\"figure small\" x=\"{:.1}\" y=\"{:.1}\">{figure}</text>",
                    NAMES_WIDTH + length + 7.0,
                    y + PAIR_HEIGHT - 0.5
                )?;
            }
        }
        Ok(())
    })
}

/// The pattern of what is for review: it differs from what is sure without its colour too.
fn hatching(out: &mut String, id: &str) -> fmt::Result {
    writeln!(
        out,
        "<defs><pattern id=\"{id}-hatching\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"hatch-ground\" width=\"6\" height=\"6\"/><rect class=\"hatch-line\" width=\"2.4\" height=\"6\"/></pattern></defs>"
    )
}

/// The histogram of confidence, with the threshold.
pub fn histogram(
    out: &mut String,
    id: &str,
    title: &str,
    bins: &[Bin],
    threshold: f64,
) -> fmt::Result {
    let most = bins.iter().map(|bin| bin.rows).max().unwrap_or_default();
    let description = "Bars by tenths of confidence, and the threshold as a line. The table beside \
                       has the figures.";
    plot(out, id, title, description, field_height(), |out| {
        hatching(out, id)?;
        let step = field_width() / ratio(bins.len() as u64, 1);
        for share in [0.5, 1.0] {
            let y = field_y(share);
            line(out, "grid", (FIELD_LEFT, y), (WIDTH - FIELD_RIGHT, y))?;
        }
        for bin in bins {
            let tall = FIELD_HEIGHT * ratio(bin.rows, most);
            let left = field_x(bin.from) + 2.0;
            let (class, fill) = if bin.to <= threshold + 1e-9 {
                ("review", format!(" fill=\"url(#{id}-hatching)\""))
            } else {
                ("sure", String::new())
            };
            writeln!(
                out,
                "<rect class=\"{class}\"{fill} x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>",
                field_y(0.0) - tall,
                step - 4.0
            )?;
        }
        for (share, count) in [(0.0, 0), (1.0, most)] {
            figure_left(out, field_y(share), &grouped(count))?;
        }
        axis_below(out, "confidence")?;
        threshold_line(out, threshold)
    })
}

/// How often suggestions of each confidence are right, against what the confidence promises.
pub fn reliability(out: &mut String, id: &str, title: &str, bins: &[Bin]) -> fmt::Result {
    let description = "A point for each tenth of confidence: to the right its mean confidence, up the \
                       share that is right, with its interval. On the dashed line both are the same. \
                       The table beside has the figures.";
    let labelled: u64 = bins.iter().map(|bin| bin.right.whole).sum();
    plot(out, id, title, description, field_height(), |out| {
        share_field(out)?;
        line(out, "ideal", (field_x(0.0), field_y(0.0)), (field_x(1.0), field_y(1.0)))?;
        for bin in bins.iter().filter(|bin| bin.right.whole > 0) {
            let x = field_x(bin.mean_confidence);
            let (low, high) = bin.right.interval();
            line(out, "interval", (x, field_y(low)), (x, field_y(high)))?;
            // The area is as the number of rows.
            let radius = 3.0 + 9.0 * ratio(bin.right.whole, labelled).sqrt();
            let y = field_y(bin.right.share());
            writeln!(
                out,
                "<circle class=\"point\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>"
            )?;
        }
        axis_below(out, "mean confidence")
    })
}

/// Two curves over the threshold: how much is sure, and how much of that is right.
pub fn curves(
    out: &mut String,
    id: &str,
    title: &str,
    coverage: &[Point],
    accuracy: &[Point],
    threshold: f64,
) -> fmt::Result {
    let description = "Two curves over the threshold: the full one is the accuracy of what is sure, \
                       the dashed one its share of all. The table beside has the figures.";
    plot(out, id, title, description, field_height(), |out| {
        share_field(out)?;
        curve(out, "coverage", coverage)?;
        curve(out, "accuracy", accuracy)?;
        axis_below(out, "threshold")?;
        threshold_line(out, threshold)
    })
}

fn curve(out: &mut String, class: &str, points: &[Point]) -> fmt::Result {
    write!(out, "<polyline class=\"curve {class}\" points=\"")?;
    for point in points {
        write!(out, "{:.1},{:.1} ", field_x(point.x), field_y(point.y))?;
    }
    writeln!(out, "\"/>")
}

/// The lines and figures of an axis of shares, up.
fn share_field(out: &mut String) -> fmt::Result {
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = field_y(share);
        line(out, "grid", (FIELD_LEFT, y), (WIDTH - FIELD_RIGHT, y))?;
        figure_left(out, y, &format!("{:.0} %", share * 100.0))?;
    }
    Ok(())
}

fn figure_left(out: &mut String, y: f64, figure: &str) -> fmt::Result {
    let (x, y) = (FIELD_LEFT - 8.0, y + 4.0);
    writeln!(out, "<text class=\"tick end\" x=\"{x:.1}\" y=\"{y:.1}\">{figure}</text>")
}

fn axis_below(out: &mut String, name: &str) -> fmt::Result {
    let y = field_y(0.0);
    line(out, "axis", (FIELD_LEFT, y), (WIDTH - FIELD_RIGHT, y))?;
    for tenths in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let x = field_x(tenths);
        let y = y + 17.0;
        writeln!(out, "<text class=\"tick\" x=\"{x:.1}\" y=\"{y:.1}\">{tenths:.1}</text>")?;
    }
    let (x, y) = (field_x(0.5), y + 37.0);
    writeln!(out, "<text class=\"tick\" x=\"{x:.1}\" y=\"{y:.1}\">{name}</text>")
}

fn threshold_line(out: &mut String, threshold: f64) -> fmt::Result {
    let x = field_x(threshold);
    line(out, "threshold", (x, FIELD_TOP - 6.0), (x, field_y(0.0)))?;
    // The name stays within the plot.
    let middle = x.clamp(FIELD_LEFT + 45.0, WIDTH - FIELD_RIGHT - 45.0);
    let y = FIELD_TOP - 11.0;
    writeln!(
        out,
        "<text class=\"tick\" x=\"{middle:.1}\" y=\"{y:.1}\">threshold {threshold}</text>"
    )
}

fn field_height() -> f64 {
    FIELD_TOP + FIELD_HEIGHT + FIELD_BOTTOM
}

fn field_width() -> f64 {
    WIDTH - FIELD_LEFT - FIELD_RIGHT
}

fn field_x(share: f64) -> f64 {
    FIELD_LEFT + field_width() * share
}

fn field_y(share: f64) -> f64 {
    FIELD_TOP + FIELD_HEIGHT * (1.0 - share)
}
