//! How many texts get a category: nearly all in English, hardly any in another language.
//!
//! The texts are the project's own. `docs/model-card.md` says which of them the lists of words were made
//! by, and has the figures on other sources.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use copilot_triage::language::detect;

/// Short texts, most of them without a word that is English alone.
const ENGLISH: &str = include_str!("languages/english.txt");
/// A code, a tab and a text in each line.
const FOREIGN: &str = include_str!("languages/foreign.tsv");
/// The same in headlines of three to five words, many without an article.
const TERSE: &str = include_str!("languages/terse.tsv");
/// The same, looked at only once everything was done.
const KEPT_BACK: &str = include_str!("languages/kept_back.tsv");
/// What the categories mean: short texts, each in quotation marks or not, a comma and a category.
const DEFINITIONS: &str =
    include_str!("../../../tools/triage-training/definitions/definitions.csv");

fn definitions() -> Vec<&'static str> {
    let rows = DEFINITIONS.lines().skip(1).filter_map(|line| line.rsplit_once(','));
    rows.map(|(text, _)| text.trim_matches('"')).collect()
}

fn first_words(text: &str, words: usize) -> String {
    text.split_whitespace().take(words).collect::<Vec<_>>().join(" ")
}

fn texts(lines: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    lines.lines().map(|line| line.split_once('\t').unwrap())
}

/// Texts of four words and more, and those of them that are taken for English.
fn taken_for_english(lines: &'static str) -> (usize, Vec<&'static str>) {
    let long: Vec<_> =
        texts(lines).filter(|(_, text)| text.split_whitespace().count() >= 4).collect();
    let taken = long.iter().filter(|(_, text)| detect(text).is_known_to_the_model());
    (long.len(), taken.map(|(_, text)| *text).collect())
}

#[test]
fn every_short_english_text_gets_a_category() {
    let is_missed = |text: &&str| !detect(text).is_known_to_the_model();
    let missed: Vec<_> = ENGLISH.lines().filter(is_missed).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn english_texts_get_a_category_however_short_they_are_cut() {
    for words in [3, 5, 10, usize::MAX] {
        let texts: Vec<String> =
            definitions().into_iter().map(|text| first_words(text, words)).collect();
        let missed: Vec<_> =
            texts.iter().filter(|text| !detect(text).is_known_to_the_model()).collect();
        assert!(missed.len() * 100 <= texts.len(), "{words} words: {missed:?}");
    }
}

#[test]
fn hardly_a_text_of_four_words_in_another_language_is_taken_for_english() {
    for (lines, at_least, percent) in [(FOREIGN, 500, 2), (KEPT_BACK, 50, 2), (TERSE, 100, 5)] {
        let (long, taken) = taken_for_english(lines);
        assert!(long >= at_least && taken.len() * 100 <= long * percent, "{long}: {taken:?}");
    }
}

#[test]
fn the_language_that_is_told_is_mostly_the_right_one() {
    let told: Vec<_> =
        texts(FOREIGN).filter_map(|(code, text)| Some((code, detect(text).code()?))).collect();
    let right = told.iter().filter(|(code, told)| code == told).count();
    assert!(right * 10 >= told.len() * 9, "{right} of {}", told.len());
}

#[test]
fn without_accents_another_language_is_still_told() {
    for (code, text) in [
        ("fr", "ou est ma commande"),
        ("fr", "je n'ai rien recu"),
        ("es", "donde esta mi pedido"),
        ("pt", "nao consigo entrar na minha conta"),
        ("hr", "gdje je moja narudzba"),
        ("tr", "siparisim nerede kaldi"),
        ("hi", "mera order kab aayega"),
        ("de", "koennen sie mir helfen"),
        ("pl", "gdzie jest moja paczka"),
    ] {
        let language = detect(text);
        assert!(!language.is_known_to_the_model(), "{text}");
        assert_eq!(language.code(), Some(code), "{text}");
    }
}

#[test]
fn a_text_in_two_languages_gets_a_category_and_no_language() {
    for text in [
        "Hello, ich habe order 4711 bestellt aber the package ist nicht da, can you help bitte?",
        "pedido my order no llega, ya son 3 semanas, where is it??",
        "bonjour where is my order, je ne sais pas how to track it",
    ] {
        let language = detect(text);
        assert!(language.is_known_to_the_model(), "{text}");
        assert_eq!(language.code(), None, "{text}");
    }
}
