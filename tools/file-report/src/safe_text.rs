//! Texts from a file, made fit to be shown.

/// Fewest digits that are masked: short card numbers have 12.
const CARD_DIGITS_MINIMUM: usize = 12;
/// Digits of a masked number that stay.
const DIGITS_SHOWN: usize = 4;
/// What stands at the end of a text that was cut.
const CUT_MARK: char = '…';

/// `text` on one line, at most `limit` characters: what could steer a terminal or turn the
/// direction of writing around becomes a space.
pub fn on_one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut characters = 0;
    for word in text.split(is_white_or_unsafe).filter(|word| !word.is_empty()) {
        if characters > 0 {
            line.push(' ');
            characters += 1;
        }
        for character in word.chars() {
            if characters >= limit {
                line.push(CUT_MARK);
                return line;
            }
            line.push(character);
            characters += 1;
        }
    }
    line
}

fn is_white_or_unsafe(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        // Marks and overrides of the direction of writing, and what has no width.
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `text` with the numbers in it that are as long as a card's masked up to their last four digits.
/// Digits may stand in groups. A number whose check digit is wrong is masked too: it may be
/// mistyped.
pub fn with_card_numbers_masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = end_of_number(&characters, at);
        let digits = characters[at..end].iter().filter(|character| character.is_numeric()).count();
        let mut digits_left = digits;
        for character in &characters[at..end] {
            if character.is_numeric() {
                let is_shown = digits < CARD_DIGITS_MINIMUM || digits_left <= DIGITS_SHOWN;
                masked.push(if is_shown { *character } else { '•' });
                digits_left -= 1;
            } else {
                masked.push(*character);
            }
        }
        at = end;
    }
    masked
}

/// The end of the number that begins at `start`; without one, of the one character there.
fn end_of_number(characters: &[char], start: usize) -> usize {
    let mut end = start + 1;
    if !characters[start].is_numeric() {
        return end;
    }
    let mut next = end;
    while let Some(character) = characters.get(next) {
        if character.is_numeric() {
            end = next + 1;
        } else if next > end || !matches!(character, ' ' | '-' | '.' | '\u{a0}' | '\u{202f}') {
            // At most one separator between two digits.
            break;
        }
        next += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_on_one_line() {
        assert_eq!(on_one_line("  late \r\n\tparcel ", 40), "late parcel");
        assert_eq!(on_one_line("\u{1b}[31mred\u{202e}der", 40), "[31mred der");
        assert_eq!(on_one_line("äöü", 3), "äöü");
        assert_eq!(on_one_line("äöüß", 3), "äöü…");
        assert_eq!(on_one_line("\u{feff}\n", 3), "");
    }

    #[test]
    fn numbers_as_long_as_a_cards_are_masked() {
        for (text, expected) in [
            ("card 4111111111111111.", "card ••••••••••••1111."),
            ("4111 1111-1111 1112 x", "•••• ••••-•••• 1112 x"),
            ("order 12345678901", "order 12345678901"),
            ("order 2021, 4 items", "order 2021, 4 items"),
            ("４１１１１１１１１１１１", "••••••••１１１１"),
            ("a1", "a1"),
            ("", ""),
        ] {
            assert_eq!(with_card_numbers_masked(text), expected);
        }
        let long = "1".repeat(40);
        assert!(with_card_numbers_masked(&long).ends_with("•1111"));
    }
}
