//! What a reader of HTML does not see, although it has words: `hidden`, `display: none`, letters of no
//! size, and the like. Mail templates put a preview there; whoever wants an agent or a model to read
//! what nobody sees puts it there too.

use html5gum::StartTag;

use super::render::attribute;

/// Most open elements that are followed. What is nested deeper is seen as its parents are.
const DEPTH: usize = 512;
/// Largest size of letters, in pixels or points, that nobody can read.
const UNREADABLE_SIZE: f32 = 1.0;
/// How far a text is moved to stand outside of every window, in pixels.
const FAR_OUTSIDE: f32 = -500.0;

/// Elements whose content is never shown.
const NEVER_SHOWN: [&[u8]; 8] =
    [b"script", b"style", b"title", b"template", b"iframe", b"noscript", b"noembed", b"noframes"];
/// Elements without an end.
const WITHOUT_END: [&[u8]; 14] = [
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param",
    b"source", b"track", b"wbr",
];
/// Elements that end where another one of these begins, whether their end is written or not.
const ENDED_BY: [(&[u8], &[&[u8]]); 5] = [
    (
        b"p",
        &[
            b"p",
            b"div",
            b"ul",
            b"ol",
            b"table",
            b"h1",
            b"h2",
            b"h3",
            b"h4",
            b"h5",
            b"h6",
            b"hr",
            b"pre",
            b"blockquote",
            b"section",
            b"article",
            b"footer",
            b"header",
        ],
    ),
    (b"li", &[b"li"]),
    (b"td", &[b"td", b"th", b"tr"]),
    (b"th", &[b"td", b"th", b"tr"]),
    (b"tr", &[b"tr"]),
];

/// The open elements, as far as they say what is seen.
#[derive(Default)]
pub(super) struct Visibility {
    open: Vec<Open>,
}

struct Open {
    name: Vec<u8>,
    /// Nothing inside is shown, whatever it says.
    is_hidden: bool,
    /// Letters have no size, unless something inside gives them one.
    is_tiny: bool,
}

impl Visibility {
    /// Whether words that stand here are seen.
    pub(super) fn shows(&self) -> bool {
        self.open.last().is_none_or(|open| !open.is_hidden && !open.is_tiny)
    }

    /// Whether nothing that stands here can be seen.
    pub(super) fn hides(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_hidden)
    }

    /// Notes that an element begins.
    pub(super) fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        if let Some(last) = self.open.last()
            && ENDED_BY.iter().any(|(open, by)| *open == last.name && by.contains(&name))
        {
            self.open.pop();
        }
        if WITHOUT_END.contains(&name) || self.open.len() >= DEPTH {
            return;
        }
        let style = Style::of(tag);
        let (is_hidden, is_tiny) =
            self.open.last().map_or((false, false), |open| (open.is_hidden, open.is_tiny));
        self.open.push(Open {
            name: name.to_vec(),
            is_hidden: is_hidden || style.is_hidden || NEVER_SHOWN.contains(&name),
            is_tiny: style.is_tiny.unwrap_or(is_tiny),
        });
    }

    /// Notes that an element ends, and all in it.
    pub(super) fn end(&mut self, name: &[u8]) {
        if let Some(place) = self.open.iter().rposition(|open| open.name == name) {
            self.open.truncate(place);
        }
    }
}

/// What an element says of how it is seen.
pub(super) struct Style {
    pub(super) is_hidden: bool,
    is_tiny: Option<bool>,
}

impl Style {
    pub(super) fn of(tag: &StartTag<()>) -> Self {
        let text = attribute(tag, b"style").to_ascii_lowercase();
        let mut style = Self { is_hidden: has_hidden(tag), is_tiny: None };
        let (mut is_cut, mut has_no_room) = (false, false);
        for (name, value) in text.split(';').filter_map(|declaration| declaration.split_once(':')) {
            let value = value.trim().trim_end_matches("!important").trim_end();
            match name.trim() {
                "display" => style.is_hidden |= value == "none",
                "visibility" => style.is_hidden |= matches!(value, "hidden" | "collapse"),
                "mso-hide" => style.is_hidden |= value == "all",
                "opacity" => style.is_hidden |= number(value) == Some(0.0),
                "font-size" => style.is_tiny = number(value).map(|size| is_tiny(size, value)),
                "overflow" => is_cut |= value == "hidden",
                "height" | "max-height" | "width" | "max-width" => {
                    has_no_room |= number(value) == Some(0.0);
                }
                "text-indent" | "left" | "top" | "margin-left" => {
                    style.is_hidden |= number(value).is_some_and(|far| far <= FAR_OUTSIDE);
                }
                _ => {}
            }
        }
        style.is_hidden |= is_cut && has_no_room;
        style
    }
}

fn has_hidden(tag: &StartTag<()>) -> bool {
    tag.attributes.contains_key(&b"hidden"[..])
}

/// The number that a length begins with.
fn number(value: &str) -> Option<f32> {
    let end =
        value.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+')).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// Of sizes that depend on the parent's only nothing is tiny.
fn is_tiny(size: f32, value: &str) -> bool {
    let is_absolute = value.ends_with("px") || value.ends_with("pt");
    size == 0.0 || (is_absolute && size <= UNREADABLE_SIZE)
}

#[cfg(test)]
mod tests {
    use super::super::to_text;

    #[test]
    fn what_a_reader_does_not_see_is_gone() {
        for html in [
            "a<span hidden>secret</span>b",
            "a<span style='display:none'>secret</span>b",
            "a<span style='DISPLAY : None !important; color:red'>secret</span>b",
            "a<span style='visibility:hidden'>secret</span>b",
            "a<span style='font-size:0'>secret</span>b",
            "a<span style='font-size:0px'>secret<b>secret</b></span>b",
            "a<span style='font-size:1px;color:#fff'>secret</span>b",
            "a<span style='opacity:0'>secret</span>b",
            "a<span style='max-height:0;overflow:hidden'>secret</span>b",
            "a<span style='text-indent:-9999px'>secret</span>b",
            "a<span style='mso-hide:all'>secret</span>b",
            "a<span hidden>secret<i>secret</i> <span>secret</span> secret</span>b",
            "a<span hidden>secret<br><a href='https://a.example'>secret</a></span>b",
        ] {
            assert_eq!(to_text(html), "ab", "{html}");
        }
        let nested = "<div>a</div><div style='display:none'><div>x</div>secret</div><div>b</div>";
        assert_eq!(to_text(nested), "a\nb");
        assert_eq!(to_text("<p hidden>secret<p>b"), "b");
        assert_eq!(to_text("<ul><li hidden>secret<li>b</ul>"), "- b");
    }

    #[test]
    fn what_a_reader_sees_stays() {
        for html in [
            "<td style='font-size:0px'><div style='font-size:14px'>words</div></td>",
            "<span style='font-size:0.9em'>words</span>",
            "<span style='font-size:100%'>words</span>",
            "<span style='opacity:0.8'>words</span>",
            "<span style='overflow:hidden;height:20px'>words</span>",
            "<div style='display:block;max-width:0'>words</div>",
            "<div aria-hidden=true>words</div>",
            "<p style='margin-left:-10px'>words</p>",
            "<div style='display:none'></div>words",
            "</div></p>words",
        ] {
            assert_eq!(to_text(html), "words", "{html}");
        }
    }
}
