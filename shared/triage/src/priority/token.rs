//! Cuts a text into words and sentences, with the place of each.

use std::ops::Range;

/// Longest word that is compared, in characters; of a longer one, the start is.
const WORD_CHARACTERS: usize = 40;
/// From this length on, in bytes, a line that just ends is taken as wrapped by a mailer: the
/// sentence goes on in the next one.
const WRAPPED_LINE_BYTES: usize = 50;

/// How people write some words, and the word that is meant.
const SPELLINGS: [(&str, &str); 12] = [
    ("u", "you"),
    ("ur", "your"),
    ("pls", "please"),
    ("plz", "please"),
    ("plse", "please"),
    ("thx", "thanks"),
    ("tnx", "thanks"),
    ("ty", "thanks"),
    ("tmrw", "tomorrow"),
    ("tmr", "tomorrow"),
    ("acc", "account"),
    ("wks", "weeks"),
];

/// A word or a number of a text.
#[derive(Debug)]
pub(super) struct Token {
    /// In lower case, without apostrophes and hyphens.
    pub(super) word: String,
    /// Where it starts and ends in the text, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The sentence it stands in.
    pub(super) sentence: usize,
    /// Whether a comma or the like stands before it.
    pub(super) begins_clause: bool,
    /// Which words of the policy it is, by their numbers; see [`super::phrase`].
    pub(super) known_as: Vec<u16>,
}

/// A sentence, as a range of tokens.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    pub(super) tokens: Range<usize>,
    /// Whether it ends in a question mark.
    pub(super) asks: bool,
}

/// The words of a text and their sentences.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) tokens: Vec<Token>,
    pub(super) sentences: Vec<Sentence>,
}

impl Tokens {
    /// The tokens of a sentence.
    pub(super) fn of(&self, sentence: &Sentence) -> &[Token] {
        self.tokens.get(sentence.tokens.clone()).unwrap_or_default()
    }
}

/// Reads the words in the given ranges of a text. No sentence spans two ranges.
pub(super) fn read(text: &str, ranges: &[Range<usize>]) -> Tokens {
    let mut reader = Reader::default();
    for range in ranges {
        reader.read(text.get(range.clone()).unwrap_or_default(), range.start);
        reader.end_sentence(false);
    }
    reader.read
}

#[derive(Default)]
struct Reader {
    read: Tokens,
    begins_clause: bool,
}

impl Reader {
    fn read(&mut self, part: &str, offset: usize) {
        let mut line_start = 0;
        let mut characters = part.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character.is_alphanumeric() {
                let end = self.word(part, at, offset);
                while characters.next_if(|(next, _)| *next < end).is_some() {}
                continue;
            }
            match character {
                '€' | '$' | '£' | '¥' => {
                    let end = at + character.len_utf8();
                    self.push(character.to_string(), offset + at..offset + end);
                }
                '?' => self.end_sentence(true),
                '.' | '!' => self.end_sentence(false),
                '\n' => {
                    let blank = part.get(at + 1..).is_none_or(|rest| {
                        rest.chars()
                            .find(|c| !matches!(c, ' ' | '\t' | '\r'))
                            .is_none_or(|c| c == '\n')
                    });
                    if blank || at - line_start < WRAPPED_LINE_BYTES {
                        self.end_sentence(false);
                    }
                    line_start = at + 1;
                }
                ',' | ';' | ':' | '(' | ')' | '–' | '—' => self.begins_clause = true,
                _ => {}
            }
        }
    }

    /// Takes the word or number that begins at `start`, and tells where it ends.
    fn word(&mut self, part: &str, start: usize, offset: usize) -> usize {
        let mut word = String::new();
        let mut end = start;
        let mut length = 0;
        let mut characters = part.get(start..).unwrap_or_default().char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if character.is_alphanumeric() {
                if length < WORD_CHARACTERS {
                    word.extend(character.to_lowercase());
                    length += 1;
                }
            } else if joins(word.chars().next_back(), character, next) {
                if matches!(character, '.' | ',') {
                    word.push(character);
                }
            } else {
                break;
            }
            end = start + at + character.len_utf8();
        }
        self.push(word, offset + start..offset + end);
        end
    }

    fn push(&mut self, word: String, place: Range<usize>) {
        let begins_clause = std::mem::take(&mut self.begins_clause);
        let sentence = self.read.sentences.len();
        if let Some(last) = self.read.tokens.last_mut()
            && last.sentence == sentence
            && !begins_clause
        {
            let together = match (last.word.as_str(), word.as_str()) {
                ("can", "not") => Some("cannot"),
                ("no", "one") => Some("nobody"),
                _ => None,
            };
            if let Some(together) = together {
                together.clone_into(&mut last.word);
                last.end = place.end;
                return;
            }
        }
        let meant = SPELLINGS.iter().find(|(written, _)| *written == word);
        let word = meant.map_or(word, |(_, meant)| (*meant).to_owned());
        let (start, end) = (place.start, place.end);
        self.read.tokens.push(Token {
            word,
            start,
            end,
            sentence,
            begins_clause,
            known_as: Vec::new(),
        });
    }

    fn end_sentence(&mut self, asks: bool) {
        self.begins_clause = false;
        let start = self.read.sentences.last().map_or(0, |last| last.tokens.end);
        let end = self.read.tokens.len();
        if start < end {
            self.read.sentences.push(Sentence { tokens: start..end, asks });
        } else if asks && let Some(last) = self.read.sentences.last_mut() {
            // "Really!?"
            last.asks = true;
        }
    }
}

/// Whether a mark between two characters belongs to the word: "don't", "e-mail", "1,890.50".
fn joins(before: Option<char>, mark: char, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    match mark {
        '\'' | '’' | '`' | '´' => before.is_alphabetic() && after.is_alphabetic(),
        '-' | '‑' => before.is_alphabetic() && after.is_alphabetic(),
        '.' | ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let all = 0..text.len();
        read(text, std::slice::from_ref(&all)).tokens.into_iter().map(|token| token.word).collect()
    }

    fn sentences(text: &str) -> Vec<(usize, bool)> {
        let all = 0..text.len();
        let read = read(text, std::slice::from_ref(&all));
        read.sentences.iter().map(|sentence| (read.of(sentence).len(), sentence.asks)).collect()
    }

    #[test]
    fn words_are_compared_without_case_apostrophes_and_hyphens() {
        assert_eq!(words("I can’t E-Mail u"), ["i", "cant", "email", "you"]);
        assert_eq!(words("I can not, no one can"), ["i", "cannot", "nobody", "can"]);
        assert_eq!(words("paid €1,890.50, twice"), ["paid", "€", "1,890.50", "twice"]);
    }

    #[test]
    fn a_wrapped_line_does_not_end_a_sentence_and_a_short_one_does() {
        let wrapped = "this is a line that a mailer has broken because it is long\nindeed. Why?";
        assert_eq!(sentences(wrapped), [(14, false), (1, true)]);
        assert_eq!(sentences("Hi\nwhere is it"), [(1, false), (3, false)]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "Größe 5: it’s";
        let all = 0..text.len();
        let read = read(text, std::slice::from_ref(&all));
        let places: Vec<&str> = read.tokens.iter().map(|t| &text[t.start..t.end]).collect();
        assert_eq!(places, ["Größe", "5", "it’s"]);
    }
}
