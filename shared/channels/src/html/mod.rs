//! Text that may be HTML, made readable.
//!
//! Intercom sends HTML in most API versions and plain text from 2.15 on, and nothing in a
//! notification says which; templates of Zendesk triggers hold either. Plain text must come through
//! unchanged even if it holds `<`, so a text counts as HTML only if it both begins and ends with
//! markup, as Intercom's does, which is a row of elements such as `<p>…</p>`; or if a program has
//! written the markup in it (`tags`). Other HTML is shown as it is, which is ugly but loses nothing.

mod quotation;
mod render;
mod tags;
mod visibility;

use std::borrow::Cow;

pub use render::{QuotingText, images, to_text, to_text_with_quotations, web_address};

/// The text as a person reads it: HTML becomes plain text, plain text stays exactly as it is.
pub fn readable_text(text: &str) -> Cow<'_, str> {
    if is_html(text) || tags::are_written_by_a_program(text) {
        Cow::Owned(to_text(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// A text of one line, such as a name, whose entities (`&#39;`, `&amp;`) are decoded. `<` stays what it
/// is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    let is_encoded = text.split_once('&').is_some_and(|(_, rest)| rest.contains(';'));
    if is_encoded { Cow::Owned(to_text(&text.replace('<', "&lt;"))) } else { Cow::Borrowed(text) }
}

/// Whether the first thing is a start tag of a known element, a doctype or a comment, and the last
/// thing an end tag, an element that has none, or a comment.
fn is_html(text: &str) -> bool {
    let text = text.trim();
    let Some(rest) = text.strip_prefix('<').filter(|_| text.ends_with('>')) else {
        return false;
    };
    let begins = rest.starts_with("!--")
        || rest.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("!doctype"))
        || is_in(element_name(rest), &[ELEMENTS, VOID_ELEMENTS]);
    let Some((_, last)) = text.rsplit_once('<') else {
        return false;
    };
    let ends = text.ends_with("-->")
        || match last.strip_prefix('/') {
            Some(name) => is_in(element_name(name), &[ELEMENTS]),
            None => is_in(element_name(last), &[VOID_ELEMENTS]),
        };
    begins && ends
}

/// The name that a tag begins with; empty when what follows it is nothing that may follow one.
fn element_name(tag: &str) -> &str {
    let end = tag.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(tag.len());
    let follows = tag.as_bytes().get(end);
    let is_name =
        follows.is_some_and(|byte| matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n'));
    if is_name { &tag[..end] } else { "" }
}

fn is_in(name: &str, lists: &[&[&str]]) -> bool {
    lists.iter().any(|list| list.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// Elements that messages are made of and that have an end tag.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "html",
    "i",
    "iframe",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
];

/// Elements that messages are made of and that have no end tag.
const VOID_ELEMENTS: &[&str] = &["br", "hr", "img", "link", "meta"];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in [
            "",
            " ",
            "a < b",
            "a < b and c > d",
            "<3",
            "I <3 you > all",
            "if x<y then z>w",
            "<john@example.com>",
            "John <john@example.com>",
            "<https://example.com/>",
            "<order><id>5</id></order>",
            "<b> is bold, <i> is italic",
            "<a> or <b>",
            "the page shows <br> instead of a line break",
            "<p>hello</p> is what your page shows",
            "AT&amp;T &lt;3",
            "<",
            ">",
            "<>",
            "</>",
            "<!",
            "<!doctyp>",
            "<é>",
            "<p",
            "line one\nline two\n\n<- see above ->",
            "مرحبا <3 👋🏽",
        ] {
            assert_eq!(readable_text(text), text);
        }
    }

    #[test]
    fn entities_in_a_line_are_decoded() {
        for (text, expected) in [
            ("O&#39;Brien &amp; Sons", "O'Brien & Sons"),
            ("Caf&eacute; <b>", "Café <b>"),
            ("AT&T; R & D", "AT&T; R & D"),
            ("Rosa & Sam", "Rosa & Sam"),
        ] {
            assert_eq!(decoded(text), expected);
        }
    }

    #[test]
    fn markup_at_both_ends_is_html() {
        for (html, text) in [
            ("<p>Hello</p>", "Hello"),
            ("  <P CLASS=x>Hello</P >\n", "Hello"),
            ("<b>Hello</b> and <i>bye</i>", "Hello and bye"),
            ("<p>a &lt; b</p>", "a < b"),
            ("<div>Hello<br></div><br/>", "Hello"),
            ("<!DOCTYPE html><html><body>Hello</body></html>", "Hello"),
            ("<!-- mail --><p>Hello</p><!-- end -->", "Hello"),
            (
                "<html><head><style>p{}</style></head><body>Hi</body></html>\r\n-- \r\nSam",
                "Hi\n-- Sam",
            ),
            ("<img src=\"https://cdn.example/a.png\">", "[image] (https://cdn.example/a.png)"),
        ] {
            assert_eq!(readable_text(html), text, "{html}");
        }
    }

    proptest! {
        #[test]
        fn text_without_a_tag_is_unchanged(text in "[^<]*(< ?[^a-zA-Z/!<][^<]*)*|[^>]*") {
            prop_assert_eq!(readable_text(&text), text.as_str());
        }

        #[test]
        fn never_panics(text in ".*", markup in "(<[a-z/!-]{0,4}[ >]?|[a-zé<>&; ]){0,60}") {
            let _ = readable_text(&text);
            let _ = readable_text(&markup);
        }
    }
}
