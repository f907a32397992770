//! HTML as Markdown: its words, headings, lists and links, without what it hides.

use copilot_channels::html;

/// Stands for a heading while HTML is made into text. Private use: no text that means anything has it.
const HEADING: char = '\u{e000}';
/// Stands for the end of one.
const HEADING_END: char = '\u{e001}';
/// Characters that show nothing and only hide words from a search.
const ZERO_WIDTH: [char; 7] =
    ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{34f}'];

/// Makes Markdown of HTML. Scripts, comments, and what whoever reads the page does not see are gone;
/// what would be markup in Markdown is escaped, so that words stay words.
pub fn html_to_markdown(html: &str) -> String {
    let html: String =
        html.chars().filter(|c| !matches!(*c, HEADING | HEADING_END) && !is_unseen(*c)).collect();
    let text = html::to_text(&with_marks(&html));
    let mut markdown = String::with_capacity(text.len());
    let mut level = None;
    for line in text.lines() {
        let line = line.trim_end();
        let (heading, words) = match line.trim_start().strip_prefix(HEADING) {
            Some(rest) => {
                let mut characters = rest.chars();
                level = characters.next().and_then(|level| level.to_digit(10));
                (level, characters.as_str())
            }
            None => (level, line),
        };
        if line.contains(HEADING_END) {
            level = None;
        }
        let words: String =
            words.chars().filter(|c| !matches!(*c, HEADING | HEADING_END)).collect();
        write_line(&mut markdown, heading, &words);
    }
    markdown
}

fn is_unseen(character: char) -> bool {
    ZERO_WIDTH.contains(&character)
        || (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
}

fn write_line(markdown: &mut String, heading: Option<u32>, words: &str) {
    let indent = words.len() - words.trim_start().len();
    let (indent, words) = words.split_at(indent);
    if let Some(level) = heading
        && !words.is_empty()
    {
        markdown.extend(std::iter::repeat_n('#', level.clamp(1, 6) as usize));
        markdown.push(' ');
        markdown.push_str(&escaped(words));
        markdown.push_str("\n\n");
        return;
    }
    let (mark, words) = item(words);
    // Four spaces would be code.
    markdown.push_str(if mark.is_empty() { "" } else { indent });
    markdown.push_str(mark);
    markdown.push_str(&escaped(words));
    markdown.push('\n');
}

/// The mark of a list's item, and its words.
fn item(line: &str) -> (&str, &str) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let length = if line.starts_with("- ") {
        2
    } else if digits > 0 && line.get(digits..).is_some_and(|rest| rest.starts_with(". ")) {
        digits + 2
    } else {
        0
    };
    line.split_at(length)
}

fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for (place, character) in words.char_indices() {
        let is_markup = matches!(character, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '&')
            || (place == 0 && matches!(character, '#' | '>' | '-' | '+' | '=' | '~' | '|'));
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The HTML with a mark at the beginning and at the end of each heading.
fn with_marks(html: &str) -> String {
    let mut marked = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        marked.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        let level = |name: &str| {
            let name = name.get(..2)?.to_ascii_lowercase();
            let level = name.strip_prefix('h')?.parse::<u32>().ok()?;
            (1..=6).contains(&level).then_some(level)
        };
        let is_whole = |name: &str| {
            name.get(2..).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        match (tag.strip_prefix("</"), tag.strip_prefix('<')) {
            (Some(name), _) if is_whole(name) && level(name).is_some() => {
                marked.push(HEADING_END);
                marked.push_str(tag);
            }
            (None, Some(name)) if is_whole(name) => {
                marked.push_str(tag);
                if let Some(level) = level(name) {
                    marked.push(HEADING);
                    marked.push_str(&level.to_string());
                }
            }
            _ => marked.push_str(tag),
        }
        rest = after;
    }
    marked.push_str(rest);
    marked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Readable;

    #[test]
    fn headings_lists_and_links_stay() {
        let html = "<h2 class=\"a\">Returns <b>policy</b></h2><p>You have <i>30</i> days.</p>\
                    <ol><li>Print</li><li>Send</li></ol><p>See <a href=\"https://shop.example/r\">here</a></p>";
        let markdown = html_to_markdown(html);
        assert_eq!(
            markdown,
            "## Returns policy\n\n\nYou have 30 days.\n\n1. Print\n2. Send\n\nSee here (https://shop.example/r)\n"
        );
        let readable = Readable::of(&markdown);
        assert!(readable.text().starts_with("Returns policy\n\nYou have 30 days."));
    }

    #[test]
    fn what_is_hidden_or_not_seen_is_gone_and_words_stay_words() {
        let html = "<p>a\u{200b}b<!-- c --><span style=\"display:none\">d</span><script>e</script></p>\
                    <p># no *markup* [x](y) &lt;b&gt; &amp;amp;</p>";
        let readable_text = Readable::of(&html_to_markdown(html)).text().to_owned();
        assert_eq!(readable_text, "ab\n\n# no *markup* [x](y) <b> &amp;");
    }

    proptest! {
        #[test]
        fn any_html_is_read(html in "(<h[0-9]>|</h1>|<p>|<ol><li>|<!--|-->|<|>|&lt;|\\* |é|\\PC){0,80}") {
            let _ = Readable::of(&html_to_markdown(&html));
        }
    }
}
