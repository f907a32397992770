//! Which elements of an HTML text are hidden, and which hold what was written before. Only such
//! elements are remembered, so that the time does not grow with the depth of the others.

use html5gum::StartTag;

use super::render::attribute;

/// Elements whose end tag may be left out, and that another one of their kind ends.
const SELF_CLOSING: [&[u8]; 8] = [b"p", b"li", b"td", b"th", b"tr", b"dt", b"dd", b"option"];
/// Elements that have no end tag.
const VOID: [&[u8]; 14] = [
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param",
    b"source", b"track", b"wbr",
];
/// Elements within a line: the end of a block ends them too.
const INLINE: [&[u8]; 10] =
    [b"span", b"font", b"a", b"b", b"i", b"em", b"strong", b"u", b"small", b"label"];

/// An element that means something for what is in it.
struct Open {
    name: Vec<u8>,
    /// Open elements of the same name within.
    nested: usize,
    is_hidden: bool,
    /// Whether nothing within can be seen, whatever it says.
    is_final: bool,
}

/// The open elements that say whether their content is seen.
#[derive(Default)]
pub(super) struct Hidden {
    open: Vec<Open>,
}

impl Hidden {
    pub fn is_hidden(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_hidden)
    }

    pub fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        if let Some(top) = self.open.last_mut() {
            if is_in(&SELF_CLOSING, name) && top.name == name && top.nested == 0 {
                self.open.pop();
            } else if top.name == b"p" && super::render::is_block(name) {
                self.open.pop();
            } else if top.name == name {
                top.nested += 1;
            }
        }
        let is_final = self.open.last().is_some_and(|top| top.is_final);
        if is_final || is_in(&VOID, name) {
            return;
        }
        if let Some(hides) = hides(tag) {
            let (is_hidden, is_final) = match hides {
                Hides::Always => (true, true),
                Hides::BySize(is_hidden) => (is_hidden, false),
            };
            // An element that was counted as nested in another is now remembered for itself.
            if let Some(top) = self.open.last_mut().filter(|top| top.name == name) {
                top.nested -= 1;
            }
            self.open.push(Open { name: name.to_vec(), nested: 0, is_hidden, is_final });
        }
    }

    pub fn end(&mut self, name: &[u8]) {
        while self.open.last().is_some_and(|top| {
            top.name != name && is_in(&INLINE, &top.name) && super::render::is_block(name)
        }) {
            self.open.pop();
        }
        if let Some(top) = self.open.last_mut().filter(|top| top.name == name) {
            if top.nested == 0 {
                self.open.pop();
            } else {
                top.nested -= 1;
            }
        }
    }
}

enum Hides {
    Always,
    /// Letters without a size; an element within may give them one.
    BySize(bool),
}

/// What an element says about being seen, if anything.
fn hides(tag: &StartTag<()>) -> Option<Hides> {
    let has_attribute = tag.attributes.keys().any(|name| name.as_slice() == b"hidden");
    let style = attribute(tag, b"style").to_ascii_lowercase();
    let mut by_size = None;
    let (mut is_flat, mut is_clipped) = (false, false);
    for (name, value) in style.split(';').filter_map(|declaration| declaration.split_once(':')) {
        let value = value.trim().trim_end_matches("!important").trim_end();
        match name.trim() {
            "display" if value == "none" => return Some(Hides::Always),
            "visibility" if matches!(value, "hidden" | "collapse") => return Some(Hides::Always),
            "mso-hide" if value == "all" => return Some(Hides::Always),
            "opacity" if is_zero(value) => return Some(Hides::Always),
            "font-size" => by_size = Some(Hides::BySize(is_zero(value))),
            "max-height" | "height" | "max-width" | "width" if is_zero(value) => is_flat = true,
            "overflow" if value == "hidden" => is_clipped = true,
            _ => {}
        }
    }
    if has_attribute || (is_flat && is_clipped) { Some(Hides::Always) } else { by_size }
}

/// `0`, `0px`, `0.0em` and the like.
fn is_zero(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    number.trim().parse::<f32>().is_ok_and(|number| number == 0.0)
}

fn is_in(names: &[&[u8]], name: &[u8]) -> bool {
    names.contains(&name)
}

/// The element that holds what was written before, if one is open.
#[derive(Default)]
pub(super) enum Quotation {
    #[default]
    None,
    /// Up to the end of an element, with the number of open ones of its name within.
    Element(Vec<u8>, usize),
    /// Up to the end of the text.
    Rest,
}

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

impl Quotation {
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::None)
    }

    pub fn start(&mut self, tag: &StartTag<()>) {
        let tag_name = tag.name.as_slice();
        match self {
            Self::Element(name, nested) if name == tag_name => *nested += 1,
            Self::Element(..) | Self::Rest => {}
            Self::None => {
                let marks = format!("{} {}", attribute(tag, b"class"), attribute(tag, b"id"));
                let marks = marks.to_ascii_lowercase();
                let is_any = |known: &[&str]| {
                    marks.split_ascii_whitespace().any(|mark| {
                        let mark = mark.trim_start_matches("x_");
                        known.iter().any(|known| mark == *known)
                    })
                };
                if is_any(&QUOTES_REST) {
                    *self = Self::Rest;
                } else if tag_name == b"blockquote" || is_any(&QUOTES) {
                    *self = Self::Element(tag_name.to_vec(), 0);
                }
            }
        }
    }

    pub fn end(&mut self, tag_name: &[u8]) {
        if let Self::Element(name, nested) = self
            && name == tag_name
        {
            if *nested == 0 {
                *self = Self::None;
            } else {
                *nested -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::html::{to_text, to_text_with_quotations};

    #[test]
    fn what_a_reader_does_not_see_is_left_out() {
        for hidden in [
            "<div style='display:none'>x</div>",
            "<div style=\"color:red; DISPLAY : none !important\">x<div>x</div>x</div>",
            "<span hidden>x</span>",
            "<p style='visibility:hidden'>x</p>",
            "<span style='font-size:0'>x</span>",
            "<span style='font-size:0px;line-height:0'>x<b>x</b></span>",
            "<div style='max-height:0;overflow:hidden'>x</div>",
            "<div style='mso-hide:all'>x</div>",
            "<div style='opacity:0'>x <a href='https://x.example'>x</a></div>",
            "<div style='display:none'>x<img src=a><br>x</div>",
        ] {
            let html = format!("<p>before</p>{hidden}<p>after</p>");
            assert_eq!(to_text(&html), "before\n\nafter", "{html}");
        }
    }

    #[test]
    fn what_a_reader_sees_stays() {
        for html in [
            "<div style='font-size:0'><span style='font-size:13px'>seen</span></div>",
            "<p style='display:none'>x<p>seen",
            "<table><tr><td style='display:none'>x<td>seen</table>",
            "<div style='display:none'><div>x</div></div><div>seen</div>",
            "<div><span style='font-size:0'>x</div>seen",
            "<div style='display:block'>seen</div>",
            "<div style='font-size:0.9em'>seen</div>",
            "<div style='height:0'>seen</div>",
        ] {
            assert_eq!(to_text(html), "seen", "{html}");
        }
    }

    #[test]
    fn quotations_are_known_by_their_element() {
        for html in [
            "a<blockquote>b<blockquote>b</blockquote>b</blockquote>c",
            "a<div class='x gmail_quote'><div>b</div>b</div>c",
            "a<div id='yahoo_quoted'>b</div>c",
            "a<div id='x_divRplyFwdMsg'>b</div>b",
        ] {
            let read = to_text_with_quotations(html);
            let quoted: String =
                read.quotations.iter().map(|range| &read.text[range.clone()]).collect();
            assert!(quoted.contains('b') && !quoted.contains(['a', 'c']), "{html}: {read:?}");
            assert_eq!(read.text, to_text(html));
        }
    }
}
