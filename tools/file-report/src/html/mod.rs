//! A page of HTML that needs nothing else: no script, no font, no image from elsewhere.

mod markup;
mod plot;
mod table;

use std::fmt::{self, Write};

pub use markup::{escaped, grouped, percent};
pub use plot::{WIDTH, line, plot};
pub use table::Table;

/// How the page looks.
const STYLE: &str = include_str!("style.css");
/// What the page may load: its own style, nothing else.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What stands at the top of a page.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
    /// What marks the page as one of ours, near its beginning.
    pub mark: &'a str,
    /// What kind of report it is.
    pub kind: &'a str,
    /// What the report says, before the file's name.
    pub title: &'a str,
    /// The file's name, a text.
    pub file: &'a str,
    /// How it was made, as HTML.
    pub about: &'a str,
}

/// A page with what `body` writes into it.
pub fn page(heading: &Heading<'_>, body: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut page = String::new();
    // A string takes all that is written to it.
    let _ = write_page(&mut page, heading, body);
    page
}

fn write_page(
    out: &mut String,
    heading: &Heading<'_>,
    body: impl FnOnce(&mut String) -> fmt::Result,
) -> fmt::Result {
    let Heading { mark, kind, title, file, about } = heading;
    let file = escaped(file);
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"generator\" content=\"{mark}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_POLICY}\">")?;
    writeln!(out, "<title>{title} {file}</title>\n<style>\n{STYLE}</style>\n</head>")?;
    writeln!(out, "<body>\n<header>\n<p class=\"kicker\">Customer support copilot · {kind}</p>")?;
    writeln!(out, "<h1>{title} <span class=\"file\">{file}</span></h1>")?;
    writeln!(out, "<p class=\"muted\">{about}</p>\n</header>\n<main>")?;
    body(out)?;
    writeln!(out, "</main>\n</body>\n</html>")
}

/// Begins a part of the page.
pub fn begin(out: &mut String, id: &str, title: &str, text: &str) -> fmt::Result {
    writeln!(out, "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>")?;
    if text.is_empty() { Ok(()) } else { writeln!(out, "<p class=\"lead\">{}</p>", escaped(text)) }
}

/// One figure, large.
pub fn key_figure(out: &mut String, name: &str, figure: &str, note: &str) -> fmt::Result {
    writeln!(
        out,
        "<div><dt>{name}</dt><dd>{}<span class=\"note\">{}</span></dd></div>",
        escaped(figure),
        escaped(note)
    )
}
