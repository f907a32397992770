//! HTML as plain text.
//!
//! Works on the stream of tokens and builds no tree: the time grows with the length of the text,
//! and no depth of nesting can exhaust the stack.

use std::ops::Range;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::quotation::Quotations;
use super::visibility::{Style, Visibility};

/// The words of an HTML text with its lines, lists and links.
///
/// Entities are decoded, white space is folded as a browser does it, `<br>` and blocks end lines,
/// list items begin with `-` or their number, a link is `text (address)`, an image `[image: its
/// description]`. Scripts, styles, comments, invisible images, what is hidden from whoever reads it, and
/// addresses that only a browser can open are gone.
pub fn to_text(html: &str) -> String {
    to_text_with_quotations(html).text
}

/// A text made of HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuotingText {
    /// The words.
    pub text: String,
    /// Which of them mail programs mark as written before, in bytes and in order.
    pub quotations: Vec<Range<usize>>,
}

/// What [`to_text`] makes of an HTML text, and which of it quotes an older mail.
pub fn to_text_with_quotations(html: &str) -> QuotingText {
    let mut emitter = DefaultEmitter::default();
    // What is inside <script>, <style> and their like is no markup.
    emitter.naively_switch_states(true);
    let mut renderer = Renderer::default();
    let mut quotations = Quotations::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                quotations.start(&tag, renderer.text.len());
                renderer.start(&tag);
            }
            Token::EndTag(tag) => {
                renderer.end(&tag.name);
                quotations.end(&tag.name, renderer.text.len());
            }
            Token::String(text) => renderer.write(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    renderer.close_link();
    let quotations = quotations.finish(renderer.text.len());
    QuotingText { text: renderer.text, quotations }
}

/// Deepest list whose items are still set further in.
const INDENTED_LISTS: usize = 6;

#[derive(Default)]
struct Renderer {
    text: String,
    /// Line breaks to write before the next word.
    line_breaks: usize,
    /// Whether white space stands before the next word.
    space: bool,
    /// What begins the next word's list item.
    item: Option<String>,
    lists: Vec<List>,
    link: Option<Link>,
    visibility: Visibility,
    preformatted: usize,
}

enum List {
    Bullets,
    /// The number of the last item.
    Numbers(u32),
}

struct Link {
    /// Where in the text it begins, in bytes.
    start: usize,
    address: String,
}

impl Renderer {
    fn start(&mut self, tag: &StartTag<()>) {
        self.visibility.start(tag);
        if self.visibility.hides() {
            return;
        }
        match tag.name.as_slice() {
            b"br" => self.end_line(),
            b"hr" => {
                self.block(1);
                self.write("---");
                self.block(1);
            }
            b"img" => self.image(tag),
            b"a" => {
                self.close_link();
                let address = address(tag);
                self.link = address.map(|address| Link { start: self.text.len(), address });
            }
            b"ul" => self.open_list(List::Bullets),
            b"ol" => self.open_list(List::Numbers(0)),
            b"li" => self.begin_item(),
            b"pre" => {
                self.block(2);
                self.preformatted += 1;
            }
            b"td" | b"th" => self.space = true,
            name => self.block(breaks_around(name)),
        }
    }

    fn end(&mut self, name: &[u8]) {
        let was_hidden = self.visibility.hides();
        self.visibility.end(name);
        if was_hidden {
            return;
        }
        match name {
            b"a" => self.close_link(),
            b"ul" | b"ol" => {
                self.item = None;
                self.lists.pop();
                self.block(2);
            }
            b"pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.block(2);
            }
            b"br" => self.end_line(),
            name => self.block(breaks_around(name)),
        }
    }

    fn write(&mut self, text: &str) {
        if !self.visibility.shows() {
            return;
        }
        for character in text.chars() {
            match character {
                '\n' if self.preformatted > 0 => {
                    self.line_breaks += 1;
                    self.space = false;
                }
                ' ' | '\t' if self.preformatted > 0 => {
                    self.begin_word();
                    self.text.push(character);
                }
                ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}' => self.space = true,
                character => {
                    self.begin_word();
                    self.text.push(character);
                }
            }
        }
    }

    /// Writes what stands before a word: line breaks, a list item's beginning, or white space.
    fn begin_word(&mut self) {
        let line_begins = self.text.is_empty() || self.line_breaks > 0;
        if !self.text.is_empty() {
            self.text.extend(std::iter::repeat_n('\n', self.line_breaks));
        }
        if let Some(item) = self.item.take() {
            self.text.push_str(&item);
        } else if self.space && !line_begins {
            self.text.push(' ');
        }
        self.line_breaks = 0;
        self.space = false;
    }

    /// Ends the line, at most leaving one empty.
    fn end_line(&mut self) {
        if self.item.is_none() && self.line_breaks < 2 {
            self.line_breaks += 1;
        }
        self.space = false;
    }

    /// Parts what came from what follows by so many line breaks; none parts nothing. Within a list
    /// no line is left empty.
    fn block(&mut self, line_breaks: usize) {
        let line_breaks = if self.lists.is_empty() { line_breaks } else { line_breaks.min(1) };
        if line_breaks > 0 {
            if self.item.is_none() {
                self.line_breaks = self.line_breaks.max(line_breaks);
            }
            self.space = false;
        }
    }

    fn open_list(&mut self, list: List) {
        self.item = None;
        self.block(2);
        self.lists.push(list);
    }

    fn begin_item(&mut self) {
        self.item = None;
        self.block(1);
        let mut item = "  ".repeat(self.lists.len().saturating_sub(1).min(INDENTED_LISTS));
        match self.lists.last_mut() {
            Some(List::Numbers(number)) => {
                *number += 1;
                item.push_str(&format!("{number}. "));
            }
            Some(List::Bullets) | None => item.push_str("- "),
        }
        self.item = Some(item);
    }

    fn close_link(&mut self) {
        let Some(link) = self.link.take() else {
            return;
        };
        let shown = self.text.get(link.start..).unwrap_or_default().trim();
        // A link without words is none that a reader sees; one that shows its address says all.
        if !shown.is_empty() && !is_same_address(shown, &link.address) {
            self.text.push_str(&format!(" ({})", link.address));
        }
    }

    fn image(&mut self, tag: &StartTag<()>) {
        if is_invisible(tag) {
            return;
        }
        self.write(&shown(tag));
    }
}

/// Line breaks before and after a block; 0 for what stands within a line.
fn breaks_around(name: &[u8]) -> usize {
    match name {
        b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"blockquote" | b"table" => 2,
        b"address" | b"article" | b"aside" | b"body" | b"center" | b"dd" | b"details" | b"div"
        | b"dl" | b"dt" | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"form"
        | b"header" | b"html" | b"li" | b"main" | b"nav" | b"option" | b"section" | b"summary"
        | b"tr" => 1,
        _ => 0,
    }
}

pub(super) fn attribute(tag: &StartTag<()>, name: &[u8]) -> String {
    let value = tag.attributes.get(name).map(|value| value.as_slice()).unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}

/// The images of an HTML text that are there to be seen and have an address, each as [`to_text`] tells
/// it.
pub fn images(html: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut images = Vec::new();
    let mut visibility = Visibility::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                visibility.start(&tag);
                if tag.name.as_slice() == b"img"
                    && !visibility.hides()
                    && !is_invisible(&tag)
                    && web_address(&attribute(&tag, b"src")).is_some()
                {
                    images.push(shown(&tag));
                }
            }
            Token::EndTag(tag) => visibility.end(&tag.name),
            _ => {}
        }
    }
    images
}

/// What is shown of an image: its description, and its address if that is one of the web.
fn shown(tag: &StartTag<()>) -> String {
    let address = web_address(&attribute(tag, b"src"));
    let shown = match attribute(tag, b"alt").trim() {
        "" => "[image]".to_owned(),
        // Mail programs send emoji as images.
        emoji if !emoji.chars().any(char::is_alphanumeric) => return emoji.to_owned(),
        description => format!("[image: {description}]"),
    };
    address.map_or_else(|| shown.clone(), |address| format!("{shown} ({address})"))
}

/// An address of the web (http or https) without control characters, if that is what the text is.
/// Others, such as `javascript:` and `file:`, are no place that a reader should go to.
pub fn web_address(text: &str) -> Option<String> {
    with_scheme(text, &["http://", "https://"])
}

fn with_scheme(text: &str, schemes: &[&str]) -> Option<String> {
    let address: String = text.trim().chars().filter(|part| !part.is_control()).collect();
    let has_scheme = |scheme: &&str| {
        address.len() > scheme.len()
            && address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let fits = address.chars().count() <= crate::limits::LINK_CHARACTERS;
    (fits && schemes.iter().any(has_scheme)).then_some(address)
}

/// Where a link leads, if that is somewhere outside of the message.
fn address(tag: &StartTag<()>) -> Option<String> {
    with_scheme(&attribute(tag, b"href"), &["http:", "https:", "mailto:", "tel:"])
}

/// Whether a link's words are its address, give or take the scheme and a slash at the end.
fn is_same_address(shown: &str, address: &str) -> bool {
    fn bare(address: &str) -> &str {
        let address = address.trim_end_matches('/');
        let (_, rest) = address.split_once(':').unwrap_or(("", address));
        rest.trim_start_matches('/')
    }
    shown == address || shown.trim_end_matches('/') == bare(address) || bare(shown) == bare(address)
}

/// Whether an image is there to be fetched, not to be seen: at most a pixel high or wide, or hidden.
fn is_invisible(tag: &StartTag<()>) -> bool {
    let is_dot = |length: &str| {
        let number = length.trim().trim_end_matches("px").trim_end();
        number.parse::<f32>().is_ok_and(|pixels| pixels <= 1.0)
    };
    let style = attribute(tag, b"style").to_ascii_lowercase();
    let mut declarations = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    Style::of(tag).is_hidden
        || is_dot(&attribute(tag, b"width"))
        || is_dot(&attribute(tag, b"height"))
        || declarations
            .any(|(name, value)| matches!(name.trim(), "width" | "height") && is_dot(value))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn images_that_nobody_sees_are_not_told() {
        let shown = r#"<img src="https://a.example/1.png">"#;
        assert_eq!(images(shown).len(), 1);
        for html in [
            format!("<div style='display:none'>{shown}</div>"),
            format!("<div hidden><b>{shown}</b></div>"),
            shown.replace("<img", "<img hidden"),
            shown.replace("<img", "<img style='opacity:0'"),
        ] {
            assert_eq!(images(&html), [] as [String; 0], "{html}");
        }
    }

    #[test]
    fn lines_and_paragraphs() {
        for (html, text) in [
            ("<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("<p>One<br>Two<br/>Three</p>", "One\nTwo\nThree"),
            ("<p>One<br><br><br><br>Two</p>", "One\n\nTwo"),
            ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
            ("<div>One<br></div><div>Two</div>", "One\nTwo"),
            ("<p>\n  One\n  <b>big</b>\tword&nbsp;\n</p>", "One big word"),
            ("<h1>Title</h1>Text<hr>End", "Title\n\nText\n---\nEnd"),
            ("<b>a</b><i>b</i>", "ab"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<pre>if a {\n  b\n\n\n}</pre>", "if a {\n  b\n\n\n}"),
            ("<p></p><p> </p>", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn lists() {
        let html = "<p>Steps:</p><ol><li>Open</li><li><p>Close</p><ul><li>now</li><li></li></ul></li></ol>\
                    <p>Done</p>";
        assert_eq!(to_text(html), "Steps:\n\n1. Open\n2. Close\n  - now\n\nDone");
        assert_eq!(to_text("<li>a<li>b"), "- a\n- b");
    }

    #[test]
    fn links_keep_their_address() {
        for (html, text) in [
            (
                "<a href=\"https://a.example/x?a=1&amp;b=2\">here</a>.",
                "here (https://a.example/x?a=1&b=2).",
            ),
            ("<a href='https://a.example/'>https://a.example</a>", "https://a.example"),
            ("<a href='https://a.example/'>a.example</a>", "a.example"),
            ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
            ("<a href='mailto:a@b.example'>mail us</a>", "mail us (mailto:a@b.example)"),
            ("<a href='javascript:alert(1)'>run</a>", "run"),
            ("<a href='java\nscript:alert(1)'>run</a>", "run"),
            ("<a href='#top'>up</a> <a>none</a>", "up none"),
            ("<a href='https://t.example/'></a>x", "x"),
            ("<a href='https://t.example/'><img width=1 src=x></a>x", "x"),
            (
                "<a href='https://a.example/'>one<a href='https://b.example/'>two",
                "one (https://a.example/)two (https://b.example/)",
            ),
            (
                "<a href='https://a.example/'><p>one</p></a><p>two</p>",
                "one (https://a.example/)\n\ntwo",
            ),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
        let long = format!("<a href='https://a.example/{}'>far</a>", "x".repeat(2_000));
        assert_eq!(to_text(&long), "far");
    }

    #[test]
    fn what_nobody_reads_is_gone() {
        for (html, text) in [
            ("a<script>alert('<p>x</p>')</script>b", "ab"),
            ("<head><title>t</title><style>p { color: red }</style></head><body>b</body>", "b"),
            ("a<!-- secret -->b<noscript><img src=t></noscript>", "ab"),
            ("a<img src='https://t.example/p' width=\"1\" height=\"1\">", "a"),
            ("a<img src='https://t.example/p' style='Display: NONE'>", "a"),
            ("a<img src='https://t.example/p' style='height:0px; border: 0'>", "a"),
            (
                "a<img src='https://t.example/p' style='border-width:1px'>",
                "a[image] (https://t.example/p)",
            ),
            ("<img src=x alt='A broken cup' width=200> <img alt='😀'>", "[image: A broken cup] 😀"),
            ("a<script>never closed", "a"),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn entities_and_scripts_of_the_world_come_through() {
        let html = "<p>Caf&eacute; &lt;3 &#x1F600; &copy; &bogus;</p><p>مرحبا 👩‍👩‍👧 שלום 你好</p>";
        assert_eq!(to_text(html), "Café <3 😀 © &bogus;\n\nمرحبا 👩‍👩‍👧 שלום 你好");
    }

    #[test]
    fn hostile_nesting_and_repetition_take_little_time() {
        let repeated = |part: &str| part.repeat(copilot_core::limits::BODY_BYTES / part.len());
        for part in [
            "<div>",
            "<ul><li>",
            "<ol>",
            "<a href=https://a.example>x",
            "</p>",
            "<b",
            "<!--",
            "&",
            "&amp",
            "<p a=1 b=2 c=3>",
            "<pre>\n",
            "<script>",
            "</script",
            "<img alt=x",
            "<br>",
            "<li>x",
            "<td>",
            " ",
            "<![CDATA[",
        ] {
            let start = Instant::now();
            let text = to_text(&repeated(part));
            assert!(text.len() <= 8 * copilot_core::limits::BODY_BYTES, "{part}: {}", text.len());
            // A debug build needs some 100 ms; quadratic time would be minutes.
            assert!(start.elapsed() < Duration::from_secs(10), "{part}: {:?}", start.elapsed());
        }
        let attributes: String = (0..20_000).map(|index| format!(" a{index}=1")).collect();
        assert_eq!(to_text(&format!("<p{attributes}>x</p>")), "x");
    }

    proptest! {
        #[test]
        fn plain_words_come_through(words in prop::collection::vec("[^<&\\s\\p{C}]{1,12}", 1..20)) {
            let html = format!("<p>{}</p>", words.join(" "));
            prop_assert_eq!(to_text(&html), words.join(" "));
        }

        #[test]
        fn never_panics_and_never_grows_without_bound(
            html in prop::collection::vec("<[a-z]{1,6}( [a-z]{1,5}='?.{0,9})?>|</[a-z]{1,6}>|.{0,9}", 0..60)
        ) {
            let html = html.concat();
            let text = to_text(&html);
            prop_assert!(text.len() <= 8 * html.len() + 64);
        }
    }
}
