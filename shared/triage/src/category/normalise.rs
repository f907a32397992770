//! Cuts a text into normalised words, each with its place in the text.

use std::ops::Range;

use copilot_core::limits;
use copilot_core::ticket::masked;

use crate::own_words;

/// Characters of a text that are read; a longer text is cut. It is what a ticket's description may
/// have, with its subject.
pub const MAX_TEXT_CHARS: usize = limits::DESCRIPTION_CHARACTERS;

/// The one text of a ticket that is predicted for and learned from: the subject and what the sender
/// wrote of the description, not what is quoted there, forwarded, a signature or a notice. Card numbers
/// and IBANs are masked: their letters are no words, and words are given as reasons.
pub fn ticket_text(subject: &str, description: &str) -> String {
    masked(format!("{subject}\n{}", own_words::of(description)))
}

/// Characters of a word that are kept. Longer runs are no words of a language.
const MAX_WORD_CHARS: usize = 40;
/// Stands for every e-mail address. No word can hold it.
const EMAIL: &str = "@";
/// Stands for every web address.
const WEB_ADDRESS: &str = "/";
/// Stands for every run of digits.
const DIGITS: char = '0';
/// One word whatever the currency: the text speaks of money.
const CURRENCY: &str = "$";
const CURRENCY_SIGNS: [char; 5] = ['$', '£', '€', '¥', '₹'];

/// A word as the model sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower-case, without apostrophes; e-mail addresses, web addresses and digits are masked.
    pub normalised: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

impl Word {
    /// Whether a part of the word is masked, so that the word in the text may be personal data.
    pub fn is_masked(&self) -> bool {
        self.normalised == EMAIL
            || self.normalised == WEB_ADDRESS
            || self.normalised.contains(DIGITS)
    }
}

/// The words of a text in their order.
pub fn words(text: &str) -> Vec<Word> {
    let text = match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    };
    let mut words = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let chunk = piece.trim_end_matches(char::is_whitespace);
        if !chunk.is_empty() {
            read_chunk(chunk, start, &mut words);
        }
        start += piece.len();
    }
    words
}

/// `chunk` is what stands between two spaces.
fn read_chunk(chunk: &str, start: usize, words: &mut Vec<Word>) {
    let mask = if is_web_address(chunk) {
        WEB_ADDRESS
    } else if is_email(chunk) {
        EMAIL
    } else {
        read_words(chunk, start, words);
        return;
    };
    words.push(Word { normalised: mask.to_owned(), range: start..start + chunk.len() });
}

fn is_web_address(chunk: &str) -> bool {
    let chunk = chunk.trim_start_matches(|c: char| !c.is_alphanumeric());
    ["http://", "https://", "www."].iter().any(|prefix| {
        chunk.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })
}

fn is_email(chunk: &str) -> bool {
    chunk.split_once('@').is_some_and(|(local, domain)| {
        local.ends_with(char::is_alphanumeric)
            && domain
                .split_once('.')
                .is_some_and(|(name, top)| !name.is_empty() && top.starts_with(char::is_alphabetic))
    })
}

fn read_words(chunk: &str, start: usize, words: &mut Vec<Word>) {
    let mut open: Option<(usize, String)> = None;
    for (offset, character) in chunk.char_indices() {
        let place = start + offset;
        if character.is_alphanumeric() {
            let (_, word) = open.get_or_insert_with(|| (place, String::new()));
            push(word, character);
        } else if !is_apostrophe(character) || open.is_none() {
            close(&mut open, place, words);
            if CURRENCY_SIGNS.contains(&character) {
                let range = place..place + character.len_utf8();
                words.push(Word { normalised: CURRENCY.to_owned(), range });
            }
        }
    }
    close(&mut open, start + chunk.len(), words);
}

fn push(word: &mut String, character: char) {
    if character.is_numeric() {
        if !word.ends_with(DIGITS) {
            word.push(DIGITS);
        }
    } else {
        word.extend(character.to_lowercase());
    }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '`')
}

fn close(open: &mut Option<(usize, String)>, end: usize, words: &mut Vec<Word>) {
    if let Some((start, mut normalised)) = open.take() {
        if let Some((cut, _)) = normalised.char_indices().nth(MAX_WORD_CHARS) {
            normalised.truncate(cut);
        }
        words.push(Word { normalised, range: start..end });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.normalised).collect()
    }

    #[test]
    fn a_text_is_lower_case_words_without_apostrophes() {
        assert_eq!(
            normalised("My order HASN'T\tshipped, ’why’?"),
            ["my", "order", "hasnt", "shipped", "why"]
        );
    }

    #[test]
    fn personal_data_is_masked() {
        assert_eq!(normalised("Order #2021, <mary.major@example.com>"), ["order", "0", "@"]);
        assert_eq!(
            normalised("see HTTPS://example.com/?id=7 or (www.example.com)"),
            ["see", "/", "or", "/"]
        );
        assert!(words("a1 b@c.de www.example.com").iter().all(Word::is_masked));
        assert!(!words("password").iter().any(Word::is_masked));
    }

    #[test]
    fn any_currency_is_one_word() {
        assert_eq!(normalised("£15.99 or $20?"), ["$", "0", "0", "or", "$", "0"]);
    }

    #[test]
    fn an_at_sign_alone_is_no_email() {
        assert_eq!(normalised("@support me@ a@b @a.b"), ["support", "me", "a", "b", "a", "b"]);
    }

    #[test]
    fn ranges_are_places_in_the_text() {
        let text = "Où est MA commande\u{a0}? 注文 don’t";
        let found: Vec<&str> = words(text).into_iter().map(|word| &text[word.range]).collect();
        assert_eq!(found, ["Où", "est", "MA", "commande", "注文", "don’t"]);
    }

    #[test]
    fn a_text_and_a_word_have_a_limit() {
        let words_read = words(&"é ".repeat(MAX_TEXT_CHARS));
        assert_eq!(words_read.len(), MAX_TEXT_CHARS / 2);
        assert_eq!(normalised(&"é".repeat(1_000)), ["é".repeat(MAX_WORD_CHARS)]);
    }
}
