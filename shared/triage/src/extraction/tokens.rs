//! A text as words, numbers and marks, each with its place.

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters of any script.
    Word,
    /// ASCII digits.
    Number,
    /// One character of any other kind, but for white space.
    Mark,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    /// Bytes of the text.
    start: usize,
    end: usize,
    is_after_space: bool,
}

/// The tokens of a text. Asking for one beyond either end gives an empty text, so that a rule need
/// not look where the text ends.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    /// The text with ASCII letters in lower case, which leaves every byte in its place.
    lower: String,
    list: Vec<Token>,
}

/// Digits of a number that is read as a value: nine always fit.
const NUMBER_DIGITS: usize = 9;

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut list: Vec<Token> = Vec::new();
        let mut is_after_space = true;
        for (start, character) in text.char_indices() {
            if character.is_whitespace() {
                is_after_space = true;
                continue;
            }
            let kind = match character {
                '0'..='9' => Kind::Number,
                _ if character.is_alphabetic() => Kind::Word,
                _ => Kind::Mark,
            };
            let end = start + character.len_utf8();
            match list.last_mut() {
                Some(last) if !is_after_space && kind != Kind::Mark && last.kind == kind => {
                    last.end = end;
                }
                _ => list.push(Token { kind, start, end, is_after_space }),
            }
            is_after_space = false;
        }
        Self { text, lower: text.to_ascii_lowercase(), list }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.list.get(index).map(|token| token.kind)
    }

    pub(super) fn is_number(&self, index: usize) -> bool {
        self.kind(index) == Some(Kind::Number)
    }

    /// The token in lower case.
    pub(super) fn lower(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |token| &self.lower[token.start..token.end])
    }

    /// The token `back` places before `index`, in lower case.
    pub(super) fn before(&self, index: usize, back: usize) -> &str {
        index.checked_sub(back).map_or("", |index| self.lower(index))
    }

    /// The token as it is written.
    pub(super) fn original(&self, index: usize) -> &'a str {
        self.list.get(index).map_or("", |token| &self.text[token.start..token.end])
    }

    /// The text of the tokens `start` up to but not including `end`, as it is written.
    pub(super) fn span(&self, start: usize, end: usize) -> &'a str {
        let (start, end) = self.bytes(start, end);
        &self.text[start..end]
    }

    /// The bytes of the tokens `start` up to but not including `end`.
    pub(super) fn bytes(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.list.get(start).map_or(self.text.len(), |token| token.start);
        let last = end.checked_sub(1).and_then(|last| self.list.get(last));
        (first, last.map_or(first, |token| token.end).max(first))
    }

    /// Whether the token exists and nothing stands between it and the one before it.
    pub(super) fn is_joined(&self, index: usize) -> bool {
        index > 0 && self.list.get(index).is_some_and(|token| !token.is_after_space)
    }

    /// The value of a token of digits.
    pub(super) fn number(&self, index: usize) -> Option<u32> {
        let digits = self.lower(index);
        (self.is_number(index) && digits.len() <= NUMBER_DIGITS).then(|| digits.parse().ok())?
    }

    /// The tokens that the bytes `start` up to but not including `end` touch.
    pub(super) fn touched(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        let first = self.list.partition_point(|token| token.end <= start);
        let last = self.list.partition_point(|token| token.start < end);
        first..last.max(first)
    }

    /// A whole number in digits or in English words, such as `20` or `two hundred and fifty`, and
    /// the token after it.
    pub(super) fn cardinal(&self, index: usize) -> Option<(u32, usize)> {
        if let Some(number) = self.number(index) {
            return Some((number, index + 1));
        }
        let mut thousands = 0_u32;
        let mut below = 0_u32;
        let mut next = index;
        loop {
            let is_and = self.lower(next) == "and" && below >= 100;
            let is_hyphen = self.lower(next) == "-" && self.is_joined(next);
            let word = if (is_and || is_hyphen) && next > index { next + 1 } else { next };
            match number_word(self.lower(word)) {
                Some(100) if (1..100).contains(&below) => below *= 100,
                Some(1000) if (1..1000).contains(&below) && thousands == 0 => {
                    thousands = below * 1000;
                    below = 0;
                }
                Some(value) if value < 100 && fits_below(below, value) => below += value,
                _ => break,
            }
            next = word + 1;
        }
        (next > index).then_some((thousands + below, next))
    }
}

/// Whether `value` may be said after `below`, as `five` after `twenty`.
fn fits_below(below: u32, value: u32) -> bool {
    let tens = below % 100;
    tens == 0 || (tens >= 20 && tens.is_multiple_of(10) && (1..10).contains(&value))
}

fn number_word(word: &str) -> Option<u32> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] =
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let position = |list: &[&str]| list.iter().position(|known| *known == word);
    if let Some(unit) = position(&UNITS) {
        return u32::try_from(unit).ok();
    }
    if let Some(ten) = position(&TENS) {
        return u32::try_from(ten * 10 + 20).ok();
    }
    match word {
        "hundred" => Some(100),
        "thousand" => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_marks_are_told_apart() {
        let tokens = Tokens::of("Für 3rd v2.3, é😀!");
        let all: Vec<&str> = (0..tokens.len()).map(|index| tokens.original(index)).collect();
        assert_eq!(all, ["Für", "3", "rd", "v", "2", ".", "3", ",", "é", "😀", "!"]);
        assert!(tokens.is_joined(2) && !tokens.is_joined(1) && !tokens.is_joined(0));
        assert_eq!(tokens.lower(99), "");
        assert_eq!(tokens.span(3, 7), "v2.3");
        assert_eq!(tokens.touched(0, 5), 0..1);
    }

    #[test]
    fn numbers_are_read_in_words_too() {
        let read = |text: &str| Tokens::of(text).cardinal(0);
        assert_eq!(read("20 dollars"), Some((20, 1)));
        assert_eq!(read("twenty-five days"), Some((25, 3)));
        assert_eq!(read("two hundred and fifty pounds"), Some((250, 4)));
        assert_eq!(read("three thousand two hundred"), Some((3200, 4)));
        assert_eq!(read("five six"), Some((5, 1)));
        assert_eq!(read("hundred"), None);
        assert_eq!(read("99999999999"), None);
        assert_eq!(read(""), None);
    }
}
