//! When two texts are the same words.
//!
//! A vendor formats one comment in several ways: plain, as HTML, with a heading that names its author
//! and time. What is left of each is the row of its letters and digits, so that is what is compared.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::event::{CustomerMessage, Unreadable};
use copilot_core::ticket::{Description, ExternalId};

/// Least number of letters and digits that a text must have to be looked for within another one.
const TELLING_CHARACTERS: usize = 12;

/// Whether `words` are the text `said`, the one perhaps longer than the other: texts are cut, and
/// formatted texts have headings.
pub fn is_said_in(words: &str, said: &str) -> bool {
    let (words, said) = (bare(words), bare(said));
    let (shorter, longer) = if words.len() < said.len() { (words, said) } else { (said, words) };
    shorter == longer
        || (shorter.chars().count() >= TELLING_CHARACTERS && longer.contains(&shorter))
}

/// Whether the texts are the same words, however they are formatted.
pub fn are_same_words(one: &str, other: &str) -> bool {
    bare(one) == bare(other)
}

/// The letters and digits of a text, in lower case, without the heading that Zendesk gives a formatted
/// comment; of a text that has none, all that shows.
pub(super) fn bare(text: &str) -> String {
    let text = without_heading(text);
    let letters = |is_kept: fn(char) -> bool| -> String {
        text.chars().filter(|character| is_kept(*character)).flat_map(char::to_lowercase).collect()
    };
    match letters(char::is_alphanumeric) {
        none if none.is_empty() => letters(|character| !character.is_whitespace()),
        letters => letters,
    }
}

/// A formatted comment without its heading: a line of dashes, a line with author and time, an empty one.
pub(super) fn without_heading(text: &str) -> &str {
    heading(text).map_or(text, |(_, words)| words)
}

/// The line with author and time of a formatted comment, and what stands below it.
pub(super) fn heading(text: &str) -> Option<(&str, &str)> {
    let (rule, rest) = text.trim_start().split_once('\n')?;
    if !is_rule(rule) {
        return None;
    }
    let (heading, rest) = rest.trim_start().split_once('\n')?;
    let (blank, words) = rest.split_once('\n')?;
    (blank.trim().is_empty() && !words.trim().is_empty()).then_some((heading.trim(), words))
}

/// Whether a line is a row of dashes, as Zendesk parts formatted comments.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 10 && line.bytes().all(|byte| byte == b'-')
}

/// The digest of what a text says.
fn words_id(text: &str) -> Option<ExternalId> {
    ExternalId::parse(&format!("words:{:x}", Sha256::digest(bare(text)))).ok()
}

/// A message of the customer's that an event tells of. `id` is the vendor's; without one, time and words
/// tell the message from others.
///
/// # Errors
/// [`Unreadable`] for a text without words.
pub(super) fn timed_message(
    id: Option<ExternalId>,
    words: &str,
    sent_at: Option<DateTime<Utc>>,
) -> Result<CustomerMessage, Unreadable> {
    let mut said = message(id.clone(), words, sent_at)?;
    if id.is_none() {
        let time = sent_at.map(|time| time.to_rfc3339()).unwrap_or_default();
        let digest = Sha256::digest(format!("{time}\0{}", said.text.as_str()));
        said.id =
            ExternalId::parse(&format!("sha256:{digest:x}")).unwrap_or_else(|_| said.id.clone());
    }
    Ok(said)
}

/// A message of the customer's. `id` is the vendor's, if there is one; else the words alone tell it from
/// others.
///
/// # Errors
/// [`Unreadable`] for a text without words.
pub(super) fn message(
    id: Option<ExternalId>,
    words: &str,
    sent_at: Option<DateTime<Utc>>,
) -> Result<CustomerMessage, Unreadable> {
    const NOTHING_SAID: Unreadable = Unreadable { reason: "a message without words" };
    let text = Description::fit(words).map_err(|_| NOTHING_SAID)?;
    let words_id = words_id(text.as_str()).ok_or(NOTHING_SAID)?;
    let id = id.unwrap_or_else(|| words_id.clone());
    Ok(CustomerMessage { id, words_id, text, sent_at })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMATTED: &str = "----------------------------------------------\n\nRosa Diaz, Nov 27, 2026, \
                             12:00\n\nIt arrived broken.\nTwo pieces.";

    #[test]
    fn one_comment_has_one_digest_however_it_is_formatted() {
        let id = |text: &str| message(None, text, None).unwrap().id;
        let plain = id("It arrived broken. Two pieces.");
        for text in [
            FORMATTED,
            "It  arrived broken.\r\n\r\nTwo pieces.",
            "it arrived **broken**. Two pieces",
        ] {
            assert_eq!(id(text), plain, "{text:?}");
        }
        for text in ["It arrived. Two pieces.", "It arrived broken.", "🙂"] {
            assert_ne!(id(text), plain, "{text:?}");
        }
        assert_ne!(id("🙂"), id("🙁"));
        let named = message(ExternalId::parse("7").ok(), FORMATTED, None).unwrap();
        assert_eq!((named.id.as_str(), &named.words_id), ("7", &plain));
        assert!(message(None, " \n", None).is_err());
    }

    #[test]
    fn words_are_found_in_longer_texts_but_short_ones_only_alone() {
        assert!(is_said_in("It arrived broken. Two pieces.", FORMATTED));
        assert!(is_said_in("It arrived broken. Two pi…", "It arrived broken. Two pieces."));
        assert!(is_said_in("ok", "OK!"));
        assert!(!is_said_in("ok", "My book is torn"));
        assert!(!is_said_in("Where is it?", "It arrived broken."));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*|(-{10,12}\n.{0,5}\n\n?.{0,5}){0,3}", other in ".*") {
            prop_assert!(is_said_in(&text, &text));
            let _ = (is_said_in(&text, &other), message(None, &text, None));
        }
    }
}
