//! Tables of figures.

use std::fmt::{self, Write};

use super::markup::escaped;

/// A table: its first column holds names, the others figures.
pub struct Table<'a> {
    /// What it shows, for those who do not see the plot beside it.
    pub caption: &'a str,
    /// Above the columns.
    pub headings: &'a [&'a str],
    /// The rows, each with as many cells as there are headings. Texts, not HTML.
    pub rows: Vec<Vec<String>>,
}

impl Table<'_> {
    pub fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "<div class=\"scroll\">\n<table>\n<caption>{}</caption>",
            escaped(self.caption)
        )?;
        write!(out, "<thead><tr>")?;
        for heading in self.headings {
            write!(out, "<th scope=\"col\">{}</th>", escaped(heading))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for row in &self.rows {
            write!(out, "<tr>")?;
            for (place, cell) in row.iter().enumerate() {
                let cell = escaped(cell);
                if place == 0 {
                    write!(out, "<th scope=\"row\">{cell}</th>")?;
                } else {
                    write!(out, "<td>{cell}</td>")?;
                }
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody>\n</table>\n</div>")
    }
}
