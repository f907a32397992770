//! The frame of a plot as SVG. Colours come from the page's style, so that they follow light and dark.

use std::fmt::{self, Write};

use super::markup::escaped;

/// Width of every plot, in its own units; about a pixel each.
pub const WIDTH: f64 = 460.0;

/// A plot's frame: its name, what it says, and what `draw` draws.
pub fn plot(
    out: &mut String,
    id: &str,
    title: &str,
    description: &str,
    height: f64,
    draw: impl FnOnce(&mut String) -> fmt::Result,
) -> fmt::Result {
    writeln!(
        out,
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-text\">{}</desc>",
        escaped(title),
        escaped(description)
    )?;
    draw(out)?;
    writeln!(out, "</svg>")
}

/// A straight line.
pub fn line(out: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) -> fmt::Result {
    writeln!(
        out,
        "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        from.0, from.1, to.0, to.1
    )
}
