//! What a mail of ours says, as plain text and as HTML that holds nothing but that text.

use chrono::{DateTime, Utc};

use super::HeaderText;
use crate::limits;
use copilot_core::ticket::masked;

/// The customer's last words, to be quoted below a reply.
#[derive(Debug, Clone)]
pub struct Quoted<'a> {
    /// Who wrote them, if that has a name.
    pub by: Option<HeaderText>,
    /// When.
    pub at: DateTime<Utc>,
    /// The words. Card numbers and IBANs in them are masked.
    pub text: &'a str,
}

/// A text with line ends as mail has them and without other control characters than tabs.
pub(super) fn plain(text: &str, quoted: Option<&Quoted<'_>>) -> String {
    let mut lines: Vec<String> = lines(text).map(str::to_owned).collect();
    if let Some(quoted) = quoted {
        lines.extend([String::new(), introduction(quoted)]);
        lines.extend(excerpt(quoted).iter().map(|line| format!("> {line}")));
    }
    let kept = |c: &char| *c == '\t' || !c.is_control();
    let lines: Vec<String> =
        lines.iter().map(|line| line.chars().filter(kept).collect::<String>()).collect();
    lines.join("\r\n") + "\r\n"
}

/// The same as HTML. The browser tells each paragraph's direction by its letters.
pub(super) fn html(text: &str, quoted: Option<&Quoted<'_>>) -> String {
    let mut html =
        String::from("<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"></head><body>\r\n");
    html.push_str(&paragraph(lines(text)));
    if let Some(quoted) = quoted {
        html.push_str(&paragraph([introduction(quoted).as_str()].into_iter()));
        let excerpt = excerpt(quoted);
        let words = paragraph(excerpt.iter().map(String::as_str));
        html.push_str(&format!("<blockquote type=\"cite\">\r\n{words}</blockquote>\r\n"));
    }
    html + "</body></html>\r\n"
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().split('\n').map(|line| line.trim_end_matches('\r'))
}

fn paragraph<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let escaped: Vec<String> = lines.map(escape).collect();
    format!("<p dir=\"auto\">{}</p>\r\n", escaped.join("<br>\r\n"))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' => escaped.push(' '),
            character if character.is_control() => {}
            character => escaped.push(character),
        }
    }
    escaped
}

/// In numbers, which every language reads.
fn introduction(quoted: &Quoted<'_>) -> String {
    let at = quoted.at.format("%Y-%m-%d %H:%M UTC");
    match &quoted.by {
        Some(by) => format!("{}, {at}:", by.as_str()),
        None => format!("{at}:"),
    }
}

/// The beginning of the words.
fn excerpt(quoted: &Quoted<'_>) -> Vec<String> {
    let masked = masked(quoted.text.to_owned());
    let beginning: String = masked.chars().take(limits::QUOTED_CHARACTERS).collect();
    let mut kept: Vec<String> =
        lines(&beginning).take(limits::QUOTED_LINES).map(str::to_owned).collect();
    if kept.join("\n").len() < masked.trim_end().len() && masked.len() > kept.join("\n").len() + 1 {
        kept.push("…".to_owned());
    }
    kept
}
