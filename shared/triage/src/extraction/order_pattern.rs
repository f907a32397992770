//! The form that a team's own order numbers have.

use std::ops::Range;
use std::str::FromStr;

use regex_lite::{Regex, RegexBuilder};

/// Longest pattern, in characters. The form of an order number takes twenty.
const PATTERN_CHARACTERS: usize = 200;
/// Most bytes that a pattern may take in memory. It bounds the time of a search: each character of a
/// text is held against so much at most.
const PATTERN_BYTES: usize = 16 * 1024;
/// Most matches that are looked at in a text. Each search takes time in step with the text, so a pattern
/// that matches everywhere takes no longer than this many.
const MATCHES: usize = 50;

/// What an order number of the team's looks like: a regular expression of Rust's `regex-lite`, which
/// knows no look-around and no back references and takes time in step with the text.
#[derive(Debug, Clone)]
pub struct OrderPattern(Regex);

/// The text is no pattern of order numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseOrderPatternError {
    /// It is none, or uses what is not known.
    #[error("it is no regular expression without look-around and back references")]
    NoPattern,
    /// It is too long, or repeats too much.
    #[error("it is longer than {PATTERN_CHARACTERS} characters or repeats too much")]
    TooLarge,
    /// It matches a text without characters.
    #[error("it matches an empty text, and so every place of a ticket")]
    MatchesNothing,
}

impl OrderPattern {
    /// The places of the text that look so, in bytes, and stand for themselves: no letter or digit goes
    /// on before or after them.
    pub(super) fn places<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        let stands_alone = |place: &Range<usize>| {
            let (before, after) = (text.get(..place.start), text.get(place.end..));
            let ends = |text: Option<char>| !text.is_some_and(char::is_alphanumeric);
            ends(before.and_then(|before| before.chars().next_back()))
                && ends(after.and_then(|after| after.chars().next()))
        };
        self.0.find_iter(text).take(MATCHES).map(|found| found.range()).filter(stands_alone)
    }
}

impl FromStr for OrderPattern {
    type Err = ParseOrderPatternError;

    fn from_str(text: &str) -> Result<Self, ParseOrderPatternError> {
        if text.chars().count() > PATTERN_CHARACTERS {
            return Err(ParseOrderPatternError::TooLarge);
        }
        let pattern = match RegexBuilder::new(text).size_limit(PATTERN_BYTES).build() {
            Ok(pattern) => pattern,
            // The same without the limit tells the two apart.
            Err(_) if Regex::new(text).is_ok() => return Err(ParseOrderPatternError::TooLarge),
            Err(_) => return Err(ParseOrderPatternError::NoPattern),
        };
        if pattern.is_match("") {
            Err(ParseOrderPatternError::MatchesNothing)
        } else {
            Ok(Self(pattern))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::extraction::extract_with;

    fn orders(pattern: &str, text: &str) -> String {
        let pattern = pattern.parse().unwrap();
        let found = extract_with("", text, chrono::DateTime::UNIX_EPOCH, Some(&pattern));
        serde_json::to_string(&found).unwrap()
    }

    #[test]
    fn a_teams_own_form_is_strong_evidence_wherever_it_stands() {
        let own = r"W\d{2}/[0-9]{5}";
        let found = orders(own, "Where is W26/00417?");
        assert!(found.contains(r#""order_id":"W26/00417","confidence":"high""#), "{found}");
        for text in ["XW26/00417", "W26/004171", "w26/00417", "W26-00417"] {
            assert!(!orders(own, text).contains("W26/00417"), "{text}");
        }
        // What would otherwise be a phone number, or nothing at all.
        assert!(orders(r"77-\d{3}-\d{4}", "about 77-555-0199").contains("order_id"));
        let quoted = orders(own, "Hello\n> W26/00417");
        assert!(quoted.contains(r#""confidence":"low""#), "{quoted}");
        // A card number is none, whatever the pattern says.
        assert!(!orders(r"\d+", "4111111111111111").contains("order_id"));
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, fault) in [
            ("[", ParseOrderPatternError::NoPattern),
            (r"(?=x)", ParseOrderPatternError::NoPattern),
            (r"(a)\1", ParseOrderPatternError::NoPattern),
            (r"\d*", ParseOrderPatternError::MatchesNothing),
            ("", ParseOrderPatternError::MatchesNothing),
            (&"a".repeat(201), ParseOrderPatternError::TooLarge),
            (r"(\d{50}){50}", ParseOrderPatternError::TooLarge),
        ] {
            assert_eq!(text.parse::<OrderPattern>().unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn no_pattern_takes_more_time_than_the_text_is_long() {
        let text = "A".repeat(32_000);
        for pattern in [r".*[^A-Z]|[A-Z]", r"(A+)+B", r"(A|AA)+$B", r"A{1,100}B"] {
            let start = Instant::now();
            orders(pattern, &text);
            assert!(start.elapsed() < Duration::from_secs(20), "{pattern} {:?}", start.elapsed());
        }
    }
}
