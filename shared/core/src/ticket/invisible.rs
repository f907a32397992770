//! Characters that nobody sees.

/// Whether the character shows nothing of its own: Unicode's Default_Ignorable_Code_Point but for the
/// Hangul fillers, which take room ([`is_empty`] knows them), and the key that is drawn around an
/// emoji's digit.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{20e3}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The same as [`is_invisible`], and the fillers and blanks that are none of Unicode's white space,
/// inside a class of a regular expression. What lies beyond U+FFFF stands there itself: no two dialects
/// write it the same way.
pub(super) const SHOWS_NOTHING: &str = concat!(
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f",
    r"\u20e3\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb",
    "\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}",
);

/// Whether nothing is seen where the character stands: white space, the fillers of Hangul, the empty
/// pattern of Braille, and what is [`is_invisible`].
pub(super) fn is_empty(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
        || is_invisible(character)
}

/// Whether nobody sees anything in the text.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_what_shows_nothing() {
        for text in [
            "",
            " \n\t",
            "\u{200b}\u{2060}",
            "\u{3164}\n\u{2800}",
            "\u{ad}",
            "\u{feff}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{180e}",
            "\u{202e}",
            "\u{e0041}",
            "\u{fe0f}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", ".", "\u{200b}x", "❤\u{fe0f}", "👩\u{200d}👧", "अ", "\u{300}", "\u{7}"]
        {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
