//! IBANs: their countries, lengths and check digits.

use super::symbols::{Meaning, Symbol};

/// Most spaces, marks and ends of lines between two characters of an IBAN.
const SEPARATORS: usize = 3;
/// May be glued to the front of one.
const NAME: &[u8] = b"IBAN";

/// Characters of the longest IBAN (ISO 13616-1).
const IBAN_CHARACTERS: usize = 34;

/// Characters of an IBAN in each country, as the IBAN registry (SWIFT, release 99) lists them.
const IBAN_LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The symbols of the letters and digits of the IBAN that begins at the symbol `start` with the two
/// letters of its country. Most words are left after their second letter.
pub(super) fn iban_at(symbols: &[Symbol], start: usize) -> Option<Vec<usize>> {
    if is_in_word(symbols, start) {
        return None;
    }
    let mut characters = [0; IBAN_CHARACTERS];
    let mut places = [0; IBAN_CHARACTERS];
    let (mut count, mut length, mut next) = (0, 2, start);
    while count < length {
        next = next_character(symbols, next, count > 1)?;
        characters[count] = character(symbols.get(next)?.meaning)?;
        places[count] = next;
        next += 1;
        count += 1;
        if count == 2 {
            let country = IBAN_LENGTHS.iter().find(|(code, _)| code[..] == characters[..2]);
            length = country?.1;
        }
        // Most other words end here: an IBAN has two check digits.
        if matches!(count, 3 | 4) && !characters[count - 1].is_ascii_digit() {
            return None;
        }
    }
    let goes_on = symbols.get(next).is_some_and(|symbol| character(symbol.meaning).is_some());
    (!goes_on && has_check_digits(&characters[..length])).then(|| places[..length].to_vec())
}

fn character(meaning: Meaning) -> Option<u8> {
    match meaning {
        Meaning::Digit(value) => Some(b'0' + value),
        Meaning::Letter(letter) => Some(letter),
        _ => None,
    }
}

/// Whether the symbol goes on from a letter or digit, other than those of the word IBAN.
fn is_in_word(symbols: &[Symbol], start: usize) -> bool {
    let before = symbols[..start].iter().rev().map_while(|symbol| character(symbol.meaning));
    let word = before.take(NAME.len() + 1);
    word.clone().next().is_some() && !word.eq(NAME.iter().rev().copied())
}

/// The next letter or digit from `next` on, past what separates groups.
fn next_character(symbols: &[Symbol], next: usize, may_be_apart: bool) -> Option<usize> {
    let mut separators = 0;
    for (index, symbol) in symbols.iter().enumerate().skip(next) {
        match symbol.meaning {
            Meaning::Digit(_) | Meaning::Letter(_) => return Some(index),
            Meaning::Invisible => {}
            Meaning::Space | Meaning::LineBreak | Meaning::Mark(_)
                if may_be_apart && separators < SEPARATORS =>
            {
                separators += 1;
            }
            _ => return None,
        }
    }
    None
}

/// The check of ISO 13616-1: with its first four characters put last and letters read as 10 to 35
/// the number leaves 1 when divided by 97.
fn has_check_digits(characters: &[u8]) -> bool {
    let rearranged = characters[4..].iter().chain(&characters[..4]);
    let rest =
        rearranged.fold(0_u32, |rest, character| match char::from(*character).to_digit(36) {
            Some(value) if value > 9 => (rest * 100 + value) % 97,
            Some(value) => (rest * 10 + value) % 97,
            None => rest,
        });
    rest == 1
}
