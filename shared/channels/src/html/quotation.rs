//! Which elements of an HTML text hold what was written before. Only such an element is remembered, so
//! that the time does not grow with the depth of the others.

use std::ops::Range;

use html5gum::StartTag;

use super::render::attribute;

/// Classes and ids of the elements in which mail programs put what they quote.
const QUOTES: [&str; 8] = [
    "gmail_quote",
    "gmail_extra",
    "yahoo_quoted",
    "protonmail_quote",
    "moz-cite-prefix",
    "tutanota_quote",
    "zmail_extra",
    "ms-outlook-mobile-reference-message",
];
/// Those that stand before what they quote, which reaches to the end.
const QUOTES_REST: [&str; 3] =
    ["divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container"];

/// The quotations of a text that is being made.
#[derive(Default)]
pub(super) struct Quotations {
    open: Open,
    /// Where in the text the open one begins, in bytes.
    start: usize,
    found: Vec<Range<usize>>,
}

#[derive(Default)]
enum Open {
    #[default]
    None,
    /// Up to the end of an element, with the number of open ones of its name within.
    Element(Vec<u8>, usize),
    /// Up to the end of the text.
    Rest,
}

impl Quotations {
    /// Notes that an element begins where the text has this length.
    pub(super) fn start(&mut self, tag: &StartTag<()>, length: usize) {
        let name = tag.name.as_slice();
        match &mut self.open {
            Open::Element(open, nested) if open == name => *nested += 1,
            Open::Element(..) | Open::Rest => {}
            Open::None => {
                let opened = opened_by(tag);
                if !matches!(opened, Open::None) {
                    self.open = opened;
                    self.start = length;
                }
            }
        }
    }

    /// Notes that an element ends where the text has this length.
    pub(super) fn end(&mut self, name: &[u8], length: usize) {
        match &mut self.open {
            Open::Element(open, nested) if open == name && *nested > 0 => *nested -= 1,
            Open::Element(open, _) if open == name => self.close(length),
            Open::Element(..) | Open::Rest | Open::None => {}
        }
    }

    /// The quotations of the text, which ends here.
    pub(super) fn finish(mut self, length: usize) -> Vec<Range<usize>> {
        if !matches!(self.open, Open::None) {
            self.close(length);
        }
        self.found
    }

    fn close(&mut self, length: usize) {
        self.open = Open::None;
        if self.start < length {
            self.found.push(self.start..length);
        }
    }
}

fn opened_by(tag: &StartTag<()>) -> Open {
    let marks = format!("{} {}", attribute(tag, b"class"), attribute(tag, b"id"));
    let marks = marks.to_ascii_lowercase();
    // Outlook puts an `x_` before the marks of what it quotes again.
    let is_any = |known: &[&str]| {
        marks.split_ascii_whitespace().any(|mark| known.contains(&mark.trim_start_matches("x_")))
    };
    if is_any(&QUOTES_REST) {
        Open::Rest
    } else if tag.name.as_slice() == b"blockquote" || is_any(&QUOTES) {
        Open::Element(tag.name.to_vec(), 0)
    } else {
        Open::None
    }
}

#[cfg(test)]
mod tests {
    use crate::html::{to_text, to_text_with_quotations};

    #[test]
    fn quotations_are_known_by_their_element() {
        for html in [
            "a<blockquote>b<blockquote>b</blockquote>b</blockquote>c",
            "a<div class='x gmail_quote'><div>b</div>b</div>c",
            "a<div id='yahoo_quoted'>b</div>c",
            "a<div id='x_divRplyFwdMsg'>b</div>b",
            "a<blockquote>b",
        ] {
            let read = to_text_with_quotations(html);
            let quoted: String =
                read.quotations.iter().map(|range| &read.text[range.clone()]).collect();
            assert!(quoted.contains('b') && !quoted.contains(['a', 'c']), "{html}: {read:?}");
            assert_eq!(read.text, to_text(html));
        }
    }
}
