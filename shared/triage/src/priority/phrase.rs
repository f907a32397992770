//! Finds the phrases of the policy among the words of a text.
//!
//! A phrase is a row of parts, parted by spaces: `charged|billed ~3 twice`.
//! - `a|b`: one of these words; `hack*`: a word that begins so; `@event`: a word of that class of
//!   the policy
//! - `?a|b`: the same, and may be missing
//! - `~3`: up to three words of any kind, none of which is a "not"
//! - `!a|b`: the next word is none of these
//! - `boiler & dead|off`: what stands after each `&` is found nearby, before or after, also in
//!   another sentence: people part what failed from how it failed
//!
//! Apostrophes and hyphens are left out: `cant`, `email`.
//!
//! Every phrase is looked for from its first word on, within one sentence. As phrases are short,
//! the work for each word of the text has a bound that does not depend on the text.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::phrases::words::CLASSES;
use super::policy::RULES;
use super::spelling::Spellings;
use super::token::{Token, Tokens};

/// How far before a phrase a "not" denies it, in words.
const DENIED_WITHIN: usize = 4;
/// How far from the first half of a phrase the half after its `&` may begin, in words.
const NEARBY: usize = 18;
/// Most hits of one rule that are kept: the first ones. The last place is kept beside them.
const KEPT_HITS: usize = 32;

/// What denies a phrase that follows.
const NEGATIONS: [&str; 22] = [
    "not", "no", "never", "nobody", "none", "nothing", "without", "isnt", "arent", "wasnt",
    "werent", "dont", "doesnt", "didnt", "hasnt", "havent", "hadnt", "neither", "nor", "aint",
    "stopped", "wouldnt",
];
/// After a "not", these say that it denies something else: "I do not know why", "not only".
const NO_DENIAL: [&str; 10] =
    ["only", "sure", "know", "understand", "just", "even", "idea", "see", "tell", "why"];
/// A denial does not reach beyond these.
const CONJUNCTIONS: [&str; 7] = ["but", "because", "although", "and", "so", "if", "that"];

/// Where a rule fired, as a range of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sentence: usize,
}

/// Tells each token which words of the policy it is.
pub(super) fn recognise(tokens: &mut [Token]) {
    for token in tokens {
        token.known_as = VOCABULARY.numbers(&token.word);
    }
}

/// The hits of each rule, by the rule's place in [`RULES`], in the order of the text.
pub(super) fn find(tokens: &Tokens) -> Vec<Vec<Hit>> {
    let mut hits = vec![Vec::new(); RULES.len()];
    for (start, token) in tokens.tokens.iter().enumerate() {
        let Some(sentence) = tokens.sentences.get(token.sentence) else { continue };
        let words = tokens.tokens.get(..sentence.tokens.end).unwrap_or_default();
        for number in &token.known_as {
            for index in VOCABULARY.beginning_with(*number) {
                let Some(phrase) = VOCABULARY.phrases.get(*index) else { continue };
                let Some(found) = hits.get_mut(phrase.rule) else { continue };
                let Some(end) = end_of_match(&phrase.parts, words, start) else { continue };
                if is_denied(words, sentence.tokens.start, start) {
                    continue;
                }
                let hit = Hit { start, end, sentence: token.sentence };
                let others = phrase.nearby.iter().map(|parts| find_nearby(parts, tokens, hit));
                let Some(others) = others.collect::<Option<Vec<Hit>>>() else { continue };
                keep(found, hit);
                others.into_iter().for_each(|other| keep(found, other));
            }
        }
    }
    hits
}

fn keep(found: &mut Vec<Hit>, hit: Hit) {
    if found.len() == KEPT_HITS {
        found.pop();
    }
    found.push(hit);
}

/// The half of a phrase that stands near the other one, which it does not overlap.
fn find_nearby(parts: &[Part], tokens: &Tokens, other: Hit) -> Option<Hit> {
    let last = tokens.tokens.len().min(other.end + NEARBY);
    (other.start.saturating_sub(NEARBY)..last).find_map(|start| {
        let token = tokens.tokens.get(start)?;
        let sentence = tokens.sentences.get(token.sentence)?;
        let words = tokens.tokens.get(..sentence.tokens.end)?;
        let end = end_of_match(parts, words, start)?;
        let apart = end <= other.start || start >= other.end;
        let counts = apart && !is_denied(words, sentence.tokens.start, start);
        counts.then_some(Hit { start, end, sentence: token.sentence })
    })
}

fn end_of_match(parts: &[Part], words: &[Token], at: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let next = words.get(at);
    match part {
        Part::Word { numbers, may_miss } => {
            let is_it = next.is_some_and(|token| token.is_any_of(numbers));
            let taken = if is_it { end_of_match(rest, words, at + 1) } else { None };
            if taken.is_none() && *may_miss { end_of_match(rest, words, at) } else { taken }
        }
        Part::NotNext(numbers) => {
            let is_it = next.is_some_and(|token| token.is_any_of(numbers));
            if is_it { None } else { end_of_match(rest, words, at) }
        }
        Part::Gap(most) => {
            for skipped in 0..=*most {
                let end = end_of_match(rest, words, at + skipped);
                if end.is_some() {
                    return end;
                }
                let skips_on = words.get(at + skipped).is_some_and(|token| !token.is_negation());
                if !skips_on {
                    return None;
                }
            }
            None
        }
    }
}

fn is_denied(words: &[Token], sentence_start: usize, start: usize) -> bool {
    let from = start.saturating_sub(DENIED_WITHIN).max(sentence_start);
    for at in (from..start).rev() {
        let (Some(token), Some(next)) = (words.get(at), words.get(at + 1)) else { return false };
        if next.begins_clause || CONJUNCTIONS.contains(&token.word.as_str()) {
            return false;
        }
        if token.is_negation() {
            return !NO_DENIAL.contains(&next.word.as_str());
        }
    }
    false
}

impl Token {
    fn is_any_of(&self, numbers: &[u16]) -> bool {
        self.known_as.iter().any(|number| numbers.contains(number))
    }

    fn is_negation(&self) -> bool {
        NEGATIONS.contains(&self.word.as_str())
    }
}

enum Part {
    Word { numbers: Vec<u16>, may_miss: bool },
    NotNext(Vec<u16>),
    Gap(usize),
}

struct Phrase {
    rule: usize,
    parts: Vec<Part>,
    /// What has to stand nearby; mostly nothing.
    nearby: Vec<Vec<Part>>,
}

/// The words and phrases of the policy, made ready once.
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::of_the_policy);

#[derive(Default)]
struct Vocabulary {
    /// The number of each word, and of each beginning of a word (`hack*`).
    words: HashMap<&'static str, u16>,
    beginnings: HashMap<&'static str, u16>,
    /// The lengths of the beginnings, in bytes.
    lengths: Vec<usize>,
    spellings: Spellings,
    /// The numbers of the words of each class.
    classes: HashMap<&'static str, Vec<u16>>,
    phrases: Vec<Phrase>,
    /// The phrases whose first part a word is, by the word's number.
    by_first: Vec<Vec<usize>>,
}

impl Vocabulary {
    fn of_the_policy() -> Self {
        let mut vocabulary = Self::default();
        for (rule, phrase) in RULES
            .iter()
            .enumerate()
            .flat_map(|(rule, of_rule)| of_rule.phrases.iter().map(move |phrase| (rule, phrase)))
        {
            let mut rows = phrase.split(" & ").map(|row| {
                row.split_whitespace().map(|part| vocabulary.part(part)).collect::<Vec<_>>()
            });
            let parts = rows.next().unwrap_or_default();
            let nearby = rows.collect();
            vocabulary.phrases.push(Phrase { rule, parts, nearby });
        }
        for (word, number) in &vocabulary.words {
            vocabulary.spellings.add(*number, word);
        }
        vocabulary.lengths =
            vocabulary.beginnings.keys().map(|beginning| beginning.len()).collect();
        vocabulary.lengths.sort_unstable();
        vocabulary.lengths.dedup();
        vocabulary.by_first = vec![Vec::new(); vocabulary.size()];
        for (index, phrase) in vocabulary.phrases.iter().enumerate() {
            let Some(Part::Word { numbers, .. }) = phrase.parts.first() else { continue };
            for number in numbers {
                if let Some(phrases) = vocabulary.by_first.get_mut(usize::from(*number)) {
                    phrases.push(index);
                }
            }
        }
        vocabulary
    }

    fn part(&mut self, part: &'static str) -> Part {
        if let Some(most) = part.strip_prefix('~') {
            return Part::Gap(most.parse().unwrap_or(0));
        }
        if let Some(words) = part.strip_prefix('!') {
            return Part::NotNext(self.numbers_of(words));
        }
        let may_miss = part.starts_with('?');
        Part::Word { numbers: self.numbers_of(part.trim_start_matches('?')), may_miss }
    }

    fn numbers_of(&mut self, words: &'static str) -> Vec<u16> {
        let mut numbers = Vec::new();
        for word in words.split('|') {
            if word.starts_with('@') {
                self.add_class(word, &mut numbers);
            } else {
                numbers.push(self.number_of(word));
            }
        }
        numbers
    }

    /// Many phrases name the same class, so its words are looked up once.
    fn add_class(&mut self, class: &'static str, numbers: &mut Vec<u16>) {
        if let Some(known) = self.classes.get(class) {
            numbers.extend(known);
            return;
        }
        let words = CLASSES.iter().find(|(name, _)| *name == class).map(|(_, words)| *words);
        let of_class = words.map(|words| self.numbers_of(words)).unwrap_or_default();
        numbers.extend(&of_class);
        self.classes.insert(class, of_class);
    }

    fn number_of(&mut self, word: &'static str) -> u16 {
        let next = u16::try_from(self.size()).unwrap_or(u16::MAX);
        match word.strip_suffix('*') {
            Some(beginning) => *self.beginnings.entry(beginning).or_insert(next),
            None => *self.words.entry(word).or_insert(next),
        }
    }

    fn size(&self) -> usize {
        self.words.len() + self.beginnings.len()
    }

    fn beginning_with(&self, number: u16) -> &[usize] {
        self.by_first.get(usize::from(number)).map_or(&[], Vec::as_slice)
    }

    /// The numbers of a word and of its beginnings, or of the word that was meant.
    fn numbers(&self, word: &str) -> Vec<u16> {
        let mut numbers: Vec<u16> = self.words.get(word).copied().into_iter().collect();
        let beginnings = self.lengths.iter().filter_map(|length| word.get(..*length));
        numbers.extend(beginnings.filter_map(|beginning| self.beginnings.get(beginning)));
        if numbers.is_empty() {
            numbers.extend(self.spellings.meant(word));
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priority::token;

    /// The most words that one phrase may skip: it bounds the work for a word of a text.
    const LONGEST_GAP: usize = 14;

    fn fires(rule: &str, text: &str) -> bool {
        let all = 0..text.len();
        let mut tokens = token::read(text, std::slice::from_ref(&all));
        recognise(&mut tokens.tokens);
        let index = RULES.iter().position(|known| known.name == rule).unwrap();
        !find(&tokens)[index].is_empty()
    }

    fn is_a_word(word: &str) -> bool {
        let word = word.strip_suffix('*').unwrap_or(word);
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".,".contains(c))
    }

    #[test]
    fn every_phrase_of_the_policy_is_well_formed() {
        let halves = RULES.iter().flat_map(|rule| rule.phrases).flat_map(|both| both.split(" & "));
        for phrase in halves {
            let parts: Vec<&str> = phrase.split_whitespace().collect();
            assert!(!parts[0].starts_with(['?', '~', '!']), "begins with no word: {phrase}");
            assert!(!parts[parts.len() - 1].starts_with('~'), "ends with no word: {phrase}");
            for part in parts {
                if let Some(gap) = part.strip_prefix('~') {
                    assert!((1..=LONGEST_GAP).contains(&gap.parse().unwrap()), "{phrase}");
                    continue;
                }
                for word in part.trim_start_matches(['?', '!']).split('|') {
                    let is_a_class = CLASSES.iter().any(|(class, _)| *class == word);
                    assert!(is_a_class || is_a_word(word), "{word} in {phrase}");
                }
            }
        }
        assert!(CLASSES.iter().flat_map(|(_, words)| words.split('|')).all(is_a_word));
    }

    #[test]
    fn a_phrase_does_not_reach_into_the_next_sentence() {
        assert!(fires("money at risk", "I was charged for it twice"));
        assert!(!fires("money at risk", "I was charged. Twice a week I call"));
    }

    #[test]
    fn the_half_after_an_and_is_found_nearby_on_either_side_and_not_far_off() {
        let rule = "cannot be used at all";
        assert!(fires(rule, "About the boiler. It has died."));
        assert!(fires(rule, "It has died, the boiler."));
        assert!(!fires(rule, "About the boiler. It has not died."));
        let far = "lorem ".repeat(NEARBY);
        assert!(!fires(rule, &format!("About the boiler. {far} It has died.")));
    }

    #[test]
    fn what_is_denied_does_not_fire() {
        assert!(!fires("money at risk", "I wasn't charged twice"));
        assert!(!fires("money at risk", "I was not charged twice"));
        assert!(!fires("security or fraud", "no, it was never hacked"));
        assert!(fires("security or fraud", "not only was it hacked"));
        assert!(fires("security or fraud", "it does not work, it was hacked"));
        assert!(fires("security or fraud", "no answer and hacked"));
        assert!(fires("money at risk", "I don't know why I was charged twice"));
    }

    #[test]
    fn letters_that_slipped_are_forgiven_where_the_words_are_long() {
        assert!(fires("security or fraud", "somebody chnaged the pasword of my acount"));
        assert!(!fires("money at risk", "the charger, twice as large"));
    }
}
