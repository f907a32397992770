//! A text as somebody looking for a number reads it: digits of every script, letters of any width, and
//! what may stand between the groups of a number.

use super::super::invisible::is_invisible;

/// What a place in a text means to somebody who looks for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A decimal digit of any script, by its value.
    Digit(u8),
    /// A Latin letter, in upper case.
    Letter(u8),
    /// A space of any width.
    Space,
    /// The end of a line.
    LineBreak,
    /// A mark that people put between groups of digits.
    Mark(char),
    /// Nothing that is seen.
    Invisible,
    /// Anything else.
    Other,
}

/// A place in a text: mostly a character, but an HTML entity or line break is one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) meaning: Meaning,
    /// Its first byte in the text.
    pub(super) start: usize,
    /// The byte after its last one.
    pub(super) end: usize,
}

/// The zeros of Unicode's decimal digits (general category Nd, Unicode 15.0); their nine successors
/// follow each.
const ZEROS: [u32; 68] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950,
    0x1fbf0,
];
/// From U+FF01 to U+FF5E, ASCII in full width stands so far above ASCII.
const FULL_WIDTH_OFFSET: u32 = 0xfee0;
/// Longest HTML entity that is read, in bytes with `&` and `;`: `&#x0200b;`.
const ENTITY_BYTES: usize = 10;
/// Names of HTML entities that stand between groups of digits.
const ENTITIES: [(&str, char); 11] = [
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("numsp", ' '),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("ndash", '-'),
    ("mdash", '-'),
    ("hyphen", '-'),
];

/// The symbols of a text, in its order, without gaps.
pub(super) fn symbols(text: &str) -> impl Iterator<Item = Symbol> + '_ {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..)?;
        let character = rest.chars().next()?;
        let (meaning, length) = match character {
            '&' => entity(rest),
            '<' => line_break(rest),
            _ => None,
        }
        .unwrap_or_else(|| (meaning(character), character.len_utf8()));
        let symbol = Symbol { meaning, start, end: start + length };
        start = symbol.end;
        Some(symbol)
    })
}

/// The value of a decimal digit of any script.
pub(super) fn digit(character: char) -> Option<u8> {
    let code = u32::from(character);
    let after = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(after.checked_sub(1)?)?;
    u8::try_from(code - zero).ok().filter(|value| *value < 10)
}

fn meaning(character: char) -> Meaning {
    let character = in_ascii_width(character);
    if let Some(value) = digit(character) {
        return Meaning::Digit(value);
    }
    match character {
        'a'..='z' | 'A'..='Z' => Meaning::Letter(character.to_ascii_uppercase() as u8),
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Meaning::LineBreak,
        // U+2212 is the minus sign; the hyphens of Unicode are one mark.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Meaning::Mark('-'),
        '-' | '.' | '_' | ',' | '/' | '\\' | '|' | ':' | ';' | '*' | '+' | '~' | '·' | '•'
        | '‧' | '・' => Meaning::Mark(character),
        '\u{2800}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}' => Meaning::Space,
        _ if character.is_whitespace() => Meaning::Space,
        _ if is_invisible(character) => Meaning::Invisible,
        _ => Meaning::Other,
    }
}

fn in_ascii_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - FULL_WIDTH_OFFSET).unwrap_or(character)
        }
        _ => character,
    }
}

/// The HTML entity that the text begins with, if it stands for what may be part of a number.
fn entity(text: &str) -> Option<(Meaning, usize)> {
    let length = text.bytes().take(ENTITY_BYTES).position(|byte| byte == b';')? + 1;
    let name = text.get(1..length - 1)?;
    let character = match name.strip_prefix('#') {
        Some(code) => {
            let code = match code.strip_prefix(['x', 'X']) {
                Some(code) => u32::from_str_radix(code, 16),
                None => code.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((meaning(character), length))
}

/// The HTML line break that the text begins with: `<br>`, `<br/>`, `<br />`.
fn line_break(text: &str) -> Option<(Meaning, usize)> {
    let tags = ["<br>", "<br/>", "<br />"];
    let starts_with =
        |tag: &&&str| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    tags.iter().find(starts_with).map(|tag| (Meaning::LineBreak, tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(text: &str) -> Vec<Meaning> {
        symbols(text).map(|symbol| symbol.meaning).collect()
    }

    #[test]
    fn digits_of_every_script_have_their_value() {
        for text in ["4", "４", "٤", "۴", "४", "𝟒", "&#52;", "&#x34;"] {
            assert_eq!(meanings(text), [Meaning::Digit(4)], "{text}");
        }
        assert!(ZEROS.is_sorted());
        for text in ["²", "④", "四", "/", ":"] {
            assert!(!matches!(meanings(text)[..], [Meaning::Digit(_)]), "{text}");
        }
    }

    #[test]
    fn what_stands_between_groups_is_read() {
        for text in [" ", "\t", "\u{2009}", "\u{3000}", "&nbsp;", "&#160;"] {
            assert_eq!(meanings(text), [Meaning::Space], "{text:?}");
        }
        for text in ["\n", "\r", "\u{2028}", "<br>", "<BR />", "&#10;"] {
            assert_eq!(meanings(text), [Meaning::LineBreak], "{text:?}");
        }
        for text in ["\u{200b}", "\u{ad}", "\u{feff}", "&shy;", "&#8203;"] {
            assert_eq!(meanings(text), [Meaning::Invisible], "{text:?}");
        }
        for text in ["-", "－", "‑", "−", "&ndash;"] {
            assert_eq!(meanings(text), [Meaning::Mark('-')], "{text:?}");
        }
        assert_eq!(meanings("&"), [Meaning::Other]);
        assert_eq!(meanings("&é;").len(), 3);
    }

    #[test]
    fn symbols_leave_no_gap() {
        let text = "a&nbsp;４<br>é&;&#99999999;&#x110000;";
        let mut end = 0;
        for symbol in symbols(text) {
            assert_eq!(symbol.start, end);
            end = symbol.end;
        }
        assert_eq!(end, text.len());
    }
}
