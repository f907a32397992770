//! `format=flowed` (RFC 3676): lines that end in a space go on in the next one.

use super::quotation::Line;

/// The lines of a flowed text, joined. `deletes_spaces` is `DelSp=yes`: then the space at the end only
/// marks the break, as in languages that write none between words.
pub(super) fn lines(text: &str, deletes_spaces: bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open: Option<usize> = None;
    for raw in text.split('\n') {
        let content = raw.trim_start_matches('>');
        let depth = raw.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature_mark = content == "-- ";
        let flows = content.ends_with(' ') && !is_signature_mark;
        let kept = if flows && deletes_spaces { &content[..content.len() - 1] } else { content };
        match (open, lines.last_mut()) {
            (Some(depth_before), Some(last)) if depth_before == depth && !is_signature_mark => {
                last.text.push_str(kept);
            }
            _ => {
                let marks =
                    if depth == 0 { String::new() } else { format!("{} ", ">".repeat(depth)) };
                lines.push(Line { text: format!("{marks}{kept}"), is_quoted: Some(depth > 0) });
            }
        }
        open = flows.then_some(depth);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, deletes_spaces: bool) -> Vec<(String, bool)> {
        let lines = lines(text, deletes_spaces).into_iter();
        lines.map(|line| (line.text, line.is_quoted == Some(true))).collect()
    }

    fn own(text: &str) -> (String, bool) {
        (text.to_owned(), false)
    }

    #[test]
    fn lines_go_on_and_a_stuffed_mark_quotes_nothing() {
        assert_eq!(
            read(
                "The lid does not  \nclose, and the hand \nle\n >not quoted\n> a  \n> b\n-- \nHal",
                true
            ),
            [
                own("The lid does not close, and the handle"),
                own(">not quoted"),
                ("> a b".to_owned(), true),
                own("-- "),
                own("Hal")
            ]
        );
        assert_eq!(read("a \nb\n\nc", false), [own("a b"), own(""), own("c")]);
        assert_eq!(read("> a \nb", false), [("> a ".to_owned(), true), own("b")]);
        assert_eq!(read("a \n-- \nb", false), [own("a "), own("-- "), own("b")]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(text in "[ >a-c\n-]{0,80}") {
            let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
            let read: Vec<String> = lines(&text, true).into_iter().map(|line| line.text).collect();
            prop_assert_eq!(letters(&read.join("\n")), letters(&text));
        }
    }
}
