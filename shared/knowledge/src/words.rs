//! The words by which questions and passages are compared: small, without endings, accents and the
//! words that every text has.

mod stop_words;

use copilot_core::ticket::LanguageCode;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::limits;

/// Reads words of one language.
pub struct WordReader {
    stemmer: Option<Stemmer>,
    stop_words: &'static [&'static str],
}

impl WordReader {
    /// For texts in `language`. Of a language without rules here, words are taken as they are.
    pub fn new(language: Option<LanguageCode>) -> Self {
        let code = language.map(String::from).unwrap_or_default();
        let stemmer = algorithm(&code).map(Stemmer::create);
        Self { stemmer, stop_words: stop_words::of(&code) }
    }

    /// The words of a text in order. Of a script without spaces, each two characters that stand together
    /// are one.
    pub fn words(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let lower = text.to_lowercase();
        let is_inside = |c: char| c.is_alphanumeric() || is_combining_mark(c) || is_apostrophe(c);
        for word in lower.split(|c: char| !is_inside(c)) {
            let word = word.trim_matches(is_apostrophe);
            if word.chars().any(is_ideograph) {
                pairs(word, &mut words);
            } else {
                self.add(word, &mut words);
            }
        }
        words
    }

    fn add(&self, word: &str, words: &mut Vec<String>) {
        // "l'adresse" and "don't": what stands before or after the mark is a word that every text has.
        let word = word.replace('’', "'");
        if self.stop_words.contains(&word.as_str()) {
            return;
        }
        let longest = word.split('\'').max_by_key(|part| part.len()).unwrap_or_default();
        if longest.is_empty() || self.stop_words.contains(&longest) {
            return;
        }
        let stem = match &self.stemmer {
            Some(stemmer) => stemmer.stem(longest),
            None => longest.into(),
        };
        let plain = stem.nfkd().filter(|c| !is_combining_mark(*c));
        let plain: String = plain.take(limits::WORD_CHARACTERS).collect();
        if !plain.is_empty() {
            words.push(plain);
        }
    }
}

fn algorithm(code: &str) -> Option<Algorithm> {
    Some(match code {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" | "nn" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’')
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{e00}'..='\u{e7f}' | '\u{20000}'..='\u{2fa1f}')
}

fn pairs(word: &str, words: &mut Vec<String>) {
    let characters: Vec<char> = word.chars().collect();
    if let [single] = &characters[..] {
        words.push(single.to_string());
    }
    words.extend(characters.windows(2).map(|pair| pair.iter().collect::<String>()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(code: &str, text: &str) -> Vec<String> {
        WordReader::new(LanguageCode::parse(code).ok()).words(text)
    }

    #[test]
    fn endings_and_common_words_do_not_count() {
        assert_eq!(
            words("en", "How do I return the returned items?"),
            ["return", "return", "item"]
        );
        assert_eq!(
            words("en", "It doesn’t work, IPv6 on Ver. 12.3"),
            ["work", "ipv6", "ver", "12", "3"]
        );
        assert_eq!(words("de", "Wie kann ich die Größen ändern?"), words("de", "Größe ändere"));
        assert_eq!(
            words("fr", "Où est l'adresse de facturation ?"),
            words("fr", "adresses facturation")
        );
        assert_eq!(words("es", "¿Cómo devolver los artículos?"), words("es", "devolver articulo"));
        assert_eq!(words("xx", "The Thing"), ["the", "thing"]);
        assert_eq!(words("ja", "返品方法"), ["返品", "品方", "方法"]);
    }

    proptest! {
        #[test]
        fn words_have_a_limit(text in "\\PC{0,200}", code in "(en|de|fr|es|tr|el|ru|ar|ta|hu|ro|xx)") {
            for word in words(&code, &text) {
                prop_assert!(!word.is_empty() && word.chars().count() <= limits::WORD_CHARACTERS);
            }
        }
    }
}
