//! Whether the tags in a text were written by a program, or are what somebody writes about.

use super::{ELEMENTS, VOID_ELEMENTS, element_name, is_in};

/// Elements that people do not write about, but mail programs and editors put around a text.
const WRAPPERS: [&str; 6] = ["html", "body", "div", "span", "table", "font"];

/// Whether all that a reader of HTML would take for tags are tags of known elements, and so many or of
/// such a kind that a program wrote them: two that end a line or an element, one with attributes that
/// has its end, or one around the text that has its end. `a < b`, `<3` and `<abced` are no tags, and who
/// asks about `<br>` or a `<b>word</b>` has written one.
pub(super) fn are_written_by_a_program(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let (mut breaks, mut ends) = (0_usize, 0_usize);
    let mut is_produced = false;
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let Some((tag, after_tag)) = read_tag(after) else { continue };
        match tag {
            Tag::Comment => {}
            Tag::Start { name, has_attributes } if is_in(name, &[VOID_ELEMENTS]) => {
                breaks += 1;
                is_produced |= has_attributes && name.eq_ignore_ascii_case("img");
            }
            Tag::Start { name, has_attributes } if is_in(name, &[ELEMENTS]) => {
                if open.len() < MOST_OPEN {
                    open.push(if has_attributes { WITH_ATTRIBUTES } else { "" });
                    open.push(name);
                }
            }
            Tag::End { name } if is_in(name, &[ELEMENTS]) => {
                if let Some(place) = open.iter().rposition(|known| known.eq_ignore_ascii_case(name))
                {
                    let has_attributes = place > 0 && open[place - 1] == WITH_ATTRIBUTES;
                    is_produced |= has_attributes || is_in(name, &[&WRAPPERS]);
                    open.truncate(place.saturating_sub(1));
                    ends += 1;
                }
            }
            // Its words would be lost with it.
            Tag::Start { .. } | Tag::End { .. } => return false,
        }
        rest = after_tag;
    }
    is_produced || breaks + ends >= 2
}

/// Most elements that are remembered as open, each with what it has.
const MOST_OPEN: usize = 512;
/// Stands before the name of an element with attributes. No element is called so.
const WITH_ATTRIBUTES: &str = "=";

enum Tag<'t> {
    Start { name: &'t str, has_attributes: bool },
    End { name: &'t str },
    Comment,
}

/// The tag that the text after a `<` begins with, and what follows it. Nothing for what no reader of HTML
/// takes for one. A name that is not known is one that cannot be told.
fn read_tag(after: &str) -> Option<(Tag<'_>, &str)> {
    if let Some(comment) = after.strip_prefix("!--") {
        return Some((Tag::Comment, comment.split_once("-->").map_or("", |(_, rest)| rest)));
    }
    if after.starts_with('!') || after.starts_with('?') {
        return Some((Tag::Comment, after.split_once('>').map_or("", |(_, rest)| rest)));
    }
    let (is_end, named) = match after.strip_prefix('/') {
        Some(named) => (true, named),
        None => (false, after),
    };
    if !named.starts_with(|character: char| character.is_ascii_alphabetic()) {
        return None;
    }
    let name = element_name(named);
    let Some((inside, rest)) = named.split_once('>') else {
        return Some((Tag::Start { name: "", has_attributes: false }, ""));
    };
    let has_attributes = inside.contains('=');
    Some((if is_end { Tag::End { name } } else { Tag::Start { name, has_attributes } }, rest))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn programs_write_many_tags_or_such_with_attributes() {
        for text in [
            "Hello,<br>where is my order?<br />Thanks",
            "I want a <span style=\"color:red\">refund</span> please",
            "Hi <p>one</p><p>two</p> bye",
            "See <a href=\"https://a.example\">this</a>.",
            "<div>Hello</div> Rosa",
            "<b>Note</b>: it <i>broke</i>. 3 < 5",
            "Look: <img src=\"https://a.example/a.png\"> there",
        ] {
            assert!(are_written_by_a_program(text), "{text}");
        }
    }

    #[test]
    fn people_write_about_one_or_write_none() {
        for text in [
            "a < b and <3 and x<y> z",
            "my password is <abced",
            "my password is <abced> and <br><br>",
            "What does <br> mean?",
            "How is <b>bold</b> written?",
            "<order><id>5</id></order>",
            "John <john@example.com> and <b>Sam</b> and <i>Rosa</i> <sam@example.com>",
            "List<String> and <div>x</div>",
            "<- here ->",
        ] {
            assert!(!are_written_by_a_program(text), "{text}");
        }
    }

    #[test]
    fn the_time_grows_with_the_length() {
        for part in ["<div>", "</div>", "<", "<!--", "<b", "<a b=c>", "<p></b>"] {
            let text = part.repeat(copilot_core::limits::BODY_BYTES / part.len());
            let start = Instant::now();
            are_written_by_a_program(&text);
            assert!(start.elapsed() < Duration::from_secs(5), "{part}: {:?}", start.elapsed());
        }
    }
}
